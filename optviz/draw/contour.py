"""The map from above: shaded ground, ticks, start and minima; trails laid on it; heads above them."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.heads import draw_heads
from optviz.draw.labels import Label, places
from optviz.draw.layout import plot, tick_label, ticks, to_pixels
from optviz.draw.shade import shade
from optviz.draw.stage import TOLD_APART, Stage
from optviz.draw.trails import lay_all, strokes
from optviz.scene import Contour
from optviz.surface import inside
from optviz.timeline import Shot

_CROSS = 0.55  # half the width of a minimum's cross, in widths of a head


class ContourPainter:
    """Draws a `Contour` into the map's place."""

    def __init__(self, panel: Contour, stage: Stage) -> None:
        self._panel, self._stage = panel, stage
        self._theme = theme = stage.crowded(len(panel.owners))
        self._place = plot(stage.cell, stage.unit, titled=bool(panel.title))
        self._looks = stage.looks(panel.owners)
        self._paths = [to_pixels(path, panel.box, self._place) for path in panel.points.swapaxes(0, 1)]
        self._strokes = strokes(self._paths, stage.canvas, theme, self._place)
        self._stroke_steps = [stroke.step for stroke in self._strokes]
        self._labels = [
            Label(stage.cast[owner].title, theme.text, look.colour, theme.background, stage.canvas)
            for owner, look in zip(panel.owners, self._looks, strict=True)
            if TOLD_APART < len(panel.owners) == len(stage.cast)
        ]

    def ground(self, canvas: Canvas) -> None:
        left, top, right, bottom = self._place
        width, height = right - left, bottom - top
        ground = shade(self._panel.surface, self._panel.box, width, height, self._theme, canvas.detail)
        canvas.image(self._place, ground)
        self._ticks(canvas)
        theme = self._theme
        if self._panel.title:
            colour = self._looks[0].colour if len(self._looks) == 1 else theme.ink
            room, size = right - left, theme.text + 1
            canvas.text(
                left,
                top - 0.5 * size * canvas.points,
                canvas.fitted(self._panel.title, size, room, bold=True),
                size,
                colour,
                bold=True,
            )
        minima = np.array(self._panel.surface.minima, dtype=float).reshape(-1, 2)
        depths = self._panel.surface(minima)
        deepest = np.abs(depths - depths[:1]) <= 1e-6 * (1 + np.abs(depths[:1]))
        seen = inside(self._panel.box, minima)
        spots = to_pixels(minima, self._panel.box, self._place)
        for (x, y), is_global in zip(spots[seen].tolist(), deepest[seen].tolist(), strict=True):
            self._cross(canvas, x, y, 1.0 if is_global else 0.6)
        for x, y in to_pixels(np.array(self._panel.starts), self._panel.box, self._place).tolist():
            canvas.ring(x, y, theme.head, theme.background, 0.45 * theme.head)
            canvas.ring(x, y, theme.head, theme.ink, 0.18 * theme.head)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        first = bisect_right(self._stroke_steps, before.step) if before else 0
        last = bisect_right(self._stroke_steps, shot.step)
        return lay_all(canvas, self._strokes[first:last], self._looks, self._theme, self._place)

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        heads = np.array([path[shot.step] for path in self._paths])
        boxes = draw_heads(canvas, heads, self._looks, self._theme, self._place)
        if self._labels:
            for label, left, top in places(heads, self._labels, 0.7 * self._theme.head * canvas.points, self._place):
                canvas.label(label, left, top)
                boxes.append((left, top, left + label.size[0], top + label.size[1]))
        return boxes

    def _cross(self, canvas: Canvas, x: float, y: float, share: float) -> None:
        """A minimum's mark: a global one's whole, a local one's smaller."""
        share *= self._theme.head / 9
        arm = _CROSS * 9 * share * canvas.points
        bars = np.array([[[x - arm, y], [x + arm, y]], [[x, y - arm], [x, y + arm]]])
        for colour, width in ((self._theme.background, 4.4 * share), (self._theme.ink, 2.0 * share)):
            for bar in bars:
                canvas.line(bar, colour, width, cap="projecting" if colour == self._theme.background else "butt")

    def _ticks(self, canvas: Canvas) -> None:
        left, top, right, bottom = self._place
        x0, x1, y0, y1 = self._panel.box
        theme = self._theme
        gap = theme.text * canvas.points
        for value in ticks(x0, x1, max(2, int((right - left) / (70 * self._stage.unit)))):
            x = left + (value - x0) / (x1 - x0) * (right - left)
            canvas.text(x, bottom + 1.4 * gap, tick_label(value), theme.text, theme.quiet, anchor="centre")
        for value in ticks(y0, y1, max(2, int((bottom - top) / (60 * self._stage.unit)))):
            y = bottom - (value - y0) / (y1 - y0) * (bottom - top)
            canvas.text(left - 0.6 * gap, y + 0.36 * gap, tick_label(value), theme.text, theme.quiet, anchor="right")
