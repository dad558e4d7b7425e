"""``extends``, ``[set]``, ``[drop]`` and ``--set``: what replaces what, and who is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from io_world import Files, faults, good_files, read, written

from planner.io.read.sources import illustrative_share

CHILD = b'extends = "../base"\n'


def pair(tmp_path: Path, toml: str = "", **tables: str) -> Path:
    """Write the good scenario as ``base`` and a child of it; return the child's folder."""
    written(tmp_path / "base", good_files())
    files: Files = {f"{name}.csv": text.encode() for name, text in tables.items()}
    return written(tmp_path / "child", {"scenario.toml": CHILD + toml.encode(), **files})


def test_a_child_without_tables_is_its_base(tmp_path: Path) -> None:
    """Proves that everything is inherited, the title too."""
    child, base = read(pair(tmp_path)), read(tmp_path / "base")
    assert child.content_hash == base.content_hash
    assert set(child.file_hashes) == {"child/scenario.toml", *base.file_hashes}
    assert child.name == "child"


def test_cells_are_merged_by_key(tmp_path: Path) -> None:
    """Proves that a filled cell replaces, an empty one does not, and a new key is added."""
    child = read(
        pair(tmp_path, site="site,price,pue,name_en\nguian,300,,Gui'an\nnew,500,1.1,\n", hub="hub\nnorth\n"),
    )
    assert child.series("price").to_dict() == {"NA": 560.0, "guian": 300.0, "new": 500.0, "wuhu": 549.8}
    assert child.series("pue").to_dict() == {"NA": 1.3, "guian": 1.2, "new": 1.1, "wuhu": 1.25}
    assert child.given["site.name_en"].to_dict() == {"guian": "Gui'an"}
    assert child.sets["hub"] == ("delta", "guizhou", "north")


def test_toml_merges_by_key_and_lists_are_replaced(tmp_path: Path) -> None:
    """Proves both; a child that had to repeat [solver] or could not shorten features would break it."""
    toml = 'features = ["demand", "time", "supply"]\n[parameters]\ncarbon_price = 50\n[solver]\nseed = 3\n'
    settings = read(pair(tmp_path, toml)).settings
    assert settings.features == ("time", "demand", "supply"), "in canonical order"
    assert settings.parameters == {"carbon_price": 50.0, "layer": "optical", "exact": True}
    assert settings.solver == {"name": "highs", "time_limit": 60, "mip_gap": 1e-3, "seed": 3}
    assert settings.title == "A small world"


def test_objective_as_word_and_as_weights(tmp_path: Path) -> None:
    """Proves that both forms become weights and the word is kept."""
    settings = read(pair(tmp_path, "[objective]\nminimise = { cost = 1, emissions = 90, latency = 0 }\n")).settings
    assert (settings.minimise, settings.objective) == ("weights", {"cost": 1.0, "emissions": 90.0})
    base = read(tmp_path / "base").settings
    assert (base.minimise, base.objective) == ("cost", {"cost": 1.0})


def test_a_finer_index_replaces_the_bases(tmp_path: Path) -> None:
    """Proves that a child's index takes the place of the base's, with a note; both at once would break it."""
    rows = "".join(f"{site},{step},1.4\n" for site in ("wuhu", "guian", "NA") for step in ("day", "night"))
    child = read(pair(tmp_path, site_timestep=f"site,timestep,pue\n{rows}"))
    assert child.given["pue"].index.names == ["site", "timestep"]
    assert "pue" not in child.tables["site"]
    assert any("pue in site_timestep.csv replaces that in site.csv" in note for note in child.notes)
    assert not (child.tables["source"]["column"] == "pue").any(), "the sources of what is gone go with it"


def test_a_coarser_index_replaces_the_bases(tmp_path: Path) -> None:
    """Proves the other direction, to a scalar; a table that loses its last column goes."""
    child = read(pair(tmp_path, "[parameters]\nprice = 400\ntraffic_price = 0.5\n"))
    assert child.scalar("price") == 400.0
    assert set(child.series("price")) == {400.0}
    assert child.given_table("traffic_price") is None
    assert list(child.tables["region_site"].columns) == ["region", "site", "latency"]


def test_set_changes_columns_rows_and_makes_columns(tmp_path: Path) -> None:
    """Proves whole columns, rows by key, keys of two parts, new columns, emptied cells and new rows of two keys."""
    toml = """[set]
"site.pue" = 1.5
"site.price" = { guian = 111, NA = 222 }
"region_workload.demand" = { beijing = { training = 7 } }
"site.name_en" = { wuhu = "Wuhu" }
"site.share_min" = ""
"workload.indivisible" = true
"region_site.latency" = { "010101" = { wuhu = 9 } }
"side.name_zh" = { east = "x" }
"""
    child = read(pair(tmp_path, toml.replace('"side.name_zh" = { east = "x" }\n', "")))
    assert set(child.series("pue")) == {1.5}
    assert child.series("price").to_dict() == {"NA": 222.0, "guian": 111.0, "wuhu": 549.8}
    assert child.series("demand")["beijing", "training"] == 7.0
    assert child.series("demand")["beijing", "inference"] == 45.5
    assert child.given["site.name_en"].to_dict() == {"wuhu": "Wuhu"}
    assert not child.is_given("share_min")
    assert child.series("indivisible").all()
    assert child.series("latency")["010101", "wuhu"] == 9.0
    assert "unknown column name_zh" in str(faults(pair(tmp_path / "2", toml))[0])


def test_set_of_part_of_a_key_takes_all_rows_below(tmp_path: Path) -> None:
    """Proves that an outer key alone means every row that starts with it."""
    child = read(pair(tmp_path, '[set]\n"region_workload.demand" = { beijing = 3 }\n'))
    assert child.series("demand").loc["beijing"].to_list() == [3.0, 3.0]
    assert child.series("demand").loc["010101"].to_list() == [10.0, 30.0]


def test_set_reaches_a_set_without_table(tmp_path: Path) -> None:
    """Proves that a hub known by reference only can be given a value."""
    written(tmp_path / "base", {name: data for name, data in good_files().items() if name != "hub.csv"})
    child = written(tmp_path / "child", {"scenario.toml": CHILD + b'[set]\n"hub.hub_share_min" = { delta = 0.4 }\n'})
    assert read(child).series("hub_share_min").to_dict() == {"delta": 0.4}


def test_a_bases_edits_come_before_its_child(tmp_path: Path) -> None:
    """Proves that [set] and [drop] of a base work at its own level; the child's table has the later word."""
    files = good_files()
    files["scenario.toml"] += b'[set]\n"site.pue" = 2\n[drop]\nsite = ["NA"]\nlink = ["spur"]\n'
    written(tmp_path / "base", files)
    tables = {"site.csv": b"site,pue,price\nwuhu,1.1,\nNA,1.2,100\n"}
    child = read(written(tmp_path / "child", {"scenario.toml": CHILD, **tables}))
    assert child.series("pue").to_dict() == {"NA": 1.2, "guian": 2.0, "wuhu": 1.1}
    assert child.series("price")["NA"] == 100.0


def test_drop_takes_every_row_that_names_the_key(tmp_path: Path) -> None:
    """Proves that all tables with that key lose the rows, the sources too."""
    child = read(pair(tmp_path, '[drop]\nsite = ["wuhu"]\nlink = ["trunk", "spur"]\nworkload = ["inference"]\n'))
    assert child.sets["site"] == ("NA", "guian")
    assert child.sets["workload"] == ("training",)
    assert set(child.tables["region_site"]["site"]) == {"guian"}
    assert len(child.tables["region_workload"]) == 2
    assert "wuhu" not in set(child.tables["source"]["key"])


@pytest.mark.parametrize(
    ("override", "name", "expected"),
    [
        ("carbon_price=12.5", "carbon_price", 12.5),
        ("layer=internet", "layer", "internet"),
        ("exact=false", "exact", False),
        ("price=1", "price", 1.0),
    ],
)
def test_overrides_of_scalars(override: str, name: str, expected: object, tmp_path: Path) -> None:
    """Proves that --set of a bare word reaches a scalar, and replaces a table's column of that name."""
    scenario = read(written(tmp_path / "world", good_files()), override)
    assert scenario.scalar(name) == expected
    assert scenario.settings.parameters[name] == expected


def test_overrides_of_cells_have_the_last_word(tmp_path: Path) -> None:
    """Proves columns, rows, objective and order; an override under [set] breaks it."""
    child = pair(tmp_path, '[set]\n"site.pue" = 1.5\n')
    scenario = read(
        child,
        "site.pue=1.6",
        "site.pue[wuhu]=1.7",
        "region_workload.demand[beijing, training]=8",
        "objective.minimise=latency",
    )
    assert scenario.series("pue").to_dict() == {"NA": 1.6, "guian": 1.6, "wuhu": 1.7}
    assert scenario.series("demand")["beijing", "training"] == 8.0
    assert scenario.settings.objective == {"latency": 1.0}
    assert read(child, "objective.minimise={ cost = 1, latency = 5 }").settings.objective == {"cost": 1, "latency": 5}
    assert not read(child, "carbon_price=").is_given("carbon_price")


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("carbon_price", "no value"),
        ("carbon_prize=1", "did you mean 'carbon_price'?"),
        ("carbon_price=1,5", "decimal comma"),
        ("site.peu=1", "did you mean 'pue'?"),
        ("sight.pue=1", "did you mean 'site'?"),
        ("site.pue[whu]=1", "did you mean 'wuhu'?"),
        ("site.pue[wuhu,day]=1", "the key has 2 parts"),
        ("site.pue=0.5", "at least 1 and at most 3"),
        ("objective.minimise=money", "not an objective"),
        ("objective.minimise={ cost = 0 }", "all weights are 0"),
        ("site_timestep.pue[wuhu,day]=1.1", "set the whole column"),
        ("side.name_zh[nowhere]=1", "unknown column"),
        ("solver.name=x", "unknown table solver"),
    ],
)
def test_bad_overrides_are_named(override: str, says: str, tmp_path: Path) -> None:
    """Proves that the command line is told apart from the files, with the nearest name."""
    (first, *_) = faults(written(tmp_path / "world", good_files()), override)
    assert first.file == "--set"
    assert says in str(first)


def test_circles_and_ways_out_are_refused(tmp_path: Path) -> None:
    """Proves that a circle of two is named whole and that a base's base must stay inside the root as well."""
    written(tmp_path / "root" / "a", {"scenario.toml": b'extends = "../b"\n'})
    written(tmp_path / "root" / "b", {"scenario.toml": b'extends = "../a"\n'})
    assert "a → b → a" in str(faults(tmp_path / "root" / "a")[0])
    written(tmp_path / "root" / "b", {"scenario.toml": b'extends = "../../out"\n'})
    written(tmp_path / "out", good_files())
    (first, *_) = faults(tmp_path / "root" / "a")
    assert first.file == "b/scenario.toml"
    assert "leaves" in first.problem


def test_faults_name_the_file_the_cell_came_from(tmp_path: Path) -> None:
    """Proves origins through extends, [set] and --set; a fault that blames the base for the child breaks it."""
    child = pair(tmp_path, '[set]\n"site.price" = { wuhu = 5 }\n', site="site,pue\n\n".strip() + "\nguian,1.4\n")
    scenario = read(child, "site.pue[NA]=2")

    def place(name: str, key: tuple[str, ...] | None) -> tuple[object, ...]:
        fault = scenario.fault(name, key, "problem", "remedy")
        return fault.file, fault.row, fault.column, fault.value

    assert place("pue", ("guian",)) == ("child/site.csv", 2, "pue", "1.4")
    assert place("pue", ("wuhu",)) == ("base/site.csv", 2, "pue", "1.25")
    assert place("pue", ("NA",)) == ("--set", None, "pue", "2")
    assert place("price", ("wuhu",)) == ("child/scenario.toml", 3, "price", "5")
    assert place("demand", ("010101", "training")) == ("base/region_workload.csv", 4, "demand", "30")
    assert place("carbon_price", None) == ("base/scenario.toml", 9, "parameters.carbon_price", 90.0)
    assert place("site.longitude", ("guian",))[:3] == ("base/site.csv", 3, "longitude")
    assert place("latency", ("beijing", "NA"))[:3] == ("base/region_site.csv", None, "latency")
    assert place("wind_price", None)[:3] == ("child/scenario.toml", None, "parameters.wind_price")
    assert place("timestep_weight", None)[:3] == ("base/timestep.csv", None, "timestep_weight")


def test_a_bad_cell_of_the_base_is_named_there(tmp_path: Path) -> None:
    """Proves that reading faults name the base's file, and that a cell the child replaces is none."""
    child = pair(tmp_path)
    base = tmp_path / "base" / "site.csv"
    base.write_bytes(base.read_bytes().replace(b"1.25", b"nan"))
    assert str(faults(child)[0]).startswith("base/site.csv, row 2, column pue, value 'nan'")
    written(child, {"site.csv": b"site,pue\nwuhu,1.3\n"})
    assert read(child).series("pue")["wuhu"] == 1.3


def test_what_is_not_used_is_noted_and_left_out(tmp_path: Path) -> None:
    """Proves that tables of features not listed are allowed, checked, named, and not given to the model."""
    scenario = read(written(tmp_path / "world", good_files()))
    assert "unused: site_technology.csv, column capacity (the feature wind is not listed)" in [
        note.en for note in scenario.notes
    ]
    assert not scenario.is_given("capacity")
    files = good_files() | {"site_technology.csv": b"site,technology,capacity\nguian,wind,x\n"}
    assert "not a number" in str(faults(written(tmp_path / "other", files))[0])


def test_share_of_illustrative_inputs(tmp_path: Path) -> None:
    """Proves the count by hand: a key's own word goes before its column's, text and unused cells do not count."""
    scenario = read(written(tmp_path / "world", good_files()))
    assert illustrative_share(scenario) == pytest.approx(
        2 / (1 + 3 * 4 + 2 + 2 + 2 * 2 + 1 + 4 + 3 * 2 + 2 * 2 + 2 + 1)
    )
    files = good_files()
    del files["source.csv"]
    assert illustrative_share(read(written(tmp_path / "none", files))) is None


def test_files_that_are_no_tables_are_the_authors_own(tmp_path: Path) -> None:
    """Proves that notes, scripts, locks and folders do not disturb; a stray CSV does."""
    world = written(tmp_path / "world", good_files() | {"README.md": b"x", "derive.py": b"x", "._site.csv": b"\0"})
    (world / "derive").mkdir()
    (world / ".~lock.site.csv#").write_bytes(b"x")
    assert read(world).content_hash == read(written(tmp_path / "plain" / "world", good_files())).content_hash
