"""The race on a network's own loss: all runs' paths on one plane through the space of their weights, and its loss.

It is laid through the paths themselves, or at random around the best run's end. A path is hardly ever in the plane:
the farther it is from it, the paler it is drawn; and by the loss of each run stands what the plane has in its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optviz.errors import OptvizError
from optviz.nets.training import Run, Training
from optviz.netscenes.landscape import Landscape, Loss, losses_on
from optviz.netscenes.moments import Steps, first_runs, snapshots_at
from optviz.netscenes.planes import Plane, principal_plane, random_plane
from optviz.surface import Array, Box, Surface

_MARGIN = 0.22  # around the paths, as a share of their span
_NARROW = 0.1  # the least one side of the box is of the other
_FAR = 100.0  # times as long as the first weights: runs that come so far lay no plane, and go out of the picture
_LOOKS = 9  # places along a side of the map at which it is looked how low it lies
_ASIDE = 30.0  # degrees by which a relief is seen from beside its paths' direction

Told = Callable[[Iterable[Any], int], Iterable[Any]]


@dataclass(frozen=True, eq=False)
class PlaneRace:
    """A race on a plane: points (T+1, N, 2), distances (T+1, N) from it, losses (T+1, N), and the plane's as a surface.

    `far` is a distance from the plane that is as long as half of its diagonal.
    """

    plane: Plane
    surface: Surface
    box: Box
    points: Array
    distances: Array
    losses: Array
    far: float

    @property
    def heights(self) -> Array:
        """What the plane's loss is beneath every point (T+1, N); NaN where it is none of the picture's."""
        found = self.surface(self.points)
        return np.where(self.surface.contains(self.points), found, np.nan)

    @property
    def azimuth(self) -> float:
        """From where a relief shows the paths best, in degrees: where the map lies low, and the paths come towards the
        eye; a little aside, so that none hides another.
        """
        x0, x1, y0, y1 = self.box
        inside = np.isfinite(self.points[-1]).all(axis=-1) & self.surface.contains(self.points[-1])
        way = (self.points[-1, inside] - self.points[0, inside]).sum(axis=0) / (x1 - x0, y1 - y0)
        places = np.stack(np.meshgrid(*(np.linspace(-1, 1, _LOOKS),) * 2), axis=-1).reshape(-1, 2)
        there = (places + 1) / 2 * (x1 - x0, y1 - y0) + (x0, y0)
        heights = np.log(np.maximum(self.surface(there), 1e-300))
        down = -(heights - heights.mean()) @ places
        eye = sum(each / max(float(np.linalg.norm(each)), 1e-300) for each in (way, down))
        return round(math.degrees(math.atan2(eye[1], eye[0])) + _ASIDE, 1)


def race_on_plane(
    training: Training, steps: Steps, rule: str = "pca", jobs: int = 1, told: Told | None = None
) -> PlaneRace:
    """Project a training on a plane of its weights.

    Args:
        training: With snapshots.
        steps: The steps (T+1,) to show.
        rule: ``pca`` or ``random``.
        jobs: Processes that share the work.
        told: Is given the rows of the plane's grid as they are ready, and hands them on.

    Raises:
        OptvizError: The loss is the same everywhere, or nowhere a number.
    """
    runs = first_runs(training)
    plane = random_plane(training.network, _best(runs), runs[0].seed) if rule == "random" else _through(runs)
    weights = [snapshots_at(run.trials[0], steps) for run in runs]
    projected = [plane.project([each.params for each in own]) for own in weights]
    points = np.stack([coordinates for coordinates, _ in projected], axis=1)
    distances = np.stack([away for _, away in projected], axis=1)
    points[~np.isfinite(distances)] = np.nan
    kept = _staying(runs)
    box = (-1.0, 1.0, -1.0, 1.0) if plane.explained is None else box_around(points[:, kept])
    loss = Loss(runs[0].setting)
    surface = _surface(training, losses_on(plane, box, loss, jobs, told), box)
    losses = np.array([[loss(each.params) for each in own] for own in weights]).T
    diagonal = np.array([box[1] - box[0], box[3] - box[2]]) / 2
    return PlaneRace(plane, surface, box, points, distances, losses, float(np.linalg.norm(diagonal @ plane.directions)))


def _surface(training: Training, values: Array, box: Box) -> Surface:
    if not np.isfinite(values).any() or np.nanmax(values) - np.nanmin(values) < 1e-12:
        raise OptvizError("the loss is the same all over the plane: there is nothing to see on it")
    middle = (box[0] + box[1]) / 2, (box[2] + box[3]) / 2
    title = f"{training.data.title}: the loss"
    return Surface(name=f"{training.data.name}-plane", title=title, fn=Landscape(values, box), domain=box, start=middle)


def _through(runs: tuple[Run, ...]) -> Plane:
    """The principal plane of all weights along the way; where they lie on a line, a random one around the best."""
    points = [each.params for row in _staying(runs) for each in runs[row].trials[0].snapshots]
    with np.errstate(all="ignore"):
        near = [point for point in points if np.linalg.norm(point.astype(float)) <= _farthest(runs)]
    found = principal_plane(np.stack(near))
    return found or random_plane(runs[0].setting.network, _best(runs), runs[0].seed)


def _staying(runs: tuple[Run, ...]) -> list[int]:
    """The rows of the runs that neither diverged nor came too far; of those that did, where there are no others."""
    whole = [row for row, run in enumerate(runs) if run.diverged_at is None] or list(range(len(runs)))
    with np.errstate(all="ignore"):
        reached = [
            max(np.linalg.norm(each.params.astype(float)) for each in runs[row].trials[0].snapshots) for row in whole
        ]
    return [row for row, far in zip(whole, reached, strict=True) if far <= _farthest(runs)] or whole


def _farthest(runs: tuple[Run, ...]) -> float:
    return _FAR * max(1.0, float(np.linalg.norm(runs[0].trials[0].snapshots[0].params)))


def _best(runs: tuple[Run, ...]) -> Array:
    """The last weights of the run whose validation loss is lowest, or first ones where all diverged."""
    whole = [run for run in runs if np.isfinite(run.trials[0].params).all() and run.diverged_at is None]
    if not whole:
        return runs[0].trials[0].snapshots[0].params
    return min(whole, key=lambda run: run.validation.loss).trials[0].params


def box_around(points: Array) -> Box:
    """A box around points (..., 2) with a margin; NaN is nowhere."""
    known = points[np.isfinite(points).all(axis=-1)]
    low, high = known.min(axis=0), known.max(axis=0)
    span = high - low
    span = np.maximum(span, _NARROW * span.max())
    middle = (low + high) / 2
    (x0, y0), (x1, y1) = middle - (0.5 + _MARGIN) * span, middle + (0.5 + _MARGIN) * span
    return float(x0), float(x1), float(y0), float(y1)
