"""What an earlier plan gives a new problem to begin with: integers by variable and index, and a basis."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.language import Text, join, say
from planner.models.solving.basis import fitted_basis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from planner.models.algebra.problem import Problem, Vector
    from planner.models.solving.highs.exchange import Statuses

Member = tuple[str, tuple[Any, ...]]
WHOLE = 1e-6
SHOWN_MAX = 3


@dataclass(frozen=True)
class Start:
    """What an earlier plan gives a new problem.

    Attributes
    ----------
    values
        (columns,) NaN where it gives nothing, or ``None`` where it gives nothing at all.
    details
        For the manifest: ``integers`` given, ``of`` how many, ``left_out``.
    notes
        What a user should know.
    basis
        (columns + rows,) or ``None``; where part of it was guessed, ``details`` tell the share that was known.
    """

    values: Vector | None
    details: dict[str, Any]
    notes: list[Text] = field(default_factory=list)
    basis: Statuses | None = None


def integer_variables(problem: Problem) -> dict[str, int]:
    """Return the integer variables and how many ids index each."""
    return {name: len(index) for name, index in _integers(problem)}


def start_from(
    problem: Problem, tables: Mapping[str, pd.DataFrame], kept: Mapping[str, npt.NDArray[Any]] | None = None
) -> Start:
    """Return the integers that the result tables of an earlier plan hold, and its basis as far as it fits.

    A table holds a variable in the column of its name; the columns of its index stand first.

    Notes
    -----
    Members the problem does not have, and values it does not allow, are left out with a note; an integer of 0 that
    has no column any more says nothing and is left out without.
    """
    columns = {member: int(column) for member, column in _integers(problem).items()}
    values = np.full(len(problem.is_integer), np.nan)
    unknown, refused = [], []
    for member, value in _found(tables, integer_variables(problem)):
        column = columns.get(member)
        if column is None:
            unknown.extend([member] if abs(value) > WHOLE else [])
        elif problem.column_lower[column] - WHOLE <= value <= problem.column_upper[column] + WHOLE:
            values[column] = np.round(value)
        else:
            refused.append(member)
    given = int(np.isfinite(values).sum())
    details: dict[str, Any] = {"integers": given, "of": len(columns), "left_out": len(unknown) + len(refused)}
    basis, share = (None, None) if kept is None else fitted_basis(problem, kept)
    if share is not None:
        details["basis"] = "whole" if share == 1.0 else "in part" if basis is not None else "not used"
    notes = list(_notes(given, len(columns), unknown, refused, has_basis=basis is not None))
    if kept is not None and basis is None:
        notes.append(say("the basis of the start was not used: it is of other rows and columns, or damaged"))
    return Start(values if given else None, details, notes, basis)


def _integers(problem: Problem) -> dict[Member, int]:
    numbers = np.flatnonzero(problem.is_integer).tolist()
    return {(problem.column_names[number][0], tuple(problem.column_names[number][1])): number for number in numbers}


def _found(tables: Mapping[str, pd.DataFrame], variables: Mapping[str, int]) -> Iterator[tuple[Member, float]]:
    """Yield each member of the variables that a table holds, with its value."""
    for table in tables.values():
        for name in [name for name in variables if name in table.columns]:
            keys = [table.iloc[:, place].tolist() for place in range(variables[name])]
            values = pd.to_numeric(table[name], errors="coerce").tolist()
            for *index, value in zip(*keys, values, strict=True):
                if np.isfinite(value) and abs(value - round(value)) <= WHOLE:
                    yield (name, tuple(index)), float(value)


def _notes(given: int, count: int, unknown: list[Member], refused: list[Member], *, has_basis: bool) -> Iterator[Text]:
    if not count and has_basis:
        return
    if not count:
        yield say("the start was not used: there are no integers in this scenario")
    elif not given:
        yield say("the start was not used: it holds none of the integers of this scenario")
    for members, why in (
        (unknown, say("are not in this scenario")),
        (refused, say("are beyond what this scenario allows")),
    ):
        if members:
            first = join(f"{name}[{', '.join(map(str, index))}]" for name, index in members[:SHOWN_MAX])
            rest = len(members) - SHOWN_MAX
            more = say(" and {rest} more", rest=rest) if rest > 0 else ""
            yield say("of the start, {first}{more} {why}, and were left out", first=first, more=more, why=why)
