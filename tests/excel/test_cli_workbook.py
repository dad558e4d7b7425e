"""``planner export --format xlsx`` and ``planner import BOOK.xlsx DIR`` as a user meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner import cli
from tests.worlds import BASE


def call(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    monkeypatch.setattr("sys.argv", ["planner", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_there_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Proves both verbs, with and without the word ``workbook``, options first or last, in both languages.

    Sensitivity: a file taken for the name of a verb; an option of the verb that its group refuses.
    """
    world, book = BASE.write(tmp_path / "world"), tmp_path / "book.xlsx"
    assert call(monkeypatch, "export", world, "--format", "xlsx", "--out", book, "--set", "site.pue=1.4375") == 0
    assert "planner import" in capsys.readouterr().out
    meant = planner.read_scenario(world, ["site.pue=1.4375"]).content_hash
    forms = (
        ("import", book, "one"),
        ("import", "workbook", book, "two"),
        ("import", "--force", book, "one"),
        ("import", "--language", "zh", book, "three"),
        ("import", "--language=zh", book, "four"),
        ("import", book, "five", "--language", "zh"),
    )
    monkeypatch.chdir(tmp_path)
    for form in forms:
        assert call(monkeypatch, *form) == 0, form
        printed = capsys.readouterr()
        assert printed.err == ""
        assert ("下一步" in printed.out) == ("zh" in str(form))
    for name in ("one", "two", "three", "four", "five"):
        assert planner.read_scenario(tmp_path / name).content_hash == meant


def test_help_shows_both(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Proves that ``planner import --help`` shows the workbook and the weather, and so does ``planner import`` alone.

    Sensitivity: a default verb that swallows the help of its group.
    """
    for words in (["import", "--help"], ["import"]):
        call(monkeypatch, *words)
        printed = capsys.readouterr()
        text = printed.out + printed.err
        assert "workbook" in text
        assert "weather" in text


def test_slips_are_usage_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that a verb misspelt, a folder left out, a folder that stands there and a broken book are told apart.

    Sensitivity: ``planner import wether`` answered with "no such file".
    """
    book = tmp_path / "book.xlsx"
    call(monkeypatch, "export", BASE.write(tmp_path / "world"), "--format", "xlsx", "--out", book)
    cases = (
        (("import", "wether", book), 2, "weather"),
        (("import", book), 2, "DIR"),
        (("import", book, tmp_path / "world"), 2, "exists already"),
        (("import", tmp_path / "nothing.xlsx", tmp_path / "new"), 3, "no such file"),
        (("import", tmp_path / "world" / "site.csv", tmp_path / "new"), 3, "no Excel workbook"),
        (("export", tmp_path / "world", "--format", "xlsx"), 2, "--out"),
        (
            ("export", tmp_path / "world", "--format", "xlsx", "--out", tmp_path / "no" / "book.xlsx"),
            10,
            "cannot write",
        ),
        (("export", tmp_path / "world", "--format", "xls", "--out", book), 2, "xlsx"),
    )
    capsys.readouterr()
    for words, code, text in cases:
        assert call(monkeypatch, *words) == code, words
        printed = capsys.readouterr()
        assert text in printed.err, words
        assert printed.err.startswith("planner: ")
        assert printed.out == ""
    assert not (tmp_path / "new").exists()
