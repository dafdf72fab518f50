"""Regions of classes: a tint for each, the stronger the surer, a line where they meet, and points above.

Everything is drawn anew for each step, and depends on the step alone. Between the cells whose answers are known, their
logarithms are interpolated: these are close to straight where a boundary runs, so that it stays smooth.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from optviz.draw.axes import draw_ticks, draw_title
from optviz.draw.canvas import Canvas, Pixels, Rectangle
from optviz.draw.layout import plot, to_pixels
from optviz.draw.stage import Stage
from optviz.regions import MOST_CLASSES, Regions
from optviz.themes import Colour, Theme, rgb
from optviz.timeline import Shot

_LEVELS = 14  # of confidence
_TINT = {False: (0.05, 0.38), True: (0.10, 0.46)}  # how strong a colour is, unsure and sure, on light and dark paper
_ORDER = (1, 0, 4, 3, 2, 5, 6, 7)  # places in the palette of the classes' colours
_LINE = 0.9  # half the width of a boundary, in points
_FLAT = 1e-4  # of the difference of two logarithms a pixel, below which there is no telling where they meet
_DOT, _RIM = 0.46, 0.68  # diameters of a point and of its rim, in heads
_GREY = 24  # the most by which a grey's red, green and blue differ
_CROWD = 1.3  # heads' areas for each point that there is to be room for
Field = NDArray[Any]


class RegionsPainter:
    """Draws `Regions` into a panel's place."""

    def __init__(self, panel: Regions, stage: Stage) -> None:
        self._panel, self._stage = panel, stage
        self._theme = stage.crowded(1)
        self._place = _fitted(plot(stage.cell, stage.unit, titled=bool(panel.title)), panel.box)
        self._colours = class_colours(self._theme, panel.classes)
        self._table = tints(self._colours, self._theme)
        spots = to_pixels(np.asarray(panel.points, dtype=float), panel.box, self._place)
        count = max(1, len(spots)) * _CROWD
        area = (self._place[2] - self._place[0]) * (self._place[3] - self._place[1])
        self._dot = min(self._theme.head, math.sqrt(area / count) / stage.canvas.points)
        self._spots = [spots[np.asarray(panel.labels) == label] for label in range(panel.classes)]

    def ground(self, canvas: Canvas) -> None:
        draw_ticks(canvas, self._place, self._panel.box, self._theme, self._stage.unit)
        if self._panel.title:
            colour = self._stage.looks(self._panel.owners)[0].colour
            draw_title(canvas, self._place, self._panel.title, colour, self._theme)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        if before is not None and before.step == shot.step:
            return []
        theme = self._theme
        canvas.image(self._place, self._painted(shot.step, canvas))
        shown = [(spots, colour) for spots, colour in zip(self._spots, self._colours, strict=True) if len(spots)]
        for spots, _ in shown:
            canvas.dots(spots, _RIM * self._dot, theme.background, clip=self._place)
        for spots, colour in shown:
            canvas.dots(spots, _DOT * self._dot, colour, clip=self._place)
        return [self._place]

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        return []

    def _painted(self, step: int, canvas: Canvas) -> Pixels:
        """The regions at a step, in the pixels that an image of the place has on this canvas."""
        left, top, right, bottom = self._place
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


def class_colours(theme: Theme, count: int) -> list[Colour]:
    """The colours of so many classes: the palette's, or where that has no colours, from ink to almost paper."""
    if all(max(rgb(colour)) - min(rgb(colour)) < _GREY for colour in theme.palette):
        return [_mixed(theme.background, theme.ink, share) for share in np.linspace(1.0, 0.35, count)]
    palette = [theme.palette[place % len(theme.palette)] for place in _ORDER]
    return palette[: min(count, MOST_CLASSES)]


def tints(colours: list[Colour], theme: Theme) -> Field:
    """The colours (C, levels, 3) of regions, from unsure to sure."""
    paper = np.array(rgb(theme.background), np.float32)
    least, most = _TINT[bool(paper.mean() < 128)]
    shares = np.linspace(least, most, _LEVELS, dtype=np.float32)[:, None]
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


def _fitted(place: Rectangle, box: tuple[float, float, float, float]) -> Rectangle:
    """The part of a place that has the proportions of a box, at its left and top."""
    left, top, right, bottom = place
    unit = min((right - left) / (box[1] - box[0]), (bottom - top) / (box[3] - box[2]))
    width, height = round(unit * (box[1] - box[0])), round(unit * (box[3] - box[2]))
    return left, top, left + max(2, width), top + max(2, height)


def _mixed(paper: Colour, ink: Colour, share: float) -> Colour:
    parts = [round(a + (b - a) * share) for a, b in zip(rgb(paper), rgb(ink), strict=True)]
    return "#" + "".join(f"{part:02x}" for part in parts)
