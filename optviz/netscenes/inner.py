"""Inside a network while it is trained, as curves: what goes into its units, how many sleep, what reaches them."""

from __future__ import annotations

import numpy as np

from optviz.nets.inside import PERCENTILES, SILENT, Inside, hidden_layers, look_inside
from optviz.nets.training import Run, Training
from optviz.netscenes.moments import Steps, first_runs, snapshots_at
from optviz.scene import Curves
from optviz.series import Series
from optviz.surface import Array
from optviz.workers import map_jobs

_MOST_LAYERS = 3  # that are shown side by side
_MOST_BANDS = 3  # runs of which more than the median is shown
_AWAKE = 0.1  # percent; where never more units than that are asleep, words say so


def measured(run: Run, steps: Steps) -> Inside:
    """Look into a run's network at these steps."""
    return look_inside(run.setting, snapshots_at(run.trials[0], steps))


def inner_panels(training: Training, steps: Steps, jobs: int = 1) -> tuple[list[list[Curves]], str]:
    """Rows of curves: percentiles, shares and gradients, each a column a layer; of many the first, middle and last.

    Where no unit was ever asleep there are no shares, and words say so. The axes fit the runs that did not diverge.
    """
    layers = hidden_layers(training.network)
    runs = first_runs(training)
    found = list(map_jobs(lambda run: measured(run, steps), runs, jobs))
    chosen = sorted({round(place) for place in np.linspace(0, len(layers) - 1, min(len(layers), _MOST_LAYERS))})
    shown = [layers[place] for place in chosen]
    inputs = np.stack([each.percentiles for each in found], axis=-1)[:, chosen]
    asleep = 100 * np.stack([each.asleep for each in found], axis=-1)[:, chosen]
    gradients = np.stack([each.gradients for each in found], axis=-1)[:, chosen]
    whole = [row for row, run in enumerate(runs) if run.diverged_at is None]
    fits = (lambda values: values[..., whole]) if whole else _begun
    owners, banded = tuple(range(len(runs))), len(runs) <= _MOST_BANDS
    rows: list[list[Curves]] = [[], [], []]
    for column, layer in enumerate(shown):
        low, middle, high = np.moveaxis(inputs[:, column], 1, 0)
        title, *briefly = _titles(layer.number, banded=banded)
        rows[0].append(
            Curves(
                series=Series("inputs", title, middle, log=False),
                owners=owners,
                band=(low, high) if banded else None,
                edged=banded,
                briefly=tuple(briefly),
                span=_span(fits(inputs if banded else inputs[:, :, 1])),
            )
        )
        shares = Series("asleep", f"{layer.asleep} in %", asleep[:, column], log=False)
        rows[1].append(Curves(series=shares, owners=owners, span=_from_zero(fits(asleep))))
        norms = Series("gradient", "‖gradient‖", gradients[:, column], log=True)
        rows[2].append(Curves(series=norms, owners=owners, span=_span_of_powers(fits(gradients))))
    if np.nanmax(asleep, initial=0.0) > _AWAKE:
        return rows, ""
    return [rows[0], rows[2]], f"no {shown[0].asleep}" if shown[0].kind in SILENT else f"nothing {shown[0].asleep}"


def _titles(number: int, *, banded: bool) -> list[str]:
    """What the curves of a layer's inputs are, in ever fewer words."""
    low, middle, high = PERCENTILES
    told = f"{low}th, {middle}th, {high}th percentile" if banded else "median"
    brief = f"{low}/{middle}/{high}th perc." if banded else "median in"
    words = f"what goes in ({told})", told, brief, "inputs"
    return [f"layer {number}: {each}" for each in words]


def _begun(values: Array) -> Array:
    """The first of values (T+1, ...), where all runs diverged: all begin alike, and none of the rest fits an axis."""
    return values[:1]


def _span(values: Array) -> tuple[float, float]:
    """The ends of an axis that all panels of a row share; a few that fly off do not stretch it."""
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, (0.5, 99.5)) if len(known) else (0.0, 1.0)
    margin = 0.06 * (high - low) or 0.5 * max(abs(float(high)), 1.0)
    return float(low - margin), float(high + margin)


def _from_zero(values: Array) -> tuple[float, float]:
    """An axis of percents from a little below 0."""
    known = values[np.isfinite(values)]
    top = min(100.0, max(5.0, 1.15 * float(known.max()) if len(known) else 5.0))
    return -0.06 * top, 1.06 * top


def _span_of_powers(values: Array) -> tuple[float, float]:
    """The ends of a logarithmic axis that all panels of a row share, as logarithms."""
    known = values[np.isfinite(values) & (values > 0)]
    low, high = _span(np.log10(known)) if len(known) else (0.0, 1.0)
    return max(low, high - 12), high
