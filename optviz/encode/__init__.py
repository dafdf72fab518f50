"""Frames -> files, by the suffix of the path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from optviz.draw import Film, Frame
from optviz.encode.gif import write_gif, write_gif_in_parts
from optviz.encode.still import STILLS
from optviz.encode.video import write_mp4, write_webm
from optviz.errors import ArgumentError, MissingExtraError
from optviz.page import write_page
from optviz.writing import atomic_write, check_writable

Encoder = Callable[[IO[bytes], Film, Iterable[Frame]], None]

ENCODERS: dict[str, Encoder] = {".gif": write_gif, ".mp4": write_mp4, ".webm": write_webm, ".html": write_page}
OPTIONAL = {".mp4": ("imageio_ffmpeg", "video"), ".webm": ("imageio_ffmpeg", "video")}
"""The module a format needs, and the extra that brings it."""


def encoder_for(suffix: str) -> Encoder:
    """The encoder of a suffix such as ``.gif``.

    Raises:
        ArgumentError: No format has that suffix.
        MissingExtraError: It needs an optional part that is not installed.
    """
    suffix = suffix.lower()
    encoder = ENCODERS.get(suffix)
    if encoder is None:
        allowed = ", ".join(ENCODERS)
        hint = " `optviz plot` makes stills" if suffix in STILLS else ""
        raise ArgumentError(f"no film format has the suffix {suffix!r}; allowed: {allowed}.{hint}")
    module, extra = OPTIONAL.get(suffix, ("", ""))
    if module and find_spec(module) is None:
        raise MissingExtraError(f"a film as {suffix}", extra)
    return encoder


def save(film: Film, path: Path, frames: Iterable[Frame] | None = None, *, jobs: int = 1) -> None:
    """Write a film to a file; the suffix decides the format. The file is whole or not there.

    Args:
        film: What to write.
        path: Where to.
        frames: The film's frames, where someone wants to watch them pass.
        jobs: How many processes share the work, where the format can be written so; the bytes are the same.

    Raises:
        ArgumentError: No format has that suffix.
        MissingExtraError: The format needs an optional part that is not installed.
        OutputError: The file cannot be written.
    """
    encoder = encoder_for(path.suffix)
    check_writable(path)
    with atomic_write(path) as file:
        if jobs > 1 and encoder is write_gif:
            write_gif_in_parts(file, film, jobs)
        else:
            encoder(file, film, film.frames() if frames is None else frames)
