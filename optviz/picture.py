"""The options of a picture, checked and resolved: how a film is to look, whatever it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from optviz.bounds import flag, number, whole, whole_of
from optviz.calls import Answering
from optviz.crowd import MAX_SEEDS
from optviz.errors import ArgumentError, shown
from optviz.kinds import box_of, several, text, word, words
from optviz.series import series_names
from optviz.surface import ROOM, Box, has_room
from optviz.themes import PRESETS, THEMES, Theme, load_theme, theme_of
from optviz.timeline import Timeline, timeline

MAX_FRAMES = 10_000
MAX_WIDTH, MAX_HEIGHT = 7680, 4320
MIN_SIZE = 64
MIN_FPS, MAX_FPS = 0.0001, 100
VIEWS = ("contour", "relief")
LAYOUTS = ("overlay", "panels")
CAMERAS = ("fixed", "orbit")
SHOWS = ("fading", "vectors", "ghosts")

_LATER = ("show", "seeds", "transparent")  # options that recipes leave out where they are not used


@dataclass(frozen=True, kw_only=True)
class Picture(metaclass=Answering):
    """How a film is to look: the options of every picture.

    Args:
        size: Width and height in pixels, 64 … 7680 and 64 … 4320; 800×600 unless given.
        preset: A place where it will be shown, ``slide`` or ``square``: it sets the size, and enlarges the theme.
        theme: A theme, its name, or a TOML file of one's own.
        title: Above the picture; the surface's title unless given.
        view: ``contour`` is the map from above, ``relief`` the surface in 3-D.
        camera: In a relief: ``fixed``, or ``orbit``, once around while the film runs.
        elevation: In a relief: how high the eye stands above the floor, in degrees, 10 … 75; 45 unless given.
        azimuth: In a relief: from where it looks, in degrees from the x axis towards the y axis, -360 … 360; -105
            unless given.
        layout: ``overlay`` draws all runs on one map, ``panels`` each on its own.
        curves: What is followed beneath the map: loss, gradient, step, distance, sharpness.
        show: What else is seen on the map: ``fading`` lets only the last steps of a trail be seen,
            ``vectors`` draws the anatomy of each step, and makes time slow,
            ``ghosts`` the same runs with other seeds, and in bold the one of them that is closest to their median.
        seeds: How many seeds there are where ghosts are shown, 2 … 256; 20 unless given.
        view_box: What is drawn, (x0, x1, y0, y1); the surface's view unless given.
        frames: At most so many frames, 2 … 10 000.
        fps: Frames a second, 0.0001 … 100.
        hold: How long the last frame stays, in seconds, up to 60.
        transparent: Leave out the sheet, so that a page or a slide is seen around maps and curves. In formats that can.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.
    """

    size: tuple[int, int] | None = None
    preset: str | None = None
    theme: str | Theme | Mapping[str, Any] = "light"
    title: str | None = None
    view: str = "contour"
    camera: str = "fixed"
    elevation: float = 45.0
    azimuth: float = -105.0
    layout: str = "overlay"
    curves: str | tuple[str, ...] = ()
    show: str | tuple[str, ...] = ()
    seeds: int | None = None
    view_box: Box | None = None
    frames: int = 200
    fps: float = 30.0
    hold: float = 1.5
    transparent: bool = False

    def __post_init__(self) -> None:
        for each in fields(self):  # None is the default of whatever it is said of
            if getattr(self, each.name) is None and each.default is not None:
                object.__setattr__(self, each.name, each.default)
        theme, size = as_theme(self.theme), self.size
        if self.preset is not None:
            preset = PRESETS[word("preset", self.preset, PRESETS)]
            theme, size = preset.fit(theme), preset.size if size is None else size
        plain = {
            "theme": theme,
            "preset": None,
            "size": (800, 600) if size is None else _size(size),
            "frames": whole("frames", self.frames, 2, MAX_FRAMES),
            "fps": number("fps", self.fps, f"[{MIN_FPS}, {MAX_FPS}]"),
            "hold": number("hold", self.hold, "[0, 60]", " of seconds"),
            "title": None if self.title is None else text("title", self.title),
            "transparent": flag("transparent", self.transparent),
            "view_box": None if self.view_box is None else _box(self.view_box),
            "view": word("view", self.view, VIEWS),
            "camera": word("camera", self.camera, CAMERAS),
            "elevation": number("elevation", self.elevation, "[10, 75]", " of degrees"),
            "azimuth": number("azimuth", self.azimuth, "[-360, 360]", " of degrees"),
            "layout": word("layout", self.layout, LAYOUTS),
            "curves": words("series", self.curves, series_names()),
            "show": tuple(dict.fromkeys(words("show", self.show, SHOWS))),
            "seeds": None if self.seeds is None else whole("seeds", self.seeds, 2, MAX_SEEDS),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)
        self._check_together()

    def as_data(self) -> dict[str, Any]:
        """The options as plain data: what a recipe holds. `Picture(**data)` makes it again."""
        theme = as_theme(self.theme)
        named = THEMES.get(theme.name) == theme
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "preset"}
        values = {name: value for name, value in values.items() if name not in _LATER or value not in (None, (), False)}
        return values | {"theme": theme.name if named else asdict(theme)}

    def timeline(self, steps: int) -> Timeline:
        """When which of so many steps is shown."""
        slow = "vectors" in self.show
        return timeline(steps, frames=self.frames, fps=self.fps, hold=self.hold, slow=slow)

    def _check_together(self) -> None:
        for name in ("camera", "elevation", "azimuth"):
            if self.view == "contour" and getattr(self, name) != getattr(Picture, name):
                raise ArgumentError(f"a map from above has no {name}; with one goes the view relief")
        if self.show and self.view == "relief":
            raise ArgumentError(f"{', '.join(self.show)}: seen on the map only; leave out --show, or --view relief")
        if {"fading", "ghosts"} <= set(self.show):
            raise ArgumentError("a trail that fades would be lost among ghosts, which stay: show one of them")
        if {"vectors", "ghosts"} <= set(self.show):
            raise ArgumentError("vectors take single steps apart, and ghosts are about many runs: show one of them")
        if self.seeds is not None and "ghosts" not in self.show:
            raise ArgumentError(f"{self.seeds} seeds are seen only as ghosts: add --show ghosts")


def _size(value: Any) -> tuple[int, int]:
    found = several(value, 2, "x")
    width, height = (whole_of(each) for each in found or (None, None))
    if width is None or height is None or not (MIN_SIZE <= width <= MAX_WIDTH and MIN_SIZE <= height <= MAX_HEIGHT):
        bounds = f"{MIN_SIZE}x{MIN_SIZE} to {MAX_WIDTH}x{MAX_HEIGHT}"
        raise ArgumentError(f"size must be WxH pixels, from {bounds}, not {_written(value, found, 'x')}")
    return width, height


def _box(value: Any) -> Box:
    found = box_of(value)
    if found is None or not (found[0] < found[1] and found[2] < found[3]):
        raise ArgumentError(f"view box must be X0,X1,Y0,Y1 with X0 < X1 and Y0 < Y1, not {_written(value, found, ',')}")
    x0, x1, y0, y1 = found
    if not (has_room(x0, x1) and has_room(y0, y1)):
        raise ArgumentError(f"view box {_written(value, found, ',')}: {ROOM}")
    return x0, x1, y0, y1


def _written(value: Any, found: Sequence[float] | None, separator: str) -> str:
    """What was given, as one writes it: numbers with a separator between, or else as it is shown."""
    parts = found if found is not None else value if isinstance(value, tuple | list) else None
    return shown(value) if parts is None else separator.join(map(shown, parts[:12]))


def as_theme(theme: str | Theme | Mapping[str, Any]) -> Theme:
    """A theme, by name or file, or from plain data."""
    return theme_of(theme) if isinstance(theme, Mapping) else load_theme(theme)
