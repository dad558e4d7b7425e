"""What stands and what is ordered in each of several years, by site, from inputs and result tables. No Pyomo here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planner.figures.cases import VINTAGES, keys_of, of_case

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.scenario.built import Built
    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]

COLUMNS = ("stage", "future", "site", "stands", "new", "ordered")
AMONG = ";"
"""Between ids in the column ``index`` of the vintages."""


def capacity_by_case(scenario: Scenario, tables: Tables) -> pd.DataFrame:
    """Return the IT capacity by case and site, of cases that have a plan.

    Parameters
    ----------
    scenario
        That holds the cases.
    tables
        Of all cases.

    Returns
    -------
    pandas.DataFrame
        ``stage``, ``future``, ``site``, all that ``stands`` [MW], ``new``: what of it the plan builds, in
        this stage or before [MW], ``ordered``: what the plan builds in this very stage [MW], lead times apart.
    """
    halls = _halls(scenario)
    parts = [_of_case(scenario, tables, case, halls) for case in scenario.cases]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))


def _halls(scenario: Scenario) -> Built:
    """Return what is declared of the halls that are built."""
    return next(built for built in scenario.declarations.builds if built.kind == "halls" and built.whole[0])


def _of_case(scenario: Scenario, tables: Tables, case: Case, halls: Built) -> pd.DataFrame:
    own = of_case(scenario, tables, case)
    if halls.whole[0] not in own or own[halls.whole[0]].empty:
        return pd.DataFrame(columns=list(COLUMNS))
    stands = halls.standing(own).groupby(level="site").sum()
    new = halls.amounts(own)
    sites = pd.Index([site for site in scenario.sets["site"] if site in stands.index], name="site")
    found = pd.DataFrame({"stands": stands.reindex(sites)}, index=sites)
    found["new"] = (new.groupby(level="site").sum() if len(new) else new).reindex(sites).fillna(0.0)
    found["ordered"] = _ordered(scenario, tables, case, halls).reindex(sites).fillna(0.0)
    return found.reset_index().assign(stage=case.stage, future=case.future)[list(COLUMNS)]


def _ordered(scenario: Scenario, tables: Tables, case: Case, halls: Built) -> pd.Series:
    """Return what the vintages of a case add to its halls, by site [MW]."""
    table = tables[VINTAGES]
    here = table["asset"] == halls.variable
    for key in keys_of(scenario):
        here &= table[key].astype(str) == getattr(case, key)
    rows = table[here]
    places = [tuple(str(place).split(AMONG)) for place in rows["index"]]
    sizes = case.scenario.series(halls.size)
    amounts = [
        amount * float(sizes[place]) for place, amount in zip(places, rows["vintage"].astype(float), strict=True)
    ]
    return pd.Series(amounts, index=[place[0] for place in places], dtype=float).groupby(level=0).sum()
