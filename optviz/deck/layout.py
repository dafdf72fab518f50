"""Where things lie on a slide of 16:9, and how large its letters may be. Lengths are inches, letters points.

The picture is as large as it goes, never distorted: its caption stands beside it or beneath it, whichever leaves it
more room. How wide text will be is estimated, rather too wide, since the fonts are the reader's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 13.333, 7.5
TITLES = (38, 34, 30, 28, 24, 20)
CAPTIONS = (22, 20, 18, 16, 14)
"""Sizes of letters to choose from, of which the largest that fits is taken."""

_MARGIN = 0.6
_TOP, _BOTTOM = 1.5, 7.0  # of the picture's room
_COLUMN, _GAP = 3.5, 0.5  # least width of a caption beside the picture
_ROWS = 1.0  # height of one beneath it
_POINTS = 72
_LINE = 1.25  # of a line, in heights of its letters
_NARROW, _WIDE = frozenset("fijlrtI.,:;'’|!()[] "), frozenset("mwMWÄÖÜ%@—…")


class Box(NamedTuple):
    """A rectangle on a slide, in inches from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


class Places(NamedTuple):
    """Where title, picture and caption lie."""

    title: Box
    picture: Box
    caption: Box


def arrange(size: tuple[float, float], *, caption: bool) -> Places:
    """The places of a slide whose picture has this size, in any unit.

    Example:
        >>> places = arrange((800, 600), caption=True)
        >>> round(places.picture.width / places.picture.height, 6)
        1.333333
        >>> places.caption.left > places.picture.left + places.picture.width
        True
    """
    width, height = WIDTH - 2 * _MARGIN, _BOTTOM - _TOP
    title = Box(_MARGIN, 0.33, width, 1.0)
    if not caption:
        w, h = _fitted(size, width, height)
        return Places(title, Box((WIDTH - w) / 2, _TOP + (height - h) / 2, w, h), Box(_MARGIN, _BOTTOM, width, 0))
    beside = _fitted(size, width - _COLUMN - _GAP, height)
    beneath = _fitted(size, width, height - _ROWS - _GAP / 2)
    if beside[0] >= beneath[0]:
        left = _MARGIN + beside[0] + _GAP
        return Places(title, Box(_MARGIN, _TOP, *beside), Box(left, _TOP, WIDTH - _MARGIN - left, height))
    top = _TOP + beneath[1] + _GAP / 2
    left = (WIDTH - beneath[0]) / 2
    return Places(title, Box(left, _TOP, *beneath), Box(_MARGIN, top, width, _BOTTOM - top))


def fit(text: str, box: Box, sizes: Sequence[int]) -> tuple[str, int]:
    """The text and the largest of the sizes, which fall, at which it fits; at the smallest it is cut.

    Example:
        >>> fit("Down a ravine", Box(0, 0, 4, 1), (36, 28, 20))
        ('Down a ravine', 36)
        >>> words, size = fit("long " * 1000, Box(0, 0, 4, 1), (36, 28, 20))
        >>> words[-1], len(words) < 100, size
        ('…', True, 20)
    """
    for size in sizes:
        if lines(text, box.width * _POINTS / size) * size * _LINE <= box.height * _POINTS:
            return text, size
    kept = text
    while kept and lines(kept + "…", box.width * _POINTS / size) * size * _LINE > box.height * _POINTS:
        kept = kept[: int(len(kept) * 0.95)].rstrip()
    return kept + "…", size


def lines(text: str, width: float) -> int:
    """Into how many lines text breaks, of this width in heights of its letters."""
    count, at = 1, 0.0
    for word in text.split():
        wide = sum(map(_advance, word))
        if at and at + wide > width:
            count, at = count + 1, 0.0
        count += int(wide // width)  # a word that is longer than a line breaks within
        at += wide % width + _advance(" ")
    return count


def _advance(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.34
    if letter in _WIDE:
        return 0.95
    return 0.72 if letter.isupper() else 0.58


def _fitted(size: tuple[float, float], width: float, height: float) -> tuple[float, float]:
    """Width and height of a picture in a room, in its own proportions."""
    scale = min(width / size[0], height / size[1])
    return size[0] * scale, size[1] * scale
