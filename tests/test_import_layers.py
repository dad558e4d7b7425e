"""Layers: ``io`` knows files, ``models`` Pyomo, ``maps`` results, ``profiles`` hours; only the line knows them all."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import planner

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(planner.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py"))
ROOMS = ("gis", "io", "models", "maps", "charts", "profiles", "report")
OPENS = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "read_csv", "to_csv", "mkdir", "unlink"}


def layer_of(module: str) -> str:
    """Return the room a module of the planner stands in; ``""`` for the top."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else ""


def name_of(path: Path) -> str:
    """Return a file's module name."""
    return ".".join(("planner", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


def imports_of(path: Path, *, for_types: bool) -> Iterator[tuple[str, int]]:
    """Yield the modules a file imports, with the line; those under TYPE_CHECKING only if asked for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if node in hidden and not for_types:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            base = node.module or ""
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                is_module = (PACKAGE.parent / Path(*inner.split("."))).with_suffix(".py").is_file()
                yield (inner if is_module else base), node.lineno


def breaches(room: str, allowed: tuple[str, ...], *, for_types: bool) -> list[str]:
    """Return the imports of a room's files that name the planner or Pyomo and are not allowed."""
    return [
        f"{path.relative_to(PACKAGE.parent)}:{line} imports {module}"
        for path in FILES
        if layer_of(name_of(path)) == room
        for module, line in imports_of(path, for_types=for_types)
        if module.split(".")[0] in {"planner", "pyomo", "highspy"}
        and not any(module == word or module.startswith(f"{word}.") for word in allowed)
    ]


DECLARED = tuple(f"planner.models.{name}" for name in ("built", "column", "figure", "parameter"))
"""What features declare with: types for whoever asks a declaration."""


def test_io_knows_no_model() -> None:
    """``io`` imports of the models what declares parameters and what reads the tables of work, and neither Pyomo nor the solver, not even for types.

    Proves: readers and writers work without the model. Sensitivity: an import of a feature in a reader.
    """
    allowed = (
        "planner.io",
        "planner.io.files",
        "planner.errors",
        "planner.language",
        "planner.scenario.parameter",
        "planner.scenario.plausible",
        "planner.figures.ledger",
        "planner.figures.work",
        "planner.__version__",
        "planner",
    )
    found = breaches("io", allowed[:-1], for_types=True)
    assert [breach for breach in found if not breach.endswith("imports planner")] == []


def test_models_know_no_files() -> None:
    """``models`` imports of ``io`` types only, under TYPE_CHECKING, and never the line or the maps.

    Proves: a model is made of what it is handed. Sensitivity: a feature that reads a table by itself.
    """
    allowed = ("planner.models", "planner.errors", "planner.language", "pyomo", "highspy")
    assert breaches("models", allowed, for_types=False) == []
    assert (
        breaches("models", (*allowed, "planner.scenario.scenario", "planner.scenario.settings"), for_types=True) == []
    )


def test_maps_know_results_only() -> None:
    """``maps`` imports nothing of the models, of ``io`` or of Pyomo; it reads a base map by way of ``gis``.

    Proves: a map is drawn from tables and geometry. Sensitivity: a figure that asks the scenario.
    """
    allowed = ("planner.views.maps", "planner.io.files", "planner.errors", "planner.language")
    assert breaches("maps", allowed, for_types=True) == []


def test_gis_knows_shapes_only() -> None:
    """``gis`` imports nothing of the planner but its errors and its language.

    Proves: scenarios and base maps share one reader of layers, which belongs to neither. Sensitivity: a reader that
    asks for the table it reads into.
    """
    assert breaches("gis", ("planner.io.files", "planner.errors", "planner.language"), for_types=True) == []


def test_charts_know_tables_only() -> None:
    """``charts`` imports nothing of the models (but types), of ``io`` or of Pyomo; of the maps, their text and style.

    Proves: a chart is drawn from result tables. Sensitivity: a chart that asks the scenario.
    """
    allowed = ("planner.views.charts", "planner.views.maps", "planner.errors", "planner.language")
    assert breaches("charts", allowed, for_types=False) == []
    assert breaches("charts", (*allowed, *DECLARED), for_types=True) == []


def test_the_report_knows_results_only() -> None:
    """``report`` imports nothing of the models, of ``io`` (but types) or of Pyomo; of the maps, base map and projection.

    Proves: the page is made of results and of the words it is handed. Sensitivity: a page that reads a file of the run
    or asks the model.
    """
    allowed = (
        "planner.views.report",
        "planner.views.maps.basemap",
        "planner.views.maps.projection",
        "planner.views.page.style",
        "planner.errors",
        "planner.language",
    )
    assert breaches("report", allowed, for_types=False) == []
    types = (*allowed, *DECLARED, "planner.io.results.results", "planner.scenario.scenario")
    assert breaches("report", types, for_types=True) == []


def test_profiles_know_hours_only() -> None:
    """``profiles`` imports nothing of the models, of ``io`` (but a scenario's type) or of the maps, and no Pyomo.

    Proves: weather, prices and days are made of tables alone. Sensitivity: a profile that reads a scenario folder.
    """
    assert breaches("profiles", ("planner.profiles", "planner.errors", "planner.language"), for_types=False) == []
    types = (
        "planner.profiles",
        "planner.errors",
        "planner.language",
        "planner.scenario.scenario",
        "planner.scenario.parameter",
    )
    assert breaches("profiles", types, for_types=True) == []


def test_only_the_top_knows_all() -> None:
    """Files that import from two rooms or more stand at the top of the package.

    Proves: no room is a back door into another. Sensitivity: a helper in ``io`` that builds a model.
    """
    for path in FILES:
        rooms = {layer_of(module) for module, _ in imports_of(path, for_types=False) if module.startswith("planner.")}
        own = layer_of(name_of(path))
        if own == "io" and rooms >= {"models"}:
            rooms -= {"models"}  # parameter.py: held by the first test
        if own in {"io", "maps"}:
            rooms -= {"gis"}  # one reader of layers
        if own in {"charts", "report"}:
            rooms -= {"maps"}  # one font, one way to write text
        assert own == "" or rooms - {"", own} == set(), path


def test_nothing_in_the_rooms_imports_the_line() -> None:
    """No room imports ``run``, ``cli``, ``record``, ``headline`` or ``export``.

    Proves: the arrow never turns back. Sensitivity: a report that runs the planner.
    """
    top = {name_of(path) for path in FILES if path.parent == PACKAGE} - {
        "planner",
        "planner.errors",
        "planner.language",
    }
    for path in FILES:
        if layer_of(name_of(path)):
            assert not {module for module, _ in imports_of(path, for_types=True)} & top, path


@pytest.mark.parametrize("path", [p for p in FILES if layer_of(name_of(p)) == "models"], ids=name_of)
def test_models_open_no_file(path: Path) -> None:
    """Nothing in ``models`` opens, reads or writes a file but the solver's exchange, in the folder it is given.

    Proves: no call by a name that opens files outside ``solvers``. Sensitivity: a feature that reads its own CSV.
    """
    if "solvers" in path.parts:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "unlink" and path.name == "solve.py":
                continue  # last answers in the folder it was given
            assert name not in OPENS, f"line {node.lineno} calls {name}"


def test_the_benchmark_knows_the_model_and_not_the_line() -> None:
    """``bench`` imports ``models``, ``io`` and the reader of scenarios, and no room imports it.

    Proves: the planner works without its benchmark. Sensitivity: a result table that asks the benchmark.
    """
    allowed = (
        "planner.bench",
        "planner.models",
        "planner.io",
        "planner.errors",
        "planner.language",
        "planner.pipeline.check",
        "planner",
        "highspy",
    )
    for path in FILES:
        own = name_of(path)
        for module, line in imports_of(path, for_types=True):
            if own.startswith("planner.bench") and module.split(".")[0] in {"planner", "pyomo", "highspy"}:
                known = (module == word or (word != "planner" and module.startswith(f"{word}.")) for word in allowed)
                assert any(known), f"{own}:{line} imports {module}"
            if layer_of(own):
                assert not module.startswith("planner.bench"), f"{own}:{line} imports {module}"


def test_an_analysis_is_made_of_whole_runs() -> None:
    """``analysis`` imports the line, ``io`` and ``charts``, of the models nothing that builds one; no room imports it.

    Proves: every point of an analysis is a run, audited like any other. Sensitivity: an analysis that solves a model
    of its own.
    """
    top = (
        "planner.pipeline.check",
        "planner.pipeline.run",
        "planner.views.captions",
        "planner.errors",
        "planner.language",
        "planner.views.words",
        "planner.libraries",
        "planner.models.declarations",
        "planner.figures.work",
        *DECLARED,
    )
    allowed = ("planner.studies", "planner.io", "planner.views.charts", *top)
    for path in FILES:
        own = name_of(path)
        for module, line in imports_of(path, for_types=True):
            if own.startswith("planner.studies") and module.split(".")[0] in {"planner", "pyomo", "highspy"}:
                known = module == "planner" or any(module == word or module.startswith(f"{word}.") for word in allowed)
                assert known, f"{own}:{line} imports {module}"
            if layer_of(own):
                assert not module.startswith("planner.studies"), f"{own}:{line} imports {module}"


def test_an_explanation_knows_the_model_and_no_result() -> None:
    """``explain`` imports ``models``, the reader of scenarios and the line's options; no room imports it.

    Proves: what gives is found by solving, and told in the scenario's words. Sensitivity: a feature that asks the
    explanation, an explanation that writes a run folder.
    """
    allowed = (
        "planner.studies.explain",
        "planner.models",
        "planner.pipeline.check",
        "planner.errors",
        "planner.io.read.edits",
        "planner.scenario.scenario",
        "planner.language",
        "planner.views.limit_words",
        "planner.pipeline.run",
        "planner.views.words",
    )
    for path in FILES:
        own = name_of(path)
        for module, line in imports_of(path, for_types=True):
            if own.startswith("planner.studies.explain") and module.split(".")[0] in {"planner", "pyomo", "highspy"}:
                known = (module == word or module.startswith(f"{word}.") for word in allowed)
                assert any(known), f"{own}:{line} imports {module}"
            if layer_of(own):
                assert not module.startswith("planner.studies.explain"), f"{own}:{line} imports {module}"


def test_alternatives_are_an_analysis_that_builds_its_own_model() -> None:
    """``alternatives`` seeks within the model, so that it imports the line and the models, and no room imports it.

    Proves: a plan is found without its alternatives. Sensitivity: a chart or a feature that asks what else there is.
    """
    for path in FILES:
        if layer_of(name_of(path)) or name_of(path).startswith(("planner.studies", "planner.views.report")):
            for module, line in imports_of(path, for_types=True):
                assert not module.startswith("planner.studies.alternatives"), f"{name_of(path)}:{line} imports {module}"


def loaded_by(code: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter has loaded after some code."""
    script = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PACKAGE.parent, timeout=300
    )
    return set(done.stdout.split())


def test_importing_the_planner_is_quick() -> None:
    """``import planner`` loads neither Pyomo nor pandas nor matplotlib.

    Proves: the solver's child process and ``--help`` start at once. Sensitivity: an import in ``planner/__init__``.
    """
    assert not loaded_by("import planner") & {"pyomo", "pandas", "numpy", "matplotlib", "geopandas", "highspy", "typer"}


def test_io_loads_no_pyomo() -> None:
    """Importing every module of ``io`` loads no Pyomo and no solver, not even by way of another module.

    Proves: transitively, at run time. Sensitivity: ``planner/models/__init__`` importing the model.
    """
    modules = [name_of(path) for path in FILES if layer_of(name_of(path)) == "io"]
    assert not loaded_by("\n".join(f"import {module}" for module in modules)) & {"pyomo", "highspy", "matplotlib"}


def test_maps_load_no_pyomo() -> None:
    """Importing every module of ``maps`` loads no Pyomo, no solver and nothing of ``io`` and ``models``.

    Proves: transitively, at run time. Sensitivity: a type imported for real.
    """
    modules = [name_of(path) for path in FILES if layer_of(name_of(path)) == "maps" and "build_" not in path.name]
    code = "\n".join(f"import {module}" for module in modules)
    assert not loaded_by(code) & {"pyomo", "highspy"}
    script = (
        f"{code}\nimport sys\nassert not [n for n in sys.modules if n.startswith(('planner.io', 'planner.models'))]"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=PACKAGE.parent, timeout=240)


def test_charts_load_no_pyomo() -> None:
    """Importing every module of ``charts`` loads no Pyomo, no solver and nothing of ``io`` and ``models``.

    Proves: transitively, at run time. Sensitivity: a type imported for real.
    """
    modules = [name_of(path) for path in FILES if layer_of(name_of(path)) == "charts"]
    code = "\n".join(f"import {module}" for module in modules)
    assert not loaded_by(code) & {"pyomo", "highspy"}
    script = (
        f"{code}\nimport sys\nassert not [n for n in sys.modules if n.startswith(('planner.io', 'planner.models'))]"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=PACKAGE.parent, timeout=240)


def test_the_report_loads_no_pyomo() -> None:
    """Importing every module of ``report`` loads no Pyomo, no solver and nothing of ``io`` and ``models``.

    Proves: transitively, at run time. Sensitivity: a type imported for real.
    """
    modules = [name_of(path) for path in FILES if layer_of(name_of(path)) == "report"]
    code = "\n".join(f"import {module}" for module in modules)
    assert not loaded_by(code) & {"pyomo", "highspy"}
    script = (
        f"{code}\nimport sys\nassert not [n for n in sys.modules if n.startswith(('planner.io', 'planner.models'))]"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=PACKAGE.parent, timeout=240)


def test_profiles_load_neither_pyomo_nor_the_extra() -> None:
    """Importing every module of ``profiles`` loads no Pyomo, no solver, and neither pvlib nor tsam.

    Proves: the core install has profiles of demand and price, and is told what to install for the rest. Sensitivity:
    pvlib or tsam imported at the head of a file.
    """
    modules = [name_of(path) for path in FILES if layer_of(name_of(path)) == "profiles"]
    loaded = loaded_by("\n".join(f"import {module}" for module in modules))
    assert not loaded & {"pyomo", "highspy", "matplotlib", "pvlib", "tsam"}


def test_the_child_loads_no_pyomo() -> None:
    """The solver's child process starts without Pyomo and pandas.

    Proves: each solve pays for the solver only. Sensitivity: an import of the model in the child.
    """
    assert not loaded_by("import planner.models.solving.process.child") & {"pyomo", "pandas", "matplotlib"}


def test_the_child_loads_no_scipy() -> None:
    """The solver's child process starts without scipy: what is proved is proved by the planner.

    Proves: each solve pays for numpy and the solver only. Sensitivity: an import of the safe bound in the child.
    """
    modules = ("child", "stages", "dive", "branch", "leaves")
    assert "scipy" not in loaded_by("\n".join(f"import planner.models.solving.{name}" for name in modules))
