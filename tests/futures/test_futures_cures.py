"""What would have to give where a plan is none in a future, and how the terminal says it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.cases.whole import problem_of
from planner.language import columns_of, rendered
from planner.models.algebra.problem import SolverOptions
from planner.studies.futures import failing
from planner.studies.futures.cure import cure_of, gives_of
from planner.studies.futures.failing import LINE
from planner.studies.futures.store import Key
from planner.studies.futures.trials import Trial
from tests.algebra import BUILT
from tests.cases.several_years import read
from tests.futures.asked import MEAN, by_hand
from tests.worlds import World

CROWDED = BUILT.with_cells("region_workload", "demand", {"inland;web": 90})
IDLE = BUILT.with_cells("site", "utilisation_min", {"far": 0.99})
"""More demand than there is room; more use asked for than ``utilisation_max`` admits."""


@pytest.mark.parametrize(
    ("world", "rules", "cure"),
    [
        (CROWDED, ("demand_balance", "site_capacity"), "site_capacity"),
        (CROWDED, ("demand_balance",), "demand_balance"),
        (IDLE, ("site_capacity", "utilisation_floor"), "utilisation_floor"),
        (IDLE, ("demand_balance",), ""),
    ],
)
def test_who_gives_first_is_tried_first(world: World, rules: tuple[str, ...], cure: str) -> None:
    """The rule without which there is a plan: a target before a plant, a plant before work, none that is not enough.

    Proves: of two rules of a conflict each would do; the order is that of ``planner explain``. Sensitivity: the order of
    the conflict (demand first), a rule told without a trial (demand, where the least utilisation is in the way).
    """
    scenario = read(world)
    assert cure_of(scenario, problem_of(scenario), rules, SolverOptions(), 60.0) == cure


def test_no_time_means_no_cure() -> None:
    """Proves that nothing is told that was not tried. Sensitivity: the first rule told where the time is over."""
    scenario = read(IDLE)
    assert cure_of(scenario, problem_of(scenario), ("utilisation_floor",), SolverOptions(), 0.0) == ""


def test_what_gives_is_told_by_the_features() -> None:
    """Proves that demand gives where work cannot be served, and energy in no case. Sensitivity: a reason taken for names."""
    scenario = read(BUILT)
    assert gives_of(scenario, "demand_balance") == ("demand",)
    assert gives_of(scenario, "power_balance") == ()


def test_lines_are_short_and_futures_with_one_reason_stand_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long conflicts and long names of futures are told in lines of a terminal, one entry a plan and reason.

    Proves: no line is wider than 100 columns; two futures stand in one entry, a third, with another reason, in its own;
    how many are left out is said; the tables keep all places. Sensitivity: the conflict with all its places, as the
    tables have it, of 1,000 columns; an entry for each future.
    """
    known = by_hand()
    why = "these cannot hold together: " + "; ".join(f"rule [place {number}]" for number in range(60))
    rules = ("demand_balance", "site_capacity", "utilisation_floor", "modules", "opened_first", "sites_limit")
    floor = Trial("infeasible", rules=rules, why=why, cure="utilisation_floor")
    others = {Key(*MEAN, "dry"): floor, Key(*MEAN, "wet"): floor, Key("own", "dry", "wet"): replace(floor, cure="")}
    found = replace(known, trials={**known.trials, **others})
    lines = [line for text in failing.failing_lines(found) for line in rendered(text).splitlines()]
    assert max(map(columns_of, lines)) <= LINE
    text = " ".join(" ".join(lines).split())
    assert "the plan for the mean future is none in dry; wet: these cannot hold together: demand balance;" in text
    assert "and 1 more with least utilisation left out there is a plan: look at least utilisation" in text
    assert text.count(" is none in ") == 2
    assert "place" not in text
    monkeypatch.setattr(failing, "FAILING_MAX", 1)
    assert rendered(list(failing.failing_lines(found))[-1]) == "and 1 more, in regret.csv"
