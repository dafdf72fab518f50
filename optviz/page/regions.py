"""The regions of a page: what a classifier answers, on a grid coarse enough to travel, moment by moment.

Of the logarithms of probabilities only differences count. A page holds how far each class lies behind the best one, at
nodes from edge to edge of the box; between nodes and between moments it interpolates, as films do between cells. A gap
is a byte, fine where it is small, so that boundaries, where two gaps are even, lie where they should. What a moment
changes is little, and deflates well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.page.packing import deflated, packed, packed_bytes
from optviz.regions import Regions
from optviz.surface import Array

GAP, STEPS = 30.0, 127
"""The widest gap that is told, and its byte; the gaps of others are as their cubes."""

_CELLS, _FEWEST = 48, 24  # between nodes along the longer side of the box
_MOST_ANSWERS = 1_000_000  # of a square of as many cells, for all runs, moments and classes together
Moments = NDArray[np.intp]


def regions_told(panels: Sequence[Regions], moments: Moments) -> list[dict[str, Any]]:
    """All regions of a scene at these moments."""
    square = sum(panel.classes * len(moments) for panel in panels)
    cells = int(np.clip(math.sqrt(_MOST_ANSWERS / max(1, square)), _FEWEST, _CELLS))
    return [_told(panel, moments, cells) for panel in panels]


def gaps(answers: NDArray[Any], cells: int) -> NDArray[np.uint8]:
    """Gaps (T+1, C, rows, columns) at the nodes of so many cells, of answers (T+1, rows, columns, C) as in `Regions`.

    Example:
        >>> even = np.log(np.full((1, 4, 6, 2), 0.5))
        >>> gaps(even, 2).shape, int(gaps(even, 2).max())
        ((1, 2, 2, 3), 0)
    """
    rows, columns = (count - 2 for count in answers.shape[1:3])
    coarse = min(cells, max(rows, columns)) / max(rows, columns)
    down, across = (_between(count, max(1, round(count * coarse))) for count in (rows, columns))
    at_nodes = np.einsum("ij,tjkc,lk->tcil", down, answers.astype(np.float32), across, optimize=True)
    behind = np.minimum(at_nodes.max(axis=1, keepdims=True) - at_nodes, GAP)
    return np.asarray(np.rint(np.cbrt(behind / GAP) * STEPS), dtype=np.uint8)


def _told(panel: Regions, moments: Moments, cells: int) -> dict[str, Any]:
    bytes_ = gaps(panel.answers[moments], cells)
    changes = np.diff(bytes_, axis=0, prepend=np.zeros_like(bytes_[:1]))
    x0, x1, y0, y1 = panel.box
    points = np.asarray(panel.points, dtype=float)
    shares = np.stack([(points[:, 0] - x0) / (x1 - x0), (y1 - points[:, 1]) / (y1 - y0)], axis=-1)
    numbers = tuple(map(str, range(panel.classes)))
    return {
        "title": panel.title,
        **({"names": list(panel.names)} if panel.names not in ((), numbers) else {}),
        "owner": panel.owner,
        "box": list(panel.box),
        "sides": list(panel.sides),
        "classes": panel.classes,
        "rows": bytes_.shape[2],
        "columns": bytes_.shape[3],
        "gap": GAP,
        "steps": STEPS,
        "changes": deflated(changes),
        "points": packed(shares, "<f4"),
        "labels": packed_bytes(np.asarray(panel.labels)),
    }


def _between(count: int, cells: int) -> Array:
    """Weights (nodes, count + 2) that take values at the middles of cells, one more at either end, to nodes."""
    at = np.linspace(0, count, cells + 1) + 0.5
    first = np.floor(at).astype(int)
    weights = np.zeros((len(at), count + 2))
    for place in range(-1, 3):
        cell = np.clip(first + place, 0, count + 1)
        np.add.at(weights, (np.arange(len(at)), cell), _cubic(np.abs(at - first - place)))
    return weights


def _cubic(far: Array) -> Array:
    """The weight of a value so many cells away, as in bicubic interpolation."""
    near = 1.5 * far**3 - 2.5 * far**2 + 1
    return np.where(far < 1, near, np.where(far < 2, -0.5 * far**3 + 2.5 * far**2 - 4 * far + 2, 0.0))
