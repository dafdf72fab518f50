"""Files of Python that a user names: taken apart, run by their path, and searched for what they define.

Nothing here imports what it runs, so that a new file is found without installing it, and a file may have any name. Of
each it is kept what it held when it was run, and what the modules held that it imports from beside or below itself:
recipes tell by that whether a picture that is made again is the same one.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import sys
from collections.abc import Collection, Iterator
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


_INSTALLED = {"site-packages", "dist-packages"}  # what lies there is no part of a user's work
_LIBRARIES = {"optviz", "autograd", "numpy"}  # nor are these, wherever they are

_ran: dict[str, dict[str, str]] = {}  # of each file, by its path as it was named, what `digests_when_run` says of it
_held: dict[str, tuple[Any, str]] = {}  # of each module's file the spec it was loaded by, and its sha256 then


def run_file(path: Path, kind: type[OptvizError]) -> ModuleType:
    """Run a user's file; what goes wrong in it is told with the line where it went wrong."""
    source, before = read_bytes(path, MAX_SOURCE, kind), set(sys.modules)
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
    _ran[str(path)] = {str(path): hashlib.sha256(source).hexdigest()} | _imported(path, source, before)
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


def digests_when_run(path: Path) -> dict[str, str]:
    """The sha256 of a file and of the modules it imports from its folder, as they were when this process ran it last.

    Its own comes first, by its path as it was named, then theirs, by theirs beside it; none where it was never run.
    """
    return _ran.get(str(path), {})


def digest_now(path: Path) -> str:
    """The sha256 of a file as it is.

    Raises:
        OptvizError: It cannot be read.
    """
    return hashlib.sha256(read_bytes(path, MAX_SOURCE)).hexdigest()


def lies_below(path: Path, folder: Path) -> bool:
    """Whether a path is one of a file in a folder or below it, by what is written alone.

    Example:
        >>> [lies_below(Path(path), Path("work")) for path in ("work/a/b.py", "work/../b.py", "/work/b.py")]
        [True, False, False]
    """
    return path.is_relative_to(folder) and ".." not in path.relative_to(folder).parts


def _imported(path: Path, source: bytes, before: Collection[str]) -> dict[str, str]:
    """The sha256 of the modules that a file which was run imports from beside or below itself, and they from there.

    They are those that its source names, whoever had imported them before, so that a file run twice has the same; and
    those that were not among the modules `before`, by whatever means it imported them.
    """
    folder = path.absolute().parent
    local = {name: file for name, module in list(sys.modules.items()) if (file := _file_in(folder, name, module))}
    pending = [*_named(source, ""), *(name for name in local if name not in before)] if local else []
    found: dict[str, str] = {}
    while pending:
        file = local.pop(name := pending.pop(), None)
        if file is not None:
            with contextlib.suppress(OptvizError):  # it was there a moment ago
                held = read_bytes(file, MAX_SOURCE)
                pending += _named(held, getattr(sys.modules[name], "__package__", "") or "")
                spec, digest = getattr(sys.modules[name], "__spec__", None), hashlib.sha256(held).hexdigest()
                known = _held.get(str(file))
                if known is None or known[0] is not spec:  # loaded for the first time, or anew
                    known = _held[str(file)] = spec, digest
                found[str(path.parent / file.relative_to(folder))] = known[1]
    return dict(sorted(found.items()))


def _file_in(folder: Path, name: str, module: ModuleType) -> Path | None:
    """The file of Python that a module was loaded from, if that is a user's own in the folder or below it."""
    file = getattr(module, "__dict__", {}).get("__file__")  # to ask a lazy module for it might import something
    if not isinstance(file, str) or not file.startswith(str(folder)) or not file.endswith(".py"):
        return None
    ours = name.startswith(MODULE) or name.split(".", maxsplit=1)[0] in _LIBRARIES or name == "__main__"
    if ours or not lies_below(Path(file), folder) or _INSTALLED & set(Path(file).relative_to(folder).parts):
        return None
    return Path(file)


def _named(source: bytes, package: str) -> Iterator[str]:
    """The names of all modules that a source may import, in whatever package it is."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in nodes:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            with contextlib.suppress(ImportError):  # beyond the top: it was never run
                base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
                names = [base, *(f"{base}.{name}" for name in names)]
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))


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
