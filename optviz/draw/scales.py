"""The numbers along an axis: which, how they are written, and in which letters, by the room that there is.

Ticks that lie apart are labelled apart. Where numbers have no room, these are tried in turn: powers of ten, where they
are shorter; an offset, written once beside the axis, and what each number is beyond it; fewer numbers; smaller letters,
down to three quarters of the theme's; one number alone; none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from optviz.draw.layout import some_ticks, ticks
from optviz.numerals import exact_label, power_labels, tick_label

_LEAST = 0.75  # of the theme's letters
_STEP = 0.5  # points, from one size of letters to the next

Fits = Callable[[Sequence[float], Sequence[str], float], bool]
"""Whether labels of these values have room in letters of so many points."""


@dataclass(frozen=True)
class Scale:
    """Values and their labels, in letters of so many points; each is beyond the `offset`, which is written once."""

    values: Sequence[float]
    labels: Sequence[str]
    size: float
    offset: str = ""


def powers(low: float, high: float, count: float) -> list[float]:
    """The places of about so many powers of ten; where there is one at most, of numbers between them, too.

    Example:
        >>> powers(-2.5, 3.5, 3)
        [-2.0, 0.0, 2.0]
    """
    every = max(1, math.ceil((high - low) / max(2, count)))
    whole = [float(power) for power in range(math.ceil(low), math.floor(high) + 1)]
    if len(whole) > 1 or count < 2:
        return [power for power in whole if power % every == 0]
    within = range(math.floor(low), math.ceil(high))
    finer = [power + math.log10(digit) for power in within for digit in (1, 2, 5)]
    return [value for value in finer if low <= value <= high]


def scale(low: float, high: float, count: int, size: float, fits: Fits) -> Scale:
    """About so many numbers between two ends, in letters of that size if there is room.

    Example:
        >>> scale(-2.0, 2.0, 5, 10.0, lambda values, labels, size: True).labels
        ['−2', '−1', '0', '1', '2']
        >>> scale(1e9, 1e9 + 1, 2, 10.0, lambda values, labels, size: max(map(len, labels)) < 9)
        Scale(values=[1000000000.0, 1000000000.5, 1000000001.0], labels=['0', '0.5', '1'], size=10.0, offset='+1e9')
    """
    return chosen(_tried(low, high, count), size, fits)


def chosen(
    tried: Iterable[Sequence[float]], size: float, fits: Fits, label: Callable[[float], str] | None = None
) -> Scale:
    """The first of these sets of values whose labels have room, in letters as large as may be."""
    candidates = [values for values in tried if values]
    several, alone = ([each for each in candidates if (len(each) > 1) is many] for many in (True, False))
    for each, values in (*product(_sizes(size), several), *product(_sizes(size), alone)):
        forms = _forms(values) if label is None else [([label(value) for value in values], "")]
        for labels, offset in forms:
            if fits(values, labels, each):
                return Scale(values, labels, each, offset)
    return Scale([], [], size)


def _sizes(size: float) -> Iterator[float]:
    for step in range(math.floor((1 - _LEAST) * size / _STEP) + 1):
        yield size - step * _STEP


def _tried(low: float, high: float, count: int) -> Iterator[list[float]]:
    """Ever fewer numbers; the last is one alone."""
    first = some_ticks(low, high, count)
    yield first
    if len(first) > 3:
        yield first[1:-1]  # those at the ends have the least room
    found = len(first)
    for fewer in range(count, 0, -1):
        values = ticks(low, high, fewer)
        if 1 < len(values) < found:
            yield values
            found = len(values)
    if found > 2:
        yield [first[0], first[-1]]
    yield first[len(first) // 2 :][:1]


def _forms(values: Sequence[float]) -> Iterator[tuple[list[str], str]]:
    """The ways to write values, the plainest first: each with an offset, or none."""
    plain, powers = [tick_label(value) for value in values], power_labels(values)
    apart = len(set(plain)) == len(plain)
    if apart:
        yield plain, ""
    if not apart or max(map(len, powers)) < max(map(len, plain)):
        yield powers, ""
    if len(values) > 1 and (offset := _offset(values)):
        yield [tick_label(float(Decimal(repr(value)) - offset), 12) for value in values], _signed(offset)


def _offset(values: Sequence[float]) -> Decimal:
    """The round number that all values lie beyond, by no more than about their span; 0 if there is none."""
    exact = [Decimal(repr(value)) for value in values]
    nearest = min(exact, key=abs)
    if any(value * nearest <= 0 for value in exact):
        return Decimal(0)
    unit = Decimal(1).scaleb((max(exact) - min(exact)).adjusted() + 1)
    return (nearest / unit).to_integral_value("ROUND_DOWN") * unit


def _signed(offset: Decimal) -> str:
    words = exact_label(float(offset))
    return words if words.startswith("−") else f"+{words}"
