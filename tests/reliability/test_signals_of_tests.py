"""The tests themselves where signals are ignored from the start, as under ``nohup make test &``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHILD = "import signal; print([signal.getsignal(n).name for n in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)], signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
TESTS = f"""
import os, signal, subprocess, sys
import tests.conftest
os.kill(os.getpid(), signal.SIGINT)
os.kill(os.getpid(), signal.SIGHUP)
print(subprocess.run([sys.executable, "-c", {CHILD!r}], capture_output=True, text=True, timeout=60).stdout)
"""


def ignore() -> None:
    """Ignore what a shell ignores for what it starts in the background, and what nohup ignores."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)


def test_children_of_tests_have_default_signals() -> None:
    """Proves that under nohup, in the background, a process that a test starts can be stopped, and the tests cannot.

    Sensitivity: SIGINT inherited as ignored, for which a test waited 18 minutes; a test run that a closed terminal ends.
    """
    done = subprocess.run(
        [sys.executable, "-c", TESTS],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=ignore,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['SIG_DFL', 'SIG_DFL', 'SIG_DFL'] True"
