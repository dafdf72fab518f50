"""A network is its layers and two flat vectors: params (P,), which optimizers move, and memory (M,).

Because a network is one vector, the optimizers that race on a surface train it as they are. Layers see views of the
vectors; nothing is copied.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from autograd.tracer import getval

from optviz.bounds import flag, number, whole, whole_of
from optviz.calls import Answering, answering
from optviz.errors import ArgumentError, shown
from optviz.gradients import pull_back
from optviz.kinds import listed
from optviz.nets import primitives
from optviz.nets.activations import activation
from optviz.nets.initializers import He, Initializer, Xavier, initializer
from optviz.nets.layers import Activation, BatchNorm, Dense, Dropout, Layer, Part, Views
from optviz.nets.losses import NO_PENALTY, Penalty
from optviz.nets.primitives import Memo
from optviz.optimizer.protocol import Array

MAX_HIDDEN = 100
"""Hidden layers of a perceptron."""

_MOST = 100_000_000


class Slot(NamedTuple):
    """Where a part lies in its vector: which layer's, under which name, from where to where."""

    layer: int
    part: Part
    place: slice

    @property
    def name(self) -> str:
        """As in ``2.weights``: the layer, counted from 0, and the part."""
        return f"{self.layer}.{self.part.name}"


class Backward(NamedTuple):
    """What one batch says: the loss with its penalty, the gradient (P,), the new memory (M,), and the logits."""

    loss: float
    gradient: Array
    memory: Array
    logits: Array


@dataclass(frozen=True)
class Network(metaclass=Answering):
    """Layers one after another, for samples of so many features.

    Example:
        >>> network = Network(2, (Dense(3), Activation("tanh"), Dense(2)))
        >>> network.size, [slot.name for slot in network.slots]
        (17, ['0.weights', '0.bias', '2.weights', '2.bias'])
        >>> params, memory = network.begin(seed=0)
        >>> network.test(params, memory, np.zeros((5, 2))).shape
        (5, 2)
    """

    inputs: int
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        inputs = whole_of(self.inputs)
        if inputs is None or not 1 <= inputs <= _MOST:
            raise ArgumentError(f"a network has 1 input or more, up to {_MOST}, not {shown(self.inputs)}")
        layers = tuple(listed("layers", self.layers, Layer, "layers, as Dense(10)"))
        if not layers:
            raise ArgumentError("a network has 1 layer or more")
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ArgumentError(f"layers must be a list of layers, as Dense(10), not of {shown(layer)}")
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "layers", layers)
        if self.size > _MOST:
            raise ArgumentError(f"the network has {self.size} parameters; allowed are {_MOST}")

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """How many numbers a sample is before, between and after the layers."""
        found = [self.inputs]
        for layer in self.layers:
            found.append(layer.width(found[-1]))
        return tuple(found)

    @property
    def classes(self) -> int:
        """How many logits come out."""
        return self.widths[-1]

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """What is learned, and where it lies in params."""
        return _slots([layer.learned(width) for layer, width in zip(self.layers, self.widths, strict=False)])

    @cached_property
    def memory_slots(self) -> tuple[Slot, ...]:
        """What is remembered, and where it lies in memory."""
        return _slots([layer.remembered(width) for layer, width in zip(self.layers, self.widths, strict=False)])

    @property
    def size(self) -> int:
        """P, the number of parameters."""
        return self.slots[-1].place.stop if self.slots else 0

    def begin(self, seed: int | Sequence[int], dtype: Any = np.float64) -> tuple[Array, Array]:
        """Params (P,) and memory (M,) before the first step. The float type rounds the same draws."""
        random = np.random.default_rng(seed)
        both = []
        for slots in (self.slots, self.memory_slots):
            drawn = [slot.part.start.draw(slot.part.shape, random).ravel() for slot in slots]
            both.append(np.concatenate([*drawn, np.empty(0)]).astype(dtype))
        return both[0], both[1]

    def views(self, params: Any) -> list[Any]:
        """The learned arrays, one a slot; views where params is an array."""
        return [params[slot.place].reshape(slot.part.shape) for slot in self.slots]

    def penalized(self, params: Array) -> Iterator[tuple[Slot, Array]]:
        """The slots that penalties are for, with their pieces of the vector."""
        return ((slot, params[slot.place]) for slot in self.slots if slot.part.penalized)

    def train(self, arrays: Sequence[Any], memory: Array, x: Any, random: np.random.Generator) -> tuple[Any, Array]:
        """The logits (n, C) of a batch in training, and the memory after it; `arrays` as `views` gives them."""
        kept: list[Any] = []
        for layer, params, remembered in self._each(arrays, memory):
            x, after = layer.train(x, params, remembered, random)
            kept += after
        return x, np.concatenate([*(each.ravel() for each in kept), memory[:0]])

    def test(self, params: Any, memory: Array, x: Any) -> Any:
        """The logits (n, C) of samples (n, inputs)."""
        for layer, own, remembered in self._each(self.views(params), memory):
            x = layer.test(x, own, remembered)
        return x

    def signals(self, params: Array, memory: Array, x: Array) -> list[tuple[int, str, Array]]:
        """What goes into each activation for samples x (n, inputs), at test: (layer, activation's name, (n, width))."""
        seen = []
        for index, (layer, own, remembered) in enumerate(self._each(self.views(params), memory)):
            if isinstance(layer, BatchNorm) and layer.kind != "identity":
                before = replace(layer, kind="identity").test(x, own, remembered)
                seen.append((index, layer.kind, before))
            elif isinstance(layer, Activation):
                seen.append((index, layer.kind, x))
            x = layer.test(x, own, remembered)
        return seen

    def backward(
        self,
        params: Array,
        memory: Array,
        x: Array,
        labels: Any,
        random: np.random.Generator,
        penalty: Penalty = NO_PENALTY,
    ) -> Backward:
        """Loss, gradient and new memory of a batch x (n, inputs) with labels (n,)."""
        memo, kept = Memo(), memory
        outputs: Any = None

        def loss(*arrays: Any) -> Any:
            nonlocal kept, outputs
            outputs, kept = self.train(arrays, memory, x, random)
            return primitives.cross_entropy(outputs, labels, memo)

        value, parts = pull_back(loss, self.views(params))
        gradient = np.concatenate([part.ravel() for part in parts])
        total = float(value)
        if penalty:
            for slot, weights in self.penalized(params):
                gradient[slot.place] += penalty.gradient(weights)
                total += penalty.value(weights)
        return Backward(total, gradient, kept, getval(outputs))

    @cached_property
    def _places(self) -> list[tuple[Layer, slice, list[slice]]]:
        """For every layer which of the learned arrays are its own, and where in memory its parts lie."""
        found, at = [], 0
        for index, layer in enumerate(self.layers):
            count = sum(slot.layer == index for slot in self.slots)
            kept = [slot.place for slot in self.memory_slots if slot.layer == index]
            found.append((layer, slice(at, at + count), kept))
            at += count
        return found

    def _each(self, arrays: Sequence[Any], memory: Array) -> Iterator[tuple[Layer, Views, Views]]:
        """Every layer with its learned and its remembered arrays."""
        for layer, own, kept in self._places:
            yield layer, tuple(arrays[own]), tuple(memory[place] for place in kept)


@answering
def perceptron(
    inputs: int,
    classes: int,
    hidden: Sequence[int] = (),
    *,
    kind: str = "relu",
    batchnorm: bool = False,
    dropout: float = 0.0,
    start: str | Initializer | None = None,
) -> Network:
    """A multilayer perceptron: dense layers with activations between, normalized and thinned out as asked.

    Args:
        inputs: Features of a sample.
        classes: Logits.
        hidden: The widths of the hidden layers; without any, it is softmax regression.
        kind: The hidden layers' activation.
        batchnorm: Whether each hidden layer is normalized before its activation; it then has no bias of its own.
        dropout: The rate at which each hidden layer's outputs are dropped in training.
        start: How weights begin; by default `He`, for sigmoid, tanh and identity `Xavier`.

    Example:
        >>> perceptron(64, 10, (128, 64), batchnorm=True).layers[1]
        BatchNorm(eps=1e-05, decay=0.9, kind='relu')
    """
    name = activation("relu" if kind is None else kind).name
    try:
        widths = [whole("a width", width, 1, 1_000_000) for width in listed("hidden", hidden, (), "widths")]
    except ArgumentError as error:
        raise ArgumentError(f"hidden must be the layers' widths, as in (128, 64), not {shown(hidden)}") from error
    if len(widths) > MAX_HIDDEN:
        raise ArgumentError(f"a network has at most {MAX_HIDDEN} hidden layers (MAX_HIDDEN), not {len(widths)}")
    batchnorm = flag("batchnorm", False if batchnorm is None else batchnorm)
    dropout = number("dropout: rate", 0.0 if dropout is None else dropout, "[0, 1)")
    if not widths and (batchnorm or dropout):
        raise ArgumentError("batchnorm and dropout are for hidden layers, and there are none; name some, as in 128,64")
    chosen = initializer(start) if start is not None else _usual(name)
    drop = Dropout(dropout)
    layers: list[Layer] = []
    for width in widths:
        layers.append(Dense(width, bias=not batchnorm, start=chosen))
        layers.append(BatchNorm(kind=name) if batchnorm else Activation(name))
        layers += [drop] if dropout else []
    return Network(inputs, (*layers, Dense(classes, start=chosen)))


def _usual(name: str) -> Initializer:
    return Xavier() if name in ("sigmoid", "tanh", "identity") else He()


def _slots(parts: Sequence[tuple[Part, ...]]) -> tuple[Slot, ...]:
    found, at = [], 0
    for index, own in enumerate(parts):
        for part in own:
            size = math.prod(part.shape)
            found.append(Slot(index, part, slice(at, at + size)))
            at += size
    return tuple(found)
