"""The folder in which a solve leaves how far it is: one asked for by the user, or one that goes with the process.

What lies there is found again by a solve of the same problem alone, by the same planner and solver.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.solving.highs import highs
from planner.models.solving.highs.progress import tell
from planner.system import can_lock, locked_handle
from planner.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.models.solving.highs.exchange import Arrays, Request

BEGUN = "begun.npz"
PIECE = 2**24
"""Bytes that are looked at in one go."""


@contextmanager
def state_folder(arrays: Arrays, request: Request, workdir: Path) -> Iterator[Path]:
    """Give the folder for what lasts, which is this solve's alone meanwhile.

    Raises
    ------
    OSError
        Another solve of the same problem holds it.
    """
    if request.checkpoint is None:
        yield workdir
        return
    folder = Path(request.checkpoint) / _name(arrays)
    folder.mkdir(parents=True, exist_ok=True)
    handle = locked_handle(folder, wait=False)
    if handle is None and can_lock():
        message = f"another run of the same scenario works in the checkpoint {folder}"
        raise OSError(message)
    try:
        if (folder / BEGUN).exists():
            tell(f"Going on from {folder}")
        yield folder
    finally:
        if handle is not None:
            os.close(handle)


def _name(arrays: Arrays) -> str:
    """Return a name for a problem, to the last byte, and for who solves it."""
    digest = hashlib.blake2b(f"{__version__} {highs.version()}".encode(), digest_size=12)
    for part in fields(arrays):
        array = np.ascontiguousarray(getattr(arrays, part.name)).reshape(-1).view(np.uint8)
        digest.update(f"{part.name} {len(array)}".encode())
        for first in range(0, len(array), PIECE):
            digest.update(array[first : first + PIECE].data)
    return digest.hexdigest()


def keep(path: Path, **parts: Any) -> None:
    """Write arrays whole or not at all."""
    draft = path.with_name(f"{path.stem}-{os.getpid()}.draft.npz")
    np.savez(draft, **parts)
    draft.replace(path)
