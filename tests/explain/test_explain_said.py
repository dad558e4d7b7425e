"""What an explanation says: of a scenario with a plan, of one that contradicts itself, in both languages, as JSON."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import planner
from planner.errors import StoppedWithoutPlanError
from planner.language import speak
from planner.models.algebra.problem import SolverOptions
from planner.models.rules.relaxations import Rank
from planner.studies.explain.answer import Newness
from planner.studies.explain.rounding import outward
from planner.studies.explain.search import Search, explain
from planner.studies.explain.text import of_explanation
from planner.studies.explain.trials import Trials
from planner.studies.explain.ways import Ways
from tests.command import typed
from tests.explain.broken_worlds import BROKEN

TINY = "scenarios/tiny"
BROKEN_TINY = "site.grid_power_max[qingpu]=30"


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``planner explain`` as a user would."""
    command = [sys.executable, "-m", "planner", "explain", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)


def test_numbers_are_rounded_outward() -> None:
    """A proposal is rounded away from what was, to a hundredth of the change or finer, and never inward.

    Proves: up, down, whole numbers, and a number that is a round one but for the last digits. Sensitivity: ``round``.
    """
    assert outward(0.8, 0.63491, whole=False) == 0.634
    assert outward(30, 42.0000001, whole=False) == 42
    assert outward(30, 42.004, whole=False) == 42.1
    assert outward(3, 3.2, whole=True) == 4
    assert outward(3, 4, whole=True, more=2) == 6
    assert outward(20, 14.2857, whole=False) == 14.28
    assert outward(5, 5, whole=False) == 5


def test_the_command_says_the_cause_first() -> None:
    """The first line of stdout is the cause, the second its ``--set``, and the exit code is 0.

    Proves: by hand, 20 MW × 1.4 by day × PUE 1.5 = 42 MW. Sensitivity: progress on stdout, a header before the cause.
    """
    done = run_command(TINY, "--set", BROKEN_TINY)
    assert done.returncode == 0, done.stderr
    first, second, *rest = done.stdout.splitlines()
    assert first == "infeasible: grid connection limit at Qingpu: 30 MW cannot hold, 42 MW can"
    assert shlex.split(second) == ["--set", "site.grid_power_max[qingpu]=42"]
    assert any(line.startswith("or latency limit of Online services: 10 ms cannot hold, 12 ms can") for line in rest)
    assert any(line.startswith("rules that cannot hold together:") for line in rest)


def test_json_holds_the_same_and_nothing_else() -> None:
    """``--json`` prints one document: status, causes, ways, changes, the cost.

    Proves: a script can apply it. Sensitivity: progress or a sentence on stdout.
    """
    done = typed("explain", TINY, "--set", BROKEN_TINY, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["status"]) == (0, "infeasible")
    [cause] = told["causes"]
    first = cause["ways"][0]
    assert first["changes"] == [
        {
            "parameter": "grid_power_max",
            "key": ["qingpu"],
            "before": 30.0,
            "after": 42.0,
            "set": "site.grid_power_max[qingpu]=42",
        }
    ]
    mended = planner.run(planner.read_scenario(TINY, [BROKEN_TINY, first["changes"][0]["set"]]))
    assert told["cost"] == pytest.approx(mended.summary["objective"], rel=0.01)
    assert {"demand_balance", "grid_power_limit"} <= {row["rule"] for row in told["conflict"]}


def test_it_is_said_in_chinese() -> None:
    """In Chinese every line is Chinese but for ids and ``--set``.

    Proves: the names of members and parameters, and the sentences. Sensitivity: a sentence said in English alone.
    """
    found = explain(TINY, [BROKEN_TINY])
    speak("zh")
    try:
        lines = of_explanation(found).splitlines()
    finally:
        speak("en")
    assert lines[0] == "无可行方案：青浦的并网功率上限为 30 MW 时无解，42 MW 可行"
    for line in lines:
        assert line.startswith("  --set") or any("一" <= letter <= "鿿" for letter in line), line


def test_a_scenario_with_a_plan_says_what_binds() -> None:
    """A feasible scenario: exit code 0, its cost, and what one per cent of each limit is worth.

    Proves: the worth of Qingyang's share against a second plan with that share a hundredth lower. Sensitivity: a worth
    of the wrong sign, in another unit, by one unit instead of one per cent.
    """
    found = explain(TINY)
    assert found.status == "feasible"
    plan = planner.run(planner.read_scenario(TINY))
    assert found.cost == pytest.approx(plan.summary["objective"])
    [row] = [row for row in found.binding if row["parameter"] == "green_power_share_min" and row["key"] == ["qingyang"]]
    less = planner.run(planner.read_scenario(TINY, ["site.green_power_share_min[qingyang]=0.594"]))
    assert row["worth"] == pytest.approx(plan.summary["objective"] - less.summary["objective"], rel=1e-6)
    assert "1 % is worth" in of_explanation(found)


def test_where_nothing_is_enough_that_is_said(tmp_path: Path) -> None:
    """Where nothing that may give is enough, that stands in the first line, and the rules in conflict are named.

    Proves: with the targets alone a connection that is too small stays so. Sensitivity: an empty answer printed as an
    explanation, a way kept that was never shown to work.
    """
    folder = BROKEN["grid"].world.write(tmp_path / "world")
    trials = Trials(planner.read_scenario(folder), SolverOptions())
    search = Search(Ways(trials, lambda more: planner.read_scenario(folder, more)))
    search.first, search.last = [one for one in search.first if one.rank is Rank.POLICY], []
    found = search.explained()
    assert (found.status, found.causes, found.cost) == ("unexplained", (), None)
    assert of_explanation(found).startswith("infeasible, and nothing that may give is enough")
    assert "grid_power_limit" in {rule for rule, _ in found.conflict}


def test_time_that_is_over_is_said(tmp_path: Path) -> None:
    """Without time for a single trial the error is that of a run without a plan, exit code 7.

    Proves: the limit holds for all trials together. Sensitivity: a limit for each of them.
    """
    folder = BROKEN["grid"].world.write(tmp_path / "world")
    with pytest.raises(StoppedWithoutPlanError, match="time limit"):
        explain(folder, time_limit=1e-6)
    assert typed("explain", folder, "--time-limit", "0.001").returncode == 7


def test_the_own_folder_speaks_after_its_base(tmp_path: Path) -> None:
    """A value that a folder sets over the one it extends is likelier at fault than what stood there.

    Proves: certificates cut by ``[set]`` come before the share, which would give first. Sensitivity: origins not read.
    """
    broken = BROKEN["certificates"]
    broken.sound.write(tmp_path / "base")
    own = tmp_path / "own"
    own.mkdir()
    text = 'extends = "../base"\n[set]\n"site.certificates_max" = { shanghai = 1000 }\n'
    (own / "scenario.toml").write_text(text, encoding="utf-8")
    [cause] = explain(own).causes
    assert cause.ways[0].parameter == "certificates_max"
    assert [way.newness for way in cause.ways[:2]] == [Newness.OWN, Newness.GIVEN]


def test_run_points_to_it() -> None:
    """``planner run`` on exit 4 names the command, before and after solving.

    Proves: both places. Sensitivity: one of the two forgotten.
    """
    for setting in (BROKEN_TINY, "workload.latency_max[online]=0.5"):
        with pytest.raises(planner.errors.InfeasibleError, match="planner explain"):
            planner.run(planner.read_scenario(TINY, [setting]))
