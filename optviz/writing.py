"""Files and folders that are whole or not there: made beside the target under another name, and renamed at the end.

What a link points to is written, not the link; a file that is replaced keeps its mode and its other names. A pipe, a
device or an open file takes what is written once that is whole, and is never replaced.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from optviz.errors import ArgumentError, OutputError, shown

Target = Path | IO[bytes]
"""Where a file is written to: a path, or a file that is open for bytes, which need not be able to seek."""

_BLOCK = 1 << 20
_unfinished: set[Path] = set()


@contextmanager
def atomic_write(target: Target, *, follow: bool = True) -> Iterator[IO[bytes]]:
    """A binary file to write to; when the block ends well `target` holds it, else that is as it was.

    Args:
        target: Where to.
        follow: Whether what is there stays but for its content: the link, its mode, its names; else a file of the
            program's own takes its place, whatever it is.

    Raises:
        OutputError: The folder is missing or cannot be written, or the disk is full.
    """
    if not isinstance(target, Path):
        whole = io.BytesIO()
        yield whole
        _pour(whole, target)
        return
    check_writable(target, follow=follow)
    try:
        real = _real(target) if follow else target
        with _streamed(real) if follow and is_stream(real) else _beside(real, keep=follow) as file:
            yield file
    except OSError as error:
        raise _cannot(target, error) from error


@contextmanager
def atomic_folder(path: Path, check: Callable[[Path], None]) -> Iterator[Path]:
    """A folder to fill; when the block ends well it takes the place of `path`, else nothing is left behind.

    Args:
        path: The folder.
        check: Refuses a folder that must not be replaced; it is asked again before that is done.

    Raises:
        OutputError: The folder cannot be written, or the disk is full.
    """
    try:
        real = _real(path)
        with _unfinished_at(real) as temporary:
            temporary.mkdir()
            yield temporary
            check(path)
            _swap(temporary, real)
    except OSError as error:
        raise _cannot(path, error) from error


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the time of the block."""
    with TemporaryDirectory(prefix="optviz-") as name:
        _unfinished.add(path := Path(name))
        try:
            yield path
        finally:
            _unfinished.discard(path)


def check_writable(path: Path, *, folder: bool = False, follow: bool = True) -> None:
    """Refuse a target that cannot be written, before the work is done; `folder` says whether it is to be one.

    Raises:
        OutputError: naming the folder and the next step.
    """
    try:
        real = _real(path) if follow else path
        around = real.parent
        blocking = next((above for above in (around, *around.parents) if above.exists() and not above.is_dir()), None)
        there = real.exists()
        missing, taken = (
            not around.is_dir(),
            there and real.is_dir() is not folder and (follow or not real.is_symlink()),
        )
        streams = follow and not folder and is_stream(real)
    except OSError as error:  # a name that is too long, links in a circle, a folder one may not look into
        raise _cannot(path, error) from error
    if blocking is not None:
        raise OutputError(f"{path} cannot be written: {blocking} is a file, not a folder")
    if missing:
        raise OutputError(f"{path} cannot be written: there is no folder {around}. Make it first: mkdir -p {around}")
    if taken:
        raise OutputError(f"{path} cannot be written: it is a {'file' if folder else 'folder'}")
    if follow and there and not folder and not os.access(real, os.W_OK):
        raise OutputError(f"{path} cannot be written: it is read-only. Choose another with -o, or chmod u+w {path}")
    if not streams and not os.access(around, os.W_OK):
        raise OutputError(f"{path} cannot be written: the folder {around} is not writable. Choose another with -o")


def suffix_for(target: str | Target, form: str | None, usual: str, known: Collection[str]) -> str:
    """The suffix whose format is written.

    Args:
        target: Where to; a path has one, and an open file, too, where its name has a `known` one.
        form: The format's name, where somebody gave it.
        usual: What an open file has otherwise.
        known: The suffixes of formats.

    Example:
        >>> suffix_for(io.BytesIO(), None, ".gif", ()), suffix_for("a.gif", None, "", ())
        ('.gif', '.gif')
    """
    if form is not None:
        if not isinstance(form, str):
            raise ArgumentError(f"format must be text, as in 'gif', not {shown(form)}")
        return f".{form.strip().lower().removeprefix('.')}"
    if isinstance(target, str | Path):
        return Path(target).suffix
    name = getattr(target, "name", None)  # that of a descriptor is a number
    found = Path(name).suffix.lower() if isinstance(name, str) else ""
    return found if found in known else usual


def check_replaceable(path: Path, is_ours: Callable[[Path], bool], what: str) -> None:
    """Refuse to replace a file that is something else; an empty one may be replaced, and what is no file holds nothing.

    Args:
        path: Of the file.
        is_ours: Whether it is what it should be.
        what: That is, in words, as in "a training that optviz saved".

    Raises:
        OutputError: naming the next step.
    """
    try:
        found = path.stat()
    except OSError:
        return
    if stat.S_ISREG(found.st_mode) and found.st_size and not is_ours(path):
        raise OutputError(f"{path} is not replaced: it is not {what}. Name another, or say --force (force=True)")


def is_stream(path: Path) -> bool:
    """Whether what is at a path takes what is written to it, and keeps no file there: a pipe, a device, a descriptor.

    Example:
        >>> is_stream(Path(os.devnull)), is_stream(Path("film.gif"))
        (True, False)
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    place = path.absolute()
    of_a_process = place.parent in (Path("/dev"), Path("/dev/fd")) or place.is_relative_to("/proc")
    return not stat.S_ISDIR(mode) and (of_a_process or not stat.S_ISREG(mode))


def forsake() -> None:
    """Remove what is not finished, where a program ends in the middle of it and has no time for anything else."""
    for path in list(_unfinished):
        _remove(path)


def _real(path: Path) -> Path:
    """What a link points to, be it there or not; any other path as it is.

    Raises:
        OSError: Links lead in a circle.
    """
    if not path.is_symlink() or is_stream(path):
        return path
    with contextlib.suppress(FileNotFoundError):
        path.stat()
    return Path(os.path.realpath(path))


@contextmanager
def _streamed(path: Path) -> Iterator[IO[bytes]]:
    """A file of which all is written to what takes it, once it is whole; writers may seek in it meanwhile."""
    with TemporaryFile() as whole:
        yield whole
        whole.seek(0)
        with path.open("wb") as stream:
            shutil.copyfileobj(whole, stream, _BLOCK)


@contextmanager
def _beside(path: Path, *, keep: bool) -> Iterator[IO[bytes]]:
    """A file beside a path, whose place it takes in the end; nobody may read it who might not read what was there."""
    try:
        before = path.lstat()
    except FileNotFoundError:
        before = None
    kept = before if keep and before is not None and stat.S_ISREG(before.st_mode) else None
    with _unfinished_at(path) as temporary:
        mode = 0o666 if kept is None else 0o600
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            yield file
        if kept is not None:
            with contextlib.suppress(AttributeError, PermissionError):  # it is another's, or there are no owners
                os.chown(temporary, kept.st_uid, kept.st_gid)
            temporary.chmod(stat.S_IMODE(kept.st_mode))
        if kept is not None and kept.st_nlink > 1:
            _refill(path, temporary)
        else:
            temporary.replace(path)


def _refill(path: Path, source: Path) -> None:
    """Give a file that has several names the content of another; where there is no room for it, it stays as it was."""
    with path.open("r+b", buffering=0) as file, source.open("rb") as new:
        before, size = os.fstat(file.fileno()).st_size, os.fstat(new.fileno()).st_size
        try:  # first what needs room
            _copy(new, file, before, size)
        except OSError:
            file.truncate(before)
            raise
        _copy(new, file, 0, min(before, size))
        file.truncate(size)


def _copy(source: IO[bytes], target: IO[bytes], start: int, end: int) -> None:
    """Copy some bytes to the same place; nothing is held back that would be written later."""
    for file in (source, target):
        file.seek(start)
    while start < end:
        block = source.read(min(end - start, _BLOCK))
        start += len(block)
        while block:
            block = block[target.write(block) :]


def _swap(temporary: Path, folder: Path) -> None:
    """Put a folder in the place of another, if there is one; that is put back where something comes between."""
    if not folder.exists():
        temporary.rename(folder)
        return
    shutil.copymode(folder, temporary)
    before = _beside_name(folder)
    try:
        folder.rename(before)
        temporary.rename(folder)
    finally:
        if before.exists() and not folder.exists():
            before.rename(folder)
    _remove(before)


@contextmanager
def _unfinished_at(path: Path) -> Iterator[Path]:
    """A name beside a path, of which nothing is left in the end."""
    found = _beside_name(path)
    _unfinished.add(found)
    try:
        yield found
    finally:
        _remove(found)
        _unfinished.discard(found)


def _beside_name(path: Path) -> Path:
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part")  # names end at 255 bytes


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _pour(whole: io.BytesIO, stream: IO[bytes]) -> None:
    """Write all to an open file, which may take less at a time."""
    left = whole.getvalue()
    try:
        while left:
            taken = stream.write(left)
            left = left[len(left) if taken is None else taken :]
        if hasattr(stream, "flush"):
            stream.flush()
    except TypeError as error:
        raise ArgumentError(f"{shown(stream)} takes text: open it for bytes, as in open(…, 'wb')") from error
    except OSError as error:
        raise OutputError(f"{shown(stream)} cannot be written: {error.strerror or error}") from error
    except ValueError as error:  # it is closed
        raise OutputError(f"{shown(stream)} cannot be written: {error}") from error


def _cannot(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be written: {error.strerror or error}")
