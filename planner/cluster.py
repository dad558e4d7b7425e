"""Where large work is done: processes of this machine, or a dask cluster, one that stands or one that is begun here."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from planner.errors import SolverMissingError, UsageError, shown
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 30.0
"""[s] in which a cluster must answer and have a worker."""
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True)
class Where:
    """Where large work is done; what comes out of it does not hang on that.

    Attributes
    ----------
    engine
        ``local``: processes of this machine; ``dask``: the workers of a cluster.
    workers
        How many at once; by default whatever there is, and for a sweep here one.
    scheduler
        Of the cluster: its address, or the scheduler's file. A solve without it begins a cluster on this machine.
    checkpoint
        The folder in which a very large solve leaves how far it is, and finds it again.
    """

    engine: str = "local"
    workers: int | None = None
    scheduler: str | None = None
    checkpoint: str | None = None

    def check(self) -> None:
        """Refuse what cannot be meant."""
        if self.engine not in {"local", "dask"}:
            raise UsageError(say("--engine {name}: choose local or dask", name=shown(self.engine)))
        if self.engine == "local" and self.scheduler:
            raise UsageError(say("--scheduler is for --engine dask"))


def connected(scheduler: str) -> Any:
    """Return a client of the cluster with this address or scheduler's file, once it has a worker.

    Raises
    ------
    SolverMissingError
        dask.distributed is not installed.
    UsageError
        Nobody answers.
    """
    client = _distributed().Client
    hush()
    is_file = "://" not in scheduler and Path(scheduler).suffix == ".json"
    if is_file and not Path(scheduler).is_file():  # dask would wait for it without end
        raise UsageError(say("there is no scheduler's file {path}", path=shown(scheduler)))
    given: dict[str, Any] = {"scheduler_file": scheduler} if is_file else {"address": scheduler}
    try:
        found = client(**given, timeout=PATIENCE, set_as_default=False)
        found.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:  # a time-out is an OSError
        raise UsageError(
            say(
                "no dask cluster with a worker answers at {address}: {error}",
                address=shown(scheduler),
                error=shown(error),
            )
        ) from None
    return found


@contextmanager
def begun(workers: int, folder: Path, share: float) -> Iterator[Any]:
    """Begin a cluster of this machine with so many workers of one thread, and give a client of it.

    Parameters
    ----------
    folder
        For what workers leave on the disk.
    share
        Of this machine's memory, for all workers together; one that holds more than its part is begun anew.
    """
    distributed = _distributed()
    hush()
    # Without an address for its page distributed 2026.8 listens on port 8787 of all addresses, or says it is taken.
    memory = int(share * import_module("distributed.system").MEMORY_LIMIT / workers)
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, memory_limit=memory, host=LOOPBACK,
            dashboard_address=f"{LOOPBACK}:0", local_directory=str(folder), silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ModuleNotFoundError:
        raise SolverMissingError(say("--engine dask needs dask.distributed: pip install 'dask[distributed]'")) from None


def hush() -> None:
    """Let dask's own log go nowhere: a worker that is lost is our business, and its lines would stand among ours.

    What it warns of is told where it matters: a cluster that does not answer, work that was lost.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logger = logging.getLogger(name)
            logger.handlers[:] = [logging.NullHandler()]
            logger.propagate = False
