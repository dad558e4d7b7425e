"""The scenario to which rules are added."""

from __future__ import annotations

import pytest

import planner
from tests.docs.pages import ROOT


@pytest.fixture(scope="session")
def tiny() -> planner.Scenario:
    """The scenario `tiny`."""
    return planner.read_scenario(ROOT / "scenarios/tiny")
