"""Arrays out of ``.npz`` files, whoever wrote these: nothing in them is run, and what is wrong is told.

A zip states how large each of its members will be, and a member how large its array: both are compared with each other
and with a bound before anything is unpacked.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections import Counter
from collections.abc import Container
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from optviz.errors import OptvizError, shown
from optviz.reading import MAX_ARRAYS, MAX_HEADER, MAX_MEMBERS, opened, parse_json

_ZIP, _NPY = b"PK", b"\x93NUMPY"
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_arrays(
    path: str | Path | IO[bytes], what: str, kind: type[OptvizError] = OptvizError, names: Container[str] | None = None
) -> dict[str, NDArray[Any]]:
    """The arrays in a file, those of these names or all.

    Args:
        path: The ``.npz`` file, or one that is open for bytes.
        what: It should be, in words, as in "a data set".
        kind: Of error.
        names: Others are not read.

    Raises:
        OptvizError: Of that kind: it cannot be read, or is something else, or too large, or damaged.
    """
    told = path if isinstance(path, str | Path) else shown(path)
    with opened(path, kind) as raw:
        begins = raw.read(len(_NPY))
        if not begins.startswith(_ZIP):
            raise kind(f"{told} is not {what}: {_told(begins)}")
        try:
            with zipfile.ZipFile(raw) as file:
                return {name: _array(file, info) for name, info in _members(file, names).items()}
        except Exception as error:  # a damaged zip, and a header in it, can raise whatever there is
            words = str(error) if isinstance(error, OptvizError) else _damage(error)
            raise kind(f"{told} is not {what}: {words}") from error


def array_in(content: bytes) -> NDArray[Any]:
    """The array of an ``.npy`` file.

    Raises:
        OptvizError: It is none, or one that states more than there is.
    """
    file = io.BytesIO(content)
    try:
        shape, dtype = _stated(file)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize > len(content):
            raise OptvizError(f"it states an array of {dtype} of the shape {shape}")
        file.seek(0)
        array: NDArray[Any] = npy.read_array(file, allow_pickle=False)
    except OptvizError:
        raise
    except Exception as error:  # a damaged header can raise whatever there is
        raise OptvizError(_damage(error)) from error
    return array


def described(path: str | Path) -> Any:
    """What an ``.npz`` file that optviz wrote says of itself; None where it is something else."""
    try:
        return parse_json(str(read_arrays(path, "ours", names=("about",))["about"]), finite=False)
    except (OptvizError, KeyError, ValueError):
        return None


def is_of(path: str | Path, form: str) -> bool:
    """Whether a file is an ``.npz`` of that format of ours, whatever its version."""
    found = described(path)
    return isinstance(found, dict) and str(found.get("format")).rsplit(" ", 1)[0] == form.rsplit(" ", 1)[0]


def _members(file: zipfile.ZipFile, names: Container[str] | None) -> dict[str, zipfile.ZipInfo]:
    """The members that are arrays of these names, by name."""
    inside = file.infolist()
    if len(inside) > MAX_MEMBERS.most:
        raise OptvizError(f"it holds {len(inside)} arrays; allowed are {MAX_MEMBERS}")
    named = [(info.filename.removesuffix(".npy"), info) for info in inside if info.filename.endswith(".npy")]
    found = [(name, info) for name, info in named if names is None or name in names]
    twice = [name for name, count in Counter(name for name, _ in found).items() if count > 1]
    if twice:
        raise OptvizError(f"it holds {twice[0]} twice")
    size = sum(info.file_size for _, info in found)
    if size > MAX_ARRAYS.most:
        raise OptvizError(f"its arrays are {size} bytes, unpacked; allowed are {MAX_ARRAYS}")
    return dict(found)


def _array(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    with file.open(info) as member:
        shape, dtype = _stated(member)
        size = math.prod(shape) * dtype.itemsize
        if dtype.hasobject:
            raise OptvizError("it holds Python objects, which are never loaded; store plain numbers")
        if size > info.file_size:
            raise OptvizError(f"{info.filename} states {size} bytes and has {info.file_size}")
    with file.open(info) as member:
        array: NDArray[Any] = npy.read_array(member, allow_pickle=False)
        member.read()  # to its end, where the zip compares its checksum
        return array


def _stated(member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and the type that an array's header states."""
    version = npy.read_magic(member)
    if version not in _HEADERS:
        raise OptvizError(f"an array in it is of the format {version}; allowed are 1.0 and 2.0")
    at = member.tell()
    length = int.from_bytes(member.read(2 * version[0]), "little")
    if length > MAX_HEADER.most:
        raise OptvizError(f"the header of an array is {length} bytes; allowed are {MAX_HEADER}")
    member.seek(at)
    shape, _, dtype = _HEADERS[version](member)
    if any(length < 0 for length in shape):
        raise OptvizError(f"an array in it has the shape {shape}")
    return shape, dtype


def _damage(error: Exception) -> str:
    return f"it is damaged or cut short: {str(error) or type(error).__name__}"


def _told(begins: bytes) -> str:
    """What a file is instead, by its first bytes."""
    if begins == _NPY:
        return "it is a .npy file, of one array; numpy.savez writes several, by name"
    return f"it is no .npz file; it begins with {begins!r}" if begins else "it is empty"
