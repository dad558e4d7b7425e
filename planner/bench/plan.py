"""A campaign, and the runs it consists of."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.bench.solvers.base import load
from planner.bench.solvers.record import key_of
from planner.errors import UsageError, shown
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.bench.instances import Instance
    from planner.bench.solvers.base import Kind

KINDS: tuple[Kind, ...] = ("lp", "milp")


@dataclass(frozen=True)
class Campaign:
    """The runs to make on every instance of a folder."""

    solvers: Mapping[str, str]  # name → module of its adapter
    algorithms: tuple[str, ...] | None = None  # only these, of those each solver offers; None: all
    seeds: tuple[int, ...] = (0,)  # one run each; solvers without a seed run as often
    threads: int = 1
    time_limit: float = 600.0  # [s] handed to the solver
    grace: float = 60.0  # [s] added for start, reading and writing; then the run is killed
    memory_limit: float | None = None  # [MiB] resident; None: three quarters of the machine's
    order_seed: int = 0  # the runs are shuffled by it, so that no solver always runs on a warm or a busy machine


@dataclass(frozen=True)
class Run:
    """One run to be made."""

    instance: Instance
    solver: str
    algorithm: str
    seed: int
    key: str


def plan_runs(campaign: Campaign, instances: Sequence[Instance]) -> list[Run]:
    """Return every run of a campaign in the order they are made.

    A solver that takes none of a kind is planned once with its usual algorithm, and recorded as ``unsupported``.
    """
    _refuse_nonsense(campaign)
    runs = [
        _run(campaign, instance, solver, algorithm, seed)
        for instance in instances
        for solver, module in campaign.solvers.items()
        for algorithm in _algorithms(campaign, module, instance.kind)
        for seed in campaign.seeds
    ]
    random.Random(campaign.order_seed).shuffle(runs)  # noqa: S311  an order, not a secret
    return runs


def _run(campaign: Campaign, instance: Instance, solver: str, algorithm: str, seed: int) -> Run:
    threads, time_limit = campaign.threads, campaign.time_limit
    key = key_of(instance.name, solver, algorithm, seed=seed, threads=threads, time_limit=time_limit)
    return Run(instance, solver, algorithm, seed, key)


def _algorithms(campaign: Campaign, module: str, kind: Kind) -> tuple[str, ...]:
    """Return what one solver runs on a kind of instance."""
    adapter = load(module)
    offered = adapter.algorithms(kind) or adapter.algorithms("lp" if kind == "milp" else "milp")[:1]
    return tuple(name for name in offered if campaign.algorithms is None or name in campaign.algorithms)


def _refuse_nonsense(campaign: Campaign) -> None:
    if not campaign.solvers or not campaign.seeds:
        raise UsageError(say("a campaign needs at least one solver and one seed"))
    if len(set(campaign.seeds)) < len(campaign.seeds) or min(campaign.seeds) < 0:
        raise UsageError(say("seeds are whole numbers from 0 on, each once"))
    if campaign.threads < 1 or not campaign.time_limit > 0 or not campaign.grace >= 0:
        raise UsageError(say("threads are at least 1, the time limit is more than 0 s, the grace at least 0 s"))
    offered = {name for module in campaign.solvers.values() for name in _offered(module)}
    for name in campaign.algorithms or ():
        if name not in offered:
            problem = say(
                "no algorithm {name}: these solvers offer {listed}", name=shown(name), listed=", ".join(sorted(offered))
            )
            raise UsageError(problem)


def _offered(module: str) -> Iterator[str]:
    for kind in KINDS:
        yield from load(module).algorithms(kind)
