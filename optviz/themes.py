"""Themes: the colours, lines and letters of a picture, as data; and presets, which fit them to a place.

The map is quiet, of one hue and low chroma, deep = dark; colour belongs to the optimizers alone. The colours of the
runs were searched for numerically, near Okabe & Ito's: `tests/test_themes.py` measures how far apart they are, from one
another and from the map, for eyes of every kind. Lengths are in points at 800×600 and grow with the picture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from optviz.bounds import bounded, number_of, within
from optviz.calls import Answering
from optviz.errors import ArgumentError, OptvizError, UnknownNameError, shown
from optviz.kinds import path_text, text
from optviz.reading import read_toml

Colour = str
"""A colour as ``#rrggbb``."""

Dash = tuple[float, ...]
"""Lengths of strokes and gaps by turns, in widths of the line; empty is solid."""

_DASHES: tuple[Dash, ...] = (
    (),
    (2.5, 1.5),
    (1.0, 1.1),
    (4.0, 1.2, 1.0, 1.2),
    (6.0, 2.0),
    (4.0, 1.2, 1.0, 1.2, 1.0, 1.2),
    (1.0, 2.8),
    (6.0, 1.2, 2.0, 1.2),
)


_MOST = 64  # colours
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def _is_colour(value: Any) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def _is_dash(value: Any) -> bool:
    even = isinstance(value, tuple) and len(value) in range(0, 13, 2)
    return even and all(within(length, "(0, 50]") for length in value)


def _plain(value: Any) -> Any:
    """Lists as tuples, and numbers and texts of any make as Python's own."""
    if isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim):
        return tuple(map(_plain, value))
    if isinstance(value, str):
        return str.__str__(value)
    found = number_of(value)
    return value if found is None else found


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "str": (lambda value: isinstance(value, str) and value.isprintable() and 0 < len(value) <= 80, "a line of text"),
    "float": (lambda value: number_of(value) is not None, "a number in "),
    "Colour": (_is_colour, "a colour written #rrggbb"),
    "tuple[Colour, ...]": (
        lambda value: isinstance(value, tuple) and 0 < len(value) <= _MOST and all(map(_is_colour, value)),
        f"a list of 1 to {_MOST} colours written #rrggbb",
    ),
    "tuple[Dash, ...]": (
        lambda value: isinstance(value, tuple) and 0 < len(value) <= 16 and all(map(_is_dash, value)) and not value[0],
        "a list of 1 to 16 line styles, the first of them [], the others strokes and gaps by turns in (0, 50]",
    ),
}
"""What values the fields of a `Theme` take, by their type: whether one is allowed, and what is, in words."""


class Look(NamedTuple):
    """How a run is told apart: its colour, and its dashes in widths of the line, () for none."""

    colour: Colour
    dash: Dash


@dataclass(frozen=True, kw_only=True)
class Theme(metaclass=Answering):
    """How a picture looks.

    Args:
        name: What the command line calls it.
        title: What it is for, in a few words.
        background: Behind everything, and the casing of trails and heads.
        ink: Titles, crosses, the start ring.
        quiet: Ticks, counters, second lines.
        ramp: The map's colours from deep to high, evenly spaced, 1 … 64.
        isoline: The contours' colour.
        isoline_alpha: Their strength, 0 … 1.
        palette: The runs' colours, 1 … 64; slot i belongs to the same optimizer in every picture.
        dashes: The runs' line styles, 1 … 16, of up to twelve lengths each; the first one is solid.
        trail: Width of a trail, up to 20.
        casing: Width of the stroke beneath it, no less than the trail's, up to 40.
        head: Diameter of a head, up to 60.
        text: Size of ordinary text, 4 … 72.
        heading: Size of the title, 4 … 144.

    Raises:
        ArgumentError: A value is not allowed; the message names the field and says what is.
    """

    name: str
    title: str
    background: Colour
    ink: Colour
    quiet: Colour
    ramp: tuple[Colour, ...]
    isoline: Colour
    isoline_alpha: float = bounded("[0, 1]")
    palette: tuple[Colour, ...]
    dashes: tuple[Dash, ...] = _DASHES
    trail: float = bounded("(0, 20]", 2.6)
    casing: float = bounded("(0, 40]", 4.6)
    head: float = bounded("(0, 60]", 9.0)
    text: float = bounded("[4, 72]", 10.0)
    heading: float = bounded("[4, 144]", 16.0)

    def __post_init__(self) -> None:
        for declared in fields(self):
            value, interval = _plain(getattr(self, declared.name)), declared.metadata.get("allowed")
            is_allowed, allowed = _KINDS[str(declared.type)]
            if not is_allowed(value) or (interval and not within(value, interval)):
                raise ArgumentError(f"theme: {declared.name} must be {allowed}{interval or ''}, not {_short(value)}")
            object.__setattr__(self, declared.name, value)
        if self.casing < self.trail:
            raise ArgumentError(f"theme: casing must be no less than trail, {self.trail:g}, not {self.casing:g}")

    def look(self, slot: int) -> Look:
        """How the run in that slot is told apart: first by colour, then by dashes.

        Example:
            >>> LIGHT.look(1), LIGHT.look(9)
            (Look(colour='#137ac4', dash=()), Look(colour='#137ac4', dash=(2.5, 1.5)))
        """
        count = len(self.palette)
        return Look(self.palette[slot % count], self.dashes[slot // count % len(self.dashes)])


LIGHT = Theme(
    name="light",
    title="dark on white, for pages and notebooks",
    background="#ffffff",
    ink="#1f2328",
    quiet="#626b75",
    ramp=("#8295a9", "#b1bfcc", "#d9e1e7", "#f4f6f8"),
    isoline="#ffffff",
    isoline_alpha=0.6,
    palette=("#bd5b06", "#137ac4", "#694502", "#9e3080", "#1b6d4d", "#591d69", "#ac283f", "#0151c8"),
)

DARK = Theme(
    name="dark",
    title="light on near-black, for dark pages and dim rooms",
    background="#0f1419",
    ink="#e8eaed",
    quiet="#8b949e",
    ramp=("#04070a", "#11202c", "#1f374a", "#34556e"),
    isoline="#7d9fba",
    isoline_alpha=0.2,
    palette=("#f3653c", "#69bbfa", "#f0de18", "#e779c0", "#39f5b5", "#a56ffb", "#f1b574", "#17a87c"),
)

_SLIDE: dict[str, Any] = {"trail": 3.4, "casing": 6.2, "head": 12.0, "text": 16.0, "heading": 25.0}

SLIDE_LIGHT = replace(LIGHT, name="slide-light", title="light, for the back row of a bright room", **_SLIDE)
SLIDE_DARK = replace(DARK, name="slide-dark", title="dark, for the back row of a dim room", **_SLIDE)

PRINT = Theme(
    name="print",
    title="greys and line styles on white, for paper",
    background="#ffffff",
    ink="#000000",
    quiet="#4d4d4d",
    ramp=("#cacaca", "#dcdcdc", "#ededed", "#fbfbfb"),
    isoline="#8c8c8c",
    isoline_alpha=0.42,
    palette=("#000000", "#404040", "#747474"),
)

THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, SLIDE_LIGHT, SLIDE_DARK, PRINT)}


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A place where pictures are shown: how large one is there, and how much larger its lines and letters.

    Args:
        title: What it is for, in a few words.
        size: Width and height in pixels.
        themes: The themes that are made for it, by the names of those they stand for.
        lengths: The least that fields of any other theme, such as ``text``, are there.
    """

    title: str
    size: tuple[int, int]
    themes: Mapping[str, str] = field(default_factory=dict)
    lengths: Mapping[str, float] = field(default_factory=dict)

    def fit(self, theme: Theme) -> Theme:
        """What this theme becomes there: the theme that is made for the place, or else itself, enlarged.

        Example:
            >>> PRESETS["slide"].fit(DARK).name, PRESETS["slide"].fit(PRINT).text
            ('slide-dark', 16.0)
        """
        if theme.name in self.themes and theme == THEMES[theme.name]:
            return THEMES[self.themes[theme.name]]
        larger: dict[str, Any] = {key: max(least, getattr(theme, key)) for key, least in self.lengths.items()}
        return replace(theme, **larger)


_SQUARE = {"trail": 3.0, "casing": 5.4, "head": 10.5, "text": 13.0, "heading": 20.0}

PRESETS: dict[str, Preset] = {
    "slide": Preset(
        title="a slide, read from the back row",
        size=(1280, 720),
        themes={"light": "slide-light", "dark": "slide-dark"},
        lengths=_SLIDE,
    ),
    "square": Preset(title="a square, read on a telephone", size=(1080, 1080), lengths=_SQUARE),
}


def load_theme(theme: str | PathLike[str] | Theme) -> Theme:
    """The theme of that name, or of a user's file: ``./mine.toml``.

    The file's keys are the fields of `Theme`, all of them optional; ``base`` names the theme that the others are
    taken from, ``light`` unless given. The name is the file's.

    Raises:
        UnknownNameError: No theme has that name.
        ArgumentError: A key or a value of the file is not allowed; the message says what is.
        OptvizError: The file cannot be read, or is not TOML.

    Example:
        >>> load_theme("dark").background
        '#0f1419'
    """
    if isinstance(theme, Theme):
        return theme
    theme = (
        path_text("theme", theme) if isinstance(theme, PathLike) else text("theme", theme, "a name, a file or a Theme")
    )
    if theme.lower().endswith(".toml"):
        path = Path(theme)
        return theme_of({"name": path.stem} | read_toml(path, OptvizError, f"the theme {path}"), str(path))
    known = theme.strip().lower().replace("_", "-")
    if known not in THEMES:
        hint = f"Allowed: {', '.join(THEMES)}; a file of your own is written ./mine.toml."
        raise UnknownNameError("theme", theme, list(THEMES), hint)
    return THEMES[known]


def theme_of(values: Mapping[str, Any], source: str = "theme") -> Theme:
    """A theme from plain data, such as a TOML file or ``dataclasses.asdict`` of a theme.

    Args:
        values: Fields of `Theme`, and perhaps ``base``, the name of the theme the others are taken from. Where a
            trail is given without a casing, the casing grows with it.
        source: Where the values are from, as errors name it.

    Raises:
        ArgumentError: A key or a value is not allowed; the message says what is.

    Example:
        >>> theme_of({"base": "dark", "name": "mine", "trail": 4}).casing
        6.0
    """
    given = dict(values)
    base = given.pop("base", "light")
    try:
        if not (isinstance(base, str) and base in THEMES):
            raise UnknownNameError("theme", base[:40] if isinstance(base, str) else _short(base), THEMES)
        known = [declared.name for declared in fields(Theme)]
        for key in given:
            if key not in known:
                raise UnknownNameError(
                    "key of a theme", key[:40] if isinstance(key, str) else shown(key), ["base", *known]
                )
        theme = THEMES[base]
        plain = {key: _plain(value) for key, value in given.items()}
        trail: Any = given.get("trail")
        if "casing" not in given and within(trail, "(0, 20]"):
            plain["casing"] = trail + theme.casing - theme.trail
        return replace(theme, **plain)
    except ArgumentError as error:
        raise ArgumentError(f"{source}: {str(error).removeprefix('theme: ')}") from None


def rgb(colour: Colour) -> tuple[int, int, int]:
    """The three bytes of a colour.

    Example:
        >>> rgb("#ff8000")
        (255, 128, 0)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(under: Colour, over: Colour, share: float) -> Colour:
    """A colour covered by another to a share.

    Example:
        >>> mixed("#ffffff", "#ff8000", 0.5)
        '#ffc080'
    """
    parts = [round(a + (b - a) * share) for a, b in zip(rgb(under), rgb(over), strict=True)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def is_dark(theme: Theme) -> bool:
    """Whether a theme's paper is darker than it is light."""
    return sum(rgb(theme.background)) < 3 * 128


def _short(value: Any) -> str:
    return shown(list(value) if isinstance(value, tuple) else value)
