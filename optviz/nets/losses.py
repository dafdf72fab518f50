"""What a network is trained to make small: the cross-entropy of its answers, and penalties on its weights.

The cross-entropy is taken from the logits, never from probabilities, so that no logarithm of zero is taken. With two
classes it is logistic regression on the difference of the logits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.bounds import bounded, check_fields
from optviz.calls import Answering
from optviz.nets import primitives
from optviz.optimizer.protocol import Array


def cross_entropy(logits: Any, labels: Any) -> Any:
    """The mean over n samples of −log softmax(logits)[label]; its gradient is (softmax(logits) − one-hot)/n.

    Args:
        logits: (n, C), of any size.
        labels: (n,), whole numbers from 0 to C − 1.

    Example:
        >>> round(float(cross_entropy(np.array([[0.0, 0.0], [2000.0, 0.0]]), np.array([0, 1]))), 4)
        1000.3466
    """
    return primitives.cross_entropy(logits, labels, primitives.Memo())


def softmax(logits: Array) -> Array:
    """Probabilities (..., C) of logits (..., C), stable however large they are.

    Example:
        >>> softmax(np.array([1000.0, 1000.0]))
        array([0.5, 0.5])
    """
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Array = exponents / exponents.sum(axis=-1, keepdims=True)
    return probabilities


def log_softmax(logits: Array) -> Array:
    """Logarithms of the probabilities, exact where these are too small to be told from 0.

    Example:
        >>> log_softmax(np.array([1000.0, 0.0]))
        array([    0., -1000.])
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    found: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return found


@dataclass(frozen=True, kw_only=True)
class Penalty(metaclass=Answering):
    """l1·Σ|w| + ½·l2·Σw², over weights alone: biases and normalizations are left in peace.

    One of both is the lasso's or the ridge's penalty, both are the elastic net's. Through the gradient, an adaptive
    optimizer scales them like all else; decay that is apart from the gradient is the optimizer's (``adamw``, ``lion``).

    Args:
        l1: ≥ 0; makes weights exactly small, many of them nothing.
        l2: ≥ 0; its gradient is l2·w.

    Example:
        >>> Penalty(l1=0.1, l2=0.5).value(np.array([2.0, -1.0]))
        1.55
        >>> Penalty(l1=0.1, l2=0.5).gradient(np.array([2.0, -1.0]))
        array([ 1.1, -0.6])
    """

    l1: float = bounded("[0, inf)", 0.0)
    l2: float = bounded("[0, inf)", 0.0)

    def __post_init__(self) -> None:
        check_fields(self, "penalty")

    def __bool__(self) -> bool:
        return bool(self.l1 or self.l2)

    def value(self, weights: Any) -> float:
        """The penalty on these weights."""
        return float(self.l1 * np.abs(weights).sum() + 0.5 * self.l2 * (weights * weights).sum())

    def gradient(self, weights: Array) -> Array:
        """Its gradient, in the float type of the weights; where a weight is 0, that of its magnitude is taken as 0."""
        return np.asarray(self.l1 * np.sign(weights) + self.l2 * weights)


NO_PENALTY = Penalty()
