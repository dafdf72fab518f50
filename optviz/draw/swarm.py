"""Swarms: hundreds of thin trails and thousands of heads, drawn together.

A single trail with its casing is a stroke a step (see `trails`); of a swarm all trails of one run are laid at once,
step by step, as hairlines without casing through which the map is seen. Like strokes they depend on the paths alone.
Heads of one run are one outline, so that where they crowd they merge into one patch with one rim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.trails import around
from optviz.themes import Theme

MOST_TRAILS = 512
"""Paths in one panel beyond which only the heads are drawn."""

_SHORTEST = 1.5  # pixels; shorter moves wait until they add up
_FAR = 4000  # pixels beyond the picture, from where a trail is not drawn any more


@dataclass(frozen=True)
class Sheaf:
    """What all trails of a run add at `step`: segments (n, 2, 2) in pixels."""

    step: int
    run: int
    segments: NDArray[Any]


def sheaves(paths: NDArray[Any], owners: Sequence[int], place: Rectangle) -> Iterator[Sheaf]:
    """The sheaves of paths (T+1, M, 2) in pixels, in the order of the steps; owners (M,)."""
    whose = np.asarray(owners)
    left, top, right, bottom = place
    last = paths[0].copy()
    for step in range(1, len(paths)):
        now = paths[step]
        move = now - last
        moved = (move * move).sum(axis=1) >= _SHORTEST**2  # false where either is NaN
        near = (np.minimum(last, now) < (right + _FAR, bottom + _FAR)).all(axis=1)
        near &= (np.maximum(last, now) > (left - _FAR, top - _FAR)).all(axis=1)
        drawn = moved & near
        for run in np.unique(whose[drawn]).tolist():
            mine = drawn & (whose == run)
            yield Sheaf(step, run, np.stack([last[mine], now[mine]], axis=1))
        broken = np.isnan(last).any(axis=1) | np.isnan(now).any(axis=1)
        last = np.where((moved | broken)[:, None], now, last)


def faintness(count: int) -> float:
    """How opaque each of `count` trails is."""
    return float(np.clip((10 / count) ** 0.5, 0.12, 0.6))


def lay_heads(canvas: Canvas, heads: NDArray[Any], colour: str, theme: Theme, place: Rectangle) -> Rectangle | None:
    """Draw heads (n, 2), and say where; those outside are not seen."""
    left, top, right, bottom = place
    reach = theme.head * canvas.points
    seen = heads[((heads > (left - reach, top - reach)) & (heads < (right + reach, bottom + reach))).all(axis=1)]
    if not len(seen):
        return None
    casing = (theme.casing - theme.trail) / 2
    canvas.dots(seen, theme.head + 2 * casing, theme.background, clip=place)
    canvas.dots(seen, theme.head, colour, clip=place)
    return around(seen, (theme.head + 2 * casing) * canvas.points, place)
