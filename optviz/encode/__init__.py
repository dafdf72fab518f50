"""Frames -> files, by the suffix of the path, or a folder of pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from optviz.draw import Film, Frame
from optviz.encode.apng import write_apng
from optviz.encode.gif import write_gif, write_gif_in_parts
from optviz.encode.numbered import write_folder
from optviz.encode.still import STILLS
from optviz.encode.video import write_mp4, write_webm
from optviz.encode.webp import check_webp, write_webp
from optviz.errors import ArgumentError, MissingExtraError
from optviz.page import write_page
from optviz.writing import atomic_write, check_writable, suffix_for

Encoder = Callable[[IO[bytes], Film, Iterable[Frame]], None]

ENCODERS: dict[str, Encoder] = {
    ".gif": write_gif,
    ".mp4": write_mp4,
    ".webm": write_webm,
    ".webp": write_webp,
    ".apng": write_apng,
    ".html": write_page,
}
TRANSPARENT = (".gif", ".webp", ".apng")
"""The formats of a film on a transparent sheet; a folder of PNGs is another."""
OPTIONAL = {".mp4": ("imageio_ffmpeg", "video"), ".webm": ("imageio_ffmpeg", "video")}
"""The module a format needs, and the extra that brings it."""


def encoder_for(suffix: str, *, transparent: bool = False) -> Encoder:
    """The encoder of a suffix such as ``.gif``; `transparent` says whether the film is.

    Raises:
        ArgumentError: No format has that suffix, or none that is transparent.
        MissingExtraError: It needs an optional part that is not installed.
        OutputError: Pillow cannot write it here.
    """
    suffix = suffix.lower()
    encoder = ENCODERS.get(suffix)
    if encoder is None:
        allowed = ", ".join(ENCODERS)
        hint = " `optviz plot` makes stills" if suffix in STILLS else ""
        raise ArgumentError(
            f"no film format has the suffix {suffix!r}; allowed: {allowed}, or NAME/ for a folder of PNGs.{hint}"
        )
    if transparent and suffix not in TRANSPARENT:
        allowed = ", ".join(TRANSPARENT)
        raise ArgumentError(
            f"a film as {suffix} cannot be transparent, one as {allowed} or NAME/, a folder of PNGs, can"
        )
    if encoder is write_webp:
        check_webp()
    module, extra = OPTIONAL.get(suffix, ("", ""))
    if module and find_spec(module) is None:
        raise MissingExtraError(f"a film as {suffix}", extra)
    return encoder


def is_folder(path: str | Path | IO[bytes]) -> bool:
    """Whether a film goes there as a folder of numbered PNGs: the path ends with a slash, or is a folder already.

    Example:
        >>> is_folder("frames/"), is_folder("film.gif")
        (True, False)
    """
    if not isinstance(path, str | Path):
        return False
    if str(path).endswith(("/", os.sep)):
        return True
    path = Path(path)
    try:
        return path.is_dir() and path.name not in ("", "..") and path.suffix.lower() not in (*ENCODERS, *STILLS)
    except OSError:  # a name that is too long, a folder one may not look into
        return False


def as_seen(film: Film, path: str | Path | IO[bytes]) -> Film:
    """The film for that path: of a folder's pictures, which stand still, each has the numbers of its own step."""
    return film.standing() if is_folder(path) else film


def save(
    film: Film,
    path: str | Path | IO[bytes],
    frames: Iterable[Frame] | None = None,
    *,
    form: str | None = None,
    jobs: int = 1,
) -> None:
    """Write a film to a file, by the suffix, or into a folder of numbered PNGs. It is whole or not there.

    Args:
        film: What to write.
        path: Where to; a folder where `is_folder` says so, as of ``frames/``; or a file that is open for bytes.
        frames: The film's frames, where someone wants to watch them pass: those of `as_seen`.
        form: The format, as in ``gif``; by the suffix unless given, and an open file without one is a GIF.
        jobs: How many processes share the work, where the format can be written so; the bytes are the same.

    Raises:
        ArgumentError: No format has that suffix.
        MissingExtraError: The format needs an optional part that is not installed.
        OutputError: The file cannot be written, or the folder holds something else.
    """
    film = as_seen(film, path)
    frames = film.frames() if frames is None else frames
    if not isinstance(path, str | Path):
        target: Path | IO[bytes] = path
    else:
        target = Path(path)
        if is_folder(path):
            if form is not None:
                raise ArgumentError(f"{path} is a folder of numbered PNGs; leave out the format")
            write_folder(target, film, frames)
            return
    encoder = encoder_for(suffix_for(target, form, ".gif", ENCODERS), transparent=film.transparent)
    if isinstance(target, Path):
        check_writable(target)
    with atomic_write(target) as file:
        if jobs > 1 and encoder is write_gif and not film.transparent:
            write_gif_in_parts(file, film, jobs)
        else:
            encoder(file, film, frames)
