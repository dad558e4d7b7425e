"""What a command says while it works: one line of a terminal, rewritten in place, and nothing where there is none."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import planner
from planner import progress as phases
from planner.cli import progress, streams
from planner.cli.stopping import Interrupted
from planner.language import columns_of, rendered, say, speak
from planner.models.solving.highs.progress import phase_of, tell, told_blocks
from planner.pipeline.run import run_and_write
from planner.studies.explain.search import explain
from tests.worlds import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.language import Text

ROOT = Path(__file__).parents[1]
WORK = ["run", "world"]
NOT_LINUX = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")


class Terminal(io.StringIO):
    """A terminal that keeps all that was written to it."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True

    def seen(self) -> list[str]:
        """Return what its lines show in the end, each as the last rewriting leaves it."""
        return [shown_of(line) for line in self.getvalue().split("\n")]


def shown_of(line: str) -> str:
    """Return what a line that is rewritten in place shows at last."""
    cells: list[str] = []
    place = 0
    for character in line:
        if character == "\r":
            place = 0
            continue
        cells[place : place + 1] = [character]
        place += 1
    return "".join(cells).rstrip()


@pytest.fixture(autouse=True)
def _clean_line() -> Iterator[None]:
    """Let no test find the line of another."""
    yield
    streams._standing[0] = ""


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Let standard error and standard output be one terminal (pytest puts its own in after the fixtures)."""
    both = Terminal()
    monkeypatch.setattr(sys, "stderr", both)
    monkeypatch.setattr(sys, "stdout", both)
    return both


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds of a clock that goes when it is told to."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_the_line_says_phase_and_seconds(seconds: list[float]) -> None:
    """Proves: the present phase stands there, and how long it has been. Sensitivity: seconds of the phase before."""
    line = progress.Line(79)
    line(say("auditing"))
    assert line.text() == "auditing"
    seconds[0] = 73.4
    assert line.text() == "auditing  73 s"
    line("a name\nthat breaks\x1b[2J")
    assert line.text() == r"a name\nthat breaks\x1b[2J  73 s"


def test_a_line_is_no_wider_than_the_terminal(seconds: list[float]) -> None:
    """Proves: a line is cut by columns, two for a Chinese character. Sensitivity: counting characters."""
    line = progress.Line(20)
    line("求解：第一块至第十二块，共二十三块")
    seconds[0] = 5.0
    assert line.text() == "求解：第一块至…  5 s"
    assert columns_of(line.text()) <= 20
    assert progress.cut("abc", 3) == "abc"
    assert progress.cut("abcd", 3) == "ab…"


def test_what_is_told_stands_on_a_clean_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: nothing of the line is left beside what a command tells. Sensitivity: a shorter text over a longer one."""
    terminal = at_a_terminal(monkeypatch)
    streams.let_stand("building the model  12 s", None)
    streams.let_stand("auditing  13 s", None)
    streams.tell("optimal\n")
    streams.let_stand("writing", None)
    streams.tell_aside("1/3 done\n")
    assert terminal.seen() == ["optimal", "1/3 done", ""]


def test_it_speaks_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: the first word does not wait for the work. Sensitivity: a thread that looks after its first wait."""
    terminal = at_a_terminal(monkeypatch)
    said = threading.Event()
    write = terminal.write

    def heard(text: str) -> int:
        said.set()
        return write(text)

    terminal.write = heard  # type: ignore[method-assign]
    with progress.spoken_of(WORK):
        assert said.wait(60)
        assert shown_of(terminal.getvalue()) == "starting"
    assert terminal.seen() == [""]


def test_it_goes_on_while_a_phase_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: a phase that says nothing more is told again with its seconds. Sensitivity: writing at a change only."""
    terminal = at_a_terminal(monkeypatch)
    monkeypatch.setattr(progress, "TICK", 0.001)
    now, third = [0.0], threading.Event()

    def later() -> float:
        now[0] += 1.0
        if now[0] > 5:
            third.set()
        return now[0]

    monkeypatch.setattr(progress.time, "monotonic", later)
    with progress.spoken_of(WORK):
        assert third.wait(60)
    assert len({text for text in terminal.getvalue().split("\r") if text.startswith("starting  ")}) > 1


@pytest.mark.parametrize("error", [Interrupted, ValueError])
def test_nothing_is_left_of_what_ended(monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    """Proves: a stop and an error find a clean line, and the thread says no more. Sensitivity: clearing on success only."""
    terminal = at_a_terminal(monkeypatch)
    with pytest.raises(error), progress.spoken_of(WORK):
        raise error
    streams.tell_aside("planner: ended\n")
    assert terminal.seen() == ["planner: ended", ""]


@pytest.mark.parametrize(
    "words", [[], ["run"], [*WORK, "--quiet"], [*WORK, "--json"], [*WORK, "--help"], ["run", "-h"]]
)
def test_silence_is_kept(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """Proves: who asks for silence, JSON or help hears nothing else. Sensitivity: a word of the line that is forgotten."""
    terminal = at_a_terminal(monkeypatch)
    with progress.spoken_of(words):
        phases.working_on("anything")
        assert phases._listener.get() is None
    assert terminal.getvalue() == ""


def test_no_terminal_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: pipes, files and a closed standard error get no phases. Sensitivity: asking standard output instead."""
    closed = io.StringIO()
    closed.close()
    for stream in (io.StringIO(), closed, None):
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.spoken_of(WORK):
            assert phases._listener.get() is None
        if isinstance(stream, io.StringIO) and not stream.closed:
            assert stream.getvalue() == ""


def test_a_terminal_that_goes_away_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: what cannot be written is not told, and the work goes on. Sensitivity: an error out of the thread."""

    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise OSError(5, text)

    monkeypatch.setattr(sys, "stderr", Gone())
    with progress.spoken_of(WORK):
        streams.tell_aside("a line\n")
        phases.working_on("on and on")


def test_a_shell_that_took_the_terminal_is_let_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: a command put behind writes over nobody's prompt. Sensitivity: looking at the start only."""
    terminal = at_a_terminal(monkeypatch)
    monkeypatch.setattr(progress, "_is_in_front", lambda _: False)
    with progress.spoken_of(WORK):
        phases.working_on("behind")
    assert terminal.getvalue() == ""


def test_parts_are_told_with_the_whole() -> None:
    """Proves: a trial's phases say which trial they are of, and what comes after does not. Sensitivity: no way back."""
    heard: list[Text] = []
    with phases.heard_by(heard.append):
        with phases.part_of(say("trial {number} of {count}", number=2, count=7)):
            phases.working_on(say("solving"))
        phases.working_on(say("writing"))
    assert [rendered(text) for text in heard] == ["trial 2 of 7", "trial 2 of 7: solving", "writing"]
    assert heard[1].zh == "第 2 次试算，共 7 次：求解"  # type: ignore[union-attr]


def test_an_errand_is_run_once_while_another_works() -> None:
    """Proves: what is put off until we wait is done then, once. Sensitivity: at every line of the solver's."""
    done: list[int] = []
    with phases.with_errand(lambda: done.append(1)):
        phases.while_waiting()
        phases.while_waiting()
    phases.while_waiting()
    assert done == [1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Block 12 of 23", "solving: block 12 of 23"),
        (
            "Box 2 about what links the blocks: 9 at its sides",
            "solving: step 2 of what is built, 9 numbers still to move",
        ),
        ("34 columns priced in, 41000 of 236000 at work", "solving: 41,000 of 236,000 columns at work"),
        ("Sample of 4 of 12 periods", "solving: 4 of 12 blocks together, as a sample"),
        ("Integers: 3 of 8 whole", "solving: 3 of 8 integers are whole"),
        ("Node 12, gap 0.81 %", "solving: gap 0.81 % after 12 branches"),
        (
            "Round 12: bound 1.508204e+11, plan 1.513066e+11, gap 0.321 %, without integers 0.152 %",
            "solving: round 12, bound 1.508204e+11, plan 1.513066e+11, gap 0.321 %",
        ),
        (
            "Round 12: bound 1.508204e+11, plan 1.513066e+11, gap 0.321 %, without integers 0.152 %, about 301 s left",
            "solving: round 12, bound 1.508204e+11, plan 1.513066e+11, gap 0.321 %, about 6 min left at this pace",
        ),
        ("Round 2: bound -inf, plan inf, gap unknown %, without integers unknown %", "solving: round 2"),
        (
            " H       0       0         0   0.00%   609276852.8     609276852.8        0.42%        1      1      0         3     0.0s",
            "solving: gap 0.42 %",
        ),
        (
            "      14611     1.4499970863e+11 Pr: 59452(6.43e+07); Du: 0(4.8698e-08) 31.3s",
            "solving: 14,611 steps, 59,452 limits not kept yet",
        ),
    ],
)
def test_lines_of_the_solver_become_words(line: str, said: str) -> None:
    """Proves: how far the solver is, is read from its lines and our own. Sensitivity: a column taken for another."""
    phase = phase_of(line)
    assert phase is not None
    assert phase.en == said
    assert phase.zh != said


@pytest.mark.parametrize(
    "line",
    [
        "Running HiGHS 1.15.1 (git hash: 04024d7): Copyright (c) 2026 under MIT licence terms",
        "         0       0         0   0.00%   723184947.2     inf                  inf        0      0      0         0     0.0s",
        "",
    ],
)
def test_other_lines_are_for_the_log_alone(line: str) -> None:
    """Proves: a line that says nothing of how far it is, is not told. Sensitivity: passing raw lines on."""
    assert phase_of(line) is None


def test_of_many_blocks_some_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Proves: thousands of blocks do not fill the log, and each line is one that is read. Sensitivity: every block."""
    assert list(told_blocks(range(8760))) == list(range(8760))
    lines = capsys.readouterr().out.splitlines()
    assert 40 <= len(lines) <= 60
    assert all(phase_of(line) for line in lines)
    tell("done")
    assert capsys.readouterr().out == "done\n"


def test_a_run_says_its_phases(tmp_path: Path) -> None:
    """Proves: each phase of the line is told, in its order, and none of the solver's own lines.

    Sensitivity: a phase that says nothing, or one that begins before the one ahead has ended.
    """
    heard: list[Text] = []
    scenario = planner.read_scenario(BASE.write(tmp_path / "world"))
    run_and_write(scenario, tmp_path / "out", on_progress=heard.append)
    told = list(dict.fromkeys(rendered(text) for text in heard))
    expected = ["building the model", "solving", "proving the bound", "making the tables", "auditing"]
    assert [text for text in told if text in expected] == expected
    assert not [text for text in told if "HiGHS" in text]
    assert "Running HiGHS" in (tmp_path / "out" / "solver.log").read_text(encoding="utf-8")


def test_an_explanation_says_what_it_tries(tmp_path: Path) -> None:
    """Proves: the many short trials are told as such. Sensitivity: trials that all say that they solve."""
    heard: list[Text] = []
    world = BASE.write(tmp_path / "world")
    explain(world, on_progress=heard.append)
    assert any(rendered(text).startswith("limit 1 of ") for text in heard)


@NOT_LINUX
@pytest.mark.parametrize(("language", "word"), [("en", "starting"), ("zh", "启动")])
def test_a_run_at_a_terminal(tmp_path: Path, language: str, word: str) -> None:
    """Proves: at a true terminal the line is there from the start, and the headline stands clean after it.

    Sensitivity: a headline behind what is left of the line; the solver's lines on the terminal.
    """
    world = BASE.write(tmp_path / "world")
    command = ["run", str(world), "--out", str(tmp_path / "out"), "--language", language]
    code, text = at_terminal(command)
    lines = [shown_of(line) for line in text.replace("\r\n", "\n").split("\n")]
    assert code == 0
    assert text.startswith(f"\r{word}")
    assert "HiGHS" not in text
    assert lines[0].startswith(("optimal", "最优"))
    assert lines[-1] == ""


@NOT_LINUX
def test_an_error_at_a_terminal(tmp_path: Path) -> None:
    """Proves: an error begins on a clean line. Sensitivity: an error behind the phase that it ended."""
    code, text = at_terminal(["run", str(tmp_path / "nowhere")])
    assert code == 3
    assert shown_of(text.replace("\r\n", "\n").split("\n")[0]).startswith("planner: ")


def at_terminal(words: list[str]) -> tuple[int, str]:
    """Run the command on a pseudo-terminal; return its exit code and all that the terminal was sent."""
    ours, theirs = os.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "planner", *words]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    parts: list[bytes] = []
    try:
        while part := os.read(ours, 65536):
            parts.append(part)
    except OSError:  # all who had the other end are gone
        pass
    finally:
        os.close(ours)
    return process.wait(300), b"".join(parts).decode("utf-8")


def test_languages_are_those_of_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: the line speaks the user's language in its own thread too. Sensitivity: a thread of English."""
    terminal = at_a_terminal(monkeypatch)
    speak("zh")
    try:
        with progress.spoken_of(WORK):
            pass
    finally:
        speak("en")
    assert "starting" not in terminal.getvalue()
