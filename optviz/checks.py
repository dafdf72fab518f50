"""What the catalog asks of every surface, ours or a user's, as checks with findings.

Building a `Surface` refuses what cannot work at all; these checks find what would mislead: a gradient that is not the
slope, a minimum that is none, a value lower than the one stated, kinks that give NaN.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from optviz.errors import OptvizError, OptvizWarning
from optviz.gradients import exact_gradient
from optviz.races import race
from optviz.rates import known_floor
from optviz.slopes import measure
from optviz.surface import Array, Surface

_POINTS = 2000
_SLOPES = 500  # points at which slopes are measured
_STRICT = 1e-4  # by how much a gradient may differ
_SEED = 20


@dataclass(frozen=True)
class Finding:
    """One check: what was asked, whether it holds, and what was found."""

    check: str
    passed: bool
    found: str


def check_surface(surface: Surface) -> list[Finding]:
    """Run all checks.

    Example:
        >>> from optviz.catalog import load_surface
        >>> all(finding.passed for finding in check_surface(load_surface("booth")))
        True
    """
    x0, x1, y0, y1 = surface.domain
    points = np.random.default_rng(_SEED).uniform((x0, y0), (x1, y1), (_POINTS, 2))
    checks = (_finite, _slope, _stationary, _lowest, _elementwise, _raced)
    return [check(surface, points) for check in checks]


def _finite(surface: Surface, points: Array) -> Finding:
    axes = np.array([[0.0, 0.0], [0.0, points[0, 1]], [points[0, 0], 0.0], surface.start, *surface.minima], dtype=float)
    seen = np.concatenate([points, axes[surface.contains(axes)]])
    good = np.isfinite(surface(seen)) & np.isfinite(exact_gradient(surface, seen)).all(axis=-1)
    if good.all():
        return Finding(
            "value and gradient are finite",
            True,
            f"at {len(seen)} points of the domain, axes and minima among them",
        )
    return Finding(
        "value and gradient are finite", False, f"not at {(~good).sum()} points, as {_shown(seen[~good][0])}"
    )


def _slope(surface: Surface, points: Array) -> Finding:
    """As before every race, but stricter, over all the data, and at more points."""
    seen = measure(surface, points[:_SLOPES], tolerance=_STRICT)
    told = seen.errors <= _STRICT
    worst, wrong = float(np.max(seen.errors, initial=0.0, where=told)), int(seen.wrong.any(axis=-1).sum())
    found = f"relative error at most {worst:.1e} over {told.sum()} differences"
    if wrong:
        at = int(seen.wrong.any(axis=-1).argmax())
        found = f"not at {wrong} of {len(seen.points)} points, as {_shown(seen.points[at])}"
    return Finding("the gradient is the slope", not wrong and bool(told.any()), found)


def _stationary(surface: Surface, points: Array) -> Finding:
    name = "the gradient vanishes at interior minima"
    x0, x1, y0, y1 = surface.domain
    inner = [p for p in surface.minima if x0 < p[0] < x1 and y0 < p[1] < y1] if surface.smooth else []
    if not inner:
        return Finding(name, True, "no interior smooth minimum is stated")
    slopes = np.abs(exact_gradient(surface, np.array(inner, dtype=float)))
    down = np.abs(np.diff(surface(np.array([surface.start, surface.minima[0]], dtype=float))))
    typical = np.nanmedian(np.abs(exact_gradient(surface, points)), axis=0)
    typical = np.maximum(typical, down / (x1 - x0, y1 - y0))  # on a plain with one hole the median is next to nothing
    shares = np.divide(slopes, typical, out=np.where(slopes > 0, np.inf, 0.0), where=typical > 0)
    worst, axis = np.unravel_index(shares.argmax(), shares.shape)
    found = f"at most {slopes[worst, axis]:.1e} along {'xy'[axis]}, where {typical[axis]:.1e} is typical"
    return Finding(name, bool(shares.max() <= 1e-3), f"{found}, at {_shown(np.array(inner[worst]))}")


def _lowest(surface: Surface, points: Array) -> Finding:
    name = "nothing lies below the first minimum"
    floor = known_floor(surface)
    if floor is None:
        return Finding(name, True, "no minimum is stated")
    values = surface(np.concatenate([points, surface.grid(60, 60, surface.domain).reshape(-1, 2)]))
    least = float(np.nanmin(values))
    return Finding(
        name,
        least >= floor - surface.blur,
        f"stated {floor:.8g}, least of {len(values)} seen {least:.8g}",
    )


def _elementwise(surface: Surface, points: Array) -> Finding:
    some = points[:50]
    batch, alone = surface(some), np.array([surface(point) for point in some])
    same = np.array_equal(batch, alone, equal_nan=True)
    return Finding("a batch equals its points one by one", same, "bit for bit" if same else "they differ")


def _raced(surface: Surface, _: Array) -> Finding:
    name = "the five race on it"
    try:
        with warnings.catch_warnings(action="ignore", category=OptvizWarning):  # other checks find what these tell
            result = race(surface)
    except OptvizError as error:
        return Finding(name, False, str(error))
    x0, x1, y0, y1 = surface.window
    spans = np.nan_to_num(np.ptp(result.points, axis=0)) / (x1 - x0, y1 - y0)
    diverged = [run.label for run in result.runs if run.diverged_at is not None]
    reach = f"paths reach over {100 * spans.max():.0f} % of the view"
    return Finding(name, True, reach + (f"; {', '.join(diverged)} diverged" if diverged else ""))


def _shown(point: Array) -> str:
    return f"({point[0]:.4g}, {point[1]:.4g})"
