"""The maps of a page: what lies on them as shares of a picture, and the pictures, which maps that look alike share."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.afar import brought_near
from optviz.draw.swarm import MOST_TRAILS, faintness
from optviz.page.block import Block
from optviz.page.ground import Ground, map_ground
from optviz.page.packing import floats_for, packed, packed_bytes, packed_roughly
from optviz.scene import Contour, Relief, Scene
from optviz.surface import Array
from optviz.themes import Theme

_MANY = 32  # paths whose points need all their digits
_FINE = 1.2  # pixels of the ground for one of the scene
_MOST_PIXELS = 1_400_000  # of the ground
_LEAST_SIDE = 320  # pixels of the ground
_FARTHEST = 1e6  # boxes
_PARTS = ("gradient", "momentum", "scale", "step")
Moments = NDArray[np.intp]


class Studio:
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
        points = brought_near(panel.points[self._moments], panel.box)
        count = len(panel.owners)
        swarm = count > len(set(panel.owners))
        starts = _places(np.array(panel.starts, dtype=float).reshape(-1, 2), panel, block)
        minima, deepest = panel.surface.minima_within(panel.box)
        found: dict[str, Any] = {
            "title": panel.title,
            "note": panel.note,
            "picture": picture,
            "box": list(panel.box),
            "owners": list(panel.owners),
            "swarm": swarm,
            "trails": count <= MOST_TRAILS,
            "faint": faintness(len(panel.ghost_owners) or count),
            "fading": panel.fading,
            "starts": starts.tolist(),
            "minima": [
                {"at": spot, "deep": bool(deep)}
                for spot, deep in zip(_places(minima, panel, block).tolist(), deepest.tolist(), strict=True)
            ],
        }
        if panel.pale is not None:
            shares = np.nan_to_num(np.clip(panel.pale[self._moments], 0.0, 1.0), nan=1.0)
            found["pale"] = packed_bytes(np.rint(255 * shares))
        if block is None:
            found["heads"] = _points(_shares(points, panel), count)
        else:
            found["relief"] = _relief(block, points, minima)
            found["heads"] = packed(block.seen(points).places, "<f4")
        if panel.ghosts is not None:
            found["ghosts"] = _points(
                _shares(brought_near(panel.ghosts[self._moments], panel.box), panel), len(panel.ghost_owners)
            )
            found["ghostOwners"] = list(panel.ghost_owners)
        if panel.anatomy is not None:
            x0, x1, y0, y1 = panel.box
            measure = np.array([1 / (x1 - x0), -1 / (y1 - y0)])
            parts = {each: getattr(panel.anatomy, each)[self._moments] for each in _PARTS}
            with np.errstate(over="ignore"):
                found["anatomy"] = {each: _vectors(part * measure) for each, part in parts.items()}
        return found

    def picture(self, ground: Ground) -> dict[str, Any]:
        """What a page must know of a picture; the picture itself stands in its document."""
        values = None if ground.values is None else _told(ground.values)
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


def _told(values: Array) -> list[float]:
    """Values in as many digits as tell them apart, and three at least."""
    with np.errstate(all="ignore"):
        more = np.log10(np.abs(values).max() / np.ptp(values))
    digits = 3 + int(np.clip(np.nan_to_num(more, nan=0.0, posinf=12.0), 0, 12))
    return [float(f"{value:.{digits}g}") for value in values.tolist()]


def _relief(block: Block, points: Array, minima: Array) -> dict[str, Any]:
    """What a relief has beyond a map: its numbers, and of each path what is seen and what is hidden."""
    tracks = [block.track(path) for path in points.swapaxes(0, 1)]
    return {
        "labels": [{"text": text, "at": [x, y]} for text, x, y in block.labels],
        "hidden": packed_bytes(block.seen(points).hidden),
        "crosses": [block.cross(spot).tolist() for spot in minima],
        "buried": block.seen(minima).hidden.tolist(),
        "tracks": [
            {
                "places": packed(track.seen.places, "<f4"),
                "hidden": packed_bytes(track.seen.hidden),
                "moments": packed(track.steps, "<u4"),
                "exits": list(track.exits),
            }
            for track in tracks
        ],
    }


def _places(points: Array, panel: Contour, block: Block | None) -> Array:
    """Points (n, 2) as shares of their picture."""
    return _shares(points, panel) if block is None else block.seen(points).places


def _vectors(parts: Array) -> dict[str, Any]:
    """Vectors (T+1, M, 2), in numbers that hold the longest of them."""
    return packed(parts, floats_for(0.0, float(np.abs(parts).max(initial=0.0, where=np.isfinite(parts))) or 1.0))


def _shares(points: Array, panel: Contour) -> Array:
    """Points (..., 2) as shares of the map, from its left and top edge; what is absurdly far away is NaN."""
    x0, x1, y0, y1 = panel.box
    with np.errstate(all="ignore"):
        shares = np.stack([(points[..., 0] - x0) / (x1 - x0), (y1 - points[..., 1]) / (y1 - y0)], axis=-1)
        shares[~(np.abs(shares) < _FARTHEST).all(axis=-1)] = np.nan
    return shares


def _points(shares: Array, count: int) -> dict[str, Any]:
    """Places (T+1, M, 2); those of many paths in 16 bits, within three maps' widths."""
    return packed(shares, "<f4") if count <= _MANY else packed_roughly(shares, -1.0, 2.0)
