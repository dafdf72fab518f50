"""Schemas: which plain data is allowed where, as functions that refuse all else and say in which field it stands.

Data out of a file may be anything. It is held against a schema where it is read, so that whoever is handed it may trust
that a list is a list and a number in its range.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from optviz.bounds import within
from optviz.errors import shown

Check = Callable[[str, Any], None]
"""Is given a field's name and its value, and raises a ValueError that says what is allowed there."""


def text(most: int = 10_000) -> Check:
    """A text of at most so many letters, none of them a NUL."""

    def check(field: str, value: Any) -> None:
        _require(isinstance(value, str), field, "a text", value)
        _require(len(value) <= most and "\0" not in value, field, f"a text of at most {most} letters", value)

    return check


def word(*allowed: str) -> Check:
    """One of these words."""
    told = " or ".join(allowed)
    return lambda field, value: _require(isinstance(value, str) and value in allowed, field, told, value)


def nothing(field: str, value: Any) -> None:
    """Nothing at all."""
    _require(value is None, field, "null", value)


def flag(field: str, value: Any) -> None:
    """True or false."""
    _require(isinstance(value, bool), field, "true or false", value)


def whole(least: int, most: int | None = None) -> Check:
    """A whole number from `least` on, to `most` if there is such a bound."""
    told = f"a whole number from {least}" + ("" if most is None else f" to {most}")
    return lambda field, value: _require(
        type(value) is int and least <= value and (most is None or value <= most), field, told, value
    )


def number(allowed: str = "(-inf, inf)") -> Check:
    """A number in an interval."""
    return lambda field, value: _require(
        type(value) in (int, float) and within(value, allowed), field, f"a number in {allowed}", value
    )


def maybe(check: Check) -> Check:
    """The same, or nothing."""
    return lambda field, value: None if value is None else check(field, value)


def each(check: Check, least: int, most: int) -> Check:
    """A list of so many of the same."""

    def listed(field: str, value: Any) -> None:
        _require(isinstance(value, list) and least <= len(value) <= most, field, f"a list of {least} to {most}", value)
        for place, part in enumerate(value):
            check(f"{field}[{place}]", part)

    return listed


def parts(*checks: Check) -> Check:
    """A list of these, one each."""

    def listed(field: str, value: Any) -> None:
        _require(isinstance(value, list) and len(value) == len(checks), field, f"a list of {len(checks)}", value)
        for place, (check, part) in enumerate(zip(checks, value, strict=True)):
            check(f"{field}[{place}]", part)

    return listed


def either(first: Check, second: Check) -> Check:
    """One or the other; errors tell what the second allows."""

    def check(field: str, value: Any) -> None:
        try:
            first(field, value)
        except ValueError:
            second(field, value)

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check], *, more: bool = False) -> Check:
    """A table with these keys, and with others only where there may be `more`.

    Example:
        >>> record({"steps": whole(1, 9)}, {})("race", {"steps": 10})
        Traceback (most recent call last):
        ValueError: race.steps must be a whole number from 1 to 9, not 10
    """

    def check(field: str, value: Any) -> None:
        _require(isinstance(value, dict), field or "it", "a table", value)
        inside = f"{field}." if field else ""
        for key in required:
            if key not in value:
                raise ValueError(f"{inside}{key} is missing")
        for key, part in value.items():
            known = required.get(key) or optional.get(key)
            if known is not None:
                known(f"{inside}{key}", part)
            elif not more:
                raise ValueError(f"{inside}{key} is not known to this version")

    return check


def table(check: Check) -> Check:
    """A table of whatever keys, with the same for each."""

    def entries(field: str, value: Any) -> None:
        _require(isinstance(value, dict), field, "a table", value)
        for key, part in value.items():
            check(f"{field}.{key}", part)

    return entries


def anything(field: str, value: Any) -> None:
    """Whatever it is: what takes it checks it."""


def _require(fits: bool, field: str, allowed: str, value: Any) -> None:
    if not fits:
        raise ValueError(f"{field} must be {allowed}, not {shown(value)}")
