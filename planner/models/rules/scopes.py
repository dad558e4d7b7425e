"""Scopes: a site, a hub, a side and the nation, for limits that may stand for each of them.

A limit of a single site is called by its own word, such as ``green_power_share_min``; that of a hub is
``hub_green_power_share_min``, of the nation ``national_green_power_share_min``. What such a feature declares, and the
sets that its rules sum over, are made here once. Its rule it writes once too, over the sites of ``m.SITES_IN[kind,
name]``, and says it under each kind's name, since that is what a shadow price, a finding and ``explain`` name.
The audit asks :func:`planner.figures.ledger.scopes`, which shares nothing with this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.language import Message, Text, say
from planner.models.rules.relaxations import Amount
from planner.scenario.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyomo.environ as pyo

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.relaxations import Rank
    from planner.scenario.plausible import Plausible
    from planner.scenario.scenario import Scenario

NATIONAL = "national"
KINDS = ("site", "hub", "side", NATIONAL)
OWNERS = ("hub", "side")
WHOSE = {
    "site": say("the site"),
    "hub": say("the hub's sites"),
    "side": say("the side's sites"),
    NATIONAL: say("all sites"),
}
"""Words for a scope's sites."""


@dataclass(frozen=True)
class Scope:
    """A site, a hub, a side or the nation that has a limit, and at least one site."""

    kind: str  # one of KINDS
    name: str
    limit: float
    sites: list[str]


def word_of(kind: str, word: str) -> str:
    """Return what a limit, or a rule, is called for a kind of scope: ``hub_green_power_share``."""
    return word if kind == "site" else f"{kind}_{word}"


def parameters(
    limit: str, unit: str, description: Callable[[Message], Message], plausible: dict[str, Plausible], **options: Any
) -> tuple[Parameter, ...]:
    """Return a limit's parameters, one for each kind of scope that has a usual range."""
    return tuple(
        Parameter(
            word_of(kind, limit),
            () if kind == NATIONAL else (kind,),
            unit,
            description(WHOSE[kind]),
            None,
            plausible=usual,
            **options,
        )
        for kind, usual in plausible.items()
    )


def words(word: str, what: Message, kinds: Sequence[str] = KINDS) -> dict[str, Message]:
    """Return what a limit, or a rule, is called for each kind of scope."""
    called = {
        "site": what,
        "hub": say("{what} of the hub", what=what),
        "side": say("{what} of the side", what=what),
        NATIONAL: say("{what} of the nation", what=what),
    }
    return {word_of(kind, word): called[kind] for kind in kinds}


def gives(rule: str, limit: str, *others: str, kinds: Sequence[str] = KINDS) -> dict[str, tuple[str, ...]]:
    """Return what gives where the rule of a scope cannot hold: its own limit, and what else there is."""
    return {word_of(kind, rule): (word_of(kind, limit), *others) for kind in kinds}


def amounts(limit: str, rank: Rank, *, raised: bool, kinds: Sequence[str] = KINDS) -> tuple[Amount, ...]:
    """Return how the limits give."""
    return tuple(Amount(word_of(kind, limit), rank, raised=raised) for kind in kinds)


def given(inputs: Scenario, limit: str, kinds: Sequence[str] = KINDS) -> Iterator[Scope]:
    """Yield every scope that has a limit and a site."""
    sites = inputs.full_index(("site",))
    for kind in kinds:
        parameter = word_of(kind, limit)
        if kind == NATIONAL:
            if inputs.is_given(parameter):
                yield Scope(kind, kind, inputs.number(parameter), list(sites))
            continue
        owner = pd.Series(sites, sites) if kind == "site" else inputs.series(f"site.{kind}")
        for name, number in inputs.series(parameter).items():
            if (owner == name).any():
                yield Scope(kind, str(name), float(number), list(owner.index[owner == name]))


def idle(inputs: Scenario, limit: str) -> Iterator[Text]:
    """Say of which hubs and sides the limit holds for no site at all."""
    for kind in OWNERS:
        owners = list(inputs.series(f"site.{kind}"))
        for name in inputs.series(word_of(kind, limit)).index.difference(owners):
            yield say(
                "{unit}_{limit} of {name} limits nothing: no site names this {unit}", unit=kind, limit=limit, name=name
            )


def limited(m: PlanModel, limit: str) -> dict[str, pyo.Set]:
    """Return the hubs and the sides that have a limit and a site; ``m.SITES_IN[kind, name]`` is there after it."""
    add_sites_in(m)
    names = {kind: [scope.name for scope in given(m.inputs, limit, (kind,))] for kind in OWNERS}
    return {kind: m.members(f"{kind.upper()}S_WITH_{limit.upper()}", names[kind]) for kind in OWNERS}


def add_sites_in(m: PlanModel) -> None:
    """Make ``m.SITES_IN[kind, name]``, the sites of every scope, once for all features that have limits of scopes."""
    if m.component("SITES_IN") is not None:
        return
    sites = list(m.inputs.sets["site"])
    rows = [("site", site, site) for site in sites] + [(NATIONAL, NATIONAL, site) for site in sites]
    for kind in OWNERS:
        rows += [(kind, str(owner), str(site)) for site, owner in m.inputs.series(f"site.{kind}").items()]
    members = [(kind, name) for kind in ("site", *OWNERS) for name in m.inputs.sets[kind]]
    m.members("SCOPES", [*members, (NATIONAL, NATIONAL)], dimen=2)
    m.subsets("SITES_IN", m.SCOPES, pd.DataFrame(rows, columns=["kind", "name", "site"]), ["kind", "name"])
