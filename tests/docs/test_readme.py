"""README: its table of answers and its Python are what the planner gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import planner
from planner.io.results.results import Results
from tests.docs.pages import ROOT, blocks, tables
from tests.here import planned


def cluster_modules(plan: Results) -> str:
    """Return the modules of the clusters, most first, under their English names."""
    labels = plan.scenario.labels("site", "en")
    built = {site: count for site, count in plan.summary["modules"].items() if not site.startswith("stock_")}
    return ", ".join(f"{labels[site]} {count}" for site, count in sorted(built.items(), key=lambda item: -item[1]))


def stock_modules(plan: Results) -> int:
    """Return the modules at provincial sites."""
    return sum(count for site, count in plan.summary["modules"].items() if site.startswith("stock_"))


ANSWERS: dict[str, Callable[[Results], str]] = {
    "cost [bn CNY/a]": lambda plan: f"{plan.summary['cost'] / 1e9:.2f}",
    "emissions, by contract [Mt CO2/a]": lambda plan: f"{plan.summary['emissions'] / 1e6:.2f}",
    "green power share, `certificate`": lambda plan: f"{plan.summary['green_power_share']['certificate'] * 100:.1f} %",
    "green power of what new halls truly use, `certificate`": lambda plan: (
        f"{plan.summary['green_power_share_new'] * 100:.1f} %"
    ),
    "mean latency, one way [ms]": lambda plan: f"{plan.summary['mean_latency']:.2f}",
    "work done in the west": lambda plan: f"{plan.summary['west_share'] * 100:.1f} %",
    "new capacity [MW IT]": lambda plan: f"{plan.summary['capacity_new']:,.0f}",
    "new modules in the clusters": cluster_modules,
    "new modules at provincial sites": lambda plan: str(stock_modules(plan) or "none"),
}


@pytest.mark.parametrize(("column", "scenario"), [(1, "national-2025"), (2, "national-2025-local")])
def test_answers_are_measured(column: int, scenario: str) -> None:
    """Proves that every figure of README's table is what the scenario gives; changed data or rules break it."""
    plan = planned(planner.read_scenario(ROOT / "scenarios" / scenario))
    rows = {row[0]: row[column] for row in tables("README.md")["answers"]}
    assert set(rows) == set(ANSWERS)
    for name, answer in ANSWERS.items():
        expected, found = (sorted(text.split(", ")) for text in (rows[name], answer(plan)))
        assert found == expected, name


def test_python_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that README's example runs line by line, and that a number in a comment is the line's value."""
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    (example,) = [block.text for block in blocks("README.md") if block.kind == "python"]
    for line in example.splitlines():
        code, _, comment = (part.strip() for part in line.partition("#"))
        if not code or code.startswith("import ") or " = " in code:
            exec(code, names)  # noqa: S102 - the page's own lines
            continue
        value = eval(code, names)  # noqa: S307
        if comment.replace(".", "").isdigit():
            assert value == pytest.approx(float(comment), abs=0.005)


def test_citation_has_this_version() -> None:
    """Proves that CITATION.cff and the changelog speak of the version that is installed."""
    assert f"version: {planner.__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
