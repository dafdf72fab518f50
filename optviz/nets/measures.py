"""What a training shows, as numbers that a claim can be made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import median

import numpy as np

from optviz.errors import ArgumentError
from optviz.nets.inside import Inside, look_inside
from optviz.nets.training import Run, Training
from optviz.nets.trials import Snapshot, begin


def measure(training: Training, name: str, label: str, at: int | None = None) -> float:
    """A measure of the runs with a label; of several seeds the median.

    Args:
        training: What happened.
        name: One of `MEASURES` or `COMPARED`.
        label: Of the runs.
        at: An epoch, for scores; percent, for ``epochs_to``.

    Raises:
        ArgumentError: There is no such measure, run or epoch.

    Example:
        >>> from optviz.nets.network import perceptron
        >>> from optviz.nets.training import train
        >>> seen = train("blobs:samples=100", perceptron(2, 2), ["sgd:lr=0.5"], epochs=3, batch_size=10)
        >>> measure(seen, "epochs", "sgd"), measure(seen, "test_accuracy", "sgd") > 0.8
        (3.0, True)
    """
    if name in COMPARED:
        return median(COMPARED[name](run, training) for run in training.of(label))
    if name not in MEASURES:
        raise ArgumentError(f"there is no {name} of a training; there are {', '.join((*MEASURES, *COMPARED))}")
    return median(MEASURES[name](run, at) for run in training.of(label))


def _score(part: str, name: str) -> Callable[[Run, int | None], float]:
    def of(run: Run, epoch: int | None) -> float:
        if epoch is None:
            return float(getattr(getattr(run, part), name))
        if part == "test":
            raise ArgumentError("the test part is looked at once, at the end: leave out the epoch")
        found = [each for each in run.history if each.epoch == epoch]
        if not found:
            raise ArgumentError(f"{run.label} was trained for {run.epochs} epochs; there is no epoch {epoch}")
        return float(getattr(getattr(found[0], part), name))

    return of


def _epochs_to(run: Run, percent: int | None) -> float:
    if percent is None:
        raise ArgumentError("epochs_to needs the percents to reach, as in epochs_to(adam, 95)")
    return next((float(each.epoch) for each in run.history if each.validation.accuracy >= percent / 100), math.inf)


def _diverged_at(run: Run, _: int | None) -> float:
    return math.inf if run.diverged_at is None else float(run.diverged_at)


def _both_ends(run: Run, epoch: int | None) -> Inside:
    """The inside of a run's network before the first step and at the end."""
    if epoch is not None:
        raise ArgumentError("a network is looked into before its first step and at its end: leave out the epoch")
    trial = run.trials[0]
    first = begin(run.setting, trial.optimizer, trial.seed)
    return look_inside(run.setting, [Snapshot(each.step, each.params, each.memory) for each in (first, trial)])


def _gradient_share(run: Run, epoch: int | None) -> float:
    norms = _both_ends(run, epoch).gradients[0]
    return float(norms[0] / norms[-1])


def _widening(run: Run, epoch: int | None) -> float:
    percentiles = _both_ends(run, epoch).percentiles
    widths = percentiles[..., -1] - percentiles[..., 0]
    return float((widths[1] / widths[0]).max())


def _turn(run: Run, training: Training) -> float:
    """The angle in degrees between the ways that a run and the first of its seed have gone."""
    first = next(each for each in training.runs if each.seed == run.seed)
    start = begin(run.setting, run.trials[0].optimizer, run.trials[0].seed).params.astype(float)
    ways = [each.trials[0].params - start for each in (first, run)]
    cosine = ways[0] @ ways[1] / (np.linalg.norm(ways[0]) * np.linalg.norm(ways[1]))
    return math.degrees(math.acos(float(np.clip(cosine, -1, 1))))


MEASURES: dict[str, Callable[[Run, int | None], float]] = {
    **{
        f"{part}_{name}": _score(part, name)
        for part in ("train", "validation", "test")
        for name in ("loss", "accuracy")
    },
    "epochs": lambda run, _: float(run.epochs),
    "epochs_to": _epochs_to,
    "diverged_at": _diverged_at,
    "gradient_share": _gradient_share,
    "asleep": lambda run, epoch: float(_both_ends(run, epoch).asleep[1].max()),
    "widening": _widening,
}
"""What can be measured of a run. Losses and accuracies on each part, at the end, or but for the test part at an epoch;
`epochs`: how many it was trained; `epochs_to`: after how many its validation accuracy first was so many percent;
`diverged_at`: the step at which it left the finite numbers. `gradient_share`: how long the gradient of the first hidden
layer's weights, biases left out, is before the first step, as a share of the last one's; `asleep`: the share of dead
units or saturated outputs at the end, and `widening`: how many times as far apart the percentiles of what goes into the
units then are, each in the hidden layer where it is most.
"""

COMPARED: dict[str, Callable[[Run, Training], float]] = {"turn": _turn}
"""What can be measured of a run beside the others of its seed. `turn`: the angle in degrees between the way that its
parameters, biases and all, have gone from where they began, and the way of the first run.
"""
