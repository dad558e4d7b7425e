"""What the how-to pages say is what happens."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from planner.errors import InvalidInputError
from planner.models.algebra.plan_model import PlanModel
from planner.models.declarations import feature_modules
from tests.docs.pages import ROOT, blocks, page, tables
from tests.docs.play import Reader

WRITE = "docs/how-to/write-your-own-scenario.md"
FEATURE = "docs/how-to/add-a-feature.md"
PAGES = (WRITE, "docs/how-to/read-a-run.md", "docs/how-to/representative-days.md")
SITES, DEMAND, TOML = "site.csv", "region_workload.csv", "scenario.toml"

Damage = Callable[[Path], None]


def replace(file: str, old: str, new: str) -> Damage:
    """Return a change of one piece of text in one file of a scenario."""

    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def save_as_utf16(folder: Path) -> None:
    """Save the sites as Excel's "Unicode text"."""
    (folder / SITES).write_text((folder / SITES).read_text(encoding="utf-8"), encoding="utf-16")


DAMAGES: dict[str, Damage] = {
    "a row of demand left out": replace(DEMAND, "lanzhou,training,20\n", ""),
    "an id misspelt": replace("site_compute_type.csv", "qingyang,", "qinyang,"),
    "American spelling": replace(SITES, "utilisation_max", "utilization_max"),
    "a percentage": replace(SITES, ",5,0.2,", ",5,20%,"),
    "thousands separated": replace(SITES, "5000000", '"5,000,000"'),
    "longitude and latitude swapped": replace(SITES, "121.12,31.15", "31.15,121.12"),
    "a key twice": replace(DEMAND, "lanzhou,training,20\n", "lanzhou,training,20\nshanghai,online,5\n"),
    "a feature without what it needs": replace(TOML, '"facility_load",\n', "\n"),
    "weights that do not fill the year": replace("timestep.csv", "5840", "5800"),
    "a scalar that is a column": replace(TOML, "carbon_price = 50 ", "pue = 1.2 "),
    "saved as UTF-16": save_as_utf16,
}


@pytest.mark.parametrize(("done", "said"), tables(WRITE)["faults"])
def test_faults_are_said_as_the_page_says(done: str, said: str, tmp_path: Path) -> None:
    """Proves that each message on the page is what the planner says of that mistake; a reworded message breaks it."""
    shutil.copytree(ROOT / "scenarios/tiny", tmp_path / "w")
    DAMAGES[done](tmp_path / "w")
    with pytest.raises(InvalidInputError) as caught:
        planner.read_scenario(tmp_path / "w")
    assert said.strip("`") in [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("name", PAGES)
def test_sessions_run_as_printed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the commands and the Python of the how-to pages print what the pages say."""
    assert Reader(tmp_path, monkeypatch, capsys).play(name)


def test_toml_on_the_page_is_a_scenario(tmp_path: Path) -> None:
    """Proves that both scenario.toml of the page are read: the names, the features and the edits they use exist."""
    first, second = (block.text for block in blocks(WRITE) if block.kind == "toml")
    shutil.copytree(
        ROOT / "scenarios/national-2025", tmp_path / "national-2025", ignore=shutil.ignore_patterns("derive")
    )
    shutil.copytree(ROOT / "scenarios/tiny", tmp_path / "first")
    (tmp_path / "first" / TOML).write_text(first, encoding="utf-8")
    (tmp_path / "first" / "source.csv").unlink()
    assert planner.read_scenario(tmp_path / "first").features == tuple(tomllib.loads(first)["features"])
    (tmp_path / "second").mkdir()
    second = second.replace("training", "model_training") if "training" not in _workloads() else second
    (tmp_path / "second" / TOML).write_text(second, encoding="utf-8")
    scenario = planner.read_scenario(tmp_path / "second")
    assert scenario.scalar("carbon_price") == 200
    assert "wuhu" not in scenario.sets["site"]


def _workloads() -> set[str]:
    rows = page("scenarios/national-2025/workload.csv").splitlines()[1:]
    return {row.split(",")[0] for row in rows}


def test_run_files_listed_are_those_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the list of a run's files on the page is the run folder; a new or a renamed file breaks it."""
    Reader(tmp_path, monkeypatch, capsys).output(["planner", "run", "scenarios/tiny", "--out", "run", "--quiet"])
    written = {path.name for path in (tmp_path / "run").iterdir()}
    files = page("docs/how-to/read-a-run.md").split("\n## The files\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?`) \| ", files, re.MULTILINE)
    listed = {name.split("/")[0] for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert listed == written


def test_add_a_feature_quotes_the_code() -> None:
    """Proves that the code on the page stands in the features it is taken from, and that the calls it lists exist."""
    modules = feature_modules()
    if "traffic" not in modules:
        pytest.skip("the page walks through traffic, which is not here yet")
    source = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules.values())
    known = {" ".join(line.split()) for line in source.splitlines()}
    parameters = "".join(source.split())
    for block in blocks(FEATURE):
        for line in block.text.splitlines():
            flat = " ".join(line.split())
            assert flat in known or _flat(flat) in parameters, line
    for name in re.findall(r"^\| `m\.(\w+)\(", page(FEATURE), re.MULTILINE):
        assert hasattr(PlanModel, name), name


def _flat(line: str) -> str:
    """Return a call on one line as the formatter would leave it on several, blanks taken away."""
    return re.sub(r",?\),?$", "", "".join(line.split()))
