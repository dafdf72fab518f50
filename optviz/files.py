"""Files of Python that a user names: taken apart, run by their path, and searched for what they define.

Nothing here imports what it runs, so that a new file is found without installing it, and a file may have any name.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from optviz.errors import OptvizError
from optviz.faults import MODULE, blamed, place_in_file
from optviz.reading import MAX_SOURCE, read_bytes


def split_ref(ref: str) -> tuple[Path | None, str | None, str]:
    """A ref's parts: (file, None, object), (None, module, object), or (None, None, name)."""
    if ref.endswith(".py"):
        return Path(ref), None, ""
    before, colon, after = ref.rpartition(":")
    if colon and before.endswith(".py"):
        return Path(before), None, after
    return (None, before, after) if colon else (None, None, ref)


_ran: dict[str, str] = {}  # the sha256 of each file when it was run last, by its path as it was named


def run_file(path: Path, kind: type[OptvizError]) -> ModuleType:
    """Run a user's file; what goes wrong in it is told with the line where it went wrong."""
    source = read_bytes(path, MAX_SOURCE, kind)
    _ran[str(path)] = hashlib.sha256(source).hexdigest()
    module = ModuleType(f"{MODULE}{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # where dataclasses look up what a class's annotations mean
    try:
        with contextlib.redirect_stdout(sys.stderr), _beside(path):  # stdout is for results
            exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - the user named it
    except OptvizError as error:
        raise kind(f"{place_in_file(error) or path}: {error}") from error
    except SyntaxError as error:
        raise kind(f"{path}, line {error.lineno or '?'}: syntax error: {error.msg}") from error
    except BaseException as error:
        raise blamed(error, kind, str(path)) from error
    return module


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[None]:
    """Let a file import what lies beside it, as `python mine.py` would, for as long as it is run."""
    folder = str(path.absolute().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # the file may have taken it out itself
            sys.path.remove(folder)


def digest_when_run(path: Path) -> str | None:
    """The sha256 of a file as it was when this process ran it last; None where it never did."""
    return _ran.get(str(path))


def digest_now(path: Path) -> str:
    """The sha256 of a file as it is.

    Raises:
        OptvizError: It cannot be read.
    """
    return hashlib.sha256(read_bytes(path, MAX_SOURCE)).hexdigest()


def pick(module: ModuleType, name: str, usual: str, fitting: dict[str, Any]) -> Any:
    """The object of that name; where none is asked for, the one of the usual name or the only one that fits."""
    if name or usual in fitting:
        return getattr(module, name or usual, None)
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def missing(module: ModuleType, name: str, ref: str, fitting: dict[str, Any], what: str, example: str) -> str:
    """Why `pick` found nothing, and what to write or to choose instead."""
    path = module.__file__
    if name and hasattr(module, name):
        return f"{ref}: {name} is {type(getattr(module, name)).__name__}, not {what}; write {example}"
    if not fitting:
        return f"{path} defines no {what}; write {example}"
    problem = f"has no {name!r}" if name else f"defines {len(fitting)} of kind {what}"
    return f"{path} {problem}; choose one of: {', '.join(f'{path}:{key}' for key in fitting)}"
