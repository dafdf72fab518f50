"""Where runs begin: points inside a surface's domain, or as one writes them: ``X,Y``, ``random:N`` or ``grid:AxB``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from optviz.bounds import check_seed, number_of
from optviz.errors import ArgumentError, shown
from optviz.kinds import listed, several
from optviz.specs import NUMBER
from optviz.surface import Point, Surface

Starts = str | Point | Sequence[str | Point]
"""One start or several, each a point (x, y) or a text."""

MAX_STARTS = 4096

_POINT = re.compile(rf"\s*({NUMBER})\s*,\s*({NUMBER})\s*")


def gather_starts(given: Starts | None, surface: Surface, seed: int = 0) -> tuple[Point, ...]:
    """The starts that points and texts name together; the surface's own where none are given.

    Raises:
        ArgumentError: As `parse_starts` and `check_start`; or they are too many.

    Example:
        >>> from optviz.catalog import load_surface
        >>> gather_starts(["grid:2x1", (0, 3)], load_surface("booth"))
        ((-5.0, 0.0), (5.0, 0.0), (0.0, 3.0))
    """
    points: list[Point] = []
    for each in [surface.start] if given is None else _apart(given):
        points += parse_starts(each, surface, seed) if isinstance(each, str) else [check_start(surface, each)]
        if len(points) > MAX_STARTS:
            raise ArgumentError(f"these are {len(points)} starts; allowed are 1 to {MAX_STARTS}")
    if not points:
        raise ArgumentError("start must be X,Y or random:N or grid:AxB, or several of these, not none")
    return tuple(points)


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
        raise ArgumentError(f"start must be X,Y or random:N or grid:AxB, not {shown(text)}")
    if not 1 <= columns * rows <= MAX_STARTS:
        raise ArgumentError(f"start {shown(text)} names {columns * rows} points; allowed are 1 to {MAX_STARTS}")
    x0, x1, y0, y1 = surface.domain
    if random:
        drawn = np.random.default_rng([check_seed(seed), columns]).uniform((x0, y0), (x1, y1), (columns, 2))
        return [(float(x), float(y)) for x, y in drawn]
    xs = x0 + (x1 - x0) * (np.arange(columns) + 0.5) / columns
    ys = y0 + (y1 - y0) * (np.arange(rows) + 0.5) / rows
    return [(float(x), float(y)) for y in ys for x in xs]


def check_start(surface: Surface, start: Any) -> Point:
    """A start as two floats inside the surface's domain, where the function has a value.

    Raises:
        ArgumentError: It is not that.
    """
    found = several(start, 2)
    if found is None:
        raise ArgumentError(f"start must be two numbers X,Y, not {shown(start)}")
    x, y = float(found[0]), float(found[1])
    x0, x1, y0, y1 = surface.domain
    if not surface.contains(np.array([x, y])):
        box = f"{x0:g} ≤ x ≤ {x1:g}, {y0:g} ≤ y ≤ {y1:g}"
        raise ArgumentError(f"start {x:g},{y:g} lies outside the domain of {surface.name}: {box}")
    if not np.isfinite(surface(np.array([x, y]))):
        raise ArgumentError(f"start {x:g},{y:g}: {surface.name} is not finite there; choose another with --start")
    return x, y


def _apart(given: Any) -> list[Any]:
    """One start or several as several; what they are is checked later."""
    found = listed("start", given, str, "points X,Y, or of texts as random:N or grid:AxB")
    return [found] if found and number_of(found[0]) is not None else found
