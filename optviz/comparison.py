"""Comparisons: the same optimizers on one problem or on many, as tables that claim something.

A problem is a surface, a start and a seed. Where no learning rate is named, each optimizer is tuned on every problem
for the very measure that is reported, on the same grid with the same budget, so that nobody wins by a rate chosen for
another purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

from optviz.bounds import check_seed
from optviz.calls import Answering, answering, parameters_of, refuse_unknown
from optviz.catalog import DEFAULT_OPTIMIZERS, load_surface
from optviz.errors import ArgumentError
from optviz.kinds import listed
from optviz.optimizer import Optimizer
from optviz.races import Race, race
from optviz.ranking import reports
from optviz.starts import Starts, gather_starts
from optviz.surface import Surface

MAX_PROBLEMS = 4096
_TAKEN = ("start", "seed", "steps", "noise", "clip", "lr", "schedule", "batch_size")


@dataclass(frozen=True)
class Comparison(metaclass=Answering):
    """One race a problem, with the same optimizers in the same order."""

    races: tuple[Race, ...]

    def to_json(self, *, points: bool = False) -> dict[str, Any]:
        """One problem as its report; several as a list of them with a summary a run."""
        return reports(self.races, points=points)


@answering
def compare(
    surfaces: str | Surface | Sequence[str | Surface],
    optimizers: str | Optimizer | Sequence[str | Optimizer] | None = DEFAULT_OPTIMIZERS,
    *,
    starts: Starts | None = None,
    seeds: Sequence[int] | None = None,
    **conditions: Any,
) -> Comparison:
    """Race the same optimizers on every surface, from every start, with every seed.

    Args:
        surfaces: One surface or several, by name or not.
        optimizers: Specs or optimizers; the five classics unless given.
        starts: Points, ``X,Y``, ``random:N`` or ``grid:AxB``; each surface's own start unless given.
        seeds: One race each; 0 alone unless given.
        **conditions: As in `optviz.race`: steps, noise, clip, lr, schedule, batch_size; start and seed mean the same as
            starts and seeds.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.

    Example:
        >>> table = compare("booth", ["sgd", "adam"], steps=100).to_json()
        >>> [(run["label"], run["steps_to_tolerance"] < 100) for run in table["runs"]]
        [('sgd', True), ('adam', True)]
    """
    refuse_unknown("compare", conditions, (*parameters_of(compare), *_TAKEN))
    starts, seeds = (_either(name, value, conditions) for name, value in (("starts", starts), ("seeds", seeds)))
    places = listed("surfaces", surfaces, (str, PathLike, Surface), "names, files or Surfaces")
    chosen = [0] if seeds is None else listed("seeds", seeds, (), "whole numbers from 0, as in (0, 1)")
    checked = [check_seed(seed) for seed in chosen]
    if not places or not checked:
        raise ArgumentError(f"a comparison needs {'a seed' if places else 'a surface'} or more, and there is none")
    problems = []
    for surface in map(load_surface, places):
        points = gather_starts(starts, surface, checked[0])
        problems += [(surface, point, seed) for point in points for seed in checked]
    if not 1 <= len(problems) <= MAX_PROBLEMS:
        raise ArgumentError(f"a comparison has 1 to {MAX_PROBLEMS} problems, not {len(problems)}")
    return Comparison(
        tuple(
            race(surface, optimizers, start=point, seed=seed, tune_for="table", **conditions)
            for surface, point, seed in problems
        )
    )


def _either(name: str, value: Any, conditions: dict[str, Any]) -> Any:
    """What was given by a name, or by its singular, which is taken out of the conditions; None where nothing was."""
    other = name[:-1]
    given = conditions.pop(other, None)
    if isinstance(value, tuple | list) and not value:
        value = None
    if value is not None and given is not None:
        raise ArgumentError(f"{name} and {other} mean the same: leave out {other}")
    return value if given is None else given if name == "starts" else [given]
