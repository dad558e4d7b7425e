"""Futures of probability 0 that admit less than those that can come, or more."""

from __future__ import annotations

import pytest

from planner.language import rendered
from tests.cases.several_years import DRY, PLACE, WET, built, in_futures, plan_of


def test_it_may_not_admit_what_is_built() -> None:
    """Where a future that cannot come admits no modules, the plan that builds some is none there, and that is said.

    Proves: two modules for the wet future, no value for the dry one. Sensitivity: modules that vanish where they may not
    stand, so that the dry year has a cost without them (and the audit disagrees).
    """
    world = in_futures(dry=0.0)
    results = plan_of(world.with_rows("site_compute_type_future", [{**PLACE, "future": "dry", "modules_max": 0}]))
    assert built(results) == {"wet": 2.0}
    assert set(results.summary["futures"]) == {"wet"}
    notes = [str(note) if isinstance(note, str) else rendered(note) for note in results.manifest["notes"]]
    assert "future dry, of probability 0, has no plan with what is built" in notes


def test_it_builds_nothing_of_its_own() -> None:
    """Where one of the likely futures admits no modules none are built, nor in a future that cannot come.

    Proves: the dry year costs what it does without modules. Sensitivity: what the plan does not know left free there:
    three modules, which the audit finds.
    """
    world = in_futures(dry=0.0, other=0.5)
    results = plan_of(world.with_rows("site_compute_type_future", [{**PLACE, "future": "other", "modules_max": 0}]))
    assert results.summary["futures"] == pytest.approx({"dry": DRY[0], "wet": WET[0], "other": WET[0]})
    assert built(results) == {"dry": 0.0}
