"""Where things lie on the sheet: the title, the cast of runs, and a cell for every panel.

The cast stands in a column at the side of the panels, or, where the sheet is about as tall as it is wide or taller, in
rows beneath them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Rectangle
from optviz.lengths import APART, CLOSE, FOOT, HEAD, LEFT, SIDE, SQUARE, TITLE, most_beneath, scale_of, unit_of
from optviz.surface import Box
from optviz.themes import Theme

_FARTHEST = 1e9  # pixels
_NARROWEST = 18  # letters' heights, the least width for a cast beneath


@dataclass(frozen=True)
class Layout:
    """The parts of a picture, in pixels.

    `stage` is what all panels share; the title stands above its left end, the counter above its right one. `cast` is
    the place of the runs, at the side or `beneath`; None where there is no room for them.
    """

    scale: float
    stage: Rectangle
    title: tuple[int, int]
    cast: Rectangle | None
    beneath: bool = False

    def settled(self, height: int) -> Layout:
        """The same with a cast of that height, no more than there was; the panels have the rest."""
        assert self.cast is not None
        left, top, right, bottom = self.cast
        less = bottom - top - height
        x0, y0, x1, y1 = self.stage
        return replace(self, stage=(x0, y0, x1, y1 + less), cast=(left, top + less, right, bottom))


def layout(width: int, height: int, theme: Theme) -> Layout:
    """Divide a sheet; larger letters take more room around the panels. A cast beneath them gets the most it may."""
    scale = scale_of(width, height)
    unit = unit_of(scale, theme)
    heading = scale * theme.heading / 16
    letters = scale * theme.text * 100 / 72
    title = round(LEFT * unit), max(round(40 * heading), math.ceil(letters) + 2)
    left, top = title[0], max(round(HEAD * heading), title[1] + round(0.5 * letters))
    if width <= SQUARE * height:
        return _stacked(width, height, theme, scale, title, top)
    side = round(SIDE * unit)
    roomy = width - left - side > 0.8 * side
    right = max(left + 8, width - (side if roomy else round(16 * unit)))
    foot = height - round(FOOT * unit) - round(4 * scale)
    cast = (
        (right + round(18 * unit), top, width - round(12 * unit), foot) if roomy and foot - top > 3 * letters else None
    )
    stage = (0, top, right, max(height - round(4 * scale), top + 16))
    return Layout(scale, stage, title, cast)


def _stacked(width: int, height: int, theme: Theme, scale: float, title: tuple[int, int], top: int) -> Layout:
    """The parts of a sheet whose cast stands beneath the panels."""
    unit, em = unit_of(scale, theme), scale * theme.text * 100 / 72
    left = title[0]
    right = max(left + 8, width - round(16 * unit))
    foot = height - round(14 * unit)
    most = most_beneath(width, height)
    if right - left < _NARROWEST * em:
        return Layout(scale, (0, top, right, max(height - round(4 * scale), top + 16)), title, None)
    return Layout(scale, (0, top, right, foot - most), title, (left, foot - most, right, foot), beneath=True)


@dataclass(frozen=True)
class Row:
    """A row of panels: how many cells it has, their plots' share of the height, and whether they have titles.

    Plots that have proportions of their own, width to height, take no more height than these need, and leave others the
    `least` that these ask for, in pixels. Where panels are `shared`, all have the same numbers, which stand at the left
    of the first one only; and beneath the row if it is `numbered`.
    """

    count: int
    weight: float
    titled: bool
    proportions: float | None = None
    least: float = 0.0
    shared: bool = False
    numbered: bool = True


def cells(stage: Rectangle, rows: Sequence[Row], unit: float) -> list[list[Rectangle]]:
    """The stage in rows of cells; ticks and titles come off the height before it is shared.

    A cell has room for numbers at its left and beneath; where there are none, it reaches under its neighbour.
    """
    left, top, right, bottom = stage
    extras = [unit * ((FOOT if row.numbered else CLOSE) + (TITLE if row.titled else 0)) for row in rows]
    across = [_columns(row, left, right, unit) for row in rows]
    widths = [row[0][1] - row[0][0] - LEFT * unit for row in across]
    heights = _heights(max(0.0, bottom - top - sum(extras)), rows, widths)
    found = []
    low = float(top)
    for row, extra, height, columns in zip(rows, extras, heights, across, strict=True):
        high = min(float(bottom), low + extra + height)
        foot = high if row.numbered else high + unit * (FOOT - CLOSE)
        found.append([(start, round(low), end, round(foot)) for start, end in columns])
        low = high
    return found


def _columns(row: Row, left: int, right: int, unit: float) -> list[tuple[int, int]]:
    """The left and right ends of a row's cells."""
    gap, numbers = round((CLOSE if row.shared else APART) * unit), round(LEFT * unit) if row.shared else 0
    start = left + numbers
    edges = [round(start + (right + gap - start) * column / row.count) for column in range(row.count + 1)]
    return [(low - numbers, high - gap) for low, high in pairwise(edges)]


def _heights(room: float, rows: Sequence[Row], widths: Sequence[float]) -> list[float]:
    """How much of the room each row's plots get, which are so wide."""
    heights = [room * row.weight / sum(each.weight for each in rows) for row in rows]
    ours = sum(height for row, height in zip(rows, heights, strict=True) if row.proportions)
    short = sum(max(0.0, row.least - height) for row, height in zip(rows, heights, strict=True))
    share = max(0.5, 1 - short / ours) if ours else 1.0
    heights = [
        max(8.0, min(share * height, width / row.proportions)) if row.proportions else height
        for row, height, width in zip(rows, heights, widths, strict=True)
    ]
    free = sum(row.weight for row in rows if row.proportions is None)
    left = room - sum(height for row, height in zip(rows, heights, strict=True) if row.proportions)
    return [
        height if row.proportions else max(0.0, left) * row.weight / free
        for row, height in zip(rows, heights, strict=True)
    ]


def plot(cell: Rectangle, unit: float, *, titled: bool, right: float = 0.0) -> Rectangle:
    """What is left of a cell for the plot itself, inside its ticks, its title, and a margin at the right."""
    left, top = cell[0] + round(LEFT * unit), cell[1] + (round(TITLE * unit) if titled else 0)
    return left, top, max(left + 8, cell[2] - round(right * unit)), max(top + 8, cell[3] - round(FOOT * unit))


def to_pixels(points: NDArray[Any], box: Box, place: Rectangle) -> NDArray[Any]:
    """Points (..., 2) of a box as pixels of a rectangle; what is not finite, or absurdly far away, is NaN."""
    x0, x1, y0, y1 = box
    left, top, right, bottom = place
    with np.errstate(all="ignore"):
        x = left + (points[..., 0] - x0) * ((right - left) / (x1 - x0))
        y = bottom - (points[..., 1] - y0) * ((bottom - top) / (y1 - y0))
        pixels = np.stack([x, y], axis=-1)
        pixels[~(np.abs(pixels) < _FARTHEST).all(axis=-1)] = np.nan
    return pixels


def ticks(low: float, high: float, count: int) -> list[float]:
    """At most about `count` round numbers between low and high.

    Example:
        >>> ticks(-2.0, 2.0, 5)
        [-2.0, -1.0, 0.0, 1.0, 2.0]
        >>> ticks(1e12, 1e12 + 1, 2)
        [1000000000000.0, 1000000000000.5, 1000000000001.0]
    """
    rough = (high - low) / max(count, 1)
    exponent = math.floor(math.log10(rough))
    power = 10.0**exponent
    factor = next(each for each in (1, 2, 5, 10) if each * power >= rough * 0.999)
    step = factor * power
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{index * factor}e{exponent}") for index in range(first, last + 1)]


def some_ticks(low: float, high: float, count: int) -> list[float]:
    """About so many round numbers between low and high, and no fewer than two where that is not far from it.

    Example:
        >>> some_ticks(-4.1, 4.1, 2)
        [-4.0, -2.0, 0.0, 2.0, 4.0]
    """
    found = (ticks(low, high, max(2, count) + more) for more in range(4))
    return next((each for each in found if len(each) > 1), ticks(low, high, max(2, count)))
