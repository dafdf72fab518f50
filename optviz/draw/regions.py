"""Regions of classes: a tint for each, the stronger the surer, a line where they meet, and their points as marks above.

Everything is drawn anew for each step, and depends on the step alone. Between the cells whose answers are known, their
logarithms are interpolated: these are close to straight where a boundary runs, so that it stays smooth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from optviz.classes import class_looks
from optviz.draw.axes import draw_ticks, draw_title
from optviz.draw.canvas import Canvas, Pixels, Rectangle
from optviz.draw.layout import plot, to_pixels
from optviz.draw.stage import Stage
from optviz.lengths import CLOSE
from optviz.regions import Regions
from optviz.themes import Colour, Theme, rgb
from optviz.timeline import Shot

_LEVELS = 14  # of confidence
_TINT = 0.08, 0.46  # how strong a colour is where the network is unsure, and sure
_LINE = 0.9  # half the width of a boundary, in points
_FLAT = 1e-4  # of the difference of two logarithms a pixel, below which there is no telling where they meet
_DOT, _RIM = 0.5, 0.1  # diameter of a point, and how wide its rim is, in heads
_CROWD = 1.3  # heads' areas for each point that there is to be room for
Field = NDArray[Any]


class RegionsPainter:
    """Draws `Regions` into a panel's place."""

    def __init__(self, panel: Regions, stage: Stage) -> None:
        self._panel, self.stage = panel, stage
        self._theme = stage.crowded(1)
        self.place = _fitted(plot(stage.cell, stage.unit, titled=bool(panel.title)), panel.sides)
        self._kinds = class_looks(self._theme, panel.classes)
        self._table = tints([kind.colour for kind in self._kinds], self._theme)
        spots = to_pixels(np.asarray(panel.points, dtype=float), panel.box, self.place)
        count = max(1, len(spots)) * _CROWD
        area = (self.place[2] - self.place[0]) * (self.place[3] - self.place[1])
        self._dot = min(self._theme.head, math.sqrt(area / count) / stage.canvas.points)
        self._spots = [spots[np.asarray(panel.labels) == label] for label in range(panel.classes)]

    def ground(self, canvas: Canvas) -> None:
        after = draw_ticks(canvas, self.place, self._panel.box, self._theme, self.stage.unit, self.stage.numbers)
        if self._panel.title:
            colour = self.stage.looks(self._panel.owners)[0].colour
            beyond = 0.7 * CLOSE * self.stage.unit
            alike = [runner.title for runner in self.stage.cast]
            title = self._panel.title
            draw_title(canvas, self.place, title, colour, self._theme, beyond=beyond, after=after, alike=alike)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        if before is not None and before.step == shot.step:
            return []
        theme = self._theme
        canvas.image(self.place, self._painted(shot.step, canvas))
        shown = [(spots, kind) for spots, kind in zip(self._spots, self._kinds, strict=True) if len(spots)]
        size, rim = _DOT * self._dot, _RIM * self._dot
        for spots, kind in shown:
            canvas.dots(spots, size, theme.background, mark=kind.mark, rim=rim, clip=self.place)
        for spots, kind in shown:
            canvas.dots(spots, size, kind.colour, mark=kind.mark, clip=self.place)
        return [self.place]

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        return []

    def _painted(self, step: int, canvas: Canvas) -> Pixels:
        """The regions at a step, in the pixels that an image of the place has on this canvas."""
        left, top, right, bottom = self.place
        width, height = (right - left) * canvas.detail, (bottom - top) * canvas.detail
        cells = np.moveaxis(self._panel.answers[step].astype(np.float32), -1, 0)
        rows, columns = cells.shape[1:]
        inner = (1, 1, columns - 1, rows - 1)
        drawn = [Image.fromarray(each).resize((width, height), Image.Resampling.BICUBIC, inner) for each in cells]
        logs = np.stack([np.asarray(each) for each in drawn])
        winner = logs.argmax(axis=0)
        best = logs.max(axis=0)
        count = len(logs)
        share = (1 / np.exp(logs - best).sum(axis=0) - 1 / count) / (1 - 1 / count)
        level = np.clip((share * _LEVELS).astype(np.intp), 0, _LEVELS - 1)
        colours = self._table[winner, level]
        line = _met(logs, _LINE * canvas.points * canvas.detail)[..., None]
        colours = colours + (np.array(rgb(self._theme.ink), np.float32) - colours) * line
        pixels = np.full((height, width, 4), 255, np.uint8)
        pixels[..., :3] = colours + np.float32(0.5)
        return pixels.view(np.uint32)[..., 0]


def tints(colours: Sequence[Colour], theme: Theme) -> Field:
    """The colours (C, levels, 3) of regions, from unsure to sure."""
    paper = np.array(rgb(theme.background), np.float32)
    shares = np.linspace(*_TINT, _LEVELS, dtype=np.float32)[:, None]
    return np.stack([paper + (np.array(rgb(colour), np.float32) - paper) * shares for colour in colours])


def _met(logs: Field, half: float) -> Field:
    """How much of each pixel is covered by a line, `half` pixels to either side, where two classes (C, …) are even."""
    covered = np.zeros(logs.shape[1:], np.float32)
    for label in range(1 if len(logs) == 2 else 0, len(logs)):
        others = np.delete(logs, label, axis=0).max(axis=0)
        ahead = logs[label] - others
        down, right = np.gradient(ahead)
        steepness = np.hypot(down, right)
        away = np.abs(ahead) / np.maximum(steepness, _FLAT)
        np.maximum(covered, np.where(steepness > _FLAT, np.clip(half + 0.5 - away, 0, 1), 0), out=covered)
    return covered


def _fitted(place: Rectangle, sides: tuple[float, float]) -> Rectangle:
    """The part of a place that has the proportions of these sides, at its left and top."""
    left, top, right, bottom = place
    unit = min((right - left) / sides[0], (bottom - top) / sides[1])
    width, height = (round(unit * side) for side in sides)
    return left, top, left + max(2, width), top + max(2, height)
