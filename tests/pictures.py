"""Small pictures for tests: blank sheets, scenes made by hand, and their pixels as numbers."""

from dataclasses import replace

import numpy as np

import optviz
from optviz.cast import Runner
from optviz.draw import Film
from optviz.draw.canvas import Canvas, packed
from optviz.scene import Contour, Curves, Scene
from optviz.series import Series
from optviz.themes import THEMES, rgb
from optviz.timeline import timeline

LIGHT = THEMES["light"]
GROUND = "#00ff00"
"""A colour that is none of any theme's: where it is seen, nothing was drawn."""

FLAT = replace(LIGHT, ramp=("#dddddd",), isoline_alpha=0.0)
"""A theme whose maps have one colour."""

SLOPE = optviz.Surface(name="slope", fn=lambda x, y: x + y, domain=(0.0, 1.0, 0.0, 1.0), start=(0.5, 0.5))
"""A surface without minima."""


def sheet(width, height, colour=GROUND, scale=1.0):
    """A canvas of one colour."""
    canvas = Canvas(width, height, scale)
    canvas.pixels[:] = packed(colour)
    return canvas


def decoded(pixels):
    """Pixels (height, width) as red, green and blue (height, width, 3)."""
    return np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)[..., :3].astype(float)


def near(pixels, colour, slack=40):
    """Which pixels have about that colour."""
    return np.abs(decoded(pixels) - rgb(colour)).max(axis=-1) <= slack


def share(pixels, under, over):
    """How far each pixel is on the way from one colour to another, 0 … 1: the strength of what covers it."""
    under, over = np.array(rgb(under), float), np.array(rgb(over), float)
    way = over - under
    return (decoded(pixels) - under) @ way / (way @ way)


def runner(name, slot, steps, **more):
    """One of the cast, who loses 1 all the time."""
    return Runner(title=name, rate="lr 0.1", rule="given", slot=slot, values=np.ones(steps + 1), **more)


def film_of(panels, count=1, steps=None, **more):
    """The film of panels made by hand, of as many runners."""
    first = panels[0][0]
    steps = len(first.series.values if isinstance(first, Curves) else first.points) - 1 if steps is None else steps
    known = {"cast": tuple(runner(f"Run {n}", n, steps) for n in range(count)), "theme": FLAT, "size": (400, 300)}
    return Film(Scene(**{"title": "", "panels": panels, "timeline": timeline(steps)} | known | more))


def map_of(*paths, **more):
    """A map of the slope with paths (T+1, 2) on it, each of a runner of its own."""
    points = np.stack([np.asarray(path, dtype=float) for path in paths], axis=1)
    known = {"surface": SLOPE, "box": SLOPE.domain, "starts": (), "points": points, "owners": tuple(range(len(paths)))}
    return Contour(**known | more)


def curves_of(values, *, log=False, bounds=None, **more):
    """Curves (T+1, M), each of a runner of its own."""
    values = np.asarray(values, dtype=float)
    series = Series("loss", "Loss", values, log, bounds)
    return Curves(**{"series": series, "owners": tuple(range(values.shape[1]))} | more)
