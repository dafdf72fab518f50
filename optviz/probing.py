"""What a function must be to serve as a surface, tried on points of its domain when the surface is built.

It is elementwise in x and y, real, finite somewhere, depends on both, and leaves its arguments alone. A few points tell
most of it. What they alone might tell wrongly, that nothing is finite or that a parameter does nothing, is said only
where the start, the minima and many more points agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.errors import SurfaceError, shown
from optviz.faults import goes_its_way, place_of, said

Array = NDArray[np.floating[Any]]
Box = tuple[float, float, float, float]

_MANY = 2000  # points that are looked at before a strong claim
_NUMBERS = 1 << 20  # values that are computed for it, where there are many samples
_NEARBY = 10.0 ** -np.arange(1, 8)  # shares of the domain by which one goes away from a point that matters


def check_function(name: str, fn: Callable[..., Any], domain: Box, known: Array, columns: Sequence[Array] = ()) -> None:
    """Refuse a function that cannot be a surface.

    Args:
        name: The surface's.
        fn: ``fn(x, y, *columns)``.
        domain: The box (x0, x1, y0, y1) it is tried on.
        known: Points (N, 2) that matter: the start, the minima.
        columns: The samples, where there are any.

    Raises:
        SurfaceError: The message says what is wrong, and on which line where that is known.

    Example:
        >>> check_function("flat", lambda x, y: x**2, (-1, 1, -1, 1), np.zeros((1, 2)))
        Traceback (most recent call last):
        optviz.errors.SurfaceError: surface 'flat': fn does not depend on y: a surface is a function of two...
    """
    try:
        _check(fn, domain, known, columns)
    except SurfaceError as error:
        raise SurfaceError(f"surface {name!r}: {error}") from error
    except BaseException as error:
        if goes_its_way(error):
            raise
        place = place_of(error)
        raise SurfaceError(f"surface {name!r}: fn raised {said(error)}" + (f", at {place}" if place else "")) from error


def checked_values(value: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """What a function returned for x and y of a shape.

    Raises:
        SurfaceError: It is of another shape, or holds no real numbers.
    """
    values = np.asarray(value)
    if values.shape != shape:
        raise SurfaceError(
            f"fn must be elementwise: for arrays of shape {shape} it returned shape {values.shape}. "
            "Write it with autograd.numpy, from x and y alone, without sums over all of x"
        )
    if values.dtype.kind not in "fiu":
        raise SurfaceError(f"fn must return real numbers, not {values.dtype}")
    return values


def _check(fn: Callable[..., Any], domain: Box, known: Array, columns: Sequence[Array]) -> None:
    if not callable(fn):
        raise SurfaceError(f"fn must be a function of x and y, not {shown(fn)}")
    few = [column[:3] for column in columns]
    seen = _tried(fn, _grid(domain), few)
    finite = np.isfinite(seen).any() or np.isfinite(_tried(fn, known[:, None], few)).any()
    idle = [axis for axis in (0, 1) if _constant(np.moveaxis(seen, 1 - axis, 0))]
    if finite and not idle:
        return
    points = _many(domain, known, columns)
    values = _tried(fn, points[:, None], columns)
    if not finite and not np.isfinite(values).any():
        raise SurfaceError(
            f"fn is finite nowhere on a grid over its domain {domain}, nor at {len(points)} points between"
        )
    for axis in idle:
        if all(
            np.array_equal(_tried(fn, other[:, None], columns), values, equal_nan=True)
            for other in _displaced(points, domain, axis)
        ):
            raise SurfaceError(
                f"fn does not depend on {'xy'[axis]}: a surface is a function of two parameters, and at none of "
                f"{len(points)} points it changed anything"
            )


def _tried(fn: Callable[..., Any], points: Array, columns: Sequence[Array]) -> NDArray[Any]:
    """The values at points (A, B, 2), with arguments that the function cannot change."""
    arguments = [points[..., 0].copy(), points[..., 1].copy(), *columns]
    if columns:
        arguments[:2] = arguments[0][..., None], arguments[1][..., None]
    for argument in arguments:
        argument.setflags(write=False)
    with np.errstate(all="ignore"):
        value = fn(*arguments)
    return checked_values(value, np.broadcast_shapes(*(argument.shape for argument in arguments)))


def _grid(domain: Box) -> Array:
    """Points (7, 5, 2) in the domain, beside the round numbers where functions are special."""
    x0, x1, y0, y1 = domain
    across, up = np.meshgrid(0.998 * np.linspace(0, 1, 5) + 0.001618, 0.998 * np.linspace(0, 1, 7) + 0.000618)
    return np.stack([x0 + (x1 - x0) * across, y0 + (y1 - y0) * up], axis=-1)


def _many(domain: Box, known: Array, columns: Sequence[Array]) -> Array:
    count = min(_MANY, max(8, _NUMBERS // len(columns[0]))) if columns else _MANY
    x0, x1, y0, y1 = domain
    return np.concatenate([known, np.random.default_rng(0).uniform((x0, y0), (x1, y1), (count, 2))])


def _displaced(points: Array, domain: Box, axis: int) -> Iterator[Array]:
    """The points moved along one axis, far and near."""
    low, high = domain[2 * axis : 2 * axis + 2]
    for away in (None, *_NEARBY):
        moved = points.copy()
        if away is None:
            moved[:, axis] = np.roll(moved[:, axis], 1)
        else:
            moved[:, axis] += (high - low) * np.where(moved[:, axis] > (low + high) / 2, -away, away)
        yield moved


def _constant(values: NDArray[Any]) -> bool:
    return np.array_equal(values, np.broadcast_to(values[:1], values.shape), equal_nan=True)
