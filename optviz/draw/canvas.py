"""A sheet of pixels to draw on: Agg's renderer behind a few verbs, with its buffer open as an array.

Coordinates are pixels from the top left corner; lengths of lines and letters are points, scaled with the sheet.
Painters use the verbs alone (line, polygon, disc, ring, text, image, number, label), never the pixels, so that they
draw on vector paper, too: see `vector`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform
from numpy.typing import NDArray

from optviz.draw.fonts import families, font
from optviz.themes import Colour, rgb

if TYPE_CHECKING:
    from optviz.draw.glyphs import Glyphs
    from optviz.draw.labels import Label

Pixels = NDArray[np.uint32]
Rectangle = tuple[int, int, int, int]
"""left, top, right, bottom, in pixels; right and bottom lie outside."""

Cap = Literal["butt", "projecting", "round"]
Dash = tuple[float, ...]
"""Lengths of strokes and gaps by turns, in widths of the line; empty is solid."""

LEAST_LETTERS = 4.0
"""Pixels: letters that are smaller nobody reads, and they are left out."""

_LONGEST = 500  # letters of a text that are looked at
_LONG = 128  # corners of a line whose moves of less than a ninth of a pixel are left out
_IDENTITY = IdentityTransform()
_CIRCLE = Path.unit_circle()
_TURN = 2 * np.pi * np.arange(16) / 16
_ROUND = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=-1)  # small circles, with sixteen corners


class _Outline(NamedTuple):
    """What Agg reads of matplotlib's `Path`; it is made in a tenth of the time."""

    vertices: NDArray[Any]
    codes: NDArray[np.uint8] | None
    should_simplify: bool
    simplify_threshold: float = 1 / 9


class Canvas:
    """Width × height pixels, one uint32 each (bytes R, G, B, A), at `scale` times 100 dots an inch.

    All of them are `blank` at first, which may be transparent; alpha is straight.
    """

    detail = 1
    """How many pixels of an image, in each direction, a pixel of the sheet shows."""

    joins = False
    """Whether few long lines are better than many short ones: nothing is drawn later, and every line costs room."""

    def __init__(self, width: int, height: int, scale: float = 1.0, blank: int = 0) -> None:
        self.width, self.height, self.scale, self.blank = width, height, scale, blank
        self.points = scale * 100 / 72
        self._pens: dict[Any, Any] = {}
        self._renderer, self._unit = self._open()
        self._flip, self._foot = np.array([self._unit, -self._unit]), np.array([0.0, height * self._unit])

    def _open(self) -> tuple[Any, float]:
        """What draws, and how many of its units a pixel is."""
        renderer = RendererAgg(self.width, self.height, 100 * self.scale)
        self.pixels: Pixels = np.asarray(renderer.buffer_rgba()).view(np.uint32)[..., 0]
        self.pixels[:] = self.blank
        return renderer, 1.0

    @property
    def transparent(self) -> bool:
        """Whether what is blank is seen through."""
        return self.blank >> 24 == 0

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
        self._renderer.draw_path(pen, self._path(corners), _IDENTITY, None)
        if dash:
            pen.set_dashes(0, None)

    def segments(
        self, ends: NDArray[Any], colour: Colour, width: float, alpha: float, *, clip: Rectangle | None = None
    ) -> None:
        """Straight lines between ends (n, 2, 2), through which the ground is seen."""
        pen = self._pen(colour, width, clip, "butt", alpha)
        self._renderer.draw_path(pen, self._path(ends.reshape(-1, 2), _segment_codes(len(ends))), _IDENTITY, None)

    def dots(
        self,
        centres: NDArray[Any],
        diameter: float,
        colour: Colour,
        *,
        mark: NDArray[Any] = _ROUND,
        rim: float = 0.0,
        clip: Rectangle | None = None,
    ) -> None:
        """Filled circles around centres (n, 2), `diameter` points wide, or marks of their area, as one outline.

        A mark is given by its corners (k, 2) around the origin; a `rim` makes it so many points larger on every side.
        """
        corners = centres[:, None] + mark * (diameter * self.points / 2)
        outline = self._path(
            np.insert(corners, len(mark), corners[:, 0], axis=1).reshape(-1, 2), _mark_codes(len(centres), len(mark))
        )
        self._renderer.draw_path(self._pen(colour, 2 * rim, clip), outline, _IDENTITY, _shares(colour))

    def polygon(self, corners: NDArray[Any], colour: Colour, rim: Colour, casing: float) -> None:
        """A filled polygon with a rim around it."""
        path = self._path(np.vstack([corners, corners[:1]]))
        self._renderer.draw_path(self._pen(rim, 2 * casing), path, _IDENTITY, None)
        self._renderer.draw_path(self._pen(colour, 0), path, _IDENTITY, _shares(colour))

    def patch(self, corners: NDArray[Any], colour: Colour, *, clip: Rectangle | None = None) -> None:
        """A filled polygon."""
        outline = self._path(np.vstack([corners, corners[:1]]))
        self._renderer.draw_path(self._pen(colour, 0, clip), outline, _IDENTITY, _shares(colour))

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
        self._renderer.draw_path(self._pen(rim, casing, clip), _CIRCLE, self._circle(x, y, radius), _shares(colour))

    def ring(self, x: float, y: float, diameter: float, colour: Colour, width: float) -> None:
        """A circle `width` points thick."""
        radius = diameter * self.points / 2
        self._renderer.draw_path(self._pen(colour, width), _CIRCLE, self._circle(x, y, radius), None)

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
        """Words with their baseline at y; `anchor` says which end lies at x. What nobody could read is left out."""
        if size * self.points < LEAST_LETTERS:
            return
        if anchor != "left":
            x -= self.text_width(words, size, bold=bold) * (0.5 if anchor == "centre" else 1.0)
        self.write(x, y, words, size, colour, bold=bold)

    def image(self, box: Rectangle, pixels: Pixels) -> None:
        """Opaque pixels that fill a box, `detail` times as many as it has in each direction; the top row first."""
        left, top, right, bottom = box
        part = self.pixels[top:bottom, left:right]  # a tiny sheet may not hold the whole box
        part[:] = pixels[: part.shape[0], : part.shape[1]]

    def preview(self, box: Rectangle, draw: Callable[[], None]) -> Pixels:
        """What a box of the sheet would be after `draw`, which must keep to it; it is left as it is."""
        left, top, right, bottom = box
        part = self.pixels[top:bottom, left:right]
        before = part.copy()
        draw()
        after = part.copy()
        part[:] = before
        return after

    def plate(self, box: Rectangle, paper: Colour) -> None:
        """A piece of opaque paper, where the sheet is none."""
        if self.transparent:
            left, top, right, bottom = box
            self.patch(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=float), paper)

    def tint(self, box: Rectangle, colour: Colour, alpha: float) -> None:
        """A box through which the ground is seen."""
        left, top, right, bottom = box
        part = self.pixels[top:bottom, left:right]
        under = np.ascontiguousarray(part).view(np.uint8).reshape(*part.shape, 4)
        mixed = under + (np.array([*rgb(colour), 255], dtype=np.float32) - under) * np.float32(alpha) + 0.5
        part[:] = mixed.astype(np.uint8).view(np.uint32)[..., 0]

    def number(self, x: int, y: int, words: str, glyphs: Glyphs, width: int) -> Rectangle:
        """Digits that change: words with their baseline at y, in a box of that width from x on; returns the box."""
        return glyphs.write(self.pixels, x, y, words, width)

    def label(self, label: Label, left: int, top: int) -> None:
        """Words with a casing, over whatever is there; they lie wholly inside the sheet."""
        label.lay(self.pixels, left, top)

    def text_width(self, words: str, size: float, *, bold: bool = False) -> float:
        """How many pixels wide the words are."""
        face = font(size, bold=bold, families=families(words))
        return float(self._renderer.get_text_width_height_descent(words, face, ismath=False)[0])

    def fitted(self, words: str, size: float, room: float, *, bold: bool = False) -> str:
        """The words, cut to `room` pixels with an ellipsis, or none of them; control characters become spaces."""
        words = printable(words[:_LONGEST]).strip()
        if self.text_width("…", size, bold=bold) > room:
            return ""
        if self.text_width(words, size, bold=bold) <= room:
            return words
        low, high = 0, len(words)
        while low < high:  # the most letters that fit
            middle = (low + high + 1) // 2
            fits = self.text_width(words[:middle].rstrip() + "…", size, bold=bold) <= room
            low, high = (middle, high) if fits else (low, middle - 1)
        return words[:low].rstrip() + "…"

    def write(self, x: float, y: float, words: str, size: float, colour: Colour, *, bold: bool) -> None:
        """Words from x on, with their baseline at y."""
        face = font(size, bold=bold, families=families(words))
        self._renderer.draw_text(self._pen(colour, 1), round(x), round(y), words, face, 0)

    def _path(self, corners: NDArray[Any], codes: NDArray[np.uint8] | None = None) -> Any:
        return _Outline(corners * self._flip + self._foot, codes, codes is None and len(corners) >= _LONG)

    def _circle(self, x: float, y: float, radius: float) -> Affine2D:
        unit = self._unit
        return Affine2D.from_values(radius * unit, 0, 0, radius * unit, x * unit, (self.height - y) * unit)

    def _pen(
        self, colour: Colour, width: float, clip: Rectangle | None = None, cap: Cap = "round", alpha: float = 1.0
    ) -> Any:
        key = colour, width, clip, cap, alpha
        pen = self._pens.get(key)
        if pen is None:
            pen = self._pens[key] = self._renderer.new_gc()
            pen.set_linewidth(width)
            pen.set_foreground((*_shares(colour)[:3], alpha), isRGBA=True)
            pen.set_snap(False)
            pen.set_capstyle(cap)
            pen.set_joinstyle("round")
            if clip is not None:
                left, top, right, bottom = clip
                corners = np.array([[left, self.height - bottom], [right, self.height - top]], dtype=float)
                pen.set_clip_rectangle(Bbox(corners * self._unit))
        return pen


def printable(words: str) -> str:
    """The words with a space for each character that is none.

    Example:
        >>> printable(f"a{chr(7)}b")
        'a b'
    """
    return "".join(letter if letter.isprintable() else " " for letter in words)


def packed(colour: Colour) -> int:
    """A colour as one opaque pixel.

    Example:
        >>> hex(packed("#102030"))
        '0xff302010'
    """
    red, green, blue = rgb(colour)
    return 0xFF << 24 | blue << 16 | green << 8 | red


def clear(colour: Colour) -> int:
    """A colour as one transparent pixel, so that what is drawn upon it has edges of its own colour alone.

    Example:
        >>> hex(clear("#102030"))
        '0x302010'
    """
    return packed(colour) & 0x00FFFFFF


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
def _mark_codes(count: int, corners: int) -> NDArray[np.uint8]:
    return np.tile(np.array([Path.MOVETO, *[Path.LINETO] * (corners - 1), Path.CLOSEPOLY], dtype=np.uint8), count)


@lru_cache(maxsize=256)
def _shares(colour: Colour) -> tuple[float, float, float, float]:
    red, green, blue = rgb(colour)
    return red / 255, green / 255, blue / 255, 1.0
