"""The cast: a column of names in their colours, each with its learning rate and its loss at this step."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.glyphs import Glyphs
from optviz.scene import Shot, Trail
from optviz.themes import Colour, Theme

_LOSS = "loss "


class Cast:
    """Draws the column at the side of the map."""

    def __init__(
        self,
        trails: Sequence[Trail],
        colours: Sequence[Colour],
        theme: Theme,
        place: tuple[int, int],
        canvas: Canvas,
    ) -> None:
        self._trails, self._colours, self._theme = trails, colours, theme
        self._x, top = place
        line = theme.text * canvas.points
        room = canvas.height - top - 2 * line
        pitch = min(5.2 * line, room / len(trails))
        self._rows = [round(top + line + pitch * row) for row in range(len(trails))]
        self._line = round(1.45 * line)
        self._glyphs = Glyphs(canvas, "0123456789.e−diverg ", theme.text, theme.quiet, theme.background)
        self._value_x = self._x + round(canvas.text_width(_LOSS, theme.text)) + round(0.3 * line)
        self._width = self._glyphs.width("−0.00e−000")

    def ground(self, canvas: Canvas) -> None:
        theme = self._theme
        for trail, colour, y in zip(self._trails, self._colours, self._rows, strict=True):
            canvas.text(self._x, y, trail.title, theme.text + 2.5, colour, bold=True)
            canvas.text(self._x, y + self._line, trail.note, theme.text, theme.quiet)
            canvas.text(self._x, y + 2 * self._line, _LOSS, theme.text, theme.quiet)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        if before is not None and before.reading == shot.reading:
            return []
        boxes = []
        for trail, y in zip(self._trails, self._rows, strict=True):
            words = loss_label(float(trail.values[shot.reading]))
            if before is None or words != loss_label(float(trail.values[before.reading])):
                place = self._value_x, y + 2 * self._line
                boxes.append(self._glyphs.write(canvas.pixels, *place, words, self._width))
        return boxes

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        return []


def loss_label(value: float) -> str:
    """A loss in three digits.

    Example:
        >>> [loss_label(value) for value in (24.2, -0.5, 0.00012, 1234567.0, float("nan"))]
        ['24.2', '−0.500', '1.2e−4', '1.2e6', 'diverged']
    """
    if not math.isfinite(value):
        return "diverged"
    size = abs(value)
    if size == 0:
        return "0"
    if 1e-3 <= size < 9999.5:
        words = f"{value:.{max(0, 2 - math.floor(math.log10(size)))}f}"
    else:
        mantissa, exponent = f"{value:.1e}".split("e")
        words = f"{mantissa}e{int(exponent)}"
    return words.replace("-", "−")
