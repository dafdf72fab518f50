"""Themes: the colours, lines and letters of a picture, as data.

The map is quiet, of one hue and low chroma, deep = dark; colour belongs to the optimizers alone. Lengths are in
points at 800×600 and grow with the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

from optviz.errors import UnknownNameError

Colour = str
"""A colour as ``#rrggbb``."""


@dataclass(frozen=True, kw_only=True)
class Theme:
    """How a picture looks.

    Args:
        name: What the command line calls it.
        title: What it is for, in a few words.
        background: Behind everything, and the casing of trails and heads.
        ink: Titles, crosses, the start ring.
        quiet: Ticks, counters, second lines.
        ramp: The map's colours from deep to high, evenly spaced.
        isoline: The contours' colour.
        isoline_alpha: Their strength, 0 … 1.
        palette: The runs' colours; slot i belongs to the same optimizer in every picture.
        trail: Width of a trail.
        casing: Width of the stroke beneath it.
        head: Diameter of a head.
        text: Size of ordinary text.
        heading: Size of the title.
    """

    name: str
    title: str
    background: Colour
    ink: Colour
    quiet: Colour
    ramp: tuple[Colour, ...]
    isoline: Colour
    isoline_alpha: float
    palette: tuple[Colour, ...]
    trail: float = 2.6
    casing: float = 4.6
    head: float = 9.0
    text: float = 10.0
    heading: float = 16.0


LIGHT = Theme(
    name="light",
    title="dark on white, for pages and notebooks",
    background="#ffffff",
    ink="#1f2328",
    quiet="#6a737d",
    ramp=("#5d7186", "#9fb0bf", "#d5dde3", "#f4f6f7"),
    isoline="#ffffff",
    isoline_alpha=0.55,
    palette=("#d55e00", "#0072b2", "#8a5a00", "#cc3c8e", "#00805c"),
)

DARK = Theme(
    name="dark",
    title="light on near-black, for dark pages and dim rooms",
    background="#0f1419",
    ink="#e8eaed",
    quiet="#8b949e",
    ramp=("#05080b", "#14212c", "#22384a", "#37566d"),
    isoline="#05080b",
    isoline_alpha=0.45,
    palette=("#ff8a4c", "#56b4e9", "#f0e442", "#ff7bc4", "#2fd9a3"),
)

THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK)}


def load_theme(theme: str | Theme) -> Theme:
    """The theme of that name.

    Raises:
        UnknownNameError: No theme has that name.

    Example:
        >>> load_theme("dark").background
        '#0f1419'
    """
    if isinstance(theme, Theme):
        return theme
    if theme not in THEMES:
        raise UnknownNameError("theme", theme, list(THEMES))
    return THEMES[theme]


def rgb(colour: Colour) -> tuple[int, int, int]:
    """The three bytes of a colour.

    Example:
        >>> rgb("#ff8000")
        (255, 128, 0)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
