"""The one loop of the whole program, and what feeds it: an oracle that says the gradient at every step.

All runs on a surface are rows of one batch, so that a step costs one gradient call however many optimizers
race. The loop never looks at what it computes: a run that diverges goes on in silence, and is found out later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from typing import Any, Protocol

import numpy as np

from optviz.gradients import differentiating, gradient
from optviz.optimizer import Optimizer, Stack
from optviz.problem import Problem
from optviz.sampling import gaussian, minibatches
from optviz.surface import Array

Oracle = Callable[[Array, int], Array]
_CHUNK = 1 << 16  # points whose values are taken at once


class Rule(Protocol):
    """What the loop asks of an optimizer, or of a stack of them."""

    def init(self, params: Array) -> Any:
        """The state before the first step."""

    def update(self, gradient: Array, state: Any, params: Array) -> tuple[Array, Any]:
        """The step to add to the parameters, and the state after it."""


def iterates(
    gradient: Oracle, optimizer: Rule, params: Array, project: Callable[[Array], Array] | None = None
) -> Iterator[Array]:
    """Parameters before and after every step, without end.

    Args:
        gradient: ``gradient(params, t)`` at step t = 1, 2, …, shapes (..., P) -> (..., P).
        optimizer: The rule, or a stack of rules for the rows of `params`.
        params: Where to begin, (..., P).
        project: Applied after every step, to keep parameters in a set.

    Example:
        >>> from optviz.optimizer import SGD
        >>> path = iterates(lambda x, t: 2 * x, SGD(lr=0.25), np.array([8.0]))
        >>> [float(next(path)[0]) for _ in range(4)]
        [8.0, 4.0, 2.0, 1.0]
    """
    state = optimizer.init(params)
    yield params
    for t in count(1):
        step, state = optimizer.update(gradient(params, t), state, params)
        params = params + step
        if project is not None:
            params = project(params)
        yield params


def oracle(problem: Problem) -> Oracle:
    """The gradient that the runs see: of a minibatch, with noise, clipped, as the problem says."""
    exact, guarded = gradient(problem.surface.fn), differentiating(problem.surface)
    data, noise, limit = problem.surface.data or (), problem.noise, problem.clip
    size = problem.batch_size or problem.surface.batch_size or 1
    batch = minibatches(len(data[0]), size, problem.seed) if data else None
    draw = gaussian(2, noise, problem.seed)

    def seen(params: Array, t: int) -> Array:
        with guarded:
            result = exact(params, *(column[batch(t)] for column in data)) if batch else exact(params)
        if noise:
            result = result + draw(t)
        return result if limit is None else clipped(result, limit)

    return seen


def clipped(gradient: Array, limit: float) -> Array:
    """Each gradient (..., P), shortened to the norm `limit` where it is longer.

    Norms are taken in units of a power of two, so that no square overflows or is lost: 1e200 is clipped as 1 is.

    Example:
        >>> clipped(np.array([[3.0, 4.0], [0.3, 0.4], [3e200, 4e200]]), 1.0)
        array([[0.6, 0.8],
               [0.3, 0.4],
               [0.6, 0.8]])
    """
    largest = np.maximum(np.abs(gradient).max(axis=-1, keepdims=True), limit)
    unit = np.exp2(np.frexp(largest)[1] - 1.0)
    scaled = gradient / unit
    norm = np.sqrt((scaled * scaled).sum(axis=-1, keepdims=True))
    bound = limit / unit
    return np.where(norm <= bound, gradient, scaled * (limit / np.maximum(norm, bound)))


def simulate(problem: Problem, optimizers: Sequence[Optimizer]) -> Iterator[tuple[Array, Array]]:
    """Run optimizers from all of the problem's starts, as one batch of N = optimizers × starts.

    Yields:
        Consecutive stretches of the runs: points (k, N, 2) and values (k, N), the starts of an optimizer side by
        side; the first begins at step 0, and together they hold steps + 1 of them.
    """
    first = np.tile(np.array(problem.starts, dtype=float), (len(optimizers), 1))
    stack = Stack([optimizer for optimizer in optimizers for _ in problem.starts])
    path = iterates(oracle(problem), stack, first)
    size = max(1, _CHUNK // len(first))
    left = problem.steps + 1
    while left:
        taken = min(size, left)
        points = np.empty((taken, *first.shape))
        with np.errstate(all="ignore"):
            for row, params in zip(points, islice(path, taken), strict=True):
                row[:] = params
        yield points, problem.surface(points)
        left -= taken
