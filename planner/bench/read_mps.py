"""An MPS file as arrays, read by HiGHS: files of others that become instances, and ours read back as a check.

What HiGHS warns of is refused. It does not warn of everything: a bound of a column that does not exist it passes over.
"""

from __future__ import annotations

import gzip
import re
import shutil
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from scipy import sparse

from planner.bench.mps import Linear
from planner.errors import Fault, InvalidInputError, reason, shown
from planner.language import Text, say
from planner.models.solving.highs.silent import SilentHighs
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = ("NAME", "OBJSENSE", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "ENDATA")
"""Sections of a linear or mixed-integer programme. A file with others (SOS, QUADOBJ, …) asks for more."""
NOT_A_NUMBER = re.compile(r"(?i)(?<!\S)[+-]?nan(\(\S*\))?(?!\S)")
"""A word of a line that C's ``strtod`` takes for a NaN."""


def read_mps(path: Path) -> tuple[Linear, float]:
    """Return the programme of an MPS file, plain or gzipped, as a minimisation, and the constant of its objective."""
    with temporary_folder() as folder:
        plain = folder / "instance.mps"
        try:
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as source, plain.open("wb") as target:
                shutil.copyfileobj(source, target)
            _refuse_sections(path, plain)
        except (OSError, EOFError) as error:
            raise _fault(
                path, say("cannot be read: {error}", error=reason(error)), say("name an .mps or .mps.gz file")
            ) from None
        log = folder / "log"
        model: Any = SilentHighs()  # type: ignore[no-untyped-call]
        # The default drops coefficients below 1e-9 without a word.
        for name, value in {"log_file": str(log), "small_matrix_value": 1e-12}.items():
            model.setOptionValue(name, value)
        status = model.readModel(str(plain))
        _refuse_doubts(path, log, is_error=status == highspy.HighsStatus.kError)
    return _linear(path, model.getLp())


def _refuse_sections(path: Path, plain: Path) -> None:
    with plain.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if line[:1] in "* \t\r\n":
                if NOT_A_NUMBER.search(line) and line[:1] != "*":
                    _refuse_nan(path, number, line)
                continue
            word = line.split()[0]
            if word not in SECTIONS:
                allowed = say(
                    "a linear or mixed-integer programme has the sections {listed}", listed=", ".join(SECTIONS)
                )
                raise InvalidInputError([Fault(path.name, say("unknown section"), number, value=word, remedy=allowed)])
            if word == "ENDATA":
                return
    raise _fault(path, say("ENDATA is missing"), say("the file is cut off, or no MPS file"))


def _refuse_nan(path: Path, number: int, line: str) -> None:
    """Refuse what HiGHS leaves out without a word: a coefficient that is no number."""
    remedy = say("state every number, and call nothing nan")
    raise InvalidInputError([Fault(path.name, say("not a number"), number, value=line.strip(), remedy=remedy)])


def _refuse_doubts(path: Path, log: Path, *, is_error: bool) -> None:
    """Refuse what HiGHS reads with a warning: it leaves out doubles and what it does not know, and calls that well."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line for line in text.splitlines() if line.startswith(("WARNING", "ERROR"))]
    doubts = [line for line in lines if "fixed format" not in line]
    if doubts or is_error:
        problem = say("HiGHS cannot read it: {listed}", listed=shown(" ".join(doubts)))
        raise _fault(path, problem, say("write it anew as free or fixed MPS"))


def _linear(path: Path, read: Any) -> tuple[Linear, float]:
    kinds = {highspy.HighsVarType.kContinuous: False, highspy.HighsVarType.kInteger: True}
    try:
        is_integer = np.array([kinds[kind] for kind in read.integrality_], dtype=bool)
    except KeyError:
        raise _fault(
            path, say("it has semi-continuous columns"), say("only linear and mixed-integer programmes")
        ) from None
    sign = -1.0 if read.sense_ == highspy.ObjSense.kMaximize else 1.0
    entries = read.a_matrix_
    columns, rows = read.num_col_, read.num_row_
    parts = np.array(entries.value_, dtype=float), np.array(entries.index_), np.array(entries.start_)
    linear = Linear(
        cost=sign * np.array(read.col_cost_, dtype=float),
        matrix=sparse.csc_array(parts, shape=(rows, columns)),
        row_lower=np.array(read.row_lower_, dtype=float),
        row_upper=np.array(read.row_upper_, dtype=float),
        column_lower=np.array(read.col_lower_, dtype=float),
        column_upper=np.array(read.col_upper_, dtype=float),
        is_integer=is_integer if len(is_integer) else np.zeros(columns, dtype=bool),
    )
    return linear, sign * float(read.offset_)


def _fault(path: Path, problem: Text, remedy: Text) -> InvalidInputError:
    return InvalidInputError([Fault(path.name, problem, remedy=remedy)])
