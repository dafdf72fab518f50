"""The line above the picture: its title, and the step that is shown."""

from __future__ import annotations

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.glyphs import Glyphs
from optviz.draw.layout import Layout
from optviz.scene import Scene
from optviz.timeline import Shot


class Heading:
    """Draws the title at the left, the step counter at the right of the map."""

    def __init__(self, scene: Scene, plan: Layout, canvas: Canvas) -> None:
        self._title, self._theme, self._place = scene.title, scene.theme, plan.title
        self._glyphs = Glyphs(canvas, "0123456789", scene.theme.text + 1, scene.theme.quiet, scene.theme.background)
        self._width = self._glyphs.width(str(scene.timeline.steps[-1]))
        self._x = plan.stage[2] - self._width  # digits begin where "step" ends, so that nothing jitters

    def ground(self, canvas: Canvas) -> None:
        x, y = self._place
        size = self._theme.text + 1
        right = self._x - 0.5 * size * canvas.points
        left = right - canvas.text_width("step", size)
        canvas.text(left, y, "step", size, self._theme.quiet)
        title = canvas.fitted(self._title, self._theme.heading, left - 2 * size - x, bold=True)
        canvas.text(x, y, title, self._theme.heading, self._theme.ink, bold=True)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        if before is not None and before.reading == shot.reading:
            return []
        return [canvas.number(self._x, self._place[1], str(shot.reading), self._glyphs, self._width)]

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        return []
