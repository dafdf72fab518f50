"""The map from above: shaded ground, ticks, start and minima; trails laid on it; heads above them."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.layout import Layout, tick_label, ticks, to_pixels
from optviz.draw.shade import shade
from optviz.draw.trails import lay, strokes
from optviz.scene import Contour
from optviz.surface import inside
from optviz.themes import Colour, Theme

_CROSS = 5.0  # half the width of a minimum's cross, in points


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

    def lay(self, canvas: Canvas, after: int, step: int) -> list[Rectangle]:
        first, last = bisect_right(self._stroke_steps, after), bisect_right(self._stroke_steps, step)
        for stroke in self._strokes[first:last]:
            lay(canvas, stroke, self.colours[stroke.run], self._theme, self._place)
        return [stroke.box for stroke in self._strokes[first:last]]

    def top(self, canvas: Canvas, step: int) -> list[Rectangle]:
        theme = self._theme
        left, top, right, bottom = self._place
        size = theme.head + theme.casing - theme.trail
        reach = size * canvas.points / 2 + 2
        boxes = []
        for path, colour in zip(self._paths, self.colours, strict=True):
            x, y = path[step].tolist()
            if left - reach < x < right + reach and top - reach < y < bottom + reach:
                canvas.disc(x, y, size, theme.background, clip=self._place)
                canvas.disc(x, y, theme.head, colour, clip=self._place)
                low_x, low_y = max(left, int(x - reach)), max(top, int(y - reach))
                boxes.append((low_x, low_y, min(right, int(x + reach) + 1), min(bottom, int(y + reach) + 1)))
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
