"""Numbers with a stated range: the range is written once, as text, where the number is declared.

``lr: float = bounded("(0, inf)", 0.1)`` declares a field; `check_fields` refuses what lies outside, and the
same text stands in the error, in tables and in the documentation.
"""

from __future__ import annotations

from dataclasses import MISSING, field, fields
from typing import Any

import numpy as np

from optviz.errors import ArgumentError


def bounded(allowed: str, default: Any = MISSING) -> Any:
    """A dataclass field for a number in the interval `allowed`, such as ``"[0, 1)"``."""
    return field(default=default, metadata={"allowed": allowed})


def within(value: Any, allowed: str) -> bool:
    """Whether a number, or every number of an array, lies in the interval; NaN lies in none.

    Example:
        >>> within(0.9, "[0, 1)"), within(1.0, "[0, 1)"), within(float("nan"), "[0, 1)")
        (True, False, False)
    """
    low, high = (float(end) for end in allowed[1:-1].split(","))
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "fiu":
        return False
    above = numbers >= low if allowed[0] == "[" else numbers > low
    below = numbers <= high if allowed[-1] == "]" else numbers < high
    return bool(np.all(above & below))


def check_seed(seed: Any) -> None:
    """Refuse what no generator takes as a seed.

    Raises:
        ArgumentError: It is not a whole number from 0.
    """
    if type(seed) is not int or seed < 0:
        raise ArgumentError(f"seed must be a whole number from 0, not {seed!r}")


def check_fields(owner: Any, what: str) -> None:
    """Refuse a dataclass one of whose bounded fields lies outside its interval; None passes where it is the default.

    Raises:
        ArgumentError: naming the field, its value and the interval.
    """
    for declared in fields(owner):
        allowed = declared.metadata.get("allowed")
        value = getattr(owner, declared.name)
        if allowed is None or (value is None and declared.default is None):
            continue
        if not within(value, allowed):
            raise ArgumentError(f"{what}: {declared.name} must be a number in {allowed}, not {value!r}")
