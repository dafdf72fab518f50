"""Schedules: plain functions of the step t = 1, 2, … whose value multiplies the learning rate.

Each is a frozen dataclass with one method, so that it prints as it is written in a spec (``cosine(200)``),
compares by value and needs no state. Times are in steps, factors are of the base rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from optviz.bounds import bounded, check_fields
from optviz.calls import Answering
from optviz.errors import ArgumentError
from optviz.specs import from_call


@dataclass(frozen=True)
class Schedule(metaclass=Answering):
    """A factor for the learning rate at every step t = 1, 2, …"""

    name: ClassVar[str]
    formula: ClassVar[str]

    def __post_init__(self) -> None:
        check_fields(self, f"schedule {self.name}")

    def __call__(self, t: int) -> float:
        """The factor at step t."""
        raise NotImplementedError

    def __str__(self) -> str:
        declared = list(fields(self))
        while declared and getattr(self, declared[-1].name) == declared[-1].default:
            declared.pop()
        values = ",".join(repr(getattr(self, each.name)) for each in declared)
        return f"{self.name}({values})" if values else self.name


@dataclass(frozen=True)
class Constant(Schedule):
    """1 at every step.

    Example:
        >>> Constant()(7)
        1.0
    """

    name = "constant"
    formula = "1"

    def __call__(self, t: int) -> float:
        return 1.0


@dataclass(frozen=True)
class StepDecay(Schedule):
    """factor^⌊(t − 1)/every⌋: a drop at regular times.

    Example:
        >>> [StepDecay(10, 0.5)(t) for t in (1, 10, 11, 21)]
        [1.0, 1.0, 0.5, 0.25]
    """

    every: int = bounded("[1, inf)")
    factor: float = bounded("(0, 1]", 0.1)
    name = "step"
    formula = "factor^⌊(t−1)/every⌋"

    def __call__(self, t: int) -> float:
        return float(self.factor ** ((t - 1) // self.every))


@dataclass(frozen=True)
class Exponential(Schedule):
    """factor^(t − 1): the same relative drop at every step.

    Example:
        >>> Exponential(0.5)(3)
        0.25
    """

    factor: float = bounded("(0, 1]", 0.99)
    name = "exponential"
    formula = "factor^(t−1)"

    def __call__(self, t: int) -> float:
        return float(self.factor ** (t - 1))


@dataclass(frozen=True)
class Inverse(Schedule):
    """1/(1 + (t − 1)/scale): the 1/t decay of stochastic approximation (Robbins & Monro 1951).

    Example:
        >>> Inverse()(4)
        0.25
    """

    scale: float = bounded("(0, inf)", 1.0)
    name = "inverse"
    formula = "1/(1 + (t−1)/scale)"

    def __call__(self, t: int) -> float:
        return self.scale / (self.scale + t - 1)


@dataclass(frozen=True)
class InverseSqrt(Schedule):
    """1/√(1 + (t − 1)/scale): the 1/√t decay of online learning (Zinkevich 2003).

    Example:
        >>> InverseSqrt()(4)
        0.5
    """

    scale: float = bounded("(0, inf)", 1.0)
    name = "inverse-sqrt"
    formula = "1/√(1 + (t−1)/scale)"

    def __call__(self, t: int) -> float:
        return math.sqrt(self.scale / (self.scale + t - 1))


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from 1 down to `floor` over `steps`, after a linear warm-up (Loshchilov & Hutter 2017).

    The factor is t/warmup for t ≤ warmup, then floor + (1 − floor)·(1 + cos π s)/2, where s runs from 0 to 1
    between the steps warmup + 1 (1 without warm-up) and `steps`; beyond `steps` it is `floor`.

    Args:
        steps: The last step of the fall, ≥ 1.
        warmup: The steps of the rise, from 0 to `steps`.
        floor: In [0, 1].

    Agrees with ``torch.optim.lr_scheduler.CosineAnnealingLR(T_max=steps − 1)`` where there is no warm-up.

    Example:
        >>> [round(Cosine(5)(t), 3) for t in (1, 3, 5, 9)]
        [1.0, 0.5, 0.0, 0.0]
    """

    steps: int = bounded("[1, inf)")
    warmup: int = bounded("[0, inf)", 0)
    floor: float = bounded("[0, 1]", 0.0)
    name = "cosine"
    formula = "t/warmup, then floor + (1−floor)(1 + cos πs)/2"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.warmup > self.steps:
            raise ArgumentError(
                f"schedule cosine: warmup must be at most its steps, {self.steps!r}, not {self.warmup!r}"
            )

    def __call__(self, t: int) -> float:
        if t <= self.warmup:
            return t / self.warmup
        if t > self.steps:
            return float(self.floor)
        done = (t - 1 - self.warmup) / max(1, self.steps - 1 - self.warmup)
        return self.floor + (1 - self.floor) * (1 + math.cos(math.pi * done)) / 2


@dataclass(frozen=True)
class OneCycle(Schedule):
    """A linear rise from `low` to 1 over the first `rise` share of `steps`, then linearly to 0 (Smith 2018).

    The factor goes in straight lines through `low` at step 1, 1 at step rise·steps (at step 1, where that is less) and
    0 at `steps`, and stays there.

    Args:
        steps: The last step, ≥ 2.
        rise: In (0, 1), the share of them at which the factor is 1.
        low: In [0, 1].

    Agrees with ``torch.optim.lr_scheduler.OneCycleLR(anneal_strategy="linear", final_div_factor=inf)``, whose
    ``pct_start`` is `rise` and ``div_factor`` 1/low, where rise·steps > 1.

    Example:
        >>> [round(OneCycle(10, rise=0.5, low=0.2)(t), 3) for t in (1, 3, 5, 6, 10, 11)]
        [0.2, 0.6, 1.0, 0.8, 0.0, 0.0]
    """

    steps: int = bounded("[2, inf)")
    rise: float = bounded("(0, 1)", 0.3)
    low: float = bounded("[0, 1]", 0.04)
    name = "one-cycle"
    formula = "low → 1 at rise·steps → 0, linear"

    def __call__(self, t: int) -> float:
        top = max(1.0, self.rise * self.steps)
        if t < top:
            return self.low + (1 - self.low) * (t - 1) / (top - 1)
        return max(0.0, (self.steps - t) / (self.steps - top))


@dataclass(frozen=True)
class Cyclic(Schedule):
    """A triangle wave between `low` and 1 with the given period, beginning at `low` (Smith 2017).

    Example:
        >>> [Cyclic(4, low=0.5)(t) for t in (1, 2, 3, 4, 5)]
        [0.5, 0.75, 1.0, 0.75, 0.5]
    """

    period: int = bounded("[2, inf)")
    low: float = bounded("[0, 1]", 0.1)
    name = "cyclic"
    formula = "low → 1 → low, linear, again and again"

    def __call__(self, t: int) -> float:
        phase = (t - 1) % self.period / self.period
        return self.low + (1 - self.low) * (1 - abs(2 * phase - 1))


SCHEDULES: dict[str, type[Schedule]] = {
    kind.name: kind for kind in (Constant, StepDecay, Exponential, Inverse, InverseSqrt, Cosine, OneCycle, Cyclic)
}


def load_schedule(value: Any) -> Schedule:
    """The schedule written as ``cosine(200)``; None is `Constant`.

    Raises:
        UnknownNameError: No schedule has that name.
        ArgumentError: An argument is missing or out of its range.

    Example:
        >>> load_schedule("cosine(200)")
        Cosine(steps=200, warmup=0, floor=0.0)
    """
    if value is None:
        return Constant()
    return value if isinstance(value, Schedule) else from_call("schedule", SCHEDULES, value)
