"""Many optimizers as one: the rows of a batch, each moved by its own rule.

Neighbouring rows of the same class and the same switches are moved together; where their hyperparameters
differ, these become arrays (n, 1). Row i of a stack takes the very steps optimizer i takes alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from optviz.errors import OptvizError
from optviz.faults import blamed
from optviz.optimizer.protocol import Array, Optimizer, checked_step, guarding
from optviz.schedules import Schedule


class Group(NamedTuple):
    """Rows that one optimizer moves."""

    rows: slice
    optimizer: Optimizer


class Stack:
    """An optimizer of N rows for parameters (N, P), made of N optimizers.

    Example:
        >>> from optviz.optimizer import SGD
        >>> stack = Stack([SGD(lr=0.1), SGD(lr=0.2)])
        >>> x = np.ones((2, 2))
        >>> stack.update(x, stack.init(x), x)[0]
        array([[-0.1, -0.1],
               [-0.2, -0.2]])
    """

    def __init__(self, optimizers: Sequence[Optimizer]) -> None:
        self.groups: list[Group] = []
        first = 0
        for _, members in groupby(optimizers, key=_kind):
            alike = list(members)
            self.groups.append(Group(slice(first, first + len(alike)), _merged(alike)))
            first += len(alike)

    def init(self, params: Array) -> list[Any]:
        """A state a group, for parameters (N, P)."""
        states = []
        for rows, optimizer in self.groups:
            with guarding(optimizer):
                states.append(optimizer.init(params[rows]))
        return states

    def update(self, gradient: Array, state: list[Any], params: Array) -> tuple[Array, list[Any]]:
        """The steps (N, P) of all rows, and the states after them."""
        results: list[Any] = []
        for (rows, optimizer), old in zip(self.groups, state, strict=True):
            try:  # as `guarding` does, for nothing
                results.append(optimizer.update(gradient[rows], old, params[rows]))
            except BaseException as error:
                raise blamed(error, OptvizError, f"optimizer {optimizer.name}") from error
        try:
            steps = np.concatenate([step for step, _ in results], dtype=params.dtype, casting="same_kind")
        except (TypeError, ValueError):
            steps = params[:0]
        if steps.shape != params.shape:
            for (rows, optimizer), result in zip(self.groups, results, strict=True):
                checked_step(optimizer, result, params[rows])
        return steps, [new for _, new in results]


@dataclass(frozen=True)
class _Rows(Schedule):
    """The schedules of several rows: a column of factors."""

    schedules: tuple[Schedule, ...]
    name = "rows"
    formula = ""

    def __call__(self, t: int) -> Any:
        return np.array([[schedule(t)] for schedule in self.schedules])


def _kind(optimizer: Optimizer) -> Any:
    switches = tuple(
        (field.name, getattr(optimizer, field.name))
        for field in fields(optimizer)
        if isinstance(getattr(optimizer, field.name), bool)
    )
    return type(optimizer), switches


def _merged(optimizers: list[Optimizer]) -> Optimizer:
    first = optimizers[0]
    changes: dict[str, Any] = {}
    for field in fields(first):
        values = [getattr(optimizer, field.name) for optimizer in optimizers]
        if all(value == values[0] for value in values):
            continue
        changes[field.name] = _Rows(tuple(values)) if field.name == "schedule" else np.array(values, float)[:, None]
    return replace(first, **changes)
