"""The anatomy of a step: what an optimizer sees at a point, what it remembers, and the step it makes of both.

A race keeps points alone, so that races cost nothing more. Here an optimizer is led once more along the path it took,
and what it says of its state (`Optimizer.anatomy`) is kept for every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from optviz.errors import ArgumentError
from optviz.optimizer import Optimizer, guarding
from optviz.problem import Problem
from optviz.races import Race
from optviz.recipe import optimizer_of
from optviz.runs import oracle
from optviz.surface import Array

MAX_RUNS = 4
"""The most runs whose steps are taken apart: nobody could follow more."""

MAX_STEPS = 100_000
"""The most steps that are taken apart."""


@dataclass(frozen=True)
class Anatomy:
    """All (T+1, N, 2): what stands at step t belongs to the step that leads from point t to point t + 1.

    `gradient` is what the run saw there (of a minibatch, with noise, clipped); `momentum` is the average or sum of
    gradients it moves along, `scale` what it divides each coordinate by, with this gradient counted; NaN where an
    optimizer has no such thing. `step` is the step itself.
    """

    gradient: Array
    momentum: Array
    scale: Array
    step: Array

    def of(self, runs: Sequence[int]) -> Anatomy:
        """The anatomy of some of the runs."""
        return Anatomy(*(getattr(self, each.name)[:, list(runs)] for each in fields(self)))


def anatomy_of(race: Race) -> Anatomy:
    """Lead every run of a race along its path again, and take its steps apart.

    Raises:
        ArgumentError: There are several starts, too many runs or steps; or an optimizer cannot be made again.

    Example:
        >>> import optviz
        >>> found = anatomy_of(optviz.race("booth", ["sgd:lr=0.1", "adam:lr=0.5"], steps=3))
        >>> found.gradient[0, 1].tolist(), found.momentum[0, 1].round(9).tolist(), found.step[0, 1].round(6).tolist()
        ([-48.0, -78.0], [-48.0, -78.0], [0.5, 0.5])
        >>> found.momentum[0, 0]
        array([nan, nan])
    """
    if len(race.starts) > 1:
        raise ArgumentError(f"vectors take the steps of one start apart, not of {len(race.starts)}; leave one --start")
    if len(race.runs) > MAX_RUNS:
        raise ArgumentError(f"vectors take the steps of at most {MAX_RUNS} runs apart, not of {len(race.runs)}")
    if race.steps > MAX_STEPS:
        raise ArgumentError(f"vectors take at most {MAX_STEPS} steps apart, not {race.steps}")
    parts = [_led(race.problem, optimizer_of(run), race.points[:, [column]]) for column, run in enumerate(race.runs)]
    return Anatomy(*(np.concatenate(each, axis=1) for each in zip(*parts, strict=True)))


def _led(problem: Problem, optimizer: Optimizer, path: Array) -> tuple[Array, Array, Array, Array]:
    """What an optimizer sees, remembers and does along a path (T+1, 1, 2): gradients, momenta, scales, steps."""
    seen = oracle(problem)
    gradients, momenta, scales, steps = (np.full(path.shape, np.nan) for _ in range(4))
    with np.errstate(all="ignore"), guarding(optimizer):
        state = optimizer.init(path[0])
        for t, params in enumerate(path):
            gradients[t] = seen(params, t + 1)
            steps[t], state = optimizer.update(gradients[t], state, params)
            told = optimizer.anatomy(state)
            momenta[t] = told.get("momentum", np.nan)
            scales[t] = told.get("scale", np.nan)
    return gradients, momenta, scales, steps
