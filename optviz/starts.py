"""Where runs begin, as one writes it: ``X,Y``, ``random:N`` or ``grid:AxB``, inside a surface's domain."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from optviz.errors import ArgumentError
from optviz.problem import check_start
from optviz.surface import Point, Surface

MAX_STARTS = 4096

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_POINT = re.compile(rf"\s*({_NUMBER})\s*,\s*({_NUMBER})\s*")


def gather_starts(texts: Sequence[str], surface: Surface, seed: int = 0) -> tuple[Point, ...]:
    """The starts that several texts name together; the surface's own where there is no text.

    Raises:
        ArgumentError: As `parse_starts`; or they are too many.
    """
    points = tuple(point for text in texts for point in parse_starts(text, surface, seed)) or (surface.start,)
    if len(points) > MAX_STARTS:
        raise ArgumentError(f"these are {len(points)} starts; allowed are 1 to {MAX_STARTS}")
    return points


def parse_starts(text: str, surface: Surface, seed: int = 0) -> list[Point]:
    """The starts that `text` names.

    ``random:N`` draws N points uniformly from the domain; ``grid:AxB`` spaces A × B points evenly over it, away
    from its edges.

    Raises:
        ArgumentError: The text does not parse, a point lies outside the domain, or there are too many.

    Example:
        >>> from optviz.catalog import load_surface
        >>> parse_starts("grid:2x1", load_surface("booth"))
        [(-5.0, 0.0), (5.0, 0.0)]
    """
    point = _POINT.fullmatch(text)
    if point:
        return [check_start(surface, (float(point[1]), float(point[2])))]
    random = re.fullmatch(r"random:(\d{1,18})", text.strip())
    grid = re.fullmatch(r"grid:(\d{1,18})x(\d{1,18})", text.strip())
    columns, rows = (int(grid[1]), int(grid[2])) if grid else (int(random[1]), 1) if random else (0, 0)
    if not (random or grid):
        raise ArgumentError(f"start must be X,Y or random:N or grid:AxB, not {text!r}")
    if not 1 <= columns * rows <= MAX_STARTS:
        raise ArgumentError(f"start {text!r} names {columns * rows} points; allowed are 1 to {MAX_STARTS}")
    x0, x1, y0, y1 = surface.domain
    if random:
        drawn = np.random.default_rng([seed, columns]).uniform((x0, y0), (x1, y1), (columns, 2))
        return [(float(x), float(y)) for x, y in drawn]
    xs = x0 + (x1 - x0) * (np.arange(columns) + 0.5) / columns
    ys = y0 + (y1 - y0) * (np.arange(rows) + 0.5) / rows
    return [(float(x), float(y)) for y in ys for x in xs]
