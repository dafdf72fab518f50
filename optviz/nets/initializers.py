"""Where weights begin: normal numbers whose deviation keeps signals alive through the layers.

Too small, and what flows forward and backward fades from layer to layer; too large, and it explodes. With all weights
zero the units of a layer stay alike for good. Biases begin at 0, a normalization at the identity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from optviz.bounds import bounded, check_fields
from optviz.calls import Answering
from optviz.specs import Call, format_value, from_call


@dataclass(frozen=True)
class Initializer(metaclass=Answering):
    """Draws the first weights (inputs, outputs) of a layer."""

    name: ClassVar[str]
    formula: ClassVar[str]

    def __post_init__(self) -> None:
        check_fields(self, f"initializer {self.name}")

    def deviation(self, inputs: int, outputs: int) -> float:
        """The standard deviation of the weights."""
        raise NotImplementedError

    def draw(self, shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float64]:
        """Weights of a layer, in double precision."""
        return random.normal(scale=self.deviation(shape[0], shape[-1]), size=shape)

    def __str__(self) -> str:
        values = tuple(vars(self).values())
        return format_value(Call(self.name, values)) if values else self.name


@dataclass(frozen=True)
class Xavier(Initializer):
    """For activations that are a line near 0, such as tanh.

    Reference: Glorot & Bengio 2010.

    Example:
        >>> Xavier().deviation(100, 100)
        0.1
    """

    name = "xavier"
    formula = "√(2/(inputs + outputs))"

    def deviation(self, inputs: int, outputs: int) -> float:
        return math.sqrt(2 / (inputs + outputs))


@dataclass(frozen=True)
class He(Initializer):
    """For ReLU and its kin, which let half of the signal pass.

    Reference: He et al. 2015.

    Example:
        >>> He().deviation(200, 10)
        0.1
    """

    name = "he"
    formula = "√(2/inputs)"

    def deviation(self, inputs: int, outputs: int) -> float:
        return math.sqrt(2 / inputs)


@dataclass(frozen=True)
class LeCun(Initializer):
    """Sums of inputs keep the variance of one.

    Reference: LeCun et al. 1998.

    Example:
        >>> LeCun().deviation(100, 10)
        0.1
    """

    name = "lecun"
    formula = "√(1/inputs)"

    def deviation(self, inputs: int, outputs: int) -> float:
        return math.sqrt(1 / inputs)


@dataclass(frozen=True)
class Scale(Initializer):
    """The same deviation whatever the layer.

    What goes wrong with it is worth seeing.

    Example:
        >>> Scale(0.5).deviation(100, 10)
        0.5
    """

    deviates: float = bounded("[0, inf)", 0.01)
    name = "scale"
    formula = "deviates"

    def deviation(self, inputs: int, outputs: int) -> float:
        return self.deviates


@dataclass(frozen=True)
class Zeros(Initializer):
    """All zero, as is right for biases.

    With weights the units of a layer then stay alike for good.

    Example:
        >>> Zeros().draw((2,), np.random.default_rng(0))
        array([0., 0.])
    """

    name = "zeros"
    formula = "0"

    def deviation(self, inputs: int, outputs: int) -> float:
        return 0.0

    def draw(self, shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float64]:
        return np.zeros(shape)


class Ones(Zeros):
    """All one: the scale of a normalization. It is not for weights, and has no name to ask for it."""

    def draw(self, shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float64]:
        return np.ones(shape)


INITIALIZERS: dict[str, type[Initializer]] = {kind.name: kind for kind in (Xavier, He, LeCun, Scale, Zeros)}


def initializer(spec: str | Initializer) -> Initializer:
    """The initializer written as ``he`` or ``scale(0.1)``.

    Raises:
        UnknownNameError: None is called so; the nearest name is offered.
        ArgumentError: It does not take these arguments.

    Example:
        >>> initializer("scale(0.1)")
        Scale(deviates=0.1)
    """
    return spec if isinstance(spec, Initializer) else from_call("initializer", INITIALIZERS, spec)
