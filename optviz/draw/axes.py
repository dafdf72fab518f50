"""What stands around a map: the numbers along its sides, and its title."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.layout import some_ticks, tick_labels
from optviz.lengths import LEFT
from optviz.surface import Box
from optviz.themes import Colour, Theme


def draw_ticks(
    canvas: Canvas, place: Rectangle, box: Box, theme: Theme, unit: float, sides: tuple[bool, bool] = (True, True)
) -> None:
    """Write round numbers of a box at the left of its place and beneath it, or at one of these sides only."""
    left, top, right, bottom = place
    x0, x1, y0, y1 = box
    gap = theme.text * canvas.points
    if sides[1]:
        values = some_ticks(x0, x1, int((right - left) / (70 * unit)))
        pitch = (right - left) / (x1 - x0) * min(np.diff(values), default=x1 - x0)
        words, size = _labels(canvas, values, theme, pitch - 0.4 * gap)
        for value, each in zip(values, words, strict=True):
            x = left + (value - x0) / (x1 - x0) * (right - left)
            canvas.text(x, bottom + 1.4 * gap, each, size, theme.quiet, anchor="centre")
    if sides[0]:
        values = some_ticks(y0, y1, int((bottom - top) / (60 * unit)))
        words, size = _labels(canvas, values, theme, LEFT * unit - 0.25 * gap - 0.5)
        for value, each in zip(values, words, strict=True):
            y = bottom - (value - y0) / (y1 - y0) * (bottom - top) + 0.36 * gap
            x = left - max(0.25 * gap, min(0.6 * gap, LEFT * unit - canvas.text_width(each, size) - 1))
            canvas.text(x, y, each, size, theme.quiet, anchor="right")


def _labels(canvas: Canvas, values: Sequence[float], theme: Theme, room: float) -> tuple[list[str], float]:
    """The labels of an axis, and their size: smaller where even powers of ten have no room."""
    size = theme.text
    words = tick_labels(values, lambda each: canvas.text_width(each, size) <= room)
    while size > 4 and any(canvas.text_width(each, size) > room for each in words):
        size -= 0.5
    return words, size


def draw_title(
    canvas: Canvas,
    place: Rectangle,
    words: str,
    colour: Colour,
    theme: Theme,
    note: str = "",
    *,
    beyond: float = 0.0,
    alike: Sequence[str] = (),
) -> None:
    """Write a panel's title above its place, and after it a note, as far as there is room.

    A title that is too long is written a little smaller, and so is one among others `alike` that are; it may reach so
    many pixels beyond the place.
    """
    left, top, right, _ = place
    size = theme.text + 1
    y = top - 0.5 * size * canvas.points
    if words:
        room = right + beyond - left
        while size > theme.text - 1.5 and any(canvas.text_width(w, size, bold=True) > room for w in (words, *alike)):
            size -= 0.5
        words = canvas.fitted(words, size, room, bold=True)
        canvas.text(left, y, words, size, colour, bold=True)
        left += round(canvas.text_width(words, size, bold=True) + size * canvas.points)
    if note and right - left > 6 * size * canvas.points:
        canvas.text(left, y, canvas.fitted(note, theme.text, right - left), theme.text, theme.quiet)
