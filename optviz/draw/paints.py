"""The paints of a relief: the bands and hairlines of the map, under a soft light.

Every colour that a relief can have is mixed once: for each level, each steepness and each amount of light. Drawing is
then a matter of looking up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Pixels
from optviz.draw.shade import BANDS, mixed, ramp_of
from optviz.draw.terrain import sunlight
from optviz.themes import Theme, rgb

_FINE = 48  # levels a band
_LIGHTS = 32
_OCTAVES = 2.0**-6, 18  # the least steepness, in bands a pixel; half octaves above it
_BRIGHT = {False: (0.68, 0.985), True: (0.62, 1.62)}  # of the darkest and the brightest face, on light and dark paper
_LEAST_BITS = int(np.float32(_OCTAVES[0]).view(np.int32)) >> 22
Field = NDArray[Any]


class Paints:
    """All colours of a relief in one theme; the light comes from `light`, in radians from the x axis."""

    def __init__(self, theme: Theme, light: float) -> None:
        self._paper = np.array(rgb(theme.background), np.float32)
        count = BANDS * _FINE + 1
        levels = np.minimum(np.arange(count, dtype=np.float32) / _FINE, np.float32(BANDS * 0.9999))
        steepness = np.float32(_OCTAVES[0]) * 2.0 ** (np.arange(_OCTAVES[1], dtype=np.float32) / 2 + 0.25)
        level, steep = (part.ravel() for part in np.meshgrid(levels, steepness))
        colours = mixed(level, steep.astype(np.float32), ramp_of(theme), theme)
        lights = (np.arange(_LIGHTS, dtype=np.float32) + 0.5) / _LIGHTS
        self._table = _packed(_lit(colours, lights[:, None, None], self._paper)).ravel()
        self._count = count
        x, y = np.array([[[1, -1], [0, 0]], [[0, 0], [1, -1]]])
        ramp = ramp_of(theme)
        stone = 0.7 * ramp[BANDS // 2] + 0.3 * self._paper
        tones = _lit(stone, 0.35 + 0.65 * sunlight((x, y, 0.0), light)[..., None], self._paper)
        self.walls: Pixels = _packed(tones)
        """The colours of the block's sides, by axis and by whether the eye looks along or against it."""

    def paint(self, level: Field, steepness: Field, lit: Field) -> Pixels:
        """The colours of levels (n,) that are so many bands a pixel steep, under light 0 … 255."""
        steep = np.clip(steepness, _OCTAVES[0], 7.9)
        index = (steep.view(np.int32) >> 22) - _LEAST_BITS  # the exponent and one more bit: half octaves
        np.minimum(index, _OCTAVES[1] - 1, out=index)
        index += (lit >> 3).astype(np.int32) * np.int32(_OCTAVES[1])
        index *= np.int32(self._count)
        index += (level * np.float32(_FINE) + np.float32(0.5)).astype(np.int32)
        return np.asarray(self._table.take(index))

    def mix(self, pixels: Pixels, share: Field) -> Pixels:
        """Pixels (n,) over the background, of which they cover the share (n,)."""
        colours = np.ascontiguousarray(pixels).view(np.uint8).reshape(-1, 4)[:, :3]
        return _packed(self._paper + (colours - self._paper) * share[:, None].astype(np.float32))


def _lit(colours: Field, light: Field, paper: Field) -> Field:
    """Colours (..., 3) under light 0 … 1."""
    least, most = _BRIGHT[bool(paper.mean() < 128)]
    return np.asarray(colours * (least + (most - least) * light))


def _packed(colours: Field) -> Pixels:
    """Colours (..., 3) as pixels."""
    pixels = np.full((*colours.shape[:-1], 4), 255, np.uint8)
    pixels[..., :3] = np.clip(colours, 0, 255) + np.float32(0.5)
    return pixels.view(np.uint32)[..., 0]
