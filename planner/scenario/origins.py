"""Where the cells of a scenario came from, so that every later check can name file, row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from planner.errors import Fault
from planner.faults import Places
from planner.scenario.parameter import Parameter, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from planner.language import Text
    from planner.scenario.parameter import Declarations, Value
    from planner.scenario.settings import Settings

TOML = "scenario.toml"
Codes = Sequence[int] | npt.NDArray[np.int64]


class Stated(Protocol):
    """What is asked of a scenario to say where an input of it stands, or would stand."""

    @property
    def name(self) -> str:
        """The folder's name."""

    @property
    def settings(self) -> Settings:
        """``scenario.toml`` as read."""

    @property
    def declarations(self) -> Declarations:
        """What the features declare."""

    @property
    def given(self) -> Mapping[str, pd.Series | Value]:
        """The values read, by parameter."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The merged tables as text."""

    def given_table(self, name: str, /) -> str | None:
        """Return the table in which a parameter is given."""


@dataclass(frozen=True)
class Origins:
    """File and line of every cell, parallel to the rows of ``Scenario.tables``.

    Attributes
    ----------
    cells
        Codes of ``places`` by table and column.
    scalars
        Codes of ``places`` by scalar parameter.
    """

    places: Places = field(default_factory=Places)
    cells: Mapping[str, Mapping[str, Codes]] = field(default_factory=dict)
    scalars: Mapping[str, int] = field(default_factory=dict)

    def fault(
        self, scenario: Stated, name: str, key: tuple[str, ...] | None, problem: Text, remedy: Text = ""
    ) -> Fault:
        """Return a fault of one input with its place filled in as far as it is known."""
        parameter = scenario.declarations.parameters[name]
        table = scenario.given_table(name) or self._where_it_would_stand(scenario, parameter)
        if table is None:
            return self._of_scalar(scenario, parameter, problem, remedy)
        file = f"{scenario.name}/{table}.csv"
        codes = self.cells.get(table, {}).get(parameter.name)
        row = None if key is None else self._row(scenario, table, parameter, key)
        if row is None or codes is None:
            keyed = self.cells.get(table, {})
            known = codes if codes is not None else next(iter(keyed.values()), ())
            code = known[row if row is not None else 0] if len(known) else None
            place = None if code is None else self.places.file(int(code))
            line = None if row is None or code is None else self.places.row(int(code))
            subject = None if key is None or row is not None else ", ".join(key)
            return Fault(place or file, problem, line, parameter.name, subject, remedy)
        code = int(codes[row])
        value = str(scenario.tables[table][parameter.name].iloc[row])
        return Fault(self.places.file(code), problem, self.places.row(code), parameter.name, value, remedy)

    def _of_scalar(self, scenario: Stated, parameter: Parameter, problem: Text, remedy: Text) -> Fault:
        code = self.scalars.get(parameter.name)
        value = scenario.settings.parameters.get(parameter.name)
        column = f"parameters.{parameter.name}"
        if code is None:
            return Fault(f"{scenario.name}/{TOML}", problem, None, column, value, remedy)
        return Fault(self.places.file(code), problem, self.places.row(code), column, value, remedy)

    @staticmethod
    def _where_it_would_stand(scenario: Stated, parameter: Parameter) -> str | None:
        if not parameter.index or parameter.key in scenario.given:
            return None
        tables = [table_of(index) for index in parameter.indices if index]
        return next((table for table in tables if table in scenario.tables), tables[0])

    @staticmethod
    def _row(scenario: Stated, table: str, parameter: Parameter, key: tuple[str, ...]) -> int | None:
        frame = scenario.tables.get(table)
        index = next(index for index in parameter.indices if table_of(index) == table)
        named = next((names for names in (index, *parameter.indices) if len(names) == len(key)), None)
        if frame is None or named is None:
            return None
        parts = dict(zip(named, key, strict=True))
        if not set(index) <= set(parts):
            return None
        rows = (frame[list(index)] == [parts[name] for name in index]).all(axis=1).to_numpy().nonzero()[0]
        return int(rows[0]) if len(rows) else None
