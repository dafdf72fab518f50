"""What stands around a map: the numbers along its sides, and its title."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.scales import Fits, Scale, scale
from optviz.lengths import LEFT
from optviz.surface import Box
from optviz.themes import Colour, Theme


def draw_ticks(
    canvas: Canvas, place: Rectangle, box: Box, theme: Theme, unit: float, sides: tuple[bool, bool] = (True, True)
) -> float:
    """Write round numbers of a box at the left of its place and beneath it, or at one of these sides only.

    Returns how far above the place something is written from its left on, in pixels: what a title must leave free.
    """
    if sides[1]:
        draw_across(canvas, place, box[:2], theme, unit)
    return draw_up(canvas, place, box[2:], theme, unit) if sides[0] else 0.0


def draw_across(
    canvas: Canvas, place: Rectangle, ends: tuple[float, float], theme: Theme, unit: float, apart: float = 70
) -> None:
    """Write round numbers between two ends beneath a place, about so many units apart."""
    left, _, right, bottom = place
    low, high = ends
    em = theme.text * canvas.points

    def at(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    def fits(values: Sequence[float], labels: Sequence[str], size: float) -> bool:
        widths = [canvas.text_width(words, size) for words in labels]
        pitch = (right - left) / (high - low) * min(np.diff(values), default=high - low)
        over = max(left - at(values[0]) + widths[0] / 2, at(values[-1]) + widths[-1] / 2 - right)  # into a neighbour
        return max(widths) <= min(pitch - 0.4 * em, canvas.width) and over <= LEFT * unit / 2

    found = scale(low, high, int((right - left) / (apart * unit)), theme.text, fits)
    for value, words in zip(found.values, found.labels, strict=True):
        half = canvas.text_width(words, found.size) / 2
        x = min(max(at(value), half), canvas.width - half)
        canvas.text(x, bottom + 1.4 * em, words, found.size, theme.quiet, anchor="centre")
    if found.offset:
        canvas.text(right, bottom + 2.4 * em, found.offset, 0.9 * found.size, theme.quiet, anchor="right")


def draw_up(canvas: Canvas, place: Rectangle, ends: tuple[float, float], theme: Theme, unit: float) -> float:
    """Write round numbers between two ends at the left of a place; returns what `draw_ticks` does."""
    left, top, _, bottom = place
    low, high = ends
    em, room = theme.text * canvas.points, LEFT * unit

    fits = beside(canvas, place, ends, room - 0.25 * em - 0.5)
    found = scale(low, high, int((bottom - top) / (60 * unit)), theme.text, fits)
    for value, words in zip(found.values, found.labels, strict=True):
        y = bottom - (value - low) / (high - low) * (bottom - top) + 0.36 * em
        x = left - max(0.25 * em, min(0.6 * em, room - canvas.text_width(words, found.size) - 1))
        canvas.text(x, y, words, found.size, theme.quiet, anchor="right")
    return draw_offset(canvas, place, found, theme, room)


def beside(canvas: Canvas, place: Rectangle, ends: tuple[float, float], room: float) -> Fits:
    """Whether labels of values between two ends have room at the left of a place, so many pixels wide."""
    _, top, _, bottom = place
    low, high = ends

    def fits(values: Sequence[float], labels: Sequence[str], size: float) -> bool:
        pitch = (bottom - top) / (high - low) * min(np.diff(values), default=high - low)
        widest = max(canvas.text_width(words, size) for words in labels)
        return widest <= room and (len(values) == 1 or pitch >= 0.9 * size * canvas.points)

    return fits


def draw_offset(canvas: Canvas, place: Rectangle, found: Scale, theme: Theme, room: float) -> float:
    """Write the offset of the numbers at the left of a place above them; returns what `draw_ticks` does."""
    if not found.offset:
        return 0.0
    size = 0.9 * found.size
    x = max(place[0] - room + 1, 1)
    canvas.text(x, place[1] - 0.45 * theme.text * canvas.points, found.offset, size, theme.quiet)
    end = x + canvas.text_width(found.offset, size) + 0.6 * theme.text * canvas.points
    return max(0.0, end - place[0])


def draw_title(
    canvas: Canvas,
    place: Rectangle,
    words: str,
    colour: Colour,
    theme: Theme,
    note: str = "",
    *,
    beyond: float = 0.0,
    after: float = 0.0,
    alike: Sequence[str] = (),
) -> None:
    """Write a panel's title above its place, and after it a note, as far as there is room.

    A title that is too long is written a little smaller, and so is one among others `alike` that are; it may reach so
    many pixels beyond the place. It begins so many `after` the place does.
    """
    left, top, right, _ = place
    left += round(after)
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
