"""Bad input is refused in Chinese as in English: the same place, no English sentence left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bad_inputs import BAD, Bad
from io_world import declarations, faults, good_files, written

from tests.chinese import HAN, english_left

if TYPE_CHECKING:
    from pathlib import Path

IDS = ("day", "night", "root", "whu", "guian", "wuhu")


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_bad_input_is_named_in_chinese(bad: Bad, tmp_path: Path) -> None:
    """Proves that problem and remedy of every kind of fault are said in Chinese, whatever is spoken.

    Sensitivity: a sentence without ``say``, a part of it put in as English.
    """
    files = good_files() | ({bad.file: b""} if bad.file not in good_files() else {})
    found = faults(written(tmp_path / "root" / "world", bad.applied(files)))
    known = declarations()
    names = [*known.features, *known.parameters, *known.sets, *IDS]
    for fault in found:
        told = fault.said()
        assert told.en == str(fault)
        assert HAN.search(told.zh.replace(str(fault.value), "")), told.zh
        shown = [fault.file, fault.column or "", str(fault.value or ""), *names]
        if "TOML：" in told.zh:
            continue  # the words of Python's own reader of TOML, after ours
        assert english_left(told.zh, shown) == [], told.zh
