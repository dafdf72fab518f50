"""The terrain of a relief: a surface as a block of one by one, its heights in the bands of the map, softly lit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from optviz.draw.shade import BANDS, heights, scale_of
from optviz.surface import Box, Surface

TALL = 0.46
"""How high the block is."""
_FLOAT = 0.004  # how far above the surface what lies on it is drawn
_LIGHT = 42.0  # degrees above the floor at which the light stands
Field = NDArray[Any]


class Terrain:
    """Heights over a box, sampled `fine` times a side; the light comes from `light`, degrees from the x axis.

    `level` are bands (fine, fine), the largest y first, at the middles of their cells; `lit` is how much light falls
    there, 0 … 255.
    """

    def __init__(self, surface: Surface, box: Box, fine: int, light: float) -> None:
        self._surface, self._box = surface, box
        values = heights(surface, box, fine, fine)
        self._scale = scale_of(values)
        self.fine = fine
        self.level = self._scale(values)
        self.lit = _lit(self.level * np.float32(TALL / BANDS), math.radians(light))
        self.level_image = Image.fromarray(self.level)
        self.lit_image = Image.fromarray(self.lit)

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
        column = np.clip((floor[:, 0] + 0.5) * self.fine - 0.5, 0, self.fine - 1.001)
        row = np.clip((0.5 - floor[:, 1]) * self.fine - 0.5, 0, self.fine - 1.001)
        i, j = row.astype(np.intp), column.astype(np.intp)
        down, right = row - i, column - j
        upper = self.level[i, j] * (1 - right) + self.level[i, j + 1] * right
        lower = self.level[i + 1, j] * (1 - right) + self.level[i + 1, j + 1] * right
        return np.asarray(upper * (1 - down) + lower * down, dtype=np.float32)


def sunlight(normals: Field, azimuth: float) -> Field:
    """How much light, 0 … 1, falls on faces of these normals (..., 3) of length 1, from `azimuth` (radians)."""
    rise = math.radians(_LIGHT)
    flat = math.cos(rise)
    light = np.array([flat * math.cos(azimuth), flat * math.sin(azimuth), math.sin(rise)])
    return np.asarray(np.clip(0.5 + 0.5 * (normals @ light), 0, 1))


def _lit(height: Field, azimuth: float) -> NDArray[np.uint8]:
    down, right = np.gradient(height * np.float32(len(height)))
    normals = np.stack([-right, down, np.ones_like(right)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    return np.asarray(sunlight(normals, azimuth) * 255, dtype=np.uint8)
