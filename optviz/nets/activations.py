"""Activations: what makes a network more than a line, as a registry of elementwise functions with their slopes.

A slope is given in terms of the input x and of the output y, whichever is cheaper, and is written in autograd's numpy,
so that it can be differentiated once more. All keep the float type they are given.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive

from optviz.errors import UnknownNameError
from optviz.kinds import text

_LEAK = 0.01
_ROOT = math.sqrt(2 / math.pi)
_CUBE = 0.044715


@dataclass(frozen=True)
class Kind:
    """An activation: its value at x, and its slope there, where y is the value."""

    name: str
    title: str
    formula: str
    value: Callable[[Any], Any]
    slope: Callable[[Any, Any], Any]


def _sigmoid(x: Any) -> Any:
    small = np.exp(-np.abs(x))  # never overflows
    return np.where(x >= 0, 1, small) / (1 + small)


def _positive(x: Any) -> Any:
    """1 where x > 0, else 0, in the float type of x."""
    return (x > 0).astype(x.dtype)


def _gelu_slope(x: Any, _: Any) -> Any:
    t = anp.tanh(_ROOT * (x + _CUBE * x * x * x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (_ROOT * (1 + 3 * _CUBE * x * x))


ACTIVATIONS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("identity", "Identity", "x", lambda x: x, lambda x, _: anp.ones_like(x)),
        Kind("sigmoid", "Sigmoid", "1/(1 + e⁻ˣ)", _sigmoid, lambda _, y: y * (1 - y)),
        Kind("tanh", "Tanh", "tanh x", np.tanh, lambda _, y: 1 - y * y),
        Kind("relu", "ReLU", "max(x, 0)", lambda x: np.maximum(x, 0), lambda x, _: _positive(x)),
        Kind(
            "leaky-relu",
            "Leaky ReLU",
            f"max(x, {_LEAK}x)",
            lambda x: np.maximum(x, _LEAK * x),
            lambda x, _: _LEAK + (1 - _LEAK) * _positive(x),
        ),
        Kind(
            "elu",
            "ELU",
            "x where x > 0, else eˣ − 1",
            lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
            lambda x, y: _positive(x) + (1 - _positive(x)) * (y + 1),
        ),
        Kind(
            "gelu",
            "GELU",
            "½x(1 + tanh(√(2/π)(x + 0.044715x³)))",
            lambda x: 0.5 * x * (1 + np.tanh(_ROOT * (x + _CUBE * x * x * x))),
            _gelu_slope,
        ),
        Kind(
            "softplus",
            "Softplus",
            "log(1 + eˣ)",
            lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
            lambda _, y: -anp.expm1(-y),
        ),
    )
}
"""GELU is the form by tanh (Hendrycks & Gimpel 2016), ELU has α = 1 (Clevert et al. 2016)."""


def activation(name: str) -> Kind:
    """The activation of that name.

    Raises:
        UnknownNameError: None is called so; the nearest name is offered.

    Example:
        >>> activation("relu").value(np.array([-1.0, 2.0]))
        array([0., 2.])
    """
    name = text("an activation", name, f"one of {', '.join(ACTIVATIONS)}")
    known = name.strip().lower().replace("_", "-")
    if known not in ACTIVATIONS:
        raise UnknownNameError("activation", name, ACTIVATIONS)
    return ACTIVATIONS[known]


@primitive  # type: ignore[untyped-decorator]
def activated(x: Any, kind: Kind) -> Any:
    """An activation of x, as autograd sees it."""
    return kind.value(x)


defvjp(activated, lambda y, x, kind: lambda g: g * kind.slope(x, y), argnums=(0,))
