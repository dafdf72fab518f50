"""Numbers that took long, kept on disk for the next time, each under a name made of all that it depends on.

They lie in the folder that the environment variable OPTVIZ_CACHE names, else in ``optviz`` in the user's folder for
such things. Nothing is lost with them: where they are missing, are not what was written, by their checksums, or cannot
be written, they are worked out anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import optviz
from optviz.arrays import array_in
from optviz.errors import OptvizError, OutputError
from optviz.reading import Bound, read_bytes
from optviz.writing import atomic_write

MOST = 256
"""Files that are kept; the oldest go."""

LARGEST = Bound("LARGEST", 64 << 20)
"""Of a file that is kept."""

_SUM = 32  # bytes of a checksum, at a file's end


def cached(
    depends: Iterable[Any], make: Callable[[], NDArray[Any]], shape: tuple[int, ...] | None = None
) -> NDArray[Any]:
    """What `make` returns, or returned when it was last asked for with the same.

    Args:
        depends: All that the result depends on: arrays, and what has a telling repr. The versions of optviz and numpy
            are added to it.
        make: Works out an array.
        shape: The array's, where that is known: then it is of floats, and no other is believed.
    """
    name = _name(depends)
    path = folder() / f"{name}.npy"
    with contextlib.suppress(OSError, OptvizError):
        found = _read(path, name)
        if shape is None or (found.shape, found.dtype) == (shape, np.dtype(float)):
            return found
    made = make()
    with contextlib.suppress(OSError, OutputError):
        path.parent.mkdir(parents=True, exist_ok=True)
        written = io.BytesIO()
        np.save(written, made, allow_pickle=False)
        with atomic_write(path, follow=False) as file:
            file.write(written.getvalue() + _sum(name, written.getvalue()))
        _tidy(path.parent)
    return made


def _read(path: Path, name: str) -> NDArray[Any]:
    """The array in a file, if that is one, and what was written under this name.

    Raises:
        OSError: It cannot be read.
        OptvizError: It is something else.
    """
    if path.is_symlink():
        raise OptvizError("what is kept is no link")
    content = read_bytes(path, LARGEST)
    whole, told = content[:-_SUM], content[-_SUM:]
    if told != _sum(name, whole):
        raise OptvizError("it is not what was written")
    return array_in(whole)


def _sum(name: str, content: bytes) -> bytes:
    return hashlib.sha256(name.encode() + content).digest()


def folder() -> Path:
    """Where they lie."""
    named = os.environ.get("OPTVIZ_CACHE")
    if named:
        return Path(named)
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises where there is none
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
