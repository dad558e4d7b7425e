"""A reader of SMPS for tests: the three files and nothing else, and the extensive form that they ask for.

It reads what the format says (Birge et al. 1987, free form), knows nothing of the planner, and keeps apart from its
writer what the writer may have got wrong: stages are those of ``.tim``, and a change that names no row is an error.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import optimize, sparse

INFINITE = float("inf")


@dataclass
class Core:
    """A linear or mixed-integer programme by the names of its rows and columns."""

    kinds: dict[str, str] = field(default_factory=dict)
    columns: dict[str, bool] = field(default_factory=dict)
    """Whether each is whole, in their order."""
    entries: dict[tuple[str, str], float] = field(default_factory=dict)
    """By row and column."""
    right: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    bounds: dict[str, list[float]] = field(default_factory=dict)

    @property
    def objective(self) -> str:
        """The first row that is free."""
        return next(row for row, kind in self.kinds.items() if kind == "N")


def lines_of(path: Path) -> list[tuple[bool, list[str]]]:
    """Return the words of each line, and whether it begins a section."""
    lines = [line for line in path.read_text(encoding="ascii").splitlines() if line and not line.startswith("*")]
    return [(not line.startswith(" "), line.split()) for line in lines]


def read_core(path: Path) -> Core:
    """Read a core."""
    core, section, is_whole = Core(), "", False
    for begins, words in lines_of(path):
        if begins:
            section = words[0]
        elif section == "ROWS":
            core.kinds[words[1]] = words[0]
        elif words[1] == "'MARKER'":
            is_whole = words[2] == "'INTORG'"
        elif section == "COLUMNS":
            core.columns.setdefault(words[0], is_whole)
            core.bounds.setdefault(words[0], [0.0, INFINITE])
            core.entries[words[1], words[0]] = float(words[2])
        elif section == "RHS":
            core.right[words[1]] = float(words[2])
        elif section == "BOUNDS":
            bound(core.bounds[words[2]], words[0], float(words[3]))
        else:
            raise ValueError(section)
    return core


def bound(bounds: list[float], kind: str, value: float) -> None:
    """Set the bounds that a line is about."""
    new = {"LO": (value, None), "UP": (None, value), "FX": (value, value), "FR": (-INFINITE, INFINITE),
           "MI": (-INFINITE, None), "PL": (None, INFINITE)}[kind]  # fmt: skip
    bounds[:] = [old if given is None else given for old, given in zip(bounds, new, strict=True)]


def first_stage(path: Path, core: Core) -> set[str]:
    """Return the columns of the first of two periods; its rows hold no others."""
    [_, later] = [words for begins, words in lines_of(path) if not begins]
    columns, rows = list(core.columns), [row for row, kind in core.kinds.items() if kind != "N"]
    now = set(columns[: columns.index(later[0])])
    early = set(rows[: rows.index(later[1])])
    assert all(column in now for row, column in core.entries if row in early)
    return now


def read_scenarios(path: Path) -> list[tuple[float, list[list[str]]]]:
    """Return the probability of each scenario and its changes: column, row, value."""
    lines = lines_of(path)
    assert lines[1] == (True, ["SCENARIOS", "DISCRETE"])
    found: list[tuple[float, list[list[str]]]] = []
    for begins, words in lines[2:]:
        if words[0] == "SC":
            assert words[2] == "ROOT"
            found.append((float(words[3]), []))
        elif not begins:
            found[-1][1].append(words)
    return found


def extensive_form(folder: Path) -> float:
    """Return the least expected cost that the files in a folder ask for, by scipy's solver."""
    [core_file], [times], [changes] = (list(folder.glob(f"*.{ending}")) for ending in ("cor", "tim", "sto"))
    core = read_core(core_file)
    now = first_stage(times, core)
    numbers: dict[tuple[int, str], int] = {}
    cost: dict[int, float] = defaultdict(float)
    rows: list[dict[int, float]] = []
    sides: list[tuple[float, float]] = []
    for number, (chance, told) in enumerate(read_scenarios(changes)):
        entries, right = dict(core.entries), dict(core.right)
        for column, row, value in told:
            assert core.kinds[row] != "N"
            assert column == "rhs" or column in core.columns
            (right if column == "rhs" else entries)[row if column == "rhs" else (row, column)] = float(value)  # type: ignore[index]
        places = {
            column: numbers.setdefault((-1 if column in now else number, column), len(numbers))
            for column in core.columns
        }
        by_row: dict[str, dict[int, float]] = {row: {} for row in core.kinds}
        for (row, column), value in entries.items():
            by_row[row][places[column]] = value
        for place, value in by_row.pop(core.objective).items():
            cost[place] += chance * value
        for row, found in by_row.items():
            side = right.get(row, 0.0)
            rows.append(found)
            sides.append({"E": (side, side), "L": (-INFINITE, side), "G": (side, INFINITE)}[core.kinds[row]])
    return _least(core, numbers, cost, rows, sides)


def _least(
    core: Core,
    numbers: dict[tuple[int, str], int],
    cost: dict[int, float],
    rows: list[dict[int, float]],
    sides: list[tuple[float, float]],
) -> float:
    matrix = sparse.lil_array((len(rows), len(numbers)))
    for number, entries in enumerate(rows):
        for place, value in entries.items():
            matrix[number, place] = value
    bounds = np.array([core.bounds[column] for _, column in numbers])
    found = optimize.milp(
        [cost[place] for place in range(len(numbers))],
        integrality=[int(core.columns[column]) for _, column in numbers],
        bounds=optimize.Bounds(bounds[:, 0], bounds[:, 1]),
        constraints=optimize.LinearConstraint(matrix.tocsr(), *np.array(sides).T),
        options={"mip_rel_gap": 0.0},
    )
    assert found.status == 0, found.message
    return float(found.fun)
