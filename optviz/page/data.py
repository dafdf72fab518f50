"""The data of a page: a scene as numbers, so compact that it travels with the page, and nothing that needs Python.

Places on a map are shares of it, from its left and top edge; series are numbers a step; long arrays are as
in `packing`. The files of `player` read exactly this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.classes import class_looks
from optviz.draw.regions import tints
from optviz.errors import ArgumentError
from optviz.page.curves import curve_told, losses_of
from optviz.page.ground import Ground
from optviz.page.maps import Studio
from optviz.page.packing import number, packed, packed_bytes
from optviz.page.regions import regions_told
from optviz.regions import Regions
from optviz.scene import Contour, Curves, Relief, Scene
from optviz.themes import DARK, LIGHT, Theme, is_dark
from optviz.timeline import Clock, sampled

MOST_MOMENTS = 2001
"""The most steps that a page holds; of longer races it holds all of the early ones, and ever fewer later."""

_MOST_POINTS = 1 << 19  # of all paths together
_LEAST_MOMENTS = 65
FORMAT = 2
ORBIT = "a page holds one picture of the relief: say --camera fixed, or write a .gif or .mp4"
"""Why a camera that goes around is refused."""
Moments = NDArray[np.intp]


@dataclass(frozen=True)
class Told:
    """What a page is made of: plain data, and the pictures that go with it."""

    data: dict[str, Any]
    grounds: tuple[Ground, ...]
    themes: tuple[Theme, Theme]
    moments: Moments


def told(scene: Scene) -> Told:
    """The data of a scene.

    Raises:
        ArgumentError: It shows what a page cannot.
    """
    panels = [panel for row in scene.panels for panel in row]
    maps = [panel for panel in panels if isinstance(panel, Contour)]
    regions = [panel for panel in panels if isinstance(panel, Regions)]
    curves = [panel for panel in panels if isinstance(panel, Curves)]
    if any(isinstance(panel, Relief) and panel.camera == "orbit" for panel in maps):
        raise ArgumentError(ORBIT)
    themes = both(scene.theme)
    steps = len(scene.cast[0].values) - 1
    heads = sum(len(panel.owners) + len(panel.ghost_owners) for panel in maps)
    most = max(_LEAST_MOMENTS, _MOST_POINTS // max(1, heads))
    moments = np.array(sampled(steps, min(steps + 1, MOST_MOMENTS, most)), dtype=np.intp)
    if (maps or regions) and all(curve.series.name != "loss" for curve in curves):
        curves.insert(0, losses_of(scene, maps))
    studio = Studio(scene, themes, moments)
    listed = [studio.map_of(panel) for panel in maps]
    data = {
        "format": FORMAT,
        "title": scene.title,
        "steps": steps,
        "moments": None if len(moments) == steps + 1 else moments.tolist(),
        "clock": _clock(scene, moments),
        "times": _times(scene, moments),
        "follow": scene.theme == LIGHT,
        "themes": [_theme(theme, scene, regions) for theme in themes],
        "lengths": {name: getattr(scene.theme, name) for name in ("trail", "casing", "head", "text")},
        "cast": [
            {
                "title": runner.title,
                "rate": runner.rate,
                "rule": runner.rule,
                "measure": runner.measure,
                "values": packed(runner.values[moments], "<f8"),
                "final": _final(maps, index),
                "diverged": runner.diverged_at,
                "gone": runner.gone_at,
                "more": [
                    {
                        "measure": gauge.measure,
                        "percent": gauge.percent,
                        "unknown": gauge.unknown,
                        "values": packed(gauge.values[moments], "<f8"),
                    }
                    for gauge in runner.more
                ],
            }
            for index, runner in enumerate(scene.cast)
        ],
        "pictures": [studio.picture(ground) for ground in studio.grounds],
        "maps": listed,
        "regions": regions_told(regions, moments),
        "curves": [curve_told(curve, moments) for curve in curves],
        "rows": [] if maps or regions else [len(row) for row in scene.panels],
    }
    return Told(data, tuple(studio.grounds), themes, moments)


def both(theme: Theme) -> tuple[Theme, Theme]:
    """The theme, and one for the other kind of light, whose lines and letters are as large.

    Example:
        >>> [theme.name for theme in both(DARK)]
        ['dark', 'light']
    """
    other = LIGHT if is_dark(theme) else DARK
    same = {name: getattr(theme, name) for name in ("trail", "casing", "head", "text", "heading")}
    return theme, replace(other, **same)


def _times(scene: Scene, moments: Moments) -> list[int]:
    """When each moment is shown, in milliseconds from the first: the film's own law."""
    begins = np.concatenate([[0], np.cumsum(scene.timeline.durations)[:-1]])
    return [round(time) for time in np.interp(moments, scene.timeline.steps, begins).tolist()]


def _clock(scene: Scene, moments: Moments) -> dict[str, Any]:
    """What steps are called; and where that is not by their numbers, each."""
    clock = scene.timeline.clock
    readings = None if clock == Clock() else [clock.reading(step) for step in moments.tolist()]
    return {"unit": clock.unit, "rate": clock.rate, "readings": readings}


def _theme(theme: Theme, scene: Scene, regions: Sequence[Regions]) -> dict[str, Any]:
    looks = [theme.look(runner.slot) for runner in scene.cast]
    classes = class_looks(theme, max((panel.classes for panel in regions), default=0))
    return {
        "name": theme.name,
        "dark": is_dark(theme),
        "paper": theme.background,
        "ink": theme.ink,
        "quiet": theme.quiet,
        "looks": [{"colour": look.colour, "dash": list(look.dash)} for look in looks],
        "classes": [{"colour": each.colour, "mark": each.mark.round(3).tolist()} for each in classes],
        "tints": packed_bytes(np.rint(tints([each.colour for each in classes], theme))) if classes else None,
    }


def _final(maps: Sequence[Contour], owner: int) -> list[float | None] | None:
    """Where a run ends, in full precision, where it has one head."""
    for panel in maps:
        if panel.owners.count(owner) == 1:
            return [number(part) for part in panel.points[-1, panel.owners.index(owner)]]
    return None
