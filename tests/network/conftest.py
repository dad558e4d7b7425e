"""The scenario that networks are brought into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.network.networks import FILES, written


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Return a scenario folder without a network, in a root of its own."""
    return written(tmp_path / "root" / "world", FILES)
