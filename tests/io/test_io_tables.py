"""The same tables however they are saved: encodings, line ends, order, quotes."""

from __future__ import annotations

import random
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from io_world import GOOD, Files, good_files, read, written

from planner.io.read.write import write_scenario
from planner.scenario.scenario import Scenario

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SAVED = {
    "UTF-8 with BOM": lambda data: b"\xef\xbb\xbf" + data,
    "GB18030": lambda data: data.decode().encode("gb18030"),
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "CR": lambda data: data.replace(b"\n", b"\r"),
    "no last line end": lambda data: data.rstrip(b"\n"),
    "blank lines at the end": lambda data: data + b"\n\n\n",
    "all quoted": lambda data: b"\n".join(
        line if b'"' in line or not line else b'"' + line.replace(b",", b'","') + b'"' for line in data.split(b"\n")
    ),
}


def same(one: Scenario, other: Scenario) -> None:
    """Assert that two scenarios say the same in every way a model can ask."""
    assert one.content_hash == other.content_hash
    assert one.sets == other.sets
    assert one.settings == other.settings
    assert one.given.keys() == other.given.keys()
    for name, value in one.given.items():
        assert value.equals(other.given[name]) if hasattr(value, "equals") else value == other.given[name], name
    assert all(one.tables[name].equals(other.tables[name]) for name in one.tables)
    assert one.tables.keys() == other.tables.keys()


@pytest.mark.parametrize("way", SAVED)
def test_the_way_of_saving_does_not_matter(way: str, tmp_path: Path) -> None:
    """Proves that encoding, BOM, line ends and quotes change nothing but a note; guessing at text breaks it."""
    change = SAVED[way]
    files = {name: change(data) if name.endswith(".csv") else data for name, data in good_files().items()}
    scenario = read(written(tmp_path / "saved" / "world", files))
    same(scenario, read(written(tmp_path / "plain" / "world", good_files())))
    assert ("world/site.csv: read as GB18030" in [note.en for note in scenario.notes]) == (way == "GB18030")


def shuffled(files: Files, rng: random.Random) -> Files:
    """Put rows and columns of every table in another order."""
    result = dict(files)
    for name in files:
        if name.endswith(".csv") and name != "source.csv":
            rows = [line.split(",") for line in files[name].decode().rstrip("\n").split("\n")]
            order = rng.sample(range(len(rows[0])), len(rows[0]))
            body = rng.sample(rows[1:], len(rows) - 1)
            result[name] = "".join(",".join(row[i] for i in order) + "\n" for row in [rows[0], *body]).encode()
    return result


@QUICK
@given(seed=st.integers(0, 10**6))
def test_order_of_rows_and_columns_is_irrelevant(seed: int, tmp_path: Path) -> None:
    """Proves that only names and keys count; a set in file order or a positional column breaks it."""
    files = shuffled(good_files(), random.Random(seed))  # noqa: S311
    folder = tmp_path / str(seed)
    same(read(written(folder / "world", files)), read(written(tmp_path / "plain" / "world", good_files())))


def test_text_stays_what_it_is(tmp_path: Path) -> None:
    """Proves that ``NA``, leading zeros and numbers like words survive; pandas' own reader breaks it."""
    scenario = read(written(tmp_path / "world", good_files()))
    assert scenario.sets["site"] == ("NA", "guian", "wuhu")
    assert scenario.sets["region"] == ("010101", "beijing")
    assert scenario.series("demand")["010101", "inference"] == 10.0
    assert scenario.series("modules_max").to_dict() == {"NA": 0.0, "guian": 4.0, "wuhu": 6.0}
    assert scenario.series("share_min").to_dict() == {"NA": 0.5, "wuhu": 0.8}
    assert scenario.sets["timestep"] == ("day", "night"), "in the order of position, not of the file"
    assert scenario.sets["side"] == ("east", "west"), "from the references"
    assert scenario.scalar("exact") is True


def test_time_orders_the_steps_before_their_ids(tmp_path: Path) -> None:
    """Proves that times are compared as times: as text ``T10`` with a zone would come elsewhere."""
    files = good_files()
    files["timestep.csv"] = (
        b"timestep,timestep_weight,time\na,1,2025-01-01T10:00+08:00\nb,1,2025-01-01T01:00+00:00\nc,1,2025-01-01\n"
    )
    assert read(written(tmp_path / "world", files)).sets["timestep"] == ("c", "b", "a")


TEXT = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc", "Co", "Cn", "Zl", "Zp"),
        exclude_characters="\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    max_size=12,
)
SPICY = st.one_of(
    TEXT,
    st.tuples(st.sampled_from(["=", "+", "-", "@", "\t", "'", "'=", "''=", '"', "\n", ",", " "]), TEXT).map("".join),
)
IDS = st.text("abzAZ09_-· 芜湖é", min_size=1, max_size=20).map(str.strip).filter(bool)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sites=st.dictionaries(
        IDS,
        st.tuples(SPICY, st.floats(1, 3), st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-9)),
        min_size=1,
        max_size=5,
    ),
    title=SPICY,
    price=st.floats(1e-9, 1e9),
)
def test_written_and_read_again_is_the_same(
    sites: dict[str, tuple[str, float, float]], title: str, price: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Proves that saving loses nothing, formulas-to-be and line breaks included; an irreversible guard breaks it."""
    folder = tmp_path_factory.mktemp("save")
    files = {
        name: text.encode()
        for name, text in GOOD.items()
        if name not in {"link.csv", "region_site.csv", "site_technology.csv", "source.csv"}
    }
    rows = [
        f'{site},"{text.replace(chr(34), chr(34) * 2)}",{pue!r},{cost!r}\n' for site, (text, pue, cost) in sites.items()
    ]
    files["site.csv"] = ("site,province,pue,price\n" + "".join(rows)).encode()
    files["scenario.toml"] = (
        files["scenario.toml"].replace(b"= 90", f"= {price!r}".encode()).replace(b', "backbone"', b"")
    )
    first = read(written(folder / "a" / "world", files))
    object.__setattr__(first.settings, "title", normalize("NFC", title))
    write_scenario(first, folder / "b" / "world")
    again = read(folder / "b" / "world")
    same(first, again)
    write_scenario(again, folder / "c")
    for file in sorted((folder / "c").iterdir()):
        assert file.read_bytes() == (folder / "b" / "world" / file.name).read_bytes(), "writing is deterministic"


def test_a_written_scenario_stands_alone(tmp_path: Path) -> None:
    """Proves that extends, [set] and [drop] are gone from what is written; a run folder would not audit otherwise."""
    written(tmp_path / "base", good_files())
    toml = b'extends = "../base"\ntitle = "child"\n[set]\n"site.pue" = 1.5\n[drop]\nlink = ["spur"]\n'
    child = read(written(tmp_path / "child", {"scenario.toml": toml}), "site.price[wuhu]=7")
    write_scenario(child, tmp_path / "alone" / "child")
    text = (tmp_path / "alone" / "child" / "scenario.toml").read_text()
    assert not {"extends", "[set]", "[drop]"} & set(text.split())
    same(child, read(tmp_path / "alone" / "child"))


def test_formulas_are_guarded_in_what_is_written(tmp_path: Path) -> None:
    """Proves that text a spreadsheet would run is written with a ``'`` and numbers are not."""
    files = good_files()
    files["site.csv"] = files["site.csv"].replace("芜湖集群".encode(), b"=1+1").replace(b"549.8", b"-549.8")
    write_scenario(read(written(tmp_path / "world", files)), tmp_path / "out")
    row = next(line for line in (tmp_path / "out" / "site.csv").read_text().split("\n") if line.startswith("wuhu"))
    assert ",'=1+1," in row
    assert ",-549.8," in row
