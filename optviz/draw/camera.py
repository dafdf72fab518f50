"""The camera of a relief: where a point of the block lies on the sheet, and how far away.

The block stands on the floor z = 0, and is one unit wide and deep; its middle is the origin. The eye looks at it from
`elevation` degrees above the floor, through a lens that is shifted as an architect's is: what is vertical stays
vertical, so that every column of pixels sees one vertical plane through the eye. With the eye's side s, distance d
beyond the middle and depth w = d + 4,

    x = zoom · s / w        y = zoom · (z cos(elevation) + d sin(elevation)) / w
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Rectangle

AWAY = 4.0
"""How far in front of the middle the eye stands, on the floor."""
Field = NDArray[Any]


@dataclass(frozen=True)
class Camera:
    """An eye: its angles in degrees, pixels for a unit at depth 1, and the pixel at which the origin lies."""

    azimuth: float
    elevation: float
    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0

    @property
    def toward(self) -> tuple[float, float]:
        """The direction on the floor, of length 1, from the middle towards the eye."""
        turn = math.radians(self.azimuth)
        return math.cos(turn), math.sin(turn)

    @property
    def rise(self) -> tuple[float, float]:
        """Sine and cosine of the elevation."""
        tilt = math.radians(self.elevation)
        return math.sin(tilt), math.cos(tilt)

    def project(self, points: Field) -> Field:
        """Points (..., 3) of the block as pixels and depth (..., 3)."""
        (ahead, aside), (sine, cosine) = self.toward, self.rise
        across = points[..., 1] * ahead - points[..., 0] * aside
        beyond = -points[..., 0] * ahead - points[..., 1] * aside
        depth = beyond + AWAY
        x = self.x + self.zoom * across / depth
        y = self.y - self.zoom * (cosine * points[..., 2] + sine * beyond) / depth
        return np.stack([x, y, depth], axis=-1)


def fitted(azimuths: Sequence[float], elevation: float, points: Field, place: Rectangle) -> list[Camera]:
    """Cameras that see all points (n, 3) in that place, as large as fits; all of one zoom."""
    seen = np.concatenate([Camera(azimuth, elevation).project(points)[:, :2] for azimuth in azimuths])
    low, high = seen.min(axis=0), seen.max(axis=0)
    left, top, right, bottom = place
    zoom = float(min((right - left) / (high[0] - low[0]), (bottom - top) / (high[1] - low[1])))
    x, y = (np.array([left + right, top + bottom]) - zoom * (low + high)) / 2
    return [Camera(azimuth, elevation, zoom, float(x), float(y)) for azimuth in azimuths]
