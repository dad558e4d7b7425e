"""Plan East Data West Compute (东数西算): scenario files in; an optimal, audited plan, tables and maps out.

>>> import planner
>>> scenario = planner.read_scenario("scenarios/tiny")
>>> plan = planner.run(scenario)
>>> plan.summary["status"]
'optimal'
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "build_model", "read_results", "read_scenario", "run", "solve"]

_HOMES = {
    "read_scenario": "planner.check",
    "run": "planner.run",
    "read_results": "planner.finished",
    "build_model": "planner.models.build",
    "solve": "planner.models.solve",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are asked for: the solver's child process needs none of them."""
    if name not in _HOMES:
        message = f"module 'planner' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)
