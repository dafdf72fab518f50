"""Series: what can be followed along a run, one number a step, for curves beside the map.

Each series is an array (T+1, N): a value for every step of every run, NaN where there is none. The gradient is the
exact one, of the mean over all data on a stochastic surface; what the run itself saw may have been noisy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.errors import UnknownNameError
from optviz.gradients import differentiating, exact_gradient, partials
from optviz.races import Race
from optviz.rates import known_floor
from optviz.surface import Array, Surface

_BLOCK = 1 << 20  # how many numbers a stochastic surface holds at once


@dataclass(frozen=True)
class Series:
    """One thing to follow: its values (T+1, N), and how they are best drawn.

    `log` says whether the axis is logarithmic; `bounds` are values (N,) to compare each run with, such as 2/lr.
    """

    name: str
    title: str
    values: Array
    log: bool
    bounds: Array | None = None


def series_names() -> list[str]:
    """The names `series_of` knows.

    Example:
        >>> series_names()
        ['loss', 'gradient', 'step', 'distance', 'sharpness']
    """
    return list(_SERIES)


def series_of(race: Race, name: str) -> Series:
    """What is followed under that name along every run of a race.

    ``loss``: f − f* on a logarithmic axis where the surface lists a minimum, else f. ``gradient``: ‖∇f‖. ``step``: the
    length of the step that led here. ``distance``: to the nearest minimum that the surface lists. ``sharpness``: the
    largest eigenvalue of the Hessian; where it stays above 2/lr, plain gradient descent on a quadratic bowl would
    diverge. The lr of that bound is the rate before its schedule.

    Raises:
        UnknownNameError: Nothing is followed under that name.

    Example:
        >>> import optviz
        >>> race = optviz.race("booth", ["sgd:lr=0.05"], steps=3)
        >>> series_of(race, "sharpness").values[:, 0].round(6).tolist()
        [18.0, 18.0, 18.0, 18.0]
    """
    if name not in _SERIES:
        raise UnknownNameError("series", name, _SERIES)
    with np.errstate(all="ignore"), differentiating(race.surface):
        return _SERIES[name](race)


def hessian(surface: Surface, points: Array) -> Array:
    """The Hessian (..., 2, 2) at points (..., 2), by differentiating the backward pass.

    Example:
        >>> from optviz.catalog import load_surface
        >>> hessian(load_surface("booth"), np.array([[0.0, 0.0]]))[0]
        array([[10.,  8.],
               [ 8., 10.]])
    """
    flat = points.reshape(-1, 2)
    if surface.data is not None:
        size = max(1, _BLOCK // len(surface.data[0]))
        blocks = [_mean_hessian(surface, flat[first : first + size]) for first in range(0, len(flat), size)]
        return np.concatenate(blocks).reshape(*points.shape[:-1], 2, 2)
    x, y = flat[:, 0].copy(), flat[:, 1].copy()
    result = np.empty((len(flat), 2, 2))
    for row in (0, 1):
        for column, part in enumerate(partials(_partial(surface.fn, row), x, y)):
            result[:, row, column] = part
    return result.reshape(*points.shape[:-1], 2, 2)


def _mean_hessian(surface: Surface, flat: Array) -> Array:
    assert surface.data is not None
    x, y = np.repeat(flat[:, 0, None], len(surface.data[0]), 1), np.repeat(flat[:, 1, None], len(surface.data[0]), 1)
    result = np.empty((len(flat), 2, 2))
    for row in (0, 1):
        for column, part in enumerate(partials(_partial(surface.fn, row), x, y, *surface.data)):
            result[:, row, column] = part.mean(axis=1)
    return result


def _partial(fn: Callable[..., Any], axis: int) -> Callable[..., Any]:
    return lambda x, y, *columns: partials(fn, x, y, *columns)[axis]


def loss_series(surface: Surface, values: Array) -> Series:
    """The losses (T+1, N) of runs on a surface as a series: above its minimum, where it has one.

    Example:
        >>> from optviz.catalog import load_surface
        >>> loss_series(load_surface("booth"), np.array([[5.0], [0.25]])).log
        True
    """
    floor = known_floor(surface)
    if floor is None:
        return Series("loss", "loss", values, log=False)
    return Series("loss", "loss − lowest", np.maximum(values - floor, 0), log=True)


def _loss(race: Race) -> Series:
    return loss_series(race.surface, race.values)


def _gradient(race: Race) -> Series:
    slopes = exact_gradient(race.surface, race.points.reshape(-1, 2))
    return Series("gradient", "‖gradient‖", np.hypot(*slopes.T).reshape(race.values.shape), log=True)


def _step(race: Race) -> Series:
    moves = np.diff(race.points, axis=0)
    lengths = np.full(race.values.shape, np.nan)
    lengths[1:] = np.hypot(moves[..., 0], moves[..., 1])
    return Series("step", "‖step‖", lengths, log=True)


def _distance(race: Race) -> Series:
    away = race.surface.distance(race.points)
    return Series("distance", "distance to a listed minimum", np.where(np.isfinite(away), away, np.nan), log=True)


def _sharpness(race: Race) -> Series:
    second = hessian(race.surface, race.points)
    middle = (second[..., 0, 0] + second[..., 1, 1]) / 2
    spread = np.hypot((second[..., 0, 0] - second[..., 1, 1]) / 2, (second[..., 0, 1] + second[..., 1, 0]) / 2)
    rates = np.array([run.hyperparameters["lr"] for run in race.runs], dtype=float)
    return Series("sharpness", "sharpness, dashed 2/lr", middle + spread, log=False, bounds=2 / rates)


_SERIES: dict[str, Callable[[Race], Series]] = {
    "loss": _loss,
    "gradient": _gradient,
    "step": _step,
    "distance": _distance,
    "sharpness": _sharpness,
}
