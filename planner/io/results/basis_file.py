"""``basis.npz``: the basis a run ended with, for a run that starts from it; a damaged one is as good as none."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

BASIS: Final = "basis.npz"
BYTES_MAX: Final = 2**30
"""Unpacked; the largest model there is needs a fortieth of it."""


def write_basis(basis: Mapping[str, npt.NDArray[Any]], folder: Path) -> None:
    """Write a basis into a run folder, packed.

    Raises
    ------
    OSError
        The file system refused.
    """
    np.savez_compressed(folder / BASIS, allow_pickle=False, **basis)


def read_basis(folder: Path) -> dict[str, npt.NDArray[Any]] | None:
    """Return the basis of a run folder, empty where it cannot be read; ``None`` where there is none.

    The manifest does not answer for it: whatever it holds, it can cost time only, and so it is no reason to refuse.
    """
    try:
        with zipfile.ZipFile(folder / BASIS) as packed:
            if sum(member.file_size for member in packed.infolist()) > BYTES_MAX:
                return {}
        with np.load(folder / BASIS, allow_pickle=False) as file:
            return {name: np.asarray(file[name]) for name in file.files}
    except FileNotFoundError:
        return None
    except Exception:  # noqa: BLE001  the file may hold anything, and numpy and zip each fail in their own way
        return {}
