"""``basis.npz`` and ``proof.npz``: what a run ends with for the next one, and what its bound is proved from, packed."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    Arrays = Mapping[str, npt.NDArray[Any]]

BASIS, PROOF = "basis.npz", "proof.npz"
BYTES_MAX: Final = {BASIS: 2**30, PROOF: 2**28}
"""Unpacked; the largest basis there is needs a fortieth of it, what a run keeps of a proof a tenth at most."""


def write_arrays(arrays: Arrays, folder: Path, name: str) -> None:
    """Write arrays into a run folder, packed, as ``BASIS`` or ``PROOF``."""
    np.savez_compressed(folder / name, allow_pickle=False, **arrays)


def read_proof(folder: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Return what the bound of a run folder is proved from; ``None`` where there is no such file.

    The manifest answers for it. A file too large to be what a run has kept is not read: nothing is proved from it.
    """
    return _read(folder, PROOF)


def read_basis(folder: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Return the basis of a run folder, empty where it cannot be read; ``None`` where there is none.

    The manifest does not answer for it: whatever it holds, it can cost time only, and so it is no reason to refuse.
    """
    try:
        return _read(folder, BASIS)
    except ValueError:
        return {}


def _read(folder: Path, name: str) -> dict[str, npt.NDArray[Any]] | None:
    try:
        with zipfile.ZipFile(folder / name) as packed:
            size = sum(member.file_size for member in packed.infolist())
        if size > BYTES_MAX[name]:
            return {}
        with np.load(folder / name, allow_pickle=False) as file:
            return {array: np.asarray(file[array]) for array in file.files}
    except FileNotFoundError:
        return None
    except Exception as error:  # the file may hold anything, and numpy and zip each fail in their own way
        raise ValueError(f"{type(error).__name__}: {error}") from error
