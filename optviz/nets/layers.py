"""Layers: frozen dataclasses that say what they learn, what they remember, and what they do in training and at test.

A layer holds no numbers. What it learns (`learned`) and what it remembers (`remembered`, running averages) are parts of
two flat vectors that the network owns; a layer is given its views of them. In training it returns what it will
remember; at test nothing changes, and a sample's output does not depend on its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import autograd.numpy as anp
import numpy as np

from optviz.bounds import bounded, check_fields, counted
from optviz.calls import Answering
from optviz.errors import ArgumentError
from optviz.nets.activations import activated, activation
from optviz.nets.initializers import He, Initializer, Ones, Zeros, initializer
from optviz.nets.primitives import Memo, linear, normalized

Views = tuple[Any, ...]


class Part(NamedTuple):
    """A named piece of a vector: how it begins, and whether penalties are for it."""

    name: str
    shape: tuple[int, ...]
    start: Initializer
    penalized: bool = False


@dataclass(frozen=True)
class Layer(metaclass=Answering):
    """What every layer can say and do; by itself it is the identity."""

    def width(self, inputs: int) -> int:
        """How many outputs it has for so many inputs."""
        return inputs

    def learned(self, inputs: int) -> tuple[Part, ...]:
        """What is trained."""
        return ()

    def remembered(self, inputs: int) -> tuple[Part, ...]:
        """What is kept from batch to batch without being trained."""
        return ()

    def train(self, x: Any, params: Views, memory: Views, random: np.random.Generator) -> tuple[Any, Views]:
        """The output for a batch x (n, inputs) in training, and what to remember from now on."""
        return self.test(x, params, memory), memory

    def test(self, x: Any, params: Views, memory: Views) -> Any:
        """The output for samples x (n, inputs) once trained."""
        return x


@dataclass(frozen=True)
class Dense(Layer):
    """Every output is a weighted sum of all inputs: y = x·W + b.

    Args:
        units: How many outputs, ≥ 1.
        bias: Whether there is a b. Before a normalization it would be subtracted again, and is left out.
        start: How W begins; b begins at 0.

    Example:
        >>> Dense(2, start="zeros").test(np.ones((1, 3)), (np.ones((3, 2)), np.array([0.0, 1.0])), ())
        array([[3., 4.]])
    """

    units: int = counted("[1, 1000000]")
    bias: bool = True
    start: Initializer | str = He()

    def __post_init__(self) -> None:
        check_fields(self, "dense")
        object.__setattr__(self, "start", initializer(self.start))

    def width(self, inputs: int) -> int:
        return self.units

    def learned(self, inputs: int) -> tuple[Part, ...]:
        weights = Part("weights", (inputs, self.units), initializer(self.start), penalized=True)
        return (weights, Part("bias", (self.units,), Zeros())) if self.bias else (weights,)

    def test(self, x: Any, params: Views, memory: Views) -> Any:
        return linear(x, params[0], params[1] if self.bias else None)


@dataclass(frozen=True)
class Activation(Layer):
    """An elementwise function, by its name in `ACTIVATIONS`.

    Example:
        >>> Activation("relu").test(np.array([[-1.0, 2.0]]), (), ())
        array([[0., 2.]])
    """

    kind: str = "relu"

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", activation(self.kind).name)

    def test(self, x: Any, params: Views, memory: Views) -> Any:
        return activated(x, activation(self.kind))


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Normalizes every feature over the batch: y = γ·(x − mean)/√(variance + eps) + β, then an activation.

    γ and β are learned, by whatever trains the rest. At test running averages stand for mean and variance:
    running ← decay·running + (1 − decay)·(that of the batch), the variance with n − 1 in its denominator.

    Args:
        eps: > 0, under the root.
        decay: In [0, 1), how slowly the averages forget. PyTorch's ``momentum`` is 1 − decay.
        kind: The activation that follows at once; together they are one primitive.

    Reference: Ioffe & Szegedy 2015. Agrees with ``torch.nn.BatchNorm1d``.

    Example:
        >>> x = np.array([[1.0], [3.0]])
        >>> y, (mean, variance) = BatchNorm(decay=0.0).train(x, (np.ones(1), np.zeros(1)), (np.zeros(1), np.ones(1)))
        >>> y.round(4).ravel(), mean, variance
        (array([-1.,  1.]), array([2.]), array([2.]))
    """

    eps: float = bounded("(0, inf)", 1e-5)
    decay: float = bounded("[0, 1)", 0.9)
    kind: str = "identity"

    def __post_init__(self) -> None:
        check_fields(self, "batch normalization")
        object.__setattr__(self, "kind", activation(self.kind).name)

    def learned(self, inputs: int) -> tuple[Part, ...]:
        return Part("scale", (inputs,), Ones()), Part("shift", (inputs,), Zeros())

    def remembered(self, inputs: int) -> tuple[Part, ...]:
        return Part("mean", (inputs,), Zeros()), Part("variance", (inputs,), Ones())

    def train(
        self, x: Any, params: Views, memory: Views, random: np.random.Generator | None = None
    ) -> tuple[Any, Views]:
        size, memo = len(x), Memo()
        if size < 2:
            raise ArgumentError("a batch of 1 cannot be normalized: its variance is 0; take batches of 2 or more")
        y = normalized(x, *params, activation(self.kind), self.eps, memo)
        found = memo.mean, memo.variance * (size / (size - 1))
        kept = [self.decay * old + (1 - self.decay) * new for old, new in zip(memory, found, strict=True)]
        return y, tuple(kept)

    def test(self, x: Any, params: Views, memory: Views) -> Any:
        (scale, shift), (mean, variance) = params, memory
        slope = scale / np.sqrt(variance + self.eps)
        return activated(x * slope + (shift - mean * slope), activation(self.kind))


@dataclass(frozen=True)
class Dropout(Layer):
    """In training every input is nothing with probability `rate`, each on its own.

    Inverted dropout divides what remains by 1 − rate, and is nothing at test. The other form leaves it as it is, and
    multiplies by 1 − rate at test. In both the test output is the training output's expectation.

    Args:
        rate: In [0, 1).
        inverted: Which form.

    Reference: Srivastava et al. 2014.

    Example:
        >>> y, _ = Dropout(0.5).train(np.ones((1, 6)), (), (), np.random.default_rng(0))
        >>> y
        array([[2., 2., 2., 0., 0., 0.]])
    """

    rate: float = bounded("[0, 1)", 0.5)
    inverted: bool = True

    def __post_init__(self) -> None:
        check_fields(self, "dropout")

    def train(self, x: Any, params: Views, memory: Views, random: np.random.Generator) -> tuple[Any, Views]:
        if not self.rate:
            return x, memory
        kept = (random.random(x.shape, dtype=np.float32) >= self.rate).astype(x.dtype)
        if self.inverted:
            kept /= 1 - self.rate
        return anp.multiply(x, kept), memory

    def test(self, x: Any, params: Views, memory: Views) -> Any:
        return x if self.inverted else x * (1 - self.rate)
