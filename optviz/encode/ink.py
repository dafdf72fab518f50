"""From a film's pixels to the indices of a GIF, of which one is transparent.

There, a pixel is opaque or it is not. So on a transparent sheet soft edges are laid on the theme's paper, and what is
nearly nothing is nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optviz.draw import Film
from optviz.draw.canvas import Pixels
from optviz.encode.palette import TRANSPARENT, Palette
from optviz.themes import rgb

_FAINT = 0x30  # alpha below which a pixel is left out


class Ink:
    """Writes the pixels of one film."""

    def __init__(self, film: Film) -> None:
        self.transparent = film.transparent
        self._paper = np.array(rgb(film.paper), np.float32)
        self.palette = Palette(self._on_paper(film.sample()), film.colours, film.paper)

    def indices(self, pixels: Pixels) -> NDArray[np.uint8]:
        """The indices of pixels of any shape."""
        found = self.palette.indices(self._on_paper(pixels))
        return np.where(pixels >> 24 < _FAINT, np.uint8(TRANSPARENT), found) if self.transparent else found

    def _on_paper(self, pixels: Pixels) -> Pixels:
        """The same pixels, opaque."""
        if not self.transparent:
            return pixels
        parts = np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)
        mixed = np.full_like(parts, 255)
        share = parts[..., 3:].astype(np.float32) / 255
        mixed[..., :3] = self._paper + (parts[..., :3] - self._paper) * share + np.float32(0.5)
        return mixed.view(np.uint32)[..., 0]
