"""The anatomy of a step, drawn at a head, and the key that explains its signs.

The step is an arrow in the run's colour, as long as it is on the map. The gradient, the momentum and the scale have
other units than the map: at each head they share one measure of their own, such that the longest is always as long. So
they can be compared with one another: where −g or −m reaches the edge of the box, the step is lr long in that
coordinate, and where it reaches half-way, half of it. A run that has come to rest has no arrows any more: they would
look as large as ever, and hide those of others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optviz.anatomy import Anatomy
from optviz.draw.canvas import Canvas, Dash, Rectangle
from optviz.draw.trails import around
from optviz.surface import Array, Box
from optviz.themes import Look, Theme
from optviz.timeline import Shot

_REACH, _SHORT = 0.17, 0.13  # the longest, as a share of the map's smaller side: of one run, and of several
_STILL = 1.0  # pixels; a run that has moved no farther for an eighth of all steps, and never will, is at rest
_DOTS: Dash = (1.6, 1.6)
_GRADIENT: tuple[float, Dash] = (1.4, ())  # width and dashes; thin enough to leave what lies beneath it to be seen
_MOMENTUM: tuple[float, Dash] = (2.8, (1.6, 1.0))
_FAR = 1e4  # pixels
_LINE = 1.6  # letters' heights, from one line of the key to the next
_LINES = ("step", "−gradient", "−momentum", "scale √v")


class Vectors:
    """Draws the anatomy of M paths (T+1, M, 2) in pixels.

    `step`, `gradient`, `momentum` and `scale` (T+1, M, 2) are what is drawn at each head, in pixels; those that are
    `at_rest` (T+1, M) have nothing.
    """

    def __init__(
        self, anatomy: Anatomy, box: Box, paths: Array, looks: Sequence[Look], theme: Theme, place: Rectangle
    ) -> None:
        left, top, right, bottom = place
        self._paths, self._looks, self._theme = paths, looks, theme
        measure = np.array([(right - left) / (box[1] - box[0]), -(bottom - top) / (box[3] - box[2])])
        with np.errstate(all="ignore"):
            self.step = anatomy.step * measure
            parts = [-anatomy.gradient * measure, -anatomy.momentum * measure, np.abs(anatomy.scale * measure)]
            lengths = np.nan_to_num([np.hypot(part[..., 0], part[..., 1]) for part in parts], posinf=0.0)
            longest = lengths.max(axis=0)[..., None]
            reach = (_REACH if len(looks) == 1 else _SHORT) * min(right - left, bottom - top)
            share = np.where(longest > 0, reach / longest, np.nan)
            self.gradient, self.momentum, self.scale = (part * share for part in parts)
        self.at_rest = _at_rest(paths)

    def draw(self, canvas: Canvas, step: int, clip: Rectangle) -> list[Rectangle]:
        """Draw what leads on from a step, and say where."""
        boxes = []
        for column, look in enumerate(self._looks):
            head = self._paths[step, column]
            if self.at_rest[step, column] or not np.isfinite(head).all():
                continue
            corners = [head]
            ink = self._theme.ink if len(self._looks) == 1 else look.colour
            move = self.step[step, column]
            if np.isfinite(move).all() and np.abs(move).max() < _FAR:
                corners += draw_arrow(canvas, head, move, look.colour, self._theme, self._theme.trail, (), clip)
            if np.isfinite(scale := self.scale[step, column]).all():
                corners += _draw_box(canvas, head, scale, ink, self._theme, clip)
            for part, (width, dash) in ((self.momentum, _MOMENTUM), (self.gradient, _GRADIENT)):
                if np.isfinite(vector := part[step, column]).all():
                    corners += draw_arrow(canvas, head, vector, ink, self._theme, width, dash, clip)
            box = around(np.array(corners), 8 * canvas.points, clip)
            if box[0] < box[2] and box[1] < box[3]:
                boxes.append(box)
        return boxes


def _at_rest(paths: Array) -> NDArray[np.bool_]:
    """Whether each of M paths (T+1, M, 2) in pixels has come to rest, at every step (T+1, M)."""
    later = paths[::-1]
    extent = (np.maximum.accumulate(later, axis=0) - np.minimum.accumulate(later, axis=0))[::-1].max(axis=-1)
    ago = max(5, len(paths) // 8)
    resting = np.zeros(extent.shape, dtype=bool)
    resting[ago:] = extent[:-ago] < _STILL
    return resting


class Key:
    """Says what the arrows are, at the foot of the cast's place: one beneath the other, or side by side.

    `rest` is what it leaves of that place.
    """

    def __init__(self, theme: Theme, place: Rectangle, canvas: Canvas, *, beneath: bool = False) -> None:
        self._theme = theme
        left, top, right, bottom = place
        line = round(_LINE * theme.text * canvas.points)
        columns = _columns(theme, right - left, canvas) if beneath else 1
        rows = -(-len(_LINES) // columns)
        wide = (right - left) // columns
        first = bottom - round((rows - 1 + (0.1 if beneath else 0.6)) * line)
        self.spots = [(left + n % columns * wide, first + n // columns * line) for n in range(len(_LINES))]
        """Where each of its lines begins, in pixels: its left end, and its baseline."""
        self._room = wide if columns > 1 else canvas.width - left - round(2 * canvas.scale)  # the margin, too
        self.rest: Rectangle = (left, top, right, bottom - height_beneath(theme, right - left, canvas))
        if not beneath:
            self.rest = (left, top, right, first - line)

    def ground(self, canvas: Canvas) -> None:
        theme, sample = self._theme, 14 * canvas.points
        whole, along = (0, 0, canvas.width, canvas.height), np.array([sample, 0.0])
        arrows = (theme.quiet, (theme.trail, ())), (theme.ink, _GRADIENT), (theme.ink, _MOMENTUM)
        for row, (words, (left, y)) in enumerate(zip(_LINES, self.spots, strict=True)):
            middle = np.array([left, y - 0.36 * theme.text * canvas.points])
            if row < len(arrows):
                ink, (width, dash) = arrows[row]
                draw_arrow(canvas, middle, along, ink, theme, width, dash, whole)
            else:
                half = np.array([0.5 * sample, 0.42 * theme.text * canvas.points])
                _draw_box(canvas, middle + along / 2, half, theme.ink, theme, whole)
            x = left + 1.25 * sample
            canvas.text(x, y, canvas.fitted(words, theme.text, self._room - 1.25 * sample), theme.text, theme.quiet)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        return []

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        return []


def height_beneath(theme: Theme, wide: int, canvas: Canvas) -> int:
    """How much of the foot of a cast's place the key takes, where it stands beneath the panels."""
    rows = -(-len(_LINES) // _columns(theme, wide, canvas))
    return round((rows * _LINE + 0.6) * theme.text * canvas.points)


def _columns(theme: Theme, wide: int, canvas: Canvas) -> int:
    longest = max(canvas.text_width(words, theme.text) for words in _LINES) + 20 * canvas.points
    return next((count for count in (len(_LINES), 2) if count * longest <= wide), 1)


def draw_arrow(
    canvas: Canvas,
    foot: NDArray[np.float64],
    vector: NDArray[np.float64],
    colour: str,
    theme: Theme,
    width: float,
    dash: Dash,
    clip: Rectangle,
) -> list[NDArray[np.float64]]:
    """An arrow with a casing, and its corners; one too short to be seen is left out."""
    length = float(np.hypot(*vector))
    size = (3.2 + 1.6 * width) * canvas.points
    if length < 2:
        return []
    ahead = vector / length
    size = min(size, length)
    aside = np.array([-ahead[1], ahead[0]])
    tip = foot + vector
    neck = tip - 0.8 * size * ahead
    barbs = np.array([tip - size * ahead + 0.5 * size * aside, tip, tip - size * ahead - 0.5 * size * aside])
    shaft = np.array([foot, neck])
    outline = np.vstack([barbs, barbs[:1]])
    canvas.line(shaft, theme.background, width + 0.6 * min(width, 3.0), cap="butt", clip=clip)
    canvas.line(outline, theme.background, 2.0, clip=clip)
    canvas.line(shaft, colour, width, cap="butt", dash=dash, clip=clip)
    canvas.patch(barbs, colour, clip=clip)
    return [tip, *barbs]


def _draw_box(
    canvas: Canvas, centre: NDArray[np.float64], half: NDArray[np.float64], ink: str, theme: Theme, clip: Rectangle
) -> list[NDArray[np.float64]]:
    """A rectangle of these half sides around a centre, and its corners."""
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    corners = centre + signs * half
    canvas.line(corners, theme.background, 3.0, cap="butt", clip=clip, alpha=0.6)
    canvas.line(corners, ink, 1.2, dash=_DOTS, clip=clip)
    return list(corners)
