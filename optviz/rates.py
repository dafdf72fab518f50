"""Learning rates by one published rule, the same for every optimizer.

Where nobody names a learning rate, every optimizer tries the same geometric grid from the same start for the
same number of steps, all candidates as one batch, on other seeds than those of the race. A candidate's score is
the mean over the steps of √((f − f*)/(f₀ − f*)); f* is the value at the first minimum, else the least value on
the plot's grid or reached by any candidate. Candidates that leave the domain or the finite numbers are out. The
gentlest rate whose score is within .02 of the best is taken; if all are out, the one that stays longest.

A race from several starts has one rate an optimizer all the same, and its score is the mean over the starts. A start
from which a candidate goes out counts 1, as much as if it had never moved; were such a candidate out altogether, a
single start beside an edge would force rates upon all at which nobody moves. Only who goes out from every start is out.
Of more than 64 starts 64 are tried, drawn at random, the same for every optimizer.

This rule chooses what is drawn, and claims nothing. Tables that compare tune each optimizer on the same grid
for the very measure they report: the steps until the gap f − f* is a thousandth of the first, then the last gap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optviz.optimizer import Optimizer
from optviz.problem import Problem
from optviz.runs import simulate
from optviz.surface import Array, Point, Surface

GRID: Array = 10.0 ** (np.arange(65) / 8 - 7)
"""The learning rates tried: 1e-7 … 10, eight a decade."""

TOLERANCE = 1e-3
"""The share of the first gap that counts as arrived."""

_NEAR_BEST = 0.02
_SEEDS = 2  # seeds tried where runs are random
_STORED = 2000  # steps whose values are kept for the score
_NUMBERS = 1 << 23  # values that are kept altogether, where candidates are many
_STARTS = 64  # starts that are tried, where there are more


@dataclass(frozen=True)
class Trial:
    """One candidate rate: its score (lower is better, infinite if it is out) and how long it stayed inside."""

    lr: float
    score: float
    lasted: int


@dataclass(frozen=True)
class Choice:
    """The rate chosen for one optimizer, and every candidate it was chosen from."""

    optimizer: Optimizer
    lr: float
    trials: tuple[Trial, ...]

    @property
    def on_edge(self) -> bool:
        """Whether the rate lies at an end of the grid, so that a better one may lie beyond."""
        return on_grid_edge(self.lr)


@dataclass(frozen=True)
class _Pass:
    """All candidates from all starts on one seed: (R,) each, but values (K, R) at K steps."""

    values: Array
    lasted: NDArray[np.intp]
    reached: NDArray[np.intp]
    final: Array
    floor: float


def fair_rates(problem: Problem, optimizers: Sequence[Optimizer]) -> list[Choice]:
    """Choose each optimizer's rate for a picture, by the rule above.

    Example:
        >>> from optviz.optimizer import SGD
        >>> from optviz.problem import pose
        >>> [choice] = fair_rates(pose("booth", steps=100), [SGD()])
        >>> 0.01 < choice.lr < 0.12
        True
    """

    def area(seen: _Pass) -> Array:
        scale = seen.values[0] - seen.floor
        mean = np.sqrt(np.maximum(seen.values - seen.floor, 0) / np.where(scale > 0, scale, 1)).mean(axis=0)
        return np.where(scale > 0, mean, 0.0)  # a start that is a minimum does not tell the rates apart

    def gentlest(scores: Array) -> int:
        return int(np.flatnonzero(scores <= scores.min() + _NEAR_BEST)[0])

    return _search(problem, optimizers, area, gentlest, 1.0)


def fastest_rates(problem: Problem, optimizers: Sequence[Optimizer]) -> list[Choice]:
    """Choose each optimizer's rate for a table: the fewest steps to a thousandth of the first gap.

    The score is that number of steps; a candidate that never arrives scores steps + 1 + its last gap as a share of
    the first, so that among those the closest wins. Ties go to the gentlest.
    """

    def arrival(seen: _Pass) -> Array:
        scale = seen.values[0] - seen.floor
        share = np.where(scale > 0, (seen.final - seen.floor) / np.where(scale > 0, scale, 1), 0.0)
        return np.where(seen.reached >= 0, seen.reached, problem.steps + 1 + np.maximum(share, 0))

    return _search(problem, optimizers, arrival, lambda scores: int(scores.argmin()), problem.steps + 2.0)


def on_grid_edge(lr: float) -> bool:
    """Whether a tuned rate lies at an end of the grid, so that a better one may lie beyond."""
    return lr in (float(GRID[0]), float(GRID[-1]))


def known_floor(surface: Surface) -> float | None:
    """The value f* at the first minimum, or None where the surface has none."""
    return float(surface(np.array(surface.minima[0], dtype=float))) if surface.minima else None


def _search(
    problem: Problem,
    optimizers: Sequence[Optimizer],
    measure: Callable[[_Pass], Array],
    pick: Callable[[Array], int],
    lost: float,
) -> list[Choice]:
    """The choice of each optimizer; `lost` is the score of a start from which a candidate goes out."""
    problem = replace(problem, starts=_sample(problem))
    candidates = [replace(optimizer, lr=float(lr)) for optimizer in optimizers for lr in GRID]
    random = problem.surface.data is not None or problem.noise > 0
    scores, lasted = [], []
    for index in range(_SEEDS if random else 1):
        other = int(np.random.SeedSequence([problem.seed, index]).generate_state(1)[0])
        seen = _try(replace(problem, seed=other), candidates)
        with np.errstate(all="ignore"):
            score = measure(seen)
        inside = (seen.lasted > problem.steps) & np.isfinite(score)
        shape = len(optimizers), len(GRID), len(problem.starts)
        score, inside = np.where(inside, score, lost).reshape(shape), inside.reshape(shape)
        scores.append(np.where(inside.any(axis=-1), score.mean(axis=-1), np.inf))
        lasted.append(seen.lasted.reshape(shape).min(axis=-1))
    score, stayed = np.mean(scores, axis=0), np.min(lasted, axis=0)
    choices = []
    for optimizer, row, stay in zip(optimizers, score, stayed, strict=True):
        chosen = pick(row) if np.isfinite(row).any() else int(stay.argmax())
        trials = tuple(Trial(float(lr), float(s), int(n)) for lr, s, n in zip(GRID, row, stay, strict=True))
        choices.append(Choice(optimizer, float(GRID[chosen]), trials))
    return choices


def _try(problem: Problem, candidates: list[Optimizer]) -> _Pass:
    """Run all candidates from all starts; `lasted` is the first step outside the domain (steps + 1 if none)."""
    count, steps, surface = len(candidates) * len(problem.starts), problem.steps, problem.surface
    floor = known_floor(surface)
    stride = -(-steps // max(1, min(_STORED, _NUMBERS // count)))
    lasted = np.full(count, steps + 1)
    reached = np.full(count, -1)
    least = float(np.nanmin(surface(surface.grid(100, 100)))) if floor is None else floor
    stored: list[Array] = []
    threshold: Array = np.full(count, -np.inf)
    values: Array = np.empty((1, count))
    at = 0
    for points, values in simulate(problem, candidates):
        if at == 0:
            threshold = threshold if floor is None else floor + TOLERANCE * (values[0] - floor)
        lasted = np.minimum(lasted, at + _first(~(surface.contains(points) & np.isfinite(values)), steps + 1))
        arrival = at + _first(values <= threshold, steps + 1)
        reached = np.where((reached < 0) & (arrival <= steps), arrival, reached)
        stored.append(values[-at % stride :: stride])
        if floor is None:
            least = min(least, float(np.min(values[np.isfinite(values)], initial=np.inf)))
        at += len(points)
    return _Pass(np.concatenate(stored), lasted, reached, values[-1], least)


def _first(found: NDArray[np.bool_], never: int) -> NDArray[np.intp]:
    """The first index along axis 0 where `found`, or `never`."""
    return np.where(found.any(axis=0), found.argmax(axis=0), never)


def _sample(problem: Problem) -> tuple[Point, ...]:
    """The starts that are tried."""
    if len(problem.starts) <= _STARTS:
        return problem.starts
    chosen = np.random.default_rng(problem.seed).choice(len(problem.starts), _STARTS, replace=False)
    return tuple(problem.starts[index] for index in np.sort(chosen).tolist())
