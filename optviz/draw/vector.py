"""Vector paper: the verbs of a canvas on matplotlib's SVG and PDF renderers.

Places are given in pixels, as on a sheet of pixels of the same size; the paper's unit is the point, so that lines and
letters have the lengths that the theme says. Widths of words are measured as on the sheet, so that both pictures break
and cut them alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray
from PIL import Image

from optviz.draw.canvas import Canvas, Pixels, Rectangle, printable
from optviz.draw.fonts import families, font
from optviz.draw.glyphs import Glyphs
from optviz.draw.labels import Label
from optviz.themes import Colour

_COLOURS = 64  # of an image: enough for a map, of which no pixel is off by more than the eye can see


class VectorCanvas(Canvas):
    """Paper for a picture of width × height pixels, at 100 · `scale` to the inch, by the renderer of a figure."""

    joins = True

    def __init__(self, width: int, height: int, scale: float, renderer: Any, detail: int = 1, blank: int = 0) -> None:
        self.detail = detail
        self._given, self._measure = renderer, Canvas(1, 1, scale)
        super().__init__(width, height, scale, blank)

    def _open(self) -> tuple[Any, float]:
        return self._given, 1 / self.points

    def _path(self, corners: NDArray[Any], codes: NDArray[np.uint8] | None = None) -> Path:
        return Path(corners * self._flip + self._foot, codes)

    def write(self, x: float, y: float, words: str, size: float, colour: Colour, *, bold: bool) -> None:
        """Words as text, or, where the bundled font lacks some of their letters, as outlines."""
        words = printable(words)
        if len(families(words)) > 1:
            self._outline(x, y, words, size, colour, bold=bold)
            return
        from_top = self._renderer.flipy()
        place = x * self._unit, (y if from_top else self.height - y) * self._unit
        self._renderer.draw_text(self._pen(colour, 1), *place, words, font(size, bold=bold), 0)

    def text_width(self, words: str, size: float, *, bold: bool = False) -> float:
        """How many pixels wide the words are on a sheet of pixels."""
        return self._measure.text_width(words, size, bold=bold)

    def image(self, box: Rectangle, pixels: Pixels) -> None:
        """Pixels that fill a box: an image in the picture, of few colours where it is opaque, so that it is small."""
        left, _, _, bottom = box
        colours = np.ascontiguousarray(pixels[::-1]).view(np.uint8).reshape(*pixels.shape, 4)
        if (colours[..., 3] == 255).all():
            few = Image.fromarray(colours[..., :3].copy()).quantize(_COLOURS, kmeans=1, dither=Image.Dither.NONE)
            colours = np.array(few.convert("RGBA"))
        place = left * self._unit, (self.height - bottom) * self._unit
        self._renderer.draw_image(self._renderer.new_gc(), *place, colours)

    def tint(self, box: Rectangle, colour: Colour, alpha: float) -> None:
        """A box through which the ground is seen, as a line as wide as it is."""
        left, top, right, bottom = box
        middle = (left + right) / 2
        width = (right - left) / self.points
        self.segments(np.array([[[middle, top], [middle, bottom]]], dtype=float), colour, width, alpha)

    def number(self, x: int, y: int, words: str, glyphs: Glyphs, width: int) -> Rectangle:
        """A number as text, on a piece of plain paper."""
        left, top, right, bottom = box = glyphs.box(x, y, width)
        if not self.transparent:
            corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=float)
            self.polygon(corners, glyphs.paper, glyphs.paper, 0)
        self.text(x, y, words, glyphs.size, glyphs.ink)
        return box

    def label(self, label: Label, left: int, top: int) -> None:
        """Words with a casing."""
        x, y = left + label.origin[0], top + label.origin[1]
        self._outline(x, y, label.words, label.letters, label.casing, bold=True, rim=2 * label.rim / self.points)
        self.text(x, y, label.words, label.letters, label.ink, bold=True)

    def _outline(
        self, x: float, y: float, words: str, size: float, colour: Colour, *, bold: bool, rim: float = 0.0
    ) -> None:
        words = printable(words)
        face = font(size, bold=bold, families=families(words))
        corners, codes = text_to_path.get_text_path(face, words)
        if len(corners):
            scale = size / text_to_path.FONT_SCALE
            place = Affine2D.from_values(scale, 0, 0, scale, x * self._unit, (self.height - y) * self._unit)
            pen = self._pen(colour, rim)
            self._renderer.draw_path(pen, Path(corners, codes), place, pen.get_rgb())
