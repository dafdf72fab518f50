"""The ground of a page: one picture of at most 256 colours that serves several themes.

The picture is a WebP without loss, in the colours of the first theme, so that it is right where nothing else works.
No two of its colours are alike: a page finds the index of each pixel again, and paints the same picture in the colours
of another theme. Of a map the index says the band and how much of a hairline crosses the pixel; of a relief, whose
light has no such scale, it stands for pixels that look alike in all themes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from optviz.draw.canvas import Pixels
from optviz.draw.shade import BANDS, FLAT, hairlines, heights, ramp_of, scale_of, span_of
from optviz.surface import Box, Surface
from optviz.themes import Theme, rgb

_PARTS, _LINES = 3, 4  # of a band, and of a hairline, that are told apart
_STEPS = (BANDS - 1) * _PARTS + 1
Field = NDArray[Any]


@dataclass(frozen=True)
class Ground:
    """Indices (height, width) into tables of colours (n, 3), one a theme; `values` are the surface's at each index."""

    indices: NDArray[np.uint8]
    palettes: tuple[NDArray[np.uint8], ...]
    values: Field | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.indices.shape[1], self.indices.shape[0]

    def to_webp(self) -> bytes:
        """The picture in the first theme's colours."""
        buffer = io.BytesIO()
        picture = Image.fromarray(self.palettes[0][self.indices])
        picture.save(buffer, "WEBP", lossless=True, quality=60, method=4)
        return buffer.getvalue()


def map_ground(surface: Surface, box: Box, size: tuple[int, int], themes: Sequence[Theme]) -> Ground:
    """A surface from above: its bands and hairlines."""
    values = heights(surface, box, *size)
    scale = scale_of(values)
    level = scale(values)
    down, right = np.gradient(level)
    steepness = np.maximum(np.hypot(down, right), FLAT)
    low, high = span_of(level, steepness)
    mean = (_area(high) - _area(low)) / (high - low)
    part, line = np.rint(mean * _PARTS), np.rint(hairlines(level, steepness) * (_LINES - 1))
    indices = np.asarray(part * _LINES + line, dtype=np.uint8)
    middles = (np.arange(_STEPS * _LINES) // _LINES + 0.5 * _PARTS) / _PARTS
    return Ground(indices, tuple(distinct(_map_colours(theme)) for theme in themes), scale.value(middles))


def alike(pictures: Sequence[Pixels]) -> Ground:
    """The same picture in several themes, with one index for what is nearly alike in all of them."""
    parts = [np.ascontiguousarray(each).view(np.uint8).reshape(*each.shape, 4)[..., :3] for each in pictures]
    whole = np.concatenate(parts, axis=-1)
    flat = np.ascontiguousarray(whole.reshape(-1, whole.shape[-1]))
    keys = flat.view(np.dtype((np.void, flat.shape[1]))).ravel()
    _, first, which, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    colours = flat[first].astype(np.float64)
    owners = _parted(colours, counts.astype(np.float64), 256)
    sums = np.stack([np.bincount(owners, counts * column) for column in colours.T], axis=-1)
    means = np.rint(sums / np.bincount(owners, counts)[:, None]).astype(np.uint8)
    tables = tuple(distinct(means[:, 3 * each : 3 * each + 3]) for each in range(len(pictures)))
    return Ground(owners[which].reshape(whole.shape[:2]).astype(np.uint8), tables)


def distinct(colours: Field) -> NDArray[np.uint8]:
    """The colours (n, 3), moved as little as makes no two of them equal.

    Example:
        >>> distinct(np.array([[9, 9, 9], [9, 9, 9], [255, 255, 255], [255, 255, 255]])).tolist()
        [[9, 9, 9], [9, 9, 10], [255, 255, 255], [254, 255, 255]]
    """
    moves = [(r, g, b) for r in range(-8, 9) for g in range(-8, 9) for b in range(-8, 9)]
    moves.sort(key=lambda move: (sum(part * part for part in move), [-part for part in move[::-1]]))
    taken: dict[tuple[int, ...], None] = {}
    for colour in colours.tolist():
        tries = (tuple(part + by for part, by in zip(colour, move, strict=True)) for move in moves)
        taken[next(each for each in tries if each not in taken and all(0 <= part <= 255 for part in each))] = None
    return np.array(list(taken), dtype=np.uint8)


def _map_colours(theme: Theme) -> Field:
    """The colours of all shares of bands and hairlines, in the order of their indices."""
    ramp = ramp_of(theme)
    at = np.arange(_STEPS) / _PARTS
    bands = np.stack([np.interp(at, np.arange(BANDS), ramp[:, part]) for part in range(3)], axis=-1)[:, None]
    share = np.linspace(0, theme.isoline_alpha, _LINES)[:, None]
    return np.rint(bands + (np.array(rgb(theme.isoline)) - bands) * share).astype(int).reshape(-1, 3)


def _area(level: Field) -> Field:
    """The integral of the band's number from 0 to a level."""
    band = np.minimum(np.floor(level), BANDS - 1)
    return np.asarray(band * (band - 1) / 2 + band * (level - band))


def _parted(colours: Field, counts: Field, most: int) -> NDArray[np.intp]:
    """Groups of colours (n, k) that are alike: the group whose parts differ most is cut in two, again and again."""
    owners = np.zeros(len(colours), dtype=np.intp)
    groups = [np.arange(len(colours))]
    spreads = [_spread(colours, counts)]
    while len(groups) < most:
        widest = int(np.argmax([amount for amount, _, _ in spreads]))
        amount, axis, middle = spreads[widest]
        if amount <= 0:
            break
        group = groups[widest]
        above = colours[group, axis] > middle
        groups[widest], spreads[widest] = group[~above], _spread(colours[group[~above]], counts[group[~above]])
        owners[group[above]] = len(groups)
        groups.append(group[above])
        spreads.append(_spread(colours[group[above]], counts[group[above]]))
    return owners


def _spread(colours: Field, counts: Field) -> tuple[float, int, float]:
    """How much colours differ, along which part most, and where its mean lies."""
    means = (colours * counts[:, None]).sum(axis=0) / counts.sum()
    apart = (counts[:, None] * (colours - means) ** 2).sum(axis=0)
    axis = int(apart.argmax())
    return (float(apart[axis]) if len(colours) > 1 else 0.0), axis, float(means[axis])
