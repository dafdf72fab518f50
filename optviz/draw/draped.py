"""Paths laid over a terrain: each move as a line on the floor, cut at the box, and raised to the surface."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optviz.draw.terrain import Terrain

_SHORTEST = 0.002  # of the box; shorter moves wait until they add up
_FINE = 0.012  # of the box, between points of a long move
_MOST = 90  # points of a move
_FARTHEST = 1e7  # boxes
Spot = tuple[float, float]


@dataclass(frozen=True)
class Draped:
    """A path on a terrain: points (n, 3) of the block, NaN where it is broken, and the step of each.

    `exits` are the places of points at which the path leaves the box.
    """

    points: NDArray[Any]
    steps: NDArray[np.intp]
    exits: tuple[int, ...]


class Piece(NamedTuple):
    """A part of a run's path that has one look."""

    run: int
    look: int
    part: slice


def draped(path: NDArray[Any], terrain: Terrain) -> Draped:
    """A path (T+1, 2) on the floor laid over the terrain."""
    spots: list[Spot] = []
    steps: list[int] = []
    exits: list[int] = []
    at: Spot | None = None  # where the path is
    broken = True
    for step, (x, y) in enumerate(path.tolist()):
        if not (abs(x) < _FARTHEST and abs(y) < _FARTHEST):
            at, broken = None, True
            continue
        if at is not None and not broken and math.dist(at, (x, y)) < _SHORTEST:
            continue
        start = at or (x, y)
        at = x, y
        kept = _inside(start, at)
        if kept is None:
            broken = True
            continue
        low, high = kept
        if broken or low > 0:
            spots += [(math.nan, math.nan), _between(start, at, low)]
            steps += [step, step]
        count = min(_MOST, math.ceil(math.dist(start, at) * (high - low) / _FINE))
        spots += [_between(start, at, low + (high - low) * (each + 1) / count) for each in range(count)]
        steps += [step] * count
        broken = high < 1
        if broken:
            exits.append(len(spots) - 1)
    floor = np.array(spots, dtype=float).reshape(-1, 2)
    return Draped(terrain.raised(floor), np.array(steps, dtype=np.intp), tuple(exits))


def _between(start: Spot, end: Spot, share: float) -> Spot:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _inside(start: Spot, end: Spot) -> tuple[float, float] | None:
    """Which shares of a line lie in the box."""
    low, high = 0.0, 1.0
    for a, b in zip(start, end, strict=True):
        if a == b:
            if abs(a) > 0.5:
                return None
            continue
        ends = sorted(((-0.5 - a) / (b - a), (0.5 - a) / (b - a)))
        low, high = max(low, ends[0]), min(high, ends[1])
    return (low, high) if low <= high else None


def pieces(paths: Sequence[Draped], looks: Sequence[NDArray[Any]], last: int, count: int) -> list[Piece]:
    """The parts of paths that lie between the same steps, so many a path, and more where its look changes.

    Each has its run and its look; they begin where others end.
    """
    cuts = [path.steps.searchsorted([last * piece // count for piece in range(1, count)], "right") for path in paths]
    ends = [[1, *cut.tolist(), len(path.steps)] for cut, path in zip(cuts, paths, strict=True)]
    found: list[Piece] = []
    for piece in range(count):
        for run, end in enumerate(ends):
            own = looks[run][end[piece] : end[piece + 1]]
            changes = (np.flatnonzero(np.diff(own)) + 1 + end[piece]).tolist()
            for start, stop in pairwise([end[piece], *changes, end[piece + 1]]):
                if start < stop:
                    look = int(looks[run][start])
                    joins = bool(found) and found[-1][:2] == (run, look)
                    begin = found.pop().part.start if joins else max(0, start - 1)
                    found.append(Piece(run, look, slice(begin, stop)))
    return found
