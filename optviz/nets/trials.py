"""A trial: one network trained by one optimizer, from one seed, and how far it has come.

A trial can be stopped at any step and taken up again, in this process or in another, and ends with the same weights to
the bit: minibatches, dropout and augmentation are functions of the seed and the step, and all else is in the trial.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from optviz.nets.losses import log_softmax
from optviz.nets.moving import Mover
from optviz.nets.network import Backward
from optviz.nets.setting import DTYPES, Score, Setting
from optviz.optimizer import Optimizer
from optviz.optimizer.protocol import Array
from optviz.sampling import minibatches

TOO_FAR = 1e12
"""A loss beyond this has diverged. Cross-entropies have no unit, and weights are of standardized samples: both are of
the size of 1.
"""

_BEGIN, _DRAWS = 4, 5  # streams of a seed; minibatches, noise and the split are 1, 2 and 3, rates 6
_MEMBERS = 7  # and the members of an ensemble


class Epoch(NamedTuple):
    """The state of things at the end of an epoch, or at the last step where that is within one."""

    epoch: int
    step: int
    train: Score
    validation: Score


class Snapshot(NamedTuple):
    """Weights at a step, for pictures of the way."""

    step: int
    params: Array
    memory: Array


class Moment(NamedTuple):
    """What an observer is shown after each step: the weights after it, and the batch's gradient that led there."""

    step: int
    params: Array
    memory: Array
    backward: Backward


Observer = Callable[[Setting, Moment], Any]
Watcher = Callable[["Trial", Backward, Any], None]


def never() -> bool:
    """Never stops anything."""
    return False


@dataclass(eq=False)
class Trial:
    """Where a network stands in its training; `begin` makes one, `advance` takes it further.

    `losses` are those of the minibatches, penalty included, one a step; `diverged_at` is the first step with a loss
    that is not finite or beyond 1e12, or an epoch's end with such a weight; `best` the epoch with the lowest validation
    loss, where patience asks. `broken_at` is the first step that was not finite where its gradient was, of an optimizer
    from elsewhere. `ensemble` are the scores of an ensemble as a whole, in the first of its members.
    """

    optimizer: Optimizer
    seed: int
    params: Array
    memory: Array
    mover: Mover
    step: int = 0
    losses: list[float] = field(default_factory=list)
    history: list[Epoch] = field(default_factory=list)
    ensemble: list[Epoch] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    observed: list[tuple[int, Any]] = field(default_factory=list)
    best: tuple[Epoch, Array, Array] | None = None
    diverged_at: int | None = None
    broken_at: int | None = None
    stopped: bool = False
    seconds: float = 0.0

    def ended(self, setting: Setting) -> bool:
        """Whether there is nothing left to do."""
        return self.stopped or self.diverged_at is not None or self.step >= setting.steps

    @property
    def epochs(self) -> int:
        """Epochs that were trained; the last may have been cut short."""
        return self.history[-1].epoch if self.history else 0

    def answers(self, setting: Setting) -> Callable[[Array], Array]:
        """The logarithms of the probabilities that the network gives to standardized samples."""
        return lambda x: log_softmax(setting.network.test(self.params, self.memory, x))


def begin(setting: Setting, optimizer: Optimizer, seed: int) -> Trial:
    """A trial before its first step; networks of one seed begin alike, whoever trains them."""
    params, memory = setting.network.begin([seed, _BEGIN], DTYPES[setting.dtype])
    trial = Trial(optimizer, seed, params, memory, Mover(optimizer, params))
    _keep(setting, trial)
    return trial


def advance(
    setting: Setting,
    trial: Trial,
    steps: int,
    *,
    stop: Callable[[], bool] = never,
    observe: Observer | None = None,
    watch: Watcher | None = None,
) -> None:
    """Take a trial some steps further, or until it ends or is asked to stop; it is changed in place.

    Args:
        setting: Of the trial.
        trial: Where to begin.
        steps: How many at the most.
        stop: Asked before each step.
        observe: Shown each step; what it returns, unless that is None, is kept with the step.
        watch: Told of each step.
    """
    batches = minibatches(len(setting.parts.train), setting.batch_size, trial.seed)
    began = time.perf_counter()
    with np.errstate(all="ignore"):
        for _ in range(steps):
            if trial.ended(setting) or stop():
                break
            step = trial.step + 1
            found, labels = _look(setting, trial, batches(step))
            if not trial.mover.move(trial.params, found.gradient) and trial.broken_at is None:
                trial.broken_at = step
            trial.memory, trial.step = found.memory, step
            trial.losses.append(found.loss)
            if not abs(found.loss) <= TOO_FAR:
                trial.diverged_at = step
            if watch is not None:
                watch(trial, found, labels)
            if observe is not None:
                seen = observe(setting, Moment(step, trial.params, trial.memory, found))
                if seen is not None:
                    trial.observed.append((step, seen))
            _keep(setting, trial)
    trial.seconds += time.perf_counter() - began


def next_gradient(setting: Setting, trial: Trial) -> Array:
    """The gradient that the next step of a trial will see."""
    batches = minibatches(len(setting.parts.train), setting.batch_size, trial.seed)
    with np.errstate(all="ignore"):
        return _look(setting, trial, batches(trial.step + 1))[0].gradient


def conclude_epoch(setting: Setting, trial: Trial) -> None:
    """Evaluate where an epoch, or a trial, has come to its end; decide whether patience is at its end, too."""
    complete, rest = divmod(trial.step, setting.per_epoch)
    if trial.history and trial.history[-1].step == trial.step:
        return
    with np.errstate(all="ignore"):
        scores = [
            setting.evaluate(trial.answers(setting), part) for part in (setting.parts.train, setting.parts.validation)
        ]
        if trial.diverged_at is None and not np.abs(trial.params).max() <= TOO_FAR:
            trial.diverged_at = trial.step
    seen = Epoch(complete + bool(rest), trial.step, *scores)
    trial.history.append(seen)
    if setting.patience is None:
        return
    loss = seen.validation.loss
    if math.isfinite(loss) and (trial.best is None or loss < trial.best[0].validation.loss):
        trial.best = seen, trial.params.copy(), trial.memory.copy()
    trial.stopped = trial.best is not None and seen.epoch - trial.best[0].epoch >= setting.patience


def run_epoch(setting: Setting, trial: Trial, **options: Any) -> None:
    """Take a trial to the end of its epoch and evaluate it there; a trial that is stopped within is left as it is."""
    left = setting.per_epoch - trial.step % setting.per_epoch
    advance(setting, trial, left, **options)
    if trial.ended(setting) or (trial.step and trial.step % setting.per_epoch == 0):
        conclude_epoch(setting, trial)


def conclude_together(setting: Setting, trials: Sequence[Trial]) -> None:
    """Evaluate an ensemble as a whole, where its members have come to the end of an epoch."""
    first, step = trials[0], max(trial.step for trial in trials)
    if len(trials) == 1 or (first.ensemble and first.ensemble[-1].step == step):
        return
    answers = together(setting, trials)
    with np.errstate(all="ignore"):
        scores = [setting.evaluate(answers, part) for part in (setting.parts.train, setting.parts.validation)]
    first.ensemble.append(Epoch(max(trial.epochs for trial in trials), step, *scores))


def conclude(setting: Setting, trials: Sequence[Trial]) -> None:
    """Evaluate where trials were cut short, and take the best epochs' weights where patience asks for them."""
    for trial in trials:
        conclude_epoch(setting, trial)
    conclude_together(setting, trials)
    for trial in trials:
        if trial.best is not None:
            trial.params, trial.memory = trial.best[1], trial.best[2]


def member_seeds(seed: int, members: int) -> list[int]:
    """The seeds of an ensemble's networks; the first is that of the one network there is without an ensemble."""
    drawn = (np.random.SeedSequence([seed, each, _MEMBERS]).generate_state(1) for each in range(1, members))
    return [seed, *(int(state[0]) for state in drawn)]


def together(setting: Setting, trials: Sequence[Trial]) -> Callable[[Array], Array]:
    """What an ensemble answers: the logarithm of the mean of its members' probabilities."""
    answers = [trial.answers(setting) for trial in trials]

    def mean(x: Array) -> Array:
        if len(answers) == 1:
            return answers[0](x)
        total: Array = np.logaddexp.reduce([answer(x) for answer in answers]) - math.log(len(answers))
        return total

    return mean


def _look(setting: Setting, trial: Trial, batch: Any) -> tuple[Backward, Any]:
    """What the next step of a trial sees in its batch, and the labels there."""
    random = np.random.default_rng([trial.seed, _DRAWS, trial.step + 1])
    x, labels = setting.batch(batch, random)
    return setting.network.backward(trial.params, trial.memory, x, labels, random, setting.penalty), labels


def _keep(setting: Setting, trial: Trial) -> None:
    if trial.step in setting.kept_steps:
        trial.snapshots.append(Snapshot(trial.step, trial.params.copy(), trial.memory.copy()))
