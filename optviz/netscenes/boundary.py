"""Boundaries: how a network divides the plane among the classes, at every moment of its training."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optviz.errors import ArgumentError
from optviz.lengths import (
    AT_EASE,
    CLOSE,
    FOOT,
    HEAD,
    LEAST_CURVES,
    LEFT,
    LOW,
    SIDE,
    SQUARE,
    TITLE,
    most_beneath,
    of_one_unit,
    scale_of,
    unit_of,
)
from optviz.nets.losses import log_softmax
from optviz.nets.setting import DTYPES
from optviz.nets.training import Run, Training
from optviz.netscenes.moments import Steps, first_runs, snapshots_at
from optviz.picture import Picture, as_theme
from optviz.regions import MOST_CLASSES, Regions
from optviz.surface import Array, Box
from optviz.workers import map_jobs

_CELLS = 120  # along the longer side of the box
_MARGIN = 0.12  # around the points, as a share of their span
_STRETCH = 2.5  # how much longer a side may become to fill its place
_LEAST = -30.0  # of the logarithm of a probability
_POINTS = 500  # that are shown at the most
_NAME, _PITCH = 12.0, 6.65  # letters' heights of a column and of a row of the cast beneath


def regions_of(
    training: Training, steps: Steps, picture: Picture, titles: Sequence[str], *, curves: bool = False, jobs: int = 1
) -> list[list[Regions]]:
    """The regions of every run, in rows of panels that suit the picture, with curves beneath or without.

    Raises:
        ArgumentError: There are more classes than can be told apart.
    """
    if training.data.classes > MOST_CLASSES:
        raise ArgumentError(f"boundary tells up to {MOST_CLASSES} classes apart, not {training.data.classes}")
    runs = first_runs(training)
    samples = runs[0].setting.parts.train
    points = samples.x.astype(float)
    box, proportions = _around(points), None
    if of_one_unit([box[1] - box[0], box[3] - box[2]]):
        columns, box = arranged(len(runs), picture, box, curves=curves)
    else:
        columns, (wide, high) = _places(len(runs), picture, (0.0, 1.0, 0.0, 1.0), curves=curves)
        proportions = min(_STRETCH, max(1 / _STRETCH, wide / high))
    middles = grid(box, proportions)
    shown = np.unique(np.linspace(0, len(points) - 1, min(len(points), _POINTS)).round().astype(int))
    answers = map_jobs(lambda index: answers_at(runs[index], steps, middles), range(len(runs)), jobs)
    panels = [
        Regions(
            box=box,
            answers=found,
            points=points[shown],
            labels=samples.y[shown],
            names=training.data.names,
            owner=owner,
            title=title if len(runs) > 1 else "",
            proportions=proportions,
        )
        for owner, (found, title) in enumerate(zip(answers, titles, strict=True))
    ]
    return [panels[first : first + columns] for first in range(0, len(panels), columns)]


def answers_at(run: Run, steps: Steps, points: Array) -> NDArray[np.float16]:
    """The logarithms of the probabilities (T+1, ..., C) that a run gave at these steps, at points (..., 2).

    An ensemble's are those of the mean probabilities.
    """
    setting = run.setting
    flat = setting.standard(points.reshape(-1, 2), DTYPES[setting.dtype])
    weights = [snapshots_at(trial, steps) for trial in run.trials]
    found = np.empty((len(steps), len(flat), setting.network.classes), np.float16)
    with np.errstate(all="ignore"):
        for moment in range(len(steps)):
            logs = [log_softmax(setting.network.test(own[moment].params, own[moment].memory, flat)) for own in weights]
            mean = np.logaddexp.reduce(logs) - math.log(len(logs))
            found[moment] = np.nan_to_num(np.maximum(mean, _LEAST), nan=-math.log(setting.network.classes))
    return found.reshape(len(steps), *points.shape[:-1], -1)


def grid(box: Box, proportions: float | None = None) -> Array:
    """The middles (rows, columns, 2) of cells that fill a box and reach one beyond it, the top row first.

    They are square, but where the box is drawn in other `proportions`, width to height; then they are drawn square.
    """
    x0, x1, y0, y1 = box
    sides = (x1 - x0, y1 - y0) if proportions is None else (proportions, 1.0)
    columns, rows = (max(2, round(side / (max(sides) / _CELLS))) for side in sides)
    x = x0 + (np.arange(-1, columns + 1) + 0.5) * ((x1 - x0) / columns)
    y = y1 - (np.arange(-1, rows + 1) + 0.5) * ((y1 - y0) / rows)
    return np.stack(np.meshgrid(x, y), axis=-1)


def arranged(count: int, picture: Picture, box: Box, *, curves: bool = False) -> tuple[int, Box]:
    """In how many columns so many panels show a box largest, and the box, stretched a little to fill them better.

    Example:
        >>> [arranged(count, Picture(), (0.0, 1.0, 0.0, 1.0))[0] for count in (1, 2, 4)]
        [1, 2, 2]
    """
    best, place = _places(count, picture, box, curves=curves)
    x0, x1, y0, y1 = box
    wanted, own = place[0] / place[1], (x1 - x0) / (y1 - y0)
    across, down = min(_STRETCH, max(1.0, wanted / own)), min(_STRETCH, max(1.0, own / wanted))
    (x, dx), (y, dy) = ((x0 + x1) / 2, (x1 - x0) / 2 * across), ((y0 + y1) / 2, (y1 - y0) / 2 * down)
    return best, (x - dx, x + dx, y - dy, y + dy)


def _places(count: int, picture: Picture, box: Box, *, curves: bool) -> tuple[int, tuple[float, float]]:
    """In how many columns so many panels show a box largest, and the width and height that each of them has there."""
    wide, high, unit = _room(count, picture)
    if curves:
        extras = (FOOT + TITLE) * unit
        high -= extras + max(LEAST_CURVES * unit, (high - extras) * LOW / (1 + LOW))
    titles = TITLE if count > 1 else 0
    best, place = 1, (1.0, 1.0)
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        across = (wide - (LEFT + CLOSE * (columns - 1)) * unit) / columns
        down = (high - (FOOT + CLOSE * (rows - 1) + titles * rows) * unit) / rows
        room = max(16.0, across), max(16.0, down)
        if columns == 1 or _fit(room, box) > _fit(place, box):
            best, place = columns, room
    return best, place


def _room(count: int, picture: Picture) -> tuple[float, float, float]:
    """The width and height that a picture with a cast of so many has for panels, and the length of its unit."""
    (width, height), theme = picture.size or (800, 600), as_theme(picture.theme)
    scale = scale_of(width, height)
    unit, em = unit_of(scale, theme), scale * theme.text * 100 / 72
    wide, high = width - 16 * unit, height - HEAD * scale * theme.heading / 16
    if width > SQUARE * height:
        return width - SIDE * unit, high, unit
    rows = -(-count // max(1, int((wide - LEFT * unit) / (_NAME * em))))
    cast = min(rows * _PITCH * em, AT_EASE * most_beneath(width, height))
    return wide, high - 14 * unit - cast, unit


def _fit(room: tuple[float, float], box: Box) -> float:
    """How many pixels a unit of the box is, in a room of so many."""
    return min(room[0] / (box[1] - box[0]), room[1] / (box[3] - box[2]))


def _around(points: Array) -> Box:
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, (high - low).max() or 1.0)  # a line of points has room beside it
    span = np.maximum(span, 1e-9 * np.maximum(np.abs(low), np.abs(high)))
    middle = (low + high) / 2
    (x0, y0), (x1, y1) = middle - (0.5 + _MARGIN) * span, middle + (0.5 + _MARGIN) * span
    return float(x0), float(x1), float(y0), float(y1)
