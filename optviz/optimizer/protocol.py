"""What an optimizer is: a frozen dataclass whose fields are its hyperparameters, and two pure functions.

``init(params) -> state`` and ``update(gradient, state, params) -> (step, state)``; the loop adds the step to
the parameters. Parameters have shape (..., P): the last axis is the vector, leading axes are independent
runs. A hyperparameter is a number; in a batch whose rows differ it is an array (N, 1), and the rules below
never need to know. States are NamedTuples that count their steps in `t`. Nothing is changed in place. NumPy's
own float types are kept: a rule that uses only its fields and its arguments trains in float32 where it is
given float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from optviz.bounds import bounded, check_fields
from optviz.calls import Answering
from optviz.errors import ArgumentError, OptvizError
from optviz.faults import Guard
from optviz.schedules import Constant, Schedule, load_schedule

Array = NDArray[np.floating[Any]]
Hyper = Any  # float, or an array (N, 1) in a batch


@dataclass(frozen=True, kw_only=True)
class Optimizer(metaclass=Answering):
    """The fields every optimizer has.

    Args:
        lr: The learning rate, > 0. None leaves the choice to whoever runs the race.
        schedule: What multiplies it at each step t = 1, 2, …: a schedule, or its text, as in ``cosine(200)``.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    rule: ClassVar[str]
    reference: ClassVar[str]

    lr: Hyper = bounded("(0, inf)", None)
    schedule: Schedule = Constant()

    def __post_init__(self) -> None:
        if isinstance(self.lr, str) and self.lr == "auto":
            object.__setattr__(self, "lr", None)
        object.__setattr__(self, "schedule", load_schedule(self.schedule))
        check_fields(self, self.name, arrays=True)  # NumPy's scalars would turn float32 steps into float64 ones

    def init(self, params: Array) -> Any:
        """The state before the first step, for parameters (..., P)."""
        raise NotImplementedError

    def update(self, gradient: Array, state: Any, params: Array) -> tuple[Array, Any]:
        """The step (..., P) to add to `params`, and the state after it."""
        raise NotImplementedError

    def anatomy(self, state: Any) -> Mapping[str, Array]:
        """What of the state after a step there is to show, (..., P) each; nothing unless an optimizer says so.

        ``momentum`` is the average or sum of gradients that the step goes along, ``scale`` what each coordinate of it
        was divided by; both as they entered the step, their bias corrected where the rule does.
        """
        return {}

    def rate(self, t: int) -> Any:
        """The learning rate at step t."""
        if self.lr is None:
            raise ArgumentError(f"{self.name} has no learning rate yet: give it one, as in {self.name}:lr=0.1")
        return self.lr * self.schedule(t)

    def hyperparameters(self) -> dict[str, Any]:
        """All fields by name, as plain values; the schedule as one writes it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"schedule": str(self.schedule)}


def guarding(optimizer: Optimizer) -> Guard:
    """What an optimizer does wrong within is told as an `OptvizError`, with its line."""
    return Guard(OptvizError, f"optimizer {optimizer.name}")


def checked_step(optimizer: Optimizer, result: Any, params: Array) -> tuple[Array, Any]:
    """The step and the state that `update` returned for `params`.

    Raises:
        OptvizError: It is no such pair, or the step is not real or of another shape.

    Example:
        >>> from optviz.optimizer import SGD
        >>> checked_step(SGD(), (np.zeros((3, 1)), None), np.zeros((3, 2)))
        Traceback (most recent call last):
        optviz.errors.OptvizError: sgd: update must return a step, real and shaped as the gradient, and the...
    """
    pair = isinstance(result, tuple | list) and len(result) == 2
    step = np.asarray(result[0]) if pair else None
    if step is None or step.shape != params.shape or step.dtype.kind != "f":
        got = f"{type(result).__name__}" if step is None else f"{step.dtype} of shape {step.shape}"
        raise OptvizError(
            f"{optimizer.name}: update must return a step, real and shaped as the gradient, and the new state; "
            f"where the gradient has shape {params.shape} it returned {got}"
        )
    return result[0], result[1]
