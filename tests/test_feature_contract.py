"""One contract for every feature: what it declares, what it builds, what it reports, what it audits.

Features are found as the planner finds them, those of other packages among them; a new one is held to all of this
without a line here.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import planner
from planner.models import features as features_package
from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.declarations import declarations, feature_modules, guests_of, modules_of
from planner.models.guests import HOOKS, lacks
from planner.models.rules.example import LIMITS
from planner.models.rules.relaxations import Never, Steps, relaxations_of
from planner.scenario.settings import OBJECTIVES
from planner.studies.explain.trials import Trials
from tests.algebra import RICH, WORLDS, YEARS, binding_rules, compiled, plan, scenario_of
from tests.house import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from tests.worlds import World

TESTS = Path(__file__).parent
MODULES: dict[str, ModuleType] = dict(sorted(feature_modules().items()))
NAMES = list(MODULES)
GUESTS = {guest.name for guest in guests_of(NAMES)}
RELATIONS = ("≤", "≥", "=")
MAKERS = [name for name in NAMES if hasattr(MODULES[name], "MAKES_CASES")]
"""Those that make several years of a scenario: what they add is among the years, not in one of them."""
every_feature = pytest.mark.parametrize("name", NAMES)


def rich(name: str) -> World:
    """Return the world in which a feature stands beside all others."""
    return YEARS if name in MAKERS else RICH


def tree_of(name: str) -> ast.Module:
    """Return a feature's syntax tree."""
    return parsed(Path(str(MODULES[name].__file__)))


def functions_of(name: str) -> dict[str, ast.FunctionDef]:
    """Return a feature's module-level functions."""
    return {node.name: node for node in tree_of(name).body if isinstance(node, ast.FunctionDef)}


def constraints_of(name: str) -> dict[str, str]:
    """Return the rules that a feature hands to ``m.constrain``, with their unit."""
    found: dict[str, str] = {}
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "constrain":
            rule = node.args[0]
            assert isinstance(rule, ast.Name), f"{name}: constrain() takes a rule by its name, line {node.lineno}"
            [unit] = [key.value for key in node.keywords if key.arg == "unit"]
            assert isinstance(unit, ast.Constant), f"{name}: the unit of {rule.id} is written where it is constrained"
            found[rule.id] = str(unit.value)
    return found


def constraint_names() -> list[str]:
    """Return the rules of all features."""
    return [rule for name in NAMES for rule in constraints_of(name)]


def rules_of(name: str) -> dict[str, ast.FunctionDef]:
    """Return a feature's rules: module-level functions of the model and indices that are no hooks or helpers."""
    return {
        rule: node
        for rule, node in functions_of(name).items()
        if node.args.args and node.args.args[0].arg == "m" and rule not in HOOKS and not rule.startswith("_")
    }


def reached_from(name: str, *starts: str) -> set[str]:
    """Return the module-level functions that these functions use, themselves among them."""
    functions = functions_of(name)
    reached: set[str] = set()
    ahead = [start for start in starts if start in functions]
    while ahead:
        current = ahead.pop()
        if current not in reached:
            reached.add(current)
            used = {node.id for node in ast.walk(functions[current]) if isinstance(node, ast.Name)}
            ahead.extend(used & functions.keys())
    return reached


def closure_of(name: str) -> set[str]:
    """Return a feature and all that it requires."""
    return {name}.union(*(closure_of(needed) for needed in MODULES[name].REQUIRES))


def test_features_are_found() -> None:
    """The planner finds the files in ``features/``, each after what it requires, and after them those of packages.

    Proves: nothing else lists them; a package's feature moves none of the planner's own, whose order the columns have.
    Sensitivity: a list kept by hand.
    """
    order = list(feature_modules())
    own = [module.name for module in pkgutil.iter_modules(features_package.__path__)]
    assert sorted(order[: len(own)]) == sorted(own)
    assert set(order[len(own) :]) == GUESTS
    for name in order:
        assert all(order.index(needed) < order.index(name) for needed in MODULES[name].REQUIRES)


@every_feature
def test_it_declares_what_it_needs(name: str) -> None:
    """``REQUIRES``, ``PARAMETERS`` and ``EXAMPLE`` are there, and the hooks take what the planner hands them.

    Proves: names, types and signatures. Sensitivity: a hook that is misspelt is never called.
    """
    module = MODULES[name]
    assert list(lacks(name, module, NAMES)) == []
    assert all(getattr(module, hook).__doc__ for hook in HOOKS if hasattr(module, hook))


@every_feature
def test_one_word_names_it_everywhere(name: str) -> None:
    """The same word names the file, the test file and the result table; a package's file and tests are its own.

    Proves: ``git grep`` finds all of it. Sensitivity: a feature without a test.
    """
    if name not in GUESTS:
        assert Path(MODULES[name].__file__ or "").name == f"{name}.py"
        assert (TESTS / "features" / f"test_{name}.py").is_file()
    assert name in plan(rich(name)).tables
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)


@every_feature
def test_its_parameters_follow_the_conventions(name: str) -> None:
    """Each parameter has a name, a unit and a sentence in the house's style.

    Proves: lower_snake; prices in CNY per something, costs in CNY, shares from 0 to 1 without a unit, a description
    that ends in a full stop, known index sets. Sensitivity: ``gridPrice``, a price in yuan, a share in percent.
    """
    sets = declarations().sets
    for parameter in (*MODULES[name].PARAMETERS,):
        word = parameter.name
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", word), word
        assert parameter.description.en.endswith("."), word
        assert parameter.unit if parameter.is_numeric and parameter.kind == "number" else True, word
        assert parameter.is_numeric or parameter.unit == "", word
        assert all(index in sets for indices in parameter.indices for index in indices), word
        stem = re.sub(r"_(min|max|existing|new)$", "", word)
        if stem.endswith("_price"):
            assert parameter.unit.startswith("CNY/"), word
        if stem.endswith(("_cost", "_capex")):
            assert parameter.unit.split("/")[0] == "CNY", word
        if stem.endswith("_share") and parameter.is_numeric:
            assert (parameter.unit, parameter.low, parameter.high) == ("1", 0.0, 1.0), word


@every_feature
def test_its_constraints_are_documented_rules(name: str) -> None:
    """Each constraint is a module-level function with a sentence, an equation (or whose it is) and its unit.

    Proves: the docstring's bracketed unit is the one recorded. Sensitivity: a lambda, a rule without words, a unit
    changed in one place only.
    """
    for rule, unit in constraints_of(name).items():
        function = getattr(MODULES[name], rule, None)
        assert inspect.isfunction(function), rule
        assert function.__module__ == MODULES[name].__name__, rule
        text = inspect.getdoc(function) or ""
        assert re.match(r"[A-Z].*[.:]", text), f"{rule} has no sentence"
        others = [other for other in constraints_of(name) if other != rule and f"as in {other}" in text]
        assert others or any(sign in text for sign in RELATIONS), f"{rule} has no equation"
        assert f"[{unit}]" in text, f"{rule} does not say its unit [{unit}]"


@every_feature
def test_its_rules_can_be_templated(name: str) -> None:
    """A rule is one return of one expression; sums run over the model's sets; nothing is asked of an index.

    Proves: no ``if``, loop, ``try`` or condition in a comprehension; comprehensions run over ``m.SETS`` or a slice of
    one. Sensitivity: ``if site in …`` inside a rule.
    """
    banned = (ast.If, ast.IfExp, ast.For, ast.While, ast.Match, ast.Try, ast.BoolOp, ast.Lambda, ast.Yield)
    for rule, node in rules_of(name).items():
        inner = list(ast.walk(node))
        assert not [part for part in inner if isinstance(part, banned)], rule
        assert sum(isinstance(part, ast.Return) for part in inner) == 1, rule
        for loop in (part for part in inner if isinstance(part, ast.comprehension)):
            assert not loop.ifs, rule
            run = loop.iter.value if isinstance(loop.iter, ast.Subscript) else loop.iter
            assert isinstance(run, ast.Attribute), rule
            assert isinstance(run.value, ast.Name), rule
            assert run.value.id == "m", rule
            assert run.attr.isupper(), f"{rule} sums over {run.attr}, which is not named like a set"


@every_feature
def test_its_rules_are_named_for_what_holds(name: str) -> None:
    """Rules are noun phrases in lower_snake, not ``c1`` or ``constraint_…``.

    Proves: the names. Sensitivity: ``constraint_1``.
    """
    for rule in constraints_of(name):
        assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", rule), rule
        assert not re.match(r"c\d|constraint|rule|eq(uation)?_", rule), rule


@every_feature
def test_it_builds_with_what_it_requires_alone(name: str) -> None:
    """A scenario that lists the feature and what it requires becomes a model.

    An allocation is there in any case: without one there is nothing to plan, and the objective has nothing to weigh.

    Proves: ``REQUIRES`` is complete. Sensitivity: a rule that uses a variable of a feature that is not required.
    """
    listed = closure_of(name) | closure_of("allocation")
    alone = rich(name).with_features(*(other for other in NAMES if other in listed))
    problem = compiled(alone.with_parameters(emissions_accounting="location"))
    assert problem.matrix.shape == (len(problem.row_names), len(problem.column_names))


def test_a_feature_that_is_not_listed_moves_nothing() -> None:
    """The features of a scenario stand in an order that is made of them alone.

    Proves: of every feature left out with those that build on it, the others stand as they do where it is unheard of.
    Sensitivity: the order of all features, in which a new one whose name comes early brings forward what it requires.
    """
    known = declarations()
    for left_out in NAMES:
        listed = [name for name in NAMES if left_out not in closure_of(name)]
        unheard = replace(known, features=tuple(name for name in known.features if name in listed))
        order = known.ordered(listed)
        assert list(modules_of(listed)) == [*order, "objective"]
        assert unheard.ordered(NAMES) == order
    order = list(modules_of({*closure_of("site_expansion"), "representative_days"}))
    assert order.index("representative_days") < order.index("site_expansion"), "policy_targets, not listed, has a say"


def test_a_missing_requirement_is_an_error() -> None:
    """Listing a feature without what it requires is refused.

    Proves: the reader names the lack. Sensitivity: features added silently.
    """
    with pytest.raises(planner.errors.InvalidInputError, match="routes"):
        scenario_of(RICH.with_features("time", "demand", "allocation"))


@every_feature
def test_its_report_is_tidy(name: str) -> None:
    """``report`` returns tables of plain columns, one named after the feature, its keys unique.

    Proves: names, types, no NaN in a number but where a latency is not known. Sensitivity: a wide or indexed table.
    """
    results = plan(rich(name))
    table = results.tables[name]
    assert isinstance(table, pd.DataFrame)
    assert list(table.index) == list(range(len(table)))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", str(column)) for column in table.columns)
    numbers = table.select_dtypes("number").columns
    keys = [column for column in table.columns if column not in numbers]
    assert not table.duplicated(keys).any() or not keys


@every_feature
def test_its_parameters_say_what_they_are_made_of(name: str) -> None:
    """A parameter that a feature adds to the model says of which inputs it made it.

    Proves: that it says so, and that the inputs are declared. Sensitivity: one made of the demand without a word: what
    is told of how far the demand may move would be wrong.
    """
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "m.parameter":
            assert "made_of" in [keyword.arg for keyword in node.keywords], ast.unparse(node)
    assert inputs_made_of() <= set(declarations().parameters)


@cache
def inputs_made_of() -> set[str]:
    """Return the inputs of which the features say that they made parameters of the rich model."""
    return {word for record in declare_model(scenario_of(RICH)).recorded("parameter") for word in record.made_of}


ASKED_FOR = {
    "all": RICH,
    "new": RICH.with_parameters(green_power_share_on="new"),
    "capital": WORLDS["capital"],
    "by month": RICH.with_parameters(green_power_share_window="month")
    .with_cells("timestep", "position", {"*": None})
    .with_cells("timestep", "time", {"day": "2025-01-31T08:00", "night": "2025-02-01T08:00"}),
}
"""Between them they ask for every column that a feature may report."""


@cache
def reported() -> dict[tuple[str, str], pd.Series]:
    """Return every column that is reported, by table and name, of plans in which all is 0."""
    found: dict[tuple[str, str], pd.Series] = {}
    for world in ASKED_FOR.values():
        model = declare_model(scenario_of(world))
        compiled = compile_model(model)
        compiled.load(np.zeros(len(compiled.problem.column_names)))
        for module in modules_of(model.inputs.features).values():
            for name, table in module.report(model).items():
                found |= {(name, str(column)): table[column] for column in table}
    of_years = plan(YEARS).tables
    found |= {("vintages", str(column)): of_years["vintages"][column] for column in of_years["vintages"]}
    found |= {(name, str(column)): of_years[name][column] for name in MAKERS for column in of_years[name]}
    return {place: column for place, column in found.items() if place not in BEFORE}


BEFORE = {("vintages", "stage"), ("vintages", "future")}
"""Columns that stand in front of every table where there are several years."""


def test_what_is_reported_is_what_is_declared() -> None:
    """``COLUMNS`` has every column that a feature reports, and no other; a feature's tables bear its name.

    Proves: the declarations against the tables themselves. Sensitivity: a column that the workbook, the reference and
    the audit of empty cells know nothing of; one that is declared and gone.
    """
    declared = [(column.table, column.name) for _, column in declarations().columns]
    assert len(declared) == len(set(declared))
    assert set(declared) == set(reported())
    for feature, column in declarations().columns:
        own = ("cost", "investment", "vintages") if feature == "objective" else feature
        assert column.table.startswith(own), column


def test_each_column_says_what_it_is() -> None:
    """Each column has a sentence in both languages, and each column of numbers a unit, which ``test_units`` reads.

    Proves: sentences, full stops, Chinese; units. Sensitivity: a number without a unit.
    """
    for _, column in declarations().columns:
        assert column.says is not None
        assert re.fullmatch(r"[A-Z1].*[.)…]", column.says.en), column
        assert re.search("[\u4e00-\u9fff]", column.says.zh), column
        is_number = pd.api.types.is_numeric_dtype(reported()[column.table, column.name])
        assert is_number == bool(column.unit), column


def test_empty_cells_are_declared() -> None:
    """A column has empty cells only where it is declared that it may.

    Proves: every column of the rich world's plan, emptied. Sensitivity: a sum that passes over what is missing.
    """
    results = plan(RICH)
    holed = {name: table.astype(object) for name, table in results.tables.items() if not table.empty}
    for table in holed.values():
        table.iloc[0] = None
    findings = audit(results.scenario, {**results.tables, **holed}, results.summary)
    gaps = {(finding.rule, finding.where) for finding in findings}
    for _, column in declarations().columns:
        if column.name in holed.get(column.table, ()):
            assert ((column.table, column.name) in gaps) != column.may_be_empty, column


def test_what_is_declared_of_columns_and_inputs_exists() -> None:
    """What is built, drawn by the hour and capped is declared of columns and parameters that there are.

    Proves: ``BUILDS``, ``SERIES``, ``accounting_of`` and ``caps`` against ``COLUMNS``, ``PARAMETERS``, ``MEASURES``.
    Sensitivity: a column renamed that a comparison or a chart would miss without a word.
    """
    known = declarations()
    units = {(column.table, column.name): column.unit for _, column in known.columns}
    for built in known.builds:
        assert units[built.table, built.column] == built.unit
        assert {built.existing, built.most, built.size} - {""} <= set(known.parameters)
        assert built.whole == ("", "") or built.whole in units
    assert all((series.table, series.column) in units for series in known.series)
    measures = {measure.name for measure in known.measures}
    for parameter in known.parameters.values():
        assert parameter.accounting_of in {"", *measures}, parameter.key
        assert parameter.caps in {"", *OBJECTIVES}, parameter.key


@every_feature
def test_its_numbers_of_the_summary_have_a_unit(name: str) -> None:
    """Each number that a feature adds to the summary is declared in ``MEASURES``, by one of its names.

    Proves: the rich world's summary. Sensitivity: a number that the workbook shows without a unit.
    """
    results = plan(RICH)
    measures = {measure.name for measure in declarations().measures}
    summary = getattr(MODULES[name], "summary", None)
    for path, value in leaves(summary(results.scenario, results.tables) if summary is not None else {}):
        assert not isinstance(value, int | float) or measures & set(path), path


def leaves(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the numbers and words of a summary, each with where it stands."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*path, str(key)))
    else:
        yield path, tree


def test_audits_name_only_rules_and_words_that_exist() -> None:
    """What an audit names is a rule, a variable, an expression, a parameter, a term or a table of the planner.

    Proves: a finding can be looked up by ``git grep``. Sensitivity: a finding called ``check 3``.
    """
    known = set(declarations().parameters) | set(constraint_names()) | set(NAMES) | {"cost"}
    for name in NAMES:
        source = inspect.getsource(MODULES[name])
        known |= set(re.findall(r"\"([a-z_]+)\"", source))
    for name in NAMES:
        for word in finding_names(functions_of(name).values()):
            assert word in known, word


def finding_names(functions: Any) -> Iterator[str]:
    """Yield the constant names given to findings."""
    for function in functions:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("Finding") and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def test_every_rule_is_audited() -> None:
    """Each rule that a feature adds is named by its audit, or checked under the name of what it defines.

    Proves: no rule is trusted. Sensitivity: a rule added without a check. ``assigned_only`` is checked by what it is
    for: work at one site (``single_site``) that is no more than the demand (``demand_balance``); what is at least the
    use of new halls, or grid energy without a certificate, by that use and those emissions themselves. The mean of the
    worst futures is recomputed where all years are summed up (``cases``), from each future's value.
    """
    checked_as = {
        "assigned_only": "single_site",
        "single_site_or_none": "single_site",
        "residual_energy_floor": "market_certificates",
        "new_use_floor": "new_energy",
        "threshold_excess": "probability",
    }
    for name in NAMES:
        source = "".join(ast.unparse(functions_of(name)[f]) for f in reached_from(name, "audit", "audit_cases"))
        for rule in constraints_of(name):
            word = checked_as.get(rule, rule)
            scoped = re.sub(r"^(hub|side|national)_", "", word)
            assert f"'{word}'" in source or f"'{scoped}'" in source, f"{name}: {rule} is not audited"


@every_feature
def test_every_rule_says_what_gives(name: str) -> None:
    """Where no plan can keep all rules, each rule names the parameters that may give, or says why it never does.

    Proves: ``planner explain`` knows every rule; what is named is declared, by a feature that is there with the rule or
    may be, and its own feature says how it gives. Sensitivity: a rule added without a line in ``GIVES``, a parameter
    renamed.
    """
    module = MODULES[name]
    gives = getattr(module, "GIVES", {})
    assert set(gives) == set(constraints_of(name))
    known = relaxations_of(MODULES.values())
    for rule, answer in gives.items():
        if isinstance(answer, Never):
            assert answer.reason.en, rule
            assert answer.reason.zh, rule
        else:
            assert answer, rule
            assert set(answer) <= set(known), rule
    own = {parameter.key: parameter for parameter in module.PARAMETERS}
    for one in getattr(module, "RELAXATIONS", ()):
        assert one.parameter in own, one.parameter
        assert own[one.parameter].is_numeric or isinstance(one, Steps), one.parameter


@pytest.mark.parametrize("name", NAMES)
def test_what_is_whole_is_named_as_the_audit_names_it(name: str) -> None:
    """``WHOLE`` holds the rules by which the feature's audit asks for whole numbers, and nothing else has that name.

    Proves: words that the feature says. Sensitivity: a number of that name, which no plan of several years survives.
    """
    module = MODULES[name]
    rules = getattr(module, "WHOLE", ())
    assert isinstance(rules, tuple)
    for rule in rules:
        assert f'"{rule}"' in inspect.getsource(module).replace("WHOLE = ", "", 1), rule


def test_what_gives_loosens_the_rules_that_say_so() -> None:
    """An amount that gives loosens rules that name it and no others; each rule that names it has to do with them.

    Proves: ``GIVES`` against the compiled matrix of a scenario with all features, not against itself: a rule that names
    a parameter is loosened by it, or shares a variable with a rule or a bound that is. Sensitivity: a rule that names
    the wrong parameter, one that gives in the wrong direction.
    """
    scenario = scenario_of(RICH)
    trials = Trials(scenario, SolverOptions())
    base = trials.base(scenario)
    assert len(base.slopes) > 12
    rules = {rule: answer for name in NAMES for rule, answer in getattr(MODULES[name], "GIVES", {}).items()}
    names = [rule for rule, _ in base.problem.row_names]
    matrix = base.problem.matrix.tocsr()
    for parameter, slope in base.slopes.items():
        sums = np.asarray(slope.matrix.sum(axis=1)).ravel() - slope.side
        lower, upper = np.isfinite(base.problem.row_lower), np.isfinite(base.problem.row_upper)
        rows = np.flatnonzero((lower & (sums > 0)) | (upper & (sums < 0)))
        loosened = {names[row] for row in rows}
        assert len(rows) or slope.bound.any(), parameter
        say_so = {rule for rule, answer in rules.items() if not isinstance(answer, Never) and parameter in answer}
        assert loosened <= say_so, parameter
        touched = np.asarray(abs(matrix[rows]).sum(axis=0)).ravel() + np.abs(slope.bound) > 0
        near = {names[row] for row in np.flatnonzero(abs(matrix) @ touched.astype(float))}
        assert say_so & set(names) <= near, parameter


@cache
def binding(world: str) -> set[str]:
    """Return the rules that bind in the plan of one of the worlds of examples."""
    return binding_rules(YEARS if world == "years" else WORLDS[world])


@every_feature
def test_its_example_makes_its_rules_bind(name: str) -> None:
    """The example names what is declared, and each rule is at its limit in one of the worlds made of the examples.

    Proves: the worlds of other tests, which are made of them, look at every rule where it matters. Sensitivity: a rule
    added without values that make it bind, a limit that nothing reaches.
    """
    module, known = MODULES[name], declarations()
    for example in (module.EXAMPLE, *getattr(module, "VARIANTS", {}).values()):
        assert set(example) <= known.parameters.keys() | known.sets.keys()
    left = set(constraints_of(name))
    likely = {LIMITS, *getattr(module, "VARIANTS", {}), *(["years"] if name in MAKERS else [])}
    for world in sorted([*WORLDS, "years"], key=lambda world: world not in likely):
        left -= binding(world) if left else set()
    assert left == set()


def test_the_objective_keeps_the_contract_as_well() -> None:
    """The objective has the hooks of a feature and comes last.

    Proves: its place and its table. Sensitivity: costs closed before all terms are in.
    """
    modules = modules_of(NAMES)
    assert list(modules)[-1] == "objective"
    assert "cost" in plan(RICH).tables
