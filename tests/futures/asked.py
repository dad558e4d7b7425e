"""Worlds with futures, asked what their uncertainty costs."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from planner.studies.futures.choice import Choice
from planner.studies.futures.command import find_futures
from tests.cases.several_years import PLACE, in_futures

if TYPE_CHECKING:
    from planner.studies.futures.findings import Found
    from planner.studies.futures.interval import Interval
    from tests.worlds import World

HERE, MEAN, DRY_OWN, WET_OWN = ("here_and_now", ""), ("mean_future", ""), ("own", "dry"), ("own", "wet")


def asked(world: World, out: Path | None = None, choice: Choice | None = None) -> Found:
    """Return what uncertainty costs in a world; nothing is drawn."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        return find_futures(world.write(path / "world"), out or path / "out", choice or Choice())


@cache
def by_hand() -> Found:
    """Return what uncertainty costs in the world that is worked by hand."""
    return asked(in_futures())


@cache
def without_room() -> Found:
    """Return what uncertainty costs where two modules are too few in the dry future."""
    return asked(tight())


def ends(interval: Interval | None) -> tuple[float, float]:
    """Return the ends of an interval that is known."""
    assert interval is not None
    return interval.least, interval.most


def tight(dry: float = 0.25) -> World:
    """Return a world in which the dry future has no plan with two modules.

    There 45.6 MW are asked for by day. ``near`` has 30 MW of which 80 % may be used: 24 MW. ``far`` has 15 MW and
    modules of 4 MW, of which 90 % may be used: 20.7 MW with two of them and 24.3 MW with three.
    """
    return in_futures(dry=dry).with_rows(
        "site_compute_type_future", [{"site": "near", "compute_type": "cpu", "future": "dry", "capacity_existing": 30}]
    )


def without_modules(future: str) -> World:
    """Return a world in which nothing can be built in a future."""
    return in_futures().with_rows("site_compute_type_future", [{**PLACE, "future": future, "modules_max": 0}])
