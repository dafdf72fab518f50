"""Learning rates for networks by one published rule, the same for every optimizer.

Where nobody names a rate, every optimizer tries the same 12 rates, 3.2e-5 … 10, two a decade, with the network, the
batches and the schedule it will be trained with, and for as many steps, from three other seeds. A rate's score is the
mean of the logarithms of the three validation losses, and the gentlest rate is taken whose score is within log 1.05 of
the best. One end of one training is an accident, and the lowest of twelve such ends the more; three seeds average over
it, and a training of full length tells what a rate is worth there. Choices that lie close still turn with the last
digit: `benchmarks/rates.py` counts how many, and what the rule costs and gains in accuracy.

Other than on surfaces, the grid is never widened: samples are standardized and weights begin in sizes to suit, so that
no unit moves the right rates by decades, and every rate costs three trainings. Where the one taken lies at its end, a
note says so.

Rates that diverge in a trial are out. In trainings of more than 200 steps the worse half of the rates is dropped after
200, and all but three at the half of the training, where that comes later; the choice is among those tried the longest.
With patience the lowest validation losses count. Of several seeds one trial takes the split of the first, one that of
the middle one (of an even number, one of the two in the middle), one that of the last. The test part of a split is
never looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from optviz.nets.setting import Setting
from optviz.nets.trials import Trial, advance, begin, conclude_epoch, never
from optviz.optimizer import Optimizer
from optviz.workers import map_jobs

GRID: tuple[float, ...] = tuple(float(rate) for rate in 10.0 ** (np.arange(12) / 2 - 4.5))
"""The rates that are tried."""

TRIALS = 3
"""The seeds each is tried from."""

FIRST_LOOK = 200
"""The steps after which, in longer trainings, the worse half of the rates is dropped."""

MARGIN = math.log(1.05)
"""How far from the best score a gentler rate may be."""

_OTHER = 6  # the stream of a seed that the seeds of trials are drawn from


@dataclass(frozen=True)
class Choice:
    """The rate chosen for an optimizer, and what became of every rate of the grid.

    `losses` are the geometric means of the validation losses of a rate's three trials, when they were last looked at,
    and infinite where one of them diverged; `steps` is when that was.
    """

    lr: float
    losses: tuple[float, ...]
    steps: tuple[int, ...]

    @property
    def tried(self) -> tuple[float, float]:
        """The gentlest and the highest rate of the grid."""
        return GRID[0], GRID[-1]

    @property
    def on_edge(self) -> bool:
        """Whether the rate is one of these, so that a better one may lie beyond."""
        return on_edge(self.lr)

    @property
    def all_out(self) -> bool:
        """Whether every rate of the grid diverged."""
        return all(map(math.isinf, self.losses))


def on_edge(lr: float) -> bool:
    """Whether a rate lies at an end of the grid, so that a better one may lie beyond."""
    return lr in (GRID[0], GRID[-1])


def stretches(steps: int) -> list[tuple[int, int]]:
    """How a training of so many steps is tried: to which step, with how many rates at the most.

    Example:
        >>> stretches(150), stretches(400), stretches(1000)
        ([(150, 12)], [(200, 12), (400, 6)], [(200, 12), (500, 6), (1000, 3)])
    """
    every, half, last = len(GRID), len(GRID) // 2, 3
    if steps <= FIRST_LOOK:
        return [(steps, every)]
    if steps // 2 <= FIRST_LOOK:
        return [(FIRST_LOOK, every), (steps, half)]
    return [(FIRST_LOOK, every), (steps // 2, half), (steps, last)]


def choose_rates(
    settings: Sequence[Setting],
    optimizers: Sequence[Optimizer],
    jobs: int = 1,
    stop: Callable[[], bool] = never,
    tried: Callable[[int, int], None] | None = None,
) -> list[Choice]:
    """Choose each optimizer's rate by the rule above.

    Args:
        settings: The network, its data, and how it will be trained: a setting a seed.
        optimizers: Whose rates are to be chosen.
        jobs: Processes that share the work; the choice does not depend on their number.
        stop: Asked before each step.
        tried: Told how many steps of trials have been taken, or are spared, and of how many.

    Raises:
        KeyboardInterrupt: It was stopped.
    """
    conditions = _conditions(settings)
    plan = stretches(settings[0].steps)
    whole = TRIALS * sum(count * (to - at) for (at, _), (to, count) in pairwise([(0, 0), *plan]))
    choices = []
    for number, optimizer in enumerate(optimizers):

        def tell(done: int, before: int = number * whole) -> None:
            if tried is not None:
                tried(before + done, len(optimizers) * whole)

        choices.append(_choose(conditions, optimizer, plan, jobs, stop, tell))
        tell(whole)
    return choices


def _conditions(settings: Sequence[Setting]) -> list[tuple[Setting, int]]:
    """Setting and seed of each of a rate's trials; of several seeds the first, the middle and the last lend splits."""
    places = np.linspace(0, len(settings) - 1, TRIALS).round().astype(int)
    found = []
    for number, place in enumerate(places):
        setting = replace(settings[place], snapshots=0)
        drawn = np.random.SeedSequence([setting.seed, _OTHER]).generate_state(TRIALS)
        found.append((setting, int(drawn[number])))
    return found


def _choose(
    conditions: Sequence[tuple[Setting, int]],
    optimizer: Optimizer,
    plan: Sequence[tuple[int, int]],
    jobs: int,
    stop: Callable[[], bool],
    tell: Callable[[int], None],
) -> Choice:
    """One optimizer's rate."""
    trials: dict[tuple[float, int], Trial] = {}
    scores, steps = dict.fromkeys(GRID, math.inf), dict.fromkeys(GRID, 0)
    going, begun, planned = list(GRID), 0, 0

    def further(job: tuple[float, int]) -> tuple[Trial, float]:
        lr, number = job
        setting, seed = conditions[number]
        trial = trials[job] if job in trials else begin(setting, replace(optimizer, lr=lr), seed)
        _advance(setting, trial, goal, stop)
        return trial, _log_loss(setting, trial)

    for goal, most in plan:
        going = sorted(sorted(going, key=scores.__getitem__)[:most])
        work = [(lr, number) for lr in going for number in range(TRIALS)]
        trials = {job: trials[job] for job in work if job in trials}  # the others' memory is free
        found = []
        for pair in map_jobs(further, work, jobs):
            found.append(pair)
            tell(planned + len(found) * (goal - begun))
            if stop():
                break
        if stop():
            raise KeyboardInterrupt
        trials = {job: trial for job, (trial, _) in zip(work, found, strict=True)}
        for at, lr in enumerate(going):
            scores[lr] = sum(loss for _, loss in found[at * TRIALS : (at + 1) * TRIALS]) / TRIALS
            steps[lr] = goal
        going = [lr for lr in going if scores[lr] < math.inf]
        planned += TRIALS * most * (goal - begun)
        begun = goal
    losses = tuple(math.exp(scores[lr]) for lr in GRID)
    return Choice(gentlest(scores, steps), losses, tuple(steps[lr] for lr in GRID))


def gentlest(scores: Mapping[float, float], steps: Mapping[float, int]) -> float:
    """The gentlest rate within the margin of the best, of those tried the longest of all that did not diverge.

    Args:
        scores: Of every rate; infinite where it diverged.
        steps: How long each was tried.

    Example:
        >>> gentlest({0.1: 0.04, 1.0: 0.0, 10.0: math.inf}, {0.1: 9, 1.0: 9, 10.0: 9})
        0.1
    """
    sound = [lr for lr in scores if scores[lr] < math.inf]
    if not sound:
        return min(scores)
    longest = max(steps[lr] for lr in sound)
    last = [lr for lr in sound if steps[lr] == longest]
    best = min(scores[lr] for lr in last)
    return min(lr for lr in last if scores[lr] <= best + MARGIN)


def _advance(setting: Setting, trial: Trial, goal: int, stop: Callable[[], bool]) -> None:
    """Take a trial to a step, or to where patience ends it."""
    every = setting.per_epoch if setting.patience is not None else goal
    for end in [*range((trial.step // every + 1) * every, goal, every), goal]:
        if trial.ended(setting) or stop():
            return
        advance(setting, trial, end - trial.step, stop=stop)
        if setting.patience is not None and trial.step and trial.step % every == 0:
            conclude_epoch(setting, trial)


def _log_loss(setting: Setting, trial: Trial) -> float:
    """The logarithm of the validation loss, with patience of the lowest; infinite where it diverged.

    Losses below what a sum of probabilities is rounded by are all the same.
    """
    if trial.diverged_at is not None:
        return math.inf
    with np.errstate(all="ignore"):
        loss = setting.evaluate(trial.answers(setting), setting.parts.validation).loss
    if trial.best is not None:
        loss = min(trial.best[0].validation.loss, loss)
    return math.log(max(loss, float(np.finfo(setting.dtype).eps))) if math.isfinite(loss) else math.inf
