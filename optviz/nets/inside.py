"""Inside a network: what goes into its hidden units, how many of them sleep, and what gradients reach their weights.

All is measured on one fixed batch of training samples, with dropout left out and normalizations by that batch, as in
training. Percentiles are over all units of a layer and all samples, as in the figure of Ioffe & Szegedy (2015).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from optviz.errors import ArgumentError
from optviz.nets.activations import activation
from optviz.nets.layers import BatchNorm, Dense, Dropout
from optviz.nets.network import Network
from optviz.nets.setting import DTYPES, Setting
from optviz.nets.trials import Snapshot
from optviz.optimizer.protocol import Array

PERCENTILES = (15, 50, 85)
"""Of what goes into the units of a layer."""

_BATCH = 256
_SATURATED = 0.05  # the share of its steepest slope below which an activation is saturated
SILENT = ("relu", "leaky-relu")
"""Activations whose units are dead where they are on the flat side for all samples."""


@dataclass(frozen=True, eq=False)
class Layer:
    """A hidden layer: its number from 1, its activation and its width."""

    number: int
    kind: str
    width: int

    @property
    def asleep(self) -> str:
        """What its units are that no longer learn, in words."""
        return "dead units" if self.kind in SILENT else "saturated"


@dataclass(frozen=True, eq=False)
class Inside:
    """What was measured in L hidden layers at S moments.

    Percentiles (S, L, 3) of what goes into the units, shares (S, L) of units that are dead or of outputs that are
    saturated, and norms (S, L) of the gradients of the weights of the dense layers that feed them, biases left out.
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


def look_inside(setting: Setting, snapshots: Iterable[Snapshot]) -> Inside:
    """Measure a setting's network with these weights."""
    network, train = _as_in_training(setting.network), setting.parts.train
    rows = np.linspace(0, len(train) - 1, min(len(train), _BATCH)).round().astype(int)
    x, labels = setting.standard(train.whole[train.rows[rows]], DTYPES[setting.dtype]), train.y[rows]
    seen = [_look(network, each.params, x, labels) for each in snapshots]
    return Inside(*(np.array(part) for part in zip(*seen, strict=True)))


def _look(network: Network, params: Array, x: Array, labels: Array) -> tuple[Array, Array, Array]:
    """Percentiles (L, 3), shares (L,) and gradients' norms (L,) at one moment."""
    with np.errstate(all="ignore"):
        memory = np.zeros(sum(math.prod(slot.part.shape) for slot in network.memory_slots), x.dtype)
        found = network.backward(params, memory, x, labels, np.random.default_rng(0))
        signals = _signals(network, params, _as_normalized(network, found.memory, len(x)), x)
        percentiles = np.array([np.percentile(before.astype(float), PERCENTILES) for _, _, before in signals])
        asleep = np.array([_asleep(kind, before) for _, kind, before in signals])
        norms = []
        for index, _, _ in signals:
            feeding = max(place for place in _dense(network) if place < index)
            [weights] = [slot for slot in network.slots if (slot.layer, slot.part.name) == (feeding, "weights")]
            norms.append(float(np.linalg.norm(found.gradient[weights.place].astype(float))))
    known = np.isfinite(percentiles).all(axis=1)
    lengths = np.array(norms)
    return percentiles, np.where(known, asleep, np.nan), np.where(lengths > 0, lengths, np.nan)  # 0 has no logarithm


def _as_normalized(network: Network, memory: Array, size: int) -> Array:
    """What was remembered of one batch, its variances those it was normalized by: with n, not n − 1, beneath."""
    found = memory.copy()
    for slot in network.memory_slots:
        if slot.part.name == "variance":
            found[slot.place] *= (size - 1) / size
    return found


def _signals(network: Network, params: Array, memory: Array, x: Array) -> list[tuple[int, str, Array]]:
    """What goes into each activation that a dense layer feeds."""
    return [each for each in network.signals(params, memory, x) if each[0] > min(_dense(network), default=each[0])]


def _dense(network: Network) -> list[int]:
    return [index for index, layer in enumerate(network.layers) if isinstance(layer, Dense)]


def _asleep(kind: str, before: Array) -> float:
    """The share of units that are dead, or of outputs that are saturated, for what goes in (n, width)."""
    if kind in SILENT:
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
