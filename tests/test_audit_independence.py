"""What builds the model and what audits the plan share only data as read: found from the source, across files."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from planner.models.declarations import feature_modules
from tests.reached import definitions_of, holds_number, is_code, reached_from

MODULES = {**{name: module.__name__ for name, module in feature_modules().items()}, "objective": ""}
MODULES["objective"] = "planner.models.objective"
AUDITING = ("audit", "audit_built", "audit_cases", "audit_terms", "summary")
MAKING = ("build", "join", "derive", "check", "obstacles", "report", "admits", "supplies", "occupies")
"""All that decides on the plan and its tables; a warning decides nothing."""
ALWAYS_AUDITED = (
    "planner.models.audit:audit",
    "planner.cases.audit:audit_cases",
    "planner.cases.summary:summarise_cases",
    "planner.models.claims:audit_claims",
    "planner.models.invariants:audit_invariants",
)
ALWAYS_MADE = (
    "planner.models.build:declare_model",
    "planner.models.compile:compile_model",
    "planner.cases.joined:join_cases",
    "planner.cases.plan:CasesPlan",
)
WORDS = ("planner.language", "planner.errors", "planner.models.guests")
"""Sentences and faults say numbers; they make none, nor does what finds the features of other packages."""
SHARED = {
    "planner.scenario.scenario:Scenario.series": "a parameter as read: defaults filled in, coarser values spread",
    "planner.scenario.scenario:Scenario._made": "part of series",
    "planner.scenario.scenario:Scenario._spread": "part of series",
    "planner.scenario.scenario:Scenario.scalar": "a parameter as read",
    "planner.scenario.scenario:Scenario.number": "a parameter as read",
    "planner.scenario.scenario:Scenario.full_index": "the members as read",
    "planner.scenario.scenario:Scenario.coordinates": "longitude and latitude as read",
    "planner.scenario.scenario:Scenario._placed": "part of coordinates",
    "planner.scenario.scenario:Scenario.features": "the features listed",
    "planner.scenario.scenario:Scenario.has": "the features listed",
    "planner.scenario.scenario:Scenario.is_given": "whether a parameter was read at all",
    "planner.scenario.column:Column": "a declaration, looked at where a feature is of another package",
    "planner.scenario.parameter:IndexSet": "a declaration, looked at where a feature is of another package",
    "planner.scenario.parameter:Missing": "the mark of a parameter without a default",
    "planner.scenario.parameter:Parameter": "as IndexSet",
    "planner.scenario.parameter:table_of": "part of Parameter",
    "planner.models.declarations:modules_of": "finds the features; the model asks their build, the audit their audit",
    "planner.models.declarations:feature_modules": "part of modules_of",
    "planner.models.declarations:_guests": "part of modules_of",
    "planner.models.declarations:_own_modules": "part of modules_of",
    "planner.models.declarations:_ordered": "part of modules_of",
    "planner.scenario.parameter:in_order": "part of modules_of",
    "planner.figures.cases:keys_of": "which columns stand in front of the tables of several years",
    "planner.figures.ledger:spread": "looks up a parameter; besides audits only in a message about what cannot be met",
    "planner.models.rules.findings:slack": "the tolerance; besides audits only in a message about what cannot be met",
    "planner.models.rules.findings:ABSOLUTE_TOLERANCE": "part of slack",
    "planner.models.rules.findings:RELATIVE_TOLERANCE": "part of slack",
    "planner.models.rules.findings:YEARLY_TOLERANCE": "part of slack",
}
"""All that is reached from both sides, and why it may be."""


def rules_of(module: str) -> list[str]:
    """Return the module-level functions of the model: rules, expressions and terms."""
    found = definitions_of(module)
    return [
        name
        for name, node in found.items()
        if isinstance(node, ast.FunctionDef) and node.args.args and node.args.args[0].arg == "m"
    ]


@cache
def makes() -> frozenset[str]:
    """Return all code and numbers that the model and its result tables are made with."""
    starts = [f"{module}:{name}" for module in MODULES.values() for name in (*MAKING, *rules_of(module))]
    return frozenset(facts_of(reached_from([*starts, *ALWAYS_MADE])))


@cache
def audits() -> frozenset[str]:
    """Return all code and numbers that the audits and summaries use."""
    starts = [f"{module}:{name}" for module in MODULES.values() for name in AUDITING]
    return frozenset(facts_of(reached_from([*starts, *ALWAYS_AUDITED])))


def facts_of(places: set[str]) -> set[str]:
    """Return the functions, classes and constants with a number; names of columns are no facts."""
    return {place for place in places if not place.startswith(WORDS) and (is_code(place) or holds_number(place))}


@pytest.mark.parametrize("name", MODULES)
def test_an_audit_shares_nothing_with_the_model_but_data(name: str) -> None:
    """Neither a function nor a number is reached both from a feature's audit and from what any feature builds.

    Proves: followed through imports, methods of the scenario and modules, of all features' builds, rules, derived
    parameters, checks and reports; what is shared is listed with its reason. Sensitivity: an audit that asks the
    model's ``previous`` or ``FIBRE_LATENCY``, in its own file or another, or ``inputs.distance``.
    """
    mine = facts_of(reached_from(f"{MODULES[name]}:{hook}" for hook in AUDITING))
    assert sorted((mine & makes()) - SHARED.keys()) == []


def test_what_is_audited_always_shares_nothing_either() -> None:
    """Invariants, claims and the gathering of the audits use nothing of the model, and the list has nothing idle.

    Proves: as above; a reason stands for something. Sensitivity: an exception kept when its cause is gone.
    """
    assert sorted(audits() & makes()) == sorted(SHARED)
    assert all(SHARED.values())


def test_audits_know_no_pyomo() -> None:
    """Nothing that an audit reaches, in any file, takes a model or names Pyomo.

    Proves: by name of argument and word. Sensitivity: an audit that evaluates an expression of the model.
    """
    for place in audits():
        module, _, name = place.partition(":")
        definition = definitions_of(module)[name]
        words = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
        assert not words & {"pyo", "m", "model"}, place
        assert "m" not in {node.arg for node in ast.walk(definition) if isinstance(node, ast.arg)}, place


def test_imports_are_followed() -> None:
    """What is in another file is reached: through functions, constants, methods of the scenario and local imports.

    Proves: the tool of the tests above sees. Sensitivity: a tool that stops at the end of a file finds nothing shared.
    """
    made = makes()
    assert "planner.models.features.routes:FIBRE_LATENCY" in made
    assert "planner.models.features.time:previous" in made
    assert "planner.scenario.scenario:Scenario.distance" in made
    assert "planner.scenario.geography:GEOD" in made
    assert "planner.models.features.routes:_distance_again" not in made
    audited = audits()
    assert "planner.models.rules.audit_time:before" in audited
    assert "planner.models.rules.audit_physics:GROUP_INDEX" in audited
    assert "planner.models.features.site_expansion:_yearly" in audited
    from_site_capacity = reached_from(["planner.models.features.site_capacity:obstacles"])
    assert "planner.models.features.routes:ROUTE_FACTORS" in from_site_capacity
