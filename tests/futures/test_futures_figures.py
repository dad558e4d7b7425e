"""The figures of ``planner futures``, what the terminal says, and the command."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from planner.language import rendered, say
from planner.studies.futures import report
from planner.views.charts.futures import Plan, draw_frontier, draw_futures
from planner.views.charts.sweep import Words
from tests.cases.several_years import in_futures
from tests.charts.test_dispatch import artists, texts
from tests.futures.asked import without_room
from tests.test_cli import call

if TYPE_CHECKING:
    from pathlib import Path

WORDS = Words("Title", say("EVPI"), [say("no plan")], "en")


def test_marks_stand_where_the_costs_are() -> None:
    """A mark for each plan in each future, above its cost and its regret; a word where it is none.

    Proves: numbers and places of the marks in both panels. Sensitivity: plans swapped; a future without a plan at 0.
    """
    plans = [
        Plan("own", "own", [3.0, 2.0], [0.0, 0.0]),
        Plan("here_and_now", "all", [3.5, 2.5], [0.5, 0.5]),
        Plan("mean_future", "mean", [math.nan, 2.0], [math.nan, 0.0]),
    ]
    figure = draw_futures(["dry", "wet"], plans, ["cost", "regret"], WORDS)
    upper, lower = artists(figure, "here_and_now")
    assert list(upper.get_ydata()) == [3.5, 2.5]
    assert list(lower.get_ydata()) == [0.5, 0.5]
    assert list(upper.get_xdata()) == [0.0, 1.0]
    left, right = (artists(figure, kind)[0].get_xdata()[0] for kind in ("own", "mean_future"))
    assert left < 0 < right
    assert [text.get_text() for text in artists(figure, "no-plan")] == ["no plan", "no plan"]
    assert {"dry", "wet", "cost", "regret"} <= set(texts(figure))


def test_long_names_of_futures_stay_apart_and_whole() -> None:
    """Names of six futures that differ in their second half stand whole, in lines, and none of them over another.

    Proves: every word is there. Sensitivity: names cut off, of which two read the same.
    """
    names = [
        f"{demand} demand, {price} green power" for demand in ("High", "Low", "Middle") for price in ("dear", "cheap")
    ]
    plans = [Plan("own", "own", [1.0] * 6, [0.0] * 6)]
    figure = draw_futures(names, plans, ["cost", "regret"], WORDS)
    drawn = [text for axes in figure.axes for text in axes.get_xticklabels() if "demand" in text.get_text()]
    assert [" ".join(text.get_text().split()) for text in drawn] == names
    boxes = [text.get_window_extent() for text in drawn]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_the_frontier_is_drawn_in_order() -> None:
    """Points as they are, the weight once where several lead to one plan.

    Proves: places and weights. Sensitivity: axes swapped.
    """
    points = pd.DataFrame({"weight": [0.0, 0.5, 1.0], "mean": [1.0, 1.0, 2.0], "worst": [9.0, 9.0, 8.0]})
    figure = draw_frontier(points, {"mean": "expected", "worst": "worst"}, WORDS)
    [line] = artists(figure, "frontier")
    assert [list(line.get_xdata()), list(line.get_ydata())] == [[1.0, 1.0, 2.0], [9.0, 9.0, 8.0]]
    assert [text.get_text() for text in artists(figure, "weight")] == ["0", "1"]


def test_both_languages_say_the_same_numbers(tmp_path: Path) -> None:
    """The answer in three sentences, the plans with their regrets, and a figure in each language.

    Proves: values with units of each language; the plan that is none with its reason; the file. Sensitivity: a scale of
    one language with the unit of the other.
    """
    found = without_room()
    drawn = report.draw(found, tmp_path, language="en", formats=["svg"])
    assert [path.name for path in drawn] == ["futures-en.svg"]
    en, zh = (rendered(report.headline(found, tmp_path, drawn), language) for language in ("en", "zh"))
    assert "would be worth 114,000 CNY/a (0.22%)" in en
    assert "价值为 11.40 万元/年（0.22%）" in zh
    failing = (
        "the plan for wet alone is none in dry: these cannot hold together: demand balance; site capacity; modules"
    )
    cure = "with site capacity left out there is a plan: look at modules limit or existing capacity"
    assert " ".join(en.split()).count(f"{failing} {cure}") == 1
    assert "只面向wet的方案在dry中不可行：以下不能同时成立：需求平衡；" in zh
    assert str(drawn[0]) in en


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command answers, draws, and has the exit codes of others.

    Proves: exit 0 with figure, run folder and the sentences; a second call prints JSON and nothing else; what is no
    number of points, or no engine, is exit 2, a solver that is not there 8, before anything is written, a scenario without
    futures 3. Sensitivity: a line too many on stdout; options that are heard and left at that.
    """
    world = in_futures().write(tmp_path / "world")
    out = tmp_path / "out"
    assert call(monkeypatch, "futures", world, "--out", out, "--format", "svg") == 0
    told = capsys.readouterr()
    assert told.out.startswith("One plan for all futures: cost 51.95 million CNY/a")
    assert "8 of 8: the plan for the mean future in wet" in told.err
    assert (out / "futures-en.svg").is_file()
    assert (out / "plans" / "here-and-now" / "report.html").is_file()
    assert call(monkeypatch, "futures", world, "--out", out, "--format", "svg", "--json") == 0
    assert json.loads(capsys.readouterr().out)["vss"]["least"] == pytest.approx(26_500, abs=1)
    assert call(monkeypatch, "futures", world, "--out", out, "--frontier", "1") == 2
    assert call(monkeypatch, "futures", world, "--out", out, "--engine", "cloud") == 2
    assert call(monkeypatch, "futures", world, "--out", tmp_path / "other", "--solver", "nonesuch") == 8
    assert not list((tmp_path / "other").rglob("*.csv"))
    monkeypatch.chdir(tmp_path)
    (world / "future.csv").unlink()
    text = (world / "scenario.toml").read_text(encoding="utf-8").replace(', "uncertainty"', "")
    (world / "scenario.toml").write_text(text, encoding="utf-8")
    (world / "region_workload_future.csv").unlink()
    assert call(monkeypatch, "futures", world, "--out", out) == 3
    assert "it has no futures" in capsys.readouterr().err
