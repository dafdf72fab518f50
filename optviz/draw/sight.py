"""What a camera sees of a terrain, pixel by pixel, and what it does not see.

Every column of pixels looks along one vertical plane. In it the floor is sampled in slices, nearest first; a slice's
height on the sheet is that of the surface there, and the highest so far is the horizon. A pixel shows the first slice
that reaches it, and a point is hidden where the horizon of the nearer slices lies above it. The floor as the camera
sees it is one perspective transformation of the terrain, so that no pixel costs any Python.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from optviz.draw.camera import AWAY, Camera
from optviz.draw.canvas import Pixels, Rectangle
from optviz.draw.paints import Paints
from optviz.draw.shade import BANDS
from optviz.draw.terrain import TALL, Terrain

_NEAR, _FAR = AWAY - 0.73, AWAY + 0.73
_SLICES = 160, 1400  # at least, at most
_NOTHING = np.float32(-1e6)
_UNDER = 1.3  # pixels below the horizon that still count as seen
_UNIT = TALL / BANDS
Field = NDArray[Any]


class Sight:
    """A terrain seen by a camera in a place on the sheet; `density` is how many slices a pixel of floor has."""

    def __init__(self, terrain: Terrain, camera: Camera, place: Rectangle, density: float = 0.8) -> None:
        self._terrain, self._camera, self._place = terrain, camera, place
        left, _, right, bottom = place
        sine, cosine = camera.rise
        first, last = 1 / _NEAR, 1 / _FAR
        floor = camera.zoom * sine * AWAY * (first - last)
        count = int(np.clip(floor * density, *_SLICES))
        self._first, self._step = first, (last - first) / count
        self._columns = right - left
        near = (first + self._step * (np.arange(count) + 0.5)).astype(np.float32)  # 1 / depth of the slices
        self._level = self._seen_from_above(terrain.level_image, count)
        base = np.float32(bottom - camera.y) + np.float32(camera.zoom * sine) * (1 - np.float32(AWAY) * near)
        self._height = self._level * (np.float32(camera.zoom * cosine * _UNIT) * near)[:, None]
        self._height += base[:, None]
        self._cut()
        self._horizon = np.maximum.accumulate(self._height, axis=0)

    def is_visible(self, seen: Field) -> NDArray[np.bool_]:
        """Whether projected points (n, 3) lie above the horizon of all that is nearer; what is no number does not."""
        left, _, _, bottom = self._place
        known = np.asarray(np.isfinite(seen).all(axis=1))
        x, y, depth = np.where(known[:, None], seen, (0.0, 0.0, AWAY)).T
        column = np.clip((x - left).astype(np.intp), 0, self._columns - 1)
        behind = np.floor((1 / depth - self._first) / self._step - 0.5).astype(np.intp) - 1
        horizon = self._horizon[np.clip(behind, 0, len(self._horizon) - 1), column]
        return np.asarray(known & ((behind < 0) | (horizon <= bottom - y + _UNDER)))

    def draw(self, pixels: Pixels, paints: Paints) -> None:
        """Draw the terrain onto a sheet; what is not covered stays."""
        left, top, right, bottom = self._place
        rows, columns = bottom - top, self._columns
        highest = self._horizon[-1]
        reached = np.clip(np.ceil(self._horizon - np.float32(0.5)), 0, rows).astype(np.int32)
        reached *= columns
        reached += np.arange(columns, dtype=np.int32)
        counts = np.bincount(reached.ravel(), minlength=(rows + 1) * columns).reshape(-1, columns)[:rows]
        which = np.cumsum(counts, axis=0, dtype=np.int32)  # the first slice that reaches each pixel, from the bottom up
        peak = (self._height >= highest).argmax(axis=0).astype(np.int32)
        np.minimum(which, peak, out=which)
        np.maximum(which, 1, out=which)
        which *= columns
        which += np.arange(columns, dtype=np.int32)
        upper, lower = self._height.ravel()[which], self._height.ravel()[which - columns]
        middles = (np.arange(rows, dtype=np.float32) + np.float32(0.5))[:, None]
        wall = lower <= _NOTHING
        share = np.clip((middles - lower) / np.maximum(upper - lower, np.float32(1e-6)), 0, 1)
        after, before = self._level.ravel()[which], self._level.ravel()[which - columns]
        level = before + (after - before) * share
        lit = self._light().ravel()[which]
        picture = paints.paint(level, lit)
        picture = np.where(wall, self._walls(paints), picture)
        target = pixels[top:bottom, left:right][::-1]
        inside = (middles >= self._base) & (middles <= highest)
        np.copyto(target, picture, where=inside)
        self._soften(target, picture, highest, paints)

    def _seen_from_above(self, image: Image.Image, count: int) -> Field:
        """The terrain's image as it lies on the floor, seen by the camera: slices by columns."""
        (ahead, aside), zoom, fine = self._camera.toward, self._camera.zoom, self._terrain.fine
        start, first, step = (self._place[0] - self._camera.x) / zoom, self._first, self._step
        x = (-aside / zoom, (ahead * AWAY + 0.5) * step, -ahead - aside * start + (ahead * AWAY + 0.5) * first)
        y = (-ahead / zoom, (0.5 - aside * AWAY) * step, aside - ahead * start + (0.5 - aside * AWAY) * first)
        numbers = [part * fine / first for part in (*x, *y)]
        seen = image.transform(
            (self._columns, count),
            Image.Transform.PERSPECTIVE,
            (*numbers, 0.0, step / first),
            Image.Resampling.BILINEAR,
        )
        return np.array(seen)

    def _light(self) -> Field:
        """The light on the slices; where they are cut it is their neighbours'."""
        lit = self._seen_from_above(self._terrain.lit_image, len(self._level))
        columns, starts, ends = self._ends
        lit[starts, columns] = lit[np.minimum(starts + 1, ends), columns]
        lit[ends, columns] = lit[np.maximum(ends - 1, starts), columns]
        return lit

    def _cut(self) -> None:
        """Cut the slices where each column enters and leaves the block, exactly."""
        camera, columns = self._camera, self._columns
        (ahead, aside), (sine, cosine) = camera.toward, camera.rise
        sides = (self._place[0] + np.arange(columns) + 0.5 - camera.x) / camera.zoom
        moves = np.stack([-ahead - aside * sides, -aside + ahead * sides])
        moves[moves == 0] = 1e-12
        eye = AWAY * np.array([[ahead], [aside]])
        low, high = (-0.5 - eye) / moves, (0.5 - eye) / moves
        entries = np.minimum(low, high)
        enter, leave = entries.max(axis=0), np.maximum(low, high).min(axis=0)
        self._face = entries.argmax(axis=0), np.sign(moves)  # which wall is seen, and from which side
        hit = enter < leave
        enter, leave = np.where(hit, enter, AWAY), np.where(hit, leave, AWAY)
        count = len(self._height)
        starts = np.clip(np.floor((1 / enter - self._first) / self._step - 0.5).astype(np.intp), 0, count - 1)
        ends = np.clip(np.ceil((1 / leave - self._first) / self._step - 0.5).astype(np.intp), 0, count - 1)
        slices = np.arange(count)[:, None]
        self._height[(slices < starts) | (slices > ends) | ~hit] = _NOTHING
        every = np.flatnonzero(hit)
        self._ends = every, starts[every], ends[every]
        for where, depth in ((starts, enter), (ends, leave)):
            spots = (eye + depth * moves).T
            level = self._terrain.at(spots)
            height = cosine * level * _UNIT + sine * (depth - AWAY)
            self._level[where[every], every] = level[every]
            self._height[where[every], every] = (self._place[3] - camera.y + camera.zoom * height / depth)[every]
        base = self._place[3] - camera.y + camera.zoom * sine * (enter - AWAY) / enter
        self._base = np.where(hit, base, 1e6).astype(np.float32)

    def _walls(self, paints: Paints) -> Pixels:
        """The colour of the wall that each column sees first."""
        axis, signs = self._face
        side = np.where(axis == 0, signs[0] > 0, signs[1] > 0)
        return np.asarray(paints.walls[axis, side.astype(np.intp)])

    def _soften(self, target: Pixels, picture: Pixels, highest: Field, paints: Paints) -> None:
        """Mix the outline with what lies behind it, by how much of its pixels it covers."""
        rows = len(target)
        for edge, inner, sign in ((highest, -1, 1.0), (self._base, 1, -1.0)):
            row = np.floor(edge).astype(np.intp)
            known = np.flatnonzero((row >= 1) & (row < rows - 1))
            row = row[known]
            share = edge[known] - row
            share = share if sign > 0 else 1 - share
            target[row, known] = paints.mix(picture[row + inner, known], share)
