"""Paths that grow pale: the farther a run is from what a map shows, the closer its colour comes to the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from optviz.draw.swarm import Sheaf
from optviz.draw.trails import Exit, Stroke
from optviz.themes import Look, Theme, mixed

Drawn = TypeVar("Drawn", bound=Stroke | Exit | Sheaf)
_SHADES = 7  # from a run's own colour to the palest
_PALEST = 0.72  # how far the palest is on its way to the paper


class Paling:
    """The looks of paths (T+1, M), each in several shades, and which of them a path has at each step.

    Where pale is None, a path has one look for all its steps.
    """

    def __init__(self, pale: NDArray[Any] | None, looks: Sequence[Look], theme: Theme) -> None:
        self._runs, self._shades, self._shade = range(len(looks)), 1, None
        self.looks = list(looks)
        if pale is not None:
            shares = np.nan_to_num(np.clip(pale, 0.0, 1.0), nan=1.0)
            self._shades, self._shade = _SHADES, np.rint(shares * (_SHADES - 1)).astype(int)
            self.looks = [
                Look(mixed(look.colour, theme.background, _PALEST * shade / (_SHADES - 1)), look.dash)
                for look in looks
                for shade in range(_SHADES)
            ]

    def strokes(self, found: Sequence[Drawn]) -> list[Drawn]:
        """The same strokes, their runs the places of their looks."""
        return [
            each if isinstance(each, Sheaf) else replace(each, run=self.place(each.step, each.run)) for each in found
        ]

    def heads(self, step: int) -> list[Look]:
        """The looks of the M heads at a step."""
        return [self.looks[self.place(step, run)] for run in self._runs]

    def place(self, step: int, run: int) -> int:
        """Where among the looks that of a run at a step is."""
        return run * self._shades + (0 if self._shade is None else int(self._shade[step, run]))
