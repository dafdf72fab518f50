"""The map from above: shaded ground, ticks, start and minima; trails laid on it; heads above them."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.layout import Layout, tick_label, ticks, to_pixels
from optviz.draw.shade import shade
from optviz.draw.trails import around, lay, strokes
from optviz.scene import Contour, Shot
from optviz.surface import inside
from optviz.themes import Colour, Theme

_CROSS = 5.0  # half the width of a minimum's cross, in points
_RING = 0.45  # how much wider a head is for each one that it must not hide, as a share of its size
_MOST_RINGS = 6
_NOWHERE = (0, 0, 0, 0)


class ContourPainter:
    """Draws a `Contour` into the map's place."""

    def __init__(self, panel: Contour, theme: Theme, plan: Layout, canvas: Canvas) -> None:
        self._panel, self._theme, self._place = panel, theme, plan.map
        self.colours: list[Colour] = [theme.palette[trail.slot % len(theme.palette)] for trail in panel.trails]
        self._paths = [to_pixels(trail.points, panel.box, plan.map) for trail in panel.trails]
        self._strokes = strokes(self._paths, canvas, theme, plan.map)
        self._stroke_steps = [stroke.step for stroke in self._strokes]

    def ground(self, canvas: Canvas) -> None:
        left, top, right, bottom = self._place
        canvas.pixels[top:bottom, left:right] = shade(
            self._panel.surface, self._panel.box, right - left, bottom - top, self._theme
        )
        self._ticks(canvas)
        theme = self._theme
        for minimum in self._panel.surface.minima:
            if inside(self._panel.box, np.array(minimum, dtype=float)):
                self._cross(canvas, *to_pixels(np.array(minimum, dtype=float), self._panel.box, self._place).tolist())
        x, y = to_pixels(np.array(self._panel.start), self._panel.box, self._place).tolist()
        canvas.ring(x, y, theme.head, theme.background, 4.0)
        canvas.ring(x, y, theme.head, theme.ink, 1.6)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        first = bisect_right(self._stroke_steps, before.step) if before else 0
        last = bisect_right(self._stroke_steps, shot.step)
        for stroke in self._strokes[first:last]:
            lay(canvas, stroke, self.colours[stroke.run], self._theme, self._place)
        return [stroke.box for stroke in self._strokes[first:last]]

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        """Heads; where several coincide the later ones lie inside the earlier, so that all are seen."""
        theme = self._theme
        heads = np.array([path[shot.step] for path in self._paths])
        casing = (theme.casing - theme.trail) / 2
        near = np.abs(heads[:, None] - heads).max(axis=-1) < 0.25 * theme.head * canvas.points
        rings = np.minimum(np.triu(near, 1).sum(axis=1), _MOST_RINGS)
        boxes = []
        for (x, y), colour, ring in zip(heads.tolist(), self.colours, rings.tolist(), strict=True):
            size = theme.head + _RING * theme.head * ring
            box = around(np.array([[x, y]]), (size + 2 * casing) * canvas.points, self._place) if x == x else _NOWHERE
            if box[0] < box[2] and box[1] < box[3]:
                canvas.disc(x, y, size, colour, self._theme.background, casing, clip=self._place)
                boxes.append(box)
        return boxes

    def _cross(self, canvas: Canvas, x: float, y: float) -> None:
        arm = _CROSS * canvas.points
        bars = np.array([[[x - arm, y], [x + arm, y]], [[x, y - arm], [x, y + arm]]])
        for colour, width in ((self._theme.background, 4.4), (self._theme.ink, 2.0)):
            for bar in bars:
                canvas.line(bar, colour, width, cap="projecting" if width > 4 else "butt")

    def _ticks(self, canvas: Canvas) -> None:
        left, top, right, bottom = self._place
        x0, x1, y0, y1 = self._panel.box
        theme = self._theme
        gap = theme.text * canvas.points
        for value in ticks(x0, x1, max(2, int((right - left) / (70 * canvas.scale)))):
            x = left + (value - x0) / (x1 - x0) * (right - left)
            canvas.text(x, bottom + 1.4 * gap, tick_label(value), theme.text, theme.quiet, anchor="centre")
        for value in ticks(y0, y1, max(2, int((bottom - top) / (60 * canvas.scale)))):
            y = bottom - (value - y0) / (y1 - y0) * (bottom - top)
            canvas.text(left - 0.6 * gap, y + 0.36 * gap, tick_label(value), theme.text, theme.quiet, anchor="right")
