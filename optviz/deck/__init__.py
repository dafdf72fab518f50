"""Decks: slides -> a presentation, a page or a Beamer file, by the suffix of the path."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, NamedTuple

from optviz.calls import answering
from optviz.deck.html import write_html
from optviz.deck.pptx import write_pptx
from optviz.deck.tex import write_tex
from optviz.errors import ArgumentError, MissingExtraError, UnknownNameError
from optviz.images import ImageError
from optviz.kinds import listed, target, text
from optviz.kinds import path as path_of
from optviz.slide import Deck, Slide, gifs_first, slide_of_file
from optviz.themes import Theme, load_theme
from optviz.writing import Target, check_writable, suffix_for


class Format(NamedTuple):
    """A format of deck: who writes it, the kinds of pictures it can hold, and the module it needs, if any."""

    write: Callable[[Any, Deck], None]
    holds: tuple[str, ...]
    module: str = ""


DECKS = {
    ".pptx": Format(write_pptx, ("gif", "png", "jpg"), "pptx"),
    ".html": Format(write_html, ("gif", "png", "apng", "webp", "jpg", "svg")),
    ".tex": Format(write_tex, ("gif", "png", "apng", "webp", "jpg", "pdf")),
}
_INSTEAD = {"webp": "GIF", "apng": "GIF", "svg": "PNG", "pdf": "PNG"}  # of kinds that not every deck can hold


@answering
def slides(
    path: str | Path | IO[bytes],
    pictures: str | Path | Slide | Sequence[str | Path | Slide],
    *,
    format: str | None = None,
    title: str | None = None,
    theme: str | Theme = "light",
) -> Path | IO[bytes]:
    """Write a deck of pictures, a slide each; the suffix decides the format: .pptx, .html or .tex.

    Args:
        path: Where to. Beside a .tex, its pictures are written to a folder, ``talk-frames`` for ``talk.tex``. A file
            that is open for bytes takes a .pptx, unless its name or `format` says another.
        pictures: Files, which need not be optviz's own, or slides, as `optviz.slide.slide_of_file` makes them.
        format: As in ``html``, where no suffix is to decide.
        title: The deck's; its first slide's unless given.
        theme: A theme or its name, for ground and letters.

    Raises:
        ArgumentError: No deck has that suffix, or there are no pictures.
        MissingExtraError: The format needs an optional part that is not installed.
        ImageError: A picture is missing, broken, or of a kind that the deck cannot hold; the message says what to do.
        OutputError: The deck cannot be written.

    Example:
        >>> import optviz, tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> film = optviz.animate("booth", folder / "booth.gif", steps=5, size=(160, 120))
        >>> optviz.slides(folder / "talk.html", [folder / "booth.gif"]).name
        'talk.html'
    """
    where, look = target("path", path), load_theme("light" if theme is None else theme)
    place = Path(where) if isinstance(where, str) else where
    title = None if title is None else text("title", title)
    suffix = suffix_for(place, format, ".pptx", DECKS).lower()
    form = deck_format(place, suffix)
    given = listed("pictures", pictures, (str, os.PathLike, Slide), "files or slides")
    found = gifs_first([each if isinstance(each, Slide) else path_of("a picture", each) for each in given], form.holds)
    made = tuple(each if isinstance(each, Slide) else slide_of_file(Path(each)) for each in found)
    for slide in made:
        check_kind(slide, suffix)
    deck = Deck(title=title or (made[0].title if made else ""), slides=made, theme=look)
    form.write(place, deck)
    return place


def deck_format(path: Target, suffix: str) -> Format:
    """The format of a deck of that suffix, which can be written there.

    Raises:
        ArgumentError: No deck has that suffix.
        MissingExtraError: It needs an optional part that is not installed.
        OutputError: It cannot be written there.
    """
    if not suffix:
        raise ArgumentError(f"{str(path)!r} has no suffix that names a format of deck: {', '.join(DECKS)}")
    if suffix not in DECKS:
        raise UnknownNameError("format of deck", suffix, DECKS)
    form = DECKS[suffix]
    if form.module and find_spec(form.module) is None:
        raise MissingExtraError(f"a deck as {suffix}", "slides")
    if isinstance(path, Path):
        check_writable(path)
    elif form.write is write_tex:
        raise ArgumentError("a deck for LaTeX has a folder of pictures beside it; name a path, as in talk.tex")
    return form


def check_kind(slide: Slide, suffix: str) -> None:
    """Refuse a slide whose picture a deck of this suffix cannot hold.

    Raises:
        ImageError: saying what it can, and how to make that.
    """
    kind, holds = slide.image.kind, DECKS[suffix].holds
    if kind in holds:
        return
    instead = "PDF" if (kind, suffix) == ("svg", ".tex") else _INSTEAD[kind]
    command = "animate" if slide.image.moves else "plot"
    how = f": optviz {command} --from {slide.name}.{kind} -o {slide.name}.{instead.lower()}" if slide.recipe else ""
    raise ImageError(
        f"{slide.name}: {suffix} cannot hold a picture as {kind.upper()}, only {', '.join(holds)}. "
        f"Make it a {instead}{how}"
    )
