"""The usual way: the same picture with matplotlib's FuncAnimation, as a careful user would write it.

``python benchmarks/funcanimation.py OUT.gif [SURFACE] [FRAMES]`` is the script that optviz is timed against.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.patheffects as effects
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.colors import LinearSegmentedColormap

import optviz
from optviz.draw.cast import loss_label
from optviz.draw.layout import layout
from optviz.draw.shade import BANDS, heights, levels
from optviz.scene import scene_of


def animation(race, size=(800, 600), frames=200, theme="light"):
    """A FuncAnimation of the scene that optviz would draw, and its figure."""
    scene = scene_of(race, size=size, frames=frames, theme=theme)
    theme, panel = scene.theme, scene.panel
    width, height = size
    left, top, right, bottom = layout(*size).map
    figure = plt.figure(figsize=(width / 100, height / 100), dpi=100, facecolor=theme.background)
    axes = figure.add_axes([left / width, 1 - bottom / height, (right - left) / width, (bottom - top) / height])
    x0, x1, y0, y1 = panel.box
    level = levels(heights(race.surface, panel.box, 200, 200))[::-1]
    x, y = np.linspace(x0, x1, 200), np.linspace(y0, y1, 200)
    ramp = LinearSegmentedColormap.from_list("ramp", theme.ramp)
    axes.contourf(x, y, level, levels=np.arange(BANDS + 1), cmap=ramp)
    axes.contour(x, y, level, levels=np.arange(BANDS + 1), colors=theme.isoline, linewidths=0.7, alpha=0.5)
    axes.set(xlim=(x0, x1), ylim=(y0, y1))
    axes.tick_params(length=0, colors=theme.quiet)
    axes.spines[:].set_visible(False)
    axes.set_title(scene.title, loc="left", weight="bold", size=theme.heading, color=theme.ink)
    counter = axes.set_title("", loc="right", size=theme.text, color=theme.quiet)
    for minimum in race.surface.minima:
        axes.plot(*minimum, "+", ms=10, mew=2, color=theme.ink)
    axes.plot(*panel.start, "o", ms=theme.head, mfc="none", color=theme.ink)
    casing = [effects.withStroke(linewidth=theme.casing, foreground=theme.background)]
    lines, heads, losses = [], [], []
    for row, trail in enumerate(panel.trails):
        colour = theme.palette[trail.slot % len(theme.palette)]
        lines += axes.plot([], [], color=colour, lw=theme.trail, path_effects=casing, solid_capstyle="round")
        heads += axes.plot([], [], "o", ms=theme.head, color=colour, mec=theme.background, mew=1, zorder=5)
        at = 0.88 - row * 0.12
        figure.text(right / width + 0.02, at, trail.title, color=colour, weight="bold", size=theme.text + 2.5)
        figure.text(right / width + 0.02, at - 0.034, f"{trail.rate} {trail.rule}", color=theme.quiet, size=theme.text)
        losses.append(figure.text(right / width + 0.02, at - 0.068, "", color=theme.quiet, size=theme.text))

    def update(step):
        for trail, line, head, loss in zip(panel.trails, lines, heads, losses, strict=True):
            line.set_data(*trail.points[: step + 1].T)
            head.set_data(*trail.points[step : step + 1].T)
            loss.set_text(f"loss  {loss_label(trail.values[step])}")
        counter.set_text(f"step {step}")
        return [*lines, *heads, *losses, counter]

    return FuncAnimation(figure, update, frames=scene.timeline.steps, interval=1000 / 30, repeat=True), figure


def save(race, path, frames=200, size=(800, 600)):
    """Make the film and write it."""
    film, figure = animation(race, size, frames)
    writer = PillowWriter(fps=30) if Path(path).suffix == ".gif" else FFMpegWriter(fps=30, codec="h264")
    film.save(path, writer=writer, dpi=100)
    plt.close(figure)


if __name__ == "__main__":
    out, surface, frames = (
        [*sys.argv[1:], "rosenbrock", "200"][:3] if len(sys.argv) > 1 else ("usual.gif", "rosenbrock", "200")
    )
    save(optviz.race(surface, steps=max(200, int(frames) - 1)), out, int(frames))
