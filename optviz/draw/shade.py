"""A surface as a map: bands of colour and hairline contours, worked out for every pixel.

The height of a pixel is log(f − f_min + ε), scaled to the number of bands; ε is the one that spreads the picture's area
most evenly over the bands, so that steep walls, flat valleys and gentle waves all show their structure. Bands are
filtered over the width of a pixel, and hairlines fade where they would crowd.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from optviz.draw.canvas import Pixels
from optviz.surface import Box, Surface
from optviz.themes import Theme, rgb

BANDS = 22
_OFFSETS = 10.0 ** np.arange(-6, 1.5, 0.5)  # candidates for ε, as shares of the range
FLAT = 0.004  # bands a pixel below which a slope is none, so that float32 holds the differences
_FLAT_BESIDE = 1e-3  # of the largest value: where all differ by less, they are counted from the lowest
_COARSE = 4  # pixels a side that share one value, where a value is the mean over a data set

Field = NDArray[Any]


def shade(surface: Surface, box: Box, width: int, height: int, theme: Theme, detail: int = 1) -> Pixels:
    """The map of a surface over `box`: pixels (height · detail, width · detail), the top row first."""
    values = heights(surface, box, width, height)
    if detail == 1:
        return paint(levels(values), theme)
    return paint(levels(heights(surface, box, width * detail, height * detail), values), theme, detail)


def heights(surface: Surface, box: Box, width: int, height: int) -> Field:
    """Values at the centres of the pixels (height, width), the top row first."""
    coarse = 1 if surface.data is None else _COARSE
    columns, rows = -(-width // coarse), -(-height // coarse)
    x0, x1, y0, y1 = box
    x = x0 + (x1 - x0) * (np.arange(columns) + 0.5) / columns
    y = y1 - (y1 - y0) * (np.arange(rows) + 0.5) / rows
    values = surface(np.stack(np.meshgrid(x, y), axis=-1))
    return values if coarse == 1 else _enlarged(values, width, height)


def _enlarged(values: Field, width: int, height: int) -> Field:
    """Values between values, in float32, which must hold what they differ by; what is not finite is as high as any."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.full((height, width), np.nan)
    unit = unit_near(float(np.abs(known).max()))
    low, high = float(known.min()) / unit, float(known.max()) / unit
    foot = low if high - low < _FLAT_BESIDE * max(abs(low), abs(high)) else 0.0
    parts = np.nan_to_num(values / unit, nan=high, posinf=high, neginf=low) - foot
    fine = Image.fromarray(parts.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray((np.asarray(fine, np.float64) + foot) * unit)


def levels(values: Field, like: Field | None = None) -> Field:
    """Heights in bands, 0 … BANDS, float32; what is not finite is high.

    The bands are those of `like`, the same map in other pixels, where it is given.
    """
    return scale_of(values if like is None else like)(values)


@dataclass(frozen=True)
class Scale:
    """From values to bands: how far above `low`, as a share of `span`, on the logarithmic scale that `offset` bends.

    `low` and `span` are counted in `unit`, the power of two next to the largest value: so no sum of them overflows, and
    float32 holds their differences, however large or small the values are.
    """

    low: float
    span: float
    offset: float
    unit: float = 1.0

    def __call__(self, values: Field) -> Field:
        """Values in bands, 0 … BANDS, float32; what is not finite is high, but -inf low."""
        kind = np.float32 if self.offset >= _OFFSETS[0] else np.float64  # which holds more decades
        return np.asarray(_scaled(self.share(values, kind), self.offset) * np.float32(BANDS * 0.9999), np.float32)

    def share(self, values: Field, kind: type[np.floating[Any]]) -> Field:
        """How far above the lowest these values lie, 0 … 1."""
        with np.errstate(all="ignore"):
            above = np.clip(values / self.unit - self.low, 0, self.span)
        above[np.isnan(above)] = self.span
        return np.asarray(above.astype(kind) / kind(self.span or 1.0))

    def value(self, level: Field) -> Field:
        """The values that have these levels in bands: what a map says of a height."""
        share = np.clip(level / (BANDS * 0.9999), 0, 1).astype(np.float64)  # numpy 1 would go on in float32
        return np.asarray(
            (self.low + self.span * self.offset * np.expm1(share * np.log1p(1 / self.offset))) * self.unit
        )


def scale_of(values: Field) -> Scale:
    """The scale on which these values fill the bands most evenly."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Scale(0.0, 0.0, float(_OFFSETS[-1]))
    unit = unit_near(float(np.abs(known).max()))
    low, high = float(known.min()) / unit, float(known.max()) / unit
    scale = Scale(low, high - low, float(_OFFSETS[0]), unit)
    sparse = values[::5, ::5].ravel()
    sample = scale.share(sparse, np.float32)
    offset = max(_OFFSETS, key=lambda each: _evenness(_scaled(sample, each)))
    if offset == _OFFSETS[0]:  # values of many more decades than six
        sample = scale.share(sparse, np.float64)
        offset = max(_finer(sample), key=lambda each: _evenness(_scaled(sample, each)))
    return replace(scale, offset=float(offset))


def unit_near(size: float) -> float:
    """The power of two next to a size: to divide by it rounds nothing.

    Example:
        >>> unit_near(1000.0), unit_near(0.0)
        (1024.0, 1.0)
    """
    return math.ldexp(1.0, min(1023, max(-1021, math.frexp(size)[1]))) if size else 1.0


def paint(level: Field, theme: Theme, detail: int = 1) -> Pixels:
    """Bands and hairlines for levels (height, width); hairlines are `detail` pixels wide.

    Most pixels lie wholly in one band. The others take the mean of the bands over their width, which is a difference
    of the ramp's integral, and their share of a hairline.
    """
    down, right = np.gradient(level)
    steepness = np.maximum(np.hypot(down, right), FLAT / detail)  # bands a pixel
    ramp = ramp_of(theme)
    whole = ramp.astype(np.uint32)
    flat = 0xFF000000 | whole[:, 2] << 16 | whole[:, 1] << 8 | whole[:, 0]
    result = flat.astype(np.uint32)[np.minimum(level.astype(np.intp), BANDS - 1)]
    from_contour = np.abs(level - np.rint(level))  # in bands
    edges = np.flatnonzero(from_contour < detail * steepness)
    parts = (mixed(level.ravel()[edges], steepness.ravel()[edges], ramp, theme, detail) + 0.5).astype(np.uint32)
    result.ravel()[edges] = 0xFF000000 | parts[:, 2] << 16 | parts[:, 1] << 8 | parts[:, 0]
    return result


def mixed(level: Field, steepness: Field, ramp: Field, theme: Theme, detail: int = 1) -> Field:
    """The colours (n, 3) of levels (n,), where pixels are so many bands wide: bands by their shares, and hairlines."""
    below = np.concatenate([np.zeros((1, 3), np.float32), np.cumsum(ramp, axis=0)])
    low, high = span_of(level, steepness)
    colours = (_integral(below, ramp, high) - _integral(below, ramp, low)) / (high - low)[:, None]
    line = hairlines(level, steepness * np.float32(detail)) * np.float32(theme.isoline_alpha)
    colours += (np.array(rgb(theme.isoline), np.float32) - colours) * line[:, None]
    return np.asarray(colours)


def span_of(level: Field, steepness: Field) -> tuple[Field, Field]:
    """The lowest and the highest level in pixels of levels, which are so many bands wide."""
    low = np.clip(level - steepness / 2, 0, BANDS - 1e-3)
    return low, np.maximum(np.clip(level + steepness / 2, 1e-3, BANDS), low + 1e-3)


def hairlines(level: Field, steepness: Field) -> Field:
    """How much of a pixel its hairline covers, 0 … 1; they fade where they would crowd."""
    edge = np.abs(level - np.rint(level)) / np.maximum(steepness, np.float32(1e-6))  # hairlines to the nearest contour
    line = np.clip(1.0 - edge, 0, 1) * np.clip(1.6 - 4 * steepness, 0, 1)
    line[(level < 0.5) | (level > BANDS - 0.5)] = 0
    return np.asarray(line)


def ramp_of(theme: Theme) -> Field:
    """The colours (BANDS, 3) of the bands."""
    stops = np.array([rgb(colour) for colour in theme.ramp], dtype=float)
    at = np.linspace(0, len(stops) - 1, BANDS)
    return np.stack([np.interp(at, np.arange(len(stops)), stops[:, c]) for c in range(3)], axis=-1).astype(np.float32)


def _integral(below: Field, ramp: Field, level: Field) -> Field:
    """The integral (n, 3) of the stepwise ramp from 0 to levels (n,)."""
    band = np.minimum(level.astype(np.intp), BANDS - 1)
    return np.asarray(below[band] + (level - band)[:, None] * ramp[band])


def _finer(share: Field) -> Field:
    """The least candidate for ε, and all that are as fine as the least of the shares."""
    least = float(share[share > 0].min(initial=_OFFSETS[0]))
    powers = np.arange(math.log10(_OFFSETS[0]), max(-300.0, math.log10(least)) - 0.5, -0.5)
    return np.asarray(10.0**powers)


def _scaled(share: Field, offset: float) -> Field:
    kind = share.dtype.type
    return np.asarray(np.log1p(share / kind(offset)) / kind(np.log1p(1 / offset)))


def _evenness(scaled: Field) -> float:
    """The entropy of the bands' areas."""
    areas = np.bincount((scaled * (BANDS - 1e-3)).astype(np.intp), minlength=BANDS) / len(scaled)
    filled = areas[areas > 0]
    return float(-(filled * np.log(filled)).sum())
