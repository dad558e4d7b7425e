"""Green power share: how much of a site's, hub's, side's or the nation's power must be green, by which accounting.

Three accountings, never mixed: ``certificate`` (bought green power and certificates over the year, as in the rule of
July 2025), ``matched`` (green power used in its own hour, over the year) and ``every_timestep``. They differ in what
counts as green and in the window over which it is added up; the algebra is one.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.language import say
from planner.models import ledger
from planner.models.features.time import months
from planner.models.finding import ABSOLUTE_TOLERANCE, Finding
from planner.models.gives import Amount, Never, Rank
from planner.models.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.io.scenario import Scenario
    from planner.models.plan_model import PlanModel

REQUIRES = ("power_supply",)
KEYS = ["site", "window"]
SCOPE = ("scope", "name", "window")
RULE_OF_2025 = "NDRC and NEA, 发改办能源〔2025〕669号, July 2025"

PARAMETERS = (
    Parameter(
        "green_power_share_mode",
        (),
        "",
        "What counts as green: certificates over the year, use in its own hour over the year, or in every timestep.",
        "certificate",
        "choice",
        choices=("certificate", "matched", "every_timestep"),
        source=RULE_OF_2025,
        description_zh="绿电的核算方式：全年按绿证、全年按逐时用电匹配，或逐时段达标。",
    ),
    Parameter(
        "green_power_share_on",
        (),
        "",
        "Which use must be green: all facility load, or (a linear stand-in) that of new capacity.",
        "all",
        "choice",
        choices=("all", "new"),
        source=RULE_OF_2025,
        description_zh="须为绿电的用电范围：全部设施用电，或新建容量的用电（线性近似）。",
    ),
    Parameter(
        "green_power_share_window",
        (),
        "",
        "Over what the share is reckoned: the year, or each month (which needs a time for every timestep).",
        "year",
        "choice",
        choices=("year", "month"),
        description_zh="占比的核算周期：全年，或逐月（各时段须给出时刻）。",
    ),
    Parameter(
        "green_power_share_min",
        ("site",),
        "1",
        "Least green share of the site.",
        None,
        high=1.0,
        description_zh="节点绿电占比下限。",
    ),
    Parameter(
        "hub_green_power_share_min",
        ("hub",),
        "1",
        "Least green share of the hub's sites.",
        None,
        high=1.0,
        description_zh="枢纽内各节点合计的绿电占比下限。",
    ),
    Parameter(
        "side_green_power_share_min",
        ("side",),
        "1",
        "Least green share of the side's sites.",
        None,
        high=1.0,
        description_zh="片区内各节点合计的绿电占比下限。",
    ),
    Parameter(
        "national_green_power_share_min",
        (),
        "1",
        "Least green share of all sites.",
        None,
        high=1.0,
        description_zh="全部节点合计的绿电占比下限。",
    ),
    Parameter(
        "utilisation_new",
        ("site",),
        "1",
        "Share of new capacity taken as used, where the share is on new load.",
        0.65,
        high=1.0,
        also_index=((),),
        source="Policy on 上架率: at least 0.65",
        description_zh="仅考核新增用电时，新建容量视为已使用的比例。",
    ),
    Parameter(
        "green_energy_committed",
        ("site",),
        "MWh/a",
        "Green energy that already greens the existing load; not counted for new load.",
        0.0,
        description_zh="已用于存量负荷的绿电电量，不计入新增用电的占比。",
    ),
)
WORDS: dict[str, tuple[str, str]] = {
    "green_power_share": ("green power share", "绿电占比"),
    "green_power_share_mode": ("green accounting", "绿电核算方式"),
    "green_power_share_on": ("use that must be green", "绿电考核范围"),
    "green_power_share_window": ("accounting window", "核算周期"),
    "green_power_share_min": ("least green share", "绿电占比下限"),
    "hub_green_power_share": ("green power share of the hub", "枢纽绿电占比"),
    "hub_green_power_share_min": ("least green share of the hub", "枢纽绿电占比下限"),
    "side_green_power_share": ("green power share of the side", "片区绿电占比"),
    "side_green_power_share_min": ("least green share of the side", "片区绿电占比下限"),
    "national_green_power_share": ("green power share of the nation", "全国绿电占比"),
    "national_green_power_share_min": ("least green share of the nation", "全国绿电占比下限"),
    "utilisation_new": ("utilisation of new capacity", "新建容量上架率"),
    "green_energy_committed": ("green energy committed", "已承诺绿电"),
    "green_credited": ("green energy credited", "计入绿电"),
    "green_counted": ("green energy counted", "核算绿电"),
    "green_use": ("use that must be green", "考核用电"),
    "green_owed": ("green energy owed", "存量占用绿电"),
    "certificates_of_month": ("certificates of the month", "当月绿证"),
    "certificates_used": ("certificates used", "绿证使用"),
    "scope": ("scope", "范围"),
    "name": ("name", "名称"),
    "window": ("window", "核算周期"),
    "share": ("share", "占比"),
    "share_min": ("least share", "占比下限"),
    "mode": ("accounting", "核算方式"),
    "on": ("use", "考核范围"),
    "certificate": ("by certificates", "绿证核算"),
    "matched": ("matched hour by hour", "逐时匹配"),
    "every_timestep": ("in every timestep", "逐时达标"),
    "all": ("all", "全部"),
    "new": ("new", "新增"),
    "year": ("year", "全年"),
    "month": ("month", "逐月"),
    "counted": ("counted", "计入"),
}


def check(inputs: Scenario) -> Iterator[Fault]:
    """A share on new load needs something that can be new."""
    if inputs.scalar("green_power_share_on") == "new" and not inputs.has("site_expansion"):
        yield inputs.fault(
            "green_power_share_on",
            None,
            say("nothing is new without site_expansion", "没有 site_expansion 就没有新增"),
            say("list site_expansion, or use all", "列出 site_expansion，或改用 all"),
        )

    if inputs.scalar("green_power_share_window") == "month":
        yield from _window_faults(inputs)


def _window_faults(inputs: Scenario) -> Iterator[Fault]:
    """A month is known by the time of its steps; in the mode every_timestep each step is its own window."""
    name = "green_power_share_window"
    if inputs.scalar("green_power_share_mode") == "every_timestep":
        problem = say(
            "in the mode every_timestep the share holds in each timestep, not over a month",
            "在 every_timestep 方式下，占比逐时段满足，不按月核算",
        )
        yield inputs.fault(
            name,
            None,
            problem,
            say("leave the window out, or use matched or certificate", "不给核算周期，或改用 matched、certificate"),
        )
    elif len(months(inputs)) < len(inputs.sets["timestep"]):
        problem = say("the month of some timesteps is not known", "部分时段的月份不明")
        yield inputs.fault(
            name,
            None,
            problem,
            say("give every timestep a time; a representative day has no month", "给每个时段一个时刻；代表日没有月份"),
        )


def warn(inputs: Scenario) -> Iterator[str]:
    """Name the hubs and sides whose limit holds for no site at all."""
    for unit in ("hub", "side"):
        owners = set(inputs.series(f"site.{unit}"))
        for name in inputs.series(f"{unit}_green_power_share_min").index.difference(list(owners)):
            yield say(
                "{unit}_green_power_share_min of {name} limits nothing: no site names this {unit}",
                "{name} 的 {unit}_green_power_share_min 不起作用：没有节点属于这个 {unit}",
                unit=unit,
                name=name,
            )


def green_power_share(m: PlanModel, site: str, window: str) -> Any:
    """At least a share of a site's use is green.

    credited[s] ≥ green_power_share_min[s] × use[s] + owed[s]  ∀ s, windows  [MWh/a]

    =========  ==================================================================================  =====
    credited   certificate: ∑_t w ∑_g (green_power + excess) + certificates of the window;
               matched and every_timestep: ∑_t w green power used in its own timestep, what a
               store takes less and what it gives more                                             MWh/a
    use        all: ∑_t w facility_load; new: ∑_t w pue × utilisation_new × capacity_new           MWh/a
    owed       new: green_energy_committed, spread by weight; all: 0                               MWh/a
    window     the year, or each month; every_timestep: each timestep
    =========  ==================================================================================  =====

    Source: 发改办能源〔2025〕669号 for ``certificate`` on ``new``.
    """
    return (
        m.green_credited[site, window]
        >= m.green_power_share_min[site] * m.green_use[site, window] + m.green_owed[site, window]
    )


def hub_green_power_share(m: PlanModel, hub: str, window: str) -> Any:
    """At least a share of a hub's use is green: ∑_{s in hub} as in green_power_share  [MWh/a]."""
    return sum(m.green_credited[s, window] for s in m.SITES_OF_HUB[hub]) >= sum(
        m.hub_green_power_share_min[hub] * m.green_use[s, window] + m.green_owed[s, window] for s in m.SITES_OF_HUB[hub]
    )


def side_green_power_share(m: PlanModel, side: str, window: str) -> Any:
    """At least a share of a side's use is green: ∑_{s in side} as in green_power_share  [MWh/a]."""
    return sum(m.green_credited[s, window] for s in m.SITES_OF_SIDE[side]) >= sum(
        m.side_green_power_share_min[side] * m.green_use[s, window] + m.green_owed[s, window]
        for s in m.SITES_OF_SIDE[side]
    )


def national_green_power_share(m: PlanModel, window: str) -> Any:
    """At least a share of the nation's use is green: ∑_s as in green_power_share  [MWh/a]."""
    return sum(m.green_credited[s, window] for s in m.SITES) >= sum(
        m.national_green_power_share_min * m.green_use[s, window] + m.green_owed[s, window] for s in m.SITES
    )


def certificates_used(m: PlanModel, site: str) -> Any:
    """No certificate is used in two months.

    ∑_windows certificates_of_month[s,window] ≤ certificates[s]  ∀ s with certificate_price  [MWh/a]
    """
    return sum(m.certificates_of_month[site, window] for window in m.GREEN_WINDOWS) <= m.certificates[site]


def bought(m: PlanModel, site: str, window: str) -> Any:
    """Green energy bought, whenever it was produced, and certificates [MWh/a]; the window is the year."""
    del window
    power = sum(m.green_energy[site, g] + m.excess_energy[site, g] for g in m.TECHNOLOGIES_AT[site])
    return power + sum(m.certificates[s] for s in m.CERTIFICATES_AT[site])


def bought_in_month(m: PlanModel, site: str, window: str) -> Any:
    """Green energy bought in a month, and the certificates used for it [MWh/a]."""
    power = sum(
        m.timestep_weight[t] * (m.green_power[site, g, t] + m.excess[site, g, t])
        for g in m.TECHNOLOGIES_AT[site]
        for t in m.STEPS_OF_WINDOW[window]
    )
    return power + sum(m.certificates_of_month[s, window] for s in m.CERTIFICATES_AT[site])


def counted_term(m: PlanModel, site: str, window: str) -> Any:
    """What counts as green [MWh/a]."""
    return m.green_counted[site, window]


def used_in_time(m: PlanModel, site: str, window: str) -> Any:
    """Green energy used in its own timestep [MWh/a]: ∑_t w green_power_used."""
    return sum(m.timestep_weight[t] * m.green_power_used[site, t] for t in m.STEPS_OF_WINDOW[window])


def all_use(m: PlanModel, site: str, window: str) -> Any:
    """Energy drawn by the whole facility [MWh/a]."""
    return sum(m.facility_energy[site, t] for t in m.STEPS_OF_WINDOW[window])


def new_use(m: PlanModel, site: str, window: str) -> Any:
    """Energy that new capacity is taken to draw [MWh/a]: ∑_t w pue × utilisation_new × capacity_new."""
    yearly_pue = sum(m.timestep_weight[t] * m.pue[site, t] for t in m.STEPS_OF_WINDOW[window])
    return yearly_pue * m.utilisation_new[site] * sum(m.capacity_new[site, c] for c in m.COMPUTE_TYPES)


GIVES = {
    "green_power_share": ("green_power_share_min", "green_energy_committed"),
    "hub_green_power_share": ("hub_green_power_share_min", "green_energy_committed"),
    "side_green_power_share": ("side_green_power_share_min", "green_energy_committed"),
    "national_green_power_share": ("national_green_power_share_min", "green_energy_committed"),
    "certificates_used": Never(say("no certificate counts twice", "同一绿证不得重复计入")),
}
RELAXATIONS = (
    Amount("green_power_share_min", Rank.POLICY, raised=False),
    Amount("hub_green_power_share_min", Rank.POLICY, raised=False),
    Amount("side_green_power_share_min", Rank.POLICY, raised=False),
    Amount("national_green_power_share_min", Rank.POLICY, raised=False),
    Amount("green_energy_committed", Rank.SUPPLY, raised=False),
)


def build(m: PlanModel) -> None:
    """Add the accounting asked for and the rule for every scope that has a limit."""
    inputs = m.inputs
    mode, on = inputs.scalar("green_power_share_mode"), inputs.scalar("green_power_share_on")
    _build_windows(m)
    for unit in ("hub", "side"):
        members = inputs.series(f"site.{unit}").rename("owner").reset_index()[["owner", "site"]]
        sites_of = m.subsets(f"SITES_OF_{unit.upper()}", m.component(f"{unit.upper()}S"), members, ["owner"])
        limited = getattr(m, f"{unit.upper()}_GREEN_POWER_SHARE_MIN_GIVEN")
        m.members(f"{unit.upper()}S_LIMITED", [name for name in limited if len(sites_of[name])])
    certified = pd.DataFrame({"owner": list(m.CERTIFICATE_PRICE_GIVEN), "site": list(m.CERTIFICATE_PRICE_GIVEN)})
    m.subsets("CERTIFICATES_AT", m.SITES, certified, ["owner"])
    counted = used_in_time
    if mode == "certificate":
        counted = bought if inputs.scalar("green_power_share_window") == "year" else bought_in_month
    if counted is bought_in_month:
        m.variable("certificates_of_month", m.CERTIFICATE_PRICE_GIVEN, m.GREEN_WINDOWS, unit="MWh/a")
        m.constrain(certificates_used, m.CERTIFICATE_PRICE_GIVEN, unit="MWh/a")
    m.add_term("green_credited", "counted", counted_term)
    m.open_total("green_credited", m.SITES, m.GREEN_WINDOWS, unit="MWh/a")
    m.expression("green_counted", m.SITES, m.GREEN_WINDOWS, rule=counted, unit="MWh/a")
    m.expression("green_use", m.SITES, m.GREEN_WINDOWS, rule=all_use if on == "all" else new_use, unit="MWh/a")
    m.parameter("green_owed", [m.SITES, m.GREEN_WINDOWS], _owed(m, new=on == "new"), "MWh/a")
    m.constrain(green_power_share, m.GREEN_POWER_SHARE_MIN_GIVEN, m.GREEN_WINDOWS, unit="MWh/a")
    m.constrain(hub_green_power_share, m.HUBS_LIMITED, m.GREEN_WINDOWS, unit="MWh/a")
    m.constrain(side_green_power_share, m.SIDES_LIMITED, m.GREEN_WINDOWS, unit="MWh/a")
    if inputs.is_given("national_green_power_share_min"):
        m.constrain(national_green_power_share, m.GREEN_WINDOWS, unit="MWh/a")


def _windows(inputs: Scenario) -> pd.Series:
    """Return the window of every timestep: the year, its month, or itself."""
    steps = inputs.full_index(("timestep",))
    if inputs.scalar("green_power_share_mode") == "every_timestep":
        return pd.Series(steps, steps)
    if inputs.scalar("green_power_share_window") == "month":
        return months(inputs).reindex(steps)
    return pd.Series("year", steps)


def _build_windows(m: PlanModel) -> None:
    windows = _windows(m.inputs).rename("window").rename_axis("timestep").reset_index()[["window", "timestep"]]
    m.members("GREEN_WINDOWS", windows["window"].unique())
    m.subsets("STEPS_OF_WINDOW", m.GREEN_WINDOWS, windows, ["window"])


def _owed(m: PlanModel, *, new: bool) -> pd.Series:
    """Spread the committed energy over the windows by weight [MWh/a]."""
    committed = m.inputs.series("green_energy_committed")
    weight = m.parameter_values["timestep_weight"]
    index = pd.MultiIndex.from_product([list(m.SITES), list(m.GREEN_WINDOWS)], names=["site", "window"])
    shares = {window: weight.loc[list(m.STEPS_OF_WINDOW[window])].sum() / weight.sum() for window in m.GREEN_WINDOWS}
    values = [committed[site] * shares[window] if new else 0.0 for site, window in index]
    return pd.Series(values, index=index)


def _given_scopes(inputs: Scenario) -> Iterator[tuple[str, str, float, list[str]]]:
    """Yield every scope that has a limit and a site: kind, name, share, sites."""
    for site, share in inputs.series("green_power_share_min").items():
        yield "site", str(site), float(share), [str(site)]
    for unit in ("hub", "side"):
        owner = inputs.series(f"site.{unit}")
        for name, share in inputs.series(f"{unit}_green_power_share_min").items():
            if (owner == name).any():
                yield unit, str(name), float(share), list(owner.index[owner == name])
    if inputs.is_given("national_green_power_share_min"):
        yield "national", "national", inputs.number("national_green_power_share_min"), list(inputs.sets["site"])


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return what counts as green, the use and the share of every scope that has a limit [MWh/a]."""
    sums = ["green_counted", "green_use", "green_owed"]
    table = m.tabulate(*sums, columns=KEYS)
    parts = [pd.DataFrame(columns=[*SCOPE, "share_min", *sums])]
    for scope, name, least, sites in _given_scopes(m.inputs):
        part = table[table["site"].isin(sites)].groupby("window", sort=False)[sums].sum().reset_index()
        parts.append(part.assign(scope=scope, name=name, share_min=least)[parts[0].columns])
    given = parts[1:] or parts
    result = pd.concat(given, ignore_index=True).astype(dict.fromkeys(["share_min", *sums], float))
    share = (result["green_counted"] - result["green_owed"]) / result["green_use"].where(result["green_use"] > 0)
    mode, on = (str(m.inputs.scalar(f"green_power_share_{word}")) for word in ("mode", "on"))
    tables = {"green_power_share": result.assign(share=share.astype(float), mode=mode, on=on)}
    if "certificates_of_month" in m.records:
        tables["green_power_share_certificates"] = m.tabulate("certificates_of_month", columns=KEYS)
    return tables


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return what counts as green by site and window [MWh/a]."""
    counted = _counted_again(inputs, tables).T
    index = pd.MultiIndex.from_product([counted.index, counted.columns], names=KEYS)
    return {"green_credited": pd.Series(counted.to_numpy().ravel(), index)}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Every limit holds by its own accounting, recomputed from supply, load and new capacity."""
    windows = _windows_again(inputs, tables)
    reported = tables["green_power_share"].set_index(list(SCOPE))
    yield from _unasked(inputs, reported, list(windows["window"].unique()))
    rows = reported[~reported.index.duplicated()].to_dict("index")
    again = {"green_counted": _counted_again(inputs, tables), **_use_again(inputs, tables, windows)}
    credited = ledger.added(inputs, tables, "green_credited").unstack("site")
    again["green_credited"] = credited.reindex(index=again["green_counted"].index)
    yield from _audit_certificates(tables)
    for scope, name, least, sites in ledger.scopes(inputs, "green_power_share_min", ("site", "hub", "side")):
        rule = "green_power_share" if scope == "site" else f"{scope}_green_power_share"
        sums = pd.DataFrame({column: frame[sites].sum(axis=1) for column, frame in again.items()})
        for window, sum_ in sums.to_dict("index").items():
            where = name if window == "year" else f"{name}, {window}"
            yield from _differences(rule, where, least, sum_, rows.get((scope, name, window)))


def _audit_certificates(tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """No certificate is used in two months."""
    if "green_power_share_certificates" not in tables:
        return
    used = ledger.column(tables, "green_power_share_certificates", "certificates_of_month", ["site"])
    each = tables["green_power_share_certificates"].set_index(KEYS)["certificates_of_month"].astype(float)
    yield from Finding.none_negative("certificates_of_month", each, "MWh/a")
    owned = tables["power_supply_certificates"].set_index("site")["certificates"].astype(float)
    yield from Finding.all_at_most("certificates_used", used, owned.reindex(used.index, fill_value=0.0), "MWh/a")


def _differences(
    rule: str, where: str, least: float, again: Mapping[Any, float], row: Mapping[Any, Any] | None
) -> Iterator[Finding]:
    """Compare one scope and window with its limit and with its row of the results."""
    counted, use, owed = (again[column] for column in ("green_counted", "green_use", "green_owed"))
    yield from Finding.unless_at_most(rule, where, least * use + owed, again["green_credited"], "MWh/a")
    if row is None:
        yield Finding(rule, where, say("is missing from the results", "结果中缺失"))
        return
    for column, value in (("green_counted", counted), ("green_use", use), ("green_owed", owed)):
        yield from Finding.unless_equal(rule, f"{where}, {column}", value, float(row[column]), "MWh/a")
    yield from Finding.unless_equal(rule, f"{where}, share_min", least, float(row["share_min"]), "1")
    if use > ABSOLUTE_TOLERANCE:
        yield from Finding.unless_equal(rule, f"{where}, share", (counted - owed) / use, row["share"], "1")


def _unasked(inputs: Scenario, reported: pd.DataFrame, windows: list[str]) -> Iterator[Finding]:
    """Yield a finding for every row that no limit asks for, that stands twice, or that names another accounting."""
    scopes = ledger.scopes(inputs, "green_power_share_min", ("site", "hub", "side"))
    asked = {(scope, name, window) for scope, name, *_ in scopes for window in windows}
    for row in reported.index[reported.index.duplicated() | ~reported.index.isin(list(asked))]:
        yield Finding(
            "green_power_share", ", ".join(map(str, row)), say("no limit asks for this row", "没有约束要求此行")
        )
    for word in ("mode", "on"):
        said = inputs.scalar(f"green_power_share_{word}")
        for row in reported.index[reported[word] != said]:
            yield Finding(
                "green_power_share",
                ", ".join(map(str, row)),
                say("{word} is not {said}", "{word} 不是 {said}", word=word, said=said),
            )


def _windows_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the hours [h/a] and the window of every timestep."""
    names = dict.fromkeys(inputs.sets["timestep"], "year")
    if inputs.scalar("green_power_share_mode") == "every_timestep":
        names = {step: step for step in names}
    elif inputs.scalar("green_power_share_window") == "month":
        times = {step: datetime.fromisoformat(time) for step, time in inputs.series("time").items()}
        names = {step: f"{times[step].year:04d}-{times[step].month:02d}" for step in names}
    return pd.DataFrame({"hours": ledger.weights(tables), "window": pd.Series(names)})


def _by_window(inputs: Scenario, windows: pd.DataFrame, table: pd.DataFrame, power: pd.Series) -> pd.DataFrame:
    """Sum a power [MW] of a table's rows to energy [MWh/a], (windows, sites)."""
    hours, window = (table["timestep"].map(windows[column]) for column in ("hours", "window"))
    energy = (power * hours).groupby([window, table["site"]]).sum().unstack(fill_value=0)
    return energy.reindex(index=windows["window"].unique(), columns=list(inputs.sets["site"]), fill_value=0.0)


def _counted_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Recompute what counts as green [MWh/a], (windows, sites)."""
    windows = _windows_again(inputs, tables)
    if inputs.scalar("green_power_share_mode") != "certificate":
        used = tables["power_supply"]
        return _by_window(inputs, windows, used, used["green_power_used"])
    supply = tables["power_supply_technology"]
    bought_power = _by_window(inputs, windows, supply, supply["green_power"] + supply["excess"])
    if "green_power_share_certificates" in tables:
        monthly = ledger.column(tables, "green_power_share_certificates", "certificates_of_month", KEYS).unstack("site")
        return bought_power.add(monthly.reindex(index=bought_power.index), fill_value=0.0)
    owned = tables["power_supply_certificates"].groupby("site")["certificates"].sum()
    return bought_power + owned.reindex(bought_power.columns, fill_value=0.0)


def _use_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame], windows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Recompute the use and what is owed of it [MWh/a], each (windows, sites)."""
    load = tables["facility_load"]
    if inputs.scalar("green_power_share_on") == "all":
        use = _by_window(inputs, windows, load, load["facility_load"])
        return {"green_use": use, "green_owed": pd.DataFrame(0.0, use.index, use.columns)}
    built = tables["site_expansion"].groupby("site")["capacity_new"].sum()
    used_new = load["site"].map(built).fillna(0.0) * load["site"].map(inputs.series("utilisation_new"))
    use = _by_window(inputs, windows, load, load["pue"] * used_new)
    share = windows.groupby("window")["hours"].sum().reindex(use.index) / windows["hours"].sum()
    owed = np.outer(share, inputs.series("green_energy_committed").reindex(use.columns))
    return {"green_use": use, "green_owed": pd.DataFrame(owed, use.index, use.columns)}
