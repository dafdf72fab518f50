"""What a value becomes that is no number: a text, one of some words, a list, a point, the path of a file.

As in `bounds`, what can only mean one thing is taken, as a text where a list goes or a list where a tuple goes, and
becomes plain Python; all else is an `ArgumentError` that names the argument, the value and what is allowed.
"""

from __future__ import annotations

import io
import itertools
import os
import re
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from optviz.bounds import number_of, within
from optviz.errors import ArgumentError, UnknownNameError, shown

MAX_LISTED = 100_000
"""The most things that are taken where several may be given."""


def text(name: str, value: Any, what: str = "text") -> str:
    """A text; errors say that it must be `what`.

    Raises:
        ArgumentError: It is none.
    """
    if not isinstance(value, str):
        raise ArgumentError(f"{name} must be {what}, not {shown(value)}")
    return str.__str__(value)  # numpy's texts, and those of enumerations, become plain ones


def word(kind: str, value: Any, allowed: Collection[str]) -> str:
    """One of some words; errors say of what `kind` it is.

    Raises:
        UnknownNameError: It is none of them; the nearest is offered.
        ArgumentError: It is no text.
    """
    found = text(kind, value, f"one of {', '.join(allowed)}")
    if found not in allowed:
        raise UnknownNameError(kind, found, allowed)
    return found


def words(kind: str, value: Any, allowed: Collection[str]) -> tuple[str, ...]:
    """Some words: a list of them, or a text with commas between; None is no word.

    Raises:
        UnknownNameError: One is unknown; the nearest is offered.
        ArgumentError: It is neither text nor list.

    Example:
        >>> words("series", "loss, step", ("loss", "step")), words("series", ["step"], ("loss", "step"))
        (('loss', 'step'), ('step',))
    """
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    return tuple(word(kind, each, allowed) for each in listed(kind, value, (), f"{', '.join(allowed)}"))


def listed(name: str, value: Any, single: type | tuple[type, ...], told: str) -> list[Any]:
    """One thing or several, as several; None is nothing.

    Args:
        name: What errors call it.
        value: A `single` thing, or what can be gone through in an order.
        single: The types of one thing.
        told: What is allowed, in words.

    Raises:
        ArgumentError: It is neither, or they are too many.
    """
    if value is None:
        return []
    if single and isinstance(value, single):
        return [value]
    if isinstance(value, str | bytes | bytearray | Mapping | AbstractSet | type):
        raise ArgumentError(f"{name} must be a list of {told}, not {shown(value)}")
    try:  # a generator is code of others
        found = list(itertools.islice(iter(value), MAX_LISTED + 1))
    except Exception as error:
        raise ArgumentError(f"{name} must be a list of {told}, not {shown(value)}") from error
    if len(found) > MAX_LISTED:
        raise ArgumentError(f"{name}: these are more than {MAX_LISTED}, the most that are taken")
    return found


def several(value: Any, count: int, separator: str = ",") -> tuple[int | float, ...] | None:
    """So many finite numbers: in a list, or in a text with a separator between; None where they are not that.

    Example:
        >>> several("800x600", 2, "x"), several([1.0, 2.0], 2), several((1, 2, 3), 2)
        ((800, 600), (1.0, 2.0), None)
    """
    if isinstance(value, str):
        parts = value.lower().split(separator)
        found = [_read(part) for part in parts[: count + 1]]
    else:
        try:
            found = [number_of(each) for each in itertools.islice(iter(listed("", value, (), "")), count + 1)]
        except ArgumentError:
            return None
    given = tuple(each for each in found if each is not None and within(each, "(-inf, inf)"))
    return given if len(given) == len(found) == count else None


def box_of(value: Any) -> tuple[int | float, ...] | None:
    """The four finite numbers (x0, x1, y0, y1) of a box, or its pairs ((x0, x1), (y0, y1)); None where it is neither.

    Example:
        >>> box_of("-1,1,-2,2"), box_of(((-1, 1), (-2, 2))), box_of((-1, 1))
        ((-1, 1, -2, 2), (-1, 1, -2, 2), None)
    """
    try:
        pairs = [] if isinstance(value, str) else [several(each, 2) for each in listed("", value, (), "")]
    except ArgumentError:
        return None
    return pairs[0] + pairs[1] if len(pairs) == 2 and pairs[0] and pairs[1] else several(value, 4)


def array_of(value: Any, kind: type | None = None) -> NDArray[Any]:
    """What numpy makes of a value, its numbers of some kind.

    Raises:
        ArgumentError: It makes nothing of it.
    """
    try:  # what makes an array of itself is code of others
        return np.asarray(value, dtype=kind)
    except Exception as error:
        raise ArgumentError(f"no array can be made of {shown(value)}: {error}") from error


def path(name: str, value: Any) -> Path:
    """The path of a file.

    Raises:
        ArgumentError: It is none, or one that no file can have.

    Example:
        >>> path("path", "film.gif").suffix
        '.gif'
    """
    return Path(path_text(name, value))


def path_text(name: str, value: Any) -> str:
    """The path of a file or a folder as a text, which may end with a slash; raises as `path` does."""
    try:  # what makes a path of itself is code of others
        found = os.fsdecode(os.fsencode(value))
    except Exception as error:
        raise ArgumentError(f"{name} must be the path of a file, a text or a Path, not {shown(value)}") from error
    if not found.strip():
        raise ArgumentError(f"{name} must be the path of a file; {shown(found)} is empty")
    if "\0" in found:
        raise ArgumentError(f"{name} must be the path of a file, not {shown(found)}")
    return found


def target(name: str, value: Any) -> str | IO[bytes]:
    """Where to write: the path of a file or a folder as a text, or a file that is open for bytes.

    Raises:
        ArgumentError: It is neither, or a file that is closed, takes text, or is open for reading alone.

    Example:
        >>> target("path", Path("film.gif")), type(target("path", io.BytesIO()))
        ('film.gif', <class '_io.BytesIO'>)
    """
    return _opened(name, value, "write", "'wb'") or path_text(name, value)


def source(name: str, value: Any) -> Path | IO[bytes]:
    """What to read: the path of a file, or a file that is open for bytes; raises as `target` does."""
    return _opened(name, value, "read", "'rb'") or path(name, value)


def _opened(name: str, value: Any, verb: str, mode: str) -> IO[bytes] | None:
    """A file that is open so; None for what is no file."""
    try:  # what has a method may be code of others
        if isinstance(value, str | os.PathLike | type) or not callable(getattr(value, verb, None)):
            return None
        closed = bool(getattr(value, "closed", False))
        able = closed or value.writable() if verb == "write" and hasattr(value, "writable") else True
    except Exception as error:
        raise ArgumentError(f"{name} must be the path of a file, or an open one, not {shown(value)}") from error
    if closed or not able:
        raise ArgumentError(f"{name}: {shown(value)} is {'closed' if closed else 'open for reading alone'}")
    if isinstance(value, io.TextIOBase):
        raise ArgumentError(f"{name}: {shown(value)} takes text: open it for bytes, as in open(…, {mode})")
    opened: IO[bytes] = value
    return opened


def _read(written: str) -> int | float | None:
    """The number that a text says."""
    if re.fullmatch(r"\s*[+-]?\d{1,15}\s*", written, re.ASCII):
        return int(written)
    try:
        return float(written[:100])
    except ValueError:
        return None
