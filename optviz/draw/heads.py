"""Heads: where the runs are, as discs above everything else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.trails import about
from optviz.themes import Look, Theme

_RING = 0.4  # how much wider a head is for each one that it must not hide, as a share of its size
_MOST_RINGS = 4
_NOWHERE = (0, 0, 0, 0)


def draw_heads(
    canvas: Canvas, heads: NDArray[Any], looks: Sequence[Look], theme: Theme, place: Rectangle
) -> list[Rectangle]:
    """Draw heads at pixels (n, 2), NaN for none, and say where.

    Where several coincide the later ones lie inside the earlier, so that all are seen.
    """
    near = np.abs(heads[:, None] - heads).max(axis=-1) < 0.25 * theme.head * canvas.points
    rings = np.minimum(np.triu(near, 1).sum(axis=1), _MOST_RINGS).tolist()
    within = np.tril(near, -1).any(axis=1).tolist()
    boxes = []
    for (x, y), look, ring, inner in zip(heads.tolist(), looks, rings, within, strict=True):
        size = theme.head * (1 + _RING * ring)
        casing = 0.0 if inner else (theme.casing - theme.trail) / 2
        box = about(x, y, (size + 2 * casing) * canvas.points, place) if math.isfinite(x) else _NOWHERE
        if box[0] < box[2] and box[1] < box[3]:
            canvas.disc(x, y, size, look.colour, theme.background, casing, clip=place)
            if look.dash and not ring:
                canvas.disc(x, y, 0.4 * size, theme.background, theme.background, 0, clip=place)
            boxes.append(box)
    return boxes
