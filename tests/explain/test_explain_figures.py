"""No figure that is none: neither ``explain`` nor what stands beside it says "nan" or "inf", in either language."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from planner.language import speak
from planner.studies.explain.search import explain
from planner.studies.explain.text import of_explanation
from planner.studies.explain.trials import Trials
from tests.command import typed
from tests.features.test_placeholder_limits import OPENING, limited

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.algebra.problem import Solution
    from planner.studies.explain.answer import Explanation

TINY = "scenarios/tiny"
NO_NUMBER = re.compile(r"(?i)(?<![\w.])[-+]?(nan|inf|infinity)(?![\w.]*[a-z])")
NAN = float("nan")


def said(found: Explanation) -> str:
    """Return an explanation in both languages and as JSON."""
    texts = []
    for language in ("en", "zh"):
        speak(language)
        try:
            texts.append(of_explanation(found))
        finally:
            speak("en")
    return "\n".join([*texts, json.dumps(found.as_json(), ensure_ascii=False, allow_nan=False)])


def test_the_pattern_finds_what_it_should() -> None:
    """The pattern finds the words alone, in a sentence of either language, and not within others.

    Proves: what the other tests look for. Sensitivity: a pattern that finds nothing.
    """
    for text in ("cost nan CNY/a", "within inf%", "成本 nan 元/年", "-Infinity", "Gap: NaN"):
        assert NO_NUMBER.search(text), text
    for text in ("infeasible", "info", "Hainan", "nancy", "finance", "inference"):
        assert not NO_NUMBER.search(text), text


@pytest.mark.parametrize("limit", [9_999_999, 10**12])
def test_a_placeholder_is_explained(limit: int, tmp_path: Path) -> None:
    """A limit of 9999999 has a plan, whose cost is said.

    Proves: 2,003,003 in the first line. Sensitivity: "a plan exists, cost nan CNY/a".
    """
    found = explain(limited(OPENING, limit).write(tmp_path / "world"))
    assert (found.status, found.cost) == ("feasible", 2_003_003.0)
    assert of_explanation(found).splitlines()[0] == "feasible: a plan exists, cost 2.003 million CNY/a"
    assert not NO_NUMBER.search(said(found))


@pytest.mark.parametrize("missing", ["objective", "gap"])
@pytest.mark.parametrize("settings", [(), ("site.grid_power_max[qingpu]=30",)])
def test_a_trial_without_a_figure(missing: str, settings: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial stopped without a plan has no objective, one without a bound no gap, and neither is printed.

    Proves: for a scenario with a plan and one without, in both languages and as JSON. Sensitivity: NaN formatted.
    """
    real = Trials.solved

    def solved(self: Trials, *arguments: Any, **named: Any) -> Solution:
        solution = real(self, *arguments, **named)
        if named.get("gap") is None:
            return solution
        if missing == "gap":
            return replace(solution, gap=NAN, bound=NAN)
        return replace(solution, status="time_limit", values=None, objective=NAN, bound=NAN, gap=NAN, row_duals=None)

    monkeypatch.setattr(Trials, "solved", solved)
    found = explain(TINY, settings)
    assert found.gap is None
    assert (found.cost is None) == (missing == "objective")
    text = said(found)
    assert not NO_NUMBER.search(text)
    if settings and missing == "gap":
        assert "how near to the least is not known" in text
        assert "与最优的差距未知" in text
    if not settings and missing == "objective":
        assert "feasible: a plan exists\n" in text
        assert "最优方案的成本未知" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_stands_beside_it(language: str, tmp_path: Path) -> None:
    """``check``, ``run``, ``explain`` and ``compare`` print no "nan" and no "inf".

    Proves: for a world of placeholders, one with work that may stay unserved, and ``tiny``. Sensitivity: a figure of
    nothing formatted anywhere on the way.
    """
    huge = limited(OPENING, 9_999_999)
    worlds = {"huge": huge, "priced": huge.with_cells("workload", "unserved_price", {"w": 1e9})}
    folders = [str(world.write(tmp_path / name)) for name, world in worlds.items()]
    runs = [str(tmp_path / f"run-{number}") for number in range(len(folders))]
    commands = [[word, folder] for word in ("check", "explain") for folder in [*folders, TINY]]
    commands += [["run", folder, "--out", out] for folder, out in zip(folders, runs, strict=True)]
    commands += [["compare", *runs]]
    for command in commands:
        done = typed(*command, "--language", language)
        assert done.returncode == 0, (command, done.stderr)
        printed = (done.stdout + done.stderr).replace(str(tmp_path), "")
        assert not NO_NUMBER.search(printed), (command, printed)
