"""The stage: what every painter of a panel is given. The cast and its looks, a theme, and a place on the sheet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from optviz.cast import Runner
from optviz.draw.canvas import Canvas, Rectangle
from optviz.lengths import unit_of
from optviz.themes import Look, Theme
from optviz.timeline import Clock

TOLD_APART = 8
"""How many runs colours tell apart; beyond that the heads have labels, and trails grow thinner."""


@dataclass(frozen=True)
class Stage:
    """A panel's surroundings; `cell` is its part of the sheet, ticks and title included.

    `numbers` says whether it has numbers at its left and beneath: a neighbour may have them for it. `narrowest` is the
    width of the narrowest cell in its row, in which the words of all must fit that are to be alike.
    """

    cast: tuple[Runner, ...]
    theme: Theme
    cell: Rectangle
    canvas: Canvas
    clock: Clock = Clock()
    numbers: tuple[bool, bool] = (True, True)
    narrowest: int = 0

    @property
    def unit(self) -> float:
        """The length of what is a pixel at 800×600 in a theme with letters of 10 points."""
        return unit_of(self.canvas.scale, self.theme)

    def looks(self, owners: Sequence[int]) -> list[Look]:
        """How the owners of a panel's columns are told apart."""
        return [self.theme.look(self.cast[owner].slot) for owner in owners]

    def thinned(self, share: float) -> Theme:
        """The theme with lines and heads of that share of their width."""
        theme = self.theme
        trail = theme.trail * share
        return replace(
            theme, trail=trail, casing=trail + (theme.casing - theme.trail) * share**2, head=theme.head * share
        )

    def swarming(self, count: int) -> Theme:
        """The theme for so many heads in one panel that each of them is a dot."""
        return self.thinned(max(0.25, min(0.6, math.sqrt(40 / count))))

    def crowded(self, count: int) -> Theme:
        """The theme for so many paths in one panel, or for a panel that is small."""
        many = math.sqrt(TOLD_APART / count)
        small = math.sqrt(min(self.cell[2] - self.cell[0], self.cell[3] - self.cell[1]) / (330 * self.canvas.scale))
        return self.thinned(max(0.5, min(1.0, many, small)))
