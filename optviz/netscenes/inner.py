"""Inside a network while it is trained: what goes into its hidden units, how many of them sleep, what reaches them.

All is measured on one fixed batch of training samples, with dropout left out and normalizations by that batch, as in
training. Percentiles are over all units of a layer and all samples, as in the figure of Ioffe & Szegedy (2015).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from optviz.errors import ArgumentError
from optviz.nets.activations import activation
from optviz.nets.layers import BatchNorm, Dense, Dropout
from optviz.nets.network import Network
from optviz.nets.setting import DTYPES
from optviz.nets.training import Run, Training
from optviz.netscenes.moments import Steps, first_runs, snapshots_at
from optviz.scene import Curves
from optviz.series import Series
from optviz.surface import Array
from optviz.workers import map_jobs

PERCENTILES = (15, 50, 85)
"""Of what goes into the units of a layer."""

_BATCH = 256
_MOST_LAYERS = 3  # that are shown side by side
_MOST_BANDS = 3  # runs of which more than the median is shown
_AWAKE = 0.1  # percent; where never more units than that are asleep, words say so
_SATURATED = 0.05  # the share of its steepest slope below which an activation is saturated
_SILENT = ("relu", "leaky-relu")  # whose units are dead where they are on the flat side for all samples


@dataclass(frozen=True, eq=False)
class Layer:
    """A hidden layer: its number from 1, its activation and its width."""

    number: int
    kind: str
    width: int

    @property
    def asleep(self) -> str:
        """What its units are that no longer learn, in words."""
        return "dead units" if self.kind in _SILENT else "saturated"


@dataclass(frozen=True, eq=False)
class Inner:
    """What was measured of one run in its L hidden layers: percentiles (T+1, L, 3) of what goes into the units, shares
    (T+1, L) of units that are dead or of outputs that are saturated, norms (T+1, L) of the gradients of the weights.
    """

    percentiles: Array
    asleep: Array
    gradients: Array


def hidden_layers(network: Network) -> list[Layer]:
    """The hidden layers of a network.

    Raises:
        ArgumentError: There are none.

    Example:
        >>> from optviz.nets.network import perceptron
        >>> [(layer.kind, layer.width) for layer in hidden_layers(perceptron(2, 2, (8, 4), kind="tanh"))]
        [('tanh', 8), ('tanh', 4)]
    """
    params, memory = network.begin(0)
    seen = _signals(network, params, memory, np.zeros((1, network.inputs)))
    if not seen:
        raise ArgumentError("activations shows hidden layers, and there are none; name some, as in --hidden 64,64")
    return [Layer(number, kind, before.shape[1]) for number, (_, kind, before) in enumerate(seen, start=1)]


def measured(run: Run, steps: Steps) -> Inner:
    """Measure a run at these steps."""
    setting, network = run.setting, _as_in_training(run.setting.network)
    train = setting.parts.train
    rows = np.linspace(0, len(train) - 1, min(len(train), _BATCH)).round().astype(int)
    x, labels = setting.standard(train.whole[train.rows[rows]], DTYPES[setting.dtype]), train.y[rows]
    seen = [_look(network, each.params, x, labels) for each in snapshots_at(run.trials[0], steps)]
    return Inner(*(np.array(part) for part in zip(*seen, strict=True)))


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
    return [rows[0], rows[2]], f"no {shown[0].asleep}" if shown[0].kind in _SILENT else f"nothing {shown[0].asleep}"


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


def _look(network: Network, params: Array, x: Array, labels: Array) -> tuple[Array, Array, Array]:
    """Percentiles (L, 3), shares (L,) and gradients' norms (L,) at one moment."""
    with np.errstate(all="ignore"):
        memory = np.zeros(sum(math.prod(slot.part.shape) for slot in network.memory_slots), x.dtype)
        found = network.backward(params, memory, x, labels, np.random.default_rng(0))
        signals = _signals(network, params, found.memory, x)
        percentiles = np.array([np.percentile(before.astype(float), PERCENTILES) for _, _, before in signals])
        asleep = np.array([_asleep(kind, before) for _, kind, before in signals])
        norms = []
        for index, _, _ in signals:
            feeding = max(place for place in _dense(network) if place < index)
            parts = [found.gradient[slot.place] for slot in network.slots if slot.layer == feeding]
            norms.append(float(np.linalg.norm(np.concatenate(parts).astype(float))))
    known = np.isfinite(percentiles).all(axis=1)
    lengths = np.array(norms)
    return percentiles, np.where(known, asleep, np.nan), np.where(lengths > 0, lengths, np.nan)  # 0 has no logarithm


def _signals(network: Network, params: Array, memory: Array, x: Array) -> list[tuple[int, str, Array]]:
    """What goes into each activation that a dense layer feeds."""
    return [each for each in network.signals(params, memory, x) if each[0] > min(_dense(network), default=each[0])]


def _dense(network: Network) -> list[int]:
    return [index for index, layer in enumerate(network.layers) if isinstance(layer, Dense)]


def _asleep(kind: str, before: Array) -> float:
    """The share of units that are dead, or of outputs that are saturated, for what goes in (n, width)."""
    if kind in _SILENT:
        return float((before <= 0).all(axis=0).mean())
    known = activation(kind)
    grid = np.linspace(-8, 8, 321)
    steepest = np.abs(known.slope(grid, known.value(grid))).max()
    return float((np.abs(known.slope(before, known.value(before))) < _SATURATED * steepest).mean())


def _as_in_training(network: Network) -> Network:
    """The network without dropout, its normalizations remembering the last batch and nothing else."""
    layers = [
        replace(each, rate=0.0)
        if isinstance(each, Dropout)
        else replace(each, decay=0.0)
        if isinstance(each, BatchNorm)
        else each
        for each in network.layers
    ]
    return replace(network, layers=tuple(layers))


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
