"""Trails: each run's path as strokes that are laid down one by one, in the order of the steps.

A stroke is a casing in the background's colour and a coloured line above it, so that where paths cross the
later step lies above. Strokes depend on the path alone, never on the frames: whoever lays all strokes up to a
step gets the same pixels, however many frames there were on the way.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Canvas, Rectangle
from optviz.themes import Look, Theme
from optviz.timeline import Shot

_SHORTEST = 1.5  # pixels; shorter moves wait until they add up
_SHARP = 0.9  # the cosine of a turn at which a casing would cut into the line before it
_MEMORY = 8.0  # how far back, in widths of the casing, a line is drawn again after a sharp turn
_HORIZON = 2e4  # pixels; longer moves are cut to the picture and a margin
_MARGIN = 200
_PIECES = 64  # strokes that are joined at most


@dataclass(frozen=True)
class Stroke:
    """What a run draws at `step`: a casing and a line (n, 2) in pixels, and the box they cover.

    `walked` is how many pixels of the path lie before the line: where its dashes have got to.
    """

    step: int
    run: int
    casing: NDArray[Any]
    line: NDArray[Any]
    walked: float
    box: Rectangle


@dataclass(frozen=True)
class Exit:
    """Where a run leaves the picture at `step`: an arrowhead (3, 2) in pixels at its edge."""

    step: int
    run: int
    arrow: NDArray[Any]
    box: Rectangle


def strokes(
    paths: Iterable[NDArray[Any]], canvas: Canvas, theme: Theme, clip: Rectangle, *, exits: bool = True
) -> list[Stroke | Exit]:
    """The strokes and, unless told otherwise, the exits of all runs as they are laid; paths (T+1, 2) in pixels."""
    width = theme.casing * canvas.points
    found: list[Stroke | Exit] = []
    for run, path in enumerate(paths):
        found += _strokes_of(run, path, width, clip)
        if exits:
            found += _exits_of(run, path, theme.head * canvas.points, clip)
    return sorted(found, key=lambda stroke: (stroke.step, isinstance(stroke, Exit), stroke.run))


def lay(canvas: Canvas, stroke: Stroke | Exit, look: Look, theme: Theme, clip: Rectangle) -> None:
    """Draw one stroke or exit."""
    if isinstance(stroke, Exit):
        canvas.polygon(stroke.arrow, look.colour, theme.background, (theme.casing - theme.trail) / 2)
    else:
        canvas.line(stroke.casing, theme.background, theme.casing, cap="butt", clip=clip)
        canvas.line(stroke.line, look.colour, theme.trail, dash=look.dash, walked=stroke.walked, clip=clip)


def lay_all(
    canvas: Canvas, found: Sequence[Stroke | Exit], looks: Sequence[Look], theme: Theme, clip: Rectangle
) -> list[Rectangle]:
    """Draw strokes and exits in their order, and say where; joined where the paper wants few and long lines."""
    for stroke in _joined(found, theme.casing * canvas.points) if canvas.joins else found:
        lay(canvas, stroke, looks[stroke.run], theme, clip)
    return [stroke.box for stroke in found]


def _joined(found: Iterable[Stroke | Exit], width: float) -> Iterator[Stroke | Exit]:
    """The same picture in fewer strokes: one that continues its run's last is added to it, but where another lies
    between them, or where the run crosses itself.
    """
    waiting: dict[int, list[Stroke]] = {}
    for stroke in found:
        for run, pieces in list(waiting.items()):
            near = [piece for piece in pieces if _overlap(piece.box, stroke.box)]
            if run != stroke.run:
                ends = bool(near)
            else:
                ends = isinstance(stroke, Exit) or not _continues(stroke, pieces, near, width)
            if ends:
                yield _one(waiting.pop(run))
        if isinstance(stroke, Exit):
            yield stroke
        else:
            waiting.setdefault(stroke.run, []).append(stroke)
    for pieces in waiting.values():
        yield _one(pieces)


def _continues(stroke: Stroke, pieces: list[Stroke], near: list[Stroke], width: float) -> bool:
    """Whether a stroke goes on where the last one ends, and lies across none that a stroke would not draw again."""
    follows = np.array_equal(stroke.line[-2], pieces[-1].line[-1])
    reached = stroke.walked + _length(stroke.line[:-1].tolist()) - (_MEMORY + 1) * width
    crosses = any(piece.walked + _length(piece.line.tolist()) < reached for piece in near)
    return len(pieces) < _PIECES and follows and not crosses


def _one(pieces: list[Stroke]) -> Stroke:
    """Strokes of a run, one after the other, as one."""
    first, ends = pieces[0], [piece.line[-1:] for piece in pieces[1:]]
    lefts, tops, rights, bottoms = zip(*(piece.box for piece in pieces), strict=True)
    return replace(
        first,
        step=pieces[-1].step,
        casing=np.concatenate([first.casing, *ends]),
        line=np.concatenate([first.line, *ends]),
        box=(min(lefts), min(tops), max(rights), max(bottoms)),
    )


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def between(steps: Sequence[int], before: Shot | None, shot: Shot) -> slice:
    """Which of the things laid at these ascending steps come between two shots (None: from the first on)."""
    return slice(bisect_right(steps, before.step) if before else 0, bisect_right(steps, shot.step))


def _strokes_of(run: int, path: NDArray[Any], width: float, clip: Rectangle) -> Iterable[Stroke]:
    """A stroke for every move; after a sharp turn it begins a little before the corner, to mend what it covers."""
    for piece in _pieces(path):
        corners = path[piece].tolist()
        walked, turned = 0.0, -math.inf  # pixels so far, and where the last sharp turn was
        for index in range(1, len(corners)):
            before: list[list[float]] = [corners[index - 1]]
            casing = before
            if index > 1:
                if _is_sharp(*corners[index - 2 : index + 1]):
                    turned = walked
                    casing = _before(corners, index - 1, width)
                if walked - turned < _MEMORY * width:
                    before = _before(corners, index - 1, _MEMORY * width)
            line = _shortened([*before, corners[index]], clip)
            box = around(np.array(line), width, clip)
            if box[0] < box[2] and box[1] < box[3]:
                edge = np.array(_shortened([*casing, corners[index]], clip))
                yield Stroke(piece[index], run, edge, np.array(line), walked - _length(before), box)
            walked += math.dist(corners[index - 1], corners[index])


def _exits_of(run: int, path: NDArray[Any], size: float, clip: Rectangle) -> Iterable[Exit]:
    left, top, right, bottom = clip
    x, y = path[:, 0], path[:, 1]
    inside = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    for step in (np.flatnonzero(inside[:-1] & ~inside[1:] & np.isfinite(x[1:])) + 1).tolist():
        start, move = path[step - 1], path[step] - path[step - 1]
        edge = np.where(move > 0, (right, bottom), (left, top))
        share = np.divide(edge - start, move, out=np.full(2, np.inf), where=move != 0).min()
        ahead = move / np.hypot(*move)
        tip = start + share * move - 2 * ahead
        aside = np.array([-ahead[1], ahead[0]])
        arrow = np.array([tip, tip - size * (ahead + 0.5 * aside), tip - size * (ahead - 0.5 * aside)])
        yield Exit(step, run, arrow, around(arrow, 6.0, (left - 8, top - 8, right + 8, bottom + 8)))


def around(corners: NDArray[Any], width: float, clip: Rectangle) -> Rectangle:
    """The pixels that a line of that width covers, inside `clip`."""
    x, y = corners.T.tolist()
    edge = width / 2 + 2
    left, top, right, bottom = clip
    return (
        max(left, int(min(x) - edge)),
        max(top, int(min(y) - edge)),
        min(right, int(max(x) + edge) + 1),
        min(bottom, int(max(y) + edge) + 1),
    )


def _pieces(path: NDArray[Any]) -> Iterable[list[int]]:
    """The steps at which the path has moved far enough to be drawn; a new list after every gap."""
    kept: list[int] = []
    x = y = math.inf
    for step, (a, b) in enumerate(path.tolist()):
        if math.isnan(a) or math.isnan(b):
            yield kept
            kept, x, y = [], math.inf, math.inf
        elif (a - x) ** 2 + (b - y) ** 2 >= _SHORTEST**2:
            kept.append(step)
            x, y = a, b
    yield kept


def _shortened(line: list[list[float]], clip: Rectangle) -> list[list[float]]:
    """The line with its last move cut to what may be seen, so that Agg need not draw to the horizon."""
    (x, y), (a, b) = line[-2:]
    low, high = 0.0, 1.0
    for start, move, near, far in ((x, a - x, clip[0], clip[2]), (y, b - y, clip[1], clip[3])):
        if abs(start) + abs(move) > _HORIZON and move:
            ends = sorted(((near - _MARGIN - start) / move, (far + _MARGIN - start) / move))
            low, high = max(low, ends[0]), min(high, ends[1])
    if (low, high) == (0.0, 1.0) or low >= high:
        return line
    cut = [[x + (a - x) * low, y + (b - y) * low], [x + (a - x) * high, y + (b - y) * high]]
    return [*line[:-2], *cut]


def _length(line: list[list[float]]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(line))


def _is_sharp(before: list[float], corner: list[float], end: list[float]) -> bool:
    into = corner[0] - before[0], corner[1] - before[1]
    out = end[0] - corner[0], end[1] - corner[1]
    return into[0] * out[0] + into[1] * out[1] < _SHARP * math.hypot(*into) * math.hypot(*out)


def _before(corners: list[list[float]], index: int, length: float) -> list[list[float]]:
    """The path up to corner `index`, from `length` pixels before it on."""
    taken = [corners[index]]
    while index > 0 and length > 0:
        (x, y), (a, b) = corners[index], corners[index - 1]
        far = math.dist((x, y), (a, b))
        share = min(1.0, length / far)
        taken.append([x + (a - x) * share, y + (b - y) * share])
        length -= far
        index -= 1
    return taken[::-1]
