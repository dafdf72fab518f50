"""The map from above: shaded ground, ticks, start and minima; trails laid on it; heads above them."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np

from optviz.draw.afar import brought_near
from optviz.draw.axes import draw_ticks, draw_title
from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.fading import Tails
from optviz.draw.heads import draw_heads
from optviz.draw.labels import Label, places
from optviz.draw.layout import plot, to_pixels
from optviz.draw.paling import Paling
from optviz.draw.shade import shade
from optviz.draw.stage import TOLD_APART, Stage
from optviz.draw.swarm import MOST_TRAILS, Sheaf, faintness, lay_heads, sheaves
from optviz.draw.trails import Exit, Stroke, between, lay_all, strokes
from optviz.draw.vectors import Vectors
from optviz.scene import Contour
from optviz.timeline import Shot

_CROSS = 0.55  # half the width of a minimum's cross, in widths of a head
_MOST_STARTS = 256  # whose rings are drawn
_GHOST, _PALE = 0.45, 0.55  # how wide a ghost is, as a share of a trail, and how pale, of one in a swarm
_BENEATH = 0.6  # how wide trails are beneath the vectors of several runs
_HAIR = 0.8  # how wide a trail of a swarm is, as a share of its own theme's


class ContourPainter:
    """Draws a `Contour` into the map's place."""

    def __init__(self, panel: Contour, stage: Stage) -> None:
        self._panel, self.stage = panel, stage
        count = len(panel.owners)
        self._swarm = count > len(set(panel.owners))
        self._theme = theme = stage.swarming(count) if self._swarm else stage.crowded(count)
        if panel.anatomy is not None and count > 1:
            self._theme = theme = replace(stage.thinned(_BENEATH), head=theme.head)
        self.place = plot(stage.cell, stage.unit, titled=bool(panel.title or panel.note))
        self._looks = stage.looks(panel.owners)
        points = brought_near(panel.points, panel.box)
        self.paths = [to_pixels(path, panel.box, self.place) for path in points.swapaxes(0, 1)]
        """The M paths (T+1, 2), in pixels of the sheet."""
        self._whose = np.asarray(panel.owners)
        self._alpha = faintness(count)
        self.strokes: list[Stroke | Exit | Sheaf] = []
        """What is laid of the trails, and stays, in the order of the steps."""
        if not self._swarm:
            self.strokes += strokes(self.paths, stage.canvas, theme, self.place)
        elif count <= MOST_TRAILS and not panel.fading:
            self.strokes += sheaves(np.stack(self.paths, axis=1), panel.owners, self.place)
        self._tails: Tails | None = None
        if panel.fading and count <= MOST_TRAILS:
            self.strokes = [stroke for stroke in self.strokes if isinstance(stroke, Exit)]
            paths, alpha = np.stack(self.paths, axis=1), self._alpha if self._swarm else 1.0
            self._tails = Tails(paths, self._looks, panel.fading, theme, together=self._swarm, alpha=alpha)
        self._vectors: Vectors | None = None
        if panel.anatomy is not None:
            paths = np.stack(self.paths, axis=1)
            self._vectors = Vectors(panel.anatomy, panel.box, paths, self._looks, stage.crowded(count), self.place)
        if panel.ghosts is not None:
            self._alpha = _PALE * faintness(len(panel.ghost_owners))
            ghosts = to_pixels(brought_near(panel.ghosts, panel.box), panel.box, self.place)
            hazes = sheaves(ghosts, panel.ghost_owners, self.place)
            self.strokes = sorted([*hazes, *self.strokes], key=lambda stroke: stroke.step)
        self._pale = Paling(panel.pale, self._looks, theme)
        self.strokes = self._pale.strokes(self.strokes)
        self._stroke_steps = [stroke.step for stroke in self.strokes]
        self._labels = [
            Label(stage.cast[owner].title, theme.text, look.colour, theme.background, stage.canvas)
            for owner, look in zip(panel.owners, self._looks, strict=True)
            if TOLD_APART < len(panel.owners) == len(stage.cast)
        ]

    def ground(self, canvas: Canvas) -> None:
        left, top, right, bottom = self.place
        width, height = right - left, bottom - top
        ground = shade(self._panel.surface, self._panel.box, width, height, self._theme, canvas.detail)
        canvas.image(self.place, ground)
        theme = self._theme
        after = draw_ticks(canvas, self.place, self._panel.box, theme, self.stage.unit)
        if self._panel.title or self._panel.note:
            colour = self._looks[0].colour if len(set(self._panel.owners)) == 1 else theme.ink
            draw_title(canvas, self.place, self._panel.title, colour, theme, self._panel.note, after=after)
        minima, deepest = self._panel.surface.minima_within(self._panel.box)
        spots = to_pixels(minima, self._panel.box, self.place)
        for (x, y), is_global in zip(spots.tolist(), deepest.tolist(), strict=True):
            self._cross(canvas, x, y, 1.0 if is_global else 0.6)
        rings = to_pixels(
            np.array(self._panel.starts, dtype=float).reshape(-1, 2), self._panel.box, self.place
        ).tolist()
        size, thin, ink = (0.7 * theme.head, 0.5, theme.quiet) if self._swarm else (theme.head, 1.0, theme.ink)
        for x, y in rings if len(rings) <= _MOST_STARTS else ():
            canvas.ring(x, y, size, theme.background, 0.45 * theme.head * thin)
            canvas.ring(x, y, size, ink, 0.18 * theme.head * thin)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        boxes: list[Rectangle] = []
        for _, group in groupby(
            self.strokes[between(self._stroke_steps, before, shot)], key=lambda stroke: isinstance(stroke, Sheaf)
        ):
            alone: list[Stroke | Exit] = []
            for each in group:
                if isinstance(each, Sheaf):
                    self._lay_sheaf(canvas, each)
                    boxes = [self.place]
                else:
                    alone.append(each)
            boxes += lay_all(canvas, alone, self._pale.looks, self._theme, self.place)
        return boxes

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        """Tails, above them heads and their labels, and the anatomy of the step."""
        tails = self._tails.draw(canvas, shot.step, self.place) if self._tails is not None else []
        boxes = [*tails, *self._draw_heads(canvas, shot)]
        if self._vectors is not None:
            boxes += self._vectors.draw(canvas, shot.step, self.place)
        return boxes

    def _draw_heads(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        heads = np.array([path[shot.step] for path in self.paths])
        if self._swarm:
            groups = [(heads[self._whose == owner], self._colour(owner)) for owner in np.unique(self._whose).tolist()]
            drawn = [lay_heads(canvas, each, colour, self._theme, self.place) for each, colour in groups]
            return [box for box in drawn if box is not None]
        boxes = draw_heads(canvas, heads, self._pale.heads(shot.step), self._theme, self.place)
        if self._labels:
            for label, left, top in places(heads, self._labels, 0.7 * self._theme.head * canvas.points, self.place):
                canvas.label(label, left, top)
                boxes.append((left, top, left + label.size[0], top + label.size[1]))
        return boxes

    def _colour(self, owner: int) -> str:
        return self._looks[self._panel.owners.index(owner)].colour

    def _lay_sheaf(self, canvas: Canvas, sheaf: Sheaf) -> None:
        width = (_HAIR if self._swarm else _GHOST) * self._theme.trail
        canvas.segments(sheaf.segments, self._colour(sheaf.run), width, self._alpha, clip=self.place)

    def _cross(self, canvas: Canvas, x: float, y: float, share: float) -> None:
        """A minimum's mark: a global one's whole, a local one's smaller."""
        share *= self._theme.head / 9
        arm = _CROSS * 9 * share * canvas.points
        bars = np.array([[[x - arm, y], [x + arm, y]], [[x, y - arm], [x, y + arm]]])
        for colour, width in ((self._theme.background, 4.4 * share), (self._theme.ink, 2.0 * share)):
            for bar in bars:
                canvas.line(bar, colour, width, cap="projecting" if colour == self._theme.background else "butt")
