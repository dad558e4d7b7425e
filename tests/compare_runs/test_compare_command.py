"""``planner compare`` as a user meets it: what it writes and says in both languages, and what it refuses."""

from __future__ import annotations

import csv
import json
import re
from math import isfinite
from pathlib import Path

import openpyxl
import pytest
from compared_worlds import NARROW, ONE

from planner import cli
from planner.pipeline.run import run_and_write
from planner.studies.compare.differences.comparison import TABLES
from tests.algebra import scenario_of
from tests.worlds import World

HOSTILE = (
    '=HYPERLINK("http://evil.example/","x")',
    "<script>alert(1)</script>",
    "[bold]{0} $\\frac{1}{2}$ %s",
    "+1-1@SUM(A1)",
)


def call(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    monkeypatch.setattr("sys.argv", ["planner", "compare", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def written(world: World, folder: Path) -> Path:
    """Run a world into a folder."""
    return run_and_write(scenario_of(world), folder, drawn=False)[1]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the folders of two runs between which 4.5 MW move."""
    place = tmp_path_factory.mktemp("runs")
    return [written(ONE, place / "wide"), written(NARROW, place / "narrow")]


def test_it_writes_tables_workbook_and_map(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that --out has the text, a CSV and a sheet a table, and the map in every format, and nothing else.

    Sensitivity: a table left out of the workbook, a draft left behind.
    """
    out = tmp_path / "deep" / "out"
    assert call(monkeypatch, *runs, "--out", out) == 0
    said = capsys.readouterr().out
    assert "Moved between sites: 4.5 MW of the 30.0 MW in the base (15.0%)" in said
    assert "the parts add up to +4,590,000.00 CNY/a; the costs differ by +4,590,000.00 CNY/a" in said
    assert "far – cpu: existing capacity 15 → 10 MW" in said
    assert said.startswith((out / "comparison.txt").read_text(encoding="utf-8"))
    names = {path.name for path in out.iterdir()}
    maps = {f"difference.{form}" for form in ("png", "svg", "pdf")}
    assert names == {f"{name}.csv" for name in TABLES} | maps | {"comparison.txt", "comparison.xlsx"}
    with (out / "moved.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["run"], row["kind"], row["site_from"], row["site_to"]) == ("narrow", "moved", "far", "near")
    assert float(row["load"]) == pytest.approx(4.5)
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_the_workbook_has_every_table_in_both_languages(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that each CSV is a sheet with as many rows, headings in Chinese and English, and numbers as numbers.

    Sensitivity: a table of another comparison, a number written as text.
    """
    out = tmp_path / "out"
    assert call(monkeypatch, *runs, "--out", out, "--quiet", "--format", "svg") == 0
    book = openpyxl.load_workbook(out / "comparison.xlsx")
    sheets = {sheet.title.split(" ")[0]: sheet for sheet in book}
    assert list(sheets) == ["summary", *TABLES]
    for name in TABLES:
        lines = (out / f"{name}.csv").read_text(encoding="utf-8").count("\n")
        heads = [[cell.value for cell in row][1:] for row in sheets[name].iter_rows(max_row=4)]
        assert sheets[name].max_row == 4 + lines - 1, name
        assert all(re.search("[\u4e00-\u9fff]", head) for head in heads[1]), name
        assert not any(re.search("[\u4e00-\u9fff]", head) for head in heads[2]), name
    (move,) = sheets["moved"].iter_rows(min_row=5, values_only=True)
    assert move[-1] == pytest.approx(4.5)
    changed = [row for row in sheets["inputs"].iter_rows(min_row=5, values_only=True) if row[5] == "capacity_existing"]
    assert [row[6:8] for row in changed] == [(15, 10)]


def test_everything_is_said_in_the_language_asked_for(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the Chinese text has no English sentence left, and the English none of the Chinese.

    Names of tables and columns, units and ids stay as files have them. Sensitivity: a sentence said in one language.
    """
    assert call(monkeypatch, *runs, "--language", "zh", "--out", tmp_path / "zh", "--format", "svg") == 0
    chinese = capsys.readouterr().out.replace(str(tmp_path), "")
    assert "节点间迁移：4.5 MW，占基准方案 30.0 MW 的 15.0%" in chinese
    known = r"narrow|wide|far|near|web|cpu|coast|MW|ms|CO2|capacity_existing|site_compute_type|IT|zh"
    rest = re.sub(known, "", chinese)
    assert re.findall(r"[A-Za-z]{2,}", rest) == []
    assert call(monkeypatch, *runs, "--language", "en") == 0
    assert not re.search("[\u4e00-\u9fff]", capsys.readouterr().out)


def test_json_is_the_tables_and_nothing_else(
    runs: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that --json prints one object with every table of every run. Sensitivity: a line of text before it."""
    assert call(monkeypatch, *runs, runs[0], "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert [run["moved"] for run in data["runs"]] == pytest.approx([4.5, 0])
    assert set(data["runs"][0]["tables"]) == set(TABLES)
    assert isfinite(data["runs"][0]["cost_difference"])


def test_three_runs_stand_side_by_side(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that each run is set beside the first, not beside its neighbour, and has a map of its own.

    Sensitivity: narrow against wide read as a move back.
    """
    third = written(NARROW.with_parameters(), tmp_path / "third")
    out = tmp_path / "out"
    assert call(monkeypatch, *runs, third, "--out", out, "--format", "svg") == 0
    said = capsys.readouterr().out
    assert said.startswith("3 runs, the first is the base")
    assert re.search(r"moved between sites +– +4\.5 MW +4\.5 MW", said)
    assert {path.name for path in out.glob("*.svg")} == {"difference-1.svg", "difference-2.svg"}


def test_the_same_run_twice_is_said(
    runs: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that a run against itself, by any name of its folder, moved nothing and says why.

    Sensitivity: folders compared as they are written.
    """
    other = runs[0].parent / "narrow" / ".." / runs[0].name
    assert call(monkeypatch, runs[0], other) == 0
    said = capsys.readouterr().out
    assert "both are one and the same run" in said
    assert "Nothing moved." in said


def test_hostile_names_stay_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that names which a spreadsheet, a page or a formatter would take for code are drawn and written as text.

    Sensitivity: a writer that turns text into formulas, a name used as a format.
    """
    worlds = [ONE, NARROW]
    for column, name in zip(("name_zh", "name_en"), HOSTILE[:2], strict=True):
        worlds = [world.with_cells("site", column, {"far": name, "near": HOSTILE[2]}) for world in worlds]
    worlds = [world.with_cells("workload", "name_en", {"web": HOSTILE[3]}) for world in worlds]
    folders = [written(world, tmp_path / str(number)) for number, world in enumerate(worlds)]
    for language in ("en", "zh"):
        out = tmp_path / language
        assert call(monkeypatch, *folders, "--out", out, "--format", "svg", "--language", language) == 0
        book = openpyxl.load_workbook(out / "comparison.xlsx")
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
        assert all(cell.hyperlink is None for cell in cells)
        assert HOSTILE[0] in {cell.value for cell in cells}
        sites = (out / "sites.csv").read_text(encoding="utf-8")
        assert "'=HYPERLINK" in sites
        assert "<script" not in (out / "difference.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "RUN RUN"),
        (["wide"], 2, "two runs or more"),
        (["wide", "nowhere"], 3, "no such run folder"),
        (["wide", "empty"], 3, "manifest.json"),
        (["wide", "failed"], 3, "has no plan"),
        (["wide", "changed"], 3, "allocation.csv"),
        (["wide", "narrow", "--out", "wide"], 2, "exists already"),
        (["wide", "narrow", "--out", "/proc/nowhere/out"], 10, "cannot write"),
        (["wide", "narrow", "--out", "new", "--format", "gif"], 2, "png, svg, pdf"),
        (["wide", "narrow", "--out", "new", "--basemap", "none.geojson"], 3, "none.geojson"),
        (["wide", "narrow", "--language", "fr"], 2, "zh and en"),
    ],
)
def test_what_is_refused(
    words: list[str],
    code: int,
    said: str,
    runs: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that wrong input is one block on stderr with its exit code, and leaves nothing behind.

    Sensitivity: a traceback, a folder half written, a run without a plan compared as one of nought.
    """
    monkeypatch.chdir(tmp_path)
    for run in runs:
        (tmp_path / run.name).symlink_to(run)
    (tmp_path / "empty").mkdir()
    if "failed" in words:
        tight = ONE.with_cells("site", "utilisation_max", {"*": 0.01}).write(tmp_path / "tight")
        monkeypatch.setattr("sys.argv", ["planner", "run", str(tight), "--out", "failed", "--quiet"])
        with pytest.raises(SystemExit):
            cli.main()
    if "changed" in words:
        table = written(ONE, tmp_path / "changed") / "tables" / "allocation.csv"
        table.write_text(table.read_text(encoding="utf-8").replace("near", "far "), encoding="utf-8")
    capsys.readouterr()
    assert call(monkeypatch, *words) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""
    assert not (tmp_path / "new").exists()
