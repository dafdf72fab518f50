"""Moments: the steps of a training that a picture can show, and what is known of every run at each of them.

The clock of such a picture counts moments, evenly spread over the training, and tells of epochs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optviz.errors import ArgumentError
from optviz.nets.setting import Score
from optviz.nets.training import Run, Training
from optviz.nets.trials import Snapshot, Trial, begin, together
from optviz.races import Run as Line
from optviz.surface import Array
from optviz.timeline import Clock

MOST_MOMENTS = 401
"""Of a training that keeps no snapshots."""

_WHOLE = 8  # epochs from which on the clock tells whole ones
Steps = NDArray[np.intp]


def moments_of(training: Training) -> Steps:
    """The steps (T+1,) that can be shown: those whose weights were kept, or where none were, evenly spread ones.

    Raises:
        ArgumentError: There are fewer than two.
    """
    setting = training.runs[0].setting
    reached = max(trial.step for run in training.runs for trial in run.trials)
    if setting.snapshots:
        kept = np.array(sorted(setting.kept_steps), dtype=np.intp)
        found = kept[: int(np.searchsorted(kept, reached)) + 1]
    else:
        found = np.linspace(0, reached, min(reached + 1, MOST_MOMENTS)).round().astype(np.intp)
    if len(found) < 2:
        raise ArgumentError("nothing was trained that could be shown: there are fewer than two moments")
    return found


def clock_of(training: Training, steps: Steps) -> Clock:
    """The clock of a picture that shows these steps: it tells epochs."""
    epochs = float(steps[-1]) / training.runs[0].setting.per_epoch
    return Clock("epoch", epochs / (len(steps) - 1), 0 if epochs >= _WHOLE else 1)


def lines_of(training: Training) -> tuple[Line, ...]:
    """The runs of the first seed, as a picture introduces them."""
    return tuple(
        Line(
            run.label, run.entry.title, run.entry.ref, run.entry.optimizer.hyperparameters(), run.lr_rule,
            run.diverged_at, None,
        )
        for run in first_runs(training)
    )  # fmt: skip


def first_runs(training: Training) -> tuple[Run, ...]:
    """The runs of the first seed."""
    return tuple(run for run in training.runs if run.seed == training.seeds[0])


@dataclass(frozen=True)
class Known:
    """What is known of a run on one part: the evaluated steps (E,), and losses and accuracies there (E,)."""

    steps: Steps
    losses: Array
    accuracies: Array

    def between(self, values: Array, steps: Steps, *, log: bool = False, held: bool = False) -> Array:
        """Values at steps (T,), on straight lines between those that are known, on a logarithmic axis if asked.

        After the last, it is held, or there are none.
        """
        with np.errstate(all="ignore"):
            known = np.log(np.maximum(values, 1e-300)) if log else values
            found = np.interp(steps, self.steps, known, right=None if held else np.nan)
            return np.asarray(np.exp(found) if log else found)


class Records:
    """What is known of every run of a training: at its beginning, and at the end of every epoch.

    The runs of a seed begin alike, so that their beginning is evaluated once.
    """

    def __init__(self, training: Training) -> None:
        self.training = training
        self._beginnings: dict[tuple[int, str], Score] = {}

    def of(self, label: str, part: str) -> list[Known]:
        """What is known of the runs with a label, a seed each, on ``train`` or ``validation``."""
        return [self._known(run, part) for run in self.training.of(label)]

    def _known(self, run: Run, part: str) -> Known:
        rows = [(0, self._beginning(run, part)), *((each.step, getattr(each, part)) for each in run.history)]
        if run.diverged_at is not None:  # until then the last that was known, and nothing from then on
            rows = [row for row in rows if row[0] < run.diverged_at]
            rows += [(run.diverged_at - 1, rows[-1][1]), (run.diverged_at, Score(np.nan, np.nan))]
        steps, scores = zip(*rows, strict=True)
        return Known(np.array(steps, dtype=np.intp), *np.array(scores, dtype=float).T)

    def _beginning(self, run: Run, part: str) -> Score:
        """The score before the first step."""
        key = run.seed, part
        if key not in self._beginnings:
            setting, samples = run.setting, getattr(run.setting.parts, part)
            fresh = [begin(setting, trial.optimizer, trial.seed) for trial in run.trials]
            self._beginnings[key] = setting.evaluate(together(setting, fresh), samples)
        return self._beginnings[key]


def snapshots_at(trial: Trial, steps: Steps) -> list[Snapshot]:
    """The weights at these steps; of a run that ended before, the last that there are."""
    kept = {each.step: each for each in trial.snapshots}
    found: list[Snapshot] = []
    for step in steps.tolist():
        found.append(kept[step] if step in kept else found[-1])
    return found
