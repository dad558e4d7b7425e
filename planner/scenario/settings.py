"""``scenario.toml``: what may stand in it, and the frozen settings that come out."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from planner.errors import Fault
from planner.faults import Gathering, nearest
from planner.language import Message, Text, say
from planner.pydantic_words import should

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from planner.scenario.parameter import Value

LineOf = Callable[[tuple[str, ...]], int | None]
"""Tells the line of a key of ``scenario.toml``, by its path; the settings know no file."""
OBJECTIVES = ("cost", "emissions", "latency")
HOURS = 8760.0
DAYS_MAX = 100_000
NUMBER_MAX = 1e12
STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


class Weights(BaseModel):
    """The weighted objective."""

    model_config = STRICT
    cost: float = Field(default=0.0, ge=0, le=NUMBER_MAX)
    emissions: float = Field(default=0.0, ge=0, le=NUMBER_MAX)
    latency: float = Field(default=0.0, ge=0, le=NUMBER_MAX)


class ObjectiveTable(BaseModel):
    """``[objective]``; the word or the weights are looked at by :func:`check_minimise`."""

    model_config = STRICT
    minimise: Any = "cost"
    then: Literal["cost", "emissions", "latency"] = "cost"


class TimeTable(BaseModel):
    """``[time]``."""

    model_config = STRICT
    hours: float = Field(default=HOURS, gt=0, le=NUMBER_MAX)
    representative_days: int = Field(default=1, ge=1, le=DAYS_MAX)


class SolverTable(BaseModel):
    """``[solver]``; what is not given is left to the solver's own pinned options."""

    model_config = STRICT
    name: str = Field(default="", pattern=r"^[A-Za-z0-9_\-]{1,64}$")
    time_limit: float = Field(default=1.0, gt=0, le=NUMBER_MAX)
    mip_gap: float = Field(default=0.0, ge=0, lt=1)
    threads: int = Field(default=1, ge=1, le=4096)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    tie_break: bool = True
    shadow_prices: bool = True
    algorithm: Literal["choose", "simplex", "ipm", "hipo", "pdlp"] = "choose"


class PathwayTable(BaseModel):
    """``[pathway]``."""

    model_config = STRICT
    foresight: Literal["perfect", "myopic"] = "perfect"


class CaseTable(BaseModel):
    """``[stage.X]`` and ``[future.Y]``: what is set for one stage or future."""

    model_config = STRICT
    set: dict[str, Any] = {}


class ScenarioFile(BaseModel):
    """One ``scenario.toml``, before it is merged with its base."""

    model_config = STRICT
    title: str = ""
    title_zh: str = ""
    extends: str | None = None
    features: list[str] = []
    objective: ObjectiveTable = ObjectiveTable()
    parameters: dict[str, Any] = {}
    time: TimeTable = TimeTable()
    solver: SolverTable = SolverTable()
    pathway: PathwayTable = PathwayTable()
    stage: dict[str, CaseTable] = {}
    future: dict[str, CaseTable] = {}
    set: dict[str, Any] = {}
    drop: dict[str, list[str]] = {}


TABLES: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): ScenarioFile,
    ("objective",): ObjectiveTable,
    ("objective", "minimise"): Weights,
    ("time",): TimeTable,
    ("solver",): SolverTable,
    ("pathway",): PathwayTable,
}
"""The names known in each table, for suggestions."""


@dataclass(frozen=True)
class Settings:
    """``scenario.toml`` as merged and checked.

    Attributes
    ----------
    features
        Those listed, in canonical order; the objective is not among them.
    minimise
        ``cost``, ``emissions``, ``latency``, or ``weights``.
    objective
        The weights, those of 0 left out: ``{"cost": 1.0}`` for ``minimise = "cost"``.
    then
        What is minimised next, among the plans that are best by the objective; empty where nothing is asked.
    parameters
        Scalars and choices as given, those of features not listed included.
    time_hours
        Hours the timesteps stand for together.
    representative_days
        How many days are to stand for the year; ``None`` where the timesteps stay as they are.
    solver
        The options given, no others.
    foresight
        Whether the stages of a pathway know each other (``perfect``) or are planned one after the other (``myopic``).
    """

    features: tuple[str, ...]
    title: str = ""
    title_zh: str = ""
    minimise: str = "cost"
    objective: Mapping[str, float] = field(default_factory=lambda: {"cost": 1.0})
    then: str = ""
    parameters: Mapping[str, Value] = field(default_factory=dict)
    time_hours: float = HOURS
    representative_days: int | None = None
    solver: Mapping[str, Value] = field(default_factory=dict)
    foresight: str = "perfect"

    def document(self) -> dict[str, Any]:
        """Return the settings as ``scenario.toml`` would state them, complete and without ``extends``."""
        minimise: Any = dict(self.objective) if self.minimise == "weights" else self.minimise
        titles = {"title": self.title, "title_zh": self.title_zh}
        days = {} if self.representative_days is None else {"representative_days": self.representative_days}
        return {
            **{name: text for name, text in titles.items() if text},
            "features": list(self.features),
            "objective": {"minimise": minimise, **({"then": self.then} if self.then else {})},
            "parameters": {name: self.parameters[name] for name in sorted(self.parameters)},
            "time": {"hours": self.time_hours, **days},
            "solver": {name: self.solver[name] for name in sorted(self.solver)},
            **({} if self.foresight == "perfect" else {"pathway": {"foresight": self.foresight}}),
        }


def check_file(document: Mapping[str, Any], file: str, line_of: LineOf, gathering: Gathering) -> frozenset[str]:
    """Keep a fault for everything in one ``scenario.toml`` that may not stand there; return the names at fault."""
    bad = set()
    try:
        ScenarioFile.model_validate(document)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            bad.add(str(detail["loc"][0]))
            gathering.add(_fault(detail, file, line_of))
    objective = document.get("objective")
    if isinstance(objective, Mapping) and "minimise" in objective:
        line = line_of(("objective", "minimise"))
        for fault in check_minimise(objective["minimise"], file, line):
            bad.add("objective")
            gathering.add(fault)
    return frozenset(bad)


def check_minimise(minimise: Any, file: str, line: int | None) -> list[Fault]:
    """Return what is wrong with an objective: a word, or weights not all 0."""
    column = "objective.minimise"
    if isinstance(minimise, str):
        if minimise in OBJECTIVES:
            return []
        remedy = nearest(minimise, OBJECTIVES, say("allowed"))
        return [Fault(file, say("not an objective"), line, column, minimise, remedy)]
    if not isinstance(minimise, Mapping):
        remedy = say("a word (cost, emissions, latency), or weights {{ cost = 1, emissions = 90 }}")
        return [Fault(file, say("neither a word nor weights"), line, column, minimise, remedy)]
    try:
        weights = Weights.model_validate(dict(minimise))
    except ValidationError as error:
        prefix = ("objective", "minimise")
        return [_fault(detail, file, lambda _: line, prefix) for detail in error.errors(include_url=False)]
    if not any(weights.model_dump().values()):
        return [Fault(file, say("all weights are 0"), line, column, remedy=say("give at least one of them"))]
    return []


def check_then(value: str, file: str) -> list[Fault]:
    """Return what is wrong with what is minimised next."""
    try:
        ObjectiveTable.model_validate({"then": value})
    except ValidationError as error:
        return [_fault(detail, file, _nowhere, ("objective",)) for detail in error.errors(include_url=False)]
    return []


def check_time(name: str, value: Any, file: str) -> list[Fault]:
    """Return what is wrong with one setting of ``[time]``."""
    try:
        TimeTable.model_validate({name: value})
    except ValidationError as error:
        return [_fault(detail, file, _nowhere, ("time",)) for detail in error.errors(include_url=False)]
    return []


def check_pathway(name: str, value: Any, file: str) -> list[Fault]:
    """Return what is wrong with one setting of ``[pathway]``."""
    try:
        PathwayTable.model_validate({name: value})
    except ValidationError as error:
        return [_fault(detail, file, _nowhere, ("pathway",)) for detail in error.errors(include_url=False)]
    return []


def _nowhere(_: tuple[str, ...]) -> None:
    """Return the line of a setting that no file holds."""


def _fault(detail: ErrorDetails, file: Text, line_of: LineOf, prefix: tuple[str, ...] = ()) -> Fault:
    path = (*prefix, *(str(part) for part in detail["loc"]))
    value = detail["input"]
    line = line_of(path)
    if detail["type"] == "extra_forbidden":
        known = TABLES.get(path[:-1], ScenarioFile).model_fields
        remedy = nearest(path[-1], known)
        return Fault(file, say("unknown name in {where}", where=_where(path[:-1])), line, ".".join(path), None, remedy)
    remedy = (
        say("it should be a sequence of digits, letters, - and _")
        if detail["type"] == "string_pattern_mismatch"
        else should(detail["msg"])
    )
    shown_value = value if isinstance(value, str | int | float | bool) else type(value).__name__
    return Fault(file, say("not allowed here"), line, ".".join(path), shown_value, remedy)


def _where(path: tuple[str, ...]) -> str:
    return f"[{'.'.join(path)}]" if path else "scenario.toml"


def settled(document: Mapping[str, Any], known: tuple[str, ...]) -> Settings:
    """Turn a merged document without faults into settings, features in the order of ``known``."""
    minimise = document.get("objective", {}).get("minimise", "cost")
    weights = {minimise: 1.0} if isinstance(minimise, str) else minimise
    listed = set(document["features"])
    return Settings(
        features=tuple(feature for feature in known if feature in listed),
        title=document.get("title", ""),
        title_zh=document.get("title_zh", ""),
        minimise=minimise if isinstance(minimise, str) else "weights",
        objective={word: float(weights[word]) for word in OBJECTIVES if weights.get(word)},
        then=document.get("objective", {}).get("then", ""),
        parameters=dict(document.get("parameters", {})),
        time_hours=float(document.get("time", {}).get("hours", HOURS)),
        representative_days=document.get("time", {}).get("representative_days"),
        solver=dict(document.get("solver", {})),
        foresight=document.get("pathway", {}).get("foresight", "perfect"),
    )


def _nearest_feature(feature: str, known: Sequence[str]) -> Message:
    """Return a remedy for a feature that is not there; one that resembles none may be of a package."""
    if difflib.get_close_matches(feature, known, 1, 0.6):
        return nearest(feature, known)
    return say("{known}; one of another package is there once that package is installed", known=nearest(feature, known))


def check_features(
    listed: Any, known: tuple[str, ...], requires: Mapping[str, tuple[str, ...]], place: tuple[str, int | None]
) -> list[Fault]:
    """Return what is wrong with the list of features: unknown, listed twice, or without what they build on."""
    file, line = place
    if not listed:
        return [
            Fault(
                file,
                say("no features are listed"),
                line,
                "features",
                remedy=nearest("", known, say("features to list")),
            )
        ]
    faults = []
    for position, feature in enumerate(listed):
        if feature == "objective":
            problem, remedy = (say("the objective is always present and never listed"), say("delete it"))
        elif feature not in known:
            problem, remedy = say("unknown feature"), _nearest_feature(feature, known)
        elif feature in listed[:position]:
            problem, remedy = say("the feature is listed twice"), say("delete one")
        else:
            continue
        faults.append(Fault(file, problem, line, "features", feature, remedy))
    for feature in dict.fromkeys(listed):
        for needed in requires.get(feature, ()):
            if needed not in listed:
                problem, remedy = (
                    say("it requires the feature {needed}", needed=needed),
                    say('add "{needed}" to features', needed=needed),
                )
                faults.append(Fault(file, problem, line, "features", feature, remedy))
    return faults
