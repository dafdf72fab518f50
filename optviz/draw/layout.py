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
from optviz.surface import Box
from optviz.themes import Theme

_LEFT, _SIDE, _TICKS, _TITLE, _GAP = 52, 204, 36, 24, 4  # units
_FARTHEST = 1e9  # pixels
_SQUARE = 1.1  # times as wide as tall: up to there the cast stands beneath
_SHARE = 0.4  # the most of the height that the cast takes beneath; more where the panels stay as tall as wide
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
    scale = max(0.5, min(width / 800, height / 600))
    unit = unit_of(scale, theme)
    heading = scale * theme.heading / 16
    left, top = round(_LEFT * unit), round(64 * heading)
    title = left, round(40 * heading)
    if width <= _SQUARE * height:
        return _stacked(width, height, theme, scale, title)
    side = round(_SIDE * unit)
    roomy = width - left - side > 0.8 * side
    right = max(left + 8, width - (side if roomy else round(16 * unit)))
    foot = height - round(_TICKS * unit) - round(4 * scale)
    cast = (right + round(18 * unit), top, width - round(12 * unit), foot) if roomy else None
    stage = (0, top, right, max(height - round(4 * scale), top + 16))
    return Layout(scale, stage, title, cast)


def _stacked(width: int, height: int, theme: Theme, scale: float, title: tuple[int, int]) -> Layout:
    """The parts of a sheet whose cast stands beneath the panels."""
    unit, em = unit_of(scale, theme), scale * theme.text * 100 / 72
    left, top = title[0], round(64 * scale * theme.heading / 16)
    right = max(left + 8, width - round(16 * unit))
    foot = height - round(14 * unit)
    most = round(max(_SHARE * height, height - width))
    if right - left < _NARROWEST * em:
        return Layout(scale, (0, top, right, max(height - round(4 * scale), top + 16)), title, None)
    return Layout(scale, (0, top, right, foot - most), title, (left, foot - most, right, foot), beneath=True)


def unit_of(scale: float, theme: Theme) -> float:
    """The length of what is a pixel at 800×600 in a theme with letters of 10 points."""
    return scale * theme.text / 10


@dataclass(frozen=True)
class Row:
    """A row of panels: how many cells it has, their plots' share of the height, and whether they have titles.

    Plots that have proportions of their own, width to height, take no more height than these need.
    """

    count: int
    weight: float
    titled: bool
    proportions: float | None = None


def cells(stage: Rectangle, rows: Sequence[Row], unit: float) -> list[list[Rectangle]]:
    """The stage in rows of cells; ticks and titles come off the height before it is shared."""
    left, top, right, bottom = stage
    extras = [unit * (_TICKS + (_TITLE if row.titled else 0)) for row in rows]
    gap = round(_GAP * unit)
    heights = _heights(max(0.0, bottom - top - sum(extras)), rows, right - left, _LEFT * unit + gap)
    found = []
    low = float(top)
    for row, extra, height in zip(rows, extras, heights, strict=True):
        high = min(float(bottom), low + extra + height)
        edges = [round(left + (right + gap - left) * column / row.count) for column in range(row.count + 1)]
        found.append([(start, round(low), end - gap, round(high)) for start, end in pairwise(edges)])
        low = high
    return found


def _heights(room: float, rows: Sequence[Row], width: float, less: float) -> list[float]:
    """How much of the room each row's plots get; of a cell's width so much is for numbers."""
    most = [(width / row.count - less) / row.proportions if row.proportions else math.inf for row in rows]
    heights = [room * row.weight / sum(each.weight for each in rows) for row in rows]
    heights = [max(8.0, min(pair)) for pair in zip(heights, most, strict=True)]
    free = sum(row.weight for row in rows if row.proportions is None)
    left = room - sum(height for row, height in zip(rows, heights, strict=True) if row.proportions)
    return [
        max(0.0, left) * row.weight / free if row.proportions is None else height
        for row, height in zip(rows, heights, strict=True)
    ]


def plot(cell: Rectangle, unit: float, *, titled: bool, right: float = 0.0) -> Rectangle:
    """What is left of a cell for the plot itself, inside its ticks, its title, and a margin at the right."""
    left, top = cell[0] + round(_LEFT * unit), cell[1] + (round(_TITLE * unit) if titled else 0)
    return left, top, max(left + 8, cell[2] - round(right * unit)), max(top + 8, cell[3] - round(_TICKS * unit))


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
    """
    rough = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def some_ticks(low: float, high: float, count: int) -> list[float]:
    """About so many round numbers between low and high, and no fewer than two where that is not far from it.

    Example:
        >>> some_ticks(-4.1, 4.1, 2)
        [-4.0, -2.0, 0.0, 2.0, 4.0]
    """
    found = (ticks(low, high, max(2, count) + more) for more in range(4))
    return next((each for each in found if len(each) > 1), ticks(low, high, max(2, count)))


def tick_label(value: float) -> str:
    """A number as a reader writes it.

    Example:
        >>> tick_label(-0.5), tick_label(100000.0)
        ('−0.5', '100000')
    """
    return f"{value:.6g}".replace("-", "−")
