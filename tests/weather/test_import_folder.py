"""`planner import weather`: what an import leaves in the folder, what it keeps, and that it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import planner
from planner import cli
from planner.errors import CannotWriteError, InvalidInputError
from planner.io.files import several_files as together
from tests.weather.hourly import (
    BEIJING,
    brought,
    contents,
    naive,
    numbers,
    rows,
    said,
    table,
    weather,
    written,
    year_of_stamps,
)


def test_coarser_values_are_moved_not_lost(world: Path) -> None:
    """Proves that a value for all hours is refused without --replace, and with it is kept hour by hour elsewhere.

    Sensitivity: solar falling back to the default of 1 when wind is imported; a source that speaks of a column gone.
    """
    file = weather(world)
    before = contents(world)
    options: dict[str, Any] = {"column": "availability", "fixed": {"technology": "wind"}, "confidence": "derived"}
    with pytest.raises(InvalidInputError, match=r"availability is given for all hours, in site_technology\.csv"):
        brought(file, world, **options)
    assert contents(world) == before
    done = brought(file, world, replace=True, **options)
    scenario = planner.read_scenario(world)
    found = scenario.series("availability").unstack("timestep")
    assert set(found.loc["zhongwei", "solar"]) == {0.156}
    assert found.loc[("horinger", "wind"), "12-31 23"] == 0.8759
    assert any("zhongwei × solar keeps its value" in note for note in done.notes)
    assert rows(world / "site_technology.csv")[1] == {
        "site": "zhongwei",
        "technology": "solar",
        "green_capacity_existing": "20",
    }
    source = {(row["table"], row["column"]): row for row in rows(world / "source.csv")}
    assert source["site_technology_timestep", "availability"]["source"] == "a yearbook; weather.csv"
    assert source["site_technology_timestep", "availability"]["confidence"] == "derived"
    assert ("site_technology", "availability") not in source
    assert source["site", "pue"]["licence"] == "fact"


def test_values_that_stand_are_not_overwritten_unasked(world: Path) -> None:
    """Proves that --replace is asked for before numbers go, and that other columns, rows and sources stay.

    Sensitivity: a table written anew with the imported column alone.
    """
    brought(weather(world), world, source="first")
    file = table(world.parents[1] / "second.csv", naive(year_of_stamps(2021)), {"zhongwei": ["9.5"] * 8760})
    pick = ("zhongwei=zhongwei",)
    with pytest.raises(InvalidInputError, match="temperature of zhongwei is there already"):
        brought(file, world, picks=pick)
    brought(file, world, picks=pick, replace=True, source="second", confidence="published")
    pue = table(
        world.parents[1] / "pue.csv",
        naive(year_of_stamps(2021)),
        {"zhongwei": ["1.2"] * 8760, "horinger": ["1.3"] * 8760},
    )
    brought(pue, world, column="pue", replace=True)
    scenario = planner.read_scenario(world)
    warm, load = (scenario.series(name).unstack("timestep") for name in ("temperature", "pue"))
    assert set(warm.loc["zhongwei"]) == {9.5}
    assert list(warm.loc["horinger"]) == [float(cell) for cell in numbers(8760)]
    assert set(load.loc["horinger"]) == {1.3}
    source = {row["column"]: row for row in rows(world / "source.csv")}
    assert source["temperature"]["source"] == "first; second"
    assert source["temperature"]["confidence"] == "illustrative"
    assert source["pue"]["source"] == "pue.csv"


def test_a_set_value_is_not_left_to_contradict(world: Path) -> None:
    """Proves that a column that [set] gives for all hours is refused, since an import does not edit scenario.toml.

    Sensitivity: a folder that cannot be read after the import.
    """
    toml = world / "scenario.toml"
    toml.write_text(f'{toml.read_text(encoding="utf-8")}[set]\n"site.pue" = 1.3\n', encoding="utf-8")
    file = table(
        world.parents[1] / "p.csv", naive(year_of_stamps(2021)), dict.fromkeys(("zhongwei", "horinger"), ["1.2"] * 8760)
    )
    with pytest.raises(InvalidInputError, match="it is set for all hours"):
        brought(file, world, column="pue", replace=True)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_written_whole_or_not_at_all(
    world: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, after: int
) -> None:
    """Proves that a failure or a signal at any of the renames leaves the folder as it was, without drafts.

    Sensitivity: files renamed before the failure left in place.
    """
    before = contents(world)
    rename, calls = Path.replace, iter(range(100))

    def failing(path: Path, target: Path) -> Path:
        if ".before." not in path.name and next(calls) == after:
            raise error
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(CannotWriteError if isinstance(error, OSError) else KeyboardInterrupt):
        brought(weather(world), world, column="availability", fixed={"technology": "wind"}, replace=True)
    assert contents(world) == before


def test_links_out_of_the_root_are_not_followed(world: Path) -> None:
    """Proves that nothing is read or written through a link that leaves the scenarios' root.

    Sensitivity: a table of another folder overwritten.
    """
    outside = world.parents[1] / "outside.csv"
    outside.write_text("site,timestep,temperature\n", encoding="utf-8")
    (world / "site_timestep.csv").symlink_to(outside)
    with pytest.raises(InvalidInputError, match="the link leaves the scenarios' root"):
        brought(weather(world), world)
    assert outside.read_text(encoding="utf-8") == "site,timestep,temperature\n"
    (world / "site_timestep.csv").unlink()
    inside = written(world.parent / "other", {"site_timestep.csv": "site,timestep,temperature\n"}) / "site_timestep.csv"
    (world / "site_timestep.csv").symlink_to(inside)
    brought(weather(world), world)
    assert inside.read_text(encoding="utf-8") == "site,timestep,temperature\n"
    assert not (world / "site_timestep.csv").is_symlink()


def unreadable(world: Path) -> Iterator[tuple[Path, str]]:
    """Yield files that are no tables, and what is said of each."""
    top = world.parents[1]
    (top / "folder.csv").mkdir()
    (top / "utf16.csv").write_bytes("time,zhongwei\n".encode("utf-16"))
    (top / "book.xlsx").write_bytes(b"PK\3\4")
    (top / "zip.csv").write_bytes(b"PK\3\4\0\0")
    (top / "empty.csv").write_bytes(b"")
    yield top / "folder.csv", "the file cannot be read"
    yield top / "nowhere.csv", "there is no such file"
    yield top / "a\0b.csv", "the file cannot be read"
    yield top / ("x" * 300 + ".csv"), "the file cannot be read"
    yield top / "utf16.csv", "the file is in UTF-16"
    yield top / "book.xlsx", "not a CSV or EPW file"
    yield top / "zip.csv", "NUL"
    yield top / "empty.csv", "the file is empty"


def test_files_that_are_no_tables(world: Path) -> None:
    """Proves that whatever is named as FILE ends in one message, and that only CSV is read.

    Sensitivity: a traceback, a workbook read as text.
    """
    for file, message in unreadable(world):
        with pytest.raises(InvalidInputError) as caught:
            brought(file, world)
        assert message in said(caught.value), file
    for folder in (world / "scenario.toml", world / "x", Path("a\0b"), world.parent / "empty"):
        (world.parent / "empty").mkdir(exist_ok=True)
        with pytest.raises(InvalidInputError):
            brought(weather(world), folder)


@pytest.mark.parametrize(
    "name", ["=app|'topic'!A0.csv", "a\nb.csv", "\u202egpj.csv", "<b>.csv", "-rf.csv", "空 格.csv"]
)
def test_hostile_file_names(world: Path, name: str) -> None:
    """Proves that a file's name is text in source.csv and in what is printed: no formula, no control character.

    Sensitivity: a spreadsheet that calculates a source, a line forged in the terminal.
    """
    file = table(
        world.parents[1] / name, naive(year_of_stamps(2021)), dict.fromkeys(("zhongwei", "horinger"), numbers(8760))
    )
    text = brought(file, world, picks=("zhongwei=zhongwei",)).told().en
    assert all(line.isprintable() for line in text.splitlines())
    (row,) = (row for row in rows(world / "source.csv") if row["column"] == "temperature")
    assert row["source"][:1] != "="
    assert planner.read_scenario(world).tables["source"]["source"].map(str.isprintable).all()


def test_the_command_end_to_end(
    world: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that an imported scenario is read, checked and solved, and that its cost is that of the imported prices.

    By hand: 40 MW × PUE 1.25 at zhongwei in every hour, at 300 CNY/MWh by day and 100 by night: 50 MW × 4,380 h × 400.
    Sensitivity: an hour counted twice, a price of another site, a weight that is not 1.
    """
    monkeypatch.chdir(world.parent)
    for name in ("site_technology.csv", "source.csv"):  # no green power of its own, so that the grid alone is paid
        (world / name).unlink()
    cells = ["300"] * 12 + ["100"] * 12
    table(Path("prices.csv"), naive(year_of_stamps(2020)), {"宁夏": cells * 366, "内蒙古": ["900"] * 8784})

    def call(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["planner", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0)

    words = ["import", "weather", "prices.csv", "world", "--column", "grid_power_price", "--replace", "--year", "2025"]
    assert call(*words) == 2
    assert "--time-zone is missing" in capsys.readouterr().err
    assert call(*words, "--time-zone", BEIJING) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("grid_power_price of 2 sites at 8,760 hours: horinger from 内蒙古, zhongwei from 宁夏\n")
    assert "wrote world/site_timestep.csv\n" in printed
    assert "note: 29 February 2020 is left out: the scenario has 8,760 hours\n" in printed
    assert call("check", "world") == 0
    plan = planner.run(planner.read_scenario("world"))
    assert plan.summary["status"] == "optimal"
    assert plan.summary["cost"] == pytest.approx(40 * 1.25 * 4380 * 400)


def test_help_says_what_kinds_there_are(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Proves that `planner import` names its kinds, and refuses a kind that is not one.

    Sensitivity: a verb that takes the first word for a file.
    """
    monkeypatch.setattr("sys.argv", ["planner", "import", "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "weather" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["planner", "import", "climate", "a.csv", "b"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    assert "climate" in capsys.readouterr().err


def test_drafts_are_synced_files(world: Path) -> None:
    """Proves that files are replaced with the rights they had, and that a folder that is gone is told.

    Sensitivity: a table that others may no longer read after an import.
    """
    (world / "source.csv").chmod(0o640)
    brought(weather(world), world)
    assert (world / "source.csv").stat().st_mode & 0o777 == 0o640
    with pytest.raises(CannotWriteError, match="cannot write"), together.sole_writer(world / "gone"):
        pass
