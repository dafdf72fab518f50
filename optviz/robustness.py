"""Robustness: whether a claim holds under conditions that it does not speak of.

An exhibit is run ten times more. A race without chance starts from points moved by 1e-12 of the view, which is what
another processor's rounding comes to; where minibatches or noise are drawn, it has other seeds, and so has a training.
All run at the rates of the exhibit. A claim is fragile where it fails in one of the moved races, or from more than one
in five of the other seeds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optviz.nets.training import Training
from optviz.netscenes import train_from
from optviz.races import Race, race

if TYPE_CHECKING:
    from optviz.claims import Claim
    from optviz.gallery import Exhibit
    from optviz.recipe import Recipe

TIMES = 10
"""How often an exhibit is run under other conditions."""

MOVED = 1e-12
"""How far starts are moved, as a share of the view's width and height."""

FEWEST = 0.8
"""The share of other seeds from which a claim must hold."""


@dataclass(frozen=True)
class Tally:
    """In how many of so many runs under other conditions a claim held; `seeded` says whether these were other seeds."""

    claim: Claim
    held: int
    runs: int
    seeded: bool

    @property
    def fragile(self) -> bool:
        """Whether it held too seldom.

        Example:
            >>> from optviz.claims import parse_claim
            >>> claim = parse_claim("gap(sgd) < 1")
            >>> [Tally(claim, 9, 10, seeded).fragile for seeded in (True, False)]
            [False, True]
        """
        return self.held < (FEWEST * self.runs if self.seeded else self.runs)

    def as_data(self) -> dict[str, Any]:
        """What programs are told of it, besides the claim."""
        return {"held": self.held, "runs": self.runs, "fragile": self.fragile}


def tallied(exhibit: Exhibit, subject: Race | Training, recipe: Recipe, times: int = TIMES) -> list[Tally]:
    """How each claim of an exhibit does where its race or its training is run so many times under other conditions.

    Args:
        exhibit: Whose claims are checked.
        subject: What its command runs.
        recipe: How to run it again, at which rates.
        times: How often.
    """
    held = np.zeros(len(exhibit.shows), dtype=int)
    for other in varied(subject, recipe, times):
        held += [finding.holds for finding in exhibit.check(other)]
    seeded = by_seeds(subject)
    return [Tally(claim, count, times, seeded) for claim, count in zip(exhibit.shows, held.tolist(), strict=True)]


def by_seeds(subject: Race | Training) -> bool:
    """Whether chance has a part in it, so that other seeds are other conditions."""
    return isinstance(subject, Training) or subject.problem.has_chance


def varied(subject: Race | Training, recipe: Recipe, times: int) -> Iterator[Race | Training]:
    """The same races or trainings from moved starts or other seeds."""
    for number in range(1, times + 1):
        if isinstance(subject, Training):
            yield train_from(recipe, [seed + number * len(subject.seeds) for seed in subject.seeds])
        elif by_seeds(subject):
            yield _again(subject, replace(recipe, seed=recipe.seed + number))
        else:
            yield _again(subject, replace(recipe, start=_moved(subject, number)))


def _again(subject: Race, recipe: Recipe) -> Race:
    return race(subject.surface, **recipe.race_options(), source=subject.problem.source)


def _moved(subject: Race, number: int) -> tuple[tuple[float, float], ...]:
    """The starts, each moved a little in a direction of its own, but not out of the domain."""
    x0, x1, y0, y1 = subject.surface.window
    starts = np.array(subject.starts)
    away = np.random.default_rng(number).uniform(-1, 1, starts.shape) * MOVED * np.array([x1 - x0, y1 - y0])
    low, high = np.array(subject.surface.domain).reshape(2, 2).T
    return tuple((float(x), float(y)) for x, y in np.clip(starts + away, low, high))
