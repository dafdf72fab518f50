"""One file for one purpose: what is written is neither read nor written for another one.

Files are the same whose contents are: by whatever links, names and letters they are asked for.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from optviz.errors import ArgumentError

Purpose = tuple[str, Path | int]
"""What a file is asked for with, and its path, or the number of one that is open."""


def check_apart(reads: Iterable[Purpose], writes: Iterable[Purpose]) -> None:
    """Refuse one file for two purposes, of which one is to write it.

    A device or a pipe serves any number of them. Nothing is read from a folder that is written.

    Args:
        reads: What is read.
        writes: What is written, files and folders.

    Raises:
        ArgumentError: Naming both.

    Example:
        >>> check_apart([("--data", Path("a.npz"))], [("--save", Path("./a.npz"))])
        Traceback (most recent call last):
        optviz.errors.ArgumentError: --data and --save are the same file, a.npz: give --save one of its own
    """
    known: dict[object, str] = {}
    for name, path in reads:
        for place in _identities(path, above=True):
            known.setdefault(place, name)
    for name, path in writes:
        for place in _identities(path):
            other = known.setdefault(place, name)
            if other != name:
                where = "" if isinstance(path, int) else f", {path}"
                raise ArgumentError(f"{other} and {name} are the same file{where}: give {name} one of its own")


def _identities(path: Path | int, *, above: bool = False) -> list[object]:
    """What tells a file from all others: device and number, or its name in its folder; and those of folders `above`."""
    try:
        found = os.stat(path)  # noqa: PTH116 - of an open file, too
    except ValueError:  # no name that a file can have, as its writer will say
        return []
    except OSError:
        return [] if isinstance(path, int) else [_name(path)]
    if not (stat.S_ISREG(found.st_mode) or (stat.S_ISDIR(found.st_mode) and not isinstance(path, int))):
        return []
    own: list[object] = [(found.st_dev, found.st_ino)]
    if isinstance(path, int) or not above:
        return own
    return own + [_folder(each) for each in list(Path(os.path.realpath(path)).parents)[:1]]


def _name(path: Path) -> object:
    """What a file will be told by that is not there yet."""
    real = Path(os.path.realpath(path))
    same = os.path.normcase(real.name)
    return _folder(real.parent), same.casefold() if folds(real.parent) else same


def _folder(path: Path) -> object:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return str(path)
    return found.st_dev, found.st_ino


def folds(folder: Path) -> bool:
    """Whether large and small letters are the same in names there: whether they are in its own."""
    other = folder.with_name(folder.name.swapcase())
    try:
        return other != folder and other.samefile(folder)
    except (OSError, ValueError):
        return False
