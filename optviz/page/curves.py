"""The curves of a page: the series that a scene follows, and the loss where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.draw.curves import axis_range
from optviz.page.packing import floats_for, number, packed
from optviz.scene import Contour, Curves, Scene
from optviz.series import Series, loss_series

Moments = NDArray[np.intp]


def losses_of(scene: Scene, maps: Sequence[Contour]) -> Curves:
    """The losses of everybody: on a surface, or of networks, whose losses end above 0."""
    values = np.stack([runner.values for runner in scene.cast], axis=1)
    raced = maps and maps[0].pale is None
    series = loss_series(maps[0].surface, values) if raced else Series("loss", "loss", values, log=True)
    return Curves(series=series, owners=tuple(range(len(scene.cast))))


def curve_told(curve: Curves, moments: Moments) -> dict[str, Any]:
    """A series at these moments, and the ends of its axis."""
    values = np.asarray(curve.series.values, dtype=float)
    beside = [] if curve.beside is None else [curve.beside]
    shown = np.concatenate([values, *(curve.band or ()), *beside], axis=1)
    low, high = curve.span or axis_range(shown, log=curve.series.log)
    extreme = max(low, high, key=abs)
    kind = floats_for(0.0, 10.0**extreme) if curve.series.log else floats_for(low, high)
    bounds = None if curve.series.bounds is None else [number(bound) for bound in curve.series.bounds]
    return {
        "name": curve.series.name,
        "titles": [curve.series.title, *curve.briefly],
        "log": curve.series.log,
        "low": low,
        "high": high,
        "owners": list(curve.owners),
        "values": packed(values[moments], kind),
        "bounds": bounds,
        "edged": curve.edged,
        "band": None if curve.band is None else [packed(end[moments], kind) for end in curve.band],
        "beside": None if curve.beside is None else packed(curve.beside[moments], kind),
    }
