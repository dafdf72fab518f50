"""What a race is worth: gaps, distances, steps to a tolerance, as numbers for tables and JSON.

The gap is f − f*, where f* is the value at the first minimum that the surface lists, a global one, and the distance is
that to the nearest it lists: it may have others, which count for nothing here. On a surface that lists none gaps,
distances and arrivals do not exist and are None.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import optviz
from optviz.rates import TOLERANCE, known_floor

if TYPE_CHECKING:
    from optviz.races import Race


def first_steps(found: NDArray[np.bool_]) -> list[int | None]:
    """For each run, a column of `found` (T+1, N), the first step where it holds, or None."""
    return [int(column.argmax()) if column.any() else None for column in found.T]


def report(race: Race, *, points: bool = False) -> dict[str, Any]:
    """A race as plain data: what was asked, and a record a run."""
    return {
        "surface": race.surface.name,
        "start": list(race.start),
        "steps": race.steps,
        "seed": race.problem.seed,
        "version": optviz.__version__,
        "runs": records(race, points=points),
    }


def reports(races: Sequence[Race], *, points: bool = False) -> dict[str, Any]:
    """One race as its report; several with the same labels as a list of problems, and a summary a run."""
    if len(races) == 1:
        return report(races[0], points=points)
    steps = {race.steps for race in races}
    return {
        "surfaces": list(dict.fromkeys(race.surface.name for race in races)),
        "steps": steps.pop() if len(steps) == 1 else None,
        "version": optviz.__version__,
        "problems": [
            {
                "surface": race.surface.name,
                "start": list(race.start),
                "seed": race.problem.seed,
                "runs": records(race, points=points),
            }
            for race in races
        ],
        "summary": summary(races),
    }


def records(race: Race, *, points: bool = False) -> list[dict[str, Any]]:
    """A record a run, in the order of a race from one start."""
    floor = known_floor(race.surface)
    gaps = None if floor is None else race.values - floor
    arrivals = [None] * len(race.runs) if gaps is None else first_steps(gaps <= TOLERANCE * gaps[0])
    distances = race.surface.distance(race.points[-1])
    rows = []
    for column, run in enumerate(race.runs):
        last = race.points[-1, column]
        row: dict[str, Any] = {
            "label": run.label,
            "optimizer": run.optimizer,
            "hyperparameters": dict(run.hyperparameters),
            "lr_rule": run.lr_rule,
            "lr_on_edge": run.lr_on_edge,
            "final": {"point": [_number(x) for x in last], "value": _number(race.values[-1, column])},
            "gap": None if gaps is None else _number(gaps[-1, column]),
            "distance": _number(distances[column]),
            "steps_to_tolerance": arrivals[column],
            "diverged_at": run.diverged_at,
            "left_at": run.left_at,
        }
        if points:
            row["points"] = [[_number(x) for x in point] for point in race.points[:, column]]
            row["values"] = [_number(value) for value in race.values[:, column]]
        rows.append(row)
    return rows


def summary(races: Sequence[Race]) -> list[dict[str, Any]]:
    """Over several races with the same labels: how often each run arrived, and how fast in the median."""
    tables = [records(race) for race in races]
    rows = []
    for column, label in enumerate(races[0].labels):
        own = [table[column] for table in tables]
        arrived = [row["steps_to_tolerance"] for row in own if row["steps_to_tolerance"] is not None]
        gaps = [row["gap"] for row in own if row["gap"] is not None]
        rows.append(
            {
                "label": label,
                "problems": len(own),
                "arrived": len(arrived),
                "median_steps_to_tolerance": median(arrived) if arrived else None,
                "median_gap": median(gaps) if gaps else None,
                "diverged": sum(row["diverged_at"] is not None for row in own),
                "left": sum(row["left_at"] is not None for row in own),
            }
        )
    return rows


def _number(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None
