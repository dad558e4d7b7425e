"""Representative days: what the year was like before a few days were chosen to stand for it, and the error that makes.

``[time] representative_days`` chooses the days and fills the two tables; a scenario folder that holds them stands
reduced already. Nothing here adds a rule: the days are the plan's timesteps, and their weights say how many each is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.language import Message, Text, say
from planner.models.rules.findings import RELATIVE_TOLERANCE, Finding
from planner.scenario.column import BY_ROW, Column, keys_of
from planner.scenario.parameter import COMPUTED, INFINITY, IndexSet, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example
    from planner.scenario.scenario import Scenario

Vector = npt.NDArray[np.float64]
REQUIRES = ("time",)
SETS = (
    IndexSet("profile", "PROFILES", say("Profiles that a few days stand for."), members_default=()),
    IndexSet(
        "quantile",
        "QUANTILES",
        say("Shares of the hours in percent, at which duration curves are known."),
        members_default=tuple(f"{percent:03d}" for percent in range(0, 101, 5)),
    ),
)


def _number(name: str, description: Message, low: float = -INFINITY) -> Parameter:
    return Parameter(name, ("profile",), BY_ROW, description, None, low=low, per_table=True, plausible=COMPUTED)


PARAMETERS = (
    Parameter(
        "parameter",
        ("profile",),
        "",
        say("What varies, such as demand_profile or availability."),
        None,
        "text",
        per_table=True,
    ),
    Parameter(
        "key",
        ("profile",),
        "",
        say("The ids beside the timestep, joined by ; (all where there are none)."),
        None,
        "text",
        per_table=True,
    ),
    _number("mean_full", say("Mean over the full year.")),
    _number("mean_reduced", say("Mean over the days chosen, by weight, as they were chosen.")),
    _number("rmse", say("Root mean square error of the year rebuilt from its days, step by step."), 0.0),
    _number("duration_curve_rmse", say("The same with both years sorted: the error of the duration curve."), 0.0),
    Parameter(
        "quantile_full",
        ("profile", "quantile"),
        BY_ROW,
        say("Value that so many percent of the full year's hours do not exceed."),
        None,
        low=-INFINITY,
        per_table=True,
        plausible=COMPUTED,
    ),
)
WORDS: dict[str, Message] = {
    "representative_days": say("representative days"),
    "representative_days_duration": say("duration curves of the days"),
    "profile": say("profile"),
    "parameter": say("parameter"),
    "quantile": say("quantile"),
    "mean_full": say("mean of the full year"),
    "mean_reduced": say("mean of the days"),
    "rmse": say("RMSE"),
    "duration_curve_rmse": say("RMSE of the duration curve"),
    "quantile_full": say("quantile of the full year"),
    "quantile_reduced": say("quantile of the days"),
}
NAMES = ["profile", "parameter", "key"]
CURVE = ["quantile", "quantile_full", "quantile_reduced"]
COLUMNS = (
    *keys_of("representative_days", "profile", "parameter", "key"),
    Column("representative_days", "unit", "", say("Unit of the row's numbers.")),
    Column("representative_days", "mean_full", may_be_negative=True),
    Column("representative_days", "mean_reduced", BY_ROW, say("Mean over the days, by weight."), may_be_negative=True),
    *keys_of("representative_days", "rmse", "duration_curve_rmse"),
    *keys_of("representative_days_duration", *NAMES),
    Column("representative_days_duration", "quantile", "1", say("Share of the hours.")),
    Column("representative_days_duration", "quantile_full", may_be_negative=True),
    Column(
        "representative_days_duration",
        "quantile_reduced",
        BY_ROW,
        say("Value that this share of the days' hours does not exceed."),
        may_be_negative=True,
    ),
)
NUMBERS = ("mean_full", "mean_reduced", "rmse", "duration_curve_rmse")
SLIVER = 1e-9
"""Relative; hours that add up to a share but for the last digits reach it."""
CHANGED = 1e-6
"""Relative; profile.csv holds nine digits."""


def check(inputs: Scenario) -> Iterator[Fault]:
    """A profile names a parameter that there is, and all its numbers are there."""
    named = inputs.given.get("profile.parameter")
    for profile in inputs.sets["profile"]:
        name = named.get(profile) if isinstance(named, pd.Series) else None
        parameter = inputs.declarations.parameters.get(str(name))
        if parameter is None or "timestep" not in parameter.index or not parameter.is_numeric:
            problem = say("the profile names no parameter that varies by timestep")
            yield inputs.fault("profile.parameter", (profile,), problem, say("such as demand_profile or availability"))
        for number in ("key", *NUMBERS):
            given = inputs.given.get(f"profile.{number}")
            if not isinstance(given, pd.Series) or profile not in given.index:
                problem = say("{profile} has no {number}", profile=profile, number=number)
                yield inputs.fault(f"profile.{number}", (profile,), problem, say("reduce the full year anew"))


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say where the error in profile.csv is not that of the tables any more."""
    if not inputs.sets["profile"]:
        yield say("representative_days is listed without profile.csv: the error of the days is not known")
        return
    frame = _described(inputs)
    for profile, name, key in frame.loc[~frame.index.isin(list(_values(inputs, frame))), NAMES].itertuples(index=False):
        yield say(
            "{profile} of profile.csv is left out: {name} has no {key} any more", profile=profile, name=name, key=key
        )
    weight = inputs.series("timestep_weight").to_numpy()
    for row, values in _values(inputs, frame).items():
        mean = float(values @ weight / weight.sum())
        said = float(frame["mean_reduced"][row])
        if abs(mean - said) > CHANGED * max(1.0, abs(said)):
            profile, name, key = frame.loc[row, NAMES]
            yield say(
                "{name} of {key} has mean {mean:.6g}, {said:.6g} when its days were chosen: the error in "
                "profile.csv ({profile}) is that of other figures",
                name=name,
                key=key,
                mean=mean,
                said=said,
                profile=profile,
            )


def _described(inputs: Scenario) -> pd.DataFrame:
    """Return profile.csv, (profiles,)."""
    columns = {word: inputs.given.get(f"profile.{word}") for word in ("parameter", "key", *NUMBERS)}
    index = inputs.full_index(("profile",))
    found = {word: given.reindex(index) for word, given in columns.items() if isinstance(given, pd.Series)}
    frame = pd.DataFrame(found, index=index, columns=["parameter", "key", *NUMBERS])
    return frame.astype(dict.fromkeys(NUMBERS, float)).reset_index()


def _values(inputs: Scenario, frame: pd.DataFrame) -> dict[int, Vector]:
    """Return each profile's values on the days, by row of profile.csv; none for those that are there no more."""
    found = {}
    for name, rows in frame.groupby("parameter", sort=False)["key"]:
        series = inputs.series(str(name))
        by_step = series.unstack("timestep") if isinstance(series.index, pd.MultiIndex) else series.to_frame("all").T
        by_step = by_step.reindex(columns=pd.Index(inputs.sets["timestep"]))
        joined = [";".join(owner) if isinstance(owner, tuple) else str(owner) for owner in by_step.index]
        place = {key: number for number, key in enumerate(joined)}
        numbers = by_step.to_numpy(dtype=float)
        for row, key in rows.items():
            if key in place and not np.isnan(numbers[place[key]]).any():
                found[int(str(row))] = numbers[place[key]]
    return dict(sorted(found.items()))


EXAMPLE: Example = {
    "profile.parameter": {"p1": "demand_profile"},
    "profile.key": {"p1": "online"},
    "profile.mean_full": {"p1": 1.02},
    "profile.mean_reduced": {"p1": 1},
    "profile.rmse": {"p1": 0.25},
    "profile.duration_curve_rmse": {"p1": 0.125},
    "profile_quantile.quantile_full": {"p1;050": 0.9, "p1;100": 2},
}


def build(m: PlanModel) -> None:
    """Add nothing: the days are the timesteps already."""
    del m


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the error of every profile in its own unit, and its duration curve before and after."""
    inputs = m.inputs
    frame = _described(inputs)
    values = _values(inputs, frame)
    weight = m.parameter_values["timestep_weight"].to_numpy(dtype=float)
    frame = frame.loc[list(values)]
    mean = [float(of @ weight / weight.sum()) for of in values.values()]
    units = [inputs.declarations.parameters[name].unit for name in frame["parameter"]]
    table = frame.assign(mean_reduced=np.array(mean, dtype=float))
    table.insert(len(NAMES), "unit", pd.Series(units, index=frame.index, dtype=object))
    return {
        "representative_days": table.reset_index(drop=True),
        "representative_days_duration": _curves(inputs, frame, values, weight),
    }


def _curves(inputs: Scenario, frame: pd.DataFrame, values: Mapping[int, Vector], weight: Vector) -> pd.DataFrame:
    """Return the duration curves: the value that a share of the hours does not exceed, before and after."""
    full = inputs.series("profile_quantile.quantile_full").to_dict()
    rows: list[tuple[Any, ...]] = []
    for row, of in values.items():
        profile, name, key = frame.loc[row, NAMES]
        order = np.argsort(of, kind="stable")
        reached = np.cumsum(weight[order])
        for quantile in inputs.sets["quantile"]:
            if (profile, quantile) in full:
                enough = _share(quantile) * reached[-1] * (1 - SLIVER)
                value = of[order[np.searchsorted(reached, enough)]]
                rows.append((profile, name, key, _share(quantile), float(full[profile, quantile]), float(value)))
    kinds = dict.fromkeys(NAMES, object) | dict.fromkeys(CURVE, float)
    return pd.DataFrame(rows, columns=[*NAMES, *CURVE]).astype(kinds)


def _share(quantile: str) -> float:
    return int(quantile) / 100


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Means and duration curves of the days follow from the tables planned with; the year's are those that were read.

    No error is smaller than it can be: a sorted year is nearer to another than any other order of it, and no nearer
    than the two means.
    """
    table = tables["representative_days"].set_index("profile")
    for column in ("mean_full", "rmse", "duration_curve_rmse"):
        said = table[column].astype(float)
        given = inputs.series(f"profile.{column}").reindex(table.index)
        yield from Finding.all_equal("representative_days", given, said, "")
    known = pd.DataFrame({column: inputs.series(f"profile.{column}") for column in NUMBERS})
    apart = (known["mean_full"] - known["mean_reduced"]).abs()
    yield from Finding.all_at_most("duration_curve_rmse", apart, known["duration_curve_rmse"], "")
    yield from Finding.all_at_most("rmse", known["duration_curve_rmse"], known["rmse"], "")
    hours = tables["time"].set_index("timestep")["timestep_weight"].astype(float)
    curves = dict(iter(tables["representative_days_duration"].groupby("profile")))
    for profile in inputs.sets["profile"]:
        values = _days_again(inputs, profile)
        if (values is None) != (profile not in table.index):
            yield Finding("representative_days", profile, say("is missing from the results, or has no values"))
        if values is None or profile not in table.index:
            continue
        words = {word: str(inputs.given[f"profile.{word}"][profile]) for word in ("parameter", "key")}  # type: ignore[index]
        words["unit"] = inputs.declarations.parameters[words["parameter"]].unit
        for word, stated in words.items():
            if table[word][profile] != stated:
                yield Finding("representative_days", f"{profile}, {word}", say("is not {stated}", stated=stated))
        by_weight = hours.reindex(values.index)
        with np.errstate(invalid="ignore"):  # weights that are broken are a finding of the feature time, and here
            mean = float((values * by_weight).sum() / by_weight.sum())
        yield from Finding.unless_equal("mean_reduced", profile, mean, float(table["mean_reduced"][profile]), "")
        yield from _curve_differs(profile, inputs, curves.get(profile), values, by_weight)


def _days_again(inputs: Scenario, profile: str) -> pd.Series | None:
    """Look up the values of one profile, by timestep; ``None`` where it is there no more."""
    name, key = (str(inputs.given[f"profile.{word}"][profile]) for word in ("parameter", "key"))  # type: ignore[index]
    series = inputs.series(name)
    others = [number for number, level in enumerate(series.index.names) if level != "timestep"]
    ids = key.split(";") if others else []
    if len(ids) != len(others):
        return None
    here = np.ones(len(series), dtype=bool)
    for level, member in zip(others, ids, strict=True):
        here &= series.index.get_level_values(level) == member
    values = series[here]
    values.index = values.index.get_level_values("timestep")
    return values if len(values) == len(inputs.sets["timestep"]) else None


def _curve_differs(
    profile: str, inputs: Scenario, curve: pd.DataFrame | None, values: pd.Series, hours: pd.Series
) -> Iterator[Finding]:
    """Hold each point of a duration curve against the hours below it and the hours up to it."""
    known = inputs.series("profile_quantile.quantile_full")
    asked = [quantile for quantile in inputs.sets["quantile"] if (profile, quantile) in known.index]
    if curve is None or len(curve) != len(asked):
        if asked:
            yield Finding("representative_days", profile, say("the duration curve is not complete"))
        return
    for quantile, (percent, full, value) in zip(asked, curve[CURVE].to_numpy(dtype=float).tolist(), strict=True):
        where = f"{profile}, {quantile}"
        yield from Finding.unless_equal("quantile", where, int(quantile) / 100, percent, "1")
        yield from Finding.unless_equal("quantile_full", where, float(known[profile, quantile]), full, "")
        near = RELATIVE_TOLERANCE * max(1e-3, abs(value))
        total = float(hours.sum())
        below, upto = float(hours[values < value - near].sum()), float(hours[values <= value + near].sum())
        enough = int(quantile) / 100 * total
        is_there = below < upto
        if not is_there or below > enough + RELATIVE_TOLERANCE * total or upto < enough - RELATIVE_TOLERANCE * total:
            problem = say(
                "{value:.10g} is not exceeded in {below:.6g} to {upto:.6g} h/a", value=value, below=below, upto=upto
            )
            yield Finding("quantile_reduced", where, problem)
