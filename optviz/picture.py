"""The options of a picture, checked and resolved: how a film is to look, whatever it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from optviz.bounds import within
from optviz.crowd import MAX_SEEDS
from optviz.errors import ArgumentError, UnknownNameError
from optviz.series import series_names
from optviz.surface import Box
from optviz.themes import PRESETS, THEMES, Theme, load_theme, theme_of
from optviz.timeline import Timeline, timeline

MAX_FRAMES = 10_000
MAX_WIDTH, MAX_HEIGHT = 7680, 4320
MIN_SIZE = 64
MAX_FPS = 100
VIEWS = ("contour", "relief")
LAYOUTS = ("overlay", "panels")
CAMERAS = ("fixed", "orbit")
SHOWS = ("fading", "vectors", "ghosts")

_LATER = ("show", "seeds", "transparent")  # options that recipes leave out where they are not used


@dataclass(frozen=True, kw_only=True)
class Picture:
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
        fps: Frames a second, up to 100.
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
    curves: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    seeds: int | None = None
    view_box: Box | None = None
    frames: int = 200
    fps: float = 30.0
    hold: float = 1.5
    transparent: bool = False

    def __post_init__(self) -> None:
        theme, size = as_theme(self.theme), self.size
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
        self._check_words()
        self._check_box()
        self._check_view()
        if self.layout not in LAYOUTS:
            raise UnknownNameError("layout", str(self.layout), LAYOUTS)
        object.__setattr__(self, "curves", tuple(self.curves))
        for name in self.curves:
            if name not in series_names():
                raise UnknownNameError("series", str(name), series_names())
        self._check_show()

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

    def _check_show(self) -> None:
        object.__setattr__(self, "show", tuple(dict.fromkeys(self.show)))
        for name in self.show:
            if name not in SHOWS:
                raise UnknownNameError("show", str(name), SHOWS)
        if self.show and self.view == "relief":
            raise ArgumentError(f"{', '.join(self.show)}: seen on the map only; leave out --show, or --view relief")
        if {"fading", "ghosts"} <= set(self.show):
            raise ArgumentError("a trail that fades would be lost among ghosts, which stay: show one of them")
        if {"vectors", "ghosts"} <= set(self.show):
            raise ArgumentError("vectors take single steps apart, and ghosts are about many runs: show one of them")
        if self.seeds is None:
            return
        if "ghosts" not in self.show:
            raise ArgumentError(f"{self.seeds!r} seeds are seen only as ghosts: add --show ghosts")
        if type(self.seeds) is not int or not 2 <= self.seeds <= MAX_SEEDS:
            raise ArgumentError(f"seeds must be a whole number from 2 to {MAX_SEEDS}, not {self.seeds!r}")

    def _check_words(self) -> None:
        if self.title is not None and not isinstance(self.title, str):
            raise ArgumentError(f"title must be text, not {self.title!r}")
        if type(self.transparent) is not bool:
            raise ArgumentError(f"transparent must be true or false, not {self.transparent!r}")

    def _check_size(self) -> None:
        size: tuple[int, ...] = self.size or ()
        whole = len(size) == 2 and all(type(n) is int for n in size)
        if not (whole and MIN_SIZE <= size[0] <= MAX_WIDTH and MIN_SIZE <= size[1] <= MAX_HEIGHT):
            bounds = f"{MIN_SIZE}x{MIN_SIZE} to {MAX_WIDTH}x{MAX_HEIGHT}"
            raise ArgumentError(f"size must be WxH pixels, from {bounds}, not {'x'.join(map(str, size))}")

    def _check_view(self) -> None:
        if self.view not in VIEWS:
            raise UnknownNameError("view", str(self.view), VIEWS)
        if self.camera not in CAMERAS:
            raise UnknownNameError("camera", str(self.camera), CAMERAS)
        if not within(self.elevation, "[10, 75]"):
            raise ArgumentError(f"elevation must be a number of degrees in [10, 75], not {self.elevation!r}")
        if not within(self.azimuth, "[-360, 360]"):
            raise ArgumentError(f"azimuth must be a number of degrees in [-360, 360], not {self.azimuth!r}")
        for name in ("camera", "elevation", "azimuth"):
            if self.view == "contour" and getattr(self, name) != getattr(Picture, name):
                raise ArgumentError(f"a map from above has no {name}; with one goes the view relief")

    def _check_box(self) -> None:
        box = self.view_box
        if box is None:
            return
        fits = len(box) == 4 and all(within(value, "[-1e100, 1e100]") for value in box)
        if not (fits and _apart(box[0], box[1]) and _apart(box[2], box[3])):
            written = ",".join(map(str, box))
            wanted = "X0,X1,Y0,Y1 with X0 < X1 and Y0 < Y1, clearly apart and in [-1e100, 1e100]"
            raise ArgumentError(f"view box must be {wanted}, not {written}")
        object.__setattr__(self, "view_box", tuple(box))


def _apart(low: float, high: float) -> bool:
    """Whether low is less than high by so much that pixels between them differ."""
    return high - low > 1e-9 * max(abs(low), abs(high), 1e-90)


def as_theme(theme: str | Theme | Mapping[str, Any]) -> Theme:
    """A theme, by name or file, or from plain data."""
    return theme_of(theme) if isinstance(theme, Mapping) else load_theme(theme)
