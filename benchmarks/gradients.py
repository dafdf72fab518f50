"""Gradients side by side: a loop of single gradients, one batch, the compiled batch, and by hand.

All contenders take the same steps, which is checked; all are timed in turns, and medians are shown.

    python benchmarks/gradients.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from itertools import islice
from typing import Any

import autograd
import numpy as np

from optviz import runs
from optviz.catalog import DEFAULT_OPTIMIZERS, load_optimizer, load_surface
from optviz.gradients import gradient
from optviz.optimizer import Adam
from optviz.problem import pose
from optviz.runs import iterates, simulate

ROSENBROCK = load_surface("rosenbrock")
START = np.array(ROSENBROCK.start)
RATES = {"sgd": 1e-3, "momentum": 1e-4, "adagrad": 0.3, "rmsprop": 1e-3, "adam": 3e-2}
RACE = 1000  # steps
MANY, FEW = 160_000, 50  # trajectories, steps
BLOCK = 20_000  # trajectories that go through all their steps before the next ones begin
REPEATS = 5

Contender = Callable[[], Any]


def race(make: Callable[..., Any]) -> Any:
    """optviz's own race of the default optimizers, with gradients made by `make`."""
    optimizers = [replace(load_optimizer(name).optimizer, lr=RATES[name]) for name in DEFAULT_OPTIMIZERS]
    with gradients_by(make):
        for points, _ in simulate(pose(ROSENBROCK, steps=RACE), optimizers):
            last = points[-1]
    return last


@contextmanager
def gradients_by(make: Callable[..., Any]) -> Iterator[None]:
    ours = runs.gradient
    runs.gradient = make
    try:
        yield
    finally:
        runs.gradient = ours


def by_hand(_: Any) -> Callable[[Any], Any]:
    """The gradient as one writes it with a pencil."""

    def slopes(points: Any) -> Any:
        x, y = points[:, 0], points[:, 1]
        gap = y - x * x
        result = np.empty_like(points)
        result[:, 0] = -2 * (1 - x) - 400 * x * gap
        result[:, 1] = 200 * gap
        return result

    return slopes


def single_gradients() -> Any:
    """What one writes at first: every optimizer alone, autograd.grad at every step, updates in plain numpy."""
    slope = autograd.grad(lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2)
    ends = []
    for name, rule in (
        ("sgd", sgd),
        ("momentum", momentum),
        ("adagrad", adagrad),
        ("rmsprop", rmsprop),
        ("adam", adam),
    ):
        x, state = START, (np.zeros(2), np.zeros(2))
        for t in range(1, RACE + 1):
            step, state = rule(RATES[name], slope(x), t, *state)
            x = x - step
        ends.append(x)
    return np.array(ends)


def sgd(lr: float, g: Any, _: int, m: Any, v: Any) -> Any:
    return lr * g, (m, v)


def momentum(lr: float, g: Any, _: int, m: Any, v: Any) -> Any:
    m = 0.9 * m + g
    return lr * m, (m, v)


def adagrad(lr: float, g: Any, _: int, m: Any, v: Any) -> Any:
    v = v + g * g
    return lr * g / (np.sqrt(v) + 1e-10), (m, v)


def rmsprop(lr: float, g: Any, _: int, m: Any, v: Any) -> Any:
    v = 0.9 * v + 0.1 * (g * g)
    return lr * g / (np.sqrt(v) + 1e-8), (m, v)


def adam(lr: float, g: Any, t: int, m: Any, v: Any) -> Any:
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * (g * g)
    return lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), (m, v)


def torch_loop() -> Any:
    import torch

    torch.set_num_threads(1)
    makers = {
        "sgd": torch.optim.SGD,
        "momentum": partial(torch.optim.SGD, momentum=0.9),
        "adagrad": torch.optim.Adagrad,
        "rmsprop": partial(torch.optim.RMSprop, alpha=0.9),
        "adam": torch.optim.Adam,
    }
    ends = []
    for name, make in makers.items():
        p = torch.tensor(START, requires_grad=True)
        optimizer = make([p], lr=RATES[name])
        for _ in range(RACE):
            optimizer.zero_grad()
            loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
            loss.backward()
            optimizer.step()
        ends.append(p.detach().numpy())
    return np.array(ends)


def jax_scan(starts: Any, steps: int, rules: list[Any]) -> Contender:
    """A jitted scan of rules for the rows of `starts`, with gradients by vmap; compiled before it is timed."""
    import jax

    jax.config.update("jax_enable_x64", True)
    slopes = jax.vmap(jax.grad(lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2))

    @jax.jit
    def run(points: Any) -> Any:
        def step(carry: Any, _: Any) -> Any:
            points, states = carry
            seen = slopes(points)
            moved = [rule.update(seen[rows], state) for (rows, rule), state in zip(rules, states, strict=True)]
            return (points + jax.numpy.concatenate([m for m, _ in moved]), [s for _, s in moved]), None

        states = [rule.init(points[rows]) for rows, rule in rules]
        return jax.lax.scan(step, (points, states), None, length=steps)[0][0]

    points = jax.numpy.asarray(starts)
    run(points).block_until_ready()
    return lambda: np.asarray(run(points).block_until_ready())


def jax_race() -> Contender:
    import optax

    rules = [
        optax.sgd(RATES["sgd"]),
        optax.sgd(RATES["momentum"], momentum=0.9),
        optax.adagrad(RATES["adagrad"], 0.0, eps=1e-20),
        optax.rmsprop(RATES["rmsprop"], decay=0.9),
        optax.adam(RATES["adam"]),
    ]
    starts = np.broadcast_to(START, (5, 2))
    return jax_scan(starts, RACE, [(slice(i, i + 1), rule) for i, rule in enumerate(rules)])


def many(make: Callable[..., Any], size: int, starts: Any) -> Any:
    """Adam from every start, `size` of them at a time."""
    slopes = make(ROSENBROCK.fn)
    ends = []
    for first in range(0, len(starts), size):
        path = iterates(lambda x, _: slopes(x), Adam(lr=1e-2), starts[first : first + size])
        ends.append(next(islice(path, FEW, None)))
    return np.concatenate(ends)


def compare(title: str, unit: str, scale: float, contenders: dict[str, Contender | None], tolerance: float) -> None:
    """Time all in turns and print a table; the first is the measure of the others."""
    runs = {name: run for name, run in contenders.items() if run}
    taking: dict[str, list[float]] = {name: [] for name in runs}
    reference: Any = None
    for _ in range(REPEATS):
        for name, run in runs.items():
            begin = time.perf_counter()
            end = run()
            taking[name].append(time.perf_counter() - begin)
            reference = end if reference is None else reference
            assert np.allclose(end, reference, rtol=tolerance, atol=tolerance), (name, end, reference)
    first = statistics.median(next(iter(taking.values())))
    print(f"{title}\n{'':44}{unit:>8}   times as fast")
    for name in contenders:
        if name not in taking:
            print(f"{name:44}   not installed")
            continue
        median = statistics.median(taking[name])
        print(f"{name:44}{median * scale:8.2f}{first / median:12.1f}")
    print()


def main() -> None:
    plain = partial(gradient, compiled=False)
    torch, jax = find_spec("torch"), find_spec("jax") and find_spec("optax")
    compare(
        f"Five optimizers, {RACE} steps on Rosenbrock's function",
        "µs/step",
        1e6 / RACE / 5,
        {
            "loop of autograd.grad, updates in numpy": single_gradients,
            "torch.optim, a loop": torch_loop if torch else None,
            "optviz race, plain autograd": lambda: race(plain),
            "optviz race, compiled": lambda: race(gradient),
            "optviz race, gradient written by hand": lambda: race(by_hand),
            "jax and optax, jitted scan": jax_race() if jax else None,
        },
        1e-3,
    )
    starts = np.random.default_rng(0).uniform([-2, -1], [2, 3], (MANY, 2))
    adam_rule: list[Any] = []
    if jax:
        import optax

        adam_rule = [(slice(None), optax.adam(1e-2))]
    compare(
        f"{MANY} trajectories of Adam, {FEW} steps, in double precision",
        "ns/step",
        1e9 / FEW / MANY,
        {
            "one batch, plain autograd": lambda: many(plain, MANY, starts),
            "one batch, compiled": lambda: many(gradient, MANY, starts),
            f"blocks of {BLOCK}, plain autograd": lambda: many(plain, BLOCK, starts),
            f"blocks of {BLOCK}, compiled": lambda: many(gradient, BLOCK, starts),
            f"blocks of {BLOCK}, gradient written by hand": lambda: many(by_hand, BLOCK, starts),
            "jax and optax, jitted scan": jax_scan(starts, FEW, adam_rule) if jax else None,
        },
        1e-9,
    )


if __name__ == "__main__":
    main()
