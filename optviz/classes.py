"""Classes of samples: each has a quiet colour and a mark of its own, since full colours belong to the optimizers.

The colours were searched for numerically, at low chroma and of many lightnesses: `tests/test_classes.py` measures how
far apart they are from one another and from those of the runs, as points and as tints of regions, for eyes of every
kind. A theme without colours has greys.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optviz.themes import Colour, Theme, is_dark, mixed, rgb

_ON_LIGHT = ("#607b96", "#c6aa84", "#89bbab", "#7c5565", "#8d9262", "#8790c0", "#7e7366", "#c68f92")
_ON_DARK = ("#4c7ba2", "#c8b691", "#a9dbc8", "#fac8f1", "#627b7b", "#7c8f9a", "#7f6c52", "#83aea2")
_GREYS = 1.0, 0.4  # from ink to almost paper
_GREY = 24  # the most by which a grey's red, green and blue differ
Outline = NDArray[Any]
"""Corners (n, 2) around the origin, y downwards, of about the area of a circle of radius 1."""


def _regular(corners: int, turn: float = 0.0, inner: float = 1.0) -> Outline:
    """A regular polygon, its first corner at the top; or a star, where every other corner is nearer."""
    angles = 2 * math.pi * (np.arange(corners) / corners + turn) - math.pi / 2
    radii = np.where(np.arange(corners) % 2, inner, 1.0)
    outline = np.stack([np.cos(angles), np.sin(angles)], axis=-1) * radii[:, None]
    x, y = outline.T
    area = abs(x @ np.roll(y, 1) - y @ np.roll(x, 1)) / 2
    return outline * math.sqrt(math.pi / area)


def _cross(turn: float) -> Outline:
    """A cross with arms as wide as a third of its width."""
    corners = np.array([(-1, -3), (1, -3), (1, -1), (3, -1), (3, 1), (1, 1)], dtype=float)
    whole = np.concatenate([corners, -corners]) * (math.sqrt(math.pi / 20) * 1.1)
    cosine, sine = math.cos(math.tau * turn), math.sin(math.tau * turn)
    return np.asarray(whole @ np.array([[cosine, sine], [-sine, cosine]]))


MARKS: tuple[Outline, ...] = (
    _regular(16),
    _regular(3),
    _regular(4, turn=1 / 8),
    _cross(0),
    _regular(4),
    _regular(3, turn=1 / 2),
    _cross(1 / 8),
    _regular(10, inner=0.45),
)
"""The classes' marks: circle, triangle, square, plus, diamond, triangle upside down, cross, star."""


TOLD_APART = 64
"""Classes whose looks differ."""


class ClassLook(NamedTuple):
    """How a class is told apart: its colour, and the outline of its points."""

    colour: Colour
    mark: Outline


def class_looks(theme: Theme, count: int) -> list[ClassLook]:
    """How so many classes are told apart; up to `TOLD_APART` of them no two are alike.

    Example:
        >>> from optviz.themes import LIGHT
        >>> [look.colour for look in class_looks(LIGHT, 2)]
        ['#607b96', '#c6aa84']
    """
    colours, marks = _colours(theme, count), len(MARKS)
    several = len(colours)
    return [ClassLook(colours[label % several], MARKS[(label + label // several) % marks]) for label in range(count)]


def _colours(theme: Theme, count: int) -> tuple[Colour, ...]:
    if all(max(rgb(colour)) - min(rgb(colour)) < _GREY for colour in theme.palette):
        shares = np.linspace(*_GREYS, max(1, min(count, len(MARKS))))
        return tuple(mixed(theme.background, theme.ink, share) for share in shares.tolist())
    return _ON_DARK if is_dark(theme) else _ON_LIGHT
