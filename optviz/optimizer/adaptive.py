"""A learning rate a coordinate: AdaGrad, RMSProp and AdaDelta divide by how large its gradients have been.

AdaGrad remembers all of them and slows down for good; RMSProp forgets exponentially; AdaDelta forgets too,
and measures its steps in the units of the steps before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optviz.bounds import bounded
from optviz.optimizer.protocol import Array, Hyper, Optimizer


class Squares(NamedTuple):
    """t steps have been taken; v (..., P) is the running sum of squared gradients."""

    t: int
    v: Array


class Spread(NamedTuple):
    """t steps have been taken; v, m (..., P) average g² and, if it is asked for, g."""

    t: int
    v: Array
    m: Array


class Deltas(NamedTuple):
    """t steps have been taken; v, u (..., P) average g² and d², the squared steps before lr."""

    t: int
    v: Array
    u: Array


@dataclass(frozen=True, kw_only=True)
class AdaGrad(Optimizer):
    """AdaGrad: G ← G + g²; x ← x − lr·g/(√G + eps).

    Args:
        eps: > 0, added to √G.

    Differences: G starts at 0 as in PyTorch, so the first step is lr·sign(g); Keras and optax start it at
    0.1, which shortens the first steps where gradients are small. Optax puts eps inside the root, which is
    another step where G is not far larger than eps.

    Reference: Duchi, Hazan & Singer 2011. Agrees with ``torch.optim.Adagrad``.

    Example:
        >>> adagrad = AdaGrad(lr=0.1)
        >>> x, g = np.array([1.0, 1.0]), np.array([3.0, -0.01])
        >>> step, state = adagrad.update(g, adagrad.init(x), x)
        >>> step.round(6), adagrad.update(g, state, x)[0].round(6)
        (array([-0.1,  0.1]), array([-0.070711,  0.070711]))
    """

    name = "adagrad"
    title = "AdaGrad"
    rule = "G ← G + g²; x ← x − lr·g/(√G + eps)"
    reference = "Duchi, Hazan & Singer 2011"

    eps: Hyper = bounded("(0, inf)", 1e-10)

    def init(self, params: Array) -> Squares:
        return Squares(0, np.zeros_like(params))

    def update(self, gradient: Array, state: Squares, params: Array) -> tuple[Array, Squares]:
        t = state.t + 1
        v = state.v + gradient * gradient
        return -self.rate(t) * gradient / (np.sqrt(v) + self.eps), Squares(t, v)

    def anatomy(self, state: Squares) -> Mapping[str, Array]:
        return {"scale": np.sqrt(state.v)}


@dataclass(frozen=True, kw_only=True)
class RMSProp(Optimizer):
    """RMSProp: v ← ρv + (1 − ρ)g²; x ← x − lr·g/(√v + eps).

    Args:
        rho: ρ in [0, 1), how slowly v forgets. With 0 every step is lr·sign(g).
        eps: > 0, added to √v.
        centered: Whether v − m² takes the place of v, where m ← ρm + (1 − ρ)g: the variance of the gradient
            instead of its second moment (Graves 2013). It is kept ≥ 0, which rounding does not promise.

    Differences: v starts at 0 and is not corrected for it, so that the first step is lr/√(1 − ρ) long. Optax
    puts eps inside the root, which is another step where v is not far larger than eps, as beside a minimum.
    PyTorch's ρ is 0.99 by default, Hinton's and ours 0.9. A common misprint writes v += ρv + (1 − ρ)g²; then
    v explodes and learning stops.

    Reference: Tieleman & Hinton 2012, lecture 6e. Agrees with ``torch.optim.RMSprop``.

    Example:
        >>> rmsprop = RMSProp(lr=0.1, rho=0.75)
        >>> x = np.array([3.0, -0.01])
        >>> rmsprop.update(x, rmsprop.init(x), x)[0].round(5)
        array([-0.2,  0.2])
    """

    name = "rmsprop"
    title = "RMSProp"
    rule = "v ← ρv + (1−ρ)g²; x ← x − lr·g/(√v + eps)"
    reference = "Tieleman & Hinton 2012, lecture 6e; centered: Graves 2013"

    rho: Hyper = bounded("[0, 1)", 0.9)
    eps: Hyper = bounded("(0, inf)", 1e-8)
    centered: bool = False

    def init(self, params: Array) -> Spread:
        return Spread(0, np.zeros_like(params), np.zeros_like(params))

    def update(self, gradient: Array, state: Spread, params: Array) -> tuple[Array, Spread]:
        t, m = state.t + 1, state.m
        spread = v = self.rho * state.v + (1 - self.rho) * (gradient * gradient)
        if self.centered:
            m = self.rho * m + (1 - self.rho) * gradient
            spread = np.maximum(v - m * m, 0)
        return -self.rate(t) * gradient / (np.sqrt(spread) + self.eps), Spread(t, v, m)

    def anatomy(self, state: Spread) -> Mapping[str, Array]:
        return {"scale": np.sqrt(np.maximum(state.v - state.m * state.m, 0) if self.centered else state.v)}


@dataclass(frozen=True, kw_only=True)
class AdaDelta(Optimizer):
    """AdaDelta: v ← ρv + (1 − ρ)g²; d = g·√(u + eps)/√(v + eps); u ← ρu + (1 − ρ)d²; x ← x − lr·d.

    The step has the units of x, whatever those of the loss: Zeiler's rule has no learning rate, that is lr=1.
    How soon it gets going is then a matter of eps, since u starts at 0.

    Args:
        rho: ρ in [0, 1), how slowly both averages forget.
        eps: > 0, inside both roots. The first step is lr·√(eps/(1 − ρ)) long where the gradient is much longer.

    Differences: ρ=0.9 and eps=1e−6 are PyTorch's and optax's; Zeiler's experiments and Keras take ρ=0.95.

    Reference: Zeiler 2012. Agrees with ``torch.optim.Adadelta`` and ``optax.adadelta``.

    Example:
        >>> adadelta = AdaDelta(lr=1.0, rho=0.75, eps=1e-4)
        >>> x = np.array([3.0, -4.0])
        >>> adadelta.update(x, adadelta.init(x), x)[0].round(5)
        array([-0.02,  0.02])
    """

    name = "adadelta"
    title = "AdaDelta"
    rule = "v ← ρv + (1−ρ)g²; d = g·√(u + eps)/√(v + eps); u ← ρu + (1−ρ)d²; x ← x − lr·d"
    reference = "Zeiler 2012"

    rho: Hyper = bounded("[0, 1)", 0.9)
    eps: Hyper = bounded("(0, inf)", 1e-6)

    def init(self, params: Array) -> Deltas:
        return Deltas(0, np.zeros_like(params), np.zeros_like(params))

    def update(self, gradient: Array, state: Deltas, params: Array) -> tuple[Array, Deltas]:
        t = state.t + 1
        v = self.rho * state.v + (1 - self.rho) * (gradient * gradient)
        d = np.sqrt((state.u + self.eps) / (v + self.eps)) * gradient
        u = self.rho * state.u + (1 - self.rho) * (d * d)
        return -self.rate(t) * d, Deltas(t, v, u)

    def anatomy(self, state: Deltas) -> Mapping[str, Array]:
        return {"scale": np.sqrt(state.v)}
