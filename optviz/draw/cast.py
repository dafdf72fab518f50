"""The cast: names in their colours, each with its learning rate and its loss at this step, in columns or in rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optviz.cast import Gauge, Runner
from optviz.draw.canvas import Canvas, Rectangle
from optviz.draw.glyphs import Glyphs
from optviz.lengths import AT_EASE
from optviz.numerals import loss_label, percent_label
from optviz.themes import Look, Theme
from optviz.timeline import Shot

_WIDEST = "−0.00e−000"
_NARROW = "−0.0e−00"
_FOOT, _CUT, _WIDE = 1.5, 7.6, 15.0  # letters' heights: the last line; a column of names that are cut; the widest
_CLOSE = 1.2  # letters' heights of a line of names where there is no ease
_TIGHT = 0.95  # and of one where names would lie on each other if there were less
_APART = 1.8  # letters' heights between a rate and the next name
_SAMPLE = 8.4  # of line before a name, in widths of a trail, where lines have styles


@dataclass(frozen=True)
class Form:
    """How the cast is arranged: so many lines a run (0: its name alone; from the fourth on its gauges), in columns.

    Two lines may be `paired`: the rate stands beside the name, and a gauge beside the loss. `across` says that runs
    follow each other in rows. Beneath the panels, `height` is what they take there, and `wide` a column, in letters'
    heights.
    """

    lines: int
    columns: int
    across: bool = False
    paired: bool = False
    height: float = 0.0
    wide: float = 0.0


class Cast:
    """Draws the cast: three lines a run and one a gauge, or two, or one, or names alone in several columns."""

    def __init__(
        self,
        runners: Sequence[Runner],
        looks: Sequence[Look],
        theme: Theme,
        place: Rectangle,
        canvas: Canvas,
        form: Form | None = None,
    ) -> None:
        self._runners, self._looks, self._theme = runners, looks, theme
        left, top, right, bottom = place
        em = theme.text * canvas.points
        form = form or form_beside(runners, looks, theme, (right - left, bottom - top), canvas)
        columns, self._paired = form.columns, form.paired
        self.lines = form.lines
        """How many lines a run has; 0 where it is its name alone."""
        self._line, self._across = round(1.45 * em), right - left
        self._foot = self._footnote(canvas) if self.lines < 3 else []
        self._foot_at = left, bottom - max(0, len(self._foot) - 1) * self._line
        bottom = self._foot_at[1] - (round(_FOOT * em) if self._foot else 0)
        per_column = -(-len(runners) // columns)
        pitch = min((1.45 * max(1, self.lines) + 0.85) * em, (bottom - top) / per_column)
        wide = round(form.wide * em) or (right - left) // columns
        cells = [divmod(row, columns)[::-1] if form.across else divmod(row, per_column) for row in range(len(runners))]
        self.spots = [(left + column * wide, round(top + em + pitch * row)) for column, row in cells]
        """Where each run's first line begins, in pixels: its left end, and its baseline."""
        self._wide, self._gap = wide, round((_APART if form.paired else 0.4) * em) if form.across else 0
        self.gauges = [runner.more[: 1 if form.paired else max(0, form.lines - 3)] for runner in runners]
        """What is shown of each run beside its loss."""
        shown = [gauge for gauges in self.gauges for gauge in gauges]
        letters = "".join(["diverged", *(gauge.unknown for gauge in shown), *("%" for gauge in shown if gauge.percent)])
        self._glyphs = Glyphs(canvas, f"0123456789.e− {letters}", theme.text, theme.quiet, theme.background)
        self._width = self._glyphs.width(_WIDEST if self.lines > 2 else _NARROW)
        words = [runners[0].measure, *(gauge.measure for gauge in self.gauges[0])]  # the same for all
        fits = max(canvas.text_width(f"{each} ", theme.text) for each in words) + 0.8 * self._width <= wide
        self._words = words if fits else [each.split()[0] for each in words]
        longest = max(canvas.text_width(runner.title, theme.text - 1) for runner in runners)
        if self.lines == 1 and longest <= wide < longest + self._width:
            self.lines = 0  # whole names rather than numbers
        self._after_words = round(max(canvas.text_width(f"{each} ", theme.text) for each in self._words) + 0.3 * em)
        if form.across and self.lines > 2:
            self._width = min(self._width, wide - self._after_words)
        self._numbers = [self._after_words if self.lines > 2 else wide - self._width]
        if form.paired:
            self._numbers = [0, (wide - self._gap) // 2]

    def ground(self, canvas: Canvas) -> None:
        theme, lines = self._theme, self.lines
        styled = any(look.dash for look in self._looks)
        size = theme.text + (2.5 if lines > 1 else 0 if lines else -1)
        sample = _SAMPLE * theme.trail * canvas.points
        indent = round(1.25 * sample) if styled else 0
        for runner, look, (x, y) in zip(self._runners, self._looks, self.spots, strict=True):
            if styled:
                middle = y - 0.36 * size * canvas.points
                ends = np.array([[x, middle], [x + sample, middle]])
                canvas.line(ends, look.colour, theme.trail, dash=look.dash, cap="butt")
            rate = math.ceil(canvas.text_width(runner.rate, theme.text)) if self._paired else 0
            room = self._wide - indent - self._gap - (self._width if lines == 1 else rate)
            title = canvas.fitted(runner.title, size, room, bold=lines > 0)
            canvas.text(x + indent, y, title, size, look.colour, bold=lines > 0)
            if self._paired:
                self._quiet(canvas, x + self._wide - self._gap - rate, y, runner.rate, self._wide)
            elif lines > 1:
                note = f"{runner.rate} {runner.rule}" if lines > 2 else runner.rate
                self._quiet(canvas, x, y + self._line, note, self._wide)
            for line, words in enumerate(self._words, start=2) if lines > 2 else ():
                self._quiet(canvas, x, y + line * self._line, words, self._wide)
        left, bottom = self._foot_at
        for line, words in enumerate(self._foot):
            self._quiet(canvas, left, bottom + line * self._line, words, self._across)

    def _footnote(self, canvas: Canvas) -> list[str]:
        """What the numbers are where there is no room for words beside each: a line, or two where one is too long."""
        rules = Counter(runner.rule for runner in self._runners)
        rates = ", ".join(rule if len(rules) == 1 else f"{count} {rule}" for rule, count in rules.items())
        gauges = [self._runners[0].measure] if self.lines else []
        if self._paired:
            gauges.append(self._runners[0].more[0].measure)
        words = " · ".join([f"lr {rates}", *gauges])
        if not self._paired or canvas.text_width(words, self._theme.text) <= self._across:
            return [words]
        return [f"lr {rates}", " · ".join(gauges)]

    def _quiet(self, canvas: Canvas, x: int, y: int, words: str, room: int) -> None:
        canvas.text(x, y, canvas.fitted(words, self._theme.text, room), self._theme.text, self._theme.quiet)

    def lay(self, canvas: Canvas, before: Shot | None, shot: Shot) -> list[Rectangle]:
        if self.lines == 0 or (before is not None and before.reading == shot.reading):
            return []
        boxes = []
        for runner, gauges, (x, y) in zip(self._runners, self.gauges, self.spots, strict=True):
            for number, gauge in enumerate((runner.gauge, *gauges)):
                words = gauge_label(gauge, shot.reading)
                line = min(self.lines, 3) - 1 + (0 if self._paired else number)
                left = x + self._numbers[number if self._paired else 0]
                if before is None or words != gauge_label(gauge, before.reading):
                    boxes.append(canvas.number(left, y + line * self._line, words, self._glyphs, self._width))
        return boxes

    def top(self, canvas: Canvas, shot: Shot) -> list[Rectangle]:
        return []


def gauge_label(gauge: Gauge, step: int) -> str:
    """What a gauge says at a step."""
    value = float(gauge.values[step])
    if not math.isfinite(value):
        return gauge.unknown
    return percent_label(value) if gauge.percent else loss_label(value)


def form_beside(
    runners: Sequence[Runner], looks: Sequence[Look], theme: Theme, room: tuple[int, int], canvas: Canvas
) -> Form:
    """The form of runs in a column at the side: the most lines a run that fit into a room of so many pixels."""
    em, count = theme.text * canvas.points, len(runners)
    wide, high = room[0] / em, room[1] / em
    pair = _pair(runners, looks, theme, canvas)
    for lines in range(_lines_of(runners), 0, -1):
        paired = lines < _lines_of(runners) and pair is not None and pair <= wide
        if count * (1.45 * lines + (0.85 if lines > 1 else 0.15)) <= high:
            return Form(2, 1, paired=True) if paired and lines > 1 else Form(lines, 1)
    columns = max(2, math.ceil(1.1 * count / high))
    while columns < count and (high - _FOOT) / math.ceil(count / columns) < _TIGHT:
        columns += 1
    return Form(0, columns)


def form_beneath(
    runners: Sequence[Runner], looks: Sequence[Look], theme: Theme, room: tuple[int, int], canvas: Canvas
) -> Form:
    """The form of runs in rows beneath the panels: the most lines that fit into a room of so many pixels.

    They leave a quarter of it to the panels, but for names alone.
    """
    em, count = theme.text * canvas.points, len(runners)
    wide, high = room[0] / em, room[1] / em
    sample = _sample(looks, theme)

    def longest(words: Iterable[str], larger: float = 0.0, *, bold: bool = False) -> float:
        return max(canvas.text_width(each, theme.text + larger, bold=bold) for each in words) / em + 0.9

    titles = [runner.title for runner in runners]
    name, plain = longest(titles, 2.5, bold=True) + sample, longest(titles, -1) + sample
    note = longest(f"{runner.rate} {runner.rule}" for runner in runners)
    number = longest([_NARROW])
    gauges = [f"{words} {_NARROW}" for words in ("loss", *(gauge.measure.split()[0] for gauge in runners[0].more))]
    pair, most = _pair(runners, looks, theme, canvas), _lines_of(runners)
    forms = [(lines, max(name, note, longest(gauges[: lines - 2])), False) for lines in range(most, 2, -1)]
    forms[1:1] = [] if pair is None else [(2, pair + _APART, True)]
    for lines, least, paired in (
        *forms,
        (2, max(name, longest(runner.rate for runner in runners) + number), False),
        (1, longest(titles, bold=True) + sample + number, False),
        (0, plain, False),
    ):
        form = _rows(count, lines, max(1, int(wide / least)), wide)
        if form.height <= AT_EASE * high and least <= wide:
            return replace(form, paired=paired)
    for least in (plain, _CUT):
        columns = max(1, int(wide / least))
        rows = math.ceil(count / columns)
        if _CLOSE * rows + _FOOT <= high:
            break
    rows = min(rows, max(1, int((high - _FOOT) / _CLOSE)))
    columns = math.ceil(count / rows)
    return Form(0, columns, across=True, height=min(high, _CLOSE * rows + _FOOT), wide=wide / columns)


def _lines_of(runners: Sequence[Runner]) -> int:
    """How many lines a run has where there is room for all that is known of it."""
    return 3 + len(runners[0].more)


def _pair(runners: Sequence[Runner], looks: Sequence[Look], theme: Theme, canvas: Canvas) -> float | None:
    """How wide a column must be for names beside rates, and losses beside a gauge; None where there is no gauge."""
    if not runners[0].more:
        return None
    names = max(
        canvas.text_width(each.title, theme.text + 2.5, bold=True) + canvas.text_width(each.rate, theme.text)
        for each in runners
    )
    numbers = 2 * canvas.text_width(_NARROW, theme.text)
    return max(names / (theme.text * canvas.points) + _sample(looks, theme), numbers / (theme.text * canvas.points)) + 1


def _sample(looks: Sequence[Look], theme: Theme) -> float:
    """What the sample of a line takes before a name, in letters' heights; nothing where lines have no styles."""
    return 1.25 * _SAMPLE * theme.trail / theme.text if any(look.dash for look in looks) else 0.0


def _rows(count: int, lines: int, most: int, wide: float) -> Form:
    """Rows as even as they can be, of no more columns than `most`."""
    rows = math.ceil(count / most)
    columns = math.ceil(count / rows)
    pitch = 1.45 * max(1, lines) + (0.85 if lines > 1 else 0.15)
    height = rows * pitch + (_FOOT if lines < 3 else 0.0)
    return Form(lines, columns, across=True, height=height, wide=min(wide / columns, _WIDE))
