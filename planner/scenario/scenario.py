"""A scenario as the model sees it: validated, merged, complete and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from planner.language import Message, Named, Text
from planner.scenario.fingerprint import content_hash
from planner.scenario.origins import Origins
from planner.scenario.parameter import REQUIRED, Declarations, Parameter, Value, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from planner.errors import Fault
    from planner.scenario.settings import Settings

Made = TypeVar("Made")


@dataclass(frozen=True)
class Case:
    """One year of a scenario that has several (decision 0061).

    Attributes
    ----------
    stage, future
        Their ids; empty where the scenario has none of them.
    year
        That the stage begins with; 0 without stages.
    stage_years
        [a] How long the stage stands for; 1 without stages.
    probability
        Of the future; 1 without futures.
    scenario
        The year by itself, a scenario like any other.
    """

    stage: str
    future: str
    year: float
    stage_years: float
    probability: float
    scenario: Scenario

    @property
    def name(self) -> str:
        """What the case is called among others: ``2030``, ``dry`` or ``2030/dry``."""
        return "/".join(part for part in (self.stage, self.future) if part)


@dataclass(frozen=True, repr=False)
class Scenario:
    """Tables and choices that describe one planning question.

    Attributes
    ----------
    name
        The folder's name, used for ``results/<name>/``.
    settings
        ``scenario.toml`` as read, merged and checked.
    declarations
        What the features declare; the scenario answers questions in these words.
    sets
        The members of every index set in canonical order.
    given
        The values read, by parameter: a Series over the index at which the parameter was given
        (its key columns are the index levels), or a plain value for a scalar. Only cells with a value.
    tables
        The merged tables as text, key columns first, as they are written to ``scenario/``.
    file_hashes
        SHA-256 of every file read, by path relative to the scenarios' root.
    notes
        What the reader did that a user should know: encodings, unused columns, defaults that matter; and the numbers
        far from what they usually are.
    unusual
        How many numbers of each parameter are far from what they usually are.
    origins
        The file and line of every cell of ``tables`` and of every scalar.
    read_seconds
        Wall seconds that reading took.
    overrides
        The ``K=V`` that had the last word, as they were given.
    cases
        The years that a scenario of several stages or futures is made of, each a scenario by itself; none of one year.
    listed
        By feature, what it lists of too many members to list all: those that were found to pay. A feature that is not
        there lists as it sees fit.
    """

    name: str
    settings: Settings
    declarations: Declarations
    sets: Mapping[str, tuple[str, ...]]
    given: Mapping[str, pd.Series | Value]
    tables: Mapping[str, pd.DataFrame]
    file_hashes: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    unusual: Mapping[str, int] = field(default_factory=dict)
    folder: Path | None = None
    origins: Origins = field(default_factory=Origins)
    read_seconds: float = field(default=0.0, compare=False)
    overrides: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    listed: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict, compare=False)
    _known: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Series, indices and what is made of them: features ask for the same ones again and again."""

    def __repr__(self) -> str:
        """Return name, sizes and features on one line."""
        sizes = ", ".join(f"{len(members)} {name}" for name, members in self.sets.items() if members)
        return f"<Scenario {self.name}: {sizes}; features {', '.join(self.features)}>"

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of what the scenario says, whatever the files, their encoding and their order."""
        return content_hash(self.settings, self.tables, self.declarations)

    @property
    def features(self) -> tuple[str, ...]:
        """The features listed, in canonical order."""
        return self.settings.features

    def has(self, feature: str) -> bool:
        """Return whether the scenario lists a feature."""
        return feature in self.features

    def is_given(self, name: str) -> bool:
        """Return whether any value of a parameter was given."""
        return name in self.given

    def scalar(self, name: str) -> Value | None:
        """Return a scalar or a named choice, or its default.

        Raises
        ------
        KeyError
            No such parameter is declared.
        """
        parameter = self.declarations.parameters[name]
        value = self.given.get(name, parameter.default)
        if value is REQUIRED or isinstance(value, pd.Series):
            message = f"{name} is not a scalar with a value"
            raise KeyError(message)
        return value

    def number(self, name: str) -> float:
        """Return a scalar as a float; NaN where it is not given and has no default."""
        value = self.scalar(name)
        return float("nan") if value is None else float(value)

    def series(self, name: str) -> pd.Series:
        """Return a parameter over its own index, defaults filled in, coarser values spread.

        Returns
        -------
        Series
            Indexed by the parameter's index (a MultiIndex for two keys or more) in canonical order,
            in the parameter's unit. Without a default, only the entries that were given. It is the caller's own.
        """
        if name not in self._known:
            self._known[name] = self._made(name)
        known: pd.Series = self._known[name]
        return known.copy(deep=False)  # pandas copies the values when somebody writes to them

    def _made(self, name: str) -> pd.Series:
        parameter = self.declarations.parameters[name]
        index, has_default = self.full_index(parameter.index), parameter.default not in (None, REQUIRED)
        if parameter.key not in self.given:
            kept = index if has_default else index[:0]
            column = pd.Series([parameter.default] * len(kept), index=kept, dtype=object)
        else:
            column = self._spread(parameter, index)
            column = column.where(column.notna(), parameter.default) if has_default else column[column.notna()]
        if parameter.is_numeric:
            column = column.astype(float)
        return column.rename(name)

    def once(self, made: Callable[[Scenario], Made]) -> Made:
        """Return what a module's function makes of this scenario; it is made the first time it is asked for.

        Nobody may write to it: who hands it on hands a copy.
        """
        if made not in self._known:
            self._known[made] = made(self)
        found: Made = self._known[made]
        return found

    def noted(self, **told: Any) -> Scenario:
        """Return the same scenario with other notes on how it was read: what was made of it holds."""
        noted = replace(self, **told)
        noted._known.update(self._known)  # noqa: SLF001 - another of this class
        return noted

    def full_index(self, index: Sequence[str]) -> pd.Index:
        """Return every combination of members of the index sets, in canonical order."""
        key = tuple(index)
        if key not in self._known:
            members = [pd.Index(self.sets[name], name=name, dtype=object) for name in key]
            self._known[key] = members[0] if len(key) == 1 else pd.MultiIndex.from_product(members)
        found: pd.Index = self._known[key]
        return found

    def _spread(self, parameter: Parameter, index: pd.Index) -> pd.Series:
        given = self.given[parameter.key]
        if not isinstance(given, pd.Series):
            return pd.Series([given] * len(index), index=index, dtype=object)
        keys = list(given.index.names)
        if keys == list(parameter.index):
            return given.astype(object).reindex(index)
        rows = index.to_frame(index=False)[keys]
        lookup = pd.Index(rows[keys[0]]) if len(keys) == 1 else pd.MultiIndex.from_frame(rows)
        return pd.Series(given.astype(object).reindex(lookup).to_numpy(), index=index)

    def given_table(self, name: str) -> str | None:
        """Return the table in which a parameter is given; ``None`` for a scalar or where it is not given."""
        given = self.given.get(name)
        return table_of(tuple(map(str, given.index.names))) if isinstance(given, pd.Series) else None

    def fault(self, name: str, key: tuple[str, ...] | None, problem: Text, remedy: Text = "") -> Fault:
        """Return a fault of one input with its file, row, column and value filled in.

        Parameters
        ----------
        name
            The parameter's key, such as ``demand`` or ``site.longitude``.
        key
            The member, or members in the order of the parameter's index; ``None`` for the whole parameter.
        """
        return self.origins.fault(self, name, key, problem, remedy)

    def labels(self, name: str, language: str) -> pd.Series:
        """Return the names of a set's members in a language, the id where none is given."""
        members = self.full_index((name,))
        result = pd.Series(members, index=members, dtype=object)
        order = ("name_zh", "name_en") if language == "zh" else ("name_en", "name_zh")
        for column in reversed(order):
            given = self.given.get(f"{name}.{column}")
            if isinstance(given, pd.Series):
                result.update(given)
        return result

    def called(self, name: str, member: str) -> Message:
        """Return what a reader calls a member of a set in each language: its name, the id where none is given."""
        known = self._known.get(("called", name))
        if known is None:
            en, zh = (self.labels(name, language) for language in ("en", "zh"))
            known = {str(each): Named(str(en[each]), str(zh[each])) for each in en.index}
            self._known["called", name] = known
        found: Message = known.get(member, Named(member, member))
        return found

    @property
    def distance(self) -> pd.Series:
        """Great-circle distance [km] by (region, site); only pairs with both coordinates."""
        return self.once(_distances)

    def coordinates(self, name: str) -> pd.DataFrame:
        """Return longitude and latitude [degrees, WGS84] of the members that have both; it is the caller's own."""
        if ("coordinates", name) not in self._known:
            self._known["coordinates", name] = self._placed(name)
        known: pd.DataFrame = self._known["coordinates", name]
        return known.copy(deep=False)  # pandas copies the values when somebody writes to them

    def _placed(self, name: str) -> pd.DataFrame:
        columns = {axis: self.given.get(f"{name}.{axis}") for axis in ("longitude", "latitude")}
        frame = pd.DataFrame({a: s for a, s in columns.items() if isinstance(s, pd.Series)})
        frame = frame.reindex(columns=["longitude", "latitude"]).dropna().astype(float)
        return frame.reindex([member for member in self.sets[name] if member in frame.index]).rename_axis(name)


def _distances(scenario: Scenario) -> pd.Series:
    from planner.scenario.geography import distances  # noqa: PLC0415 - pyproj is slow to import and often unused

    return distances(scenario.coordinates("region"), scenario.coordinates("site"))
