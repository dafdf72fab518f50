"""Numbers with a stated range, and switches: what is given becomes plain Python, or is refused with the range.

People hand over what they have, numbers of numpy's, fractions, 50.0 for 50. What can only mean one number is taken, and
compares, prints and is written as if it had been given so. `kinds` does the same for what is no number.

The range of a number is written once, as text, where the number is declared: ``lr: float = bounded("(0, inf)", 0.1)``
declares a field; `check_fields` refuses what lies outside, and the same text stands in the error, in tables and in the
documentation.
"""

from __future__ import annotations

import decimal
import numbers
import operator
from dataclasses import MISSING, Field, field, fields
from typing import Any

import numpy as np

from optviz.errors import ArgumentError, shown

_EXACT, _LARGEST = 1 << 53, 1 << 1023  # whole numbers between these become floats: not all of them are any


def bounded(allowed: str, default: Any = MISSING) -> Any:
    """A dataclass field for a number in the interval `allowed`, such as ``"[0, 1)"``."""
    return field(default=default, metadata={"allowed": allowed})


def counted(allowed: str, default: Any = MISSING) -> Any:
    """A dataclass field for a whole number in the closed interval `allowed`, such as ``"[1, 7]"``."""
    return field(default=default, metadata={"allowed": allowed, "whole": True})


def within(value: Any, allowed: str) -> bool:
    """Whether a number, or every number of an array, lies in the interval; NaN lies in none.

    Example:
        >>> within(0.9, "[0, 1)"), within(1.0, "[0, 1)"), within(float("nan"), "[0, 1)")
        (True, False, False)
    """
    low, high = (float(end) for end in allowed[1:-1].split(","))
    found = value if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" else number_of(value)
    if found is None or (isinstance(found, int) and abs(found) >= _LARGEST):
        return False
    above = found >= low if allowed[0] == "[" else found > low
    below = found <= high if allowed[-1] == "]" else found < high
    return bool(np.all(above & below))


def number_of(value: Any) -> int | float | None:
    """A real number as Python's own, whoever's it is; None where it is none. True and false are no numbers.

    Example:
        >>> number_of(np.float32(0.5)), number_of(np.array(3)), number_of(decimal.Decimal("0.1")), number_of("3")
        (0.5, 3, 0.1, None)
    """
    found = value if type(value) is float else _foreign(value)
    return float(found) if isinstance(found, int) and _EXACT < abs(found) < _LARGEST else found


def whole_of(value: Any) -> int | None:
    """A whole number as Python's own, even where it is written 50.0; None where it is none.

    Example:
        >>> whole_of(np.int64(50)), whole_of(50.0), whole_of(0.5), whole_of(True)
        (50, 50, None, None)
    """
    found = _foreign(value)
    return int(found) if isinstance(found, float) and found.is_integer() else found if isinstance(found, int) else None


def number(name: str, value: Any, allowed: str, of: str = "") -> float:
    """A number in an interval; errors call it `name`, and perhaps say `of` what.

    Raises:
        ArgumentError: It is none, or lies outside.

    Example:
        >>> number("fps", np.float32(20), "(0, 100]")
        20.0
    """
    found = number_of(value)
    if found is None or not within(found, allowed):
        raise ArgumentError(f"{name} must be a number{of} in {allowed}, not {shown(value)}")
    return found


def whole(name: str, value: Any, least: int, most: int | None = None, of: str = "") -> int:
    """A whole number from `least`, to `most` where there is one; errors call it `name`, and perhaps say `of` what.

    Raises:
        ArgumentError: It is none, or lies outside.

    Example:
        >>> whole("steps", np.int64(50), 1, 1000)
        50
    """
    found = whole_of(value)
    if found is None or found < least or (most is not None and found > most):
        end = "" if most is None else f" to {most}" if not of else f" to the {most} {of}"
        raise ArgumentError(f"{name} must be a whole number from {least}{end}, not {shown(value)}")
    return found


def check_seed(seed: Any) -> int:
    """A seed, as a whole number; None is the usual one, 0.

    Raises:
        ArgumentError: No generator takes it.
    """
    return 0 if seed is None else whole("seed", seed, 0)


def rate(value: Any) -> float | str:
    """A learning rate for all, or ``auto``, which None stands for.

    Raises:
        ArgumentError: It is neither.
    """
    if value is None or (isinstance(value, str) and value == "auto"):
        return "auto"
    found = number_of(value)
    if found is None or not within(found, "(0, inf)"):
        hint = "; what changes along the way is a schedule: schedule='cosine(200)'"
        changes = callable(value) or (isinstance(value, str) and "(" in value)
        raise ArgumentError(f"lr must be a number in (0, inf) or 'auto', not {shown(value)}{hint if changes else ''}")
    return float(found)


def flag(name: str, value: Any) -> bool:
    """True or false.

    Raises:
        ArgumentError: It is neither; numbers are not taken for either.
    """
    if isinstance(value, np.bool_) or (isinstance(value, np.ndarray) and value.shape == () and value.dtype == bool):
        value = bool(value)
    if not isinstance(value, bool):
        raise ArgumentError(f"{name} must be true or false, not {shown(value)}")
    return value


def fitted(declared: Field[Any], value: Any, *, arrays: bool = False) -> Any:
    """The value of a dataclass field as plain Python; None is taken where it is the default.

    What is declared by `bounded` or `counted` is a number in its interval, what is true or false by default is either.

    Args:
        declared: The field.
        value: What it is to be.
        arrays: Whether arrays of numbers in the interval are taken, too.

    Raises:
        ArgumentError: Naming the field, the value and the interval.
    """
    allowed, name = declared.metadata.get("allowed"), declared.name
    if value is None and declared.default is None:
        return None
    if isinstance(declared.default, bool):
        return flag(name, value)
    if allowed is None:
        return value.item() if isinstance(value, np.generic) else value
    if declared.metadata.get("whole"):
        least, most = (int(end) for end in allowed[1:-1].split(","))
        return whole(name, value, least, most)
    if arrays and isinstance(value, np.ndarray) and value.ndim and within(value, allowed):
        return value
    return number(name, value, allowed)


def check_fields(owner: Any, what: str, *, arrays: bool = False) -> None:
    """Make the numbers and switches of a frozen dataclass plain Python, as `fitted` does; `what` errors call it.

    Raises:
        ArgumentError: One lies outside its interval; the message names the field, its value and the interval.
    """
    for declared in fields(owner):
        value = getattr(owner, declared.name)
        try:
            plain = fitted(declared, value, arrays=arrays)
        except ArgumentError as error:
            raise ArgumentError(f"{what}: {error}") from None
        if plain is not value:
            object.__setattr__(owner, declared.name, plain)


def _foreign(value: Any) -> int | float | None:
    """A real number that may be somebody else's, as Python's own."""
    try:
        if hasattr(type(value), "__array__"):  # numpy's scalars and arrays, and those of its kin
            array = np.asarray(value)
            value = array.item() if array.ndim == 0 and array.dtype.kind in "iuf" else None
        if value is None or isinstance(value, bool):
            return None
        if isinstance(value, numbers.Integral):
            return int(value)
        return float(value) if isinstance(value, numbers.Real | decimal.Decimal) else operator.index(value)
    except Exception:  # noqa: BLE001 - the code of others may raise whatever there is
        return None
