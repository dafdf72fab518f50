"""What stands around a map: the numbers along its sides, and its title."""

from __future__ import annotations

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.layout import some_ticks, tick_label
from optviz.surface import Box
from optviz.themes import Colour, Theme


def draw_ticks(canvas: Canvas, place: Rectangle, box: Box, theme: Theme, unit: float) -> None:
    """Write round numbers of a box beneath its place and at its left."""
    left, top, right, bottom = place
    x0, x1, y0, y1 = box
    gap = theme.text * canvas.points
    for value in some_ticks(x0, x1, int((right - left) / (70 * unit))):
        x = left + (value - x0) / (x1 - x0) * (right - left)
        canvas.text(x, bottom + 1.4 * gap, tick_label(value), theme.text, theme.quiet, anchor="centre")
    for value in some_ticks(y0, y1, int((bottom - top) / (60 * unit))):
        y = bottom - (value - y0) / (y1 - y0) * (bottom - top)
        canvas.text(left - 0.6 * gap, y + 0.36 * gap, tick_label(value), theme.text, theme.quiet, anchor="right")


def draw_title(canvas: Canvas, place: Rectangle, words: str, colour: Colour, theme: Theme, note: str = "") -> None:
    """Write a panel's title above its place, and after it a note, as far as there is room."""
    left, top, right, _ = place
    size = theme.text + 1
    y = top - 0.5 * size * canvas.points
    if words:
        words = canvas.fitted(words, size, right - left, bold=True)
        canvas.text(left, y, words, size, colour, bold=True)
        left += round(canvas.text_width(words, size, bold=True) + size * canvas.points)
    if note and right - left > 6 * size * canvas.points:
        canvas.text(left, y, canvas.fitted(note, theme.text, right - left), theme.text, theme.quiet)
