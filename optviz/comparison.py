"""Comparisons: the same optimizers on one problem or on many, as tables that claim something.

A problem is a surface, a start and a seed. Where no learning rate is named, each optimizer is tuned on every problem
for the very measure that is reported, on the same grid with the same budget, so that nobody wins by a rate chosen for
another purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optviz.catalog import DEFAULT_OPTIMIZERS, load_surface
from optviz.errors import ArgumentError
from optviz.optimizer import Optimizer
from optviz.races import Race, race
from optviz.ranking import reports
from optviz.starts import gather_starts
from optviz.surface import Point, Surface

MAX_PROBLEMS = 4096


@dataclass(frozen=True)
class Comparison:
    """One race a problem, with the same optimizers in the same order."""

    races: tuple[Race, ...]

    def to_json(self, *, points: bool = False) -> dict[str, Any]:
        """One problem as its report; several as a list of them with a summary a run."""
        return reports(self.races, points=points)


def compare(
    surfaces: str | Surface | Sequence[str | Surface],
    optimizers: Sequence[str | Optimizer] = DEFAULT_OPTIMIZERS,
    *,
    starts: Sequence[str | Point] = (),
    seeds: Sequence[int] = (0,),
    **conditions: Any,
) -> Comparison:
    """Race the same optimizers on every surface, from every start, with every seed.

    Args:
        surfaces: One surface or several, by name or not.
        optimizers: Specs or optimizers; the five classics unless given.
        starts: Points, ``X,Y``, ``random:N`` or ``grid:AxB``; each surface's own start unless given.
        seeds: One race each.
        **conditions: As in `optviz.race`: steps, noise, clip, lr, schedule, batch_size.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.

    Example:
        >>> table = compare("booth", ["sgd", "adam"], steps=100).to_json()
        >>> [(run["label"], run["steps_to_tolerance"] < 100) for run in table["runs"]]
        [('sgd', True), ('adam', True)]
    """
    listed = [surfaces] if isinstance(surfaces, str | Surface) else surfaces
    problems = []
    for surface in map(load_surface, listed):
        points = gather_starts(starts or None, surface, seeds[0])
        problems += [(surface, point, seed) for point in points for seed in seeds]
    if not 1 <= len(problems) <= MAX_PROBLEMS:
        raise ArgumentError(f"a comparison has 1 to {MAX_PROBLEMS} problems, not {len(problems)}")
    return Comparison(
        tuple(
            race(surface, optimizers, start=point, seed=seed, tune_for="table", **conditions)
            for surface, point, seed in problems
        )
    )
