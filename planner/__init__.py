"""Plan East Data West Compute (东数西算): scenario files in; an optimal, audited plan, tables and maps out.

>>> import planner
>>> scenario = planner.read_scenario("scenarios/tiny")
>>> plan = planner.run(scenario)
>>> plan.summary["status"]
'optimal'
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

from planner.version import __version__

if TYPE_CHECKING:
    from planner.cluster import Where
    from planner.io.results.results import Results
    from planner.models.algebra.own import OwnRule, rule
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.build import build_model
    from planner.pipeline.check import read_scenario
    from planner.pipeline.finished import read_results
    from planner.pipeline.outside import plan_of, solve
    from planner.pipeline.run import run
    from planner.pipeline.showing import show, show_html, write_plan
    from planner.scenario.scenario import Scenario

__all__ = [
    "OwnRule",
    "PlanModel",
    "Results",
    "Scenario",
    "Where",
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
    "read_scenario": "planner.pipeline.check",
    "run": "planner.pipeline.run",
    "rule": "planner.models.algebra.own",
    "build_model": "planner.models.build",
    "solve": "planner.pipeline.outside",
    "plan_of": "planner.pipeline.outside",
    "read_results": "planner.pipeline.finished",
    "Results": "planner.io.results.results",
    "Scenario": "planner.scenario.scenario",
    "PlanModel": "planner.models.algebra.plan_model",
    "OwnRule": "planner.models.algebra.own",
    "Where": "planner.cluster",
    "write_plan": "planner.pipeline.showing",
    "show": "planner.pipeline.showing",
    "show_html": "planner.pipeline.showing",
}
"""Where the public names live, in the order of the reference."""

logging.getLogger(__name__).addHandler(logging.NullHandler())  # whether and where is for the script to say

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
