"""What plan and scenario show of themselves, and what a type checker knows of the public names."""

from __future__ import annotations

import html
import subprocess
import sys
from pathlib import Path

import pytest

import planner
import planner.pipeline.run as line
from planner.pipeline import showing
from tests.docs.pages import ROOT

USER = """
from pathlib import Path

import planner

scenario: planner.Scenario = planner.read_scenario("scenarios/tiny", ["carbon_price=60"])


@planner.rule("SITES", unit="MW")
def small(m: planner.PlanModel, site: str) -> object:
    return m.capacity[site, "general"] <= 100


plan: planner.Results = planner.run(scenario, rules=[small], solver="highs", gap=0.0)
model: planner.PlanModel = planner.build_model(scenario)
solved: planner.Results = planner.solve(model)
outside: planner.Results = planner.plan_of(model)
folder: Path = plan.write("results/mine", force=True)
again: planner.Results = planner.read_results(folder)
"""
WRONG = """
planner.run(scenario, rulez=[small])
plan.writ("x")
planner.nothing
planner.solve("folder")
"""


@pytest.fixture(scope="module")
def plan(tiny: planner.Scenario) -> planner.Results:
    """The plan of `tiny`."""
    return planner.run(tiny)


def test_repr_is_the_headline(plan: planner.Results) -> None:
    """A plan and a scenario print a few lines.

    Proves: status and cost are in it, in under 2,000 characters. Sensitivity: the tables printed whole (163,603).
    """
    assert repr(plan).startswith("optimal and audited")
    assert "609,276,852.80 CNY/a" in repr(plan)
    assert len(repr(plan)) < 2000
    assert len(repr(plan.scenario)) < 500
    assert "tiny" in repr(plan.scenario)


def test_a_notebook_shows_the_map(plan: planner.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a notebook headline and map stand; where the map cannot be drawn, the headline alone.

    Proves: one picture under 400 kB; no failure where drawing fails. Sensitivity: a page of megabytes; an exception.
    """
    shown = plan._repr_html_()
    assert shown.count("data:image/png;base64,") == 1
    assert len(shown) < 400_000

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no drawing")

    monkeypatch.setattr(showing, "draw", fails)
    assert plan._repr_html_() == f"<pre>{html.escape(repr(plan))}</pre>"


def test_public_names_are_there(tiny: planner.Scenario) -> None:
    """Every public name can be had and is listed; `planner.run` is the function, wherever its file stands.

    Proves: all of `__all__`. Sensitivity: a home that moved.
    """
    for name in planner.__all__:
        assert getattr(planner, name) is not None
    assert set(planner.__all__) == set(dir(planner))
    assert planner.run is line.run
    with pytest.raises(AttributeError):
        planner.nothing  # type: ignore[attr-defined]  # noqa: B018
    assert tiny.name == "tiny"


def test_types_are_known_to_users(tmp_path: Path) -> None:
    """`mypy --strict` accepts a user's script and finds four mistakes in it.

    Proves: public names have real types (`py.typed`). Sensitivity: names that are `Any`.
    """
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(USER, encoding="utf-8")
    wrong.write_text(USER + WRONG, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file="]
    environment = {"MYPYPATH": str(ROOT), "PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, f"--cache-dir={tmp_path / 'cache'}", str(right), str(wrong)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
    )
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == len(WRONG.split("\n")) - 2, done.stdout + done.stderr
    assert all("wrong.py" in line for line in errors)
    assert (ROOT / "planner/py.typed").exists()
