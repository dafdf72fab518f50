"""Steps that keep only the gradient's sign: every coordinate moves by lr, however steep it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optviz.bounds import bounded
from optviz.optimizer.protocol import Array, Hyper, Optimizer


class Average(NamedTuple):
    """t steps have been taken; m (..., P) is the average of gradients."""

    t: int
    m: Array


@dataclass(frozen=True, kw_only=True)
class Lion(Optimizer):
    """Lion: x ← x − lr·(sign(β₁m + (1 − β₁)g) + λx); m ← β₂m + (1 − β₂)g.

    Steps do not shrink near a minimum: with a constant lr Lion ends by hopping about it.

    Args:
        beta1: β₁ in [0, 1), the share of m in the vote on the sign.
        beta2: β₂ in [0, 1), how slowly m forgets.
        weight_decay: λ ≥ 0, decoupled: it pulls x itself towards 0, apart from g and m.

    Differences: λ is 0 by default as in the authors' code; optax takes 1e−3.

    Reference: Chen et al. 2023. Agrees with ``optax.lion``. Not in torch.

    Example:
        >>> lion = Lion(lr=0.1, weight_decay=0.5)
        >>> x, g = np.array([1.0, 1.0]), np.array([3.0, -0.01])
        >>> lion.update(g, lion.init(x), x)[0]
        array([-0.15,  0.05])
    """

    name = "lion"
    title = "Lion"
    rule = "u = sign(β₁m + (1−β₁)g); x ← x − lr·(u + λx); m ← β₂m + (1−β₂)g"
    reference = "Chen et al. 2023"

    beta1: Hyper = bounded("[0, 1)", 0.9)
    beta2: Hyper = bounded("[0, 1)", 0.99)
    weight_decay: Hyper = bounded("[0, inf)", 0.0)

    def init(self, params: Array) -> Average:
        return Average(0, np.zeros_like(params))

    def update(self, gradient: Array, state: Average, params: Array) -> tuple[Array, Average]:
        t = state.t + 1
        vote = np.sign(self.beta1 * state.m + (1 - self.beta1) * gradient)
        m = self.beta2 * state.m + (1 - self.beta2) * gradient
        return -self.rate(t) * (vote + self.weight_decay * params), Average(t, m)

    def anatomy(self, state: Average) -> Mapping[str, Array]:
        return {"momentum": state.m}
