"""The sheet ``scenario``: settings, features and scalars out of ``scenario.toml``, and back into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from planner.faults import nearest
from planner.io.files.toml_file import lines_of, write_toml
from planner.io.read.cells import NUMBER
from planner.io.workbook.meaning import both, default_of, flag_cell, kept
from planner.io.workbook.sheet import Cell, Column, Sheet
from planner.language import Message, Text, say
from planner.scenario.parameter import FLAGS, Parameter
from planner.scenario.schema import SCENARIO
from planner.scenario.settings import OBJECTIVES, PathwayTable, SolverTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.io.files.toml_file import TomlPath
    from planner.io.workbook.grid import Grid
    from planner.io.workbook.meaning import Word
    from planner.scenario.scenario import Scenario
    from planner.scenario.schema import Schema

SETTINGS, SETTINGS_KEYS = SCENARIO, ("section", "key", "value")
WEIGHTS, MINIMISE_WEIGHTS = "weights", "objective.weights"
FLAG: Final = ("TRUE", "FALSE")
TITLES: Final[Mapping[str, Message]] = {
    "title": say("title of maps and reports"),
    "title_zh": say("the same in Chinese"),
}
TIME: Final[Mapping[str, tuple[str, Message]]] = {
    "hours": ("h", say("what the weights of the timesteps add up to")),
    "representative_days": ("", say("days, chosen from a full year, that stand for it")),
}
SOLVER: Final[Mapping[str, tuple[str, Message]]] = {
    "name": ("", say("highs, or another solver that is installed")),
    "time_limit": ("s", say("for the whole solve")),
    "mip_gap": ("1", say("relative gap that counts as optimal")),
}
SECTIONS: Final = ("features", "objective", MINIMISE_WEIGHTS, "parameters", "time", "solver", "pathway")
WORDS: Final = frozenset(
    {
        *(("", "title"), ("", "title_zh"), ("objective", "minimise"), ("solver", "name"), ("solver", "algorithm")),
        ("pathway", "foresight"),
    }
)
"""Settings that are text, whatever their digits."""
A_NUMBER: Final = Parameter("value", (), "1", say("Any setting that is no text."), low=float("-inf"))
A_TEXT: Final = Parameter("value", (), "", say("A setting that is text."), kind="text")
Place = tuple[str, str]


class _Setting(NamedTuple):
    """One row of the sheet on its way out."""

    section: str
    key: str
    value: Any
    label: Text
    unit: str
    default: str
    meaning: Text
    choices: Sequence[str] = ()

    def row(self) -> tuple[Cell, ...]:
        """Return its cells; a number that a spreadsheet would shorten stands as text."""
        value = self.value
        if isinstance(value, bool):
            value = flag_cell(value)
        elif isinstance(value, float):
            value = kept(value)
        return (self.section, self.key, value, self.unit, *both(self.label), self.default, *both(self.meaning))


def settings_sheet(scenario: Scenario, schema: Schema, word: Word) -> Sheet:
    """Return the settings, features and scalars of a scenario, given or not."""
    columns = (
        Column(SETTINGS_KEYS[0], say("section"), is_key=True),
        Column(SETTINGS_KEYS[1], say("name"), is_key=True),
        Column(SETTINGS_KEYS[2], say("value (edit here)"), kind="any"),
        Column("#unit", say("unit")),
        Column("#zh", say("in Chinese")),
        Column("#en", say("in English")),
        Column("#default", say("if left empty")),
        Column("#meaning_zh", say("what it is, in Chinese")),
        Column("#meaning_en", say("what it is")),
    )
    settings = list(_settings(scenario, schema, word))
    choices = {(row, 2): setting.choices for row, setting in enumerate(settings) if setting.choices}
    return Sheet(SETTINGS, columns, [setting.row() for setting in settings], choices)


def _settings(scenario: Scenario, schema: Schema, word: Word) -> Iterator[_Setting]:
    document = scenario.settings.document()
    for name, said in TITLES.items():
        yield _Setting("", name, document.get(name), word(name), "", "–", said)
    for name in scenario.declarations.features:
        said = say("whether this family of rules applies")
        yield _Setting("features", name, name in document["features"], word(name), "", "FALSE", said, FLAG)
    minimise = scenario.settings.minimise
    said = say("one of the three, or weights")
    words = (*OBJECTIVES, WEIGHTS)
    yield _Setting("objective", "minimise", minimise, word("minimise"), "", "cost", said, words)
    for name in OBJECTIVES:
        weight = scenario.settings.objective.get(name) if minimise == WEIGHTS else None
        said = say("its weight, where weights are minimised")
        yield _Setting(MINIMISE_WEIGHTS, name, weight, word(name), "", "0", said)
    for name, parameter in schema.scalars.items():
        value, default = document["parameters"].get(name), " / ".join(dict.fromkeys(both(default_of(parameter))))
        said, choices = parameter.description, parameter.choices
        yield _Setting("parameters", name, value, word(name), parameter.unit, default, said, choices)
    for name, (unit, said) in TIME.items():
        yield _Setting("time", name, document["time"].get(name), word(name), unit, "–", said)
    for name, field in SolverTable.model_fields.items():
        unit, said = SOLVER.get(name, ("", say("as the solver's own pinned options")))
        words = FLAG if field.annotation is bool else get_args(field.annotation)
        yield _Setting("solver", name, document["solver"].get(name), word(name), unit, "–", said, words)
    for name, field in PathwayTable.model_fields.items():
        said, words = say("whether the stages know each other, or are planned one by one"), get_args(field.annotation)
        value = document.get("pathway", {}).get(name)
        yield _Setting("pathway", name, value, word(name), "", str(field.default), said, words)


def document_of(grid: Grid, schema: Schema) -> tuple[dict[str, Any], dict[Place, int]]:
    """Return the document that the sheet states, and the row of every section and name."""
    missing = [name for name in SETTINGS_KEYS if name not in grid.headings]
    if missing and grid.headings:
        problem = say("the column is missing")
        for name in missing:
            grid.fault(1, name, None, problem, say("write it back into row 1"))
    for name in [name for name in grid.headings if name not in SETTINGS_KEYS]:
        grid.fault(1, name, None, say("unknown column"), nearest(name, SETTINGS_KEYS))
    if missing:
        return {}, {}
    given: dict[str, dict[str, Any]] = {}
    rows: dict[Place, int] = {}
    for number in grid.numbers:
        section, key = (grid.text(number, name, None) for name in SETTINGS_KEYS[:2])
        if not (section or key) or not _is_known(grid, number, section, key, rows):
            continue
        rows[section, key] = number
        value = _value(grid, number, (section, key), schema)
        if value not in {None, ""} or isinstance(value, bool):
            given.setdefault(section, {})[key] = value
    return _assembled(grid, given, rows), rows


def _is_known(grid: Grid, number: int, section: str, key: str, rows: Mapping[Place, int]) -> bool:
    """Return whether a row names a setting that may stand there; keep a fault where it does not."""
    if section not in {"", *SECTIONS}:
        near = nearest(section, SECTIONS)
        grid.fault(number, SETTINGS_KEYS[0], section, say("unknown section"), near)
    elif not section and key not in TITLES:
        near = nearest(key, TITLES)
        grid.fault(number, SETTINGS_KEYS[1], key, say("unknown name"), near)
    elif not key:
        remedy = say("name the setting, or delete the row")
        grid.fault(number, SETTINGS_KEYS[1], None, say("the name is missing"), remedy)
    elif (section, key) in rows:
        problem = say("it stands twice, first in row {row}", row=rows[section, key])
        grid.fault(number, SETTINGS_KEYS[1], key, problem, say("keep one row"))
    else:
        return True
    return False


def _value(grid: Grid, number: int, place: Place, schema: Schema) -> Any:
    """Return the value of a row as TOML has it: text, number, flag; ``""`` where none is given."""
    section, key = place
    parameter = schema.scalars.get(key) if section == "parameters" else None
    is_text = place in WORDS or (parameter is not None and not parameter.is_numeric and parameter.kind != "flag")
    kind = A_TEXT if is_text else parameter or A_NUMBER
    cell = grid.cell(number, SETTINGS_KEYS[2])
    if isinstance(cell, bool) and not is_text:
        return cell
    text = grid.text(number, SETTINGS_KEYS[2], kind)
    if is_text or not text:
        return text
    if text in {*FLAG, "true", "false"}:
        return FLAGS[text.casefold()]
    if not NUMBER.fullmatch(text):
        return text  # the strict reader says what it should be
    value = float(text)
    return int(value) if value.is_integer() else value


def _assembled(grid: Grid, given: Mapping[str, Mapping[str, Any]], rows: Mapping[Place, int]) -> dict[str, Any]:
    document: dict[str, Any] = dict(given.get("", {}))
    document["features"] = []
    for name, value in given.get("features", {}).items():
        if not isinstance(value, bool):
            problem = say("neither TRUE nor FALSE")
            grid.fault(rows["features", name], name, value, problem, say("write TRUE or FALSE"))
        elif value:
            document["features"].append(name)
    document["objective"] = _objective(grid, given, rows)
    for section in ("parameters", "time", "solver", "pathway"):
        document[section] = dict(given.get(section, {}))
    return document


def _objective(grid: Grid, given: Mapping[str, Mapping[str, Any]], rows: Mapping[Place, int]) -> dict[str, Any]:
    objective = dict(given.get("objective", {}))
    weights = dict(given.get(MINIMISE_WEIGHTS, {}))
    if objective.get("minimise") == WEIGHTS:
        objective["minimise"] = weights
    elif weights:
        key = next(iter(weights))
        problem = say("a weight is given, and no weights are minimised")
        remedy = say("write weights as the value of minimise, or empty the weight")
        grid.fault(rows[MINIMISE_WEIGHTS, key], key, weights[key], problem, remedy)
    return objective


def toml_of(document: Mapping[str, Any], rows: Mapping[Place, int]) -> tuple[str, dict[int, int]]:
    """Return the text of ``scenario.toml``, and the row of the sheet that each of its lines comes from."""
    text = write_toml(document)
    lines = lines_of(text)
    found: dict[int, int] = {}
    for (section, key), row in rows.items():
        path: TomlPath = (section, key) if section else (key,)
        if section == "features":
            path = ("features",)
        elif section == MINIMISE_WEIGHTS:
            path = ("objective", "minimise")
        if path in lines:
            found.setdefault(lines[path], row)
    return text, found
