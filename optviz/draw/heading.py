"""The line above the picture: its title, and the step that is shown."""

from __future__ import annotations

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.glyphs import Glyphs
from optviz.draw.layout import Layout
from optviz.scene import Scene
from optviz.timeline import Shot


class Heading:
    """Draws the title at the left, the counter of steps, or of what the clock says, at the right of the map."""

    def __init__(self, scene: Scene, plan: Layout, canvas: Canvas) -> None:
        self._title, self._theme, self._place = scene.title, scene.theme, plan.title
        self._clock = scene.timeline.clock
        characters = "0123456789." if self._clock.digits else "0123456789"
        self._glyphs = Glyphs(canvas, characters, scene.theme.text + 1, scene.theme.quiet, scene.theme.background)
        self._width = self._glyphs.width(self._clock.reading(scene.timeline.steps[-1]))
        self._x = plan.stage[2] - self._width  # digits begin where the word ends, so that nothing jitters

    def ground(self, canvas: Canvas) -> None:
        x, y = self._place
        size = self._theme.text + 1
        right = self._x - 0.5 * size * canvas.points
        left = right - canvas.text_width(self._clock.unit, size)
        canvas.text(left, y, self._clock.unit, size, self._theme.quiet)
        title = canvas.fitted(self._title, self._theme.heading, left - 2 * size - x, bold=True)
        canvas.text(x, y, title, self._theme.heading, self._theme.ink, bold=True)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        if before is not None and before.reading == shot.reading:
            return []
        return [canvas.number(self._x, self._place[1], self._clock.reading(shot.reading), self._glyphs, self._width)]

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        return []
