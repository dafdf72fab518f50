"""The plinth of a relief: the edges of its floor that are nearest to the eye, and a few numbers along them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.camera import Camera
from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.layout import tick_label, ticks
from optviz.surface import Box
from optviz.themes import Theme

_APART = 76  # pixels between numbers, at scale 1
_SHORT = 40  # an edge that is seen no longer than this has no numbers


def draw_plinth(canvas: Canvas, camera: Camera, box: Box, theme: Theme, cell: Rectangle) -> None:
    """Write the numbers; those that would lie over others, or outside the cell, are left out."""
    taken: list[tuple[float, float, float, float]] = []
    em = theme.text * canvas.points
    for axis in sorted((0, 1), key=lambda each: abs(camera.toward[each])):  # the edge that is seen longest first
        low, high = box[2 * axis], box[2 * axis + 1]
        side = math.copysign(0.5, camera.toward[1 - axis])
        ends = camera.project(_on_edge(np.array([-0.5, 0.5]), axis, side))[:, :2]
        length = math.dist(*ends.tolist())
        if length < _SHORT * canvas.scale:
            continue
        values = ticks(low, high, max(2, int(length / (_APART * canvas.scale))))
        shares = (np.array(values) - low) / (high - low) - 0.5
        feet = camera.project(_on_edge(shares, axis, side))[:, :2]
        outward = camera.project(_on_edge(shares, axis, 1.2 * side))[:, :2] - feet
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        for value, foot, (dx, dy) in zip(values, feet.tolist(), outward.tolist(), strict=True):
            words = tick_label(value)
            wide, high_ = canvas.text_width(words, theme.text) / 2, 0.36 * em
            gap = 0.55 * em + abs(dx) * wide + abs(dy) * high_
            x, y = foot[0] + dx * gap, foot[1] + dy * gap
            room = (x - wide - 0.3 * em, y - 1.5 * high_, x + wide + 0.3 * em, y + 1.5 * high_)
            inside = room[0] >= cell[0] and room[1] >= cell[1] and room[2] <= cell[2] and room[3] <= cell[3]
            if inside and not any(_overlap(room, other) for other in taken):
                taken.append(room)
                canvas.text(x, y + high_, words, theme.text, theme.quiet, anchor="centre")


def _on_edge(shares: NDArray[Any], axis: int, side: float) -> NDArray[Any]:
    points = np.zeros((len(shares), 3))
    points[:, axis], points[:, 1 - axis] = shares, side
    return points


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
