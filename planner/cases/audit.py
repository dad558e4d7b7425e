"""The independent check of what ties cases: vintages, what stands of them and what they cost, from tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from planner.cases.summary import summarise_cases
from planner.figures.cases import COST, VINTAGES, of_case, vintages_paid
from planner.language import say
from planner.models.audit import audit, audit_summary
from planner.models.declarations import modules_of
from planner.models.rules.findings import ABSOLUTE_TOLERANCE, Finding, Stock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]
    Stocks = dict[tuple[str, str], dict[str, Stock]]

AMONG = ";"
"""Between ids in the column ``index``."""


def audit_cases(scenario: Scenario, tables: Tables, summary: Mapping[str, Any]) -> list[Finding]:
    """Let each case be audited as a plan of one year is, then what ties them, then the summary.

    Parameters
    ----------
    scenario
        That holds the cases.
    tables
        Of all cases.
    summary
        Of all cases.
    """
    try:
        known = summarise_cases(scenario, tables)
        planned = [case for case, one in zip(scenario.cases, known["cases"], strict=True) if "objective" in one]
    except Exception as error:  # noqa: BLE001 - whatever a broken table leads to, it is a finding, not a crash
        return [_unchecked("summary", error)]
    missing = [case for case in scenario.cases if case.probability > 0 and case not in planned]
    findings = [Finding("cases", case.name, say("is missing from the results")) for case in missing]
    for case in planned:
        findings += _audit_case(scenario, tables, case, known)
    made = {name: module.audit_cases for name, module in _makers(scenario).items()}
    for name, check in {VINTAGES: audit_vintages, **made}.items():
        try:
            findings.extend(check(scenario, tables, planned))
        except Exception as error:  # noqa: BLE001 - as above
            findings.append(_unchecked(name, error))
    findings += _audit_values(known, tables)
    return list(dict.fromkeys(findings)) or _audit_told(known, summary)


def _makers(scenario: Scenario) -> dict[str, Any]:
    modules = modules_of(scenario.features)
    return {name: module for name, module in modules.items() if hasattr(module, "audit_cases")}


def _audit_case(scenario: Scenario, tables: Tables, case: Case, known: Mapping[str, Any]) -> list[Finding]:
    """Audit a case as a plan of one year is; where what is whole need not be, that is not held against it."""
    found = audit(case.scenario, of_case(scenario, tables, case), _own_summary(scenario, case, known["cases"]))
    relaxed = _whole_rules(scenario) if case.year > _whole_until(scenario) else set()
    return [Finding(one.rule, f"{case.name}: {one.where}", one.problem) for one in found if one.rule not in relaxed]


def _audit_values(known: Mapping[str, Any], tables: Tables) -> list[Finding]:
    """Hold what the table says each future is worth against what its cases are worth together."""
    if "futures" not in known:
        return []
    told = tables["uncertainty"].set_index("future")["value"].astype(float).dropna()
    return list(Finding.all_equal("value", pd.Series(known["futures"], dtype=float), told, ""))


def _audit_told(known: Mapping[str, Any], summary: Mapping[str, Any]) -> list[Finding]:
    """Hold a summary against what the tables give, the cases one by one."""
    told = summary.get("cases")
    cases = known["cases"]
    if not isinstance(told, list) or len(told) != len(cases) or not all(isinstance(one, dict) for one in told):
        return [Finding("summary", "cases", say("are not those of the scenario"))]
    found = audit_summary({key: value for key, value in known.items() if key != "cases"}, summary)
    for one, other in zip(cases, told, strict=True):
        found += audit_summary(one, other, f"cases.{one['stage']}/{one['future']}.")
    return found


def _unchecked(name: str, error: Exception) -> Finding:
    return Finding(name, "tables", say("cannot be checked: {name} {error}", name=type(error).__name__, error=error))


def _own_summary(scenario: Scenario, case: Case, told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the summary of a case as it is without what its vintages cost beside its own prices."""
    one = dict(next(each for each in told if (each["stage"], each["future"]) == (case.stage, case.future)))
    costs = dict(one["costs"])
    more = float(costs.pop(VINTAGES, 0.0))
    weight = scenario.settings.objective.get("cost", 0.0)
    return {**one, "costs": costs, "cost": one["cost"] - more, "objective": one["objective"] - weight * more}


def audit_vintages(scenario: Scenario, tables: Tables, planned: Sequence[Case]) -> Iterator[Finding]:
    """Every vintage is one that may be, at the price of its year; those that live are what stands, and are paid for."""
    table = _table(tables)
    stocks: Stocks = {}
    for case in planned:
        own = of_case(scenario, tables, case)
        modules = modules_of(case.scenario.features).values()
        found = [module.audit_built(case.scenario, own) for module in modules if hasattr(module, "audit_built")]
        stocks[case.stage, case.future] = {name: stock for each in found for name, stock in each.items()}
    yield from _audit_rows(scenario, table, stocks)
    paid = vintages_paid(tables)
    for case in planned:
        alive = table[(table["future"] == case.future) & _lives(scenario, table, case, planned)]
        known = stocks[case.stage, case.future]
        yield from _audit_standing(case, alive, known)
        now = {(name, place): price for name, stock in known.items() for place, price in _prices(stock).items()}
        prices = [now.get(key, 0.0) for key in zip(alive["asset"], alive["index"], strict=True)]
        more = float((alive["vintage"] * (alive["price"] - prices)).sum())
        yield from Finding.unless_equal(
            VINTAGES, f"{COST} {case.name}", more, paid.get((case.stage, case.future), 0.0), "CNY/a"
        )


def _table(tables: Tables) -> pd.DataFrame:
    table = tables[VINTAGES]
    texts = {key: table.get(key, pd.Series("", index=table.index)).astype(str) for key in ("stage", "future")}
    return table.assign(**texts, vintage=table["vintage"].astype(float), price=table["price"].astype(float))


def _audit_rows(scenario: Scenario, table: pd.DataFrame, stocks: Stocks) -> Iterator[Finding]:
    """No vintage is negative, told twice, of another price than its year's, or a part of what is whole."""
    keys = ["stage", "future", "asset", "index"]
    for row in _rows(table[table.duplicated(keys)]):
        yield Finding(VINTAGES, row.where, say("stands more than once in the results"))
    prices = {(*key, name): _prices(stock) for key, known in stocks.items() for name, stock in known.items()}
    last = _whole_until(scenario)
    years = {case.stage: case.year for case in scenario.cases}
    for row in _rows(table):
        stock = stocks.get(row.case, {}).get(row.investment)
        if stock is None:
            yield Finding(VINTAGES, row.where, say("is not in a case of the plan, or nothing that is built"))
            continue
        price = prices[(*row.case, row.investment)].get(row.place, 0.0)
        yield from Finding.unless_equal("vintage_price", row.where, price, row.price, "CNY/a")
        if not row.amount >= -ABSOLUTE_TOLERANCE:
            yield Finding("vintage", row.where, say("{amount:g} is negative", amount=row.amount))
        is_apart = abs(row.amount - round(row.amount)) > ABSOLUTE_TOLERANCE
        if stock.is_whole and years[row.case[0]] <= last and is_apart:
            yield Finding("whole_vintage", row.where, say("{amount:g} is not a whole number", amount=row.amount))


class _Row(NamedTuple):
    """A row of the table of vintages."""

    case: tuple[str, str]
    investment: str
    place: str
    amount: float
    price: float

    @property
    def where(self) -> str:
        """What the row is of, as a finding tells it."""
        return ", ".join(part for part in (*self.case, self.investment, self.place) if part)


def _rows(table: pd.DataFrame) -> Iterator[_Row]:
    for row in table.to_dict("records"):
        case = str(row["stage"]), str(row["future"])
        yield _Row(case, str(row["asset"]), str(row["index"]), float(row["vintage"]), float(row["price"]))


def _audit_standing(case: Case, alive: pd.DataFrame, known: Mapping[str, Stock]) -> Iterator[Finding]:
    """What stands in a case is the sum of the vintages that live there."""
    stands = alive.groupby(["asset", "index"])["vintage"].sum()
    for name, stock in known.items():
        amounts = pd.Series(stock.amount.to_numpy(float), [_place(key) for key in stock.amount.index])
        unknown = amounts.index[amounts.isna()]
        summed = stands[name] if name in stands.index.get_level_values(0) else pd.Series(dtype=float)
        expected, found = summed.drop(unknown, errors="ignore"), amounts.dropna()
        for finding in Finding.all_equal("standing", expected, found, ""):
            yield Finding("standing", f"{case.name}: {name} {finding.where}", finding.problem)


def _lives(scenario: Scenario, table: pd.DataFrame, case: Case, planned: Sequence[Case]) -> pd.Series:
    """Return which vintages stand in the year of a case."""
    of = {name: word for module in modules_of(scenario.features).values() for name, word in _words(module).items()}
    built = {(each.stage, each.future): each for each in planned}
    known: dict[tuple[str, str, str], Mapping[str, float]] = {}
    found = []
    for row in _rows(table):
        origin = built.get(row.case)
        if origin is None:
            found.append(False)
            continue
        age = case.year - origin.year
        if row.investment not in of:
            found.append(age >= 0)
            continue
        limits = []
        for what in ("lead_time", "lifetime"):
            name = f"{of[row.investment]}_{what}"
            if (*row.case, name) not in known:
                values = origin.scenario.series(name)
                known[(*row.case, name)] = {_place(key): float(years) for key, years in values.items()}
            limits.append(known[(*row.case, name)].get(row.place))
        lead, lifetime = limits
        found.append((lead or 0.0) <= age and (lifetime is None or age < lifetime))
    return pd.Series(found, index=table.index, dtype=bool)


def _words(module: object) -> Mapping[str, str]:
    return getattr(module, "VINTAGES", {})


def _whole_until(scenario: Scenario) -> float:
    """Return the year up to which what is whole is planned whole."""
    last = scenario.scalar("whole_modules_until") if scenario.has("pathway") else None
    years = {case.stage: case.year for case in scenario.cases}
    return years.get(str(last), float("inf"))


def _whole_rules(scenario: Scenario) -> set[str]:
    """Return the rules by which something is whole; where it need not be, that no vintage is negative is asked here."""
    return {rule for module in modules_of(scenario.features).values() for rule in getattr(module, "WHOLE", ())}


def _prices(stock: Stock) -> dict[str, float]:
    return {_place(key): float(price) for key, price in stock.price.items()}


def _place(key: object) -> str:
    return AMONG.join(map(str, key)) if isinstance(key, tuple) else str(key)
