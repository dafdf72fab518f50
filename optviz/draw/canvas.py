"""A sheet of pixels to draw on: Agg's renderer behind a few verbs, with its buffer open as an array.

Coordinates are pixels from the top left corner; lengths of lines and letters are points, scaled with the sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform
from numpy.typing import NDArray

from optviz.themes import Colour, rgb

Pixels = NDArray[np.uint32]
Rectangle = tuple[int, int, int, int]
"""left, top, right, bottom, in pixels; right and bottom lie outside."""

_IDENTITY = IdentityTransform()
_CIRCLE = Path.unit_circle()


class Canvas:
    """Width × height pixels, one uint32 each (bytes R, G, B, A), at `scale` times 100 dots an inch."""

    def __init__(self, width: int, height: int, scale: float = 1.0) -> None:
        self.width, self.height, self.scale = width, height, scale
        self.points = scale * 100 / 72
        self._renderer = RendererAgg(width, height, 100 * scale)
        self._pens: dict[Any, Any] = {}
        self.pixels: Pixels = np.asarray(self._renderer.buffer_rgba()).view(np.uint32)[..., 0]

    def line(
        self, corners: NDArray[Any], colour: Colour, width: float, *, cap: str = "round", clip: Rectangle | None = None
    ) -> None:
        """A polyline through corners (n, 2), `width` points wide."""
        flipped = corners * (1.0, -1.0)
        flipped[:, 1] += self.height
        self._renderer.draw_path(self._pen(colour, width, clip, cap), Path(flipped), _IDENTITY, None)

    def disc(
        self,
        x: float,
        y: float,
        diameter: float,
        colour: Colour,
        rim: Colour,
        casing: float,
        *,
        clip: Rectangle | None = None,
    ) -> None:
        """A filled circle with a rim outside it; `diameter` and `casing` in points."""
        radius = (diameter + casing) * self.points / 2
        place = Affine2D.from_values(radius, 0, 0, radius, x, self.height - y)
        self._renderer.draw_path(self._pen(rim, casing, clip), _CIRCLE, place, _unit(colour))

    def ring(self, x: float, y: float, diameter: float, colour: Colour, width: float) -> None:
        """A circle `width` points thick."""
        radius = diameter * self.points / 2
        place = Affine2D.from_values(radius, 0, 0, radius, x, self.height - y)
        self._renderer.draw_path(self._pen(colour, width), _CIRCLE, place, None)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        colour: Colour,
        *,
        bold: bool = False,
        anchor: str = "left",
    ) -> float:
        """Words with their baseline at y; `anchor` says which end lies at x. Returns their width."""
        font = _font(size, bold)
        width = self.text_width(words, size, bold=bold)
        left = x - width * {"left": 0.0, "centre": 0.5, "right": 1.0}[anchor]
        self._renderer.draw_text(self._pen(colour, 1), round(left), round(y), words, font, 0)
        return width

    def text_width(self, words: str, size: float, *, bold: bool = False) -> float:
        """How many pixels wide the words are."""
        return float(self._renderer.get_text_width_height_descent(words, _font(size, bold), ismath=False)[0])

    def _pen(self, colour: Colour, width: float, clip: Rectangle | None = None, cap: str = "round") -> Any:
        key = colour, width, clip, cap
        pen = self._pens.get(key)
        if pen is None:
            pen = self._pens[key] = self._renderer.new_gc()
            pen.set_linewidth(width)
            pen.set_foreground(_unit(colour), isRGBA=True)
            pen.set_snap(False)
            pen.set_capstyle(cap)
            pen.set_joinstyle("round")
            if clip is not None:
                left, top, right, bottom = clip
                pen.set_clip_rectangle(Bbox([[left, self.height - bottom], [right, self.height - top]]))
        return pen


def packed(colour: Colour) -> int:
    """A colour as one opaque pixel.

    Example:
        >>> hex(packed("#102030"))
        '0xff302010'
    """
    red, green, blue = rgb(colour)
    return 0xFF << 24 | blue << 16 | green << 8 | red


def union(boxes: Sequence[Rectangle], width: int, height: int) -> Rectangle:
    """The smallest rectangle around all, inside a sheet of width × height.

    Example:
        >>> union([(-5, 2, 4, 9), (3, 1, 6, 4)], 100, 100)
        (0, 1, 6, 9)
    """
    if not boxes:
        return 0, 0, 1, 1
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return max(0, min(lefts)), max(0, min(tops)), min(width, max(rights)), min(height, max(bottoms))


@lru_cache(maxsize=64)
def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")


@lru_cache(maxsize=256)
def _unit(colour: Colour) -> tuple[float, float, float, float]:
    red, green, blue = rgb(colour)
    return red / 255, green / 255, blue / 255, 1.0
