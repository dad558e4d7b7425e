"""Policy targets: where new capacity has to be built, as plans of provinces and hubs set it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from planner.figures import ledger
from planner.language import Message, say
from planner.models.rules import scopes
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Amount, Rank
from planner.scenario.column import Column, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import PERCENT, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("site_expansion",)
PARAMETERS = (
    Parameter(
        "side_share_new_min",
        ("side",),
        "1",
        say("Least share of all new capacity that is built at the side's sites."),
        None,
        low=0.0,
        high=1.0,
        plausible=Plausible(0.01, 1.0, (PERCENT,)),
    ),
)
WORDS: dict[str, Message] = {
    "policy_targets": say("policy targets"),
    "side_share_new_min": say("least share of new capacity of the side"),
    "side_share_new": say("share of new capacity of the side"),
    "capacity_new_side": say("new capacity of the side"),
}
COLUMNS = (
    *keys_of("policy_targets", "side"),
    Column("policy_targets", "side_share_new_min", "1", say("Least share of all new capacity.")),
    Column("policy_targets", "capacity_new_side", "MW", say("New capacity at the side's sites.")),
    Column(
        "policy_targets",
        "side_share_new",
        "1",
        say("Its share of all new capacity; empty where none is built."),
        may_be_empty=True,
    ),
)


def side_share_new(m: PlanModel, side: str) -> Any:
    """At least a share of all new capacity is built at the sites of a side.

    ∑_{s of side} ∑_c capacity_new[s,c] ≥ side_share_new_min[side] × ∑_s ∑_c capacity_new[s,c]
        ∀ side with side_share_new_min  [MW]
    """
    return _built(m, m.SITES_IN["side", side]) >= m.side_share_new_min[side] * _built(m, m.SITES)


def _built(m: PlanModel, sites: Any) -> Any:
    """Return what is built at some sites [MW]."""
    return sum(m.capacity_new[s, c] for s in sites for c in m.COMPUTE_TYPES)


GIVES = {"side_share_new": ("side_share_new_min",)}
RELAXATIONS = (Amount("side_share_new_min", Rank.POLICY, raised=False),)
EXAMPLE: Example = {"side": ("east", "west"), "side_share_new_min": {"west": 0.2}}
VARIANTS: Variants = {"targets": {"side_share_new_min": {"east": 0.4}}}


def build(m: PlanModel) -> None:
    """Add the targets that are given."""
    scopes.add_sites_in(m)
    m.constrain(side_share_new, m.SIDE_SHARE_NEW_MIN_GIVEN, unit="MW")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return what is built at the sites of each side that has a target, and its share of all that is built."""
    built = m.tabulate("capacity_new", columns=["site", "compute_type"])
    sides = built["site"].map(m.inputs.series("site.side"))
    target = m.inputs.series("side_share_new_min")
    table = target.rename_axis("side").rename("side_share_new_min").reset_index()
    new = built["capacity_new"].groupby(sides).sum().reindex(table["side"], fill_value=0.0).to_numpy()
    whole = float(built["capacity_new"].sum())
    return {"policy_targets": table.assign(capacity_new_side=new, side_share_new=new / whole if whole > 0 else np.nan)}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Each side has its share of what is built, and the table says what the halls say."""
    halls = ledger.column(tables, "site_expansion", "capacity_new", ["site"])
    built = halls.groupby(inputs.series("site.side").reindex(halls.index)).sum()
    target = inputs.series("side_share_new_min")
    built, whole = built.reindex(target.index, fill_value=0.0), float(halls.sum())
    yield from Finding.all_at_most("side_share_new", target * whole, built, "MW")
    reported = tables["policy_targets"].set_index("side").astype(float)
    for side in sorted({*target.index} ^ {*reported.index}):
        said = say("is missing from the results, or has no target")
        yield Finding("policy_targets", str(side), said)
    yield from Finding.all_equal("side_share_new_min", target, reported["side_share_new_min"], "1")
    yield from Finding.all_equal("capacity_new_side", built, reported["capacity_new_side"], "MW")
    if whole > 0:
        yield from Finding.all_equal("side_share_new", built / whole, reported["side_share_new"], "1")
