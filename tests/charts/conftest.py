"""Plans that several tests of the charts draw; each is solved once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.charts.hours_worlds import nine_days, three_periods
from tests.worlds import BASE

if TYPE_CHECKING:
    from planner.io.results.results import Results


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Nine days in a row at two sites; tests only read it."""
    return nine_days().solve(tmp_path_factory.mktemp("week"))


@pytest.fixture(scope="session")
def periods(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Three representative periods at one site; tests only read it."""
    return three_periods().solve(tmp_path_factory.mktemp("periods"))


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Two timesteps, no store, nothing that can wait; tests only read it."""
    return BASE.solve(tmp_path_factory.mktemp("plain"))
