"""What a camera sees of a terrain, pixel by pixel, and what it does not see.

Every column of pixels looks along one vertical plane. In it the floor is sampled in slices, nearest first; a slice's
height on the sheet is that of the surface there, and the highest so far is the horizon. A pixel shows the first slice
that reaches it, and a point is hidden where the horizon of the nearer slices lies above it. Slices and rows of pixels
are whole lines of an array, so that no pixel costs any Python.
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

_BEYOND = 0.02  # how far before and behind the block's corners the slices begin and end
_SLICES = 160, 1400  # at least, at most
_NOTHING = np.float32(-1e6)
_UNDER = 1.3  # pixels below the horizon that still count as seen
_UNIT = TALL / BANDS
Field = NDArray[Any]


class Sight:
    """A terrain seen by a camera in a place on the sheet; `density` is how many slices a pixel of floor has."""

    def __init__(self, terrain: Terrain, camera: Camera, place: Rectangle, density: float = 0.8) -> None:
        self._terrain, self._camera = terrain, camera
        sine, cosine = camera.rise
        reach = 0.5 * sum(map(abs, camera.toward)) + _BEYOND
        first, last = 1 / (AWAY - reach), 1 / (AWAY + reach)
        floor = camera.zoom * sine * AWAY * (first - last)
        count = int(np.clip(floor * density, *_SLICES))
        self._first, self._step = first, (last - first) / count
        near = first + self._step * (np.arange(count) + 0.5)  # 1 / depth of the slices
        moves, enter, leave = self._crossed(place)
        self._level, self._cell = terrain.sampled(AWAY * np.array(camera.toward), 1 / near, moves)
        self._height = self._level * (camera.zoom * cosine * _UNIT * near).astype(np.float32)[:, None]
        base = self._place[3] - camera.y + camera.zoom * sine * (1 - AWAY * near)
        self._height += base.astype(np.float32)[:, None]
        self._cut(moves, enter, leave)
        self._horizon = _running_maximum(self._height)

    def is_visible(self, seen: Field) -> NDArray[np.bool_]:
        """Whether projected points (..., 3) lie above the horizon of all that is nearer; what is no number does not."""
        left, _, right, bottom = self._place
        known = np.asarray(np.isfinite(seen).all(axis=-1))
        x, y, depth = np.moveaxis(np.where(known[..., None], seen, (0.0, 0.0, AWAY)), -1, 0)
        column = np.clip((x - left).astype(np.intp), 0, right - left - 1)
        behind = np.floor((1 / depth - self._first) / self._step - 0.5).astype(np.intp) - 1
        horizon = self._horizon[np.clip(behind, 0, len(self._horizon) - 1), column]
        return np.asarray(known & ((behind < 0) | (horizon <= bottom - y + _UNDER)))

    def draw(self, pixels: Pixels, paints: Paints) -> None:
        """Draw the terrain onto a sheet; what is not covered stays."""
        left, top, right, bottom = self._place
        highest = self._horizon[-1]
        low = max(0, int(self._base.min()))
        high = min(bottom - top, int(highest.max()) + 1)
        which = self._reaching(low, high)
        middles = np.arange(low, high, dtype=np.float32)[:, None] + np.float32(0.5)
        inside = (middles >= self._base) & (middles <= highest)
        picture = np.empty(which.shape, np.uint32)
        picture[:] = self._walls(paints)
        surface = inside & (which > self._first_cells)
        spots = np.flatnonzero(surface)
        rows = np.repeat(middles, np.count_nonzero(surface, axis=1))
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
        share = (rows - lower) / span
        level += rise * np.clip(share, 0, 1, out=share)
        slope = np.divide(rise, span, out=rise)  # bands a pixel
        across = np.diff(level, prepend=level[:1])
        across[1:] *= np.diff(spots) == 1
        steepness = np.maximum(np.abs(slope, out=slope), np.abs(across, out=across), out=slope)
        return paints.paint(level, steepness, self._terrain.lit.take(self._cell.take(here)))

    def _crossed(self, place: Rectangle) -> tuple[Field, Field, Field]:
        """The way of each column's line of sight over the floor, and the depths at which it is in the block.

        Columns that miss the block are left out.
        """
        camera = self._camera
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

    def _cut(self, moves: Field, enter: Field, leave: Field) -> None:
        """Cut the slices where each column enters and leaves the block, exactly."""
        camera, (sine, cosine) = self._camera, self._camera.rise
        count, columns = self._height.shape
        starts = np.clip(np.floor((1 / enter - self._first) / self._step - 0.5), 0, count - 1).astype(np.int16)
        ends = np.clip(np.ceil((1 / leave - self._first) / self._step - 0.5), 0, count - 1).astype(np.int16)
        slices = np.arange(count, dtype=np.int16)[:, None]
        np.copyto(self._height, _NOTHING, where=(slices < starts) | (slices > ends))
        foot = self._place[3] - camera.y
        eye = AWAY * np.array(camera.toward)
        for where, depth in ((starts, enter), (ends, leave)):
            level = self._terrain.at(eye + (depth * moves).T)
            height = cosine * level * _UNIT + sine * (depth - AWAY)
            self._level[where, np.arange(columns)] = level
            self._height[where, np.arange(columns)] = foot + camera.zoom * height / depth
        self._first_cells = starts * np.int32(columns) + np.arange(columns, dtype=np.int32)
        self._base = (foot + camera.zoom * sine * (enter - AWAY) / enter).astype(np.float32)

    def _reaching(self, low: int, high: int) -> NDArray[np.int32]:
        """The first slice that reaches each pixel, for rows from `low` up to `high`, as an index to the flat slices."""
        columns = self._horizon.shape[1]
        rows = self._horizon[:-1] - np.float32(low - 0.5)  # the first row whose middles no slice so far has reached
        reached = np.clip(rows, 0, high - low, out=rows).astype(np.intp)
        reached *= columns
        reached += np.arange(columns)
        which = np.zeros((high - low + 1) * columns, np.int32)  # where several slices begin, the last one stays
        which[reached.ravel()] = np.arange(columns, self._horizon.size, dtype=np.int32)
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
    """The maximum of each row and all before it; row by row, several times as fast as `accumulate`."""
    running = np.empty_like(rows)
    running[0] = rows[0]
    for before, row, result in zip(running, rows[1:], running[1:], strict=False):
        np.maximum(before, row, out=result)
    return running
