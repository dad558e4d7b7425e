"""Runs a page of the docs as a reader would: its commands and its Python, in order, in a folder of its own."""

from __future__ import annotations

import difflib
import doctest
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from planner import cli
from tests.docs.pages import ROOT, blocks

SECONDS = re.compile(r"in \d+\.\d s\b")


class Reader:
    """Someone at a terminal, in an empty folder with the scenarios beside."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        (folder / "scenarios").symlink_to(ROOT / "scenarios")
        monkeypatch.chdir(folder)
        self.monkeypatch = monkeypatch
        self.capsys = capsys
        self.home = f"{folder.resolve()}/"
        self.names: dict[str, Any] = {}

    def play(self, name: str) -> int:
        """Run every console and pycon block of a page and compare what comes out; return how many there were."""
        played = [block for block in blocks(name) if block.kind in {"console", "pycon"}]
        for block in played:
            (self.type_in if block.kind == "console" else self.evaluate)(block.text)
        return len(played)

    def type_in(self, text: str) -> None:
        """Run the lines that begin with ``$`` and compare what each prints with the lines below it."""
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            line, _, expected = part.partition("\n")
            found, said = (tidy(part).splitlines() for part in (self.output(shlex.split(line)), expected))
            differs = "\n".join(difflib.unified_diff(said, found, "the page", "the planner", lineterm=""))
            assert not differs, f"{line}\n{differs}"

    def output(self, words: list[str]) -> str:
        """Return what a command prints, errors included."""
        if words[0] != "planner":
            return subprocess.run(words, check=True, capture_output=True, text=True, timeout=900).stdout
        self.monkeypatch.setattr("sys.argv", words)
        self.capsys.readouterr()
        with pytest.raises(SystemExit):
            cli.main()
        printed = self.capsys.readouterr()
        return (printed.out + printed.err).replace(self.home, "")

    def evaluate(self, text: str) -> None:
        """Run a Python session and compare what it shows."""
        test = doctest.DocTestParser().get_doctest(text, self.names, "page", None, 0)
        runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
        said: list[str] = []
        runner.run(test, out=said.append, clear_globs=False)
        self.names = test.globs
        assert not runner.failures, "".join(said)


def tidy(text: str) -> str:
    """Take away what differs from run to run: seconds, and blank lines at the ends."""
    return SECONDS.sub("in N s", text).strip("\n")
