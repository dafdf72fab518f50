"""Gradients of surfaces, by autograd, for any number of points at once.

One backward pass costs the same whatever the batch, so all runs of a race share one call. x and y are separate
roots of the trace, because differentiating an index costs more than the functions we differentiate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from autograd.core import VJPNode, add_outgrads, vspace
from autograd.tracer import isbox, new_box, toposort, trace_stack

from optviz.surface import Array

Gradient = Callable[..., Array]


def gradient(fn: Callable[..., Any]) -> Gradient:
    """The gradient of an elementwise function of x and y.

    Returns:
        ``g(points, *columns)``, shapes (..., 2) -> (..., 2). With columns of samples, each (B,) or (..., B),
        `fn` is the loss of each sample and the gradient that of their mean.

    Example:
        >>> gradient(lambda x, y: x**2 * y)(np.array([[1.0, 2.0], [3.0, 4.0]]))
        array([[ 4.,  1.],
               [24.,  9.]])
    """

    def of_points(points: Array, *columns: Array) -> Array:
        flat = points.reshape(-1, 2)
        x, y = flat[:, 0].copy(), flat[:, 1].copy()
        if columns:
            x, y = x[:, None], y[:, None]
        result = np.empty_like(flat)
        for axis, part in enumerate(partials(fn, x, y, *columns)):
            result[:, axis] = part[:, 0] / columns[0].shape[-1] if columns else part
        return result.reshape(points.shape)

    return of_points


def partials(fn: Callable[..., Any], x: Any, y: Any, *columns: Any) -> tuple[Any, Any]:
    """∂/∂x and ∂/∂y of the sum of ``fn(x, y, *columns)``, in one backward pass."""
    roots = VJPNode.new_root(), VJPNode.new_root()
    with trace_stack.new_trace() as depth:
        end = fn(new_box(x, depth, roots[0]), new_box(y, depth, roots[1]), *columns)
    found = {root: np.zeros_like(x) for root in roots}
    if not (isbox(end) and end._trace == depth):
        return found[roots[0]], found[roots[1]]
    flowing: dict[Any, Any] = {end._node: (vspace(end._value).ones(), False)}
    for node in toposort(end._node):
        outgrad = flowing.pop(node)
        if node in found:
            found[node] = outgrad[0]
        for parent, ingrad in zip(node.parents, node.vjp(outgrad[0]), strict=False):
            flowing[parent] = add_outgrads(flowing.get(parent), ingrad)
    return found[roots[0]], found[roots[1]]
