"""Arrays out of ``.npz`` files, whoever wrote these: nothing in them is run, and what is wrong is told."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.errors import OptvizError

_ZIP, _NPY = b"PK", b"\x93NUMPY"


def read_arrays(
    path: str | Path, what: str, kind: type[OptvizError] = OptvizError, names: Collection[str] | None = None
) -> dict[str, NDArray[Any]]:
    """The arrays in a file, those of these names or all.

    Args:
        path: The ``.npz`` file.
        what: It should be, in words, as in "a data set".
        kind: Of error.
        names: Others are not read.

    Raises:
        OptvizError: Of that kind: it cannot be read, or is something else, or damaged.
    """
    try:
        with Path(path).open("rb") as raw:
            begins = raw.read(len(_NPY))
            if not begins.startswith(_ZIP):
                raise kind(f"{path} is not {what}: {_told(begins)}")
            raw.seek(0)
            with np.load(raw, allow_pickle=False) as file:
                return {name: file[name] for name in file.files if names is None or name in names}
    except OptvizError:
        raise
    except OSError as error:
        raise kind(f"{path} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # a damaged zip, and a header in it, can raise whatever there is
        words = "it holds Python objects, which are never loaded; store plain numbers"
        if "allow_pickle" not in str(error):
            words = f"it is damaged or cut short: {str(error) or type(error).__name__}"
        raise kind(f"{path} is not {what}: {words}") from error


def _told(begins: bytes) -> str:
    """What a file is instead, by its first bytes."""
    if begins == _NPY:
        return "it is a .npy file, of one array; numpy.savez writes several, by name"
    return f"it is no .npz file; it begins with {begins!r}" if begins else "it is empty"
