"""The compiled gradient is autograd's, bit for bit, and autograd is left alone wherever that is not sure."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.extend import defvjp, primitive

from optviz import compiled
from optviz.catalog import load_surface, surface_names
from optviz.gradients import PATIENCE, gradient, partials
from tests.properties import given, settings, st

SHAPES = [(2,), (1, 2), (5, 2), (3, 4, 2), (325, 2)]
SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e200, -1e155, 1e-320]


def bits(values: Any) -> Any:
    """The bits of an array, all NaNs alike."""
    return np.where(np.isnan(values), np.nan, values).view(np.int64)


def warm(fn: Callable[..., Any], points: Any, *columns: Any) -> Any:
    """A gradient that has been asked often enough to be compiled for arrays like these."""
    slopes = gradient(fn)
    with np.errstate(all="ignore"):
        for _ in range(PATIENCE):
            slopes(points, *columns)
    return slopes


def is_compiled(slopes: Any, points: Any) -> bool:
    """Whether `fn` is no longer called."""
    calls = []
    fn = slopes.fn
    slopes.fn = lambda *arguments: calls.append(1) or fn(*arguments)
    with np.errstate(all="ignore"):
        slopes(points)
    slopes.fn = fn
    return not calls


def inside(surface: Any, shape: tuple[int, ...], seed: int) -> Any:
    x0, x1, y0, y1 = surface.domain
    return np.random.default_rng(seed).uniform([x0, y0], [x1, y1], shape)


def samples(surface: Any, seed: int) -> tuple[Any, ...]:
    chosen = np.random.default_rng(seed).permutation(len(surface.data[0]))[:16] if surface.data else []
    return tuple(column[chosen] for column in surface.data or ())


@pytest.mark.slow
@pytest.mark.parametrize("name", surface_names())
def test_every_surface_is_compiled_and_agrees_bit_for_bit(name: str) -> None:
    surface = load_surface(name)
    plain = gradient(surface.fn, compiled=False)
    for shape in SHAPES:
        slopes = warm(surface.fn, inside(surface, shape, 0), *samples(surface, 0))
        assert all(slopes.ready.values())
        special = np.random.default_rng(1).choice(SPECIAL, shape)
        for seed, points in enumerate([inside(surface, shape, 2), 100 * inside(surface, shape, 3), special]):
            columns = samples(surface, seed)
            with np.errstate(all="ignore"):
                assert np.array_equal(bits(slopes(points, *columns)), bits(plain(points, *columns)))


@pytest.mark.parametrize("name", ["ackley", "rosenbrock", "noisy-moons"])
def test_blocks_agree_with_one_batch(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    surface = load_surface(name)
    monkeypatch.setattr(compiled, "BLOCK", 1000)
    points, columns = inside(surface, (4003, 2), 0), samples(surface, 0)
    slopes = warm(surface.fn, points, *columns)
    assert len(next(iter(slopes.ready.values())).turns) > 4
    assert np.array_equal(bits(slopes(points, *columns)), bits(gradient(surface.fn, compiled=False)(points, *columns)))


PLAIN_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "integer powers": lambda x, y: x**3 * y**2 + (x - y) ** -1 + x**0 + y**1,
    "real powers": lambda x, y: anp.abs(x) ** 0.1 + 2.0**y + anp.power(anp.abs(x) + 1, y),
    "where": lambda x, y: anp.where(x > y, x * y, anp.sin(x)) + anp.where(y, y, 1.0),
    "absolute values": lambda x, y: anp.abs(x - y) * anp.sign(x) + anp.fabs(y),
    "extremes": lambda x, y: anp.maximum(x, y) + anp.minimum(x, 0.5) * y,
    "numbers in every role": lambda x, y: 2 / (1 + x**2) - anp.arctan2(y, 3) + (1 - y) / 7,
    "x alone": lambda x, y: anp.sin(x),
    "neither": lambda x, y: 3.0,
    "both, linearly": lambda x, y: 3 * x - y,
    "the sum of its parts": lambda x, y: x + x + x + x**2 + y + y + y * x,
    "x itself": lambda x, y: x * x / 2 + y,
    "the same slope": lambda x, y: anp.exp(x + y),
    "loops": lambda x, y: sum(anp.cos(k * x + y) / k for k in range(1, 4)),
    "hypot": lambda x, y: anp.sqrt(x**2 + y**2 + 1e-30) + anp.logaddexp(x, 2 * y),
}


@pytest.mark.parametrize("fn", PLAIN_FUNCTIONS.values(), ids=PLAIN_FUNCTIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_plain_functions_are_compiled_and_agree_bit_for_bit(fn: Callable[..., Any], shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    slopes, plain = warm(fn, random.normal(size=shape)), gradient(fn, compiled=False)
    assert is_compiled(slopes, random.normal(size=shape))
    for points in [*random.normal(size=(3, *shape)), random.choice(SPECIAL, shape)]:
        with np.errstate(all="ignore"):
            assert np.array_equal(bits(slopes(points)), bits(plain(points)))


def step_in_python(x: Any, y: Any) -> Any:
    return x * y if np.all(x < 50) else x**2


def halved_until_small(x: Any, y: Any) -> Any:
    while anp.max(x) > 50:
        x = x / 2
    return x**2 + y


def picky(x: Any, y: Any) -> Any:
    if anp.any(x > 50):
        raise ArithmeticError("too far")
    return x**2 + y


def mixing(x: Any, y: Any) -> Any:
    return x**2 + anp.mean(y)


def by_position(x: Any, y: Any) -> Any:
    return x * np.arange(len(x)) + y**2


def by_length(x: Any, y: Any) -> Any:
    return x * len(x) + y**2


def indexed(x: Any, y: Any) -> Any:
    return x[::-1] * y


def random(x: Any, y: Any) -> Any:
    return x * np.random.default_rng().normal() + y


CALLS = {"made": 0}


def counting(x: Any, y: Any) -> Any:
    CALLS["made"] += 1
    return x**2 * CALLS["made"] + y


class Growing:
    def __init__(self) -> None:
        self.factor = 1

    def __call__(self, x: Any, y: Any) -> Any:
        self.factor += 1
        return x**2 * self.factor + y


def remembering(x: Any, y: Any) -> Any:
    remembering.calls = getattr(remembering, "calls", 0) + 1  # type: ignore[attr-defined]
    return x**2 * remembering.calls + y  # type: ignore[attr-defined]


@primitive
def cube(x: Any) -> Any:
    return x**3 if CALLS["made"] >= 0 else x


defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)


def own_primitive(x: Any, y: Any) -> Any:
    return cube(x) * y


@pytest.mark.parametrize("fn", [step_in_python, halved_until_small, picky, mixing, by_position, indexed, own_primitive])
def test_what_cannot_be_recorded_is_left_to_autograd(fn: Callable[..., Any]) -> None:
    random = np.random.default_rng(0)
    slopes, plain = warm(fn, random.normal(size=(5, 2))), gradient(fn, compiled=False)
    assert not any(slopes.ready.values())
    for points in random.normal(size=(4, 5, 2)) * [[[1]], [[10]], [[20]], [[1]]]:
        assert np.array_equal(slopes(points), plain(points))


@pytest.mark.parametrize("fn", [random, counting, Growing(), remembering])
def test_what_is_no_function_of_its_arguments_is_called_every_time(fn: Callable[..., Any]) -> None:
    points = np.ones((5, 2))
    slopes = warm(fn, points)
    assert is_compiled(slopes, points) is False
    assert slopes(points)[0, 0] != slopes(points)[0, 0]


def test_what_depends_on_the_number_of_points_is_compiled_for_none() -> None:
    slopes = warm(by_length, np.ones((5, 2)))
    assert slopes(np.ones((5, 2)))[0, 0] == 5
    assert slopes(np.ones((3, 2)))[0, 0] == 3


def test_a_function_raises_when_autograd_would() -> None:
    slopes = warm(picky, np.ones((5, 2)))
    slopes(np.full((5, 2), 40.0))
    with pytest.raises(ArithmeticError, match="too far"):
        slopes(np.full((5, 2), 60.0))


def test_a_function_that_always_raises_goes_on_raising() -> None:
    slopes = gradient(lambda x, y: x @ y[:3])
    for _ in range(PATIENCE + 2):
        with pytest.raises(ValueError, match="matmul"):
            slopes(np.ones((5, 2)))


FACTOR = 2.0


def helper(x: Any) -> Any:
    return FACTOR * x


def test_a_rebound_variable_is_seen() -> None:
    factor = 2.0
    points = np.ones((5, 2))
    slopes = warm(lambda x, y: factor * x + y, points)
    assert is_compiled(slopes, points)
    factor = 3.0
    assert slopes(points)[0, 0] == 3


def test_a_rebound_global_of_a_helper_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.ones((5, 2))
    slopes = warm(lambda x, y: sum(helper(each) for each in (x, y)), points)
    assert is_compiled(slopes, points)
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    assert slopes(points)[0, 0] == 3


@pytest.mark.parametrize("factors", [[2.0], {0: 2.0}, np.array([2.0])], ids=lambda each: type(each).__name__)
def test_data_changed_in_place_are_seen(factors: Any) -> None:
    points = np.ones((5, 2))
    slopes = warm(lambda x, y: factors[0] * x + y, points)
    assert is_compiled(slopes, points)
    factors[0] = 3.0
    assert slopes(points)[0, 0] == 3


def test_a_default_argument_changed_in_place_is_seen() -> None:
    def fn(x: Any, y: Any, factors: list[float] = [2.0]) -> Any:  # noqa: B006
        return factors[0] * x + y

    points = np.ones((5, 2))
    slopes = warm(fn, points)
    assert is_compiled(slopes, points)
    fn.__defaults__[0][0] = 3.0  # type: ignore[index]
    assert slopes(points)[0, 0] == 3


def bowl(x: Any, y: Any) -> Any:
    return x**2 + 2 * y**2


def test_results_and_arguments_stay_as_they_are() -> None:
    for shape in [(5, 2), (2,), (300, 2), (40_001, 2)]:
        first, second = np.random.default_rng(0).normal(size=(2, *shape))
        slopes = warm(bowl, first)
        other = gradient(bowl)
        kept = first.copy()
        one, two = slopes(first), slopes(second)
        slopes(np.zeros((3, 2)))
        other(second)
        assert np.array_equal(one, first * [2, 4])
        assert np.array_equal(two, second * [2, 4])
        assert np.array_equal(first, kept)
        assert one.flags.c_contiguous
        assert one.flags.owndata or one.base.flags.owndata


def test_any_layout_of_points_will_do() -> None:
    wide = np.random.default_rng(0).normal(size=(2, 10, 4))
    slopes = warm(bowl, wide[0, ::2, 1:3])
    for points in (wide[1, ::2, 1:3], np.asfortranarray(wide[1, ::2, 1:3])):
        assert np.array_equal(slopes(points), points * [2, 4])


def test_other_types_are_left_to_autograd() -> None:
    single = np.ones((5, 2), np.float32)
    slopes = warm(bowl, np.ones((5, 2)))
    assert slopes(single).dtype == np.float32
    assert warm(bowl, single)(np.ones((5, 2))).dtype == np.float64


@pytest.mark.parametrize("compiled", [True, False])
def test_points_of_whole_numbers_have_slopes_that_are_none(compiled: bool) -> None:
    points, column = np.array([[1, 2], [3, -4]]), np.array([0.0, 0.5])
    found = gradient(lambda x, y: x**3 / 7 + 0.3 * y, compiled=compiled)(points)
    np.testing.assert_allclose(found, [[3 / 7, 0.3], [27 / 7, 0.3]])
    found = gradient(lambda x, y, c: c * x + y / 4, compiled=compiled)(points, column)
    np.testing.assert_allclose(found, [[0.25, 0.25], [0.25, 0.25]])


def test_columns_change_from_call_to_call() -> None:
    def loss(x: Any, y: Any, u: Any, v: Any) -> Any:
        return (x + y * u - v) ** 2

    u, v = np.random.default_rng(0).normal(size=(2, 40, 8))
    points = np.random.default_rng(1).normal(size=(5, 2))
    slopes, plain = warm(loss, points, u[0], v[0]), gradient(loss, compiled=False)
    assert all(slopes.ready.values())
    for each in zip(u, v, strict=True):
        assert np.array_equal(slopes(points, *each), plain(points, *each))
    by_row = u[:5], v[:5]
    slopes = warm(loss, points, *by_row)
    assert np.array_equal(slopes(points, *by_row), plain(points, *by_row))


def test_columns_of_another_length_are_other_samples() -> None:
    def loss(x: Any, y: Any, u: Any) -> Any:
        return (x + y * u) ** 2

    points, u = np.random.default_rng(2).normal(size=(4, 2)), np.arange(1.0, 8.0)
    slopes = warm(loss, points, u[:5])
    for some in (u, u[:1], u[:2], u[:5]):
        off = points[:, :1] + points[:, 1:] * some
        expected = np.stack([2 * off.mean(axis=1), (2 * off * some).mean(axis=1)], axis=-1)
        np.testing.assert_allclose(slopes(points, some), expected, rtol=1e-12)


def test_threads_do_not_disturb_each_other() -> None:
    points = np.random.default_rng(0).normal(size=(2, 4000, 2))
    slopes = warm(bowl, points[0])
    right: list[bool] = []

    def work(mine: Any) -> None:
        right.extend(np.array_equal(slopes(mine), mine * [2, 4]) for _ in range(200))

    threads = [threading.Thread(target=work, args=(each,)) for each in points]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(right) == 400
    assert all(right)


def test_few_shapes_are_kept() -> None:
    slopes = gradient(bowl)
    for _ in range(PATIENCE):
        for rows in range(1, 30):
            points = np.full((rows, 2), float(rows))
            assert np.array_equal(slopes(points), points * [2, 4])
    assert len(slopes.ready) < 10


CLOSED_FORMS: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
    (
        lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
        lambda x, y: (2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)),
    ),
    (lambda x, y: anp.sin(x) * anp.exp(y), lambda x, y: (np.cos(x) * np.exp(y), np.sin(x) * np.exp(y))),
    (lambda x, y: anp.abs(x) + x**3 * y, lambda x, y: (np.sign(x) + 3 * x**2 * y, x**3)),
    (lambda x, y: anp.where(x > 0, x**2, -x) + y, lambda x, y: (np.where(x > 0, 2 * x, -1), 1 + 0 * y)),
]


@pytest.mark.parametrize(("fn", "slope"), CLOSED_FORMS)
def test_gradients_are_right(fn: Callable[..., Any], slope: Callable[..., Any]) -> None:
    points = np.random.default_rng(0).normal(size=(50, 2))
    slopes = warm(fn, points)
    assert is_compiled(slopes, points)
    expected = np.stack(slope(points[:, 0], points[:, 1]), axis=-1)
    np.testing.assert_allclose(slopes(points), expected, rtol=1e-12)
    h = 1e-6 * np.eye(2)
    values = [(fn(*(points + each).T) - fn(*(points - each).T)) / 2e-6 for each in h]
    np.testing.assert_allclose(slopes(points), np.stack(values, axis=-1), rtol=1e-5, atol=1e-6)


def test_partials_are_those_of_the_sum() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 6))
    dx, dy = partials(lambda x, y: x * y**2, x, y)
    np.testing.assert_allclose(dx, y**2)
    np.testing.assert_allclose(dy, 2 * x * y)


def unary(expression: Any) -> Any:
    name = st.sampled_from(["sin", "cos", "exp", "tanh", "abs", "sqrt", "negative", "sign", "log", "square"])
    return st.tuples(name, expression)


def binary(expression: Any) -> Any:
    name = st.sampled_from(["add", "subtract", "multiply", "divide", "power", "maximum", "logaddexp", "arctan2"])
    return st.tuples(name, expression, expression)


CONSTANTS = st.sampled_from([0, 1, 2, 3, -1, 0.5, 1.0, 2.0, -0.0])
EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y"]) | CONSTANTS,
    lambda inner: unary(inner) | binary(inner) | st.tuples(st.just("where"), inner, inner, inner),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(expression=EXPRESSIONS, shape=st.sampled_from(SHAPES))
def test_any_expression_agrees_bit_for_bit(expression: Any, shape: tuple[int, ...]) -> None:
    def plain_or_error(slopes: Any, points: Any) -> Any:
        try:
            return bits(slopes(points))
        except (TypeError, ValueError, AttributeError) as error:
            return type(error), str(error)

    source = repr_of(expression)
    fn = eval(f"lambda x, y: {source}", {"anp": anp})
    random = np.random.default_rng(0)
    slopes, plain = gradient(fn), gradient(fn, compiled=False)
    batches = [*random.normal(size=(PATIENCE + 2, *shape)), random.choice(SPECIAL, shape)]
    with np.errstate(all="ignore"):
        for points in batches:
            one, other = plain_or_error(slopes, points), plain_or_error(plain, points)
            assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other


def repr_of(part: Any) -> str:
    """The expression as Python."""
    if isinstance(part, tuple):
        return f"anp.{part[0]}({', '.join(map(repr_of, part[1:]))})"
    return str(part)
