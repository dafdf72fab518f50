"""What a training shows, as numbers that a claim can be made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import median

from optviz.errors import ArgumentError
from optviz.nets.training import Run, Training


def measure(training: Training, name: str, label: str, at: int | None = None) -> float:
    """A measure of the runs with a label; of several seeds the median.

    Args:
        training: What happened.
        name: One of `MEASURES`.
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
    if name not in MEASURES:
        raise ArgumentError(f"there is no {name} of a training; there are {', '.join(MEASURES)}")
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
    return next((float(each.epoch) for each in run.history if 100 * each.validation.accuracy >= percent), math.inf)


def _diverged_at(run: Run, _: int | None) -> float:
    return math.inf if run.diverged_at is None else float(run.diverged_at)


MEASURES: dict[str, Callable[[Run, int | None], float]] = {
    **{
        f"{part}_{name}": _score(part, name)
        for part in ("train", "validation", "test")
        for name in ("loss", "accuracy")
    },
    "epochs": lambda run, _: float(run.epochs),
    "epochs_to": _epochs_to,
    "diverged_at": _diverged_at,
}
"""What can be measured of a run. Losses and accuracies on each part, at the end, or but for the test part at an epoch;
`epochs`: how many it was trained; `epochs_to`: after how many its validation accuracy first was so many percent;
`diverged_at`: the step at which it left the finite numbers.
"""
