"""The data of a page: a scene as numbers, so compact that it travels with the page, and nothing that needs Python.

Places on a map are shares of it, from its left and top edge; series are numbers a step. Long arrays are written in
base64 as ``{"f64": …}``, ``{"f32": …}``, or, of swarms, whose points need no more, as 16-bit steps between two ends:
``{"u16": …, "low": …, "high": …}``, with 65535 for what is not a number. The files of `player` read exactly this.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.curves import axis_range
from optviz.draw.swarm import MOST_TRAILS, faintness
from optviz.errors import ArgumentError
from optviz.page.block import Block
from optviz.page.ground import Ground, map_ground
from optviz.scene import Contour, Curves, Relief, Scene
from optviz.series import loss_series
from optviz.surface import Array
from optviz.themes import DARK, LIGHT, Theme, rgb
from optviz.timeline import sampled

MOST_MOMENTS = 2001
"""The most steps that a page holds; of longer races it holds all of the early ones, and ever fewer later."""

_MOST_POINTS = 1 << 19  # of all paths together
_LEAST_MOMENTS = 65
_MANY = 32  # paths whose points need all their digits
_FINE = 1.2  # pixels of the ground for one of the scene
_MOST_PIXELS = 1_400_000  # of the ground
_LEAST_SIDE = 320  # pixels of the ground
_FARTHEST = 1e6  # boxes
FORMAT = 1
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
    curves = [panel for panel in panels if isinstance(panel, Curves)]
    if not maps:
        raise ArgumentError("a page needs a map, and this scene has none; write a .gif")
    if any(panel.pale is not None or panel.note for panel in maps):
        raise ArgumentError("a page shows races on surfaces, not on a plane through a network's loss; write a .gif")
    if any(isinstance(panel, Relief) and panel.camera == "orbit" for panel in maps):
        raise ArgumentError("a page holds one picture of the relief: say --camera fixed, or write a .gif or .mp4")
    themes = both(scene.theme)
    steps = len(scene.cast[0].values) - 1
    heads = sum(len(panel.owners) + len(panel.ghost_owners) for panel in maps)
    moments = np.array(
        sampled(steps, min(steps + 1, MOST_MOMENTS, max(_LEAST_MOMENTS, _MOST_POINTS // heads))), dtype=np.intp
    )
    if all(curve.series.name != "loss" for curve in curves):
        curves.insert(0, _losses(scene, maps[0]))
    studio = _Studio(scene, themes, moments)
    listed = [studio.map_of(panel) for panel in maps]
    data = {
        "format": FORMAT,
        "title": scene.title,
        "steps": steps,
        "moments": None if len(moments) == steps + 1 else moments.tolist(),
        "times": _times(scene, moments),
        "follow": scene.theme == LIGHT,
        "themes": [_theme(theme, scene) for theme in themes],
        "lengths": {name: getattr(scene.theme, name) for name in ("trail", "casing", "head", "text")},
        "cast": [
            {
                "title": runner.title,
                "rate": runner.rate,
                "rule": runner.rule,
                "measure": runner.measure,
                "values": _packed(runner.values[moments], "<f8"),
                "final": _final(maps, index),
            }
            for index, runner in enumerate(scene.cast)
        ],
        "pictures": [studio.picture(ground) for ground in studio.grounds],
        "maps": listed,
        "curves": [_curve(curve, moments) for curve in curves],
    }
    return Told(data, tuple(studio.grounds), themes, moments)


def both(theme: Theme) -> tuple[Theme, Theme]:
    """The theme, and one for the other kind of light, whose lines and letters are as large.

    Example:
        >>> [theme.name for theme in both(DARK)]
        ['dark', 'light']
    """
    other = LIGHT if _is_dark(theme) else DARK
    same = {name: getattr(theme, name) for name in ("trail", "casing", "head", "text", "heading")}
    return theme, replace(other, **same)


class _Studio:
    """Makes the maps of a page; those that look the same share one picture."""

    def __init__(self, scene: Scene, themes: tuple[Theme, Theme], moments: Moments) -> None:
        self._themes, self._moments = themes, moments
        width, height = scene.size
        fine = min(_FINE, math.sqrt(_MOST_PIXELS / (width * height)))
        self._size = max(_LEAST_SIDE, round(fine * width)), max(_LEAST_SIDE, round(fine * height))
        self.grounds: list[Ground] = []
        self._known: dict[Any, tuple[int, Block | None]] = {}

    def map_of(self, panel: Contour) -> dict[str, Any]:
        """A map or a relief, with all that lies on it."""
        picture, block = self._pictured(panel)
        points = panel.points[self._moments]
        count = len(panel.owners)
        swarm = count > len(set(panel.owners))
        minima, deepest = panel.surface.minima_within(panel.box)
        found: dict[str, Any] = {
            "title": panel.title,
            "picture": picture,
            "box": list(panel.box),
            "owners": list(panel.owners),
            "swarm": swarm,
            "trails": count <= MOST_TRAILS,
            "faint": faintness(len(panel.ghost_owners) or count),
            "fading": panel.fading,
            "starts": _places(np.array(panel.starts, dtype=float), panel, block).tolist(),
            "minima": [
                {"at": spot, "deep": bool(deep)}
                for spot, deep in zip(_places(minima, panel, block).tolist(), deepest.tolist(), strict=True)
            ],
        }
        if block is None:
            found["heads"] = _points(_shares(points, panel), count)
        else:
            found["relief"] = _relief(block, points, minima)
            found["heads"] = _packed(block.seen(points).places, "<f4")
        if panel.ghosts is not None:
            found["ghosts"] = _points(_shares(panel.ghosts[self._moments], panel), len(panel.ghost_owners))
            found["ghostOwners"] = list(panel.ghost_owners)
        if panel.anatomy is not None:
            parts = ("gradient", "momentum", "scale", "step")
            x0, x1, y0, y1 = panel.box
            measure = np.array([1 / (x1 - x0), -1 / (y1 - y0)])
            found["anatomy"] = {
                each: _packed(getattr(panel.anatomy, each)[self._moments] * measure, "<f4") for each in parts
            }
        return found

    def picture(self, ground: Ground) -> dict[str, Any]:
        """What a page must know of a picture; the picture itself stands in its document."""
        values = None if ground.values is None else [float(f"{value:.3g}") for value in ground.values]
        palettes = [base64.b64encode(table.tobytes()).decode() for table in ground.palettes]
        return {"width": ground.size[0], "height": ground.size[1], "palettes": palettes, "values": values}

    def _pictured(self, panel: Contour) -> tuple[int, Block | None]:
        view = (panel.elevation, panel.azimuth) if isinstance(panel, Relief) else None
        key = id(panel.surface), panel.box, view
        if key not in self._known:
            block = Block(panel, self._size, self._themes) if isinstance(panel, Relief) else None
            ground = block.ground if block else map_ground(panel.surface, panel.box, self._size, self._themes)
            self._known[key] = len(self.grounds), block
            self.grounds.append(ground)
        return self._known[key]


def _relief(block: Block, points: Array, minima: Array) -> dict[str, Any]:
    """What a relief has beyond a map: its numbers, and of each path what is seen and what is hidden."""
    tracks = [block.track(path) for path in points.swapaxes(0, 1)]
    return {
        "labels": [{"text": text, "at": [x, y]} for text, x, y in block.labels],
        "hidden": _bytes(block.seen(points).hidden),
        "crosses": [block.cross(spot).tolist() for spot in minima],
        "buried": block.seen(minima).hidden.tolist(),
        "tracks": [
            {
                "places": _packed(track.seen.places, "<f4"),
                "hidden": _bytes(track.seen.hidden),
                "moments": _packed(track.steps, "<u4"),
                "exits": list(track.exits),
            }
            for track in tracks
        ],
    }


def _places(points: Array, panel: Contour, block: Block | None) -> Array:
    """Points (n, 2) as shares of their picture."""
    return _shares(points, panel) if block is None else block.seen(points).places


def _shares(points: Array, panel: Contour) -> Array:
    """Points (..., 2) as shares of the map, from its left and top edge; what is absurdly far away is NaN."""
    x0, x1, y0, y1 = panel.box
    with np.errstate(all="ignore"):
        shares = np.stack([(points[..., 0] - x0) / (x1 - x0), (y1 - points[..., 1]) / (y1 - y0)], axis=-1)
        shares[~(np.abs(shares) < _FARTHEST).all(axis=-1)] = np.nan
    return shares


def _times(scene: Scene, moments: Moments) -> list[int]:
    """When each moment is shown, in milliseconds from the first: the film's own law."""
    begins = np.concatenate([[0], np.cumsum(scene.timeline.durations)[:-1]])
    return [round(time) for time in np.interp(moments, scene.timeline.steps, begins).tolist()]


def _losses(scene: Scene, panel: Contour) -> Curves:
    values = np.stack([runner.values for runner in scene.cast], axis=1)
    return Curves(series=loss_series(panel.surface, values), owners=tuple(range(len(scene.cast))))


def _curve(curve: Curves, moments: Moments) -> dict[str, Any]:
    values = np.asarray(curve.series.values, dtype=float)
    shown = values if curve.band is None else np.concatenate([values, *curve.band], axis=1)
    low, high = axis_range(shown, log=curve.series.log)
    bounds = None if curve.series.bounds is None else [_number(bound) for bound in curve.series.bounds]
    return {
        "name": curve.series.name,
        "title": curve.series.title,
        "log": curve.series.log,
        "low": low,
        "high": high,
        "owners": list(curve.owners),
        "values": _packed(values[moments], "<f4"),
        "bounds": bounds,
        "band": None if curve.band is None else [_packed(end[moments], "<f4") for end in curve.band],
    }


def _theme(theme: Theme, scene: Scene) -> dict[str, Any]:
    looks = [theme.look(runner.slot) for runner in scene.cast]
    return {
        "name": theme.name,
        "dark": _is_dark(theme),
        "paper": theme.background,
        "ink": theme.ink,
        "quiet": theme.quiet,
        "looks": [{"colour": look.colour, "dash": list(look.dash)} for look in looks],
    }


def _final(maps: Sequence[Contour], owner: int) -> list[float | None] | None:
    """Where a run ends, in full precision, where it has one head."""
    for panel in maps:
        if panel.owners.count(owner) == 1:
            return [_number(part) for part in panel.points[-1, panel.owners.index(owner)]]
    return None


def _points(shares: Array, count: int) -> dict[str, Any]:
    """Places (T+1, M, 2); those of many paths in 16 bits, within three maps' widths."""
    if count <= _MANY:
        return _packed(shares, "<f4")
    known = shares[np.isfinite(shares)]
    low, high = (max(-1.0, float(known.min())), min(2.0, float(known.max()))) if len(known) else (0.0, 1.0)
    steps = np.rint((np.clip(shares, low, high) - low) / max(high - low, 1e-9) * 65534)
    return {"u16": _text(np.where(np.isfinite(steps), steps, 65535).astype("<u2")), "low": low, "high": high}


def _packed(values: NDArray[Any], kind: str) -> dict[str, Any]:
    with np.errstate(all="ignore"):
        name = {"<f8": "f64", "<f4": "f32", "<u4": "u32"}[kind]
        return {name: _text(np.asarray(values).astype(kind))}


def _bytes(values: NDArray[Any]) -> dict[str, Any]:
    return {"u8": _text(values.astype(np.uint8))}


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()


def _number(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _is_dark(theme: Theme) -> bool:
    return sum(rgb(theme.background)) < 384
