"""Lengths of every picture, whoever draws it: how large its letters are, and what stands around its panels.

A unit is what is a pixel at 800×600 in a theme with letters of 10 points. Tall pictures are such sheets turned.
"""

from __future__ import annotations

from collections.abc import Sequence

from optviz.themes import Theme

LEFT, FOOT, TITLE = 52, 36, 24
"""Units around a panel: for numbers at the left and beneath, and for its title."""

APART, CLOSE = 4, 9
"""Units between panels, and between those that share their numbers."""

SIDE = 204
"""Units of a column for the cast."""

HEAD = 64
"""Pixels at scale 1 above the panels, in a theme with headings of 16 points."""

LEAST_CURVES = 75
"""Units that curves beneath regions are tall at least."""

LOW = 0.3
"""How tall a row of curves is, beside a row of maps."""

AT_EASE = 0.75
"""The share of its room that a cast beneath takes at ease."""

SQUARE = 1.1
"""Times as wide as tall: up to there the cast stands beneath the panels."""

UNLIKE = 5.0
"""Times the span of another feature: from there on, the two are of different units."""


def scale_of(width: int, height: int) -> float:
    """How large lines and letters are, by the size in pixels; 1 at 800×600 and at 600×800.

    Example:
        >>> scale_of(1280, 720), scale_of(600, 1000)
        (1.2, 1.0)
    """
    return max(0.5, min(max(width, height) / 800, min(width, height) / 600))


def most_beneath(width: int, height: int) -> int:
    """The most of the height that the cast takes beneath; more where the panels stay as tall as wide."""
    return round(max(0.4 * height, height - width))


def unit_of(scale: float, theme: Theme) -> float:
    """The length of a unit in pixels."""
    return scale * theme.text / 10


def of_one_unit(spans: Sequence[float]) -> bool:
    """Whether features of these spans are drawn in one unit; years and dollars are not. A span of 0 says nothing.

    Example:
        >>> of_one_unit([3.0, 1.5]), of_one_unit([42.0, 135e3]), of_one_unit([42.0, 0.0])
        (True, False, True)
    """
    known = [span for span in spans if span > 0]
    return not known or max(known) <= UNLIKE * min(known)
