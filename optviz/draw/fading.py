"""Trails that fade: of every path only its last steps are seen, the older the fainter.

A tail is drawn anew in every frame, in bands of equal age, and depends on the step alone. Long tails are drawn through
every n-th step, always the same ones, so that they do not flicker, and cost no more than short ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.trails import around
from optviz.themes import Look, Theme

_BANDS, _FEW_BANDS = 7, 5
_FEW = 8  # paths that may have many bands
_CORNERS = 64  # of a tail
_HORIZON = 2e4  # pixels


class Tails:
    """The tails of paths (T+1, M, 2) in pixels, in their looks (M,); those of a swarm are drawn together."""

    def __init__(
        self, paths: NDArray[Any], looks: Sequence[Look], length: int, theme: Theme, *, together: bool, alpha: float
    ) -> None:
        self._paths, self._theme, self._length = _near(paths), theme, length
        self._together, self._alpha = together, alpha
        self._groups: list[tuple[Look, list[int]]] = [(look, [column]) for column, look in enumerate(looks)]
        if together:
            self._groups = [
                (kind, [m for m, look in enumerate(looks) if look == kind]) for kind in dict.fromkeys(looks)
            ]
        moves = np.nan_to_num(np.hypot(*np.moveaxis(np.diff(self._paths, axis=0), -1, 0)))
        self._walked = np.concatenate([np.zeros((1, paths.shape[1])), np.cumsum(moves, axis=0)])
        self._bands = _BANDS if len(self._groups) <= _FEW else _FEW_BANDS

    def draw(self, canvas: Canvas, step: int, clip: Rectangle) -> list[Rectangle]:
        """Draw the tails that end at a step, and say where."""
        boxes = []
        edges = np.linspace(step - self._length, step, self._bands + 1).round().astype(int)
        for band in range(self._bands):
            steps = _thinned(max(0, int(edges[band])), int(edges[band + 1]), max(1, self._length // _CORNERS))
            if len(steps) < 2:
                continue
            for look, columns in self._groups:
                corners = self._paths[np.ix_(steps, columns)]
                known = corners[np.isfinite(corners).all(axis=-1)]
                if len(known):
                    self._line(
                        canvas, corners, look, (band + 1) / self._bands, self._walked[steps[0], columns[0]], clip
                    )
                    boxes.append(around(known, self._theme.casing * canvas.points, clip))
        return [box for box in boxes if box[0] < box[2] and box[1] < box[3]]

    def _line(
        self, canvas: Canvas, corners: NDArray[Any], look: Look, share: float, walked: float, clip: Rectangle
    ) -> None:
        broken = np.concatenate([corners, np.full((1, *corners.shape[1:]), np.nan)]).swapaxes(0, 1).reshape(-1, 2)[:-1]
        theme, alpha = self._theme, self._alpha * share
        if not self._together:
            canvas.line(broken, theme.background, theme.casing, cap="butt", clip=clip, alpha=alpha * share)
        canvas.line(broken, look.colour, theme.trail, cap="butt", dash=look.dash, walked=walked, clip=clip, alpha=alpha)


def _near(paths: NDArray[Any]) -> NDArray[Any]:
    """The paths with what is far beyond the picture brought nearer, so that Agg need not draw to the horizon."""
    distance = np.hypot(paths[..., 0], paths[..., 1])[..., None]
    return np.asarray(paths * np.minimum(1.0, _HORIZON / np.maximum(distance, 1.0)))


def _thinned(first: int, last: int, stride: int) -> list[int]:
    """Both ends, and every multiple of `stride` between."""
    if last <= first:
        return []
    return [first, *range((first // stride + 1) * stride, last, stride), last]
