"""The three pieces most of a network's time goes into, as primitives of autograd with derivatives written by hand.

Autograd's own derivatives of mean, variance and square root turn float32 into float64, and take a node each. These keep
the float type, and what the way forward found is kept for the way back. Where the derivative itself is to be
differentiated, autograd takes over: `plain_normalized` and `plain_cross_entropy` are the same, in its own words.
"""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import make_vjp
from autograd.builtins import tuple as boxed_tuple
from autograd.extend import defvjp, defvjp_argnums, primitive
from autograd.tracer import isbox

from optviz.nets.activations import Kind, activated


class Memo:
    """What a primitive found on its way forward: for the way back, and for whoever wants to know."""

    __slots__ = ("inverse", "mean", "normal", "probabilities", "summed", "variance")

    mean: Any
    variance: Any
    inverse: Any
    normal: Any
    summed: Any
    probabilities: Any


@primitive  # type: ignore[untyped-decorator]
def linear(x: Any, weights: Any, bias: Any) -> Any:
    """X (n, inputs) · weights (inputs, outputs) + bias (outputs,), or no bias where that is None."""
    y = x @ weights
    if bias is not None:
        y += bias
    return y


def _linear_back(argnums: Any, ans: Any, args: Any, kwargs: Any) -> Any:
    x, weights, _ = args
    ways = (lambda g: g @ weights.T, lambda g: x.T @ g, lambda g: anp.sum(g, axis=0))
    return lambda g: tuple(ways[number](g) for number in argnums)


defvjp_argnums(linear, _linear_back)


@primitive  # type: ignore[untyped-decorator]
def normalized(x: Any, scale: Any, shift: Any, kind: Kind, eps: float, memo: Memo) -> Any:
    """X (n, d) less the mean of its columns, over √(their variance + eps), times scale, plus shift; then activated."""
    memo.mean = x.sum(axis=0) / len(x)
    memo.normal = x - memo.mean
    memo.variance = np.einsum("ij,ij->j", memo.normal, memo.normal) / len(x)
    memo.inverse = 1 / np.sqrt(memo.variance + eps)
    memo.normal *= memo.inverse
    memo.summed = memo.normal * scale
    memo.summed += shift
    return kind.value(memo.summed)


def plain_normalized(x: Any, scale: Any, shift: Any, kind: Kind, eps: float) -> Any:
    """The same, one operation after another."""
    centred = x - anp.mean(x, axis=0)
    variance = anp.mean(centred * centred, axis=0)
    return activated(centred / anp.sqrt(variance + eps) * scale + shift, kind)


def _normalized_back(argnums: Any, y: Any, args: Any, kwargs: Any) -> Any:
    x, scale, shift, kind, eps, memo = args

    def back(g: Any) -> tuple[Any, ...]:
        if any(map(isbox, (g, x, scale, shift))):
            again = make_vjp(lambda own: plain_normalized(own[0], own[1], own[2], kind, eps))
            whole = again(boxed_tuple((x, scale, shift)))[0](g)
            return tuple(whole[number] for number in argnums)
        g = g * kind.slope(memo.summed, y)
        by_shift = g.sum(axis=0)
        by_scale = np.einsum("ij,ij->j", g, memo.normal)
        found = {1: by_scale, 2: by_shift}
        if 0 in argnums:
            by_x = g - by_shift / len(x)
            by_x -= memo.normal * (by_scale / len(x))
            by_x *= scale * memo.inverse
            found[0] = by_x
        return tuple(found[number] for number in argnums)

    return back


defvjp_argnums(normalized, _normalized_back)


@primitive  # type: ignore[untyped-decorator]
def cross_entropy(logits: Any, labels: Any, memo: Memo) -> Any:
    """The mean over n samples of −log softmax(logits)[label]; logits (n, C), labels (n,) from 0 to C − 1."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponents = np.exp(shifted)
    total = exponents.sum(axis=1, keepdims=True)
    memo.probabilities = exponents / total
    rows = np.arange(len(labels))
    return (np.log(total[:, 0]) - shifted[rows, labels]).mean()


def plain_cross_entropy(logits: Any, labels: Any) -> Any:
    """The same, one operation after another."""
    shifted = logits - anp.max(logits, axis=1, keepdims=True)
    chosen = np.eye(logits.shape[1])[labels]
    return anp.mean(anp.log(anp.sum(anp.exp(shifted), axis=1)) - anp.sum(shifted * chosen, axis=1))


def _cross_entropy_back(_: Any, logits: Any, labels: Any, memo: Memo) -> Any:
    def back(g: Any) -> Any:
        if isbox(g) or isbox(logits):
            return make_vjp(lambda z: plain_cross_entropy(z, labels))(logits)[0](g)
        error = memo.probabilities.copy()
        error[np.arange(len(labels)), labels] -= 1
        error *= g / len(labels)
        return error

    return back


defvjp(cross_entropy, _cross_entropy_back, argnums=(0,))
