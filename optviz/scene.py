"""A scene: everything a picture shows, as pure data, before any of it is drawn.

A scene has panels, a theme, a size and a timeline. A panel holds numbers in the units of the surface; where
things lie on the paper, and what is drawn with what, is decided in `draw`. Any frame of a scene can be drawn by
itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np

from optviz.bounds import within
from optviz.errors import ArgumentError, UnknownNameError
from optviz.optimizer import OPTIMIZERS
from optviz.races import Race
from optviz.recipe import recipe_of
from optviz.surface import Array, Box, Point, Surface
from optviz.themes import PRESETS, THEMES, Theme, load_theme, theme_of

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


@dataclass(frozen=True, kw_only=True)
class Picture:
    """How a film is to look: the options of every picture.

    Args:
        size: Width and height in pixels, 64 … 7680 and 64 … 4320; 800×600 unless given.
        preset: A place where it will be shown, ``slide`` or ``square``: it sets the size, and enlarges the theme.
        theme: A theme, its name, or a TOML file of one's own.
        title: Above the picture; the surface's title unless given.
        view_box: What is drawn, (x0, x1, y0, y1); the surface's view unless given.
        frames: At most so many frames, 2 … 10 000.
        fps: Frames a second, up to 100.
        hold: How long the last frame stays, in seconds, up to 60.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.
    """

    size: tuple[int, int] | None = None
    preset: str | None = None
    theme: str | Theme | Mapping[str, Any] = "light"
    title: str | None = None
    view_box: Box | None = None
    frames: int = 200
    fps: float = 30.0
    hold: float = 1.5

    def __post_init__(self) -> None:
        theme, size = _theme(self.theme), self.size
        if self.preset is not None:
            if self.preset not in PRESETS:
                raise UnknownNameError("preset", self.preset, list(PRESETS))
            theme, size = PRESETS[self.preset].fit(theme), size or PRESETS[self.preset].size
        object.__setattr__(self, "theme", theme)
        object.__setattr__(self, "size", tuple(size or (800, 600)))
        object.__setattr__(self, "preset", None)
        self._check_size()
        if type(self.frames) is not int or not 2 <= self.frames <= MAX_FRAMES:
            raise ArgumentError(f"frames must be a whole number from 2 to {MAX_FRAMES}, not {self.frames!r}")
        if not within(self.fps, f"(0, {MAX_FPS}]"):
            raise ArgumentError(f"fps must be a number in (0, {MAX_FPS}], not {self.fps!r}")
        if not within(self.hold, "[0, 60]"):
            raise ArgumentError(f"hold must be a number of seconds in [0, 60], not {self.hold!r}")
        if self.title is not None and not isinstance(self.title, str):
            raise ArgumentError(f"title must be text, not {self.title!r}")
        self._check_box()

    def as_data(self) -> dict[str, Any]:
        """The options as plain data: what a recipe holds. `Picture(**data)` makes it again."""
        theme = _theme(self.theme)
        named = THEMES.get(theme.name) == theme
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "preset"}
        return values | {"theme": theme.name if named else asdict(theme)}

    def _check_size(self) -> None:
        size: tuple[int, ...] = self.size or ()
        whole = len(size) == 2 and all(type(n) is int for n in size)
        if not (whole and MIN_SIZE <= size[0] <= MAX_WIDTH and MIN_SIZE <= size[1] <= MAX_HEIGHT):
            bounds = f"{MIN_SIZE}x{MIN_SIZE} to {MAX_WIDTH}x{MAX_HEIGHT}"
            raise ArgumentError(f"size must be WxH pixels, from {bounds}, not {'x'.join(map(str, size))}")

    def _check_box(self) -> None:
        box = self.view_box
        if box is None:
            return
        fits = len(box) == 4 and all(within(value, "[-1e300, 1e300]") for value in box)
        if not (fits and box[0] < box[1] and box[2] < box[3]):
            written = ",".join(map(str, box))
            raise ArgumentError(f"view box must be X0,X1,Y0,Y1 with X0 < X1 and Y0 < Y1, not {written}")
        object.__setattr__(self, "view_box", tuple(box))


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
    """When what is shown: a shot a frame, at `fps` where nothing is slow."""

    shots: tuple[Shot, ...]
    fps: float = 30.0

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
    recipe: str = ""


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
    return Timeline(tuple(shots), fps)


def scene_of(race: Race, picture: Picture | None = None, **options: Any) -> Scene:
    """The scene of a race: its map, its trails, its timeline.

    Args:
        race: What happened.
        picture: How it is to look; or give its options one by one, as in ``scene_of(race, theme="dark")``.
        **options: The fields of a `Picture`.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.
    """
    wanted = Picture(**options) if picture is None else replace(picture, **options)
    return Scene(
        title=race.surface.display_title if wanted.title is None else wanted.title,
        panel=Contour(race.surface, wanted.view_box or race.surface.window, race.start, _trails(race)),
        theme=_theme(wanted.theme),
        size=wanted.size or (800, 600),
        timeline=timeline(race.steps, frames=wanted.frames, fps=wanted.fps, hold=wanted.hold),
        recipe=recipe_of(race, wanted.as_data()).to_text(),
    )


def _theme(theme: str | Theme | Mapping[str, Any]) -> Theme:
    return theme_of(theme) if isinstance(theme, Mapping) else load_theme(theme)


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
