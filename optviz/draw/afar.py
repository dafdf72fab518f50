"""Paths that go absurdly far away, as they are drawn: one sees in which direction they leave, and whence they return.

A pixel 1e300 widths away is no number that anything could draw to. Such a point is brought nearer, along the line to
the step before it, or after it, if that one is near; where neither is, there is nothing to see.
"""

from __future__ import annotations

import numpy as np

from optviz.surface import Array, Box

FAR = 1e6
"""Widths or heights of a box, from its middle, from which on a point is far away."""


def brought_near(points: Array, box: Box) -> Array:
    """Paths (T+1, ..., 2) that can be drawn in a box: the same where nothing is far away.

    Example:
        >>> path = np.array([[0.5, 0.5], [1e300, 2e300], [3e300, 0.0]])
        >>> brought_near(path, (0.0, 1.0, 0.0, 1.0))
        array([[5.000000e-01, 5.000000e-01],
               [2.500005e+05, 5.000005e+05],
               [         nan,          nan]])
    """
    x0, x1, y0, y1 = box
    size = np.array([x1 - x0, y1 - y0])
    with np.errstate(all="ignore"):
        far = ~(np.abs(points - (x0 + size[0] / 2, y0 + size[1] / 2)) / size < FAR).all(axis=-1)
        if not far.any():
            return points
        before, after = np.zeros((2, *far.shape), dtype=bool)
        before[1:], after[:-1] = ~far[:-1], ~far[1:]
        beside = np.where(before[..., None], np.roll(points, 1, axis=0), np.roll(points, -1, axis=0))
        move = points / 2 - beside / 2
        move /= np.abs(move).max(axis=-1, keepdims=True)
        nearer = beside + move * (FAR / 2 / (np.abs(move) / size).max(axis=-1, keepdims=True))
        seen = far & (before | after) & np.isfinite(points).all(axis=-1)
        return np.where(seen[..., None], nearer, np.where(far[..., None], np.nan, points))
