"""Curves: what is followed along the runs, over the steps, in step with the map.

A curve goes from left to right as time does, so on a sheet of pixels all curves are drawn once, to their ends, and a
frame uncovers what lies left of its step. Where many steps share a column of pixels, a curve goes through its first,
least, largest and last value there: its outline is that of all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.layout import plot, some_ticks, tick_label, ticks, to_pixels
from optviz.draw.stage import Stage
from optviz.draw.trails import about, around
from optviz.scene import Curves
from optviz.timeline import Shot

_DECADES = 14  # at most so many below the largest value
_LABELS = 96  # units for the names at the ends of the lines
_THIN = 0.7
_BAND = 0.22  # how opaque a band is
_HAIR, _HAIR_ALPHA = 0.6, 0.6  # how wide a second series is, as a share of a curve, and how opaque
_DENSE = 4  # steps in a column of pixels from which on not all are drawn
_HORIZON = 2e4  # pixels beyond the panel, farther than which no line need go


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
        self._panel, self._stage = panel, stage
        self._theme = stage.thinned(_THIN)
        unit = stage.unit
        self._labelled = stage.cell[2] - stage.cell[0] > 300 * unit and len(panel.owners) == len(stage.cast)
        self._place = plot(stage.cell, unit, titled=True, right=_LABELS if self._labelled else 0)
        self._looks = stage.looks(panel.owners)
        values = np.asarray(panel.series.values, dtype=float)
        beside = np.empty((len(values), 0)) if panel.beside is None else np.asarray(panel.beside, dtype=float)
        shown = np.concatenate([values, *(panel.band or ()), beside], axis=1)
        self._low, self._high = panel.span or axis_range(shown, log=panel.series.log)
        self._box = (0.0, float(len(values) - 1), self._low, self._high)
        self._paths = self._placed(values)
        self._lines = [_Line(path, self._place) for path in self._paths]
        self._hairs = [_Line(path, self._place) for path in self._placed(beside)]
        self._slivers = [] if panel.band is None else list(self._band(*panel.band))

    def ground(self, canvas: Canvas) -> None:
        theme, series = self._theme, self._panel.series
        left, top, right, bottom = self._place
        em = theme.text * canvas.points
        title = f"{series.title} (log)" if series.log else series.title
        canvas.plate(self._place, theme.background)
        canvas.text(left, top - 0.5 * em, canvas.fitted(title, theme.text, right - left), theme.text, theme.ink)
        heights = self._ticks((bottom - top) / (34 * self._stage.unit))
        powers = all(height == round(height) for height in heights)
        for value in heights:
            y = float(to_pixels(np.array([0.0, value]), self._box, self._place)[1])
            canvas.line(np.array([[left, y], [right, y]]), _faint(theme.quiet, theme.background), 0.7, cap="butt")
            words = _power(value, brief=powers) if series.log else tick_label(value)
            width = canvas.text_width(words, theme.text)
            x = max(left - 0.6 * em - width, self._stage.cell[0] + 2)
            canvas.text(x, y + 0.36 * em, words, theme.text, theme.quiet)
        rate = self._stage.clock.rate
        for value in ticks(0, self._box[1] * rate, max(2, int((right - left) / (80 * self._stage.unit)))):
            x = float(to_pixels(np.array([value / rate, self._low]), self._box, self._place)[0])
            canvas.text(x, bottom + 1.4 * em, tick_label(value), theme.text, theme.quiet, anchor="centre")
        self._draw_bounds(canvas)
        if self._labelled:
            self._name_ends(canvas)
        if not canvas.joins:
            self._whole = canvas.preview(self._place, lambda: self._draw(canvas, len(self._paths[0]) - 1))

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        if canvas.joins:
            self._draw(canvas, shot.step)
            return [self._place]
        left, top, _, bottom = self._place
        start, end = left if before is None else self._reached(before.step), self._reached(shot.step)
        if start == end:
            return []
        canvas.image((start, top, end, bottom), self._whole[:, start - left : end - left])
        return [(start, top, end, bottom)]

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        left, top, right, bottom = self._place
        theme = self._theme
        x = float(to_pixels(np.array([shot.step, self._low]), self._box, self._place)[0])
        cursor = np.array([[x, top], [x, bottom]])
        canvas.line(cursor, theme.quiet, 0.8, cap="butt", clip=self._place)
        boxes = [around(cursor, 3, self._place)]
        casing = (theme.casing - theme.trail) / 2
        reach = math.ceil((theme.head / 2 + casing) * canvas.points)
        whole = left - reach, top - reach, right + reach, bottom + reach
        for path, look in zip(self._paths, self._looks, strict=True):
            a, b = path[shot.step].tolist()
            if math.isfinite(a) and top <= b <= bottom:
                canvas.disc(a, b, theme.head, look.colour, theme.background, casing, clip=whole)
                boxes.append(about(a, b, (theme.head + 2 * casing) * canvas.points, whole))
        return boxes

    def _reached(self, step: int) -> int:
        """The column of pixels up to which a frame at that step shows the curves."""
        left, _, right, _ = self._place
        return round(left + (right - left) * step / self._box[1])

    def _draw(self, canvas: Canvas, step: int) -> None:
        """Draw bands and lines up to a step."""
        theme, end = self._theme, self._reached(step)
        for sliver in self._slivers:
            if sliver.x < end:
                canvas.tint(sliver.box, self._looks[sliver.run].colour, _BAND)
        for line, look in zip(self._hairs, self._looks, strict=False):
            canvas.line(line.until(step), look.colour, _HAIR * theme.trail, clip=self._place, alpha=_HAIR_ALPHA)
        for line, look in zip(self._lines, self._looks, strict=True):
            corners = line.until(step)
            canvas.line(corners, look.colour, theme.trail, dash=look.dash, clip=self._place)

    def _placed(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Series (T+1, M) as M paths in pixels."""
        heights = _on_axis(values, self._low, log=self._panel.series.log)
        steps = np.broadcast_to(np.arange(len(values), dtype=float)[:, None], values.shape)
        return list(to_pixels(np.stack([steps, heights], axis=-1), self._box, self._place).swapaxes(0, 1))

    def _band(self, low: NDArray[Any], high: NDArray[Any]) -> Iterator[_Sliver]:
        """The bands between two series (T+1, M), cut into columns of pixels."""
        left, top, right, bottom = self._place
        edges = [
            to_pixels(np.stack([np.zeros_like(each), each], axis=-1), self._box, self._place)[..., 1]
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

    def _ticks(self, count: float) -> list[float]:
        if not self._panel.series.log:
            return some_ticks(self._low, self._high, int(count))
        every = max(1, math.ceil((self._high - self._low) / max(2, count)))
        powers = [float(power) for power in range(math.ceil(self._low), math.floor(self._high) + 1)]
        if len(powers) > 1 or count < 2:
            return [power for power in powers if power % every == 0]
        within = range(math.floor(self._low), math.ceil(self._high))
        finer = [power + math.log10(digit) for power in within for digit in (1, 2, 5)]
        return [value for value in finer if self._low <= value <= self._high]

    def _draw_bounds(self, canvas: Canvas) -> None:
        """The values that runs are compared with, dashed, in their colours."""
        if self._panel.series.bounds is None:
            return
        left, _, right, _ = self._place
        for bound, look in zip(self._panel.series.bounds.tolist(), self._looks, strict=True):
            if self._low < bound < self._high:
                y = float(to_pixels(np.array([0.0, bound]), self._box, self._place)[1])
                canvas.line(np.array([[left, y], [right, y]]), look.colour, 1.0, dash=(3.0, 3.0), clip=self._place)

    def _name_ends(self, canvas: Canvas) -> None:
        """Names beside the ends of the lines, moved apart where they would overlap."""
        theme = self._theme
        _, top, right, bottom = self._place
        em = theme.text * canvas.points
        wanted = []
        for path, owner, look in zip(self._paths, self._panel.owners, self._looks, strict=True):
            known = path[np.isfinite(path[:, 1]), 1]
            y = float(np.clip(known[-1], top, bottom)) if len(known) else float(bottom)
            wanted.append((y, self._stage.cast[owner].title, look.colour))
        wanted.sort()
        if len(wanted) * 1.15 * em > bottom - top + em:
            return
        spots = _parted([y for y, _, _ in wanted], 1.15 * em, top, bottom)
        for spot, (_, title, colour) in zip(spots, wanted, strict=True):
            words = canvas.fitted(title, theme.text - 1, (_LABELS - 10) * self._stage.unit, bold=True)
            canvas.text(right + 8 * self._stage.unit, spot + 0.33 * em, words, theme.text - 1, colour, bold=True)


class _Line:
    """A curve as a polyline: a path (T+1, 2) in pixels, thinned where many steps share a column of pixels."""

    def __init__(self, path: NDArray[Any], place: Rectangle) -> None:
        left, top, right, bottom = place
        dense = len(path) > _DENSE * (right - left)
        self._steps = _envelope(path) if dense else np.arange(len(path))
        self._corners = path[self._steps]
        self._corners[:, 1] = self._corners[:, 1].clip(top - _HORIZON, bottom + _HORIZON)

    def until(self, step: int) -> NDArray[Any]:
        """The corners up to a step."""
        return self._corners[: np.searchsorted(self._steps, step, side="right")]


def _envelope(path: NDArray[Any]) -> NDArray[Any]:
    """The steps at which a path (T+1, 2) enters or leaves a column of pixels, is highest or lowest in it, or breaks."""
    known, broken = np.flatnonzero(~np.isnan(path[:, 1])), np.flatnonzero(np.isnan(path[:, 1]))
    gaps = broken[np.diff(broken, prepend=-2) > 1]
    if not len(known):
        return gaps
    columns = np.floor(path[known, 0])
    firsts = np.flatnonzero(np.diff(columns, prepend=-1))
    lasts = np.append(firsts[1:], len(known)) - 1
    by_height = known[np.lexsort((path[known, 1], columns))]
    return np.unique(np.concatenate([gaps, known[firsts], known[lasts], by_height[firsts], by_height[lasts]]))


def axis_range(values: NDArray[Any], *, log: bool) -> tuple[float, float]:
    """The ends of the axis, as logarithms where it is logarithmic; runs that fly off do not stretch it."""
    known = values[np.isfinite(values) & ((values > 0) if log else True)]
    if len(known) == 0:
        return 0.0, 1.0
    start = values[: max(2, len(values) // 20)]
    early = start[np.isfinite(start) & ((start > 0) if log else True)]
    if log:
        high = min(float(np.log10(known.max())), float(np.log10(early.max() if len(early) else known.max())) + 3)
        low = max(float(np.log10(known.min())), high - _DECADES)
        return (low - 0.1, high + 0.1) if high - low > 0.2 else (low - 0.5, high + 0.5)
    low, high = (float(end) for end in np.percentile(known, (1, 99)))
    if len(early):
        spread = max(float(np.ptp(early)), abs(float(early.max())), 1e-12)
        low, high = max(low, float(early.min()) - 8 * spread), min(high, float(early.max()) + 8 * spread)
    margin = 0.06 * (high - low) or 0.5 * max(abs(high), 1.0)
    return low - margin, high + margin


def _on_axis(values: NDArray[Any], low: float, *, log: bool) -> NDArray[Any]:
    """Values as they are placed on the axis; what has reached zero lies at its lower end."""
    if not log:
        return values
    with np.errstate(all="ignore"):
        heights = np.log10(values)
    return np.where(values <= 0, low, np.maximum(heights, low))


def _parted(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
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
