"""`planner import network`: SNDlib's two formats, and what a plan can use of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import UsageError
from planner.io.read.read import read_scenario
from tests.network.networks import NATIVE, XML, brought, column, contents, known, notes, rows

MODULES = {"module_cost": 1000.0, "modules_max": 4}


def test_the_native_format_by_hand(world: Path) -> None:
    """Proves each number of a small file: 9,920 Mbit/s are 9.92 Gbit/s, a module of 133 at 1,000 CNY/a costs 133,000.

    Lanzhou to Xi'an is 508.2 km by the haversine of (36.06, 103.79) and (34.26, 108.93) on a sphere of 6,371.0088 km.
    Sensitivity: a unit forgotten, cost and capacity exchanged, a module list cut to its first pair.
    """
    done = brought(NATIVE, world, **MODULES)
    assert (done.nodes, done.links) == (4, 4)
    assert rows(world / "node.csv") == [
        {"node": "Lanzhou", "longitude": "103.79", "latitude": "36.06"},
        {"node": "Xi_an", "longitude": "108.93", "latitude": "34.26"},
        {"node": "Beijing", "longitude": "116.40", "latitude": "39.90"},
        {"node": "Urumqi", "longitude": "", "latitude": ""},
    ]
    assert [list(row.values()) for row in rows(world / "link.csv")] == [
        ["L1", "Lanzhou", "Xi_an", "9.92", "508.2", "40", "133000", "4"],
        ["L2", "Xi_an", "Beijing", "0", "911.7", "10", "100000", "4"],
        ["L2 2", "Xi_an", "Beijing", "0", "911.7", "40", "250500", "4"],
        ["L3", "Beijing", "Xi_an", "2.48", "911.7", "", "", ""],
        ["L4", "Urumqi", "Lanzhou", "2.48", "", "", "", ""],
    ]
    assert list(rows(world / "link.csv")[0]) == [
        "link",
        "from",
        "to",
        "link_capacity_existing",
        "link_length",
        "link_module_size",
        "link_module_cost",
        "link_modules_max",
    ]


def test_both_formats_give_the_same_files(world: Path) -> None:
    """Proves that the XML file that says the same gives the same tables, byte for byte.

    Sensitivity: a cost, a module or a node lost in one of the readers.
    """
    brought(NATIVE, world, "one.txt", source="one", **MODULES)
    first = contents(world)
    brought(XML, world, "one.xml", source="one", replace=True, **MODULES)
    assert contents(world) == first


def test_the_tables_are_read_by_the_planner(world: Path) -> None:
    """Proves that every column written is one that the scenario format knows, with its number in the declared unit.

    Sensitivity: a column misspelt, a length written in metres, an end of a link that is no node.
    """
    brought(NATIVE, world, **MODULES)
    read_scenario(world, known())
    units = {each.name: each.unit for each in known().parameters.values() if "link" in each.index}
    assert units["link_capacity_existing"] == units["link_module_size"] == "Gbit/s"
    assert units["link_length"] == "km"
    assert units["link_module_cost"] == "CNY/a"


def test_the_notes_say_what_was_taken_and_what_was_not(world: Path) -> None:
    """Proves that all of a file that no table has is named, and what is left open is said.

    Sensitivity: demands, costs, paths or a node without a place passed over in silence.
    """
    told = notes(brought(NATIVE, world))
    for part in (
        "capacities are in MBITPERSEC, as the file says",
        "whether links are one way stands in SNDlib's model file",
        "taken as degrees, which the native format does not say",
        "left out: the cost of the capacity that stands of 1 link",
        "left out: the cost of routing of 1 link",
        "left out: the cost of setting a link up of 1 link",
        "left out: 1 demand",
        "left out: the admissible paths",
        "2 links lie beside others between the same two nodes and are rows of their own: Beijing - Xi_an",
        "1 node has no coordinates: Urumqi",
        "1 link has no length, since an end has no coordinates",
        "left out: the modules of 2 links, since their costs are in no currency",
        "1 link has a capacity of 0 and no module",
    ):
        assert part in told, part


def test_modules_need_a_price_and_a_limit(world: Path) -> None:
    """Proves that modules come only with both options: without a price they would be free.

    Sensitivity: a cost of 133 without a currency taken for CNY, a limit invented.
    """
    brought(NATIVE, world)
    assert set(column(world, "link", "link_module_size").values()) == {""}
    for options in ({"module_cost": 1000.0}, {"modules_max": 4}):
        with pytest.raises(UsageError, match="go together"):
            brought(NATIVE, world, replace=True, **options)


@pytest.mark.parametrize(
    ("stated", "option", "capacity"),
    [
        ("MBITPERSEC", "", "9.92"),
        ("GBITPERSEC", "", "9920"),
        ("MBITPERSEC", "Mbit/s", "9.92"),
        ("", "Mbps", "9.92"),
        ("", "kbit/s", "0.00992"),
        ("", "0.155", "1537.6"),
        ("", "Tbit/s", "9920000"),
        ("STM-1", "0.15552", "1542.7584"),
    ],
)
def test_units(world: Path, stated: str, option: str, capacity: str) -> None:
    """Proves that a unit is taken from the file, or as it is said, and multiplied exactly.

    Sensitivity: 9920 × 0.155 in binary, a prefix misread.
    """
    text = NATIVE.replace("unit = MBITPERSEC", f"unit = {stated}" if stated else "time = 2004")
    brought(text, world, capacity_unit=option)
    assert column(world, "link", "link_capacity_existing")["L1"] == capacity


def test_a_unit_is_never_guessed(world: Path) -> None:
    """Proves that capacities without a unit are refused, a unit against the file's too, and that none is needed for none.

    Sensitivity: Mbit/s taken for granted, a factor of a thousand in every capacity.
    """
    silent = NATIVE.replace("  unit = MBITPERSEC\n", "")
    with pytest.raises(UsageError, match="--capacity-unit is missing"):
        brought(silent, world)
    with pytest.raises(UsageError, match="the file says MBITPERSEC"):
        brought(NATIVE, world, capacity_unit="Gbit/s")
    assert not (world / "link.csv").exists()
    bare = silent.split("LINKS (")[0] + "LINKS (\n  L1 ( Lanzhou Beijing ) 0.00 0.00 0.00 0.00 ( )\n)\n"
    brought(bare, world)
    assert column(world, "link", "link_capacity_existing") == {"L1": "0"}


def test_coordinates_of_a_drawing_are_no_degrees(world: Path) -> None:
    """Proves that pixels are left out: where the XML says so, and where a number cannot be a degree.

    Of SNDlib's 26 networks 11 have such coordinates. Sensitivity: (320, 415) taken for a place, a length of 12,000 km.
    """
    drawn = NATIVE.replace("( 103.79 36.06 )", "( 320.00 415.00 )")
    told = notes(brought(drawn, world))
    assert "exceed 180 or 90" in told
    assert set(column(world, "node", "longitude").values()) == {""}
    assert set(column(world, "link", "link_length").values()) == {""}
    told = notes(brought(XML.replace("geographical", "pixel"), world, "small.xml", replace=True))
    assert "those of a drawing, no degrees" in told
    assert set(column(world, "node", "longitude").values()) == {""}


def test_one_way_links(world: Path) -> None:
    """Proves that --one-way closes the way back and leaves the modules out, which are built for both ways.

    Sensitivity: a directed link that carries the same both ways, a module that opens the way back.
    """
    told = notes(brought(NATIVE, world, one_way=True, **MODULES))
    assert set(column(world, "link", "link_capacity_existing_back").values()) == {"0"}
    assert set(column(world, "link", "link_module_size").values()) == {""}
    assert "left out: the modules of 2 links that are one way" in told
    assert "model file" not in told
    assert "lie beside" not in told
    brought(NATIVE, world, one_way=False, replace=True)
    assert set(column(world, "link", "link_capacity_existing_back").values()) == {""}


def test_lengths_by_the_great_circle(world: Path) -> None:
    """Proves that --detour multiplies the great circle, and that lengths it made are called derived.

    Sensitivity: a detour applied twice, or to coordinates.
    """
    brought(NATIVE, world, detour=1.5, confidence="published")
    assert column(world, "link", "link_length")["L1"] == "762.4"
    source = {(row["table"], row["column"]): row for row in rows(world / "source.csv")}
    assert source["link", "link_length"]["confidence"] == "derived"
    assert source["link", "link_length"]["note"] == "great circles × 1.5"
    assert source["link", "link_capacity_existing"]["confidence"] == "published"


def test_encodings(world: Path) -> None:
    """Proves that Latin letters in a comment do not stop a file, and that the note says how it was read.

    Sensitivity: a file of 2004 refused for one é in its origin.
    """
    done = brought(NATIVE.replace("for a test", "für Zürich").encode("latin-1"), world)
    assert done.nodes == 4
    brought(XML.replace("for a test", "für Zürich").encode("latin-1"), world, "small.xml", replace=True)
    assert "read as" in notes(done)


def test_numbers_that_a_machine_takes_for_nothing(world: Path) -> None:
    """Proves that a cost too small for a machine's numbers is 0, and is not written out digit by digit.

    Sensitivity: a cell of as many zeros as the exponent says.
    """
    brought(NATIVE.replace("133.00", "1e-9999"), world, **MODULES)
    assert column(world, "link", "link_module_cost")["L1"] == "0"
