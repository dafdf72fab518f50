"""The block of a page: a relief as one picture, and where its camera sees the paths, in shares of that picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.camera import fitted
from optviz.draw.canvas import Canvas, packed
from optviz.draw.draped import draped
from optviz.draw.paints import Paints
from optviz.draw.plinth import Plinth
from optviz.draw.relief import ARM, DENSE, FINE, SUN, outline
from optviz.draw.sight import Sight
from optviz.draw.terrain import Terrain
from optviz.page.ground import Ground, alike
from optviz.scene import Relief
from optviz.surface import Array
from optviz.themes import Theme

_MARGINS = 34, 12, 34, 36  # pixels for the numbers: left, top, right, bottom


@dataclass(frozen=True)
class Seen:
    """Points as the camera sees them: places (..., 2) in shares of the picture, NaN for none, and whether hidden."""

    places: Array
    hidden: NDArray[np.bool_]


@dataclass(frozen=True)
class Track:
    """A path laid over the block: what is seen of it, the step of each point, and at which it leaves the box."""

    seen: Seen
    steps: NDArray[np.intp]
    exits: tuple[int, ...]


class Block:
    """A relief in a picture of that size, in several themes, seen by a camera that stands still."""

    def __init__(self, panel: Relief, size: tuple[int, int], themes: Sequence[Theme]) -> None:
        left, top, right, bottom = _MARGINS
        place = (left, top, size[0] - right, size[1] - bottom)
        self._size = size
        light = panel.azimuth + SUN
        self._terrain = Terrain(panel.surface, panel.box, int(np.clip(place[2] - left, *FINE)), light)
        [self._camera] = fitted([panel.azimuth], panel.elevation, outline(self._terrain), place)
        self._sight = Sight(self._terrain, self._camera, place, DENSE)
        self.ground: Ground = alike([self._painted(theme, Paints(theme, math.radians(light))) for theme in themes])
        plinth = Plinth(panel.box, themes[0], (0, 0, *size), Canvas(1, 1, 1.0))
        self.labels: list[tuple[str, float, float]] = [
            (label.words, (x + label.size[0] / 2) / size[0], (y + label.size[1] / 2) / size[1])
            for value, x, y in plinth.places(self._camera)
            for label in [plinth.label(value)]
        ]
        """The numbers along the floor, and where their middles lie, in shares of the picture."""

    def seen(self, points: Array) -> Seen:
        """Points (..., 2) of the surface; those outside the box are not there."""
        floor = self._terrain.on_floor(points).reshape(-1, 2)
        floor[~(np.abs(floor) <= 0.5).all(axis=-1)] = np.nan
        return self._looked_at(self._terrain.raised(floor), points.shape[:-1])

    def track(self, path: Array) -> Track:
        """A path (T+1, 2) of the surface."""
        laid = draped(self._terrain.on_floor(path), self._terrain)
        return Track(self._looked_at(laid.points, (len(laid.points),)), laid.steps, laid.exits)

    def cross(self, minimum: Array) -> Array:
        """The two bars (2, 2, 2) of a mark that lies flat on the surface, in shares of the picture."""
        [spot] = self._terrain.raised(self._terrain.on_floor(minimum[None]))
        arms = ARM * np.array([[[-1.0, 0, 0], [1, 0, 0]], [[0, -1, 0], [0, 1, 0]]])
        return np.asarray(self._camera.project(spot + arms)[..., :2] / self._size)

    def _looked_at(self, raised: Array, shape: tuple[int, ...]) -> Seen:
        projected = self._camera.project(raised)
        visible = self._sight.is_visible(projected)
        return Seen((projected[:, :2] / self._size).reshape(*shape, 2), ~visible.reshape(shape))

    def _painted(self, theme: Theme, paints: Paints) -> NDArray[Any]:
        canvas = Canvas(*self._size)
        canvas.pixels[:] = packed(theme.background)
        self._sight.draw(canvas.pixels, paints)
        return canvas.pixels.copy()
