"""What ``planner export --format smps`` writes, solved by others: the plan's own objective.

Others are a reader of our own (``smps_reader.py``) with scipy's solver, SCIP, which reads SMPS itself, and mpi-sppy.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import planner
from planner.cases.two_stage import two_stages
from planner.errors import UsageError
from planner.models.features import uncertainty
from planner.pipeline.export import export_smps, export_text
from tests.algebra import YEARS
from tests.cases.several_years import in_futures, in_stages, joined
from tests.here import planned
from tests.oracle.smps_reader import extensive_form, read_core, read_scenarios
from tests.oracle.years import optimum, question, world_of_question

if TYPE_CHECKING:
    from tests.worlds import World

WORLDS = int(os.environ.get("PLANNER_SMPS", "10"))
"""How many random worlds are tried; ``PLANNER_SMPS=100`` tries more."""
SEEDS = [seed for seed in range(10 * WORLDS) if sum(p > 0 for p in question(seed).futures.values()) > 1][:WORLDS]
APART = (
    in_futures(in_stages())
    .with_rows("site_future", [{"site": "far", "future": "dry", "grid_power_max": 9}])
    .with_rows(
        "site_compute_type_future",
        [{"site": "far", "compute_type": "cpu", "future": "wet", "modules_max": 0, "module_cost": 1_300_000}],
    )
    .with_parameters(cvar_weight=0.4, cvar_level=0.5)
)
"""Futures that differ in what there is: a limit in the dry one, no modules in the wet one, which a stage later may be."""


def written(world: World, folder: Path) -> Path:
    """Export a world as SMPS and return the folder of its files."""
    export_smps(world.write(folder / "world"), folder / "smps")
    return folder / "smps"


@pytest.mark.parametrize("seed", SEEDS)
def test_random_futures_have_the_same_optimum(seed: int, tmp_path: Path) -> None:
    """Stages, prices, bounds, rates and CVaR of random futures: the files ask for the plan's objective.

    Proves: the extensive form of what is read back equals the independent statement of ``years.py``. Sensitivity: a
    number of one future that another has, a cost without its probability, a bound that differs and is taken for all.
    """
    asked = question(seed)
    assert extensive_form(written(world_of_question(asked), tmp_path)) == pytest.approx(optimum(asked), rel=1e-6)


@pytest.mark.parametrize("world", [APART, YEARS], ids=["apart", "every feature"])
def test_futures_may_differ_in_what_there_is(world: World, tmp_path: Path) -> None:
    """A rule, a bound or a variable that one future lacks is stated all the same; so is every feature.

    Proves: the plan's objective. Sensitivity: a row of one future that binds in all, a column that is free to earn where
    it is not there, a side that is lost.
    """
    assert extensive_form(written(world, tmp_path)) == pytest.approx(
        planned(world.read(tmp_path)).summary["objective"], rel=1e-6
    )


@pytest.mark.parametrize("form", ["mps", "lp"])
def test_one_model_of_all_years(form: str, tmp_path: Path) -> None:
    """Exported as MPS or LP, a scenario of several years is the one problem that is planned, not its first year.

    Proves: HiGHS finds the plan's objective, 51 948 000 for the futures, in the file. Sensitivity: the scenario that
    holds the cases, which has no values by future: 48 004 000.
    """
    from tests.docs.test_export import solved  # noqa: PLC0415

    path = in_futures().write(tmp_path / "world")
    assert solved(tmp_path / f"model.{form}", export_text(form, path)) == pytest.approx(51_948_000)


def test_what_is_told_where(tmp_path: Path) -> None:
    """The first period holds what is built before it is known; only what differs is told of a future.

    Proves: of two futures with modules at one price the vintage and its whole number are of the first period, 0.25 and
    0.75 their probabilities, and the demand of ``inland``, 20 or 28 MW times its profile, all that differs.
    Sensitivity: a module for each future; a core that is repeated.
    """
    folder = written(in_futures(), tmp_path)
    names = pd.read_csv(folder / "world.csv", keep_default_na=False).set_index("name")
    first = names[names["stage"] == "now"]
    assert set(first["of"]) == {"constant", "vintage", "whole", "whole_vintage"}
    (dry, changed), (wet, others) = read_scenarios(folder / "world.sto")
    assert (dry, wet) == (0.25, 0.75)
    assert {names.loc[row, "of"] for _, row, _ in [*changed, *others]} == {"demand_balance"}
    assert {column for column, _, _ in [*changed, *others]} == {"rhs"}
    assert names.loc["s1", "ids"] == "dry"
    core = read_core(folder / "world.cor")
    assert sorted(core.columns) == sorted(names.index[names.index.str.startswith("c")])


def test_the_core_by_hand() -> None:
    """Algebra: costs that differ are one row, bounds that differ are rows, what a future lacks is lifted there.

    Proves: price of a module 2 600 000 by dry, 1 300 000 by wet in the cost row, with the sum's column at 1; three
    modules at most in one and one in the other as right-hand sides, the weaker of the two as bound of the column; the
    limit on power of the dry future with a free column that is 1 in the wet one alone, where it says nothing.
    Sensitivity: an entry that is negated, a bound that is the stronger one.
    """
    world = in_futures().with_rows("site_future", [{"site": "far", "future": "dry", "grid_power_max": 9}])
    rows = [{"site": "far", "compute_type": "cpu", "future": "wet", "modules_max": 1, "module_cost": 1_300_000}]
    found = two_stages(joined(world.with_rows("site_compute_type_future", rows)))
    assert found.futures == ["dry", "wet"]
    columns = {name: number for number, name in enumerate(found.columns)}
    numbers = {name: number for number, name in enumerate(found.rows)}
    table = {
        (found.rows[row], found.columns[column]): found.values[:, place].tolist()
        for place, (row, column) in enumerate(zip(found.entry_rows, found.entry_columns, strict=True))
    }
    modules = ("modules", ("far", "cpu"))
    assert table[("cost", ()), modules] == [-2_600_000, -1_300_000]
    assert table[("cost", ()), ("cost", ())] == [1, 1]
    assert found.cost[columns["cost", ()]] == 1
    most = ("modules", ("far", "cpu", "<"))
    assert found.right[:, numbers[most]].tolist() == [3, 1]
    assert found.kinds[numbers[most]] == "L"
    assert found.upper[columns[modules]] == 3
    limits = [name for name in found.rows if name[0] == "grid_power_limit"]
    assert [table[name, ("grid_power_limit lifted", name[1])] for name in limits] == [[0, 1], [0, 1]]


def test_who_has_no_futures_is_told(tmp_path: Path) -> None:
    """Stages alone, one future that may come, stages in turn, and no folder to write are refused with a remedy.

    Proves: each is told, and nothing is written. Sensitivity: files that state something else.
    """
    alone, likely = in_stages().write(tmp_path / "alone"), in_futures(dry=0.0).write(tmp_path / "likely")
    for path in (alone, likely):
        with pytest.raises(UsageError, match="--format mps"):
            export_smps(path, tmp_path / "out")
    with pytest.raises(UsageError, match="foresight"):
        export_text("mps", alone, ["pathway.foresight=myopic"])
    with pytest.raises(UsageError, match="--out"):
        export_smps(alone, None)
    with pytest.raises(UsageError, match="exists already"):
        export_smps(alone, likely)
    assert not (tmp_path / "out").exists()


def test_rules_across_futures_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that ties what is done in one future to what is done in another is no problem of two stages.

    Proves: it is refused. Sensitivity: its entries in the other future would be lost without a word.
    """
    join = uncertainty.join

    def with_a_tie(m: Any) -> None:
        def equal_excess(m: Any) -> Any:
            return m.above["dry"] <= m.above["wet"]

        join(m)
        m.constrain(equal_excess, unit="CNY")

    monkeypatch.setattr(uncertainty, "join", with_a_tie)
    with pytest.raises(UsageError, match="ties what is done"):
        two_stages(joined(in_futures().with_parameters(cvar_weight=0.4, cvar_level=0.5)))


SCIP = """
import sys
from pyscipopt import Model
model = Model()
model.hideOutput()
model.readProblem(sys.argv[1])
model.optimize()
print(model.getStatus(), repr(model.getObjVal()))
"""


@pytest.mark.skipif(find_spec("pyscipopt") is None, reason="the extra [solvers] is not installed")
def test_scip_reads_it(tmp_path: Path) -> None:
    """SCIP's own reader of SMPS takes the files for what they are.

    Proves: its optimum is the plan's. Sensitivity: a first period without a row, of which SCIP makes one of all rows; a
    row with ``obj`` in its name.
    """
    path = written(APART, tmp_path) / "world.smps"
    done = subprocess.run([sys.executable, "-c", SCIP, str(path)], capture_output=True, text=True, check=True)
    status, value = done.stdout.split()[-2:]
    assert status == "optimal"
    assert float(value) == pytest.approx(planned(APART.read(tmp_path)).summary["objective"], rel=1e-6)


@pytest.mark.skipif(
    find_spec("mpisppy") is None or find_spec("mip") is None, reason="mpi-sppy reads SMPS with the package mip"
)
def test_mpisppy_reads_it(tmp_path: Path) -> None:
    """mpi-sppy's own reader of SMPS takes the files for what they are.

    Proves: its extensive form has the plan's objective. Sensitivity: costs of a future in the objective's row, which
    that reader refuses, or a constant of the objective, which it loses.
    """
    from mpisppy.opt.ef import ExtensiveForm  # noqa: PLC0415
    from mpisppy.problem_io import smps_module  # noqa: PLC0415

    with contextlib.redirect_stdout(io.StringIO()):
        given = smps_module.kw_creator(SimpleNamespace(smps_dir=str(written(APART, tmp_path))))
        names = smps_module.scenario_names_creator(None)
        form = ExtensiveForm(
            {"solver": "appsi_highs"}, names, smps_module.scenario_creator, scenario_creator_kwargs=given
        )
        form.solve_extensive_form(solver_options={"mip_rel_gap": 0.0})
    assert form.get_objective_value() == pytest.approx(planner.run(APART.read(tmp_path)).summary["objective"], rel=1e-6)
