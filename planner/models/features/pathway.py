"""Pathway: several years to come, planned together: what is built in one stands in those after it.

Each stage is a year of operation of its own, a case (see ``docs/decisions/0061``): its tables are those of the scenario
with the values that the stage has of its own. What ties the stages, the vintages of what is built, is stated here.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.errors import Fault
from planner.language import Message, Text, say
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Amount, Rank
from planner.scenario.column import Column, keys_of
from planner.scenario.parameter import CaseSet, IndexSet, Parameter, names_of
from planner.scenario.plausible import KW, MONTHS, PERCENT, RACKS, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example
    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

REQUIRES = ("time",)
SETS = (IndexSet("stage", "STAGES", say("Years to come that are planned together, each as a year of its own.")),)
MAKES_CASES = CaseSet("stage", year="stage.year", years="stage_years")
YEARS, DELAY = Plausible(2.0, 80.0, (MONTHS,)), Plausible(0.25, 15.0, (MONTHS,))


def _lifetime(of: str, index: tuple[str, ...], what: Message, *also: tuple[str, ...]) -> tuple[Parameter, Parameter]:
    """Return how long a kind of investment stands, and how long it takes to come."""
    stands = say("Years that {what} stand; without it to the end of the last stage.", what=what)
    comes = say("Years from the decision to build {what} until they stand.", what=what)
    return (
        Parameter(f"{of}_lifetime", index, "a", stands, None, low_open=True, also_index=(*also, ()), plausible=YEARS),
        Parameter(f"{of}_lead_time", index, "a", comes, 0.0, also_index=(*also, ()), plausible=DELAY),
    )


PARAMETERS = (
    *names_of("stage"),
    Parameter(
        "year",
        ("stage",),
        "a",
        say("Calendar year that the stage begins with."),
        kind="integer",
        low=1900,
        high=2200,
        plausible="a date",
        per_table=True,
    ),
    Parameter(
        "stage_years",
        ("stage",),
        "a",
        say("Years that the stage stands for."),
        kind="integer",
        low=1,
        high=100,
        plausible=Plausible(1.0, 30.0, (MONTHS,)),
    ),
    Parameter(
        "stage",
        ("timestep",),
        "",
        say("Stage whose timestep it is alone; empty: that of every stage."),
        None,
        "reference",
        refers_to="stage",
        per_table=True,
    ),
    Parameter(
        "discount_rate_social",
        (),
        "1/a",
        say("Interest at which costs of later years are worth less."),
        0.0,
        high=1.0,
        plausible=Plausible(0.005, 0.15, (PERCENT,)),
    ),
    Parameter(
        "whole_modules_until",
        (),
        "",
        say("Last stage in which what is whole is planned whole; later ones are relaxed."),
        None,
        "reference",
        refers_to="stage",
    ),
    Parameter(
        "build_rate_max",
        ("site", "compute_type"),
        "MW/a",
        say("Most capacity that can be built in a year."),
        None,
        plausible=Plausible(0.1, 5000.0, (KW, RACKS)),
    ),
    *_lifetime("module", ("site", "compute_type"), say("modules"), ("compute_type",)),
    *_lifetime("green_capacity", ("site", "technology"), say("green capacities"), ("technology",)),
    *_lifetime("storage", ("site",), say("stores")),
    *_lifetime("grid_power_new", ("site",), say("new grid connections")),
    *_lifetime("link_module", ("link",), say("modules of a link")),
    *_lifetime("plant_capacity", ("plant",), say("capacities of a shared plant")),
    *_lifetime("private_line", ("site", "plant"), say("private lines"), ("plant",)),
)
WORDS: dict[str, Message] = {
    "pathway": say("pathway"),
    "stage": say("planning year"),
    "stage_years": say("years of the stage"),
    "discount_rate_social": say("social discount rate"),
    "whole_modules_until": say("last stage of whole modules"),
    "build_rate_max": say("build rate limit"),
    "build_rate": say("build rate"),
    "stage_worth": say("what a yearly amount is worth"),
    "vintage_size": say("size of a module of the vintage"),
    "vintage_room": say("capacity that can be built since the stage before"),
    "module_lifetime": say("lifetime of modules"),
    "module_lead_time": say("lead time of modules"),
    "green_capacity_lifetime": say("lifetime of green capacity"),
    "green_capacity_lead_time": say("lead time of green capacity"),
    "storage_lifetime": say("lifetime of storage"),
    "storage_lead_time": say("lead time of storage"),
    "grid_power_new_lifetime": say("lifetime of new grid connections"),
    "grid_power_new_lead_time": say("lead time of new grid connections"),
    "link_module_lifetime": say("lifetime of modules of the link"),
    "link_module_lead_time": say("lead time of modules of the link"),
    "plant_capacity_lifetime": say("lifetime of plant capacity"),
    "plant_capacity_lead_time": say("lead time of plant capacity"),
    "private_line_lifetime": say("lifetime of private lines"),
    "private_line_lead_time": say("lead time of private lines"),
    "foresight": say("foresight"),
}
VINTAGES = {
    "modules": "module",
    "green_capacity_new": "green_capacity",
    "green_units": "green_capacity",
    "storage_power_new": "storage",
    "storage_energy_new": "storage",
    "grid_power_new": "grid_power_new",
    "link_modules": "link_module",
    "plant_capacity_new": "plant_capacity",
    "private_line": "private_line",
}
"""Which ``…_lifetime`` and ``…_lead_time`` an investment has, by its variable; one that is not here stays for ever."""

COLUMNS = (
    *keys_of("pathway", "stage"),
    Column("pathway", "year", "a", say("Calendar year that the stage begins with.")),
    Column("pathway", "stage_years", "a", say("Years that the stage stands for.")),
    Column("pathway", "stage_worth", "1", say("What a yearly amount is worth over the stage's years, discounted.")),
)
GIVES = {"build_rate": ("build_rate_max",)}
RELAXATIONS = (Amount("build_rate_max", Rank.PLANT, raised=True),)
LIMITED = "modules"
"""What is built at a limited rate."""
JOINED = ";"
"""Between the ids of what a vintage is of."""


def check(inputs: Scenario) -> Iterator[Fault]:
    """No two stages begin with the same year; short sight knows neither lead times nor futures."""
    years = inputs.series("stage.year").astype(int)
    for stage in years.index[years.duplicated()]:
        first = years.index[years == years[stage]][0]
        problem = say("the stages {first} and {stage} begin with the same year", first=first, stage=stage)
        yield inputs.fault("stage.year", (stage,), problem, say("the years of the stages must rise"))
    if inputs.settings.foresight != "myopic":
        return
    for lead_time in sorted({f"{of}_lead_time" for of in VINTAGES.values()}):
        if float(pd.Series(inputs.series(lead_time) if inputs.is_given(lead_time) else 0.0).max()) > 0:
            problem = say("short sight decides for what comes at once: it knows no lead times")
            remedy = say('take it away, or foresight = "myopic" in [pathway]')
            yield inputs.fault(lead_time, None, problem, remedy)
    if inputs.has("uncertainty"):
        problem = say("short sight knows no futures")
        yield Fault(
            f"{inputs.name}/scenario.toml", problem, None, "pathway.foresight", "myopic", say('take "uncertainty" away')
        )


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say where a stage stands for years of the next one as well, or leaves out years before it."""
    years = inputs.series("stage.year").sort_values()
    ends = years + inputs.series("stage_years").reindex(years.index)
    for stage, after in zip(years.index[:-1], years.index[1:], strict=True):
        if ends[stage] != years[after]:
            yield say(
                "stage {stage} stands for the years until {end:g}, and the next begins in {year:g}",
                stage=stage,
                end=ends[stage],
                year=years[after],
            )


EXAMPLE: Example = {
    "stage.year": {"2025": 2025, "2030": 2030},
    "stage_years": {"2025": 5, "2030": 5},
    "discount_rate_social": 0.03,
    "module_lifetime": {"hebei;general": 8, "gansu;intelligent": 4},
    "green_capacity_lifetime": 20,
    "build_rate_max": {"hebei;general": 20, "gansu;intelligent": 12},
}


def build_rate(m: PlanModel, investment: str, index: str, built: str, known: str) -> Any:
    """No more is built in a stage than can be built since the stage before.

    module_size[s,c] × vintage[modules,s,c,v] ≤ build_rate_max[s,c] × (year[v] − year[stage before])  [MW]

    The first stage has none before it: what may be built there is bounded by modules_max alone.

    =======  ==========================================  =
    vintage  modules that are built in stage v           1
    =======  ==========================================  =
    """
    return (
        m.vintage_size[investment, index, built, known] * m.vintage[investment, index, built, known]
        <= (m.vintage_room[investment, index, built, known])
    )


def join(m: PlanModel) -> None:
    """Limit what is built between two stages."""
    years = {case.stage: case.year for case in m.inputs.cases}
    order = sorted(years, key=lambda stage: years[stage])
    before = dict(pairwise(reversed(order)))
    sizes: dict[Any, float] = {}
    rooms: dict[Any, float] = {}
    for vintage in m.VINTAGES:
        investment, place, built, known = vintage
        if investment != LIMITED or built not in before:
            continue
        pair = tuple(place.split(JOINED))
        cases = [case for case in m.inputs.cases if case.stage == built and known in ("", case.future)]
        rates = [case.scenario.series("build_rate_max").get(pair) for case in cases if case.probability > 0 or known]
        given = [float(rate) for rate in rates if rate is not None]
        if given:
            sizes[vintage] = float(cases[0].scenario.series("module_size")[pair])
            rooms[vintage] = min(given) * (years[built] - years[before[built]])
    limited = m.members("RATE_LIMITED", sizes, dimen=4)
    m.parameter("vintage_size", [limited], _by_vintage(sizes), "MW", made_of=("module_size",))
    m.parameter("vintage_room", [limited], _by_vintage(rooms), "MW", made_of=("build_rate_max", "stage.year"))
    m.constrain(build_rate, limited, unit="MW")


def _by_vintage(values: dict[Any, float]) -> pd.Series:
    index = pd.MultiIndex.from_tuples(values) if values else pd.MultiIndex.from_arrays([[]] * 4)
    return pd.Series(list(values.values()), index, dtype=float)


def report_cases(
    inputs: Scenario, worth: Mapping[tuple[str, str], float], values: Mapping[tuple[str, str], float]
) -> dict[str, pd.DataFrame]:
    """Return the stages, and what a yearly amount of each is worth."""
    del values
    by_stage = {stage: value for (stage, _), value in worth.items()}
    stages = {case.stage: case for case in inputs.cases if case.stage in by_stage}
    rows = [(stage, case.year, case.stage_years, by_stage[stage]) for stage, case in stages.items()]
    table = pd.DataFrame(rows, columns=["stage", "year", "stage_years", "stage_worth"])
    return {"pathway": table.astype({"stage": object, "year": float, "stage_years": float, "stage_worth": float})}


def build(m: PlanModel) -> None:
    """Add nothing to a year by itself."""
    del m


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return nothing of a year by itself."""
    del m
    return {}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Nothing is to be said of a year by itself."""
    del inputs, tables
    yield from ()


def audit_cases(inputs: Scenario, tables: Mapping[str, pd.DataFrame], planned: Sequence[Case]) -> Iterator[Finding]:
    """A stage's years are worth what they are; no more was built in a stage than in the years since the one before."""
    yield from _audit_worth(inputs, tables)
    table = tables["vintages"]
    of_modules = table[table["asset"] == LIMITED]
    starts = sorted({case.year for case in inputs.cases})
    for case in planned:
        earlier = [year for year in starts if year < case.year]
        here = of_modules[of_modules["stage"].astype(str) == case.stage]
        if "future" in here:
            here = here[here["future"].astype(str) == case.future]
        amounts = dict(zip(here["index"], here["vintage"].astype(float), strict=True))
        size: dict[Any, float] = case.scenario.series("module_size").to_dict()
        rates: dict[Any, float] = case.scenario.series("build_rate_max").to_dict()
        for pair, rate in rates.items() if earlier else ():
            built = amounts.get(JOINED.join(pair), 0.0) * float(size.get(pair, 0.0))
            where = f"{case.name}: {', '.join(pair)}"
            yield from Finding.unless_at_most("build_rate", where, built, rate * (case.year - earlier[-1]), "MW")


def _audit_worth(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """What a stage's years are worth is a sum over them, each year by the interest since the first; one alone: 1."""
    spans = {case.stage: (case.year, case.stage_years) for case in inputs.cases}
    first = min(year for year, _ in spans.values())
    interest = 1 + Decimal(inputs.number("discount_rate_social"))
    expected = {
        stage: float(sum(interest ** -int(year - first + n) for n in range(int(count))))
        for stage, (year, count) in spans.items()
    }
    table = tables["pathway"].set_index("stage")
    found = table["stage_worth"].astype(float)
    alone = dict.fromkeys(expected, 1.0)
    yield from Finding.all_equal("stage_worth", pd.Series(expected if len(spans) > 1 else alone), found, "1")
    for column, place in (("year", 0), ("stage_years", 1)):
        said = pd.Series({stage: span[place] for stage, span in spans.items()})
        yield from Finding.all_equal(column, said, table[column].astype(float), "a")
