"""Regions: what a classifier answers everywhere in a part of the plane, step by step, and the points it has learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.surface import Array, Box

MOST_CLASSES = 8
"""That can be told apart as regions."""


@dataclass(frozen=True, kw_only=True)
class Regions:
    """The decision regions of a run in the plane.

    answers (T+1, rows, columns, C) are logarithms of the classes' probabilities at the middles of the box's cells, the
    top row first, and of one more cell on every side, so that what runs over the edge is known there. points (n, 2)
    with labels (n,) lie on it. `names` are what classes are called by who points at them, by number if none.
    Lengths are the same in both directions, but where `proportions` says how many times as wide as tall it is drawn.
    """

    box: Box
    answers: NDArray[np.float16]
    points: Array
    labels: NDArray[Any]
    owner: int
    title: str = ""
    names: tuple[str, ...] = ()
    proportions: float | None = None

    @property
    def sides(self) -> tuple[float, float]:
        """How wide and how tall it is drawn, in a unit of its own."""
        x0, x1, y0, y1 = self.box
        return (x1 - x0, y1 - y0) if self.proportions is None else (self.proportions, 1.0)

    @property
    def classes(self) -> int:
        """C, how many classes there are."""
        return int(self.answers.shape[-1])

    @property
    def owners(self) -> tuple[int, ...]:
        """The runner whose answers they are."""
        return (self.owner,)
