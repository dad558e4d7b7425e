"""The tracked reference is what the code generates."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from planner.models.declarations import declarations
from planner.reference.pages import all_modules, pages
from tests.docs.pages import ROOT

FOLDER = ROOT / "docs/reference"


def test_reference_is_fresh() -> None:
    """Proves that the tracked pages say what the code says; a docstring or a declaration changed since breaks it.

    Only features whose own page is tracked are looked at, in the pages they share too. So the commit that adds a
    feature need not touch the pages of others; once its page is there, it is held to the code like any other.
    """
    tracked = [name for name in all_modules() if (FOLDER / f"{name}.md").exists()]
    assert tracked
    for name, text in pages(tracked).items():
        found = (FOLDER / name).read_text(encoding="utf-8") if (FOLDER / name).exists() else ""
        assert found == text, f"docs/reference/{name} is not what the code says: run `make docs`"


def test_no_page_is_left_of_a_feature_that_is_gone() -> None:
    """Proves that every page has its feature; a feature renamed without `make docs` breaks it."""
    assert {path.name for path in FOLDER.glob("*.md")} <= set(pages(list(all_modules())))


def test_every_parameter_and_rule_has_its_place() -> None:
    """Proves that the pages are complete: each parameter, each constraint and each hook of a feature is on its page."""
    written = pages(list(all_modules()))
    for key, parameter in declarations().parameters.items():
        assert f"| `{parameter.name}` |" in written[f"{declarations().owner[key]}.md"]
    assert "### demand_balance" in written["allocation.md"]
    assert "∀ r,k,t  [MW]" in written["allocation.md"]
    assert "- Audited: " in written["traffic.md"] if "traffic.md" in written else True


def test_constraints_are_told_from_terms() -> None:
    """Proves that a rule stands under Rules and a term under terms: the relation it returns decides."""
    page = pages(["power_supply"])["power_supply.md"]
    rules, terms = page.split("## Expressions and terms")
    assert "### power_balance" in rules
    assert "- `grid_power_cost`" in terms


def test_a_feature_fewer_leaves_the_other_pages_as_they_are() -> None:
    """Proves that a feature's page depends on no other feature: leaving one out changes only the shared pages."""
    everything = pages(list(all_modules()))
    fewer = pages([name for name in all_modules() if name != "emissions"])
    shared = {"data-dictionary.md", "result-tables.md", "README.md"}
    assert set(everything) - set(fewer) == {"emissions.md"}
    assert {name for name in fewer if fewer[name] != everything[name]} == shared


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """Proves that `python -m planner.reference` is deterministic, whatever the hash seed, and removes stale pages."""
    (tmp_path / "gone.md").write_text("an old feature", encoding="utf-8")
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(ROOT)}
        subprocess.run(
            [sys.executable, "-m", "planner.reference", str(tmp_path)],
            check=True,
            env=environment,
            cwd=tmp_path,
            timeout=300,
        )
        assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.md")} == pages(
            list(all_modules())
        )
