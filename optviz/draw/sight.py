"""What a camera sees of a terrain, pixel by pixel, and what it does not see.

Every column of pixels looks along one vertical plane. In it the floor is sampled in slices, nearest first, from where
the block begins to where it ends; a slice's height on the sheet is that of the surface there, and the highest so far is
the horizon. A pixel shows the first slice that reaches it, and a point is hidden where the horizon of the nearer slices
lies above it. Slices and rows of pixels are whole lines of an array, so that no pixel costs any Python.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.camera import AWAY, Camera
from optviz.draw.canvas import Pixels, Rectangle
from optviz.draw.paints import Paints
from optviz.draw.shade import BANDS
from optviz.draw.terrain import TALL, Terrain

_SLICES = 160, 1400  # at least, at most
_UNDER = 1.3  # pixels below the horizon that still count as seen
_UNIT = TALL / BANDS
Field = NDArray[Any]


class Sight:
    """A terrain seen by a camera in a place on the sheet; `density` is how many slices a pixel of floor has.

    All columns have as many slices as the one that sees most of the floor.
    """

    def __init__(self, terrain: Terrain, camera: Camera, place: Rectangle, density: float = 0.8) -> None:
        self._terrain = terrain
        sine, cosine = camera.rise
        moves, enter, leave = self._crossed(camera, place)
        floor = camera.zoom * sine * AWAY * (1 / enter - 1 / leave).max()
        count = int(np.clip(floor * density, *_SLICES))
        self._first, self._step = 1 / enter, (1 / leave - 1 / enter) / (count - 1)
        near = np.arange(count, dtype=np.float32)[:, None] * self._step.astype(np.float32)
        near += self._first.astype(np.float32)  # 1 / depth of the slices
        self._level, self._cell = terrain.sampled(AWAY * np.array(camera.toward), 1 / near, moves)
        self._height = self._level * np.float32(camera.zoom * cosine * _UNIT)
        foot = np.float32(self._place[3] - camera.y + camera.zoom * sine)
        fall = np.float32(camera.zoom * sine * AWAY)
        self._height -= fall
        self._height *= near
        self._height += foot
        self._base = foot - fall * near[0]
        self._horizon = _running_maximum(self._height.copy())

    def is_visible(self, seen: Field) -> NDArray[np.bool_]:
        """Whether projected points (..., 3) lie above the horizon of all that is nearer; what is no number does not."""
        left, _, right, bottom = self._place
        visible = np.asarray(np.isfinite(seen[..., 1]))
        x, y, depth = seen[visible].T
        column = np.clip((x - left).astype(np.intp), 0, right - left - 1)
        nearer = 1 / depth - self._step.min()
        behind = np.floor((nearer - self._first[column]) / self._step[column])
        last = np.clip(behind, 0, len(self._horizon) - 1).astype(np.intp)
        visible[visible] = (behind < 0) | (self._horizon[last, column] <= bottom - y + _UNDER)
        return visible

    def draw(self, pixels: Pixels, paints: Paints) -> None:
        """Draw the terrain onto a sheet; what is not covered stays."""
        left, top, right, bottom = self._place
        highest = self._horizon[-1]
        low = max(0, int(self._base.min()))
        high = min(bottom - top, int(highest.max()) + 1)
        which = self._reaching(low, high)
        middles = np.arange(low, high, dtype=np.float32)[:, None] + np.float32(0.5)
        inside = (which < self._height.size) & (middles >= self._base)
        picture = np.empty(which.shape, np.uint32)
        picture[:] = self._walls(paints)
        spots = np.flatnonzero((which > 0) & inside)
        ends = spots.searchsorted(len(highest) * np.arange(len(which) + 1))  # of rows
        rows = np.repeat(middles, np.diff(ends))
        picture.ravel()[spots] = self._painted(which.take(spots).astype(np.intp), spots, rows, paints)
        target = pixels[bottom - high : bottom - low, left:right][::-1]
        np.copyto(target, picture, where=inside)
        self._soften(target, low, paints)

    def _painted(self, here: NDArray[np.intp], spots: NDArray[np.intp], rows: Field, paints: Paints) -> Pixels:
        """The colours of pixels at `spots` of a picture, at heights `rows`, that the slices at `here` reach first."""
        nearer = here - self._level.shape[1]
        level, lower = self._level.take(nearer), self._height.take(nearer)
        rise, span = self._level.take(here) - level, self._height.take(here) - lower
        np.maximum(span, np.float32(1e-6), out=span)
        share = np.clip((rows - lower) / span, 0, 1)
        level += rise * share
        slope = np.divide(rise, span, out=rise)  # bands a pixel
        across = np.diff(level, prepend=level[:1])
        across[1:] *= np.diff(spots) == 1
        steepness = np.maximum(np.abs(slope, out=slope), np.abs(across, out=across), out=slope)
        return paints.paint(level, steepness, self._terrain.lit.take(self._cell.take(here)))

    def _crossed(self, camera: Camera, place: Rectangle) -> tuple[Field, Field, Field]:
        """The way of each column's line of sight over the floor, and the depths at which it is in the block.

        Columns that miss the block are left out.
        """
        ahead, aside = camera.toward
        left, top, right, bottom = place
        sides = (np.arange(left, right) + 0.5 - camera.x) / camera.zoom
        moves = np.stack([-ahead - aside * sides, -aside + ahead * sides])
        moves[moves == 0] = 1e-12
        eye = AWAY * np.array([[ahead], [aside]])
        low, high = (-0.5 - eye) / moves, (0.5 - eye) / moves
        entries = np.minimum(low, high)
        enter, leave = entries.max(axis=0), np.maximum(low, high).min(axis=0)
        hit = np.flatnonzero(enter < leave)
        met = slice(hit[0], hit[-1] + 1)
        self._place = left + int(hit[0]), top, left + int(hit[-1]) + 1, bottom
        self._face = entries[:, met].argmax(axis=0), np.sign(moves[:, met])  # which wall is seen, and from which side
        return moves[:, met], enter[met], leave[met]

    def _reaching(self, low: int, high: int) -> NDArray[np.int32]:
        """The first slice that reaches each pixel, for rows from `low` up to `high`, as an index to the flat slices.

        It is 0 where the first one does, and beyond them all where none does.
        """
        columns = self._horizon.shape[1]
        rows = self._horizon - np.float32(low - 0.5)  # the first row whose middles no slice so far has reached
        reached = np.clip(rows, 0, high - low, out=rows).astype(np.intp)
        reached *= columns
        reached += np.arange(columns)
        which = np.zeros((high - low + 1) * columns, np.int32)  # where several slices begin, the last one stays
        which[reached.ravel()] = np.arange(columns, reached.size + columns, dtype=np.int32)
        return _running_maximum(which.reshape(-1, columns)[:-1])

    def _walls(self, paints: Paints) -> Pixels:
        """The colour of the wall that each column sees first."""
        axis, signs = self._face
        side = np.where(axis == 0, signs[0] > 0, signs[1] > 0)
        return np.asarray(paints.walls[axis, side.astype(np.intp)])

    def _soften(self, target: Pixels, low: int, paints: Paints) -> None:
        """Mix the outline with what lies behind it, by how much of its pixels it covers."""
        for edge, inner, sign in ((self._horizon[-1], -1, 1.0), (self._base, 1, -1.0)):
            row = np.floor(edge).astype(np.intp) - low
            known = np.flatnonzero((row >= (sign > 0)) & (row < len(target) - (sign < 0)))
            row = row[known]
            share = edge[known] - (row + low)
            share = share if sign > 0 else 1 - share
            target[row, known] = paints.mix(target[row + inner, known], share)


def _running_maximum(rows: Field) -> Field:
    """Make each row the maximum of it and all before it: of pairs first, then of pairs of pairs, and back."""
    if len(rows) > 1:
        odd, even = rows[1::2], rows[2::2]
        np.maximum(odd, rows[:-1:2], out=odd)
        _running_maximum(odd)
        np.maximum(even, odd[: len(even)], out=even)
    return rows
