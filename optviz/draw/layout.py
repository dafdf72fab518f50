"""Where things lie on the sheet: the map, the title above it, the column of runs beside it, the ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Rectangle
from optviz.surface import Box

_FARTHEST = 1e9  # pixels


@dataclass(frozen=True)
class Layout:
    """The parts of a picture, in pixels; `column` is None where there is no room for it."""

    scale: float
    map: Rectangle
    title: tuple[int, int]
    column: Rectangle | None


def layout(width: int, height: int) -> Layout:
    """Divide a sheet."""
    scale = max(0.5, min(width / 800, height / 600))
    left, top, bottom = round(52 * scale), round(64 * scale), height - round(40 * scale)
    side = round(204 * scale)
    roomy = width - left - side > side
    right = width - (side if roomy else round(16 * scale))
    column = (right + round(18 * scale), top, width - round(12 * scale), bottom) if roomy else None
    return Layout(scale, (left, top, max(right, left + 8), max(bottom, top + 8)), (left, round(40 * scale)), column)


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


def tick_label(value: float) -> str:
    """A number as a reader writes it.

    Example:
        >>> tick_label(-0.5), tick_label(100000.0)
        ('−0.5', '100000')
    """
    return f"{value:.6g}".replace("-", "−")
