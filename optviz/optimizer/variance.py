"""Adam with another second moment: each of these changes what the step is divided by, to mend one fault of v.

AdaMax takes the largest gradient instead of a mean square, AMSGrad never lets v fall, AdaBelief measures how
far gradients stray from their average, and Yogi lets v fall only slowly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from optviz.bounds import bounded
from optviz.optimizer.moments import Adam, MomentRule, Moments
from optviz.optimizer.protocol import Array, Hyper


class PeakedMoments(NamedTuple):
    """Moments, and in `peak` (..., P) the greatest v so far."""

    t: int
    m: Array
    v: Array
    power1: Any
    power2: Any
    peak: Array


@dataclass(frozen=True, kw_only=True)
class AdaMax(MomentRule):
    """AdaMax: u ← max(β₂u, abs(g) + eps); x ← x − lr·m̂/u, m̂ = m/(1 − β₁ᵗ).

    Args:
        beta1: β₁ in [0, 1), how slowly the first moment forgets.
        beta2: β₂ in [0, 1), how slowly a large gradient is forgotten.
        eps: > 0, added to abs(g) so that u is never 0.

    Differences: eps is PyTorch's and optax's; the paper has none.

    Reference: Kingma & Ba 2015, section 7. Agrees with ``torch.optim.Adamax`` and ``optax.adamax``.

    Example:
        >>> adamax = AdaMax(lr=0.1)
        >>> x = np.array([3.0, -0.01])
        >>> adamax.update(x, adamax.init(x), x)[0].round(6)
        array([-0.1,  0.1])
    """

    name = "adamax"
    title = "AdaMax"
    rule = "Adam's m̂; u ← max(β₂u, |g| + eps); x ← x − lr·m̂/u"
    reference = "Kingma & Ba 2015, section 7"

    def second(self, gradient: Array, m: Array, v: Array) -> Array:
        moved: Array = np.maximum(self.beta2 * v, np.abs(gradient) + self.eps)
        return moved

    def stride(self, moments: Moments) -> Array:
        step: Array = -self.rate(moments.t) / (1 - moments.power1) * moments.m / moments.v
        return step

    def anatomy(self, state: Any) -> Mapping[str, Array]:
        return {"momentum": state.m / (1 - state.power1), "scale": state.v}


@dataclass(frozen=True, kw_only=True)
class AMSGrad(Adam):
    """AMSGrad, Adam whose v never falls: w ← max(w, v); x ← x − lr·m̂/(√ŵ + eps), ŵ = w/(1 − β₂ᵗ).

    Adam forgets rare large gradients, and can end at the worst point of a convex problem; this is the remedy.

    Args:
        beta1: β₁ in [0, 1), how slowly the first moment forgets.
        beta2: β₂ in [0, 1), how slowly v forgets; w never does.
        eps: > 0, added to √ŵ.
        bias_correction: Whether m and w are divided by 1 − βᵗ. The paper does not.

    Differences: the maximum is taken of v before its bias is corrected, as in PyTorch. Optax takes it after,
    so that the first gradients, whose correction is the largest, count for more.

    Reference: Reddi, Kale & Kumar 2018. Agrees with ``torch.optim.Adam(amsgrad=True)``.

    Example:
        >>> amsgrad = AMSGrad(lr=0.1, beta1=0.0, beta2=0.5, bias_correction=False)
        >>> x, g = np.array([0.0, 0.0]), np.array([2.0, -4.0])
        >>> step, state = amsgrad.update(g, amsgrad.init(x), x)
        >>> amsgrad.update(0.01 * g, state, x)[1].peak
        array([2., 8.])
    """

    name = "amsgrad"
    title = "AMSGrad"
    rule = "Adam's m̂ and v; w ← max(w, v); x ← x − lr·m̂/(√ŵ + eps)"
    reference = "Reddi, Kale & Kumar 2018"

    def init(self, params: Array) -> PeakedMoments:
        zeros = np.zeros_like(params)
        return PeakedMoments(0, zeros, zeros, 1.0, 1.0, zeros)

    def update(self, gradient: Array, state: PeakedMoments, params: Array) -> tuple[Array, PeakedMoments]:
        moments = self.advance(gradient, state)
        peak = np.maximum(state.peak, moments.v)
        return self.stride(moments._replace(v=peak)), PeakedMoments(*moments, peak)

    def anatomy(self, state: PeakedMoments) -> Mapping[str, Array]:
        return super().anatomy(state._replace(v=state.peak))


@dataclass(frozen=True, kw_only=True)
class AdaBelief(MomentRule):
    """AdaBelief: Adam with v ← β₂v + (1 − β₂)(g − m)² + eps.

    Where gradients keep to their average the steps grow long, where they stray they grow short.

    Args:
        beta1: β₁ in [0, 1), how slowly the first moment forgets.
        beta2: β₂ in [0, 1), how slowly v forgets.
        eps: > 0, added to v at every step, and to √v̂.

    Differences: eps stands in both places as in the paper's algorithm; optax splits it into `eps_root` and
    `eps`. The paper's default is 1e−8, optax's and ours 1e−16.

    Reference: Zhuang et al. 2020. Agrees with ``optax.adabelief(eps=, eps_root=)``. Not in torch.

    Example:
        >>> adabelief = AdaBelief(lr=0.1)
        >>> x = np.array([3.0, -0.01])
        >>> adabelief.update(x, adabelief.init(x), x)[0].round(6)
        array([-0.111111,  0.111111])
    """

    name = "adabelief"
    title = "AdaBelief"
    rule = "m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)(g−m)² + eps; x ← x − lr·m̂/(√v̂ + eps)"
    reference = "Zhuang et al. 2020"

    eps: Hyper = bounded("(0, inf)", 1e-16)

    def second(self, gradient: Array, m: Array, v: Array) -> Array:
        moved: Array = super().second(gradient - m, m, v) + self.eps
        return moved


@dataclass(frozen=True, kw_only=True)
class Yogi(MomentRule):
    """Yogi: Adam with v ← v − (1 − β₂)·sign(v − g²)·g².

    Adam's v moves towards g² by a share of their distance, Yogi's by a share of g²: it falls slowly after
    large gradients, and lr/√v does not shoot up.

    Args:
        beta1: β₁ in [0, 1), how slowly the first moment forgets.
        beta2: β₂ in [0, 1), how slowly v follows g².
        eps: > 0, added to √v̂.

    Differences: m and v start at 1e−6 as in optax and are then corrected for a bias as if they had started at
    0, so that the first step is not quite lr.

    Reference: Zaheer et al. 2018. Agrees with ``optax.yogi``. Not in torch.

    Example:
        >>> yogi = Yogi(lr=0.1)
        >>> x = np.array([3.0, -4.0])
        >>> yogi.update(x, yogi.init(x), x)[0].round(3)
        array([-0.1,  0.1])
    """

    name = "yogi"
    title = "Yogi"
    rule = "m ← β₁m + (1−β₁)g; v ← v − (1−β₂)·sign(v−g²)·g²; x ← x − lr·m̂/(√v̂ + eps)"
    reference = "Zaheer et al. 2018"

    eps: Hyper = bounded("(0, inf)", 1e-3)

    def init(self, params: Array) -> Moments:
        return Moments(0, np.full_like(params, 1e-6), np.full_like(params, 1e-6), 1.0, 1.0)

    def second(self, gradient: Array, m: Array, v: Array) -> Array:
        square = gradient * gradient
        moved: Array = v - (1 - self.beta2) * np.sign(v - square) * square
        return moved
