"""Polylines of curves, which go from left to right as time does.

Where many steps share a column of pixels, one goes through its first, least, largest and last value there: its outline
is that of all. Where it runs on others for long, it says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Rectangle

_DENSE = 4  # steps in a column of pixels from which on not all are drawn
_HORIZON = 2e4  # pixels beyond the panel, farther than which no line need go
_ALONG = 1 / 8  # the share of the panel's width from which on it is long


class Line:
    """A curve as a polyline: a path (T+1, 2) in pixels, thinned where many steps share a column of pixels.

    `below` (T+1,) says on how many others it runs at each step.
    """

    def __init__(self, path: NDArray[Any], place: Rectangle, below: NDArray[Any] | None = None) -> None:
        left, top, right, bottom = place
        dense = len(path) > _DENSE * (right - left)
        self._steps = envelope(path) if dense else np.arange(len(path))
        self._corners = path[self._steps]
        self._corners[:, 1] = self._corners[:, 1].clip(top - _HORIZON, bottom + _HORIZON)
        kinds = np.zeros(len(self._steps), dtype=int) if below is None else below[self._steps]
        self._kinds = kinds
        self._turns = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(kinds)]

    def until(self, step: int) -> Iterator[tuple[NDArray[Any], int]]:
        """The corners up to a step, in stretches, and on how many others each of these runs."""
        count = int(np.searchsorted(self._steps, step, side="right"))
        for start, end in pairwise(self._turns):
            if start < count:
                yield self._corners[max(0, start - 1) : min(end, count)], int(self._kinds[start])


def run_upon(paths: Sequence[NDArray[Any]], near: float, place: Rectangle) -> list[NDArray[Any]]:
    """On how many of the paths (T+1, 2) before it each runs at each step (T+1,): those it is near to for long."""
    long = _ALONG * (place[2] - place[0])
    found = []
    for column, path in enumerate(paths):
        below = np.zeros(len(path), dtype=int)
        for other in paths[:column]:
            close = np.abs(path[:, 1] - other[:, 1]) < near
            edges = np.flatnonzero(np.diff(close, prepend=False, append=False)).reshape(-1, 2)
            for start, end in edges.tolist():
                if path[end - 1, 0] - path[start, 0] >= long:
                    below[start:end] += 1
        found.append(below)
    return found


def envelope(path: NDArray[Any]) -> NDArray[Any]:
    """The steps at which a path (T+1, 2) enters or leaves a column of pixels, is highest or lowest in it, or breaks."""
    known, broken = np.flatnonzero(~np.isnan(path[:, 1])), np.flatnonzero(np.isnan(path[:, 1]))
    gaps = broken[np.diff(broken, prepend=-2) > 1]
    if not len(known):
        return gaps
    columns = np.floor(path[known, 0])
    firsts = np.flatnonzero(np.diff(columns, prepend=-1))
    lasts = np.append(firsts[1:], len(known)) - 1
    by_height = known[np.lexsort((path[known, 1], columns))]
    return np.unique(np.concatenate([gaps, known[firsts], known[lasts], by_height[firsts], by_height[lasts]]))
