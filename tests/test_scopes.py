"""Scopes: limits of a site, a hub, a side and the nation are found and summed one way by rules and another by audits."""

from __future__ import annotations

import pytest

from planner.figures import ledger
from planner.models.rules import scopes
from tests.algebra import RICH, WORLDS, model_of, scenario_of


@pytest.mark.parametrize(
    ("limit", "kinds"), [("green_power_share_min", scopes.KINDS), ("grid_power_max", scopes.KINDS[1:])]
)
def test_rules_and_audits_find_the_same_scopes(limit: str, kinds: tuple[str, ...]) -> None:
    """Proves that what the model limits is what the audit looks at: kind, name, number and sites, in one order.

    Sensitivity: a kind that one of the two leaves out; sites of another hub.
    """
    inputs = scenario_of(WORLDS["limits"])
    made = [(one.kind, one.name, one.limit, one.sites) for one in scopes.given(inputs, limit, kinds)]
    assert made == list(ledger.scopes(inputs, limit, [kind for kind in kinds if kind != scopes.NATIONAL]))
    assert {kind for kind, *_ in made} == set(kinds)


def test_the_sites_of_a_scope_are_one_set_for_all_features() -> None:
    """Proves that green shares and grid limits sum over the same set, each scope with its sites by hand.

    Sensitivity: sets that each feature makes by itself.
    """
    m = model_of(RICH)
    assert {key: set(m.SITES_IN[key]) for key in m.SITES_IN} == {
        **{("site", site): {site} for site in ("shanghai", "hebei", "gansu")},
        ("hub", "delta"): {"shanghai"},
        ("hub", "gansu"): {"gansu"},
        ("hub", "north"): {"hebei"},
        ("side", "east"): {"shanghai", "hebei"},
        ("side", "west"): {"gansu"},
        ("national", "national"): {"shanghai", "hebei", "gansu"},
    }


def test_a_hub_without_a_site_is_limited_by_no_rule_and_named() -> None:
    """Proves that a limit of a hub that no site names makes no row, and is told in both languages.

    Sensitivity: a rule 0 ≥ 0, or a limit that is silent.
    """
    hubs = [*RICH.tables["hub"], {"hub": "coastal", "hub_grid_power_max": 5}]
    world = RICH.with_rows("hub", hubs)
    m = model_of(world)
    assert list(m.HUBS_WITH_GRID_POWER_MAX) == ["north"]
    [said] = scopes.idle(scenario_of(world), "grid_power_max")
    assert said.en == "hub_grid_power_max of coastal limits nothing: no site names this hub"
