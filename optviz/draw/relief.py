"""The surface in 3-D: a block under a soft light, trails laid over it, heads above them.

What the surface hides of a trail is dashed and faint. Where the camera stands still, the block is drawn once and trails
are laid on it stroke by stroke, as on a map; where it orbits, each frame is drawn anew from its share of the film.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optviz.draw.afar import brought_near
from optviz.draw.axes import draw_title
from optviz.draw.camera import Camera, fitted
from optviz.draw.canvas import Canvas, Pixels, Rectangle
from optviz.draw.draped import Draped, draped, pieces
from optviz.draw.heads import draw_heads
from optviz.draw.labels import Label, places
from optviz.draw.layout import plot
from optviz.draw.paints import Paints
from optviz.draw.paling import Paling
from optviz.draw.plinth import Plinth
from optviz.draw.shade import BANDS
from optviz.draw.sight import Sight
from optviz.draw.stage import TOLD_APART, Stage
from optviz.draw.terrain import TALL, Terrain
from optviz.draw.trails import Exit, Stroke, around, between, lay, strokes
from optviz.scene import Relief
from optviz.themes import mixed
from optviz.timeline import Shot

SUN = -118.0  # degrees from the camera's first azimuth to the light's: from the left, a little towards the eye
_TURNS = 24  # directions for which an orbit is made to fit
FINE = 300, 620  # samples a side, at least and at most
DENSE, _BRISK = 1.6, 0.6  # slices a pixel of floor: for a block drawn once, and for every frame
_MARGINS = 26, 10, 26, 30  # pixels at scale 1 for the numbers: left, top, right, bottom
_HIDDEN = (2.0, 2.2)  # dashes
_FAINT = 0.5  # how far a hidden colour is from the paper
ARM = 0.022  # half the width of a minimum's cross, as a share of the box
_ORDERED = 96  # pieces of trails, at most, that an orbit draws in the order of their steps
_PIECES = 16  # and of each trail


class _Laid(NamedTuple):
    """A stroke of a trail, seen or hidden, as it is laid; its run is the place of its look."""

    step: int
    seen: bool
    stroke: Stroke | Exit


class ReliefPainter:
    """Draws a `Relief` into its cell."""

    def __init__(self, panel: Relief, stage: Stage) -> None:
        self._panel, self.stage = panel, stage
        self._theme = theme = stage.crowded(len(panel.owners))
        unit = stage.unit
        left, top, right, bottom = stage.cell
        self._titled = top + (round(24 * unit) if panel.title or panel.note else 0)
        self.place = _within((left, self._titled, right, bottom), [round(side * unit) for side in _MARGINS])
        self._plinth = Plinth(panel.box, theme, (left, self._titled, right, bottom), stage.canvas)
        self._looks = stage.looks(panel.owners)
        self._pale = Paling(panel.pale, self._looks, theme)
        self._faint = [mixed(theme.background, look.colour, _FAINT) for look in self._pale.looks]
        fine = int(np.clip(self.place[2] - self.place[0], *FINE))
        self._terrain = Terrain(panel.surface, panel.box, fine, panel.azimuth + SUN)
        self._paints = Paints(theme, math.radians(panel.azimuth + SUN), transparent=stage.canvas.transparent)
        floor = self._terrain.on_floor(brought_near(panel.points, panel.box))
        self._paths = [draped(path, self._terrain) for path in floor.swapaxes(0, 1)]
        floor[~(np.abs(floor) <= 0.5).all(axis=-1)] = np.nan
        self.heads = self._terrain.raised(floor.reshape(-1, 2)).reshape(*floor.shape[:-1], 3)
        """Where the runs are on the block (T+1, M, 3); NaN outside."""
        minima, deepest = panel.surface.minima_within(panel.box)
        self._minima = self._terrain.raised(self._terrain.on_floor(minima))
        self._shares = np.where(deepest, 1.0, 0.6)  # how large the minima's crosses are
        self._starts = self._terrain.raised(self._terrain.on_floor(np.array(panel.starts, dtype=float).reshape(-1, 2)))
        self.orbits = panel.camera == "orbit"
        turns = [panel.azimuth + 360 * turn / _TURNS for turn in range(_TURNS if self.orbits else 1)]
        self._camera = fitted(turns, panel.elevation, outline(self._terrain), self.place)[0]
        shades = [
            np.array([self._pale.place(step, run) for step in path.steps.tolist()], dtype=int)
            for run, path in enumerate(self._paths)
        ]
        last, count = len(panel.points) - 1, max(1, min(_PIECES, _ORDERED // len(self._paths)))
        self._seen, self._hidden = (pieces(self._paths, shades, last, each) for each in (count, 1))
        self._laid: list[_Laid] = []
        if not self.orbits:
            self._sight = Sight(self._terrain, self._camera, self.place, DENSE)
            self._laid = self._strokes()
            self._spots = self._camera.project(self.heads)
            self._visible = self._sight.is_visible(self._spots)
        self._laid_steps = [each.step for each in self._laid]
        self._ground: Pixels | None = None
        self._labels = [
            Label(stage.cast[owner].title, theme.text, look.colour, theme.background, stage.canvas)
            for owner, look in zip(panel.owners, self._looks, strict=True)
            if TOLD_APART < len(panel.owners) == len(stage.cast)
        ]

    @property
    def cell(self) -> Rectangle:
        """The part of the sheet that the panel fills."""
        return self.stage.cell

    def ground(self, canvas: Canvas) -> None:
        theme, (left, top, right, bottom) = self._theme, self.place
        if self._panel.title or self._panel.note:
            colour = self._looks[0].colour if len(self._looks) == 1 else theme.ink
            if not self._panel.title:
                left = plot(self.stage.cell, self.stage.unit, titled=True)[0]  # beneath the picture's own title
            above = (left, self._titled, right, bottom)
            draw_title(canvas, above, self._panel.title, colour, theme, self._panel.note)
        if not self.orbits:
            self._block(canvas, self._camera, self._sight)
            self._ground = canvas.pixels[top:bottom, left:right].copy()

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        laid = self._laid[between(self._laid_steps, before, shot)]
        for each in laid:
            stroke = each.stroke
            if each.seen or isinstance(stroke, Exit):
                lay(canvas, stroke, self._pale.looks[stroke.run], self._theme, self.place)
            else:
                self._lay_hidden(canvas, stroke)
        return [each.stroke.box for each in laid]

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        if not self.orbits:
            return self._draw_heads(canvas, self._spots[shot.step], self._visible[shot.step], shot)
        camera = self.camera(shot)
        sight = Sight(self._terrain, camera, self.place, _BRISK)
        self._block(canvas, camera, sight)
        self._trails(canvas, camera, sight, shot)
        heads = camera.project(self.heads[shot.step])
        self._draw_heads(canvas, heads, sight.is_visible(heads), shot)
        left, _, right, bottom = self.stage.cell
        return [(left, self._titled, right, bottom)]

    def camera(self, shot: Shot) -> Camera:
        """Whence the block is seen in this shot."""
        camera, turn = self._camera, 360 * shot.share if self.orbits else 0.0
        return Camera(camera.azimuth + turn, camera.elevation, camera.zoom, camera.x, camera.y)

    def _block(self, canvas: Canvas, camera: Camera, sight: Sight) -> None:
        """The surface, its numbers, its minima and the starts."""
        theme = self._theme
        sight.draw(canvas.pixels, self._paints)
        self._plinth.draw(canvas.pixels, camera)
        seen = sight.is_visible(camera.project(self._minima))
        for share in np.unique(self._shares).tolist():
            self._crosses(canvas, camera, self._minima[~seen & (self._shares == share)], share, seen=False)
            self._crosses(canvas, camera, self._minima[seen & (self._shares == share)], share, seen=True)
        for x, y, _ in camera.project(self._starts).tolist():
            if math.isfinite(x):
                canvas.ring(x, y, theme.head, theme.background, 0.45 * theme.head)
                canvas.ring(x, y, theme.head, theme.ink, 0.18 * theme.head)

    def _crosses(self, canvas: Canvas, camera: Camera, spots: NDArray[Any], share: float, *, seen: bool) -> None:
        """The marks of minima, flat on the surface."""
        if len(spots) == 0:
            return
        theme, arm = self._theme, ARM * max(share, 0.7)
        moves = arm * np.array([[-1, 0, 0], [1, 0, 0], [np.nan] * 3, [0, -1, 0], [0, 1, 0], [np.nan] * 3])
        bars = camera.project(spots[:, None] + moves)[..., :2].reshape(-1, 2)
        share *= theme.trail / self.stage.theme.trail
        if seen:
            canvas.line(bars, theme.background, 4.4 * share, cap="projecting")
        canvas.line(bars, theme.ink if seen else mixed(theme.background, theme.ink, _FAINT), 2.0 * share, cap="butt")

    def _strokes(self) -> list[_Laid]:
        """What a camera that stands still sees of the trails, in the order in which it is laid."""
        canvas, theme, place = self.stage.canvas, self._theme, self.place
        found: list[tuple[int, bool, int, Stroke | Exit]] = []
        for run, path in enumerate(self._paths):
            seen, hidden, flat = self._parted(path.points, self._camera, self._sight)
            for points, visible in ((seen, True), (hidden, False)):
                for stroke in strokes([points], canvas, theme, place, exits=False):
                    step = int(path.steps[stroke.step])
                    found.append((step, visible, stroke.step, replace(stroke, step=step, run=run)))
            marks = self._exits(run, path, seen, flat)
            found += [(mark.step, True, len(flat), mark) for mark in marks]
        found.sort(key=lambda each: (each[0], each[1], each[3].run, each[2]))
        laid = self._pale.strokes([stroke for *_, stroke in found])
        return [_Laid(step, visible, stroke) for (step, visible, *_), stroke in zip(found, laid, strict=True)]

    def _exits(self, run: int, path: Draped, seen: NDArray[Any], flat: NDArray[Any]) -> list[Exit]:
        """Arrowheads where a path leaves the box, as far as it is seen there."""
        marks = []
        for index in path.exits[: bisect_left(path.exits, len(flat))]:
            if np.isfinite(seen[index, 0]) and np.isfinite(flat[index - 1, 0]):
                arrow = _arrow(flat[index - 1], flat[index], self._theme.head * self.stage.canvas.points)
                marks.append(Exit(int(path.steps[index]), run, arrow, around(arrow, 6.0, self.stage.cell)))
        return marks

    def _lay_hidden(self, canvas: Canvas, stroke: Stroke) -> None:
        """A dashed line beneath all that is seen: where something was drawn, it stays."""
        left, top, right, bottom = stroke.box
        part = canvas.pixels[top:bottom, left:right]
        before = part.copy()
        x, y = self.place[:2]
        canvas.line(
            stroke.line,
            self._faint[stroke.run],
            0.75 * self._theme.trail,
            dash=_HIDDEN,
            walked=stroke.walked,
            clip=self.place,
        )
        assert self._ground is not None
        np.copyto(part, before, where=before != self._ground[top - y : bottom - y, left - x : right - x])

    def _trails(self, canvas: Canvas, camera: Camera, sight: Sight, shot: Shot) -> None:
        """All trails up to a step: hidden parts, then what is seen, the later steps above."""
        theme, place = self._theme, self.place
        reached = [path.points[: bisect_right(path.steps, shot.step)] for path in self._paths]
        ends = np.cumsum([len(points) for points in reached])[:-1]
        together = self._parted(np.concatenate(reached), camera, sight)
        seen, hidden, flat = (np.split(points, ends) for points in together)
        for run, shade, part in self._hidden:
            line = hidden[run][part]
            if _is_line(line):
                canvas.line(line, self._faint[shade], 0.75 * theme.trail, dash=_HIDDEN, clip=place)
        for run, shade, part in self._seen:
            line, look = seen[run][part], self._pale.looks[shade]
            if _is_line(line):
                canvas.line(line, theme.background, theme.casing, cap="butt", clip=place)
                canvas.line(line, look.colour, theme.trail, dash=look.dash, clip=place)
        for run, path in enumerate(self._paths):
            for mark in self._exits(run, path, seen[run], flat[run]):
                lay(canvas, mark, self._pale.looks[self._pale.place(mark.step, run)], theme, place)

    def _parted(
        self, points: NDArray[Any], camera: Camera, sight: Sight
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Points (n, 3) as pixels (n, 2): those that are seen, those that are hidden and their neighbours, and all."""
        projected = camera.project(points)
        visible = sight.is_visible(projected)[:, None]
        flat = projected[:, :2]
        near = ~visible
        near[1:] |= ~visible[:-1]
        near[:-1] |= ~visible[1:]
        return np.where(visible, flat, np.nan), np.where(near, flat, np.nan), flat

    def _draw_heads(
        self, canvas: Canvas, heads: NDArray[Any], visible: NDArray[np.bool_], shot: Shot
    ) -> list[Rectangle]:
        """Heads at pixels and depths (n, 3); those behind the surface are faint rings."""
        theme, place = self._theme, self.place
        boxes = []
        for run, ((x, y), seen) in enumerate(zip(heads[:, :2].tolist(), visible.tolist(), strict=True)):
            if not seen and math.isfinite(x):
                colour = self._faint[self._pale.place(shot.step, run)]
                canvas.ring(x, y, 0.85 * theme.head, colour, 0.6 * theme.trail)
                boxes.append(around(np.array([[x, y]]), (theme.head + theme.trail) * canvas.points, self.stage.cell))
        heads = np.where(visible[:, None], heads[:, :2], np.nan)
        boxes += draw_heads(canvas, heads, self._pale.heads(shot.step), theme, place)
        if self._labels:
            known = np.where(np.isfinite(heads), heads, -1e6)
            for label, left, top in places(known, self._labels, 0.7 * theme.head * canvas.points, place):
                canvas.label(label, left, top)
                boxes.append((left, top, left + label.size[0], top + label.size[1]))
        return boxes


def _within(cell: Rectangle, margins: list[int]) -> Rectangle:
    left, top = cell[0] + margins[0], cell[1] + margins[1]
    return left, top, max(left + 8, cell[2] - margins[2]), max(top + 8, cell[3] - margins[3])


def outline(terrain: Terrain) -> NDArray[Any]:
    """Points (n, 3) of the block that a picture must hold: the corners of its floor, and its surface."""
    sides = np.linspace(-0.5, 0.5, 33)
    floor = np.stack(np.meshgrid(sides, sides), axis=-1).reshape(-1, 2)
    heights = terrain.at(floor) * (TALL / BANDS)
    corners = [[x, y, 0.0] for x in (-0.5, 0.5) for y in (-0.5, 0.5)]
    return np.concatenate([corners, np.column_stack([floor, heights])])


def _is_line(points: NDArray[Any]) -> bool:
    """Whether more than one of the points (n, 2) is no gap."""
    return len(points) > 1 and bool(np.count_nonzero(points[:, 0] == points[:, 0]) > 1)


def _arrow(before: NDArray[Any], tip: NDArray[Any], size: float) -> NDArray[Any]:
    """An arrowhead (3, 2) whose tip lies where a path leaves the box."""
    move = tip - before
    ahead = move / max(float(np.hypot(*move)), 1e-9)
    aside = np.array([-ahead[1], ahead[0]])
    return np.array([tip, tip - size * (ahead + 0.5 * aside), tip - size * (ahead - 0.5 * aside)])
