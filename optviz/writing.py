"""Files and folders that are whole or not there: made beside the target under another name, and renamed at the end."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from optviz.errors import ArgumentError, OutputError


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A binary file to write to; when the block ends well it replaces `path`, else nothing is left behind.

    Raises:
        OutputError: The folder is missing or cannot be written, or the disk is full.
    """
    check_writable(path)
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part")  # names end at 255 bytes
    try:
        with temporary.open("wb") as file:
            yield file
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path, check: Callable[[Path], None]) -> Iterator[Path]:
    """A folder to fill; when the block ends well it takes the place of `path`, else nothing is left behind.

    Args:
        path: The folder.
        check: Refuses a folder that must not be replaced; it is asked again before that is done.

    Raises:
        OutputError: The folder cannot be written, or the disk is full.
    """
    path = path.resolve() if path.is_symlink() else path
    temporary, before = (path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part") for _ in range(2))
    try:
        temporary.mkdir()
        yield temporary
        check(path)
        if path.exists():
            path.rename(before)
        temporary.rename(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        if before.exists() and not path.exists():
            before.rename(path)
        for rest in (temporary, before):
            shutil.rmtree(rest, ignore_errors=True)


def check_writable(path: Path, *, folder: bool = False) -> None:
    """Refuse a target that cannot be written, before the work is done; `folder` says whether it is to be one.

    Raises:
        OutputError: naming the folder and the next step.
    """
    around = path.parent
    try:
        blocking = next((above for above in (around, *around.parents) if above.exists() and not above.is_dir()), None)
        missing, taken = not around.is_dir(), path.exists() and path.is_dir() is not folder
    except OSError as error:  # a name that is too long, a folder one may not look into
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    if blocking is not None:
        raise OutputError(f"{path} cannot be written: {blocking} is a file, not a folder")
    if missing:
        raise OutputError(f"{path} cannot be written: there is no folder {around}. Make it first: mkdir -p {around}")
    if taken:
        raise OutputError(f"{path} cannot be written: it is a {'file' if folder else 'folder'}")
    if not os.access(around, os.W_OK):
        raise OutputError(f"{path} cannot be written: the folder {around} is not writable. Choose another with -o")


def check_apart(files: Mapping[str, str | Path | None]) -> None:
    """Refuse one file for two purposes.

    Args:
        files: By what they are asked for with, what is read first.

    Raises:
        ArgumentError: Naming both.
    """
    known: dict[Path, str] = {}
    for name, path in files.items():
        if path is not None:
            other = known.setdefault(Path(path).resolve(), name)
            if other != name:
                raise ArgumentError(f"{other} and {name} are the same file, {path}: give {name} one of its own")
