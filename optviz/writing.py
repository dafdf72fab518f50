"""Files that are whole or not there: written beside the target under another name, and renamed at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from optviz.errors import OutputError


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


def check_writable(path: Path) -> None:
    """Refuse a target that cannot be written, before the work is done.

    Raises:
        OutputError: naming the folder and the next step.
    """
    folder = path.parent
    try:
        blocking = next((above for above in (folder, *folder.parents) if above.exists() and not above.is_dir()), None)
        missing, taken = not folder.is_dir(), path.is_dir()
    except OSError as error:  # a name that is too long, a folder one may not look into
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    if blocking is not None:
        raise OutputError(f"{path} cannot be written: {blocking} is a file, not a folder")
    if missing:
        raise OutputError(f"{path} cannot be written: there is no folder {folder}. Make it first: mkdir -p {folder}")
    if taken:
        raise OutputError(f"{path} cannot be written: it is a folder")
    if not os.access(folder, os.W_OK):
        raise OutputError(f"{path} cannot be written: the folder {folder} is not writable. Choose another with -o")
