"""Curves: what is followed along the runs, over the steps, in step with the map.

A curve goes from left to right as time does, so on a sheet of pixels all curves are drawn once, to their ends, and a
frame uncovers what lies left of its step. Where curves run on each other for long, the later ones are dashed, so that
all are seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.cast import Runner
from optviz.draw.axes import beside, draw_across, draw_offset
from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.layout import plot, to_pixels
from optviz.draw.polylines import Line, run_upon
from optviz.draw.scales import Fits, Scale, chosen, powers, scale
from optviz.draw.stage import Stage
from optviz.draw.trails import about, around
from optviz.lengths import LEFT
from optviz.numerals import tick_label
from optviz.scene import Curves
from optviz.timeline import Shot

_DECADES = 14  # at most so many below the largest value
_LABELS, _NAMED = 96, 330  # units for the names at the ends of the lines; of a cell that has room for them
_THIN = 0.7
_BAND, _LIGHT = 0.22, 0.1  # how opaque a band is, and one with edges
_HAIR, _HAIR_ALPHA = 0.6, 0.6  # how wide a second series is, as a share of a curve, and how opaque
_MOST_TICKS = 6  # of an axis that is not logarithmic
_NEAR, _DASH = 0.25, 4.0  # widths of a line: how near another is that it runs on, and its dashes there
_SMALLEST, _LARGEST = 1e-300, 1e300  # values; others are drawn as these
_FLAT = 1e-11  # of a value: what differs by less is the same, but for how it is rounded
_CROSS = 0.4  # half the width of the mark where a run diverged, in heads


@dataclass(frozen=True)
class _Sliver:
    """A column of pixels of a band: from top to bottom at x."""

    run: int
    x: int
    top: int
    bottom: int

    @property
    def box(self) -> Rectangle:
        return self.x, self.top, self.x + 1, self.bottom


class CurvesPainter:
    """Draws `Curves`: lines that grow with the steps, a cursor, and names where they end."""

    def __init__(self, panel: Curves, stage: Stage) -> None:
        self._panel, self.stage = panel, stage
        self._theme = stage.thinned(_THIN)
        unit = stage.unit
        self._labelled = stage.cell[2] - stage.cell[0] > _NAMED * unit and len(panel.owners) == len(stage.cast)
        self.place = plot(stage.cell, unit, titled=True, right=_LABELS if self._labelled else 0)
        self._looks = stage.looks(panel.owners)
        values = np.asarray(panel.series.values, dtype=float)
        beside = np.empty((len(values), 0)) if panel.beside is None else np.asarray(panel.beside, dtype=float)
        shown = np.concatenate([values, *(panel.band or ()), beside], axis=1)
        self._low, self._high = panel.span or axis_range(shown, log=panel.series.log)
        self._box = (0.0, float(len(values) - 1), self._low, self._high)
        self.paths = self._placed(values)
        """The M lines (T+1, 2), in pixels of the sheet."""
        below = run_upon(self.paths, _NEAR * self._theme.trail * stage.canvas.points, self.place)
        self._lines = [Line(path, self.place, own) for path, own in zip(self.paths, below, strict=True)]
        edges = np.concatenate(panel.band, axis=1) if panel.band is not None and panel.edged else beside[:, :0]
        self._hairs = [Line(path, self.place) for path in self._placed(np.concatenate([beside, edges], axis=1))]
        filled = panel.band is not None and (not panel.edged or len(panel.owners) == 1)
        self._slivers = list(self._band(*panel.band)) if filled and panel.band is not None else []
        gone = ((column, stage.cast[owner].gone_at) for column, owner in enumerate(panel.owners))
        self.ends = {column: (at, self._left(column, at)) for column, at in gone if at is not None}
        """Where and how high runs diverged, by column."""

    def ground(self, canvas: Canvas) -> None:
        theme = self._theme
        left, top, right, bottom = self.place
        em = theme.text * canvas.points
        unit, ends = self.stage.unit, (self._low, self._high)
        canvas.plate(self.place, theme.background)
        found = self._scale((bottom - top) / (34 * unit), beside(canvas, self.place, ends, LEFT * unit - 0.6 * em))
        self._draw_title(canvas, draw_offset(canvas, self.place, found, theme, LEFT * unit))
        for value, words in zip(found.values, found.labels, strict=True):
            y = float(to_pixels(np.array([0.0, value]), self._box, self.place)[1])
            canvas.line(np.array([[left, y], [right, y]]), _faint(theme.quiet, theme.background), 0.7, cap="butt")
            x = max(left - 0.6 * em - canvas.text_width(words, found.size), self.stage.cell[0] + 2)
            if self.stage.numbers[0]:
                canvas.text(x, y + 0.36 * em, words, found.size, theme.quiet)
        if self.stage.numbers[1]:
            draw_across(canvas, self.place, (0.0, self._box[1] * self.stage.clock.rate), theme, unit, apart=80)
        self._draw_bounds(canvas)
        if self._labelled:
            self._name_ends(canvas)
        if not canvas.joins:
            self._whole = canvas.preview(self.place, lambda: self._draw(canvas, len(self.paths[0]) - 1))

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        if canvas.joins:
            self._draw(canvas, shot.step)
            return [self.place]
        left, top, _, bottom = self.place
        start, end = left if before is None else self._reached(before.step), self._reached(shot.step)
        if start == end:
            return []
        canvas.image((start, top, end, bottom), self._whole[:, start - left : end - left])
        return [(start, top, end, bottom)]

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        left, top, right, bottom = self.place
        theme = self._theme
        x = float(to_pixels(np.array([shot.step, self._low]), self._box, self.place)[0])
        cursor = np.array([[x, top], [x, bottom]])
        canvas.line(cursor, theme.quiet, 0.8, cap="butt", clip=self.place)
        boxes = [around(cursor, 3, self.place)]
        casing = (theme.casing - theme.trail) / 2
        reach = math.ceil((theme.head / 2 + casing) * canvas.points)
        whole = left - reach, top - reach, right + reach, bottom + reach
        for path, look in zip(self.paths, self._looks, strict=True):
            a, b = path[shot.step].tolist()
            if math.isfinite(a) and top <= b <= bottom:
                canvas.disc(a, b, theme.head, look.colour, theme.background, casing, clip=whole)
                boxes.append(about(a, b, (theme.head + 2 * casing) * canvas.points, whole))
        boxes += [self._cross(canvas, column, whole) for column, (end, _) in self.ends.items() if end <= shot.step]
        return boxes

    def _cross(self, canvas: Canvas, column: int, whole: Rectangle) -> Rectangle:
        """Mark where a run diverged."""
        theme, (end, y) = self._theme, self.ends[column]
        x = float(to_pixels(np.array([end, self._low]), self._box, self.place)[0])
        arm = _CROSS * theme.head * canvas.points
        for colour, width in ((theme.background, 2 * theme.trail), (self._looks[column].colour, theme.trail)):
            for turn in (-1, 1):
                bar = np.array([[x - arm, y - turn * arm], [x + arm, y + turn * arm]])
                canvas.line(bar, colour, width, clip=whole)
        return about(x, y, 2 * arm + 2 * theme.trail * canvas.points, whole)

    def _left(self, column: int, at: float) -> float:
        """How high a run was when it was last seen, up to a step; at the top where it never was."""
        _, top, _, bottom = self.place
        heights = self.paths[column][: math.floor(at) + 1, 1]
        known = heights[np.isfinite(heights)]
        return float(np.clip(known[-1], top, bottom)) if len(known) else float(top)

    def _reached(self, step: int) -> int:
        """The column of pixels up to which a frame at that step shows the curves."""
        left, _, right, _ = self.place
        return round(left + (right - left) * step / self._box[1])

    def _draw(self, canvas: Canvas, step: int) -> None:
        """Draw bands and lines up to a step."""
        theme, end = self._theme, self._reached(step)
        for sliver in self._slivers:
            if sliver.x < end:
                canvas.tint(sliver.box, self._looks[sliver.run].colour, _LIGHT if self._panel.edged else _BAND)
        for line, look in zip(self._hairs, cycle(self._looks), strict=False):
            for corners, _ in line.until(step):
                canvas.line(corners, look.colour, _HAIR * theme.trail, clip=self.place, alpha=_HAIR_ALPHA)
        for line, look in zip(self._lines, self._looks, strict=True):
            for corners, below in line.until(step):
                dash = look.dash or ((_DASH, _DASH * below) if below else ())
                canvas.line(corners, look.colour, theme.trail, dash=dash, clip=self.place)

    def _placed(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Series (T+1, M) as M paths in pixels."""
        heights = _on_axis(values, self._low, log=self._panel.series.log)
        steps = np.broadcast_to(np.arange(len(values), dtype=float)[:, None], values.shape)
        return list(to_pixels(np.stack([steps, heights], axis=-1), self._box, self.place).swapaxes(0, 1))

    def _band(self, low: NDArray[Any], high: NDArray[Any]) -> Iterator[_Sliver]:
        """The bands between two series (T+1, M), cut into columns of pixels."""
        left, top, right, bottom = self.place
        edges = [
            to_pixels(np.stack([np.zeros_like(each), each], axis=-1), self._box, self.place)[..., 1]
            for each in (_on_axis(end, self._low, log=self._panel.series.log) for end in (high, low))
        ]
        across = left + np.arange(len(low)) * ((right - left) / max(1.0, self._box[1]))
        columns = np.arange(left, right)
        for run in range(low.shape[1]):
            above, below = (np.interp(columns + 0.5, across, np.nan_to_num(each[:, run], nan=np.inf)) for each in edges)
            for x, high_end, low_end in zip(columns.tolist(), above, below, strict=True):
                if math.isfinite(high_end):
                    foot = bottom if not math.isfinite(low_end) else min(bottom, round(low_end))
                    head = max(top, round(high_end))
                    if head < foot:
                        yield _Sliver(run, x, head, foot)

    def _draw_title(self, canvas: Canvas, after: float) -> None:
        """Write the series' title, in the most words that have room, so many pixels after the place begins."""
        theme, series, (left, top, *_) = self._theme, self._panel.series, self.place
        titles = [f"{each} (log)" if series.log else each for each in (series.title, *self._panel.briefly)]
        room = self.stage.narrowest - (left - self.stage.cell[0]) - after
        fitting = (each for each in titles if canvas.text_width(each, theme.text) <= room)
        title = canvas.fitted(next(fitting, titles[-1]), theme.text, room)
        canvas.text(left + after, top - 0.5 * theme.text * canvas.points, title, theme.text, theme.ink)

    def _scale(self, count: float, fits: Fits) -> Scale:
        """The numbers along the axis, about so many."""
        size = self._theme.text
        if not self._panel.series.log:
            return scale(self._low, self._high, min(_MOST_TICKS, int(count)), size, fits)
        values = powers(self._low, self._high, count)
        brief = all(value == round(value) for value in values)
        tried = [values[::every] for every in range(1, len(values) + 1)]
        return chosen([*tried, values[len(values) // 2 :][:1]], size, fits, lambda value: _power(value, brief=brief))

    def _draw_bounds(self, canvas: Canvas) -> None:
        """The values that runs are compared with, dashed, in their colours."""
        if self._panel.series.bounds is None:
            return
        left, _, right, _ = self.place
        for bound, look in zip(self._panel.series.bounds.tolist(), self._looks, strict=True):
            if self._low < bound < self._high:
                y = float(to_pixels(np.array([0.0, bound]), self._box, self.place)[1])
                canvas.line(np.array([[left, y], [right, y]]), look.colour, 1.0, dash=(3.0, 3.0), clip=self.place)

    def _name_ends(self, canvas: Canvas) -> None:
        """Names beside the ends of the lines, moved apart where they would overlap."""
        theme = self._theme
        _, top, right, bottom = self.place
        em, room = theme.text * canvas.points, (_LABELS - 10) * self.stage.unit
        names, notes = [], []
        for column, (path, owner, look) in enumerate(zip(self.paths, self._panel.owners, self._looks, strict=True)):
            known = path[np.isfinite(path[:, 1]), 1]
            y = float(np.clip(known[-1], top, bottom)) if len(known) else float(bottom)
            runner = self.stage.cast[owner]
            names.append((y, column, 0, runner.title, look.colour))
            for line, words in enumerate(_end_of(runner, canvas, theme.text - 1, room), start=1):
                notes.append((y, column, line, words, theme.quiet))
        wanted = sorted([*names, *notes])
        if len(wanted) * 1.15 * em > bottom - top + em:
            wanted = sorted(names)
        if len(wanted) * 1.15 * em > bottom - top + em:
            return
        spots = kept_apart([y for y, *_ in wanted], 1.15 * em, top, bottom)
        for spot, (_, _, line, text, colour) in zip(spots, wanted, strict=True):
            words, bold = canvas.fitted(text, theme.text - 1, room, bold=line == 0), line == 0
            canvas.text(right + 8 * self.stage.unit, spot + 0.33 * em, words, theme.text - 1, colour, bold=bold)


def _end_of(runner: Runner, canvas: Canvas, size: float, room: float) -> list[str]:
    """What is to be said of a run that diverged, in lines that fit."""
    if runner.diverged_at is None:
        return []
    whole = ["diverged", f"at step {runner.diverged_at}"]
    return [" ".join(whole)] if canvas.text_width(" ".join(whole), size) <= room else whole


def axis_range(values: NDArray[Any], *, log: bool) -> tuple[float, float]:
    """The ends of the axis, as logarithms where it is logarithmic; runs that fly off do not stretch it."""
    values = np.clip(values, -_LARGEST, _LARGEST)
    if log:
        values = np.where(values > 0, np.maximum(values, _SMALLEST), np.nan)
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return 0.0, 1.0
    start = values[: max(2, len(values) // 20)]
    early = start[np.isfinite(start)]
    if log:
        high = min(float(np.log10(known.max())), float(np.log10(early.max() if len(early) else known.max())) + 3)
        low = max(float(np.log10(known.min())), high - _DECADES)
        return (low - 0.1, high + 0.1) if high - low > 0.2 else (low - 0.5, high + 0.5)
    low, high = (float(end) for end in np.percentile(known, (1, 99)))
    if len(early):
        spread = max(float(np.ptp(early)), abs(float(early.max()))) or math.inf
        low, high = max(low, float(early.min()) - 8 * spread), min(high, float(early.max()) + 8 * spread)
    size = max(abs(low), abs(high))
    if size < _SMALLEST:
        return low - 0.5, high + 0.5
    margin = 0.06 * (high - low) if high - low > _FLAT * size else 0.5 * size
    return low - margin, high + margin


def _on_axis(values: NDArray[Any], low: float, *, log: bool) -> NDArray[Any]:
    """Values as they are placed on the axis; what has reached zero lies at its lower end."""
    if not log:
        return values
    with np.errstate(all="ignore"):
        heights = np.log10(values)
    return np.where(values <= 0, low, np.maximum(heights, low))


def kept_apart(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Sorted places, moved as little as keeps them `gap` apart and inside."""
    spots = list(wanted)
    for index in range(1, len(spots)):
        spots[index] = max(spots[index], spots[index - 1] + gap)
    ceiling = high
    for index in reversed(range(len(spots))):
        spots[index] = min(spots[index], ceiling)
        ceiling = spots[index] - gap
    return [max(spot, low + index * gap) for index, spot in enumerate(spots)]


def _power(value: float, *, brief: bool) -> str:
    """The number that lies at a place of a logarithmic axis: as a power, or where not all are powers written out."""
    return f"1e{round(value)}".replace("-", "−") if brief else tick_label(float(f"{10**value:.1g}"))


def _faint(colour: str, paper: str) -> str:
    """A colour a fifth of the way from the paper."""
    parts = [round(int(paper[i : i + 2], 16) * 0.8 + int(colour[i : i + 2], 16) * 0.2) for i in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)
