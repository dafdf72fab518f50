"""The terrain of a relief: a surface as a block of one by one, its heights in the bands of the map, softly lit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.shade import BANDS, heights, scale_of
from optviz.surface import Box, Surface

TALL = 0.46
"""How high the block is."""
_FLOAT = 0.004  # how far above the surface what lies on it is drawn
_LIGHT = 42.0  # degrees above the floor at which the light stands
Field = NDArray[Any]


class Terrain:
    """Heights over a box, sampled `fine` times a side; the light comes from `light`, degrees from the x axis.

    `level` are bands (fine, fine), the largest y first, at the middles of their pixels; `lit` is how much light falls
    on the cells between four of them, 0 … 255.
    """

    def __init__(self, surface: Surface, box: Box, fine: int, light: float) -> None:
        self._surface, self._box = surface, box
        values = heights(surface, box, fine, fine)
        self._scale = scale_of(values)
        self.fine = fine
        self._middle = np.float32(fine / 2 - 0.5)
        self.level = self._scale(values)
        self.lit = _lit(self.level * np.float32(TALL / BANDS), math.radians(light))

    def on_floor(self, points: Field) -> Field:
        """Points (..., 2) of the surface's box on the floor of the block, -0.5 … 0.5."""
        x0, x1, y0, y1 = self._box
        with np.errstate(all="ignore"):
            return np.stack([(points[..., 0] - x0) / (x1 - x0), (points[..., 1] - y0) / (y1 - y0)], axis=-1) - 0.5

    def raised(self, floor: Field) -> Field:
        """Points (n, 2) on the floor raised to the surface, by the function itself: (n, 3)."""
        x0, x1, y0, y1 = self._box
        points = np.stack([x0 + (floor[:, 0] + 0.5) * (x1 - x0), y0 + (floor[:, 1] + 0.5) * (y1 - y0)], axis=-1)
        height = self._scale(self._surface(points)) * (TALL / BANDS) + _FLOAT
        return np.column_stack([floor, np.where(np.isnan(floor[:, 0]), np.nan, height)])

    def at(self, floor: Field) -> Field:
        """The sampled level at points (n, 2) on the floor, with straight lines between samples."""
        spots = floor.astype(np.float32) * np.float32(self.fine)
        return self._between(spots[:, 0] + self._middle, self._middle - spots[:, 1])[0]

    def sampled(self, eye: Field, depths: Field, moves: Field) -> tuple[Field, NDArray[np.int32]]:
        """The levels at `eye + depth · move`, for depths (n,) and moves (2, m): (n, m), and the cells they lie in."""
        (x, y), fine = eye, self.fine
        away = depths.astype(np.float32)[:, None]
        to_right, to_back = (moves * fine).astype(np.float32)
        column, row = away * to_right, away * -to_back
        column += np.float32(x * fine) + self._middle
        row += self._middle - np.float32(y * fine)
        return self._between(column, row)

    def _between(self, column: Field, row: Field) -> tuple[Field, NDArray[np.int32]]:
        """The levels at places between samples, which are used up, and the flat indices of the samples before them."""
        cells = np.zeros(row.shape, np.int32)
        for share, stride in ((column, 1), (row, self.fine)):
            np.clip(share, 0, self.fine - 1.001, out=share)
            whole = share.astype(np.int32)
            np.subtract(share, whole, out=share, dtype=np.float32, casting="same_kind")
            whole *= stride
            cells += whole
        near, far = (self._mixed(cells, column, offset) for offset in (0, self.fine))
        far -= near
        far *= row
        far += near
        return far, cells

    def _mixed(self, cells: NDArray[np.int32], share: Field, offset: int) -> Field:
        left, right = (self.level.ravel()[offset + aside :].take(cells) for aside in (0, 1))
        right -= left
        right *= share
        right += left
        return right


def sunlight(normal: tuple[Field, Field, Field | float], azimuth: float) -> Field:
    """How much light, 0 … 1, falls from `azimuth` (radians) on faces with normals of these parts, of any length."""
    rise = math.radians(_LIGHT)
    x, y, z = normal
    light = math.cos(rise) * math.cos(azimuth), math.cos(rise) * math.sin(azimuth), math.sin(rise)
    return np.asarray(0.5 + 0.5 * (x * light[0] + y * light[1] + z * light[2]) / np.sqrt(x * x + y * y + z * z))


def _lit(height: Field, azimuth: float) -> NDArray[np.uint8]:
    """The light on each cell between four samples; the last row and column are those before them."""
    right, back = np.diff(height, axis=1), -np.diff(height, axis=0)
    half = np.float32(len(height) / 2)
    right, back = (right[1:] + right[:-1]) * half, (back[:, 1:] + back[:, :-1]) * half
    return np.pad((sunlight((-right, -back, 1.0), azimuth) * 255).astype(np.uint8), (0, 1), mode="edge")
