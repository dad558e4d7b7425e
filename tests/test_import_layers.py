"""The law of the house: an import goes only to a room further down in one list, and there is no circle.

What the order does not say is said as rules: which rooms know nothing of which others, and what they load.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import planner
from tests.house import DOOR, GROUND, House

HOUSE = House(Path(planner.__file__).parent)
ORDER = (
    "reference",
    DOOR,
    "cli",
    "studies",
    "studies/compare",
    "studies/compare/differences",
    "studies/pareto",
    "studies/alternatives",
    "studies/futures",
    "studies/explain",
    "studies/cost_of_green",
    "studies/sweep",
    "bench",
    "bench/page",
    "bench/runs",
    "bench/check",
    "bench/solvers",
    "pipeline",
    "views",
    "views/report",
    "views/years",
    "views/charts",
    "views/maps",
    "views/page",
    "views/data",
    "io",
    "io/workbook",
    "io/results",
    "io/network",
    "io/hourly",
    "io/hourly/times",
    "io/schema",
    "io/read",
    "io/files",
    "profiles",
    "profiles/days",
    "profiles/data",
    "cases",
    "models",
    "models/solving",
    "models/solving/process",
    "models/solving/apart",
    "models/solving/apart/asking",
    "models/solving/large",
    "models/solving/proof",
    "models/solving/highs",
    "models/features",
    "models/rules",
    "models/algebra",
    "figures",
    "scenario",
    GROUND,
)
"""The law. An import, for types too, late too, goes from a room to itself or to one further down."""
FILES_MAX = 15
"""Of a room, its ``__init__`` not counted; the features are as many as there are."""
APART = (
    # rooms, rooms they know nothing of: together with the order, what each part of the planner is made without
    ("io", "models"),
    ("io", "profiles"),
    ("profiles", "models"),
    ("views/report", "models"),
    ("views/years", "models"),
    ("views/charts", "models"),
    ("views/maps", "models"),
    ("views/page", "models"),
    ("views/charts", "io"),
    ("views/page", "io"),
    ("views/maps", "io/results"),
    ("views/maps", "io/read"),
    ("views/maps", "scenario"),
    ("views/charts", "figures"),
    ("studies/pareto", "models/solving"),
    ("studies/pareto", "models/algebra"),
    ("studies/pareto", "models/features"),  # a study is made of whole runs, each audited like any other
    ("studies/cost_of_green", "models/solving"),
    ("studies/cost_of_green", "models/algebra"),
    ("studies/cost_of_green", "models/features"),
    ("studies/sweep", "models"),
    ("studies/explain", "io/results"),  # an explanation is told in the scenario's words
    ("studies", "bench"),
    ("bench", "views"),
    ("models/solving", "models/features"),  # arrays have no rules
    ("models/solving", "models/rules"),
)
FOREIGN = (
    # rooms, packages they import nowhere
    ("io", {"pyomo", "highspy"}),
    ("views", {"pyomo", "highspy"}),
    ("profiles", {"pyomo", "highspy"}),
    ("scenario", {"pyomo", "highspy"}),
    ("models/rules", {"highspy"}),
    ("models/features", {"highspy"}),
    ("models/algebra", {"highspy"}),
)
OPENS = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "read_csv", "to_csv", "mkdir", "unlink"}


def within(room: str, whole: str) -> bool:
    """Return whether a room is a part of another, or that room."""
    return room == whole or room.startswith(f"{whole}/")


def modules_in(whole: str) -> list[str]:
    """Return the modules of a room and of the rooms within."""
    return [module for room, modules in HOUSE.rooms.items() if within(room, whole) for module in modules]


def test_the_law_names_every_room() -> None:
    """Proves: no folder is without a place. Sensitivity: a folder added, moved or emptied."""
    assert sorted(HOUSE.rooms) == sorted(ORDER)


def test_an_import_goes_only_down() -> None:
    """No file imports from a room further up; the door is a list of names, and is asked as a user asks it.

    Proves: the arrow never turns back. Sensitivity: a reader that asks a feature, a feature that asks the pipeline.
    """
    place = {room: number for number, room in enumerate(ORDER)}
    up = [
        f"{arrow.source}:{arrow.line} imports {arrow.target}"
        for arrow in HOUSE.arrows
        if HOUSE.room_of(arrow.target) != DOOR
        and place[HOUSE.room_of(arrow.target)] < place[HOUSE.room_of(arrow.source)]
    ]
    assert up == []


def test_there_is_no_circle() -> None:
    """No two rooms and no two files import each other, directly or by others, for types or late.

    Proves: every file can be read before those that use it. Sensitivity: an import inside a function, to get round one.
    """
    assert HOUSE.circles_of_rooms() == []
    assert HOUSE.circles_of_files() == []


def test_no_room_is_crowded() -> None:
    """Proves: a room can be seen at a glance. Sensitivity: a sixteenth file."""
    for room, modules in HOUSE.rooms.items():
        files = [module for module in modules if HOUSE.files[module].name != "__init__.py"]
        assert room == "models/features" or len(files) <= FILES_MAX, f"{room} has {len(files)} files"


def test_the_door_is_asked_for_public_names() -> None:
    """Whoever below the door asks it, asks for what a user may ask: a plan shows itself as ``planner.show`` shows it.

    Proves: the door is no way round the law. Sensitivity: a name of the door's own, or of a module, asked for.
    """
    below = {arrow.source for arrow in HOUSE.arrows if HOUSE.room_of(arrow.target) == DOOR}
    for module in below - set(HOUSE.rooms["reference"]) - set(HOUSE.rooms[DOOR]):
        asked = {
            node.attr
            for node in ast.walk(HOUSE.trees[module])
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "planner"
        }
        assert asked <= set(planner.__all__), module


@pytest.mark.parametrize(("whole", "other"), APART)
def test_rooms_that_know_nothing_of_each_other(whole: str, other: str) -> None:
    """Proves: each part works without the other. Sensitivity: an import for types, or inside a function."""
    assert modules_in(whole)
    assert modules_in(other)
    found = [
        f"{arrow.source}:{arrow.line} imports {arrow.target}"
        for arrow in HOUSE.arrows
        if within(HOUSE.room_of(arrow.source), whole) and within(HOUSE.room_of(arrow.target), other)
    ]
    assert found == []


@pytest.mark.parametrize(("whole", "packages"), FOREIGN)
def test_rooms_without_a_library(whole: str, packages: set[str]) -> None:
    """Proves: Pyomo and the solver are known where they must be. Sensitivity: an import for types in a reader."""
    for module in modules_in(whole):
        for node in ast.walk(HOUSE.trees[module]):
            if isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & packages, f"{module}:{node.lineno}"
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{module}:{node.lineno} imports relatively"
                assert str(node.module).split(".")[0] not in packages, f"{module}:{node.lineno}"


@pytest.mark.parametrize("module", modules_in("models"))
def test_models_open_no_file(module: str) -> None:
    """Nothing in ``models`` opens, reads or writes a file but what solves: in the folder it is given.

    Proves: a model is made of what it is handed. Sensitivity: a feature that reads its own CSV.
    """
    room = HOUSE.room_of(module)
    if room.startswith("models/solving/"):
        return
    forbidden = OPENS - {"unlink"} if room == "models/solving" else OPENS  # the last answer, in the folder it was given
    for node in ast.walk(HOUSE.trees[module]):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert name not in forbidden, f"line {node.lineno} calls {name}"


def test_the_walk_sees_every_import(tmp_path: Path) -> None:
    """Imports at the top, for types, within a function and by a string are arrows, and two that meet are a circle.

    Proves: the law has no blind spot that this planner could use. Sensitivity: a walk over the top of a file only.
    """
    package = tmp_path / "small"
    (package / "low").mkdir(parents=True)
    texts = {
        "__init__": "",
        "top": "from small.low import plain",
        "types": "if TYPE_CHECKING:\n    from small.low.plain import Name",
        "late": "def run():\n    import small.low.plain",
        "child": "COMMAND = ('-m', 'small.low.plain')",
        "low/__init__": "",
        "low/plain": "def run():\n    from small import late",
    }
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    house = House(package)
    to_plain = {arrow.source for arrow in house.arrows if arrow.target == "small.low.plain"}
    assert to_plain == {"small.top", "small.types", "small.late", "small.child"}
    assert house.circles_of_files() == [["small.late", "small.low.plain"]]
    assert house.circles_of_rooms() == [["low", GROUND]]


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after some code."""
    script = f"{code}\nimport sys\nprint(*sorted(sys.modules))"
    root = HOUSE.package.parent
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root, timeout=300
    )
    return set(done.stdout.split())


def importing(*modules: str) -> str:
    """Return code that imports modules."""
    return "\n".join(f"import {module}" for module in modules)


def test_importing_the_planner_is_quick() -> None:
    """``import planner`` loads neither Pyomo nor pandas nor matplotlib.

    Proves: the solver's child process and ``--help`` start at once. Sensitivity: an import in ``planner/__init__``.
    """
    loaded = loaded_by("import planner")
    assert not loaded & {"pyomo", "pandas", "numpy", "matplotlib", "geopandas", "highspy", "typer"}


@pytest.mark.parametrize(
    ("whole", "not_loaded"),
    [
        ("io", {"pyomo", "highspy", "matplotlib", "planner.models"}),
        ("scenario", {"pyomo", "highspy", "matplotlib", "planner.models", "planner.io"}),
        ("profiles", {"pyomo", "highspy", "matplotlib", "pvlib", "tsam", "planner.models"}),
        ("views/maps", {"pyomo", "highspy", "planner.models", "planner.io.read", "planner.io.results"}),
        ("views/charts", {"pyomo", "highspy", "planner.models", "planner.io.read", "planner.io.results"}),
        ("views/report", {"pyomo", "highspy", "planner.models", "planner.io.read", "planner.io.results"}),
    ],
)
def test_rooms_load_without(whole: str, not_loaded: set[str]) -> None:
    """Importing every module of a room loads none of these, not even by way of another module.

    Proves: transitively, at run time. Sensitivity: a type imported for real; pvlib or tsam at the head of a file.
    """
    assert not loaded_by(importing(*modules_in(whole))) & not_loaded


def test_the_child_loads_no_pyomo() -> None:
    """The solver's child process starts without Pyomo and pandas.

    Proves: each solve pays for the solver only. Sensitivity: an import of the model in the child.
    """
    assert not loaded_by(importing("planner.models.solving.process.child")) & {"pyomo", "pandas", "matplotlib"}


def test_the_child_loads_no_scipy() -> None:
    """The solver's child process starts without scipy: what is proved is proved by the planner.

    Proves: each solve pays for numpy and the solver only. Sensitivity: an import of the safe bound in the child.
    """
    modules = ("process.child", "process.stages", "large.dive", "large.branch", "proof.leaves")
    assert "scipy" not in loaded_by(importing(*(f"planner.models.solving.{name}" for name in modules)))
