"""What those who script the planner find in the standard library's log, and that nobody else finds anything."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

import planner
from planner.language import say, speak
from planner.progress import heard_by, part_of, working_on
from tests.worlds import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SECONDS = re.compile(r": \d+\.\d s$")
STEPS = ["building the model", "solving", "making the tables", "auditing"]
BOTH = (
    "import logging, sys\n"
    "logging.basicConfig(level=logging.INFO, format='%(name)s: %(message)s')\n"
    "import planner\n"
    "planner.run(sys.argv[1])\n"
)
CLI = "import sys; from planner.cli import main; sys.argv[0] = 'planner'; main()"


@pytest.fixture
def in_chinese() -> Iterator[None]:
    """Let Chinese be spoken."""
    speak("zh")
    yield
    speak("en")


def told(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Return the lines of a level."""
    return [record.getMessage() for record in caplog.records if record.name == "planner" and record.levelno == level]


@pytest.mark.usefixtures("in_chinese")
def test_a_run_logs_its_steps(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Proves: every step is there at its begin, and with its seconds at its end, in English, whatever is spoken.

    Sensitivity: a step that is not ended, a log in the language that is spoken, solver's lines among the steps.
    """
    caplog.set_level(logging.INFO, "planner")
    planner.run(BASE.write(tmp_path / "world"))
    lines = told(caplog, logging.INFO)
    begun = [line for line in lines if not SECONDS.search(line)]
    ended = [SECONDS.sub("", line) for line in lines if SECONDS.search(line)]
    assert begun == ended
    assert [line for line in dict.fromkeys(begun) if line in STEPS] == STEPS
    assert begun[0] == "reading the scenario"
    assert not told(caplog, logging.DEBUG)


def test_levels(caplog: pytest.LogCaptureFixture) -> None:
    """Proves: a step is INFO; how far it is, and the parts of one of several, are DEBUG, and told with the whole.

    Sensitivity: each of a solver's lines ends the step, and a long solve fills the log at INFO.
    """
    caplog.set_level(logging.DEBUG, "planner")
    with heard_by():
        working_on(say("solving"))
        working_on(say("solving: block {number} of {count}", number=1, count=2), is_detail=True)
        with part_of(say("what decides the plan")):
            working_on(say("auditing"))
        working_on("a name\nthat breaks\x1b[2J")
    assert told(caplog, logging.DEBUG) == ["solving: block 1 of 2", "what decides the plan: auditing"]
    plain = [SECONDS.sub("", line) for line in told(caplog, logging.INFO)]
    assert plain == [
        *("solving", "solving", "what decides the plan", "what decides the plan"),
        *[r"a name\nthat breaks\x1b[2J"] * 2,
    ]


def test_a_step_ends_with_what_fails(caplog: pytest.LogCaptureFixture) -> None:
    """Proves: what comes after an error is not counted to the step that it ended, nor what stands in no block at all.

    Sensitivity: a step that stays open until the next run, hours later.
    """
    caplog.set_level(logging.INFO, "planner")
    with pytest.raises(ZeroDivisionError), heard_by():
        fail()
    working_on("between")
    with heard_by(), heard_by():
        working_on("second")
    lines = [SECONDS.sub(" …", line) for line in told(caplog, logging.INFO)]
    assert lines == ["first", "first …", "between", "second", "second …"]


def fail() -> NoReturn:
    """Begin a step that ends with an error."""
    working_on("first")
    raise ZeroDivisionError


def test_a_script_sees_each_line_once(tmp_path: Path) -> None:
    """Proves: ``basicConfig`` is all that a script needs, and no line comes twice. Sensitivity: a handler of our own."""
    lines = output([BOTH, str(BASE.write(tmp_path / "world"))])
    ours = [line for line in lines if line.startswith("planner: ")]
    assert ours.count("planner: making the tables") == 1
    assert len([line for line in ours if line.startswith("planner: making the tables: ")]) == 1
    assert lines == [line for line in ours if line.isprintable()]


def test_a_command_logs_nowhere(tmp_path: Path) -> None:
    """Proves: nothing of the log is on a command's streams. Sensitivity: a level or a handler set on import."""
    world = BASE.write(tmp_path / "world")
    assert output([CLI, "run", str(world), "--no-map", "--quiet", "--out", str(tmp_path / "out")]) == []
    log = logging.getLogger("planner")
    assert log.level == logging.NOTSET
    assert [type(handler) for handler in log.handlers] == [logging.NullHandler]


def output(words: list[str]) -> list[str]:
    """Return the lines that a script writes to either stream."""
    done = subprocess.run(
        [sys.executable, "-c", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
        timeout=300,
    )
    return done.stdout.splitlines()
