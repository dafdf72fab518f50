"""Learning rates for networks by one published rule, the same for every optimizer.

Where nobody names a rate, every optimizer tries the same 12 rates, 3.2e-5 … 10, two a decade, with the network, the
batches and the schedule it will be trained with, but from other seeds, for 200 steps (or as many as the training has,
where these are fewer). The rate with the lowest validation loss is taken, and of equal ones the gentlest; rates that
diverge are out. The test part is never looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optviz.nets.setting import Setting
from optviz.nets.trials import advance, begin, never
from optviz.optimizer import Optimizer
from optviz.workers import map_jobs

GRID: tuple[float, ...] = tuple(float(rate) for rate in 10.0 ** (np.arange(12) / 2 - 4.5))
"""The rates that are tried."""

MOST_STEPS = 200
"""The steps a rate is tried for, at the most."""

_OTHER = 6  # the stream of a seed that the seeds of trials are drawn from


@dataclass(frozen=True)
class Choice:
    """The rate chosen for an optimizer, and the validation loss of every rate tried; infinite where it diverged."""

    lr: float
    losses: tuple[float, ...]


def on_edge(lr: float) -> bool:
    """Whether a rate lies at an end of the grid, so that a better one may lie beyond."""
    return lr in (GRID[0], GRID[-1])


def choose_rates(
    setting: Setting,
    optimizers: Sequence[Optimizer],
    jobs: int = 1,
    stop: Callable[[], bool] = never,
    tried: Callable[[int, int], None] | None = None,
) -> list[Choice]:
    """Choose each optimizer's rate by the rule above.

    Args:
        setting: The network, its data, and how it will be trained.
        optimizers: Whose rates are to be chosen.
        jobs: Processes that share the work.
        stop: Asked before each step.
        tried: Told how many rates have been tried, and of how many.

    Raises:
        KeyboardInterrupt: It was stopped.
    """
    seed = int(np.random.SeedSequence([setting.seed, _OTHER]).generate_state(1)[0])
    quick = replace(setting, snapshots=0, patience=None)
    steps = min(MOST_STEPS, setting.steps)

    def loss(candidate: tuple[int, float]) -> float:
        index, lr = candidate
        trial = begin(quick, replace(optimizers[index], lr=lr), seed)
        advance(quick, trial, steps, stop=stop)
        if trial.diverged_at is not None:
            return math.inf
        with np.errstate(all="ignore"):
            found = quick.evaluate(trial.answers(quick), quick.parts.validation).loss
        return found if math.isfinite(found) else math.inf

    candidates = [(index, lr) for index in range(len(optimizers)) for lr in GRID]
    losses = []
    for found in map_jobs(loss, candidates, jobs):
        losses.append(found)
        if tried is not None:
            tried(len(losses), len(candidates))
    if stop():
        raise KeyboardInterrupt
    rows = [tuple(losses[at : at + len(GRID)]) for at in range(0, len(losses), len(GRID))]
    return [Choice(GRID[int(np.argmin(row))], row) for row in rows]
