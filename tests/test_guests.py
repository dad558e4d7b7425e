"""The promise, proved: a feature of another package is known to all of the planner without another line.

The package is the one that ``docs/how-to/a-feature-of-your-own.md`` prints, installed in a folder of its own as pip
would; all of it is seen from processes that are started anew.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from planner.errors import GuestFeatureError
from planner.models.declarations import feature_modules
from tests.docs.pages import ROOT, blocks
from tests.guest import NAME, PACKAGE, PAGE, VERSION, install, planner_with, printed, python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

ENTRY = {"feature": NAME, "package": PACKAGE, "version": VERSION}
NOTE = f"the feature {NAME} is of the package {PACKAGE} {VERSION}, not part of the planner"
NOTE_ZH = f"功能 {NAME} 来自软件包 {PACKAGE} {VERSION}，不属于本规划程序"
Verb = Callable[..., str] if TYPE_CHECKING else object


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the package is installed."""
    return install(tmp_path_factory.mktemp("guest"))


@pytest.fixture(scope="module")
def place(guest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a scenario that uses the feature, and a run of it."""
    folder = tmp_path_factory.mktemp("place")
    scenario(folder / "warm")
    done(planner_with(guest, "run", "warm", "--out", "run", "--quiet", cwd=folder))
    return folder


@pytest.fixture(scope="module")
def verb(guest: Path, place: Path) -> Verb:
    """Return what runs a verb where the package is installed and gives what it prints."""
    return lambda *words: done(planner_with(guest, *words, cwd=place))


def scenario(folder: Path) -> Path:
    """Write ``tiny`` with the feature, as the page says."""
    shutil.copytree(ROOT / "scenarios/tiny", folder)
    [added] = [block.text for block in blocks(PAGE) if block.note == "scenario.toml"]
    features, given = added.split("\n\n", 1)
    assert features.startswith(f'features = [… "{NAME}"')
    text = (folder / "scenario.toml").read_text(encoding="utf-8")
    text = text.replace('"emissions", "traffic",', f'"emissions", "traffic", "{NAME}",')
    (folder / "scenario.toml").write_text(f"{text}\n{given}", encoding="utf-8")
    return folder


def done(ended: subprocess.CompletedProcess[str]) -> str:
    """Return what a process printed that ended well."""
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    return ended.stdout


def test_the_contract_holds_it(guest: Path) -> None:
    """The contract's tests find the feature and hold it to all they ask, and so do those of units and planted faults.

    Proves: rules, words, templates, report, audit, what gives and example, each in a process of its own. Sensitivity:
    a test that lists the features; a world that is not made of their examples.
    """
    tests = ["tests/test_feature_contract.py", "tests/test_units.py", "tests/test_planted_faults.py"]
    chosen = f"{NAME} or found or objective or say_so or units_are or has_its_recorded_unit and limits"
    chosen += " or every_rule_and_cost or (every_number_is_confirmed and certificate)"
    printed = done(python(guest, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", chosen, cwd=ROOT))
    assert "passed" in printed


def test_reader_check_and_explain_know_it(guest: Path, verb: Verb, place: Path) -> None:
    """``check`` names it and whose it is, the reader refuses a value that it does not allow, ``explain`` what gives.

    Proves: columns, bounds, note and relaxation, in both languages. Sensitivity: a list of features kept by hand.
    """
    assert NOTE in verb("check", "warm")
    assert NOTE_ZH in verb("check", "warm", "--language", "zh")
    refused = planner_with(guest, "check", "warm", "--set", "site.heat_share_max=1.2", cwd=place)
    assert refused.returncode == 3
    assert "heat_share_max" in refused.stderr
    assert "largest share of heat at Qingyang: 0.3 is reached" in verb("explain", "warm")
    assert "庆阳的余热占比上限" in verb("explain", "warm", "--language", "zh")
    assert "heat_share_max" in verb("export", "--format", "json-schema")


def test_a_run_names_whose_it_is(verb: Verb, place: Path) -> None:
    """The manifest has package and version, the note both languages, and the stored plan is audited again.

    Proves: what is not part of the planner is called so, and is audited by its own file. Sensitivity: a guest taken for
    one of the planner's own.
    """
    manifest = json.loads((place / "run/manifest.json").read_text(encoding="utf-8"))
    assert manifest["guest_features"] == [ENTRY]
    assert any(NOTE in note for note in manifest["notes"])
    assert any(NOTE_ZH in note for note in manifest["notes_zh"])
    assert NOTE in verb("audit", "run")
    table = place / "run/tables/waste_heat.csv"
    text = table.read_text(encoding="utf-8")
    row = text.splitlines()[1]
    table.write_text(text.replace(row, row.rsplit(",", 1)[0] + ",99"), encoding="utf-8")
    try:
        assert "heat_from_load" in planner_failing(verb, "audit", "run")
    finally:
        table.write_text(text, encoding="utf-8")


def planner_failing(verb: Verb, *words: str) -> str:
    """Return what a verb says that must fail."""
    with pytest.raises(AssertionError) as caught:
        verb(*words)
    return str(caught.value)


def test_the_page_knows_it(place: Path) -> None:
    """The report has its cost, its rule's price, its limit and its package, in both languages.

    Proves: words reach the page from the feature's file, and the page does not vouch for it. Sensitivity: a catalogue
    of the page's own.
    """
    page = (place / "run/report.html").read_text(encoding="utf-8")
    for words in (
        "heat sold",
        "售热收入",
        "heat from the load",
        "余热来源",
        "largest share of heat",
        PACKAGE,
        NOTE,
        NOTE_ZH,
    ):
        assert words in page
    [vouched] = [line for line in page.split(">") if line.startswith("Every rule and every cost of these features")]
    assert "waste heat" not in vouched


def test_the_workbooks_know_it(verb: Verb, place: Path) -> None:
    """The template has its columns with both names and descriptions, the results its sheet; the template comes back.

    Proves: template, dictionary, results and import. Sensitivity: a sheet that lists its columns itself.
    """
    verb("export", "warm", "--format", "xlsx", "--out", "template.xlsx")
    verb("export", "run", "--format", "xlsx", "--out", "results.xlsx")
    template, results = (openpyxl.load_workbook(place / f"{name}.xlsx") for name in ("template", "results"))
    columns = {tuple(str(cell.value) for cell in column[:3]) for column in template["site"].iter_cols()}
    assert ("heat_share_max", "余热占比上限", "largest share of heat") in columns
    assert NAME in {cell.value for cell in template["字典 Dictionary"]["J"]}
    sold = {tuple(str(cell.value) for cell in column[:3]) for column in results[NAME].iter_cols()}
    assert ("heat_sold", "售出余热", "heat sold") in sold
    assert "heat" in {cell.value for cell in results["cost"]["B"]}
    verb("import", "template.xlsx", "back")
    assert NOTE in verb("check", "back")


def test_the_reference_knows_it(guest: Path, place: Path) -> None:
    """The reference has its page with its rule's equation, its line in the index and its rows in the dictionary.

    Proves: pages from the declarations alone. Sensitivity: an index kept by hand.
    """
    done(python(guest, "-m", "planner.reference", "reference", cwd=place))
    pages = {path.name: path.read_text(encoding="utf-8") for path in (place / "reference").iterdir()}
    assert "heat_sold[s,t] ≤ heat_share_max[s] × facility_load[s,t]" in pages[f"{NAME}.md"]
    assert f"[{NAME}]({NAME}.md)" in pages["README.md"]
    assert "| `heat_price` | CNY/MWh |" in pages["data-dictionary.md"]


def test_compare_knows_it(verb: Verb) -> None:
    """A comparison names its input that changed and its cost, in both languages.

    Proves: compare asks the declarations. Sensitivity: categories of cost kept by hand.
    """
    plain = ("--no-map", "--no-deciding", "--quiet")
    verb("run", "warm", "--out", "dear", *plain, "--set", "site.heat_price[qingyang]=80")
    told = verb("compare", "run", "dear")
    assert "Qingyang: price of heat 40 → 80 CNY/MWh" in told
    assert "heat sold" in told
    told = verb("compare", "run", "dear", "--language", "zh")
    assert "庆阳：余热价格 40 → 80 CNY/MWh" in told
    assert "售热收入" in told


def knowing(folder: Path) -> int:
    """Return how many runs in a folder name the package."""
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in folder.rglob("manifest.json")]
    return sum(manifest.get("guest_features") == [ENTRY] for manifest in manifests)


def test_a_sweep_finds_it_in_its_children(
    verb: Verb, guest: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processes of a sweep, and those that the workers of a dask cluster start, know the feature.

    Proves: entry points are found wherever ``python -m planner…`` runs. Sensitivity: features handed over by import.
    """
    vary = ("sweep", "warm", "--vary", "site.heat_price=20,80", "--format", "svg", "--out")
    verb(*vary, "here")
    assert knowing(place / "here") == 2
    pytest.importorskip("distributed", reason="the extra [engine] is not installed")
    from tests.sweep.test_sweep_dask import cluster  # noqa: PLC0415 - is skipped whole without dask

    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{guest}")
    with cluster(tmp_path) as (address, _):
        verb(*vary, "there", "--engine", "dask", "--scheduler", address)
    assert knowing(place / "there") == 2


SOURCE = printed()["planner_waste_heat.py"]
BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "a name that is taken": ({"name": "storage"}, "the planner has a feature of this name"),
    "no such module": ({"module": "planner_no_heat"}, "it cannot be imported: ModuleNotFoundError: No module named"),
    "an error at import": ({"source": "1 / 0"}, "it cannot be imported: ZeroDivisionError: division by zero"),
    "no audit": ({"source": SOURCE.replace("def audit", "def look")}, "it has no function audit(inputs, tables)"),
    "no example": ({"source": SOURCE.replace("EXAMPLE", "SAMPLE")}, "EXAMPLE is no mapping of values"),
    "a parameter that is taken": (
        {"source": SOURCE.replace("heat_price", "carbon_price")}, "carbon_price is declared by emissions"
    ),
    "a word that is taken": (
        {"source": SOURCE.replace('"heat_sold": say_both(', '"pue": say_both("heat", "余热"), "heat_sold": say_both(')}, "WORDS: pue is called",
    ),
    "a need that is not there": ({"source": SOURCE.replace('"facility_load",)', '"heat_pumps",)')}, "it requires heat_pumps"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_feature_that_cannot_be_used_is_named(fault: str, tmp_path: Path) -> None:
    """A command ends with exit code 12 and names feature, package, version, what is wrong and what to do.

    Proves: taken names, imports that fail and what the contract asks for. Sensitivity: a traceback; a feature left out
    in silence.
    """
    changes, said = BROKEN[fault]
    ended = planner_with(install(tmp_path / "guest", **changes), "check", str(ROOT / "scenarios/tiny"))
    assert ended.returncode == GuestFeatureError.exit_code, ended.stderr
    name = changes.get("name", NAME)
    assert f"the feature {name} of the package {PACKAGE} {VERSION} cannot be used: {said}" in ended.stderr
    assert f"pip uninstall {PACKAGE}" in ended.stderr


def test_a_result_table_of_another_is_not_replaced(tmp_path: Path) -> None:
    """Proves that a feature whose table has the name of another's is refused, before anything is written.

    Sensitivity: tables gathered by name, the last one kept.
    """
    source = SOURCE.replace('{"waste_heat": m.tabulate', '{"power_supply": m.tabulate')
    scenario(tmp_path / "warm")
    ended = planner_with(install(tmp_path / "guest", source=source), "run", "warm", "--out", "run", cwd=tmp_path)
    assert ended.returncode == GuestFeatureError.exit_code, ended.stderr
    assert "its result table power_supply is not called after it" in ended.stderr
    assert not (tmp_path / "run").exists()


def test_a_run_is_read_where_the_package_is(place: Path, tmp_path: Path) -> None:
    """Proves that without the package a run of it is refused with what to do. Sensitivity: a plan audited in part."""
    ended = planner_with(tmp_path, "audit", str(place / "run"))
    assert ended.returncode == 3
    assert f"value '{NAME}': unknown feature" in ended.stderr
    assert "one of another package is there once that package is installed" in ended.stderr


def test_the_page_prints_the_error_as_it_is(tmp_path: Path) -> None:
    """Proves that the message on the page is the planner's; a reworded message breaks it."""
    changes, _ = BROKEN["no audit"]
    ended = planner_with(install(tmp_path / "guest", **changes), "check", str(ROOT / "scenarios/tiny"))
    [printed] = [block.text for block in blocks(PAGE) if block.kind == "text"]
    assert printed in ended.stderr


def test_a_guest_moves_none_of_the_planners_own(guest: Path) -> None:
    """Proves that the planner's own features stand first, in their order: plans without the guest keep every column."""
    code = "from planner.models.declarations import feature_modules as f; print(*f())"
    assert done(python(guest, "-c", code)).split() == [*(name for name in feature_modules() if name != NAME), NAME]
