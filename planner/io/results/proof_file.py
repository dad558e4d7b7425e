"""``proof.npz``: what the bound of a run is proved from, for ``planner audit --bound``; the manifest answers for it."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

PROOF: Final = "proof.npz"
BYTES_MAX: Final = 2**28
"""Unpacked; what a run keeps is a tenth of it at most."""


def write_proof(proof: Mapping[str, npt.NDArray[Any]], folder: Path) -> None:
    """Write what a bound is proved from into a run folder, packed.

    Raises
    ------
    OSError
        The file system refused.
    """
    np.savez_compressed(folder / PROOF, allow_pickle=False, **proof)


def read_proof(folder: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Return what the bound of a run folder is proved from; ``None`` where there is no such file.

    A file too large to be what a run has kept is not read: nothing is proved from it.

    Raises
    ------
    ValueError
        The file cannot be read.
    """
    try:
        with zipfile.ZipFile(folder / PROOF) as packed:
            size = sum(member.file_size for member in packed.infolist())
        if size > BYTES_MAX:
            return {}
        with np.load(folder / PROOF, allow_pickle=False) as file:
            return {name: np.asarray(file[name]) for name in file.files}
    except FileNotFoundError:
        return None
    except Exception as error:  # the file may hold anything, and numpy and zip each fail in their own way
        raise ValueError(f"{type(error).__name__}: {error}") from error
