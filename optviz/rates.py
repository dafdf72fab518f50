"""Learning rates by one published rule, the same for every optimizer.

Where nobody names a learning rate, every optimizer tries the same geometric grid from the same start for the
same number of steps, all candidates as one batch, on other seeds than those of the race. A candidate's score is
the mean over the steps of √((f − f*)/(f₀ − f*)); f* is the value at the first minimum, else the least finite value on
the plot's grid or reached by any candidate within the domain. Candidates that leave the domain or the finite numbers
are out. The gentlest rate whose score is within .02 of the best is taken; if all are out, the one that stays longest.

What is right depends on the units of f, x and y. So where an optimizer's best rate, or the one taken, lies at an end of
its grid, it tries eight decades more at that end, with the same steps between, and so on as far as 1e-30 and 1e30; if
all are out it tries lower rates, and if none gets going higher ones.

A race from several starts has one rate an optimizer all the same, and its score is the mean over the starts. A start
from which a candidate goes out counts 1, as much as if it had never moved; were such a candidate out altogether, a
single start beside an edge would force rates upon all at which nobody moves. Only who goes out from every start is out.
Of more than 64 starts 64 are tried, drawn at random, the same for every optimizer.

This rule chooses what is drawn, and claims nothing. Tables that compare tune each optimizer on the same grid
for the very measure they report: the steps until the gap f − f* is a thousandth of the first, then the last gap.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

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

_A_DECADE = 8  # rates
_WIDER = 8 * _A_DECADE  # rates that are tried at a time beyond the grid
_FARTHEST = 30 * _A_DECADE  # of rates from 1
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
    """The rate chosen for one optimizer, and every candidate it was chosen from, the gentlest first."""

    optimizer: Optimizer
    lr: float
    trials: tuple[Trial, ...]

    @property
    def tried(self) -> tuple[float, float]:
        """The gentlest and the highest rate that were tried."""
        return self.trials[0].lr, self.trials[-1].lr

    @property
    def on_edge(self) -> bool:
        """Whether the rate lies at an end of those that were tried, so that a better one may lie beyond."""
        return self.lr in self.tried and min(trial.score for trial in self.trials) > 0

    @property
    def all_out(self) -> bool:
        """Whether every candidate left the domain or the finite numbers."""
        return all(math.isinf(trial.score) for trial in self.trials)


@dataclass(frozen=True)
class _Pass:
    """Some candidates from all starts on one seed: (R,) each, but values (K, R) at K steps.

    `least` is the least value that any of them reached within the domain, and f* once all have been tried.
    """

    values: Array
    lasted: NDArray[np.intp]
    reached: NDArray[np.intp]
    final: Array
    least: float


class _Wave(NamedTuple):
    """Rates that some optimizers, by their number, tried together; and what came of it on each seed."""

    rates: dict[int, Array]
    passes: list[_Pass]


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
        scale = seen.values[0] - seen.least
        mean = np.sqrt(np.maximum(seen.values - seen.least, 0) / np.where(scale > 0, scale, 1)).mean(axis=0)
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
        scale = seen.values[0] - seen.least
        share = np.where(scale > 0, (seen.final - seen.least) / np.where(scale > 0, scale, 1), 0.0)
        return np.where(seen.reached >= 0, seen.reached, problem.steps + 1 + np.maximum(share, 0))

    return _search(problem, optimizers, arrival, lambda scores: int(scores.argmin()), problem.steps + 2.0)


def known_floor(surface: Surface) -> float | None:
    """The value f* at the first minimum, or None where the surface has none, or none that is finite."""
    if not surface.minima:
        return None
    floor = float(surface(np.array(surface.minima[0], dtype=float)))
    return floor if math.isfinite(floor) else None


def _search(
    problem: Problem,
    optimizers: Sequence[Optimizer],
    measure: Callable[[_Pass], Array],
    pick: Callable[[Array], int],
    lost: float,
) -> list[Choice]:
    """The choice of each optimizer; `lost` is the score of a start from which a candidate goes out."""
    problem = replace(problem, starts=_sample(problem))
    waves: list[_Wave] = []
    choices: list[Choice] = []
    wanted = dict.fromkeys(range(len(optimizers)), GRID)
    while wanted:
        waves.append(_Wave(wanted, _passes(problem, optimizers, wanted)))
        choices = []
        for optimizer, trials in zip(optimizers, _trials(problem, waves, measure, lost), strict=True):
            scores = np.array([trial.score for trial in trials])
            longest = int(np.argmax([trial.lasted for trial in trials]))
            chosen = pick(scores) if np.isfinite(scores).any() else longest
            choices.append(Choice(optimizer, trials[chosen].lr, trials))
        beyond = {index: _beyond(choice, lost) for index, choice in enumerate(choices) if index in wanted}
        wanted = {index: rates for index, rates in beyond.items() if len(rates)}
    return choices


def _beyond(choice: Choice, lost: float) -> Array:
    """The rates to try next, beyond those that were tried; none where better ones are not to be expected there."""
    scores = np.array([trial.score for trial in choice.trials])
    first, last = (round(_A_DECADE * math.log10(choice.trials[end].lr)) for end in (0, -1))
    best, stuck = int(scores.argmin()), bool(lost - _NEAR_BEST <= scores.min() < math.inf)
    low = choice.all_out or (scores[best] > 0 and not stuck and (best == 0 or choice.lr == choice.trials[0].lr))
    high = math.isfinite(scores[-1]) and (stuck or best == len(scores) - 1 or choice.lr == choice.trials[-1].lr)
    below = np.arange(max(first - _WIDER, -_FARTHEST), first) if low else np.arange(0)
    above = np.arange(last + 1, min(last + _WIDER, _FARTHEST) + 1) if high else np.arange(0)
    return np.asarray(10.0 ** (np.concatenate([below, above]) / _A_DECADE))


def _passes(problem: Problem, optimizers: Sequence[Optimizer], rates: dict[int, Array]) -> list[_Pass]:
    """What comes of rates of some of the optimizers, on each seed."""
    candidates = [replace(optimizers[index], lr=float(lr)) for index, row in rates.items() for lr in row]
    seeds = [np.random.SeedSequence([problem.seed, index]) for index in range(_SEEDS if problem.has_chance else 1)]
    return [_try(replace(problem, seed=int(seed.generate_state(1)[0])), candidates) for seed in seeds]


def _trials(
    problem: Problem, waves: Sequence[_Wave], measure: Callable[[_Pass], Array], lost: float
) -> list[tuple[Trial, ...]]:
    """What each optimizer has tried, and the scores of it, the least value of all being f*."""
    least = np.min([[seen.least for seen in wave.passes] for wave in waves], axis=0)
    found: dict[int, list[Trial]] = {index: [] for index in waves[0].rates}
    for rates, passes in waves:
        scores, lasted = [], []
        for seen, floor in zip(passes, least, strict=True):
            with np.errstate(all="ignore"):
                score = measure(replace(seen, least=float(floor)))
            inside = ((seen.lasted > problem.steps) & np.isfinite(score)).reshape(-1, len(problem.starts))
            score = np.where(inside, score.reshape(inside.shape), lost)
            scores.append(np.where(inside.any(axis=-1), score.mean(axis=-1), np.inf))
            lasted.append(seen.lasted.reshape(inside.shape).min(axis=-1))
        score, stayed = np.mean(scores, axis=0), np.min(lasted, axis=0)
        owners = [(index, lr) for index, row in rates.items() for lr in row]
        for (index, lr), s, n in zip(owners, score, stayed, strict=True):
            found[index].append(Trial(float(lr), float(s), int(n)))
    return [tuple(sorted(row, key=lambda trial: trial.lr)) for row in found.values()]


def _try(problem: Problem, candidates: list[Optimizer]) -> _Pass:
    """Run all candidates from all starts; `lasted` is the first step outside the domain (steps + 1 if none)."""
    count, steps, surface = len(candidates) * len(problem.starts), problem.steps, problem.surface
    floor = known_floor(surface)
    stride = -(-steps // max(1, min(_STORED, _NUMBERS // count)))
    lasted = np.full(count, steps + 1)
    reached = np.full(count, -1)
    least = _least(surface(surface.grid(100, 100))) if floor is None else floor
    stored: list[Array] = []
    threshold: Array = np.full(count, -np.inf)
    values: Array = np.empty((1, count))
    at = 0
    for points, values in simulate(problem, candidates):
        if at == 0:
            threshold = threshold if floor is None else floor + TOLERANCE * (values[0] - floor)
        within = surface.contains(points) & np.isfinite(values)
        lasted = np.minimum(lasted, at + _first(~within, steps + 1))
        arrival = at + _first(values <= threshold, steps + 1)
        reached = np.where((reached < 0) & (arrival <= steps), arrival, reached)
        stored.append(values[-at % stride :: stride])
        if floor is None:
            least = min(least, _least(values[within]))
        at += len(points)
    return _Pass(np.concatenate(stored), lasted, reached, values[-1], least)


def _least(values: Array) -> float:
    """The least of the values that are finite."""
    return float(np.min(values[np.isfinite(values)], initial=np.inf))


def _first(found: NDArray[np.bool_], never: int) -> NDArray[np.intp]:
    """The first index along axis 0 where `found`, or `never`."""
    return np.where(found.any(axis=0), found.argmax(axis=0), never)


def _sample(problem: Problem) -> tuple[Point, ...]:
    """The starts that are tried."""
    if len(problem.starts) <= _STARTS:
        return problem.starts
    chosen = np.random.default_rng(problem.seed).choice(len(problem.starts), _STARTS, replace=False)
    return tuple(problem.starts[index] for index in np.sort(chosen).tolist())
