"""The optimizers: against torch, optax and formulas unrolled by hand, and what all of them promise."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optviz.errors import ArgumentError
from optviz.optimizer import OPTIMIZERS, Stack
from optviz.optimizer.adaptive import AdaDelta, AdaGrad, RMSProp
from optviz.optimizer.descent import QHM, SGD, Momentum, Nesterov
from optviz.optimizer.moments import Adam, AdamW, RAdam
from optviz.optimizer.protocol import Array, Optimizer
from optviz.optimizer.sign import Lion
from optviz.optimizer.variance import AdaBelief, AdaMax, AMSGrad, Yogi
from optviz.runs import iterates
from optviz.schedules import Cosine, Exponential, InverseSqrt

KINDS = pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=OPTIMIZERS)

# A value for every field that is neither the default nor an end of its range.
OTHER: dict[str, Any] = {
    "momentum": 0.5,
    "nu": 0.3,
    "beta": 0.9,
    "rho": 0.8,
    "beta1": 0.8,
    "beta2": 0.97,
    "eps": 1e-4,
    "weight_decay": 0.1,
    "momentum_decay": 0.05,
    "centered": True,
    "bias_correction": False,
}


def own_fields(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind) if field.name not in {"lr", "schedule"}]


def variants(kind: type[Any]) -> list[Optimizer]:
    """Each field off its default alone, all at once, and a schedule, at different rates."""
    changes: list[dict[str, Any]] = [{}, {"lr": 2e-3}, {"schedule": Cosine(150, 10)}]
    changes += [{name: OTHER[name]} for name in own_fields(kind)]
    changes += [{name: OTHER[name] for name in own_fields(kind)}]
    return [kind(**{"lr": 1e-3, **change}) for change in changes]


def rosenbrock(p: Array) -> Array:
    x, y = p[..., 0], p[..., 1]
    across = y - x * x
    return np.stack([-2 * (1 - x) - 400 * x * across, 200 * across], axis=-1)


def beale(p: Array) -> Array:
    x, y = p[..., 0], p[..., 1]
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * (y * y), 2.625 - x + x * (y * y * y)
    along_x = a * (y - 1) + b * (y * y - 1) + c * (y * y * y - 1)
    return np.stack([2 * along_x, 2 * a * x + 4 * b * (x * y) + 6 * c * (x * (y * y))], axis=-1)


def quadratic(p: Array) -> Array:
    c, s = math.cos(0.5), math.sin(0.5)
    u, v = c * p[..., 0] + s * p[..., 1], 60 * (c * p[..., 1] - s * p[..., 0])
    return np.stack([c * u - s * v, s * u + c * v], axis=-1)


GRADIENTS = {each.__name__: each for each in (rosenbrock, beale, quadratic)}


def steps(optimizer: Any, gradients: Array, params: Array) -> Array:
    """The steps (T, ..., P) that answer the given gradients (T, ..., P) where the parameters stay."""
    state, taken = optimizer.init(params), []
    for gradient in gradients:
        step, state = optimizer.update(gradient, state, params)
        taken.append(step)
    return np.array(taken)


def walk(optimizer: Any, gradient: Callable[[Array], Array], params: Array, length: int) -> Array:
    """The protocol's loop as its docstring has it: all iterates (length + 1, ..., P)."""
    state, path = optimizer.init(params), [params]
    for _ in range(length):
        step, state = optimizer.update(gradient(params), state, params)
        params = params + step
        path.append(params)
    return np.array(path)


# Other libraries


def references() -> list[Any]:
    folder = Path(__file__).parent / "reference"
    sources = {name: json.loads((folder / f"{name}.json").read_text()) for name in ("torch", "optax", "by_hand")}
    return [
        pytest.param(row, source["steps"], id=f"{name}-{row['optimizer']}-{row['surface']}-{number}")
        for name, source in sources.items()
        for number, row in enumerate(source["rows"])
    ]


@pytest.mark.parametrize(("row", "kept"), references())
def test_trajectory_agrees_with_reference(row: dict[str, Any], kept: list[int]) -> None:
    theirs = np.array(row["points"])
    optimizer = OPTIMIZERS[row["optimizer"]](**row["fields"])
    ours = walk(optimizer, GRADIENTS[row["surface"]], theirs[0], kept[-1])[kept]
    error = np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))
    assert error.max() < 1e-10


@KINDS
def test_references_cover_every_hyperparameter_off_its_default(kind: type[Any]) -> None:
    rows = [row for row, _ in (each.values for each in references()) if row["optimizer"] == kind.name]
    assert {row["surface"] for row in rows} == set(GRADIENTS)
    defaults = {field.name: field.default for field in fields(kind)}
    changed = {name for row in rows for name, value in row["fields"].items() if value != defaults[name]}
    assert changed == {"lr", *own_fields(kind)}


# What the registry promises


def test_registry_is_in_the_order_of_the_field() -> None:
    """From plain descent to the newest; legends, tables and menus follow it."""
    order = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adadelta", "adamax", "nadam", "radam"]
    assert list(OPTIMIZERS) == [*order, "amsgrad", "adamw", "lion", "adabelief", "yogi", "qhm"]


@KINDS
def test_class_says_what_it_is_and_leaves_the_rate_open(kind: type[Any]) -> None:
    assert OPTIMIZERS[kind.name] is kind
    assert kind.title
    assert "←" in kind.rule
    assert kind.reference
    assert kind.reference[:4] in (kind.__doc__ or "")
    assert list(kind().hyperparameters()) == ["lr", "schedule", *own_fields(kind)]
    assert kind().lr is None
    with pytest.raises(FrozenInstanceError):
        kind().lr = 0.1  # type: ignore[misc]


@KINDS
def test_missing_rate_is_refused_with_a_hint(kind: type[Any]) -> None:
    optimizer, x = kind(), np.ones(2)
    with pytest.raises(ArgumentError, match=rf"no learning rate yet.*{kind.name}:lr=0\.1"):
        optimizer.update(x, optimizer.init(x), x)


def refused() -> list[Any]:
    cases = []
    for kind in OPTIMIZERS.values():
        for field in fields(kind):
            allowed = field.metadata.get("allowed")
            if allowed is None:
                continue
            low, high = (float(end) for end in allowed[1:-1].split(","))
            wrong = [low - 1, high + 1, math.nan, "fast", np.array([[0.5], [math.nan]])]
            wrong += [end for end, bracket in ((low, allowed[0]), (high, allowed[-1])) if bracket in "()"]
            names = ["below", "above", "nan", "text", "array", *("open-end" for _ in wrong[5:])]
            cases += [
                pytest.param(kind, field.name, allowed, value, id=f"{kind.name}-{field.name}-{name}")
                for name, value in zip(names, wrong, strict=True)
            ]
    return cases


@pytest.mark.parametrize(("kind", "name", "allowed", "value"), refused())
def test_value_out_of_range_is_refused(kind: type[Any], name: str, allowed: str, value: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        kind(**{name: value})
    assert (
        str(caught.value) == f"{kind.name}: {name} must be a number in {allowed}, not {' '.join(repr(value).split())}"
    )


@KINDS
def test_every_float_field_has_a_range(kind: type[Any]) -> None:
    free = [field.name for field in fields(kind) if "allowed" not in field.metadata]
    assert all(isinstance(getattr(kind(), name), bool) for name in free if name != "schedule")


# The one shape rule


@pytest.mark.slow
@KINDS
def test_rows_of_a_stack_are_the_solo_runs_to_the_bit(kind: type[Any]) -> None:
    rows = [*variants(kind), SGD(lr=1e-3), Adam(lr=1e-2), Adam(lr=2e-2, beta1=0.5), kind(lr=3e-3)]
    starts = np.stack([np.linspace(0.5, 1.5, len(rows)), np.linspace(1.2, 0.8, len(rows))], axis=-1)
    together = walk(Stack(rows), beale, starts, 200)
    assert np.isfinite(together).all()
    for row, (optimizer, start) in enumerate(zip(rows, starts, strict=True)):
        np.testing.assert_array_equal(together[:, row], walk(optimizer, beale, start, 200))


@KINDS
def test_columns_of_hyperparameters_round_as_numbers_do(kind: type[Any]) -> None:
    """Powers and roots of arrays may round otherwise than those of numbers; steps show it sooner than points."""
    random = np.random.default_rng(5)
    names = [name for name in own_fields(kind) if not isinstance(OTHER[name], bool)]
    rows = [kind(lr=1e-3, **{name: OTHER[name] * random.uniform(0.5, 1) for name in names}) for _ in range(40)]
    gradients, params = random.normal(size=(100, 40, 2)), np.ones((40, 2))
    alone = [steps(optimizer, gradients[:, row], params[row]) for row, optimizer in enumerate(rows)]
    np.testing.assert_array_equal(steps(Stack(rows), gradients, params), np.stack(alone, axis=1))


def test_stack_without_switches_in_between_is_few_groups() -> None:
    stack = Stack([Adam(lr=0.1), Adam(lr=0.2, beta1=0.5), Adam(lr=0.1, bias_correction=False), SGD(lr=0.1)])
    assert [group.rows for group in stack.groups] == [slice(0, 2), slice(2, 3), slice(3, 4)]
    assert stack.groups[0].optimizer.lr.shape == (2, 1)


@KINDS
def test_leading_axes_are_independent_runs(kind: type[Any]) -> None:
    gradients = np.random.default_rng(1).normal(size=(12, 2, 3, 4))
    for optimizer in variants(kind):
        first, *others = (
            steps(optimizer, gradients.reshape(12, *shape), np.ones(shape)).ravel()
            for shape in ((2, 3, 4), (6, 4), (24, 1), (24,))
        )
        for other in others:
            np.testing.assert_array_equal(other, first)


@KINDS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_of_the_parameters_is_kept(kind: type[Any], dtype: type) -> None:
    params: Array = np.ones((4, 3), dtype)
    alone: list[Any] = [*variants(kind), kind(lr=np.float64(0.1))]
    stacks = [Stack([kind(lr=0.1), *alone[:3]]), Stack([SGD(lr=0.1), *alone[-3:]])]
    for optimizer in [*alone, *stacks]:
        state = optimizer.init(params)
        for _ in range(8):
            step, state = optimizer.update(params, state, params)
            assert step.dtype == dtype
        if isinstance(optimizer, Optimizer):
            assert {leaf.dtype for leaf in state if isinstance(leaf, np.ndarray)} <= {np.dtype(dtype)}


def test_numpy_scalars_become_plain_numbers() -> None:
    adam = Adam(lr=np.float64(0.1), beta1=np.float32(0.5), bias_correction=np.bool_(False))  # type: ignore[arg-type]
    assert [type(value) for value in (adam.lr, adam.beta1, adam.bias_correction)] == [float, float, bool]


@KINDS
def test_update_is_pure(kind: type[Any]) -> None:
    """Arrays are write-protected: whatever is changed in place raises."""
    for optimizer in variants(kind):
        params, gradient = np.array([1.0, -2.0]), np.array([0.3, 4.0])
        state = optimizer.init(params)
        for _ in range(8):
            for array in (params, gradient, *(leaf for leaf in state if isinstance(leaf, np.ndarray))):
                array.setflags(write=False)
            step, after = optimizer.update(gradient, state, params)
            again, after_again = optimizer.update(gradient, state, params)
            np.testing.assert_array_equal(step, again)
            np.testing.assert_equal(after, after_again)
            assert after.t == state.t + 1
            state = after


@KINDS
def test_schedule_multiplies_the_rate(kind: type[Any]) -> None:
    x, g = np.array([1.0, -2.0]), np.array([0.3, 4.0])
    scheduled, half = kind(lr=0.1, schedule=Exponential(0.5)), kind(lr=0.05)
    _, state = scheduled.update(g, scheduled.init(x), x)
    np.testing.assert_array_equal(scheduled.update(g, state, x)[0], half.update(g, state, x)[0])


@KINDS
def test_bowl_is_descended(kind: type[Any]) -> None:
    start = np.array([1.0, -0.5])
    path = walk(kind(lr=1.0 if kind is AdaDelta else 0.1), lambda x: 2 * x, start, 1000)
    values = (path**2).sum(axis=-1)
    assert values.min() < values[0] / 10
    assert values[-1] < values[0] / 10


# Closed forms


def constant(value: Any) -> Callable[[Array], Array]:
    return lambda x: np.broadcast_to(np.asarray(value, float), x.shape)


STARTS = np.array([[-1.2, 1.0], [0.3, -2.0], [1.9, 2.9]])


@pytest.mark.parametrize("still", [Momentum(lr=1e-4, momentum=0.0), Nesterov(lr=1e-4, momentum=0), QHM(lr=1e-4, nu=0)])
def test_without_inertia_it_is_sgd_to_the_bit(still: Optimizer) -> None:
    sgd = walk(SGD(lr=1e-4), rosenbrock, STARTS, 200)
    np.testing.assert_array_equal(walk(still, rosenbrock, STARTS, 200), sgd)


def test_without_decay_adamw_is_adam_to_the_bit() -> None:
    adam = walk(Adam(lr=0.01), rosenbrock, STARTS, 200)
    np.testing.assert_array_equal(walk(AdamW(lr=0.01, weight_decay=0), rosenbrock, STARTS, 200), adam)


def test_sgd_on_a_quadratic_is_geometric() -> None:
    curvature, t = np.array([0.5, 4.0, 19.0]), np.arange(51)[:, None]
    path = walk(SGD(lr=0.1), lambda x: curvature * x, np.ones(3), 50)
    np.testing.assert_allclose(path, (1 - 0.1 * curvature) ** t, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("kind", "ahead"), [(Momentum, 0.0), (Nesterov, 1.0)])
def test_momentum_on_a_quadratic_is_a_linear_recurrence(kind: type[Any], ahead: float) -> None:
    lr, mu, curvature = 0.05, 0.8, 3.0
    path = walk(kind(lr=lr, momentum=mu), lambda x: curvature * x, np.ones(1), 60)
    velocity = np.array([mu, curvature])  # the new v, from the old (v, x)
    step = ahead * (mu * velocity + [0, curvature]) + (1 - ahead) * velocity
    matrix = np.array([velocity, [0, 1] - lr * step])
    expected = [np.linalg.matrix_power(matrix, t) @ [0, 1] for t in range(61)]
    np.testing.assert_allclose(path[:, 0], np.array(expected)[:, 1], rtol=1e-11, atol=1e-13)


T = np.arange(1, 41)


@pytest.mark.parametrize(
    ("optimizer", "lengths"),
    [
        (SGD(lr=0.1), 0.3 + 0 * T),
        (Momentum(lr=0.1, momentum=0.5), 0.3 * (1 - 0.5**T) / 0.5),
        (AdaGrad(lr=0.1), 0.1 / np.sqrt(T)),
        (RMSProp(lr=0.1, rho=0.75), 0.1 / np.sqrt(1 - 0.75**T)),
        (RMSProp(lr=0.1, rho=0.75, centered=True), 0.1 / np.sqrt((1 - 0.75**T) * 0.75**T)),
        (Adam(lr=0.1), 0.1 + 0 * T),
        (Adam(lr=0.1, bias_correction=False), 0.1 * (1 - 0.9**T) / np.sqrt(1 - 0.999**T)),
        (AdaMax(lr=0.1), 0.1 + 0 * T),
        (AMSGrad(lr=0.1), 0.1 + 0 * T),
        (RAdam(lr=0.1, beta2=0.6), 0.3 + 0 * T),
        (Lion(lr=0.1), 0.1 + 0 * T),
        (QHM(lr=0.1, nu=0.7, beta=0.5), 0.3 * (1 - 0.7 * 0.5**T)),
    ],
    ids=lambda value: value.name if isinstance(value, Optimizer) else "",
)
def test_steps_along_a_constant_slope(optimizer: Optimizer, lengths: Array) -> None:
    path = walk(optimizer, constant([3.0, -3.0]), np.zeros(2), len(T))
    np.testing.assert_allclose(np.diff(path, axis=0), np.outer(lengths, [-1, 1]), rtol=1e-5)


def test_adadelta_begins_with_steps_of_root_eps() -> None:
    adadelta = AdaDelta(lr=1.0, rho=0.75, eps=1e-6)
    path = walk(adadelta, constant([3.0, -1e-5]), np.zeros(2), 1)
    np.testing.assert_allclose(path[1], [-2e-3, 1e-5], rtol=1e-4)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e5])
@pytest.mark.parametrize("kind", [Adam, AMSGrad, AdaMax, AdaGrad, RMSProp, Lion], ids=lambda kind: kind.name)
def test_size_of_the_gradient_does_not_matter(kind: type[Any], scale: float) -> None:
    gradients = np.random.default_rng(2).normal(size=(100, 8))
    plain = steps(kind(lr=0.01), gradients, np.zeros(8))
    np.testing.assert_allclose(steps(kind(lr=0.01), scale * gradients, np.zeros(8)), plain, rtol=1e-3, atol=1e-7)


def test_adams_step_is_about_lr_at_most() -> None:
    """Kingma & Ba 2015, section 2.1: at most lr·(1 − β₁)/√(1 − β₂) even where gradients are rare."""
    random = np.random.default_rng(3)
    dense = random.normal(size=(500, 64))
    rare = dense**3 * (random.random((500, 64)) < 0.1)
    assert np.abs(steps(Adam(lr=0.01), rare, np.zeros(64))).max() < 0.01 * 0.1 / math.sqrt(0.001)
    assert np.abs(steps(Adam(lr=0.01), dense, np.zeros(64))).max() < 0.0105


@pytest.mark.parametrize("kind", [AdamW, Lion], ids=lambda kind: kind.name)
def test_weight_decay_is_decoupled(kind: type[Any]) -> None:
    """Where there is no gradient, x decays all the same, and the moments do not see it."""
    path = walk(kind(lr=0.1, weight_decay=0.5), constant(0.0), np.array([1.0, -4.0]), 30)
    np.testing.assert_allclose(path, np.outer(0.95 ** np.arange(31), [1, -4]), rtol=1e-13)


def test_centered_rmsprop_stays_finite_where_the_variance_vanishes() -> None:
    """After some 400 steps v − m² is rounding, below 0 for a fifth of these slopes."""
    slopes = np.random.default_rng(4).random(100)
    path = walk(RMSProp(lr=1e-9, centered=True), constant(slopes), np.zeros(100), 1000)
    assert np.isfinite(path).all()


def test_second_moment_of_amsgrad_never_falls() -> None:
    amsgrad, x = AMSGrad(lr=0.1, beta2=0.5), np.zeros(1)
    state, peaks = amsgrad.init(x), []
    for gradient in (1.0, 5.0, 0.0, 0.0, 2.0):
        _, state = amsgrad.update(np.array([gradient]), state, x)
        peaks.append(float(state.peak[0]))
    assert peaks == [0.5, 12.75, 12.75, 12.75, 12.75]


def as_radam_says(gradients: list[float], lr: float, b1: float, b2: float, eps: float) -> list[float]:
    """The rule of RAdam's docstring, word for word, with an eps that is felt."""
    m = v = 0.0
    most, steps = 2 / (1 - b2) - 1, []
    for t, g in enumerate(gradients, start=1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
        rho = most - 2 * t * b2**t / (1 - b2**t)
        if rho > 5:
            r = math.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
            steps.append(-lr * r * m_hat / (math.sqrt(v_hat) + eps / math.sqrt(1 - b2**t)))
        else:
            steps.append(-lr * m_hat)
    return steps


def as_nadam_says(gradients: list[float], lr: float, b1: float, b2: float, eps: float) -> list[float]:
    """The rule of NAdam's docstring, word for word."""
    mu = [b1 * (1 - 0.5 * 0.96 ** (t * 4e-3)) for t in range(1, len(gradients) + 2)]
    m = v = 0.0
    steps = []
    for t, g in enumerate(gradients, start=1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        c = mu[t] / (1 - math.prod(mu[: t + 1]))
        d = (1 - mu[t - 1]) / (1 - math.prod(mu[:t]))
        steps.append(-lr * (c * m + d * g) / (math.sqrt(v / (1 - b2**t)) + eps))
    return steps


@pytest.mark.parametrize(("name", "said"), [("radam", as_radam_says), ("nadam", as_nadam_says)])
@pytest.mark.parametrize("eps", [1e-8, 0.1])
def test_rules_that_are_long_are_those_of_their_docstrings(
    name: str, said: Callable[..., list[float]], eps: float
) -> None:
    gradients = np.random.default_rng(6).normal(size=60)
    rule = OPTIMIZERS[name](lr=0.01, beta1=0.8, beta2=0.97, eps=eps)
    expected = said(gradients.tolist(), 0.01, 0.8, 0.97, eps)
    np.testing.assert_allclose(steps(rule, gradients[:, None], np.zeros(1))[:, 0], expected, rtol=1e-11)


# What is shown of a state


@pytest.mark.parametrize("optimizer", [
    AdaGrad(lr=0.1), RMSProp(lr=0.1), RMSProp(lr=0.1, centered=True), Adam(lr=0.1), Adam(lr=0.1, bias_correction=False),
    AdaMax(lr=0.1), AMSGrad(lr=0.1), AMSGrad(lr=0.1, bias_correction=False), AdaBelief(lr=0.1), Yogi(lr=0.1),
], ids=str)  # fmt: skip
def test_a_step_goes_along_the_shown_momentum_over_the_shown_scale(optimizer: Optimizer) -> None:
    """Also where gradients fall, so that what never forgets is told from what does."""
    averages = {"beta2": 0.5} if hasattr(optimizer, "beta2") else {}
    optimizer = replace(optimizer, eps=1e-12, **averages)
    gradients = np.random.default_rng(7).normal(size=(30, 3)) * np.linspace(10, 0.1, 30)[:, None]
    params, state = np.zeros(3), optimizer.init(np.zeros(3))
    for gradient in gradients:
        step, state = optimizer.update(gradient, state, params)
        shown = optimizer.anatomy(state)
        with np.errstate(divide="ignore"):
            expected = -0.1 * shown.get("momentum", gradient) / (shown["scale"] + 1e-12)
        np.testing.assert_allclose(step, expected, rtol=1e-8)


# Known experiments


@pytest.mark.slow
def test_reddis_counterexample_at_full_length() -> None:
    """Reddi, Kale & Kumar 2018, section 3: of a convex problem whose best point is −1, Adam finds the worst.

    f_t = 1010x where t mod 101 = 1, else −10x, on [−1, 1], for a million steps.
    """
    rare, often = np.full((2, 1), 1010.0), np.full((2, 1), -10.0)
    common: dict[str, Any] = {
        "lr": 0.5,
        "schedule": InverseSqrt(),
        "beta1": 0.9,
        "beta2": 0.99,
        "bias_correction": False,
    }
    path = iterates(
        lambda x, t: rare if t % 101 == 1 else often,
        Stack([Adam(**common), AMSGrad(**common)]),
        np.zeros((2, 1)),
        lambda x: np.minimum(np.maximum(x, -1.0), 1.0),
    )
    ((adam,), (amsgrad,)) = next(islice(path, 10**6, None))
    assert adam == pytest.approx(1, abs=3e-3)
    assert amsgrad == pytest.approx(-0.997, abs=1e-3)


@pytest.mark.parametrize(("momentum", "end"), [(0.0, (-0.085, 0.003)), (0.74, (0.905, 0.273))])
def test_opening_picture_of_why_momentum_really_works(momentum: float, end: tuple[float, float]) -> None:
    """Goh 2017: 150 steps on (1 − x)² + 20(3y − x²)²."""

    def gradient(p: Array, t: int) -> Array:
        x, y = p
        return np.array([-2 * (1 - x) - 80 * x * (3 * y - x * x), 120 * (3 * y - x * x)])

    path = iterates(gradient, Momentum(lr=0.003, momentum=momentum), np.array([-1.21, 0.853]))
    np.testing.assert_allclose(next(islice(path, 150, None)), end, atol=6e-4)
