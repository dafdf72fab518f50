"""What is read from elsewhere, within bounds: files that are files, of so many bytes, and data that is so deep.

A device never ends, a pipe may never begin, and a few bytes may ask for many: every file that a person names is opened
here, and how much of it is read is one of the bounds below, whose name stands in the error.
"""

from __future__ import annotations

import errno
import io
import json
import math
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from optviz.errors import OptvizError, shown


class Bound(NamedTuple):
    """The most there may be of something, and what it is called where there is more."""

    name: str
    most: int
    unit: str = "bytes"

    def __str__(self) -> str:
        return f"{self.most} {self.unit} ({self.name})"


MAX_SOURCE = Bound("MAX_SOURCE", 4 << 20)
"""Of a user's file of Python."""

MAX_TOML = Bound("MAX_TOML", 1 << 20)
"""Of a theme, or of a file of exhibits."""

MAX_JSON = Bound("MAX_JSON", 16 << 20)
"""Of what describes a race or a training that was saved."""

MAX_SPEC = Bound("MAX_SPEC", 10_000, "letters")
"""Of a spec, or of a claim."""

MAX_EXHIBITS = Bound("MAX_EXHIBITS", 1000, "exhibits")
"""Of a file of them."""

MAX_LINES = Bound("MAX_LINES", 100, "lines")
"""Of what an exhibit shows, and of its tags."""

MAX_PICTURE = Bound("MAX_PICTURE", 200 << 20)
"""Of a picture on a slide."""

MAX_PIXELS = Bound("MAX_PIXELS", 64_000_000, "pixels")
"""Of a picture on a slide; the largest that optviz draws has half as many."""

MAX_FRAMES = Bound("MAX_FRAMES", 10_000, "frames")
"""Of a film on a slide."""

MAX_PLAYED = Bound("MAX_PLAYED", 5_000_000_000, "pixels")
"""Of all its frames together: as many frames as that of 800x600."""

MAX_ARRAYS = Bound("MAX_ARRAYS", 2 << 30)
"""Of all arrays of an ``.npz`` file, unpacked."""

MAX_HEADER = Bound("MAX_HEADER", 10_000)
"""Of what one array says of itself."""

MAX_MEMBERS = Bound("MAX_MEMBERS", 1 << 17, "arrays")
"""In an ``.npz`` file."""

MAX_IDX = Bound("MAX_IDX", 1 << 30)
"""Of an IDX file, unpacked."""

MAX_DEPTH = Bound("MAX_DEPTH", 32, "levels")
"""Of lists and tables in one another, in JSON and TOML, and of calls in specs."""

_BLOCK = 1 << 20
_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
_DOTTED = re.compile(
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{MAX_DEPTH.most}}}"""
)  # keys of tables in one another, over which tomllib spends the square of their number


@contextmanager
def opened(path: str | Path | IO[bytes], kind: type[OptvizError] = OptvizError, name: str = "") -> Iterator[IO[bytes]]:
    """A regular file, open for reading; what goes wrong with it within the block is told.

    Args:
        path: The file, or one that is open for bytes, which is read to its end.
        kind: Of error.
        name: What the error calls it; its path unless given.

    Raises:
        OptvizError: Of that kind: it cannot be read, or is a folder, a device or a pipe.
    """
    told = name or (str(path) if isinstance(path, str | Path) else shown(path))
    try:
        with _regular(path) if isinstance(path, str | Path) else _rest(path, kind) as file:
            yield file
    except OSError as error:
        raise kind(f"{told} cannot be read: {error.strerror or error}") from error


def read_bytes(path: str | Path, bound: Bound, kind: type[OptvizError] = OptvizError, name: str = "") -> bytes:
    """All bytes of a regular file.

    Args:
        path: The file.
        bound: The most there may be.
        kind: Of error.
        name: What the error calls it; its path unless given.

    Raises:
        OptvizError: Of that kind: it cannot be read, or is larger.
    """
    with opened(path, kind, name) as file:
        size = os.fstat(file.fileno()).st_size
        content = b"" if size > bound.most else file.read(min(bound.most, max(size, 1 << 16)) + 1)
    if max(size, len(content)) > bound.most:
        raise kind(f"{name or path} is too large to be read: allowed are {bound}")
    return content


def read_toml(path: str | Path, kind: type[OptvizError] = OptvizError, name: str = "") -> dict[str, Any]:
    """What a file of TOML holds.

    Raises:
        OptvizError: Of that kind: it cannot be read, is too large or too deep, or is no TOML.
    """
    told = name or str(path)
    content = read_bytes(path, MAX_TOML, kind, name)
    try:
        text = content.decode("utf-8-sig")
        if _DOTTED.search(text):
            raise ValueError(f"a key has too many parts: allowed are {MAX_DEPTH}")
        _check_depth(data := tomllib.loads(text))
    except UnicodeDecodeError as error:
        raise kind(f"{told} is not TOML, which is text in UTF-8: {error.reason}") from error
    except (ValueError, RecursionError) as error:
        raise kind(f"{told} is not TOML: {_told(error)}") from error
    return data


def parse_json(text: str, *, finite: bool = True) -> Any:
    """What a text of JSON says, which holds no NaN and no infinity unless these are expected.

    Raises:
        ValueError: It is none, or too long or too deep.

    Example:
        >>> parse_json('{"steps": [1, 2]}')
        {'steps': [1, 2]}
    """
    if len(text) > MAX_JSON.most:
        raise ValueError(f"it is too long: allowed are {MAX_JSON}")
    try:
        number = _finite if finite else float
        _check_depth(data := json.loads(text, parse_float=number, parse_constant=number))
    except RecursionError as error:
        raise ValueError(_told(error)) from error
    return data


def _regular(path: str | Path) -> IO[bytes]:
    """The file, open; without waiting for anybody to write into it."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError as error:  # a NUL in its name, or half a letter
        raise OSError(str(error)) from error
    mode = os.fstat(number).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(number, "rb")
    os.close(number)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(None, f"it is {_KINDS.get(stat.S_IFMT(mode), 'no file')}; save what comes from there as a file first")


def _rest(stream: IO[bytes], kind: type[OptvizError]) -> IO[bytes]:
    """What is left of an open file, which may not be able to seek."""
    blocks, size = [], 0
    try:  # it may be code of others
        while size <= MAX_ARRAYS.most and (block := stream.read(_BLOCK)):
            blocks.append(block)
            size += len(block)
        whole = b"".join(blocks)
    except Exception as error:
        raise kind(f"{shown(stream)} cannot be read: {error}") from error
    if size > MAX_ARRAYS.most:
        raise kind(f"{shown(stream)} is too large to be read: allowed are {MAX_ARRAYS}")
    return io.BytesIO(whole)


def _check_depth(data: Any) -> None:
    """Refuse data that is too deep, as Python does where it cannot even be read."""
    level, depth = [data], 0
    while level:
        if depth > MAX_DEPTH.most:
            raise RecursionError
        level = [part for each in level for part in _parts(each)]
        depth += 1


def _told(error: Exception) -> str:
    return f"it is nested too deeply: allowed are {MAX_DEPTH}" if isinstance(error, RecursionError) else str(error)


def _parts(each: Any) -> Any:
    return each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()


def _finite(written: str) -> float:
    if not math.isfinite(value := float(written)):
        raise ValueError(f"{written} is no finite number")
    return value
