"""Labels at the heads, for races of so many that colours alone do not tell them apart.

A label is rendered once and copied beside its head, in one of four places that is still free; where none is, it is
left out for that frame. Labels of heads that coincide so part by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Canvas, Pixels, Rectangle, packed
from optviz.themes import Colour, rgb

_CASING = 2  # pixels around the letters


class Label:
    """Words in a colour with a casing, to be laid over anything."""

    def __init__(
        self, words: str, size: float, ink: Colour, casing: Colour, canvas: Canvas, *, bold: bool = True
    ) -> None:
        width = round(canvas.text_width(words, size, bold=bold)) + 2 * _CASING + 2
        height = round(1.35 * size * canvas.points) + 2 * _CASING
        self.size = width, height
        self.words, self.letters, self.ink, self.casing = words, size, ink, casing
        self.origin = _CASING + 1, height - _CASING - round(0.3 * size * canvas.points)
        """Where the words begin, on their baseline, from the corner of the label."""
        self.rim = _CASING
        sheet = Canvas(width, height, canvas.scale)
        sheet.pixels[:] = packed("#000000")
        sheet.text(*self.origin, words, size, "#ffffff", bold=bold)
        letters = np.asarray(sheet.pixels & 0xFF, dtype=np.float32) / np.float32(255)
        around = _spread(letters)
        self._keep = ((1 - around) * (1 - letters))[..., None]
        self._add = (around * (1 - letters))[..., None] * _rgba(casing) + letters[..., None] * _rgba(ink)

    def lay(self, pixels: Pixels, left: int, top: int) -> None:
        """Copy the label to where it lies wholly inside `pixels`."""
        width, height = self.size
        target = pixels[top : top + height, left : left + width]
        under = np.ascontiguousarray(target).view(np.uint8).reshape(height, width, 4)
        if under[..., 3].min() < 255:
            under = under.astype(np.float32)
            kept = self._keep * under[..., 3:] / 255
            mixed = under * kept + self._add
            alpha = kept + (1 - self._keep)
            mixed = np.where(alpha > 0, mixed / np.maximum(alpha, 1e-6), under)
            mixed[..., 3:] = 255 * alpha
            mixed = (mixed + 0.5).astype(np.uint8)
        else:
            mixed = (under * self._keep + self._add + 0.5).astype(np.uint8)
        target[:] = mixed.view(np.uint32)[..., 0]


def places(
    heads: NDArray[np.float64], labels: Sequence[Label], gap: float, clip: Rectangle
) -> list[tuple[Label, int, int]]:
    """Where the labels of heads (n, 2) go: left and top of those that find a free place, in their order."""
    taken: list[tuple[float, float, float, float]] = []
    found = []
    for (x, y), label in zip(heads.tolist(), labels, strict=True):
        if not (clip[0] <= x < clip[2] and clip[1] <= y < clip[3]):
            continue
        width, height = label.size
        corners = [(x + gap, y - height / 2), (x - gap - width, y - height / 2)]
        corners += [(x - width / 2, y - gap - height), (x - width / 2, y + gap)]
        corners += [(x + gap, y - height / 2 + turn * height) for turn in (-1, 1, -2, 2, -3, 3)]
        for left, top in corners:
            box = (left, top, left + width, top + height)
            inside = left >= clip[0] and top >= clip[1] and box[2] < clip[2] and box[3] < clip[3]
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                found.append((label, round(left), round(top)))
                break
    return found


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _spread(letters: NDArray[np.float32]) -> NDArray[np.float32]:
    """The letters' coverage, spread by the casing in all directions."""
    padded = np.pad(letters, _CASING)
    height, width = letters.shape
    steps = range(-_CASING, _CASING + 1)
    moved = [
        padded[_CASING + dy : _CASING + dy + height, _CASING + dx : _CASING + dx + width]
        for dy in steps
        for dx in steps
        if dx * dx + dy * dy <= _CASING * _CASING + 1
    ]
    return np.asarray(np.max(moved, axis=0), dtype=np.float32)


def _rgba(colour: Colour) -> NDArray[np.float32]:
    return np.array([*rgb(colour), 255], dtype=np.float32)
