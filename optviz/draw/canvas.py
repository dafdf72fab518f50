"""A sheet of pixels to draw on: Agg's renderer behind a few verbs, with its buffer open as an array.

Coordinates are pixels from the top left corner; lengths of lines and letters are points, scaled with the sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform
from numpy.typing import NDArray

from optviz.draw.fonts import families, font
from optviz.themes import Colour, rgb

Pixels = NDArray[np.uint32]
Rectangle = tuple[int, int, int, int]
"""left, top, right, bottom, in pixels; right and bottom lie outside."""

Cap = Literal["butt", "projecting", "round"]
Dash = tuple[float, ...]
"""Lengths of strokes and gaps by turns, in widths of the line; empty is solid."""

_LONGEST = 500  # letters of a text that are looked at
_IDENTITY = IdentityTransform()
_CIRCLE = Path.unit_circle()
_TURN = np.linspace(0, 2 * np.pi, 17)
_ROUND = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=-1)  # small circles, with sixteen corners


class Canvas:
    """Width × height pixels, one uint32 each (bytes R, G, B, A), at `scale` times 100 dots an inch."""

    def __init__(self, width: int, height: int, scale: float = 1.0) -> None:
        self.width, self.height, self.scale = width, height, scale
        self.points = scale * 100 / 72
        self._renderer = RendererAgg(width, height, 100 * scale)
        self._pens: dict[Any, Any] = {}
        self.pixels: Pixels = np.asarray(self._renderer.buffer_rgba()).view(np.uint32)[..., 0]

    def line(
        self,
        corners: NDArray[Any],
        colour: Colour,
        width: float,
        *,
        cap: Cap = "round",
        dash: Dash = (),
        walked: float = 0.0,
        clip: Rectangle | None = None,
        alpha: float = 1.0,
    ) -> None:
        """A polyline through corners (n, 2), `width` points wide; it is broken where a corner is NaN.

        A dash pattern is given in widths of the line; `walked` says how many pixels of it were drawn before.
        """
        pen = self._pen(colour, width, clip, "butt" if dash else cap, alpha)
        if dash:
            pen.set_dashes(walked / self.points, [length * width for length in dash])
        flipped = corners * (1.0, -1.0)
        flipped[:, 1] += self.height
        self._renderer.draw_path(pen, Path(flipped), _IDENTITY, None)
        if dash:
            pen.set_dashes(0, None)

    def segments(
        self, ends: NDArray[Any], colour: Colour, width: float, alpha: float, *, clip: Rectangle | None = None
    ) -> None:
        """Straight lines between ends (n, 2, 2), through which the ground is seen."""
        flipped = ends.reshape(-1, 2) * (1.0, -1.0)
        flipped[:, 1] += self.height
        pen = self._pen(colour, width, clip, "butt", alpha)
        self._renderer.draw_path(pen, Path(flipped, _segment_codes(len(ends))), _IDENTITY, None)

    def dots(self, centres: NDArray[Any], diameter: float, colour: Colour, *, clip: Rectangle | None = None) -> None:
        """Filled circles around centres (n, 2), `diameter` points wide, as one outline."""
        corners = centres[:, None] + _ROUND * (diameter * self.points / 2)
        flipped = corners.reshape(-1, 2) * (1.0, -1.0)
        flipped[:, 1] += self.height
        outline = Path(flipped, _round_codes(len(centres)))
        self._renderer.draw_path(self._pen(colour, 0, clip), outline, _IDENTITY, _unit(colour))

    def polygon(self, corners: NDArray[Any], colour: Colour, rim: Colour, casing: float) -> None:
        """A filled polygon with a rim around it."""
        flipped = np.vstack([corners, corners[:1]]) * (1.0, -1.0)
        flipped[:, 1] += self.height
        self._renderer.draw_path(self._pen(rim, 2 * casing), Path(flipped), _IDENTITY, None)
        self._renderer.draw_path(self._pen(colour, 0), Path(flipped), _IDENTITY, _unit(colour))

    def patch(self, corners: NDArray[Any], colour: Colour, *, clip: Rectangle | None = None) -> None:
        """A filled polygon."""
        flipped = np.vstack([corners, corners[:1]]) * (1.0, -1.0)
        flipped[:, 1] += self.height
        self._renderer.draw_path(self._pen(colour, 0, clip), Path(flipped), _IDENTITY, _unit(colour))

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
    ) -> None:
        """Words with their baseline at y; `anchor` says which end lies at x."""
        if anchor != "left":
            x -= self.text_width(words, size, bold=bold) * (0.5 if anchor == "centre" else 1.0)
        face = font(size, bold=bold, families=families(words))
        self._renderer.draw_text(self._pen(colour, 1), round(x), round(y), words, face, 0)

    def text_width(self, words: str, size: float, *, bold: bool = False) -> float:
        """How many pixels wide the words are."""
        face = font(size, bold=bold, families=families(words))
        return float(self._renderer.get_text_width_height_descent(words, face, ismath=False)[0])

    def fitted(self, words: str, size: float, room: float, *, bold: bool = False) -> str:
        """The words, cut to `room` pixels with an ellipsis; control characters become spaces."""
        words = "".join(letter if letter.isprintable() else " " for letter in words[:_LONGEST]).strip()
        if self.text_width(words, size, bold=bold) <= room:
            return words
        low, high = 0, len(words)
        while low < high:  # the most letters that fit
            middle = (low + high + 1) // 2
            fits = self.text_width(words[:middle].rstrip() + "…", size, bold=bold) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return words[:low].rstrip() + "…"

    def _pen(
        self, colour: Colour, width: float, clip: Rectangle | None = None, cap: Cap = "round", alpha: float = 1.0
    ) -> Any:
        key = colour, width, clip, cap, alpha
        pen = self._pens.get(key)
        if pen is None:
            pen = self._pens[key] = self._renderer.new_gc()
            pen.set_linewidth(width)
            pen.set_foreground((*_unit(colour)[:3], alpha), isRGBA=True)
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


@lru_cache(maxsize=256)
def _segment_codes(count: int) -> NDArray[np.uint8]:
    return np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=np.uint8), count)


@lru_cache(maxsize=256)
def _round_codes(count: int) -> NDArray[np.uint8]:
    corner = [Path.MOVETO, *[Path.LINETO] * (len(_ROUND) - 2), Path.CLOSEPOLY]
    return np.tile(np.array(corner, dtype=np.uint8), count)


@lru_cache(maxsize=256)
def _unit(colour: Colour) -> tuple[float, float, float, float]:
    red, green, blue = rgb(colour)
    return red / 255, green / 255, blue / 255, 1.0
