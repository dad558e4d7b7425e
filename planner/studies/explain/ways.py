"""The ways to mend one cause: which parameter alone is enough, by how much, and what of it works when it is set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.errors import InvalidInputError
from planner.io.read.edits import COMMAND_LINE
from planner.language import written
from planner.models.rules.relaxations import Amount, Key, Rank, Steps, changed
from planner.pipeline.check import obstacles_of
from planner.studies.explain.answer import Change, Newness, Way
from planner.studies.explain.rounding import outward

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.models.rules.relaxations import Relaxation
    from planner.scenario.scenario import Scenario
    from planner.studies.explain.trials import Trials

Values = dict[str, dict[Key, Any]]
"""New values by parameter and key."""
FURTHER = (0, 1, 2, 5, 20)
"""Steps beyond the rounded number that are tried where that does not work."""
CLOSE = 0.97
"""Of what gives: if less than this is not enough, no less is looked for."""
HALVINGS = 5


@dataclass
class Ways:
    """Finds what gives in one scenario."""

    trials: Trials
    read: Callable[[Sequence[str]], Scenario]  # reads the scenario with --set besides those it has

    def relax(self, scenario: Scenario, families: Sequence[Relaxation]) -> Values | None:
        """Return the values at which a plan exists when these parameters may give; ``None`` if there are none."""
        amounts = [one for one in families if isinstance(one, Amount)]
        offered: dict[str, Mapping[Key, list[Any]]] = {}
        wide = scenario
        for one in families:
            if isinstance(one, Steps) and (steps := one.steps(wide)):
                offered[one.parameter] = steps
                wide = changed(wide, one.parameter, {key: values[-1] for key, values in steps.items()})
        if not (offered or amounts) or (offered and not self._holds(wide, amounts)):
            return None
        chosen = self._narrowed(scenario, offered, amounts) if offered else {}
        found: Values = {}
        narrow = scenario
        for parameter, values in chosen.items():
            narrow = changed(narrow, parameter, values)
            found[parameter] = values
        if amounts:
            given = self.trials.given(narrow, amounts)
            if given is None:
                return None
            for one in amounts:
                numbers, sign = one.present(scenario), 1 if one.raised else -1
                if by_key := given.get(one.parameter):
                    found[one.parameter] = {key: numbers[key] + sign * by for key, by in by_key.items()}
        return found or None

    def _holds(self, scenario: Scenario, amounts: Sequence[Amount]) -> bool:
        return (self.trials.given(scenario, amounts) is not None) if amounts else self.trials.is_feasible(scenario)

    def _narrowed(
        self, scenario: Scenario, offered: Mapping[str, Mapping[Key, list[Any]]], amounts: Sequence[Amount]
    ) -> Values:
        """Return the fewest cells and the tightest steps that still hold."""
        cells = [(parameter, key) for parameter, steps in offered.items() for key in steps]
        places = {cell: len(offered[cell[0]][cell[1]]) for cell in cells}  # 0: as it is; n: the n-th step

        def holds(trial: Mapping[tuple[str, Key], int]) -> bool:
            looser = scenario
            for parameter, values in _values(offered, trial).items():
                looser = changed(looser, parameter, values)
            return self._holds(looser, amounts)

        def least(cell: tuple[str, Key], others: Mapping[tuple[str, Key], int]) -> int:
            low, high = 0, len(offered[cell[0]][cell[1]])  # as it is, which is not enough, and the last step, which is
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if holds({**others, cell: middle}) else (middle, high)
            return high

        if amounts and holds({}):
            return {}
        alone = [cell for cell in cells if len(cells) > 1 and holds({cell: places[cell]})]
        if alone:
            each = [_values(offered, {cell: least(cell, {})}) for cell in alone]
            return min(each, key=lambda found: _size_of(scenario, found))
        for cell in cells:
            if holds(without := {**places, cell: 0}):
                places = without
        for cell in [cell for cell in cells if places[cell]]:
            places[cell] = least(cell, places)
        return _values(offered, places)

    def settled(
        self, scenario: Scenario, one: Relaxation, values: Mapping[Key, Any], others: Sequence[str]
    ) -> Way | None:
        """Return a way that works when it is set as a user would, beside others; ``None`` if none does."""
        tried = (self._rounded(scenario, one, values, more=more) for more in FURTHER)
        changes = next((changes for changes in tried if self._works(changes, others)), None)
        if changes is None:
            return None
        if isinstance(one, Amount) and not self.trials.is_exact(one):
            least = self._rounded(scenario, one, values, part=CLOSE)
            if least != changes and self._works(least, others):
                changes = self._halved(scenario, one, values, others, least)
        return self.way(scenario, one, changes)

    def settled_together(self, scenario: Scenario, needed: Sequence[Relaxation]) -> dict[str, tuple[Change, ...]]:
        """Return changes of parameters that all have to give, which work together; nothing if they do not."""
        values = self.relax(scenario, needed) or {}
        for more in FURTHER:
            changes = {
                one.parameter: self._rounded(scenario, one, values[one.parameter], more=more)
                for one in needed
                if one.parameter in values
            }
            if self._works([change for each in changes.values() for change in each], ()):
                return changes
        return {}

    def _rounded(
        self, scenario: Scenario, one: Relaxation, values: Mapping[Key, Any], *, part: float = 1.0, more: int = 0
    ) -> tuple[Change, ...]:
        """Return changes by a part of what gives, amounts rounded outward and so many steps further."""
        before = _present(scenario, one, values)
        if isinstance(one, Steps):
            return _changes(one.parameter, before, values)
        declared = scenario.declarations.parameters[one.parameter]
        whole = declared.kind == "integer"
        after: dict[Key, float] = {}
        for key, value in values.items():
            number = outward(before[key], before[key] + part * (value - before[key]), whole=whole, more=more)
            number = min(max(number, declared.low), declared.high)
            after[key] = int(number) if whole else number
        return _changes(one.parameter, before, after)

    def _halved(
        self,
        scenario: Scenario,
        one: Amount,
        values: Mapping[Key, Any],
        others: Sequence[str],
        changes: tuple[Change, ...],
    ) -> tuple[Change, ...]:
        """Return the least part of a change that works, by halving."""
        low, high = 0.0, CLOSE
        for _ in range(HALVINGS):
            part = (low + high) / 2
            less = self._rounded(scenario, one, values, part=part)
            if less == changes:
                high = part
            elif self._works(less, others):
                high, changes = part, less
            else:
                low = part
        return changes

    def _works(self, changes: Sequence[Change], others: Sequence[str]) -> bool:
        settings = [change.setting(self.trials.scenario) for change in changes]
        try:
            scenario = self.read([*others, *settings])
        except InvalidInputError:  # a number that no cell may hold
            return False
        return not any(True for _ in obstacles_of(scenario)) and self.trials.is_feasible(scenario)

    def way(self, scenario: Scenario, one: Relaxation, changes: tuple[Change, ...]) -> Way:
        """Return changes as a way, with its size and who said what it changes."""
        size = _size_of(scenario, {one.parameter: {change.key: change.after for change in changes}})
        newness = min(newness_of(self.trials.scenario, one.parameter, change.key) for change in changes)
        return Way(one.parameter, one.rank, changes, size, newness)


def newness_of(scenario: Scenario, parameter: str, key: Key) -> Newness:
    """Return who said what a cell holds: what was said last is the likeliest to be the trouble."""
    file = written(scenario.origins.fault(scenario, parameter, key or None, "").file)
    if file == COMMAND_LINE:
        return Newness.SET
    own = f"{scenario.name}/"
    extends = any(not name.startswith(own) for name in scenario.file_hashes)
    return Newness.OWN if extends and file.startswith(own) else Newness.GIVEN


def _present(scenario: Scenario, one: Relaxation, keys: Mapping[Key, Any]) -> dict[Key, Any]:
    if isinstance(one, Amount):
        return {key: number for key, number in one.present(scenario).items() if key in keys}
    if () in keys:
        return {(): scenario.scalar(one.parameter)}
    series = scenario.series(one.parameter)
    return {key: series.loc[key if len(key) > 1 else key[0]] for key in keys}


def _changes(parameter: str, before: Mapping[Key, Any], after: Mapping[Key, Any]) -> tuple[Change, ...]:
    return tuple(Change(parameter, key, _plain(before[key]), value) for key, value in after.items())


def _plain(value: Any) -> Any:
    """Return a value as Python and JSON know it."""
    return value.item() if hasattr(value, "item") else value


def _values(offered: Mapping[str, Mapping[Key, list[Any]]], places: Mapping[tuple[str, Key], int]) -> Values:
    found: Values = {}
    for (parameter, key), place in places.items():
        if place:
            found.setdefault(parameter, {})[key] = offered[parameter][key][place - 1]
    return found


def _size_of(scenario: Scenario, values: Values) -> float:
    """Return how much gives, each cell relative to what it is; a word or a flag counts as its whole."""
    total = 0.0
    for parameter, cells in values.items():
        declared = scenario.declarations.parameters[parameter]
        series = None if not declared.index else scenario.series(parameter)
        for key, after in cells.items():
            if not declared.is_numeric:
                total += 1.0
                continue
            before = (
                scenario.number(parameter) if series is None else float(series.get(key if len(key) > 1 else key[0], 0))
            )
            total += abs(after - before) / max(abs(before), abs(after), 1e-12)
    return total


def order_of(way: Way) -> tuple[Newness, Rank, float]:
    """Return by what ways are put in order: what was said last, then who gives first, then how much."""
    return way.newness, way.rank, way.size
