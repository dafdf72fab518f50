"""Adam and its kin: a first moment to move along, a second moment to scale by, both exponential averages.

m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g² start at zero and are biased towards it; dividing by 1 − β₁ᵗ and
1 − β₂ᵗ takes the bias away. The powers βᵗ are carried in the state as running products. Sums, roots and quotients are
taken in place where nobody else has the array, which many parameters feel. `MomentRule` is what all share; here are
Adam and those that use its two moments otherwise, in `variance` those whose v is another.
"""

from __future__ import annotations

from collections.abc import Mapping
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
class MomentRule(Optimizer):
    """What Adam and its kin share: the moments, and a step along the first over the root of the second.

    Args:
        beta1: β₁ in [0, 1), how slowly the first moment m ← β₁m + (1 − β₁)g forgets.
        beta2: β₂ in [0, 1), how slowly the second moment v ← β₂v + (1 − β₂)g² forgets.
        eps: > 0, added to √v̂.
    """

    beta1: Hyper = bounded("[0, 1)", 0.9)
    beta2: Hyper = bounded("[0, 1)", 0.999)
    eps: Hyper = bounded("(0, inf)", 1e-8)

    def init(self, params: Array) -> Any:
        return Moments(0, np.zeros_like(params), np.zeros_like(params), 1.0, 1.0)

    def update(self, gradient: Array, state: Any, params: Array) -> tuple[Array, Any]:
        moments = self.advance(gradient, state)
        return self.stride(moments), moments

    def advance(self, gradient: Array, state: Any) -> Moments:
        """The moments after one more gradient."""
        m = self.beta1 * state.m
        m += (1 - self.beta1) * gradient
        v = self.second(gradient, m, state.v)
        return Moments(state.t + 1, m, v, state.power1 * self.beta1, state.power2 * self.beta2)

    def second(self, gradient: Array, m: Array, v: Array) -> Array:
        """The second moment after one more gradient, where m is the first one after it."""
        moved: Array = self.beta2 * v
        moved += (1 - self.beta2) * (gradient * gradient)
        return moved

    def rises(self, moments: Moments) -> tuple[Any, Any]:
        """The shares 1 − β₁ᵗ, 1 − β₂ᵗ that m and v have reached of what they estimate."""
        return 1 - moments.power1, 1 - moments.power2

    def anatomy(self, state: Any) -> Mapping[str, Array]:
        """m̂ and √v̂."""
        rise1, rise2 = self.rises(state)
        return {"momentum": state.m / rise1, "scale": np.sqrt(state.v / rise2)}

    def stride(self, moments: Moments) -> Array:
        """−lr·m̂/(√v̂ + eps)."""
        rise1, rise2 = self.rises(moments)
        scale = moments.v / rise2
        np.sqrt(scale, out=scale)
        scale += self.eps
        step: Array = -self.rate(moments.t) / rise1 * moments.m
        step /= scale
        return step


@dataclass(frozen=True, kw_only=True)
class Adam(MomentRule):
    """Adam: x ← x − lr·m̂/(√v̂ + eps), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).

    Args:
        beta1: β₁ in [0, 1), how slowly the first moment m ← β₁m + (1 − β₁)g forgets.
        beta2: β₂ in [0, 1), how slowly the second moment v ← β₂v + (1 − β₂)g² forgets.
        eps: > 0, added to √v̂.
        bias_correction: Whether m and v are divided by 1 − βᵗ. Leaving it out is a common mistake whose
            effect is worth seeing: with the default β the first steps are about three times too long.

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

    bias_correction: bool = True

    def rises(self, moments: Moments) -> tuple[Any, Any]:
        return super().rises(moments) if self.bias_correction else (1.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """AdamW, Adam with decoupled weight decay: x ← x − lr·(m̂/(√v̂ + eps) + λx).

    Args:
        beta1: β₁ in [0, 1), how slowly the first moment forgets.
        beta2: β₂ in [0, 1), how slowly the second moment forgets.
        eps: > 0, added to √v̂.
        bias_correction: Whether m and v are divided by 1 − βᵗ, as in Adam.
        weight_decay: λ ≥ 0. It pulls x itself towards 0 and does not pass through the moments, as the
            gradient of a penalty ½λx² would. On a surface whose minimum is not at 0 it moves the end point.

    Differences: λ=0.01 is PyTorch's default; optax's is 1e−4. Both multiply λ by lr, as here; the paper has a
    schedule of its own for it.

    Reference: Loshchilov & Hutter 2019. Agrees with ``torch.optim.AdamW`` and ``optax.adamw``.

    Example:
        >>> adamw = AdamW(lr=0.1, weight_decay=0.5)
        >>> x, g = np.array([1.0, -2.0]), np.array([3.0, 0.01])
        >>> adamw.update(g, adamw.init(x), x)[0].round(6)
        array([-0.15,  0.  ])
    """

    name = "adamw"
    title = "AdamW"
    rule = "Adam's m̂ and v̂; x ← x − lr·(m̂/(√v̂ + eps) + λx)"
    reference = "Loshchilov & Hutter 2019"

    weight_decay: Hyper = bounded("[0, inf)", 0.01)

    def update(self, gradient: Array, state: Moments, params: Array) -> tuple[Array, Moments]:
        step, moments = super().update(gradient, state, params)
        return step - self.rate(moments.t) * self.weight_decay * params, moments


@dataclass(frozen=True, kw_only=True)
class NAdam(MomentRule):
    """NAdam, Adam that looks ahead as Nesterov does: x ← x − lr·(c·m + d·g)/(√v̂ + eps).

    c = μₜ₊₁/(1 − μ₁⋯μₜ₊₁), d = (1 − μₜ)/(1 − μ₁⋯μₜ), and μₜ = β₁(1 − ½·0.96^(tψ)) rises from β₁/2 to β₁.

    Args:
        beta1: β₁ in [0, 1), how slowly m forgets, and the end of μ's rise.
        beta2: β₂ in [0, 1), how slowly v forgets.
        eps: > 0, added to √v̂.
        momentum_decay: ψ ≥ 0, how fast μ rises. With 0 it stays at β₁/2.

    Differences: PyTorch's form. Optax has no such schedule: its μ is β₁ throughout, so that by default its
    first step is 1.47·lr long and ours 1.06·lr.

    Reference: Dozat 2016. Agrees with ``torch.optim.NAdam``.

    Example:
        >>> nadam = NAdam(lr=0.1, momentum_decay=0.0)
        >>> x = np.array([3.0, -0.01])
        >>> nadam.update(x, nadam.init(x), x)[0].round(4)
        array([-0.1056,  0.1056])
    """

    name = "nadam"
    title = "NAdam"
    rule = "Adam's m, v̂; μₜ = β₁(1 − ½·0.96^(tψ)); x ← x − lr·(μₜ₊₁m/(1−∏μₜ₊₁) + (1−μₜ)g/(1−∏μₜ))/(√v̂ + eps)"
    reference = "Dozat 2016"

    momentum_decay: Hyper = bounded("[0, inf)", 4e-3)

    def update(self, gradient: Array, state: Moments, params: Array) -> tuple[Array, Moments]:
        now, ahead = self.pull(state.t + 1), self.pull(state.t + 2)
        product = state.power1 * now
        moments = self.advance(gradient, state)._replace(power1=product)
        along = ahead / (1 - product * ahead) * moments.m + (1 - now) / (1 - product) * gradient
        scale = np.sqrt(moments.v / (1 - moments.power2)) + self.eps
        return -self.rate(moments.t) * along / scale, moments

    def pull(self, t: int) -> Any:
        """μₜ; the state keeps μ₁⋯μₜ as its power1."""
        return self.beta1 * (1 - 0.5 * _power(0.96, t * self.momentum_decay))


@dataclass(frozen=True, kw_only=True)
class RAdam(MomentRule):
    """RAdam: x ← x − lr·r·m̂/(√v̂ + eps′), and x ← x − lr·m̂ while v̂ has seen too little.

    ρ∞ = 2/(1 − β₂) − 1 and ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ) say how many gradients v̂ rests on. Where ρₜ > 5,
    r² = (ρₜ − 4)(ρₜ − 2)ρ∞/((ρ∞ − 4)(ρ∞ − 2)ρₜ), which rises to 1: a warm-up without a parameter.

    Args:
        beta1: β₁ in [0, 1), how slowly m forgets.
        beta2: β₂ in [0, 1), how slowly v forgets. Below ⅔ ρₜ stays under 5 and RAdam is momentum.
        eps: > 0, added to √v before its bias is corrected, so that eps′ = eps/√(1 − β₂ᵗ).

    Differences: PyTorch's form. The first steps (five, by default) are lr·m̂ and so as long as the gradient is
    steep, unlike all others of Adam's kin; some implementations leave them out. Optax adds eps to √v̂.

    Reference: Liu et al. 2020. Agrees with ``torch.optim.RAdam``.

    Example:
        >>> radam = RAdam(lr=0.1)
        >>> x = np.array([3.0, -0.01])
        >>> radam.update(x, radam.init(x), x)[0]
        array([-0.3  ,  0.001])
    """

    name = "radam"
    title = "RAdam"
    rule = "Adam's m̂ and v̂; x ← x − lr·r·m̂/(√v̂ + eps/√(1−β₂ᵗ)) where ρₜ > 5, else x ← x − lr·m̂"
    reference = "Liu et al. 2020"

    def stride(self, moments: Moments) -> Array:
        rise1, rise2 = self.rises(moments)
        most = 2 / (1 - self.beta2) - 1
        length = most - 2 * moments.t * moments.power2 / rise2
        scale = np.where(length > 5, _rectified(length, most, rise2) / (np.sqrt(moments.v) + self.eps), 1.0)
        step: Array = -self.rate(moments.t) / rise1 * moments.m * scale
        return step


def _rectified(length: Any, most: Any, rise2: Any) -> Any:
    """r·√(1 − β₂ᵗ), of no meaning where length ≤ 5; a Python float where these are."""
    length, most = np.maximum(length, 5.0), np.maximum(most, 5.0)
    share = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)
    root = np.sqrt(share * rise2)
    return root if np.ndim(root) else float(root)


def _power(base: float, exponent: Any) -> Any:
    """base^exponent, rounded alike for a number and for every number of an array, as np.power is not."""
    if np.ndim(exponent):
        return np.array([base**number for number in exponent.ravel().tolist()]).reshape(exponent.shape)
    return base**exponent
