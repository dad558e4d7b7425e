"""What all tests share."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import NoReturn

import pandas as pd
import pytest

from planner.language import Message
from tests import here
from tests.signals import hear_what_is_ignored

WITH_ARROW = ("bench", "docs", "excel", "golden", "io", "reliability", "report", "results", "weather")
"""Folders of tests whose texts are pyarrow's, as in every process that is started: what is read, written and shipped."""


hear_what_is_ignored()
here.install()


def _unrendered(message: Message) -> NoReturn:
    """Fail where a message is taken for a text: outside the tests it speaks the language that is spoken."""
    raise AssertionError(repr(message))


Message.__str__ = _unrendered  # type: ignore[assignment,method-assign]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden numbers be accepted anew."""
    parser.addoption("--update-golden", action="store_true", help="accept the numbers found as meant")


@pytest.fixture(scope="session", autouse=True)
def _kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the workers of a session one folder for what was solved."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "solved"
    folder.mkdir(exist_ok=True)
    here.Here.folder = folder


def pytest_collection_finish() -> None:
    """Let Python look for rubbish less often, and not among the tests themselves, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Solve in this process, before any fixture does, unless the test is about processes."""
    parts = item.path.parts[len(Path(__file__).parent.parts) :]
    of_processes = any(name in parts for name in here.PROCESSES) or item.get_closest_marker("processes") is not None
    here.Here.is_on = not of_processes and os.name == "posix"
    # Without pyarrow, as it is without the extras, pandas keeps texts as Python's, a fifth quicker in tables this small.
    pd.options.mode.string_storage = "auto" if any(name in parts for name in WITH_ARROW) else "python"
    here.Here.is_patched = "monkeypatch" in getattr(item, "fixturenames", ())
    of_solving = any(name in parts for name in here.ANEW) and item.get_closest_marker("kept") is None
    here.Here.is_anew = of_processes or of_solving or item.get_closest_marker("anew") is not None
