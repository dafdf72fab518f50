"""A scene: everything a picture shows, as pure data, before any of it is drawn.

A scene has panels, a theme, a size and a timeline. A panel holds numbers in the units of the surface; where
things lie on the paper, and what is drawn with what, is decided in `draw`. Any frame of a scene can be drawn by
itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from optviz.bounds import within
from optviz.errors import ArgumentError
from optviz.optimizer import OPTIMIZERS
from optviz.races import Race
from optviz.surface import Array, Box, Point, Surface
from optviz.themes import Theme, load_theme

MAX_FRAMES = 10_000
MAX_WIDTH, MAX_HEIGHT = 7680, 4320
MIN_SIZE = 64
MAX_FPS = 100
_READABLE = 150  # milliseconds a number must stand to be read

_FIRST = ("sgd", "momentum", "adagrad", "rmsprop", "adam")  # whose colours come first; then the registry's order
_LR_RULES = {"tuned": "tuned", "same": "same for all", "given": "given"}


@dataclass(frozen=True)
class Trail:
    """One run on a map: points (T+1, 2) and losses (T+1,), and how it is told apart.

    `rate` is its learning rate and `rule` how that came about, in words; `slot` is the place of its colour in the
    theme's palette.
    """

    title: str
    rate: str
    rule: str
    slot: int
    points: Array
    values: Array


@dataclass(frozen=True)
class Contour:
    """A map of a surface seen from above, with trails on it."""

    surface: Surface
    box: Box
    start: Point
    trails: tuple[Trail, ...]


class Shot(NamedTuple):
    """What a frame shows: the runs at `step`, for `duration` milliseconds.

    Numbers are read at `reading`, the same step or one shortly before it: they change about six times a second,
    because nobody can read thirty.
    """

    step: int
    reading: int
    duration: int


@dataclass(frozen=True)
class Timeline:
    """When what is shown: a shot a frame."""

    shots: tuple[Shot, ...]

    @property
    def steps(self) -> tuple[int, ...]:
        """The step each frame shows."""
        return tuple(shot.step for shot in self.shots)

    @property
    def durations(self) -> tuple[int, ...]:
        """How long each frame is shown, in milliseconds."""
        return tuple(shot.duration for shot in self.shots)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a film, a page or a still shows."""

    title: str
    panel: Contour
    theme: Theme
    size: tuple[int, int]
    timeline: Timeline
    recipe: str = field(default="")


def timeline(steps: int, *, frames: int = 200, fps: float = 30, hold: float = 1.5) -> Timeline:
    """Which step each frame shows, and for how long.

    No early step is skipped: frame k of n shows step (eᵃᵏ − 1)/a, with a such that the last frame shows the last
    step; time runs faster towards the end only as far as it must. The first frame waits for the eye to read the
    cast, the first steps are slow, the last frame is held.

    Example:
        >>> timeline(3, fps=50, hold=1.0).steps
        (0, 1, 2, 3)
        >>> timeline(1000, frames=50).steps[:4], timeline(1000, frames=50).steps[-1]
        ((0, 1, 2, 3), 1000)
    """
    if not (isinstance(frames, int) and 2 <= frames <= MAX_FRAMES):
        raise ArgumentError(f"frames must be a whole number from 2 to {MAX_FRAMES}, not {frames!r}")
    if not within(fps, f"(0, {MAX_FPS}]"):
        raise ArgumentError(f"fps must be a number in (0, {MAX_FPS}], not {fps!r}")
    if not within(hold, "[0, 60]"):
        raise ArgumentError(f"hold must be a number of seconds in [0, 60], not {hold!r}")
    shown = _sampled(steps, min(frames, steps + 1))
    tick = 1000 / fps
    durations = [tick * (1 + 5 * math.exp(-k / 4)) for k in range(len(shown))]
    durations[0] = max(durations[0], 700)
    durations[-1] += 1000 * hold
    ends = np.rint(np.cumsum(durations) / 10) * 10  # hundredths of a second, whose rounding does not add up
    shots: list[Shot] = []
    read, since = 0, 0
    for step, duration in zip(shown, np.diff(ends, prepend=0).astype(int).tolist(), strict=True):
        if since >= _READABLE or step == steps:
            read, since = step, 0
        shots.append(Shot(step, read, duration))
        since += duration
    return Timeline(tuple(shots))


def scene_of(
    race: Race,
    *,
    size: tuple[int, int] = (800, 600),
    theme: str | Theme = "light",
    title: str | None = None,
    view_box: Box | None = None,
    frames: int = 200,
    fps: float = 30,
    hold: float = 1.5,
    recipe: str = "",
) -> Scene:
    """The scene of a race: its map, its trails, its timeline.

    Args:
        race: What happened.
        size: Width and height in pixels, 64 … 7680 and 64 … 4320.
        theme: A theme or its name.
        title: Above the picture; the surface's title unless given.
        view_box: What is drawn, (x0, x1, y0, y1); the surface's view unless given.
        frames: At most so many frames, 2 … 10 000.
        fps: Frames a second, up to 100.
        hold: How long the last frame stays, in seconds, up to 60.
        recipe: How the picture was made, written into the file.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.
    """
    check_picture(size=size, theme=theme, view_box=view_box)
    width, height = size
    box = race.surface.window if view_box is None else view_box
    panel = Contour(race.surface, box, race.start, _trails(race))
    return Scene(
        title=race.surface.display_title if title is None else title,
        panel=panel,
        theme=load_theme(theme),
        size=(width, height),
        timeline=timeline(race.steps, frames=frames, fps=fps, hold=hold),
        recipe=recipe,
    )


def check_picture(
    *,
    size: Sequence[int] = (800, 600),
    theme: str | Theme = "light",
    view_box: Sequence[float] | None = None,
    frames: int = 200,
    fps: float = 30,
    hold: float = 1.5,
) -> None:
    """Refuse options of a picture before the work for it is done.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.
    """
    load_theme(theme)
    timeline(1, frames=frames, fps=fps, hold=hold)
    whole = len(size) == 2 and all(isinstance(n, int) for n in size)
    if not (whole and MIN_SIZE <= size[0] <= MAX_WIDTH and MIN_SIZE <= size[1] <= MAX_HEIGHT):
        bounds = f"{MIN_SIZE}x{MIN_SIZE} to {MAX_WIDTH}x{MAX_HEIGHT}"
        raise ArgumentError(f"size must be WxH pixels, from {bounds}, not {'x'.join(map(str, size))}")
    if view_box is not None:
        fits = len(view_box) == 4 and all(map(math.isfinite, view_box))
        if not (fits and view_box[0] < view_box[1] and view_box[2] < view_box[3]):
            written = ",".join(f"{value:g}" for value in view_box)
            raise ArgumentError(f"view box must be X0,X1,Y0,Y1 with X0 < X1 and Y0 < Y1, not {written}")


def _trails(race: Race) -> tuple[Trail, ...]:
    return tuple(
        Trail(
            title,
            f"lr {run.hyperparameters['lr']:.2g}",
            _LR_RULES[run.lr_rule],
            slot,
            race.points[:, column],
            race.values[:, column],
        )
        for column, (run, title, slot) in enumerate(zip(race.runs, _titles(race), _slots(race), strict=True))
    )


def _slots(race: Race) -> list[int]:
    """Each run's place in the palette: its optimizer's own, or where that is taken the first that is free."""
    known = list(OPTIMIZERS)
    order = [*_FIRST, *(name for name in known if name not in _FIRST)]
    wanted = [order.index(run.optimizer) if run.optimizer in order else -1 for run in race.runs]
    slots = [slot if slot not in wanted[:row] else -1 for row, slot in enumerate(wanted)]
    free = iter(slot for slot in range(len(race.runs) + len(order)) if slot not in slots)
    return [slot if slot >= 0 else next(free) for slot in slots]


def _titles(race: Race) -> list[str]:
    """The runs' titles; where several are of one optimizer, with the hyperparameters that differ."""
    titles = []
    for run in race.runs:
        kind, counted, _ = run.title.partition(" #")
        alike = [other for other in race.runs if other.title.partition(" #")[0] == kind]
        differing = [
            key for key in run.hyperparameters if len({str(other.hyperparameters.get(key)) for other in alike}) > 1
        ]
        if len(alike) > 1 and differing and (counted or run.title == alike[0].title):
            written = ", ".join(_written(key, run.hyperparameters[key]) for key in differing[:2])
            titles.append(f"{kind} {written}")
        else:
            titles.append(run.title)
    return titles


def _written(key: str, value: object) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else str(value).lower()
    return text if key == "lr" else f"{key.replace('_', ' ')} {text}"


def _sampled(steps: int, count: int) -> list[int]:
    if count == steps + 1:
        return list(range(count))
    low, high = 0.0, 1.0
    last = count - 1
    for _ in range(60):  # bisect for the growth at which the last frame shows the last step
        growth = (low + high) / 2
        reach = math.expm1(min(growth * last, 700)) / growth
        low, high = (growth, high) if reach < steps else (low, growth)
    shown = [min(steps, round(math.expm1(min(high * k, 700)) / high)) for k in range(count)]
    shown[-1] = steps
    return [max(step, k) for k, step in enumerate(shown)]
