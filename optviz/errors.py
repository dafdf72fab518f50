"""What can go wrong, in words for the person who has to mend it.

Every error optviz raises on purpose is an `OptvizError`, and its message names the value, what would be
allowed, and the next step. `ArgumentError` is for a value that could be judged by itself (a name, a number, a
spec): on the command line it is a usage error. All others come from the world: files, functions, disks.
"""

from __future__ import annotations

from collections.abc import Iterable


class OptvizError(Exception):
    """Anything optviz refuses or cannot do."""


class OptvizWarning(UserWarning):
    """Something a person should know, though the work goes on."""


class ArgumentError(OptvizError, ValueError):
    """A value that is not allowed."""


class SpecError(ArgumentError):
    """A spec such as ``adam:lr=0.05`` that does not parse; `position` is the place, from 0."""

    def __init__(self, text: str, position: int, problem: str) -> None:
        self.text, self.position = text, position
        super().__init__(f"{problem}\n  {text}\n  {' ' * position}^")


class UnknownNameError(ArgumentError):
    """A name that is in no registry; the message offers the nearest one."""

    def __init__(self, kind: str, name: str, allowed: Iterable[str], hint: str = "") -> None:
        import difflib  # costs more than the rest of this file

        allowed = list(allowed)
        near = difflib.get_close_matches(name.lower().replace("_", "-"), allowed, n=1, cutoff=0.5)
        near = near or difflib.get_close_matches(name.lower(), allowed, n=1, cutoff=0.5)
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
