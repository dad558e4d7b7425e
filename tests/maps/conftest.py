"""What several tests of the figure need: plans to draw and a way to find what was drawn."""

from typing import Any

import pytest
from maps_worlds import Find, Plan, ReadTexts, make_nation
from matplotlib.figure import Figure

from planner.views.maps.figure import draw_map


@pytest.fixture(scope="session")
def nation() -> Plan:
    """Ten clusters, 31 provincial sites and regions, and the flows between them."""
    return make_nation()


@pytest.fixture(scope="session")
def national_map(nation: Plan) -> Figure:
    """The national plan drawn in English; tests only read it."""
    return draw_map(*nation, title="National plan", notes=["Source: test"], language="en")


@pytest.fixture
def find() -> Find:
    """Return the one artist of a figure with a gid."""

    def find_artist(figure: Figure, gid: str) -> Any:
        found = figure.findobj(lambda artist: artist.get_gid() == gid)
        assert len(found) == 1, f"{gid}: {len(found)} artists"
        return found[0]

    return find_artist


@pytest.fixture
def read_texts() -> ReadTexts:
    """Return every text of a figure."""

    def read(figure: Figure) -> list[str]:
        return [artist.get_text() for artist in figure.findobj(lambda artist: hasattr(artist, "get_text"))]

    return read
