"""Adam and its kin: a first moment to move along, a second moment to scale by, both exponential averages.

m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g² start at zero and are biased towards it; dividing by 1 − β₁ᵗ and
1 − β₂ᵗ takes the bias away. The powers βᵗ are carried in the state as running products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from optviz.bounds import bounded
from optviz.optimizer.protocol import Array, Hyper, Optimizer


class Moments(NamedTuple):
    """t steps have been taken; m, v (..., P) are the moments, power1 and power2 are β₁ᵗ and β₂ᵗ."""

    t: int
    m: Array
    v: Array
    power1: Any
    power2: Any


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    """Adam: x ← x − lr·m̂/(√v̂ + eps), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).

    Args:
        beta1: β₁ in [0, 1), how slowly the first moment m ← β₁m + (1 − β₁)g forgets.
        beta2: β₂ in [0, 1), how slowly the second moment v ← β₂v + (1 − β₂)g² forgets.
        eps: > 0, added to √v̂.
        bias_correction: Whether m and v are divided by 1 − βᵗ. Leaving it out is a common mistake whose effect is
            worth seeing: with the default β the first steps are about three times too long.

    Reference: Kingma & Ba 2015. Agrees with ``torch.optim.Adam`` and ``optax.adam``.

    Example:
        >>> adam = Adam(lr=0.1)
        >>> x = np.array([3.0, -0.01])
        >>> adam.update(x, adam.init(x), x)[0].round(6)
        array([-0.1,  0.1])
    """

    name = "adam"
    title = "Adam"
    rule = "m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; x ← x − lr·m̂/(√v̂ + eps)"
    reference = "Kingma & Ba 2015"

    beta1: Hyper = bounded("[0, 1)", 0.9)
    beta2: Hyper = bounded("[0, 1)", 0.999)
    eps: Hyper = bounded("(0, inf)", 1e-8)
    bias_correction: bool = True

    def init(self, params: Array) -> Moments:
        return Moments(0, np.zeros_like(params), np.zeros_like(params), 1.0, 1.0)

    def update(self, gradient: Array, state: Moments, params: Array) -> tuple[Array, Moments]:
        t = state.t + 1
        m = self.beta1 * state.m + (1 - self.beta1) * gradient
        v = self.beta2 * state.v + (1 - self.beta2) * (gradient * gradient)
        power1, power2 = state.power1 * self.beta1, state.power2 * self.beta2
        rise1, rise2 = (1 - power1, 1 - power2) if self.bias_correction else (1.0, 1.0)
        step = -self.rate(t) / rise1 * m / (np.sqrt(v / rise2) + self.eps)
        return step, Moments(t, m, v, power1, power2)
