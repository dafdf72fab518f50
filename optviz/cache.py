"""Numbers that took long, kept on disk for the next time, each under a name made of all that it depends on.

They lie in the folder that the environment variable OPTVIZ_CACHE names, else in ``optviz`` in the user's folder for
such things. Nothing is lost with them: where they are missing, damaged or cannot be written, they are worked out anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import optviz
from optviz.errors import OutputError
from optviz.writing import atomic_write

MOST = 256
"""Files that are kept; the oldest go."""


def cached(depends: Iterable[Any], make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """What `make` returns, or returned when it was last asked for with the same.

    Args:
        depends: All that the result depends on: arrays, and what has a telling repr. The versions of optviz and numpy
            are added to it.
        make: Works out an array.
    """
    path = folder() / f"{_name(depends)}.npy"
    with contextlib.suppress(OSError, ValueError, EOFError):
        found: NDArray[Any] = np.load(path, allow_pickle=False)
        return found
    made = make()
    with contextlib.suppress(OSError, OutputError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            np.save(file, made, allow_pickle=False)
        _tidy(path.parent)
    return made


def folder() -> Path:
    """Where they lie."""
    named = os.environ.get("OPTVIZ_CACHE")
    if named:
        return Path(named)
    home = Path.home()
    usual = {"darwin": home / "Library" / "Caches", "win32": home / "AppData" / "Local"}.get(sys.platform)
    return Path(os.environ.get("XDG_CACHE_HOME") or usual or home / ".cache") / "optviz"


def _name(depends: Iterable[Any]) -> str:
    digest = hashlib.sha256(f"{optviz.__version__} {np.__version__}".encode())
    for each in depends:
        array = isinstance(each, np.ndarray)
        digest.update(f"\n{each.dtype} {each.shape}\n".encode() if array else f"\n{each!r}\n".encode())
        digest.update(np.ascontiguousarray(each).data if array else b"")
    return digest.hexdigest()


def _tidy(place: Path) -> None:
    files = sorted(place.glob("*.npy"), key=lambda path: path.stat().st_mtime)
    for path in files[:-MOST]:
        path.unlink(missing_ok=True)
