"""One palette for a whole film, and the way from its pixels to indices.

The film's own colours come first and stay exact: a palette that is only the mean of what is seen turns one run's
colour into another's. Then their shades towards the paper, which smooth edges are made of; then the most frequent
colours of the picture; then a median cut over what is left. Index 0 is transparent: a pixel has not changed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from optviz.draw.canvas import Pixels
from optviz.themes import Colour, rgb

TRANSPARENT = 0
_FREQUENT = 64
_EDGES = (0.25, 0.5, 0.75)
_MANY = 40  # colours that leave no room for shades
_SAMPLED = 2  # of so many rows and columns, at least, one is looked at
_ENOUGH = 120_000  # pixels that are looked at, about
_BLOCK = 256  # colours whose neighbours are sought at once: few enough for one thread of a linear algebra library
_RGB = np.uint32(0xFFFFFF)


class Palette:
    """Up to 255 colours (n, 3) at the indices 1 … 255, and a table from 24-bit colours to them."""

    def __init__(self, picture: Pixels, pinned: Sequence[Colour], paper: Colour) -> None:
        exact = [rgb(colour) for colour in (paper, *pinned)]
        colours: dict[tuple[int, ...], None] = dict.fromkeys(exact)
        for share in _EDGES if len(colours) < _MANY else ():
            colours |= dict.fromkeys(_between(exact[0], colour, share) for colour in exact)
        apart = max(_SAMPLED, round(math.sqrt(picture.size / _ENOUGH)))
        sample = picture[::apart, ::apart].ravel()
        seen, counts = np.unique(sample & _RGB, return_counts=True)
        frequent = seen[np.argsort(-counts, kind="stable")[:_FREQUENT]]
        colours |= dict.fromkeys(tuple(colour) for colour in _bytes(frequent).tolist())
        left = 255 - len(colours)
        rest = Image.fromarray(_bytes(sample)[None]).quantize(left, Image.Quantize.MEDIANCUT)
        flat = np.array((rest.getpalette() or [])[: 3 * left], dtype=np.uint8).reshape(-1, 3)
        colours |= dict.fromkeys(tuple(colour) for colour in flat.tolist())
        self.colours: NDArray[np.uint8] = np.array(list(colours), dtype=np.uint8)[:255]
        self._transposed = self.colours.T.astype(np.float32)
        self._norms = (self._transposed**2).sum(axis=0)
        self._table = np.zeros(1 << 24, dtype=np.uint8)

    def indices(self, pixels: Pixels) -> NDArray[np.uint8]:
        """The index of the nearest colour for pixels of any shape."""
        keys = pixels & _RGB
        found: NDArray[np.uint8] = self._table[keys]
        if not found.all():
            unknown = keys[found == 0]
            self._learn(np.unique(unknown) if len(unknown) > _BLOCK else unknown)
            found = self._table[keys]
        return found

    def _learn(self, keys: NDArray[np.uint32]) -> None:
        """Find the nearest colours: the least |c|² − 2 k·c, whose numbers float32 holds exactly."""
        for first in range(0, len(keys), _BLOCK):
            block = keys[first : first + _BLOCK]
            offsets = self._norms - 2 * (_bytes(block).astype(np.float32) @ self._transposed)
            self._table[block] = offsets.argmin(axis=1) + 1


def _bytes(pixels: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Red, green, blue (n, 3) of pixels (n,)."""
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(-1, 4)[:, :3].copy()


def _between(paper: tuple[int, ...], colour: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(paper, colour, strict=True))
