"""What the tests of results share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from results_world import make_results, make_scenario

if TYPE_CHECKING:
    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """Return the scenario made by hand."""
    return make_scenario(tmp_path_factory.mktemp("inputs"))


@pytest.fixture
def results(scenario: Scenario) -> Results:
    """Return the plan made by hand."""
    return make_results(scenario)
