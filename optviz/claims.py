"""Claims: what a race or a training shows, as a line of text that can be checked, and can fail.

    claim   = side op side
    op      = "<" | "<=" | ">" | ">=" | "=="
    side    = number | "never" | [ number "*" ] measure "(" label [ "," step ] ")"

The measures are those of `MEASURES` and `OVERALL`, and of trainings those of `optviz.nets.measures`, whose steps are
epochs; a label is a run's, as in ``gap(adam#2)``. What never happens
happens after infinitely many steps, and *never* is how one writes that; what is not a number makes every comparison
false. Nothing is evaluated but this: a claim is data.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optviz.errors import ArgumentError, SpecError, UnknownNameError
from optviz.nets.measures import COMPARED, measure
from optviz.nets.measures import MEASURES as TRAINED
from optviz.nets.training import Training
from optviz.ranking import records
from optviz.rates import known_floor
from optviz.reading import MAX_SPEC
from optviz.specs import NUMBER
from optviz.surface import Array

if TYPE_CHECKING:
    from optviz.races import Race

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_EVENTS = ("left_at", "diverged_at", "steps_to_tolerance", "epochs_to")
_NEAR = 0.01  # of the view's width and height, as far from a minimum as one may be who has found it
_OPERATOR = re.compile("|".join(_OPERATORS))
_CONSTANT = re.compile(rf"{NUMBER}|never", re.ASCII)
_TERM = re.compile(rf"(?:({NUMBER})\s*\*\s*)?([a-z_]+)\(([^(),]+)(?:,\s*(\d{{1,9}})\s*)?\)", re.ASCII)


@dataclass(frozen=True)
class Side:
    """One side of a claim: factor times a measure of a run, at a step where one is named; or the factor alone."""

    factor: float
    measure: str | None = None
    label: str = ""
    step: int | None = None

    def value(self, race: Race | Training) -> float:
        """The number this is in a race or a training.

        Raises:
            ArgumentError: There is no such run, step or measure, or the race's surface has no minimum to measure from.
        """
        if self.measure is None:
            return self.factor
        if isinstance(race, Training):
            return self.factor * measure(race, self.measure, self.label, self.step)
        if self.measure not in (*MEASURES, *OVERALL):
            raise ArgumentError(f"there is no {self.measure} of a race; there are {', '.join((*MEASURES, *OVERALL))}")
        column, step = race.index(self.label), race.steps if self.step is None else self.step
        if step > race.steps:
            raise ArgumentError(f"{self.measure} at step {step}: the race has {race.steps} steps")
        with np.errstate(all="ignore"):  # what diverged overflows
            if self.measure in OVERALL:
                return self.factor * OVERALL[self.measure](race, self.label, step)
            parts = [race] if len(race.starts) == 1 else [race.alone(index) for index in range(len(race.starts))]
            return self.factor * median(MEASURES[self.measure](part, column, step) for part in parts)

    def written(self, number: float) -> str:
        """What this side came to, in words."""
        return "never" if number == math.inf and self.measure in _EVENTS else f"{number:.3g}"


@dataclass(frozen=True)
class Finding:
    """What became of a claim: both sides as numbers, and whether it holds."""

    claim: Claim
    left: float
    right: float

    @property
    def holds(self) -> bool:
        """Whether the claim is true."""
        return _OPERATORS[self.claim.operator](self.left, self.right)

    @property
    def found(self) -> str:
        """The measured side, or both sides where two runs are compared."""
        left, right = self.claim.left.written(self.left), self.claim.right.written(self.right)
        return left if self.claim.right.measure is None else f"{left} and {right}"


@dataclass(frozen=True)
class Claim:
    """A comparison of two sides, and the text it was read from."""

    text: str
    left: Side
    operator: str
    right: Side

    def check(self, race: Race | Training) -> Finding:
        """Measure both sides in a race or a training.

        Raises:
            ArgumentError: There is no such run, step or measure, or the race's surface has no minimum to measure from.

        Example:
            >>> import optviz
            >>> race = optviz.race("booth", ["sgd:lr=0.05", "sgd:lr=0.001"], steps=50)
            >>> finding = parse_claim("gap(sgd) < 0.01 * gap(sgd#2)").check(race)
            >>> finding.holds, finding.found
            (True, '0.00299 and 1.28')
        """
        return Finding(self, self.left.value(race), self.right.value(race))


def parse_claim(text: str) -> Claim:
    """Read a claim.

    Raises:
        SpecError: with the place that does not parse.

    Example:
        >>> claim = parse_claim("left_at(momentum) < 0.5 * left_at(sgd)")
        >>> claim.left.measure, claim.operator, claim.right.factor
        ('left_at', '<', 0.5)
    """
    if len(text) > MAX_SPEC.most:
        raise SpecError(text, MAX_SPEC.most, f"too long: allowed are {MAX_SPEC}")
    left, at = _side(text, 0)
    sign = _OPERATOR.match(text, at)
    if sign is None:
        raise SpecError(text, at, f"expected one of {' '.join(_OPERATORS)}")
    right, at = _side(text, sign.end())
    if at != len(text):
        raise SpecError(text, at, "expected the end")
    if left.measure is None:
        raise SpecError(text, 0, "a claim begins with a measure, as in gap(adam) < 0.001")
    return Claim(text, left, sign[0], right)


def _side(text: str, at: int) -> tuple[Side, int]:
    """The side that begins here, and where what follows it begins."""
    at = _after_spaces(text, at)
    if term := _TERM.match(text, at):
        factor, measure, label, step = term.groups()
        if measure not in (known := list(dict.fromkeys([*MEASURES, *OVERALL, *TRAINED, *COMPARED]))):
            raise SpecError(text, term.start(2), str(UnknownNameError("measure", measure, known)))
        side = Side(float(factor or 1), measure, label.strip(), None if step is None else int(step))
        return side, _after_spaces(text, term.end())
    if constant := _CONSTANT.match(text, at):
        number = math.inf if constant[0] == "never" else float(constant[0])
        return Side(number), _after_spaces(text, constant.end())
    raise SpecError(text, at, "expected a number, never, or a measure of a run, as in gap(adam) or value(sgd, 20)")


def _after_spaces(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _event(name: str) -> Callable[[Race, int, int], float]:
    def measure(race: Race, column: int, step: int) -> float:
        at = records(race)[column][name]
        return math.inf if at is None or at > step else float(at)

    return measure


def _arrival(race: Race, column: int, step: int) -> float:
    _floor(race, "steps_to_tolerance")
    return _event("steps_to_tolerance")(race, column, step)


def _value(race: Race, column: int, step: int) -> float:
    return float(race.values[step, column])


def _gap(race: Race, column: int, step: int) -> float:
    return _value(race, column, step) - _floor(race, "gap")


def _distance(race: Race, column: int, step: int) -> float:
    _floor(race, "distance")
    return float(race.surface.distance(race.points[step, column]))


def _floor(race: Race, measure: str) -> float:
    """The value at the minimum, from which this is measured."""
    floor = known_floor(race.surface)
    if floor is None:
        raise ArgumentError(f"there is no {measure} on {race.surface.name}, which has no minimum")
    return floor


def _steps(race: Race, column: int, step: int) -> Array:
    """The steps (T, 2) that were taken up to this one."""
    return np.diff(race.points[: step + 1, column], axis=0)


def _turns(race: Race, column: int, step: int) -> float:
    taken = _steps(race, column, step)
    return float(np.sum((taken[1:] * taken[:-1]).sum(axis=1) < 0))


def _near(race: Race, label: str, step: int, *, lowest: bool = False) -> NDArray[np.bool_]:
    """For each of a run's S heads whether it has found every one of K minima, or of the lowest, (S, K)."""
    _floor(race, "minimum")
    x0, x1, y0, y1 = race.surface.window
    minima, deepest = race.surface.minima_within(race.surface.domain)
    minima = minima[deepest] if lowest else minima
    away = (race[label][step].reshape(-1, 1, 2) - minima) / (x1 - x0, y1 - y0)
    return np.asarray(np.hypot(away[..., 0], away[..., 1]) < _NEAR)


def _arrived(race: Race, label: str, step: int) -> float:
    return float(_near(race, label, step).any(axis=1).mean())


def _arrived_lowest(race: Race, label: str, step: int) -> float:
    return float(_near(race, label, step, lowest=True).any(axis=1).mean())


def _minima_found(race: Race, label: str, step: int) -> float:
    return float(_near(race, label, step).any(axis=0).sum())


MEASURES: dict[str, Callable[[Race, int, int], float]] = {
    "left_at": _event("left_at"),
    "diverged_at": _event("diverged_at"),
    "steps_to_tolerance": _arrival,
    "value": _value,
    "gap": _gap,
    "distance": _distance,
    "x": lambda race, column, step: float(race.points[step, column, 0]),
    "y": lambda race, column, step: float(race.points[step, column, 1]),
    "path_length": lambda race, column, step: float(np.hypot(*_steps(race, column, step).T).sum()),
    "step_length": lambda race, column, step: float(np.hypot(*_steps(race, column, step)[-1])) if step else 0.0,
    "turns": _turns,
}
"""What can be measured of a run, all steps up to one (the last unless named) counting.

`left_at`, `diverged_at`: the step at which it left the domain or the finite numbers. `steps_to_tolerance`: steps until
the gap is a thousandth of the first. `value`, `gap`, `distance`: f, f − f*, and the way to the nearest minimum that the
surface lists. `x`, `y`: where it is. `path_length`: the way it has gone; `step_length`: the last step's. `turns`: how
often a step turned back, by more than 90°. From several starts it is the median over them.
"""

OVERALL: dict[str, Callable[[Race, str, int], float]] = {
    "arrived": _arrived,
    "arrived_lowest": _arrived_lowest,
    "minima_found": _minima_found,
}
"""What can be measured of all heads of a run together. `arrived`: the share of them that are no farther from a listed
minimum than a hundredth of the view; `arrived_lowest`: from a global one. `minima_found`: how many of those listed one
head or more is as close to.
"""
