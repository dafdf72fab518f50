"""Robustness: whether a claim holds under conditions that it does not speak of.

An exhibit is run again ten times and, where it is a race, ten times more, all at the rates of the exhibit. First by a
hair: a race without chance starts from points moved by 1e-12 of the view, which is what another processor's rounding
comes to; where minibatches or noise are drawn, it has other seeds, and so has a training. Then a race starts from
points moved by up to a hundredth of the view, so that no claim is told as general that one lucky start has. A claim is
fragile where it fails from one of the moved starts, or from more than two of ten other seeds, so that it holds of
their median, too. What an exhibit declares to be true from its very start alone is not judged by the second kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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

HAIR = 1e-12
"""How far starts are moved at first, as a share of the view's width and height."""

NEARBY = 0.01
"""How far they are moved after that, at most."""

FEWEST = 0.8
"""The share of other seeds from which a claim must hold."""


@dataclass(frozen=True)
class Tally:
    """In how many of so many runs under other conditions a claim held.

    Args:
        claim: Which one.
        runs: How often its exhibit was run under conditions of either kind.
        held: In how many by a hair it held, or by other seeds.
        seeded: Whether it was other seeds.
        nearby: From how many starts nearby it held; None of a training, which has no start.
        here: Whether it speaks of the very start alone.
    """

    claim: Claim
    runs: int
    held: int
    seeded: bool
    nearby: int | None
    here: bool = False

    @property
    def fragile(self) -> bool:
        """Whether it held too seldom.

        Example:
            >>> from optviz.claims import parse_claim
            >>> claim = parse_claim("gap(sgd) < 1")
            >>> [Tally(claim, 10, 9, seeded, 10).fragile for seeded in (True, False)]
            [False, True]
            >>> [Tally(claim, 10, 10, False, 9, here).fragile for here in (True, False)]
            [False, True]
        """
        enough = FEWEST * self.runs if self.seeded else self.runs
        return self.held < enough or not (self.here or self.nearby in (None, self.runs))

    def as_row(self) -> dict[str, str]:
        """What a table tells of it, besides the claim."""
        nearby = "" if self.nearby is None else f"{self.nearby} of {self.runs}"
        return {"held": f"{self.held} of {self.runs}", "nearby": f"{nearby}, here" if self.here else nearby}

    def as_data(self) -> dict[str, Any]:
        """What programs are told of it, besides the claim."""
        names = ("runs", "held", "nearby", "here", "fragile")
        return {name: getattr(self, name) for name in names}


def tallied(exhibit: Exhibit, subject: Race | Training, recipe: Recipe, times: int = TIMES) -> list[Tally]:
    """How each claim of an exhibit does where its race or its training is run so many times under other conditions.

    Args:
        exhibit: Whose claims are checked.
        subject: What its command runs.
        recipe: How to run it again, at which rates.
        times: How often under conditions of either kind.
    """
    held = _held(exhibit, varied(subject, recipe, times))
    nearby: list[int] | list[None] = [None] * len(held)
    if not isinstance(subject, Training):
        nearby = _held(exhibit, from_nearby(subject, recipe, times))
    seeded = by_seeds(subject)
    return [
        Tally(claim, times, count, seeded, near, here=number >= len(exhibit.shows))
        for number, (claim, count, near) in enumerate(zip(exhibit.claims, held, nearby, strict=True))
    ]


def _held(exhibit: Exhibit, others: Iterable[Race | Training]) -> list[int]:
    """In how many of these each claim holds."""
    holding = ([finding.holds for finding in exhibit.check(other)] for other in others)
    return [sum(each) for each in zip(*holding, strict=True)]


def by_seeds(subject: Race | Training) -> bool:
    """Whether chance has a part in it, so that other seeds are other conditions."""
    return isinstance(subject, Training) or subject.problem.has_chance


def varied(subject: Race | Training, recipe: Recipe, times: int) -> Iterator[Race | Training]:
    """The same race from starts moved by a hair, or the same race or training from other seeds."""
    for number in range(1, times + 1):
        if isinstance(subject, Training):
            yield train_from(recipe, [seed + number * len(subject.seeds) for seed in subject.seeds])
        elif by_seeds(subject):
            yield _again(subject, replace(recipe, seed=recipe.seed + number))
        else:
            yield _again(subject, replace(recipe, start=_moved(subject, number, HAIR)))


def from_nearby(subject: Race, recipe: Recipe, times: int) -> Iterator[Race]:
    """The same race from starts nearby."""
    for number in range(1, times + 1):
        yield _again(subject, replace(recipe, start=_moved(subject, number, NEARBY)))


def _again(subject: Race, recipe: Recipe) -> Race:
    return race(subject.surface, **recipe.race_options(), source=subject.problem.source)


def _moved(subject: Race, number: int, most: float) -> tuple[tuple[float, float], ...]:
    """The starts, each moved by at most this share of the view in a direction of its own, but not out of the domain."""
    x0, x1, y0, y1 = subject.surface.window
    starts = np.array(subject.starts)
    away = np.random.default_rng(number).uniform(-1, 1, starts.shape) * most * np.array([x1 - x0, y1 - y0])
    low, high = np.array(subject.surface.domain).reshape(2, 2).T
    return tuple((float(x), float(y)) for x, y in np.clip(starts + away, low, high))
