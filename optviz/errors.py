"""What can go wrong, in words for the person who has to mend it.

Every error optviz raises on purpose is an `OptvizError`, and its message names the value, what would be
allowed, and the next step. `ArgumentError` is for a value that could be judged by itself (a name, a number, a
spec): on the command line it is a usage error. All others come from the world: files, functions, disks.

A message quotes what others wrote: names of files, recipes, specs. None of it reaches a terminal as more than letters,
and none of it at any length (`told`).
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable
from typing import Any

MAX_WORD, MAX_MESSAGE = 400, 2000
"""Letters of a word, and of a message, that are quoted whole."""

_POINTED = re.compile(r"(\n  .*\n +\^)")  # a line of a spec, and the place in it
_AROUND = 100  # letters before such a place and behind it


class OptvizError(Exception):
    """Anything optviz refuses or cannot do."""

    def __init__(self, message: object = "") -> None:
        super().__init__(told(str(message)))


class OptvizWarning(UserWarning):
    """Something a person should know, though the work goes on."""

    def __init__(self, message: object = "") -> None:
        super().__init__(told(str(message)))


class ArgumentError(OptvizError, ValueError):
    """A value that is not allowed."""


class CallError(ArgumentError):
    """A call with an argument that is unknown, missing, or one too many."""


class SpecError(ArgumentError):
    """A spec such as ``adam:lr=0.05`` that does not parse; `position` is the place, from 0."""

    def __init__(self, text: str, position: int, problem: str) -> None:
        self.text, self.position = text, position
        cut = max(0, position - _AROUND)
        before = ("…" if cut else "") + printable(text[cut:position])
        after = printable(text[position : position + _AROUND]) + ("…" if len(text) > position + _AROUND else "")
        super().__init__(f"{problem}\n  {before}{after}\n  {' ' * len(before)}^")


class UnknownNameError(ArgumentError):
    """A name that is in no registry; the message offers the nearest one."""

    def __init__(self, kind: str, name: str, allowed: Iterable[str], hint: str = "") -> None:
        import difflib  # costs more than the rest of this file

        allowed, compared = list(allowed), name[:MAX_WORD].lower()
        near = difflib.get_close_matches(compared.replace("_", "-"), allowed, n=1, cutoff=0.5)
        near = near or difflib.get_close_matches(compared, allowed, n=1, cutoff=0.5)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        listing = hint or f"Allowed: {', '.join(allowed)}."
        super().__init__(f"no {kind} is called {name!r}.{guess} {listing}")


class SurfaceError(OptvizError):
    """A surface, often a user's file, that cannot be used as one."""


class DataError(OptvizError):
    """Data that is missing, damaged, or cannot be learned from."""


class OutputError(OptvizError):
    """A file that cannot be written, or a format that cannot be made."""


class MissingExtraError(OptvizError):
    """An optional dependency that is not installed; the message names the pip line."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part of optviz. Install it with: pip install 'optviz[{extra}]'")


def printable(text: str) -> str:
    r"""The text with an escape for every letter that a terminal would obey, hide, or turn the line around for.

    Example:
        >>> print(printable("a\nb \x1b[2J \u202etxt.exe"))
        a\nb \x1b[2J \u202etxt.exe
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def told(message: str) -> str:
    """A message as it may be shown: printable, and with an ellipsis in whatever is too long.

    It is one line, but for the lines with which a `SpecError` points at a place.

    Example:
        >>> told("no surface is called " + "x" * 100_000) == "no surface is called " + "x" * 200 + "…" + "x" * 60
        True
    """
    parts = _POINTED.split(message, 3)
    parts[::2] = [_short(printable(part)) for part in parts[::2]]
    parts[1::2] = ["\n".join(_short(printable(line)) for line in part.split("\n")) for part in parts[1::2]]
    return "".join(parts)


def _short(text: str) -> str:
    text = re.sub(rf"(?<!\S)\S{{{MAX_WORD + 1},}}", lambda word: f"{word[0][:200]}…{word[0][-60:]}", text)
    return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE * 2 // 3]} … {text[-MAX_MESSAGE // 4 :]}"


def shown(value: Any) -> str:
    """A value as a message shows it: on one line, and no longer than one can read, whatever it is.

    Example:
        >>> shown(0.5), len(shown("a" * 1000)), shown(print)
        ('0.5', 400, '<built-in function print>')
    """
    try:  # what a value says of itself is code of others
        if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
            value = value.item()
        text = re.sub(r" at 0x[0-9a-fA-F]+>", ">", " ".join(_SHORT.repr(value).split()))
    except Exception:  # noqa: BLE001 - it may raise whatever there is
        text = f"what is of type {type(value).__name__}"
    return text if len(text) <= MAX_WORD else text[:MAX_WORD] + "…"


_SHORT = reprlib.Repr()
_SHORT.maxstring, _SHORT.maxother, _SHORT.maxlong = MAX_WORD, 80, 60
