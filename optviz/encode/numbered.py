"""A folder of numbered PNGs, one a frame, for whoever cuts a film with other programs.

Each carries the recipe of the still at its step. How long it is shown says a list beside them, which
``ffmpeg -i frames.ffconcat`` takes as a film.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from optviz.draw import Film, Frame
from optviz.encode.still import png_of
from optviz.errors import ArgumentError, OutputError
from optviz.reading import opened
from optviz.recipe import INDEX
from optviz.writing import atomic_folder, check_writable

_HEAD = b"ffconcat version 1.0\n# optviz:"
_NAME = re.compile(r"frame-\d{4,}\.png")


def write_folder(path: Path, film: Film, frames: Iterable[Frame]) -> None:
    """Write a folder of PNGs; it is whole or not there, and replaces none but one of ours.

    Raises:
        ArgumentError: The path is no folder's name.
        OutputError: It cannot be written, or is a folder that holds anything else.
    """
    check_folder(path)
    with atomic_folder(path, check_folder) as folder:
        for name, frame, shot in zip(_names(film), frames, film.shots, strict=True):
            (folder / name).write_bytes(png_of(film, frame.pixels, shot.step))
        (folder / INDEX).write_text(_index(film), encoding="ascii")


def check_folder(path: Path) -> None:
    """Refuse a folder that cannot be written or replaced, before the work is done.

    Raises:
        ArgumentError: The path is no folder's name.
        OutputError: naming the next step.
    """
    if path.name in ("", ".."):
        raise ArgumentError(f"{str(path)!r} is not the name of a folder to be made for frames, as in frames/")
    check_writable(path, folder=True)
    try:
        other = _foreign(path) if path.is_dir() else None
    except OSError as error:
        raise OutputError(f"{path} cannot be replaced: {error.strerror or error}") from error
    if other is not None:
        raise OutputError(
            f"{path} is not replaced: it holds {other}, and not only frames that optviz wrote there. Name a new folder "
            "with -o, or remove this one first"
        )


def _foreign(folder: Path) -> str | None:
    """The name of something in a folder that is no frame of ours, nor our list of them."""
    names = sorted(each.name for each in folder.iterdir())
    ours = False
    if INDEX in names:
        with opened(folder / INDEX, OutputError) as file:
            ours = file.read(len(_HEAD)) == _HEAD
    return next((name for name in names if not (ours and (name == INDEX or _NAME.fullmatch(name)))), None)


def _names(film: Film) -> Iterator[str]:
    return (f"frame-{index:04}.png" for index in range(len(film)))


def _index(film: Film) -> str:
    """The list: the recipe, and each picture's seconds. ffmpeg forgets how long the last one is, unless named again."""
    lines = [
        _HEAD.decode() + " how long each picture is shown, in seconds; ffmpeg -i frames.ffconcat makes a film of it"
    ]
    lines += [f"# {film.recipe}"] if film.recipe else []
    for name, shot in zip(_names(film), film.shots, strict=True):
        lines += [f"file {name}", f"duration {shot.duration / 1000:.3f}"]
    return "\n".join([*lines, f"file {name}", ""])
