"""The schedules: against torch's, against closed forms, and at their ends."""

from __future__ import annotations

import ast
import json
import math
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optviz.errors import ArgumentError
from optviz.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    Cyclic,
    Exponential,
    Inverse,
    InverseSqrt,
    OneCycle,
    Schedule,
    StepDecay,
)

KINDS = pytest.mark.parametrize("kind", SCHEDULES.values(), ids=SCHEDULES)

# For every schedule two calls: with what it needs, and with nothing at its default.
CALLS: dict[type[Schedule], tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    Constant: ((), ()),
    StepDecay: ((10,), (7, 0.6)),
    Exponential: ((), (0.93,)),
    Inverse: ((), (20.0,)),
    InverseSqrt: ((), (20.0,)),
    Cosine: ((200,), (40, 8, 0.1)),
    OneCycle: ((100,), (40, 0.25, 0.05)),
    Cyclic: ((40,), (12, 0.2)),
}


def from_spec(text: str) -> Schedule:
    """What one writes: a name, and perhaps numbers in parentheses."""
    name, numbers = re.fullmatch(r"([a-z-]+)(?:\((.*)\))?", text).groups()  # type: ignore[union-attr]
    return SCHEDULES[name](*ast.literal_eval(f"[{numbers or ''}]"))


def theirs() -> list[Any]:
    rows = json.loads((Path(__file__).parent / "reference" / "schedules.json").read_text())["rows"]
    return [pytest.param(row["schedule"], row["factors"], id=row["schedule"]) for row in rows]


@pytest.mark.parametrize(("text", "factors"), theirs())
def test_factors_agree_with_torch(text: str, factors: list[float]) -> None:
    ours = [from_spec(text)(t) for t in range(1, len(factors) + 1)]
    np.testing.assert_allclose(ours, factors, rtol=1e-12, atol=1e-14)


@KINDS
def test_has_a_torch_twin_or_a_closed_form(kind: type[Schedule]) -> None:
    twins = {type(from_spec(each.values[0])) for each in theirs()}
    assert kind in twins | {Inverse, InverseSqrt}


@pytest.mark.parametrize("scale", [1.0, 2.5, 100.0])
def test_inverse_decays_halve_and_quarter_where_they_should(scale: float) -> None:
    steps = np.arange(1, 500)
    line = 1 + (steps - 1) / scale
    np.testing.assert_allclose([Inverse(scale)(int(t)) for t in steps], 1 / line, rtol=1e-14)
    np.testing.assert_allclose([InverseSqrt(scale)(int(t)) for t in steps], line**-0.5, rtol=1e-14)
    assert [Inverse()(t) for t in (1, 2, 4)] == [1, 0.5, 0.25]
    assert [InverseSqrt()(t) for t in (1, 4, 16, 10**6)] == [1, 0.5, 0.25, 1e-3]


@KINDS
def test_factor_is_a_float_from_0_to_1_at_every_step(kind: type[Schedule]) -> None:
    """Also far beyond the schedule's own length, and NumPy's floats would break float32 training."""
    for call in CALLS[kind]:
        schedule = kind(*call)
        factors = [schedule(t) for t in range(1, 1000)]
        assert {type(factor) for factor in factors} == {float}
        assert 0 <= min(factors) <= max(factors) <= 1
        assert max(factors) > 0.99


ENDS = [
    (Constant(), {1: 1, 10**9: 1}),
    (StepDecay(3, 0.5), {1: 1, 3: 1, 4: 0.5, 6: 0.5, 7: 0.25, 3001: 0.5**1000}),
    (Exponential(1), {1: 1, 1000: 1}),
    (Cosine(1), {1: 1, 2: 0}),
    (Cosine(101), {1: 1, 51: 0.5, 101: 0, 102: 0, 10**6: 0}),
    (Cosine(101, floor=0.2), {1: 1, 51: 0.6, 101: 0.2, 10**6: 0.2}),
    (Cosine(101, 10), {1: 0.1, 5: 0.5, 10: 1, 11: 1, 56: 0.5, 101: 0, 500: 0}),
    (Cosine(10, 10), {1: 0.1, 10: 1, 11: 0, 12: 0}),
    (Cosine(10, 10, 0.3), {5: 0.5, 10: 1, 11: 0.3}),
    (Cosine(10, 9), {9: 1, 10: 1, 11: 0}),
    (Cosine(1, 1), {1: 1, 2: 0}),
    (OneCycle(10), {1: 0.04, 2: 0.52, 3: 1, 10: 0, 11: 0}),
    (OneCycle(100, 0.31, 0.04), {1: 0.04, 16: 0.52, 31: 1, 100: 0, 101: 0, 500: 0}),
    (OneCycle(2), {1: 1, 2: 0, 3: 0}),
    (OneCycle(2, 0.9), {1: 0.04, 2: 0, 3: 0}),
    (Cyclic(10, 0.2), {1: 0.2, 6: 1, 11: 0.2, 16: 1, 10**6 + 1: 0.2}),
    (Cyclic(3, 0), {1: 0, 2: 2 / 3, 3: 2 / 3, 4: 0}),
]


@pytest.mark.parametrize(("schedule", "points"), ENDS, ids=[str(schedule) for schedule, _ in ENDS])
def test_factor_at_the_corners(schedule: Schedule, points: dict[int, float]) -> None:
    assert {t: schedule(t) for t in points} == pytest.approx(points, abs=1e-12)


@pytest.mark.parametrize("rise", [0.1, 0.26, 0.3, 1 / 3, 0.5, 0.97])
@pytest.mark.parametrize("steps", [11, 50, 101, 200])
def test_one_cycle_is_two_straight_lines_with_their_corner_where_it_says(steps: int, rise: float) -> None:
    times = np.arange(1, steps + 20)
    line = np.interp(times, [1, rise * steps, steps], [0.04, 1, 0])
    np.testing.assert_allclose([OneCycle(steps, rise)(int(t)) for t in times], line, atol=1e-13)


def test_a_warm_up_is_no_longer_than_the_schedule() -> None:
    with pytest.raises(ArgumentError, match="warmup must be at most its steps, 10, not 11"):
        Cosine(10, 11)


@KINDS
def test_none_is_no_number(kind: type[Schedule]) -> None:
    for field in fields(kind):
        given = {each.name: value for each, value in zip(fields(kind), CALLS[kind][1], strict=True)}
        with pytest.raises(ArgumentError, match="not None"):
            kind(**{**given, field.name: None})


@KINDS
def test_prints_as_it_is_written(kind: type[Schedule]) -> None:
    for call in CALLS[kind]:
        schedule = kind(*call)
        assert from_spec(str(schedule)) == schedule
        assert hash(from_spec(str(schedule))) == hash(schedule)
        assert str(from_spec(str(schedule))) == str(schedule)


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (Constant(), "constant"),
        (Cosine(200), "cosine(200)"),
        (Cosine(200, 10), "cosine(200,10)"),
        (Cosine(200, floor=0.1), "cosine(200,0,0.1)"),
        (InverseSqrt(), "inverse-sqrt"),
        (StepDecay(50), "step(50)"),
    ],
)
def test_prints_no_more_than_needed(schedule: Schedule, text: str) -> None:
    assert str(schedule) == text


def refused() -> list[Any]:
    cases = []
    for kind, (needed, _) in CALLS.items():
        given = {field.name: value for field, value in zip(fields(kind), needed, strict=False)}
        for field in fields(kind):
            allowed = field.metadata["allowed"]
            low, high = (float(end) for end in allowed[1:-1].split(","))
            ends = [end for end, bracket in ((low, allowed[0]), (high, allowed[-1])) if bracket in "()"]
            cases += [
                pytest.param(kind, given, field.name, allowed, value, id=f"{kind.name}-{field.name}-{value}")
                for value in dict.fromkeys([low - 1, high + 1, math.nan, "fast", *ends])
            ]
    return cases


@pytest.mark.parametrize(("kind", "given", "name", "allowed", "value"), refused())
def test_value_out_of_range_is_refused(
    kind: type[Schedule], given: dict[str, Any], name: str, allowed: str, value: Any
) -> None:
    with pytest.raises(ArgumentError) as caught:
        kind(**{**given, name: value})
    assert str(caught.value) == f"schedule {kind.name}: {name} must be a number in {allowed}, not {value!r}"


@KINDS
def test_registry_names_and_explains_every_schedule(kind: type[Schedule]) -> None:
    assert SCHEDULES[kind.name] is kind
    assert kind.formula
    assert kind in CALLS
