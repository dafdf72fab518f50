"""Gradient descent and its inertia: SGD, momentum, Nesterov's look ahead, and their quasi-hyperbolic mixture.

All four move along one average of past gradients, and differ only in how old gradients fade and in how much
the newest counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optviz.bounds import bounded
from optviz.optimizer.protocol import Array, Hyper, Optimizer


class Counted(NamedTuple):
    """t steps have been taken."""

    t: int


class Velocity(NamedTuple):
    """t steps have been taken; v (..., P) is the running sum or average of gradients."""

    t: int
    v: Array


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Gradient descent: x ← x − lr·g.

    Reference: Robbins & Monro 1951. Agrees with ``torch.optim.SGD``.

    Example:
        >>> sgd = SGD(lr=0.5)
        >>> x = np.array([2.0, -4.0])
        >>> sgd.update(x, sgd.init(x), x)[0]
        array([-1.,  2.])
    """

    name = "sgd"
    title = "SGD"
    rule = "x ← x − lr·g"
    reference = "Robbins & Monro 1951"

    def init(self, params: Array) -> Counted:
        return Counted(0)

    def update(self, gradient: Array, state: Counted, params: Array) -> tuple[Array, Counted]:
        t = state.t + 1
        return -self.rate(t) * gradient, Counted(t)


@dataclass(frozen=True, kw_only=True)
class Momentum(Optimizer):
    """Heavy-ball momentum: v ← μv + g; x ← x − lr·v.

    Args:
        momentum: μ in [0, 1). With 0 this is SGD, bit for bit.

    Differences: PyTorch's form. Polyak's v ← μv − lr·g, x ← x + v is the same while lr is constant; where a
    book writes v ← βv + (1 − β)g, its lr is 1/(1 − β) times ours. Optax's ``sgd(momentum=)`` is this form.

    Reference: Polyak 1964. Agrees with ``torch.optim.SGD(momentum=)``.

    Example:
        >>> momentum = Momentum(lr=0.1, momentum=0.5)
        >>> x, g = np.array([1.0, 1.0]), np.array([1.0, 2.0])
        >>> step, state = momentum.update(g, momentum.init(x), x)
        >>> momentum.update(g, state, x)[0]
        array([-0.15, -0.3 ])
    """

    name = "momentum"
    title = "Momentum"
    rule = "v ← μv + g; x ← x − lr·v"
    reference = "Polyak 1964"

    momentum: Hyper = bounded("[0, 1)", 0.9)

    def init(self, params: Array) -> Velocity:
        return Velocity(0, np.zeros_like(params))

    def update(self, gradient: Array, state: Velocity, params: Array) -> tuple[Array, Velocity]:
        t = state.t + 1
        v = self.momentum * state.v + gradient
        return -self.rate(t) * v, Velocity(t, v)

    def anatomy(self, state: Velocity) -> Mapping[str, Array]:
        return {"momentum": state.v}


@dataclass(frozen=True, kw_only=True)
class Nesterov(Momentum):
    """Nesterov's accelerated gradient: v ← μv + g; x ← x − lr·(g + μv).

    Args:
        momentum: μ in [0, 1).

    Differences: PyTorch's and optax's form of Sutskever et al. 2013, which takes the gradient where the
    parameters are and folds the look ahead into the step.

    Reference: Nesterov 1983; Sutskever, Martens, Dahl & Hinton 2013. Agrees with
    ``torch.optim.SGD(momentum=, nesterov=True)``.

    Example:
        >>> nesterov = Nesterov(lr=0.1, momentum=0.5)
        >>> x = np.array([1.0, 2.0])
        >>> nesterov.update(x, nesterov.init(x), x)[0]
        array([-0.15, -0.3 ])
    """

    name = "nesterov"
    title = "Nesterov"
    rule = "v ← μv + g; x ← x − lr·(g + μv)"
    reference = "Nesterov 1983; Sutskever et al. 2013"

    def update(self, gradient: Array, state: Velocity, params: Array) -> tuple[Array, Velocity]:
        t = state.t + 1
        v = self.momentum * state.v + gradient
        return -self.rate(t) * (gradient + self.momentum * v), Velocity(t, v)


@dataclass(frozen=True, kw_only=True)
class QHM(Optimizer):
    """Quasi-hyperbolic momentum: v ← βv + (1 − β)g; x ← x − lr·((1 − ν)g + ν·v).

    Args:
        nu: ν in [0, 1]: 0 is SGD, 1 is momentum with an averaged velocity.
        beta: β in [0, 1).

    Differences: v is an average, not PyTorch's sum, as in the paper.

    Reference: Ma & Yarats 2019. In neither torch nor optax.

    Example:
        >>> qhm = QHM(lr=1.0, nu=0.5, beta=0.5)
        >>> x = np.array([1.0, 2.0])
        >>> qhm.update(x, qhm.init(x), x)[0]
        array([-0.75, -1.5 ])
    """

    name = "qhm"
    title = "QHM"
    rule = "v ← βv + (1−β)g; x ← x − lr·((1−ν)g + νv)"
    reference = "Ma & Yarats 2019"

    nu: Hyper = bounded("[0, 1]", 0.7)
    beta: Hyper = bounded("[0, 1)", 0.999)

    def init(self, params: Array) -> Velocity:
        return Velocity(0, np.zeros_like(params))

    def update(self, gradient: Array, state: Velocity, params: Array) -> tuple[Array, Velocity]:
        t = state.t + 1
        v = self.beta * state.v + (1 - self.beta) * gradient
        return -self.rate(t) * ((1 - self.nu) * gradient + self.nu * v), Velocity(t, v)

    def anatomy(self, state: Velocity) -> Mapping[str, Array]:
        return {"momentum": state.v}
