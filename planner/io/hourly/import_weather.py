"""``planner import weather``: an hourly table into the column of a scenario folder that it is for.

Any numeric parameter whose declared index ends in ``timestep`` can be imported; the first key of its index are the
places, and the keys between are said by the user. All faults are gathered; nothing is written unless there are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timezone
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import Fault, InvalidInputError, UsageError, shown
from planner.faults import Gathering, listed, nearest
from planner.io.files.decoding import FORBIDDEN, composed
from planner.io.files.several_files import sole_writer, write_together
from planner.io.hourly.hourly_file import HourlyFile, read_hourly_file, zone_conflict
from planner.io.hourly.hourly_steps import Steps, steps_of, year_note
from planner.io.hourly.hourly_table import Reading, likely_year, year_of
from planner.io.hourly.import_order import Order, Target, target_of
from planner.io.hourly.import_tables import Hourly, ScenarioTables
from planner.io.hourly.place_columns import Places, matched, only_column, picked, unused_note
from planner.io.hourly.times.year_of_hours import Clock, HourlyTable, aligned, zone_note
from planner.io.hourly.times.zones import scenario_offset, standard_offset, zone_of
from planner.io.read.cells import parse
from planner.io.read.folders import FolderReader, existing_folder
from planner.language import Message, Text, join, say, written
from planner.progress import working_on
from planner.scenario.parameter import Declarations, table_of
from planner.scenario.schema import CONFIDENCE, schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.io.read.merge import Layer

LINE = 1000
"""Characters of a line that are shown."""
ZONE_MISSING = say(
    "--time-zone is missing: an hourly table does not say which clock its hours keep, and eight "
    "hours of error put the sun of noon into the night; name the file's zone, such as "
    "Asia/Shanghai or UTC"
)


@dataclass(frozen=True)
class Imported:
    """The outcome of an import."""

    column: str
    kind: str  # the set of the places, such as site
    columns: Mapping[str, str]  # the column of each place
    hours: int  # timesteps, each with a value for each place
    files: tuple[Path, ...]
    notes: tuple[Text, ...]

    def told(self) -> Message:
        """Return it in a few lines, as the command prints it."""
        named = (
            name if name == word else say("{name} from {word}", name=name, word=word)
            for name, word in self.columns.items()
        )
        kind = f"{self.kind}{'s' if len(self.columns) != 1 else ''}"
        lines = [
            say(
                "{column} of {count} {kind} at {hours:,} hours: {places}",
                column=self.column,
                count=len(self.columns),
                kind=kind,
                hours=self.hours,
                places=join(named, ", "),
            )
        ]
        lines += [say("wrote {path}", path=path) for path in self.files]
        lines += [say("note: {note}", note=note) for note in self.notes]
        return join((shown(line, LINE) + "\n" for line in lines), "")


def import_weather(file: Path, folder: Path, declarations: Declarations, order: Order) -> Imported:
    """Write an hourly table into a scenario folder, whole or not at all."""
    working_on(say("reading the hourly table"))
    path = existing_folder(folder, say("name a scenario folder; 'planner new' makes one"))
    target = target_of(order, declarations, {table.stem for table in path.glob("*.csv")})
    if order.time_zone:
        zone_of(order.time_zone, "--time-zone")
    if order.confidence not in CONFIDENCE:
        raise UsageError(
            say(
                "--confidence {confidence}: choose from {listed}",
                confidence=shown(order.confidence),
                listed=", ".join(CONFIDENCE),
            )
        )
    if FORBIDDEN.search(order.source):
        raise UsageError(say("--source holds a control or bidirectional character"))
    with sole_writer(path):
        gathering = Gathering(path.parent)
        read = read_hourly_file(file, order.time_column, gathering)
        layer = FolderReader(schema_of(declarations), gathering).read(path)
        if read is None or layer is None:
            gathering.finish()
            raise InvalidInputError([Fault(str(folder), say("the scenario cannot be read"))])
        clock = _clock(read, order, gathering)
        asked = _Import(read, layer, target, clock, order, gathering)
        columns = asked.columns()
        hourly = asked.hourly(columns)
        files = ScenarioTables(path, layer, schema_of(declarations), gathering).with_hourly(
            hourly, replace=order.replace
        )
        gathering.finish()
        write_together(path, files)
    paths = tuple(folder / name for name in files)
    return Imported(
        order.column, target.place, dict(sorted(columns.items())), len(hourly.steps.ids), paths, tuple(gathering.notes)
    )


def _clock(read: HourlyFile, order: Order, gathering: Gathering) -> Clock:
    """Return the clocks of file and scenario."""
    name = order.time_zone or read.zone_name
    if not name:
        raise UsageError(ZONE_MISSING)
    year = likely_year(read.table, read.time_column) or 2025  # where the times are no times, which is found below
    zone = zone_of(name, "--time-zone")
    if read.offset is not None:
        if standard_offset(zone, year) != read.offset:
            raise UsageError(zone_conflict(read, name))
        zone, name = timezone(read.offset), read.zone_name
        gathering.note(say("the file keeps standard time, {name}", name=name))
    elif read.says_utc and standard_offset(zone, year):
        raise UsageError(
            say(
                "--time-zone {zone}: the column of times is called {column}, and says UTC; name UTC, or rename it",
                zone=shown(name),
                column=shown(read.time_column),
            )
        )
    offset, note = scenario_offset(order.scenario_time_zone, year, "--scenario-time-zone")
    if note:
        gathering.note(note)
    return Clock(zone, name, offset)


@dataclass(frozen=True)
class _Import:
    """One file and one scenario, held against each other."""

    read: HourlyFile
    layer: Layer
    target: Target
    clock: Clock
    order: Order
    gathering: Gathering

    def columns(self) -> dict[str, str]:
        """Return the column of each place."""
        places = self._places()
        columns = [name for name in self.read.table.columns if name != self.read.time_column]
        if not places.ids:
            return {}
        if self.order.picks:
            return picked(self.order.picks, columns, places, self.gathering)
        only = only_column(self.target.parameter.name, columns, places, self.gathering)
        return only or matched(self.read.table.files[0], columns, places, self.gathering)

    def hourly(self, columns: Mapping[str, str]) -> Hourly:
        """Return the cells of every place at every timestep."""
        self._check_values(columns)
        reading = Reading(self.order.hours_end)
        year = year_of(self.read.table, self.read.time_column, self.clock, self.gathering, reading)
        steps = rows = None
        if year is not None:
            steps = steps_of(self.layer, self.clock.scenario, self.order.year, year.year, self.gathering)
        if year is not None and steps is not None:
            rows = aligned(year, len(steps.ids), self.gathering)
        self.gathering.finish()
        if year is None or steps is None or rows is None:
            raise AssertionError
        self._note(columns, steps, year)
        fixed = tuple(self.target.fixed.values())
        cells = {
            (name, *fixed): [self.read.table.columns[column][row] for row in rows]
            for name, column in sorted(columns.items())
        }
        source = self.order.source or shown(Path(self.read.table.files[0]).name)
        note = zone_note(self.clock, year)
        return Hourly(
            self.target.parameter, self.target.index, steps, cells, composed(source), self.order.confidence, note
        )

    def _places(self) -> Places:
        """Return the ids to import for: those of the table without timesteps, at the keys that are said."""
        kind, carrier = self.target.place, self.target.index[:-1]
        names = self.layer.tables.get(kind)
        table = self.layer.tables.get(table_of(carrier))
        if table is None:
            problem = say(
                "the scenario has no {table_of}.csv, which says what to import for", table_of=table_of(carrier)
            )
            self.gathering.add(Fault(f"{table_of(carrier)}.csv", problem, remedy=say("write it first")))
            return Places(kind, (), names)
        said = [self.target.fixed[name] for name in carrier[1:]]
        rows = table.keys(carrier)
        ids = list(dict.fromkeys(row[0] for row in rows if list(row[1:]) == said))
        if not ids:
            word = listed(said)
            problem = say("no {kind} has {word}", kind=kind, word=word) if said else say("it has no {kind}", kind=kind)
            remedy = nearest(written(word), {row[-1] for row in rows}) if said else say("add the rows first")
            self.gathering.add(Fault(table.files[-1], problem, remedy=remedy))
        return Places(kind, ids, names)

    def _check_values(self, columns: Mapping[str, str]) -> None:
        """Keep a fault for every cell that is no number in the declared range."""
        for column in dict.fromkeys(columns.values()):
            cells, codes = self.read.table.columns[column], self.read.table.origins[column]
            for row, cell in enumerate(cells):
                if not cell:
                    self.gathering.at(
                        codes[row], column, None, say("the cell is empty"), say("every hour needs its number")
                    )
            name = self.target.parameter.name
            for row, problem, remedy in parse(self.target.parameter, cells).faults:
                told = say("{problem} for {name}", problem=problem, name=name)
                self.gathering.at(codes[row], column, cells[row], told, remedy)

    def _note(self, columns: Mapping[str, str], steps: Steps, year: HourlyTable) -> None:
        spare = [name for name in self.read.table.columns if name != self.read.time_column]
        for note in (unused_note(spare, columns), year_note(year, steps)):
            if note:
                self.gathering.note(note)
