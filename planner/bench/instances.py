"""Instances: programmes made from scenarios or MPS files once, frozen under their hash, the same for every solver."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from planner.bench.mps import Linear, canonical, write_mps
from planner.bench.read_mps import read_mps
from planner.cases.whole import problem_of
from planner.errors import Fault, InvalidInputError, PlannerError, UsageError, shown
from planner.io.files.writing import draft_of, write_whole, writing
from planner.io.results.manifest import hash_file
from planner.language import say
from planner.pipeline.check import read_scenario
from planner.progress import working_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

INDEX = "instances.json"
FOLDER = "instances"
COLUMNS_SMALL_MAX = 2_000
"""Gurobi's free size, and about those of CPLEX, Xpress and COPT: small instances are what every solver may try."""
COLUMNS_MEDIUM_MAX = 100_000
NAME_LENGTH_MAX = 100


@dataclass(frozen=True)
class Instance:
    """One frozen programme."""

    name: str  # <source>-milp or <source>-lp
    kind: Literal["lp", "milp"]
    size: Literal["small", "medium", "large"]  # by columns: small up to 2 000, medium up to 100 000, large beyond
    rows: int  # the objective is no row
    columns: int
    nonzeros: int
    integers: int
    sha256: str  # of the file [hex]
    file: str  # relative to the campaign's folder
    source: dict[str, Any]
    """Name and hash of what it was made from, changes to it, and whether its integers were relaxed."""


def freeze(folder: Path, sources: Sequence[Path], overrides: Sequence[str] = ()) -> list[Instance]:
    """Make the instances of these sources that are not there yet, and return all there are."""
    known = read_instances(folder)
    names = [_name(path) for path in sources]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise UsageError(say("two sources are named {doubles}: rename one", doubles=shown(doubles[0])))
    with writing(folder):
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        for path, name in zip(sources, names, strict=True):
            working_on(say("making instances of {name}", name=shown(name)))
            known += _freeze_source(folder, path, name, overrides, known)
            _write_index(folder, known)
    return known


def read_instances(folder: Path) -> list[Instance]:
    """Return the frozen instances of a campaign's folder, none where there are none; every file is hashed anew."""
    index = folder / INDEX
    if not index.exists():
        return []
    try:
        entries = [Instance(**entry) for entry in json.loads(index.read_text(encoding="utf-8"))["instances"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        remedy = say("restore it, or choose another --out")
        raise InvalidInputError([Fault(INDEX, say("damaged: {error}", error=shown(error)), remedy=remedy)]) from None
    faults = [fault for entry in entries if (fault := _changed(folder, entry)) is not None]
    if faults:
        raise InvalidInputError(faults)
    return entries


def _changed(folder: Path, instance: Instance) -> Fault | None:
    """Return what is wrong with a frozen file, if anything is."""
    remedy = say("restore the file, or choose another --out: results on another instance cannot be compared")
    try:
        found = hash_file(folder / instance.file)
    except OSError:
        return Fault(instance.file, say("the frozen instance is missing"), remedy=remedy)
    if found != instance.sha256:
        words = say(
            "the frozen instance has changed: SHA-256 {found}…, recorded {sha256}…",
            found=found[:12],
            sha256=instance.sha256[:12],
        )
        return Fault(instance.file, words, remedy=remedy)
    return None


def _freeze_source(
    folder: Path, path: Path, name: str, overrides: Sequence[str], known: Iterable[Instance]
) -> list[Instance]:
    linear, constant, source = _read(path, overrides)
    frozen = [instance for instance in known if instance.source["name"] == source["name"]]
    if frozen:
        if any({**instance.source, "relaxed": None} != {**source, "relaxed": None} for instance in frozen):
            words = say(
                "not what the instances {listed} were made from",
                listed=", ".join(shown(instance.name) for instance in frozen),
            )
            remedy = say("give no sources to go on with the frozen ones, or choose another --out")
            raise InvalidInputError([Fault(path.name, words, remedy=remedy)])
        return []
    if any(instance.name in {f"{name}-lp", f"{name}-milp"} for instance in known):
        raise UsageError(
            say("{name}: instances of another source have this name; rename the source", name=shown(path.name))
        )
    try:
        linear = canonical(linear, constant)
    except ValueError as error:
        raise InvalidInputError(
            [Fault(path.name, say("no instance can be made of it: {error}", error=error))]
        ) from None
    if not linear.is_integer.any():
        return [_write(folder, f"{name}-lp", linear, {**source, "relaxed": False})]
    return [
        _write(folder, f"{name}-milp", linear, {**source, "relaxed": False}),
        _write(folder, f"{name}-lp", linear.relaxation, {**source, "relaxed": True}),
    ]


def _read(path: Path, overrides: Sequence[str]) -> tuple[Linear, float, dict[str, Any]]:
    """Return a source's programme, the constant of its objective, and what it is."""
    if path.name.endswith((".mps", ".mps.gz")):
        linear, constant = read_mps(path)
        return linear, constant, {"name": path.resolve().name, "hash": hash_file(path), "overrides": []}
    scenario = read_scenario(path, overrides)
    problem = problem_of(scenario)
    stage = problem.stages[problem.objective_stage]
    linear = Linear(
        cost=np.asarray(stage.cost, dtype=float),
        matrix=problem.matrix,
        row_lower=problem.row_lower,
        row_upper=problem.row_upper,
        column_lower=problem.column_lower,
        column_upper=problem.column_upper,
        is_integer=problem.is_integer,
    )
    return (
        linear,
        stage.constant,
        {"name": path.resolve().name, "hash": scenario.content_hash, "overrides": list(overrides)},
    )


def _write(folder: Path, name: str, linear: Linear, source: dict[str, Any]) -> Instance:
    """Write one instance and make sure that it says what it should, to the last bit."""
    file = f"{FOLDER}/{name}.mps"
    with draft_of(folder / file) as draft:
        write_mps(linear, draft, f"{name}: minimise; made by planner bench")
        _compare(name, linear, draft)
    rows, columns = linear.matrix.shape
    integers = int(linear.is_integer.sum())
    return Instance(
        name=name,
        kind="milp" if integers else "lp",
        size=size_of(columns),
        rows=rows,
        columns=columns,
        nonzeros=int(linear.matrix.nnz),
        integers=integers,
        sha256=hash_file(folder / file),
        file=file,
        source=source,
    )


def _compare(name: str, linear: Linear, path: Path) -> None:
    """Read a file back and compare every number bit by bit."""
    back, constant = read_mps(path)
    pairs = [(getattr(linear, entry.name), getattr(back, entry.name)) for entry in fields(linear)]
    pairs = [pair for ours, theirs in pairs for pair in _arrays(ours, theirs)]
    if constant or not all(np.array_equal(ours, theirs) for ours, theirs in pairs):
        raise PlannerError(say("{name} is not read back as it was written", name=name))


def _arrays(ours: Any, theirs: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(ours, np.ndarray):
        yield ours, theirs
        return
    for matrix in (ours, theirs):
        matrix.sort_indices()
    yield from ((getattr(ours, part), getattr(theirs, part)) for part in ("indptr", "indices", "data"))


def size_of(columns: int) -> Literal["small", "medium", "large"]:
    """Return the size class of an instance by its columns."""
    if columns <= COLUMNS_SMALL_MAX:
        return "small"
    return "medium" if columns <= COLUMNS_MEDIUM_MAX else "large"


def _name(path: Path) -> str:
    """Return a source's name as it may stand in a file name and in a key."""
    base = re.sub(r"\.mps(\.gz)?$", "", path.resolve().name)
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", base).strip("._")[:NAME_LENGTH_MAX] or "instance"


def _write_index(folder: Path, instances: Iterable[Instance]) -> None:
    text = json.dumps({"instances": [asdict(instance) for instance in instances]}, ensure_ascii=False, indent=2) + "\n"
    write_whole(folder / INDEX, text)
