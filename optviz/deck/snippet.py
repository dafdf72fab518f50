"""Snippets: the lines that show one picture in a document of one's own, with a text for those who cannot see it."""

from __future__ import annotations

import html
import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from optviz.deck.tex import escaped, frames_folder, graphics, spoken
from optviz.errors import printable
from optviz.images import ImageError
from optviz.slide import Slide, distinct


def markdown(slide: Slide, path: Path) -> str:
    """An image in Markdown."""
    alt = re.sub(r"([\\`*_\[\]<>!&|$])", r"\\\1", slide.alt)
    return f"![{alt}]({_address(path)})"


def page(slide: Slide, path: Path) -> str:
    """An image in HTML."""
    width, height = map(round, slide.image.size)
    return f'<img src="{html.escape(_address(path))}" alt="{html.escape(slide.alt)}" width="{width}" height="{height}">'


def latex(slide: Slide, path: Path) -> str:
    """An image in LaTeX, which reads PNG, JPEG and PDF; of others the files that a deck writes."""
    options = r"width=\linewidth"
    if slide.image.kind in ("png", "jpg", "pdf"):
        if re.search(r"[\\{}#%~^$&]", path.as_posix()) or not path.as_posix().isprintable():
            raise ImageError(f"{path}: LaTeX reads no file of that name; use letters, digits and hyphens")
        return rf"\includegraphics[{options},alt={{{escaped(slide.alt)}}}]{{{path.as_posix()}}}"
    place = f"{frames_folder(slide.name)}/{distinct([slide.name])[0]}"
    picture = graphics(slide.image, place if slide.image.moves else f"{place}.png", options)
    frames = printable(shlex.join(["optviz", "slides", "-o", f"{slide.name}.tex", str(path)]))
    packages = "animate,accsupp" if slide.image.moves else "accsupp"
    return f"% \\usepackage{{{packages}}}; the frames: {frames}\n% {slide.alt}\n{spoken(picture, slide.alt)}"


class Snippet(NamedTuple):
    """A kind of document: who writes its lines, and the deck that holds the same kinds of pictures."""

    write: Callable[[Slide, Path], str]
    deck: str


SNIPPETS = {"markdown": Snippet(markdown, ".html"), "html": Snippet(page, ".html"), "latex": Snippet(latex, ".tex")}


def _address(path: Path) -> str:
    return quote(os.fsencode(path.as_posix()), safe="/.-_~:" if path.is_absolute() else "/.-_~")
