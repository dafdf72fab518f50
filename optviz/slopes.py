"""Whether the gradient that autograd finds is the slope of the function, as differences between its values tell.

autograd follows the functions of autograd.numpy alone. Where plain numpy, a list or float() takes a value out of its
sight it finds 0, or a part of the gradient, and says nothing; where a function computes a side that is not taken, it
may find NaN. A difference with one step proves little: it is blurred by rounding, by curvature, by kinks. So many steps
are tried, and a gradient counts as wrong at a point only where differences of two neighbouring steps agree with each
other, both ways from the point, and those of no step at all agree with the gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.errors import SurfaceError
from optviz.gradients import differentiating, gradient
from optviz.surface import Array, Point, Surface

_STEPS = 10.0 ** -np.arange(2, 11)  # shares of the domain's extent
_FLAT = 1e-4  # the step to which on nothing changes where f is flat; on less it may be rounding alone
_HIGHEST = 1e280  # of values whose slopes are numbers, too
_LOOSE = 0.01  # by how much a gradient may differ before a race
_TOO_MANY = 3  # points at which it is wrong: fewer might be chance
_SPREAD, _NEAR = 96, 16  # points over the domain, and near the starts
_SAMPLES = 32  # of the data, before a race
_CUT = (
    "Something in fn hides x or y from autograd: use the functions of autograd.numpy alone, not numpy's or math's, and "
    "np.array([…]) where they are given a list"
)
_ROUNDED = "What is rounded to whole numbers has no slope, whatever autograd makes of it"
_TRAP = (
    "np.where computes both sides, and the one not taken makes the gradient NaN all the same: keep it in its domain, "
    "as np.sqrt(np.where(x > 0, x, 1.0)). A norm has no gradient at 0: add a small number under its root"
)


@dataclass(frozen=True)
class Slopes:
    """What was seen at points (N, 2): all (N, 2), `values` (N,).

    `gradient` is autograd's, `slopes` are what differences say (NaN where they say nothing), `errors` the smallest
    relative difference between the two over all steps, and `wrong` says where they contradict each other.
    """

    points: Array
    values: Array
    gradient: Array
    slopes: Array
    errors: Array
    wrong: NDArray[np.bool_]

    @property
    def broken(self) -> NDArray[np.bool_]:
        """At which of the points the value is finite and the gradient is not, unless no number can hold the slope."""
        return (np.abs(self.values) < _HIGHEST) & ~np.isfinite(self.gradient).all(axis=-1)


def measure(surface: Surface, points: Array, *, tolerance: float = _LOOSE, samples: int | None = None) -> Slopes:
    """Compare the gradient of a surface at points (N, 2) with differences of its values.

    Args:
        surface: Of its data the first, the last and some between are taken, where they are more than `samples`.
        points: Where.
        tolerance: The relative difference from which on a gradient is wrong.
        samples: How many of the data are taken; all unless given.

    Raises:
        SurfaceError: The function raises an error there, or autograd cannot differentiate it.

    Example:
        >>> bowl = Surface(name="bowl", fn=lambda x, y: x**2 + y**2, domain=(-1, 1, -1, 1), start=(0.5, 0.5))
        >>> seen = measure(bowl, np.array([[0.5, -0.25]]))
        >>> seen.gradient[0].tolist(), seen.slopes[0].round(6).tolist(), bool(seen.wrong.any())
        ([1.0, -0.5], [1.0, -0.5], False)
    """
    columns = _some(surface, samples)
    value = _values(surface, columns)
    x0, x1, y0, y1 = surface.domain
    with np.errstate(all="ignore"), differentiating(surface):
        found = gradient(surface.fn, compiled=False)(points, *columns)
        here = value(points)[:, None]
        steps = _STEPS[:, None, None] * np.array([x1 - x0, y1 - y0])
        ahead, behind = points + steps, points - steps
        above, below = _beside(value, points, ahead), _beside(value, points, behind)
        forth, back = (above - here) / (ahead - points), (here - below) / (points - behind)
        middle = (above - below) / (ahead - behind)
        size = np.maximum(np.abs(middle), np.abs(found))
        largest = np.maximum(np.maximum(np.abs(above), np.abs(below)), np.abs(here))
        rounding = 8 * (np.finfo(float).eps * largest + np.finfo(float).tiny)
        sure = (rounding / (ahead - behind) <= 0.1 * tolerance * size) & np.isfinite(middle)
        sure &= (middle != 0) | (_STEPS[:, None, None] >= _FLAT)
        error = np.where(sure, np.where(size > 0, np.abs(middle - found) / size, 0.0), np.inf)  # 0 is 0
        error = np.where(np.isnan(error), np.inf, error)
        smooth = np.abs(forth - back) <= 0.05 * np.maximum(np.abs(forth), np.abs(back))
        change = np.abs(middle[1:] - middle[:-1]) <= 0.1 * tolerance * np.abs(middle[1:])
    steady = sure[1:] & sure[:-1] & smooth[1:] & change
    last = len(steady) - steady[::-1].argmax(axis=0)  # of the finest steady pair the finer
    slopes = np.where(steady.any(axis=0), np.take_along_axis(middle, last[None], axis=0)[0], np.nan)
    least = error.min(axis=0)
    wrong = steady.any(axis=0) & ~(least <= tolerance) & np.isfinite(found)
    return Slopes(points, here[:, 0], found, slopes, least, wrong)


def gradient_fault(surface: Surface, starts: tuple[Point, ...]) -> str | None:
    """What is wrong with a surface's gradient, in words; None where nothing is.

    Raises:
        SurfaceError: It is lost altogether, along one axis or both, so that nobody could run.

    Example:
        >>> bowl = Surface(
        ...     name="bowl", fn=lambda x, y: np.sum([x**2, y**2], axis=0), domain=(-1, 1, -1, 1), start=(0.5, 0.5)
        ... )
        >>> gradient_fault(bowl, (bowl.start,))
        Traceback (most recent call last):
        optviz.errors.SurfaceError: surface 'bowl': its gradient is lost: autograd finds 0 along x...
    """
    seen = measure(surface, _places(surface, starts), samples=_SAMPLES)
    finite = np.isfinite(seen.values)
    count = len(seen.points)
    lost = [axis for axis in (0, 1) if seen.wrong[:, axis].sum() >= _TOO_MANY and not seen.gradient[finite, axis].any()]
    if lost:
        at, along = int(seen.wrong[:, lost[0]].argmax()), " and ".join("xy"[axis] for axis in lost)
        raise SurfaceError(
            f"surface {surface.name!r}: its gradient is lost: autograd finds 0 along {along}, "
            f"where f has the slope {seen.slopes[at, lost[0]]:.4g} at {_shown(seen.points[at])}. {_CUT}"
        )
    if seen.broken.any():
        at = int(seen.broken.argmax())
        more = f", and so at {seen.broken.sum()} of {count} points"
        return broken_gradient(surface.name, seen.points[at], seen.values[at], more)
    wrong = seen.wrong.any(axis=-1)
    if wrong.sum() >= _TOO_MANY:
        at = int(wrong.argmax())
        axis = int(seen.wrong[at].argmax())
        return (
            f"the gradient of {surface.name} is not its slope at {wrong.sum()} of {count} points: at "
            f"{_shown(seen.points[at])} autograd finds {seen.gradient[at, axis]:.4g} along {'xy'[axis]}, differences "
            f"{seen.slopes[at, axis]:.4g}. {_CUT if seen.slopes[at, axis] else _ROUNDED}"
        )
    return None


def broken_gradient(name: str, point: Array, value: float, more: str = "") -> str:
    """What to say where a gradient is not finite though the value is; `more` of where that is so."""
    return f"the gradient of {name} is not finite at {_shown(point)}, where f = {value:.4g}{more}. {_TRAP}"


def _places(surface: Surface, starts: tuple[Point, ...]) -> Array:
    """The starts, the minima that are smooth, and points over the domain and near the starts."""
    random = np.random.default_rng(0)
    x0, x1, y0, y1 = surface.domain
    first = np.array(starts[:_NEAR], dtype=float)
    spread = random.uniform((x0, y0), (x1, y1), (_SPREAD, 2))
    near = np.resize(first, (_NEAR, 2)) + 0.02 * random.uniform(-1, 1, (_NEAR, 2)) * (x1 - x0, y1 - y0)
    minima = np.array(surface.minima if surface.smooth else (), dtype=float).reshape(-1, 2)
    return np.concatenate([first, minima, spread, np.clip(near, (x0, y0), (x1, y1))])


def _some(surface: Surface, samples: int | None) -> tuple[Array, ...]:
    if surface.data is None:
        return ()
    count = len(surface.data[0])
    chosen = np.linspace(0, count - 1, min(count, samples or count)).astype(int)
    return tuple(column[chosen] for column in surface.data)


def _values(surface: Surface, columns: tuple[Array, ...]) -> Callable[[Array], Array]:
    """Points (..., 2) -> values (...), over some of the data."""
    if not columns:
        return surface

    def mean(points: Array) -> Array:
        flat = points.reshape(-1, 2)
        value: Any = surface.fn(flat[:, 0, None].copy(), flat[:, 1, None].copy(), *columns)
        return np.asarray(np.mean(value, axis=-1), dtype=float).reshape(points.shape[:-1])

    return mean


def _beside(value: Callable[[Array], Array], points: Array, moved: Array) -> Array:
    """The values (S, N, 2) where x alone, and y alone, is as in `moved` (S, N, 2)."""
    places = np.repeat(np.broadcast_to(points, moved.shape)[..., None, :], 2, axis=-2)
    places[..., 0, 0], places[..., 1, 1] = moved[..., 0], moved[..., 1]
    return value(places)


def _shown(point: Array) -> str:
    return f"({point[0]:.4g}, {point[1]:.4g})"
