"""What a film writes, and where: every piece of text on its sheet, measured by its ink on a sheet of its own."""

from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pytest

from optviz.draw.canvas import Canvas

_WRITE = Canvas.write


class Text(NamedTuple):
    """Words on a sheet: from left to right and from top to bottom in pixels, letters' ink alone."""

    words: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


@lru_cache(maxsize=4096)
def _ink(words, size, bold, scale):
    """The ink of words on a sheet of their own: how far from where they begin, in pixels."""
    around = round(4 * size * scale) + 4
    sheet = Canvas(around * 2 + round(2 * size * scale * len(words)), 2 * around, scale)
    _WRITE(sheet, around, around, words, size, "#ffffff", bold=bold)
    rows, columns = np.nonzero(sheet.pixels)
    if len(rows) == 0:
        return 0, 0, 0, 0
    return columns.min() - around, rows.min() - around, columns.max() + 1 - around, rows.max() + 1 - around


def measured(canvas, words, x, y, size, bold):
    """Words from x on, with their baseline at y."""
    left, top, right, bottom = _ink(words, size, bold, canvas.scale)
    x, y = round(x), round(y)
    return Text(words, x + left, y + top, x + right, y + bottom, size * canvas.points)


@contextmanager
def written(size):
    """All that is written meanwhile on sheets of that size; numbers that change and labels at heads as well."""
    found = []
    write, number, label = Canvas.write, Canvas.number, Canvas.label

    def _write(self, x, y, words, letters, colour, *, bold):
        if (self.width, self.height) == size and words.strip():
            found.append(measured(self, words, x, y, letters, bold))
        return write(self, x, y, words, letters, colour, bold=bold)

    def _number(self, x, y, words, glyphs, width):
        box = number(self, x, y, words, glyphs, width)
        found.append(measured(self, words, x, y, glyphs.size, False))
        assert found[-1].right <= x + width + 1.5, f"{words} is cut"
        return box

    def _label(self, each, left, top):
        found.append(Text(each.words, left, top, left + each.size[0], top + each.size[1], each.letters * self.points))
        return label(self, each, left, top)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Canvas, "write", _write)
        patch.setattr(Canvas, "number", _number)
        patch.setattr(Canvas, "label", _label)
        yield found


def outside(texts, size, slack=1.0):
    """Those that are not wholly on the sheet."""
    return [
        each
        for each in texts
        if each.left < -slack or each.top < -slack or each.right > size[0] + slack or each.bottom > size[1] + slack
    ]


def overlapping(texts, slack=1.0):
    """Pairs that lie on each other by more than so many pixels in both directions."""
    return [
        (a, b)
        for i, a in enumerate(texts)
        for b in texts[:i]
        if min(a.right, b.right) - max(a.left, b.left) > slack and min(a.bottom, b.bottom) - max(a.top, b.top) > slack
    ]
