"""The plinth of a relief: the edges of its floor that are nearest to the eye, and a few numbers along them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.camera import Camera
from optviz.draw.canvas import Canvas, Pixels, Rectangle
from optviz.draw.labels import Label
from optviz.draw.layout import ticks
from optviz.numerals import apart
from optviz.surface import Box
from optviz.themes import Theme

_APART = 76  # pixels between numbers, at scale 1
_BESIDE = 0.16  # how far to an edge's side the eye must stand; else the block hides its numbers
_SHORT = 40  # an edge that is seen no longer than this has no numbers


class Plinth:
    """The numbers along a floor; each is rendered once."""

    def __init__(self, box: Box, theme: Theme, cell: Rectangle, canvas: Canvas) -> None:
        self._box, self._theme, self._cell, self._canvas = box, theme, cell, canvas
        self._labels: dict[float, Label] = {}
        self._words: dict[float, str] = {}

    def draw(self, pixels: Pixels, camera: Camera) -> None:
        """Write the numbers; those that would lie over others, or outside the cell, are left out."""
        for value, left, top in self.places(camera):
            self.label(value).lay(pixels, left, top)

    def places(self, camera: Camera) -> list[tuple[float, int, int]]:
        """The numbers, and the left and top of each; the edge that is seen longest is served first."""
        scale, em = self._canvas.scale, self._theme.text * self._canvas.points
        found: list[tuple[float, int, int]] = []
        taken: list[Rectangle] = []
        for axis in sorted((0, 1), key=lambda each: abs(camera.toward[each])):
            low, high = self._box[2 * axis], self._box[2 * axis + 1]
            side = math.copysign(0.5, camera.toward[1 - axis])
            if abs(camera.toward[1 - axis]) < _BESIDE:
                continue
            length = math.dist(*camera.project(_on_edge(np.array([-0.5, 0.5]), axis, side))[:, :2].tolist())
            if length < _SHORT * scale:
                continue
            values = ticks(low, high, max(2, int(length / (_APART * scale))))
            self._words |= zip(values, apart(values), strict=True)
            shares = (np.array(values) - low) / (high - low) - 0.5
            feet = camera.project(_on_edge(shares, axis, side))[:, :2]
            outward = camera.project(_on_edge(shares, axis, 1.2 * side))[:, :2] - feet
            outward /= np.linalg.norm(outward, axis=1, keepdims=True)
            for value, (x, y), (dx, dy) in zip(values, feet.tolist(), outward.tolist(), strict=True):
                wide, tall = self.label(value).size
                gap = 0.25 * em + abs(dx) * wide / 2 + abs(dy) * tall / 2
                left, top = round(x + dx * gap - wide / 2), round(y + dy * gap - tall / 2)
                room = (left, top, left + wide, top + tall)
                if _lies_in(room, self._cell) and not any(_overlap(room, other) for other in taken):
                    taken.append(room)
                    found.append((value, left, top))
        return found

    def label(self, value: float) -> Label:
        """The label of a number."""
        if value not in self._labels:
            theme = self._theme
            words = self._words[value]
            self._labels[value] = Label(words, theme.text, theme.quiet, theme.background, self._canvas, bold=False)
        return self._labels[value]


def _on_edge(shares: NDArray[Any], axis: int, side: float) -> NDArray[Any]:
    points = np.zeros((len(shares), 3))
    points[:, axis], points[:, 1 - axis] = shares, side
    return points


def _lies_in(room: Rectangle, cell: Rectangle) -> bool:
    return room[0] >= cell[0] and room[1] >= cell[1] and room[2] <= cell[2] and room[3] <= cell[3]


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
