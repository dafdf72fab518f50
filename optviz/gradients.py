"""Gradients of surfaces, by autograd, for any number of points at once.

One backward pass costs the same whatever the batch, so all runs of a race share one call. x and y are separate
roots of the trace, because differentiating an index costs more than the functions we differentiate. A gradient
that is asked for again and again is compiled (see `compiled`) where the result is the very same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from autograd.core import VJPNode, add_outgrads, vspace
from autograd.tracer import isbox, new_box, toposort, trace_stack

from optviz.compiled import Replay
from optviz.errors import SurfaceError
from optviz.faults import AUTOGRAD, Guard
from optviz.surface import Array, Surface
from optviz.surroundings import Surroundings

Gradient = Callable[..., Array]

PATIENCE = 3
"""The call of a shape at which it is compiled: what is called less often is not worth a millisecond."""

_DOUBLE = np.dtype(float)
_SHAPES = 8  # how many shapes of batches stay compiled


def gradient(fn: Callable[..., Any], *, compiled: bool = True) -> Gradient:
    """The gradient of an elementwise function of x and y.

    Args:
        fn: The function, of ``autograd.numpy``.
        compiled: Whether to compile it where it is called often; the results are the same.

    Returns:
        ``g(points, *columns)``, shapes (..., 2) -> (..., 2). With columns of samples, each (B,) or (..., B),
        `fn` is the loss of each sample and the gradient that of their mean.

    Example:
        >>> gradient(lambda x, y: x**2 * y)(np.array([[1.0, 2.0], [3.0, 4.0]]))
        array([[ 4.,  1.],
               [24.,  9.]])
    """
    return _Compiling(fn) if compiled else partial(_plain, fn)


def exact_gradient(surface: Surface, points: Array) -> Array:
    """The gradient (..., 2) of a surface at points (..., 2), over all its data where it has any.

    Raises:
        SurfaceError: Its function raised an error, or autograd cannot differentiate it.
    """
    with np.errstate(all="ignore"), differentiating(surface):
        return _plain(surface.fn, points, *(surface.data or ()))


def differentiating(surface: Surface) -> Guard:
    """What a surface's function does wrong within is told as a `SurfaceError`, with its line."""
    return Guard(SurfaceError, f"the gradient of {surface.name}", AUTOGRAD)


def partials(fn: Callable[..., Any], x: Any, y: Any, *columns: Any) -> tuple[Any, Any]:
    """∂/∂x and ∂/∂y of the sum of ``fn(x, y, *columns)``, in one backward pass."""
    _, (by_x, by_y) = pull_back(lambda x, y: fn(x, y, *columns), (x, y))
    return by_x, by_y


def pull_back(fn: Callable[..., Any], roots: Sequence[Any]) -> tuple[Any, list[Any]]:
    """``fn(*roots)``, and the derivatives of its sum by each root, in one backward pass.

    Example:
        >>> value, (by_a, by_b) = pull_back(lambda a, b: a * b, (np.array([2.0, 3.0]), np.array([5.0, 7.0])))
        >>> value, by_a, by_b
        (array([10., 21.]), array([5., 7.]), array([2., 3.]))
    """
    nodes = [VJPNode.new_root() for _ in roots]
    with trace_stack.new_trace() as depth:
        end = fn(*(new_box(root, depth, node) for root, node in zip(roots, nodes, strict=True)))
    if not (isbox(end) and end._trace == depth):
        return end, [np.zeros(root.shape, root.dtype) for root in roots]
    found: dict[Any, Any] = dict.fromkeys(nodes)
    flowing: dict[Any, Any] = {end._node: (vspace(end._value).ones(), False)}
    for node in toposort(end._node):
        outgrad = flowing.pop(node)
        if node in found:
            found[node] = outgrad[0]
        for parent, ingrad in zip(node.parents, node.vjp(outgrad[0]), strict=False):
            flowing[parent] = add_outgrads(flowing.get(parent), ingrad)
    parts = zip(found.values(), roots, strict=True)
    return end._value, [np.zeros(root.shape, root.dtype) if part is None else part for part, root in parts]


def _slopes(fn: Callable[..., Any], x: Any, y: Any, *columns: Any) -> list[Any]:
    """The partial derivatives of the mean over the samples, if there are any."""
    return [part / columns[0].shape[-1] if columns else part for part in partials(fn, x, y, *columns)]


def _plain(fn: Callable[..., Any], points: Array, *columns: Array) -> Array:
    flat = points.reshape(-1, 2)
    if flat.dtype.kind != "f":  # slopes at whole numbers are none
        flat = flat.astype(float)
    x, y = flat[:, 0].copy(), flat[:, 1].copy()
    if columns:
        x, y = x[:, None], y[:, None]
    result = np.empty_like(flat)
    for axis, part in enumerate(_slopes(fn, x, y, *columns)):
        result[:, axis] = part[:, 0] if columns else part
    return result.reshape(points.shape)


class _Compiling:
    """A gradient that is autograd's for the first calls of a shape, and from then on its replay where that is sure."""

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn = fn
        self.asked: Counter[Any] = Counter()
        self.ready: dict[Any, Replay | None] = {}  # None where autograd must go on
        self.surroundings: Surroundings | None = None

    def __call__(self, points: Array, *columns: Array) -> Array:
        key: Any = points.shape
        if columns:
            key = key, *[(type(each), each.dtype, each.shape) for each in columns]
        replay = self.ready.get(key)
        if replay is not None and points.dtype is _DOUBLE and type(points) is np.ndarray and self.as_it_was():
            if points.ndim == 2:
                return replay(points, columns)
            return replay(points.reshape(-1, 2), columns).reshape(points.shape)
        result = _plain(self.fn, points, *columns)
        if key not in self.ready:
            self.asked[key] += 1
            if self.asked[key] >= PATIENCE:
                if len(self.ready) >= _SHAPES:
                    self.ready.clear()
                self.ready[key] = self.compiled([points, *columns], result)
        return result

    def as_it_was(self) -> bool:
        """Whether all that the function sees is what it saw when it was compiled."""
        return self.surroundings is not None and self.surroundings.unchanged()

    def compiled(self, arrays: list[Array], result: Array) -> Replay | None:
        """The replay for arrays of these shapes, if it gives the same result for these and for others."""
        if not all(type(each) is np.ndarray and each.dtype is _DOUBLE and each.size for each in arrays):
            return None
        if any(each.ndim != 1 for each in arrays[1:]):
            return None
        random = np.random.default_rng(0)
        others = [random.normal(scale=3.0, size=each.shape) for each in arrays]
        flat = arrays[0].reshape(-1, 2)
        try:
            self.surroundings = self.surroundings or Surroundings(self.fn)
            with np.errstate(all="ignore"):
                replay = Replay(partial(_slopes, self.fn), len(flat), [len(each) for each in arrays[1:]])
                same = _same(replay(flat, arrays[1:]), result)
                same &= _same(replay(others[0].reshape(-1, 2), others[1:]), _plain(self.fn, *others))
        except Exception:  # noqa: BLE001 - a function may raise anything: then autograd goes on, and tells of it
            return None
        return replay if same and self.as_it_was() else None


def _same(one: Array, other: Array) -> bool:
    return np.array_equal(one.reshape(other.shape), other, equal_nan=True)
