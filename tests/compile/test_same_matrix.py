"""The rows that templates give are those that Pyomo's own standard form gives, rule by rule and member by member."""

from __future__ import annotations

import importlib
import pkgutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tests.features
from planner.errors import InfeasibleError, InvalidInputError
from planner.models.algebra.standard_form import compile_standard_form
from planner.models.build import build_model, declare_model
from planner.models.compile import compile_model
from tests.algebra import scenario_of
from tests.compile.same_problem import assert_templates_give_the_standard_form
from tests.reliability.random_world import random_world
from tests.shipped import read_shipped
from tests.test_shadow_prices import WORLDS as PRICED
from tests.test_units import WORLDS as MEASURED
from tests.worlds import World

SHIPPED = sorted(path.parent.name for path in Path("scenarios").glob("*/scenario.toml"))


def worlds_of_features() -> dict[str, World]:
    """Return every world that a feature's tests, or the tests of prices and units, name."""
    found = {}
    for module in pkgutil.iter_modules(tests.features.__path__):
        names = vars(importlib.import_module(f"tests.features.{module.name}")).items()
        found |= {f"{module.name}.{name}": world for name, world in names if isinstance(world, World)}
    for source, worlds in (("prices", PRICED), ("units", MEASURED)):
        found |= {f"{source}.{name}": world for name, world in worlds.items()}
    return found


WORLDS = worlds_of_features()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios(name: str, tmp_path: Path) -> None:
    """Every shipped scenario (of one of many hours the first three) is compiled by templates, to the standard form.

    Proves: coefficients, sides, bounds, costs, integers and names. Sensitivity: any rule that asks what its index is.
    """
    assert_templates_give_the_standard_form(read_shipped(name, tmp_path, 3))


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_worlds_of_every_feature(name: str) -> None:
    """Every world of the features' own tests is compiled by templates, to the matrix of the standard form.

    Proves: each feature with each of its options. Sensitivity: a join that loses a member, a wrong axis of a sum.
    """
    assert_templates_give_the_standard_form(scenario_of(WORLDS[name]))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_scenarios(seed: int) -> None:
    """Any scenario that can be read is compiled by templates, to the matrix of the standard form.

    Proves: empty sets, single members, absent tables, numbers of any size. Sensitivity: as above, where nobody looked.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            scenario = random_world(seed).read(Path(folder))
        except InvalidInputError:
            return
    try:
        compile_standard_form(build_model(scenario))
    except InfeasibleError as error:
        with pytest.raises(InfeasibleError, match=str(error).split("[")[0]):
            compile_model(declare_model(scenario))
        return
    assert_templates_give_the_standard_form(scenario)
