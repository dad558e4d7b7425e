"""Plan East Data West Compute (东数西算): scenario files in; an optimal, audited plan, tables and maps out.

>>> import planner
>>> scenario = planner.read_scenario("scenarios/tiny")
>>> plan = planner.run(scenario)
>>> plan.summary["status"]
'optimal'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from planner.version import __version__

if TYPE_CHECKING:
    from planner.check import read_scenario
    from planner.finished import read_results
    from planner.io.results import Results
    from planner.io.scenario import Scenario
    from planner.models.build import build_model
    from planner.models.own import OwnRule, rule
    from planner.models.plan_model import PlanModel
    from planner.outside import plan_of, solve
    from planner.run import run
    from planner.showing import show, show_html, write_plan

__all__ = [
    "OwnRule",
    "PlanModel",
    "Results",
    "Scenario",
    "__version__",
    "build_model",
    "plan_of",
    "read_results",
    "read_scenario",
    "rule",
    "run",
    "show",
    "show_html",
    "solve",
    "write_plan",
]

_HOMES = {
    "read_scenario": "planner.check",
    "run": "planner.run",
    "rule": "planner.models.own",
    "build_model": "planner.models.build",
    "solve": "planner.outside",
    "plan_of": "planner.outside",
    "read_results": "planner.finished",
    "Results": "planner.io.results",
    "Scenario": "planner.io.scenario",
    "PlanModel": "planner.models.plan_model",
    "OwnRule": "planner.models.own",
    "write_plan": "planner.showing",
    "show": "planner.showing",
    "show_html": "planner.showing",
}
"""Where the public names live, in the order of the reference."""

if not TYPE_CHECKING:  # a type checker that saw it would take every name for known

    def __getattr__(name: str) -> object:
        """Import the public names when they are asked for: the solver's child process needs none of them."""
        if name not in _HOMES:
            message = f"module 'planner' has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names, for those who complete by tab."""
    return sorted(__all__)
