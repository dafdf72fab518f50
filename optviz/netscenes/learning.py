"""Learning curves: loss and accuracy of every run, on the validation part and, thin, on the training part."""

from __future__ import annotations

import numpy as np

from optviz.crowd import spread
from optviz.netscenes.moments import Records, Steps
from optviz.scene import Curves
from optviz.series import Series
from optviz.surface import Array

_EARLY = 8  # the share of a training in which accuracies may rise from below the axis
_NAMES = {"loss": "loss", "accuracy": "accuracy in %"}


def learning_curves(records: Records, steps: Steps, *, beside: bool = True) -> list[Curves]:
    """The curves of loss and of accuracy at these steps; `beside` says whether the training part is shown, too.

    Of several seeds it is the median, with the first and the last decile as a band.
    """
    found = []
    for name, title in _NAMES.items():
        everybody = _series(records, name, "validation", steps)
        summed = spread(everybody)
        thin = spread(_series(records, name, "train", steps)).middle if beside else None
        told = f"validation {title}" + (", thin: training" if beside else "")
        series = Series(name, told, summed.middle, log=name == "loss")
        band = (summed.low, summed.high) if len(records.training.seeds) > 1 else None
        owners = tuple(range(everybody.shape[1]))
        span = trained_span(np.concatenate([summed.low, *([] if thin is None else [thin])], axis=1))
        found.append(
            Curves(series=series, owners=owners, band=band, beside=thin, span=span if name == "accuracy" else None)
        )
    return found


def _series(records: Records, name: str, part: str, steps: Steps, *, held: bool = False) -> Array:
    """A score (T+1, N, K) of N runs with K seeds; after a run's end its last is held, or there is none."""
    rows = []
    for label in records.training.labels:
        seeds = records.of(label, part)
        if name == "loss":
            rows.append([each.between(each.losses, steps, log=True, held=held) for each in seeds])
        else:
            rows.append([100 * each.between(each.accuracies, steps, held=held) for each in seeds])
    return np.moveaxis(np.array(rows), -1, 0)


def trained_span(values: Array) -> tuple[float, float]:
    """An axis up to 100 % for what accuracies (T+1, M) come to once the first of the training is over."""
    late = values[len(values) // _EARLY :]
    known = late[np.isfinite(late)]
    low = max(0.0, float(np.percentile(known, 1))) if len(known) else 0.0
    margin = 0.05 * (100 - low) + 0.1
    return max(low - 2 * margin, -margin), 100 + margin


def scores_at(records: Records, steps: Steps) -> tuple[Array, Array]:
    """Validation loss and accuracy (T+1, N) where the curves are at these steps; of several seeds the median."""
    losses, accuracies = (_series(records, name, "validation", steps, held=True) for name in _NAMES)
    return spread(losses).middle, spread(accuracies).middle / 100
