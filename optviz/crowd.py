"""Crowds: many runs of one optimizer, from many starts or with many seeds, summed up by medians and quantiles.

A quantile is a value that one of the crowd has, never one between two; what is not a number counts as infinite,
since it diverged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optviz.errors import ArgumentError
from optviz.races import Race, check_heads
from optviz.recipe import optimizer_of
from optviz.runs import simulate
from optviz.surface import Array

SEEDS = 20
"""How many seeds there are unless someone says."""

MAX_SEEDS = 256

_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Spread:
    """The median and the first and the last decile of crowds, each (..., N)."""

    low: Array
    middle: Array
    high: Array


def spread(values: Array) -> Spread:
    """What crowds of K have in common, from values (..., N, K).

    Example:
        >>> spread(np.array([[5.0, 1.0, 4.0, 2.0, np.nan]])).middle
        array([4.])
    """
    ranked = np.sort(np.where(np.isnan(values), np.inf, values), axis=-1)
    count = ranked.shape[-1]
    found = (ranked[..., max(0, int(np.ceil(share * count)) - 1)] for share in (_LOW, 0.5, _HIGH))
    return Spread(*(np.where(np.isinf(each), np.nan, each) for each in found))


def across_seeds(race: Race, count: int) -> tuple[Race, ...]:
    """A race, and the same with the next seeds, `count` in all; at the rates of the race.

    Raises:
        ArgumentError: Every seed would give the same, there are several starts, or points too many to be kept.

    Example:
        >>> import optviz
        >>> race = optviz.race("booth", ["sgd:lr=0.01"], noise=5.0, steps=10)
        >>> [other.problem.seed for other in across_seeds(race, 3)]
        [0, 1, 2]
    """
    problem = race.problem
    if not problem.has_chance:
        raise ArgumentError(
            f"ghosts are runs with other seeds, and on {race.surface.name} without noise all seeds give the same run: "
            "add noise, as in --noise 5, or take a surface with data, such as noisy-moons"
        )
    if len(race.starts) > 1:
        raise ArgumentError(f"ghosts are many seeds from one start, not from {len(race.starts)}; leave one --start")
    check_heads(len(race.runs), count, problem.steps, "seeds")
    optimizers = [optimizer_of(run) for run in race.runs]
    others = []
    for seed in range(problem.seed + 1, problem.seed + count):
        stretches = list(simulate(other := replace(problem, seed=seed), optimizers))
        points, values = (np.concatenate(parts) for parts in zip(*stretches, strict=True))
        others.append(replace(race, problem=other, points=points, values=values))
    return race, *others


def typical(races: Sequence[Race], run: int) -> int:
    """Which of several races has the run that keeps closest to the median: of all steps' points, each coordinate's.

    The median path itself is none that anybody took, and can lead between two valleys; this one is a true run.
    """
    x0, x1, y0, y1 = races[0].surface.window
    with np.errstate(all="ignore"):
        paths = np.stack([race.points[:, run] for race in races], axis=-1) / np.array([[x1 - x0], [y1 - y0]])
        away = np.abs(paths - spread(paths).middle[..., None]).sum(axis=1)
    return int(np.nan_to_num(np.minimum(away, 1e3), nan=1e3).mean(axis=0).argmin())
