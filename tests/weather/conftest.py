"""The scenario that the imports go into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.weather.hourly import FILES, written


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Return a scenario folder without timesteps, in a root of its own."""
    return written(tmp_path / "root" / "world", FILES)
