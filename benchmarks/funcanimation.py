"""The usual way: the same picture with matplotlib's FuncAnimation, as a careful user would write it.

``python benchmarks/funcanimation.py [OUT] [SURFACE] [FRAMES]`` is the script that optviz is timed against. It draws
optviz's scene with ordinary artists, changes only what moves, and spares matplotlib what it need not do at every frame:
ticks and title have fixed places. `blit` changes nothing, because `save` ignores it. Two things that optviz draws are
left out, as they would slow it down: coinciding heads as rings, and trails that cross in the order of the steps.
"""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.patheffects as effects
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.colors import LinearSegmentedColormap

import optviz
from optviz.draw.layout import ticks
from optviz.draw.shade import BANDS, heights, levels
from optviz.numerals import loss_label, tick_label
from optviz.scene import scene_of
from optviz.themes import THEMES

FPS = 30
RULES = {"tuned": "tuned", "same": "same for all", "given": "given"}


class Drawing:
    """A figure with what never changes, and the artists that do.

    With `still`, what never changes is drawn once, and is a bitmap from then on: few people think of it.
    """

    def __init__(self, race, size=(800, 600), frames=200, theme="light", *, still=False):
        self.race, self.size, self.theme = race, size, THEMES[theme]
        self.shots = scene_of(race, size=size, frames=frames).timeline.shots
        self.scale = scale = max(0.5, min(size[0] / 800, size[1] / 600))
        self.roomy = size[0] - 256 * scale > 204 * scale  # for a column of names
        right = size[0] - (204 if self.roomy else 16) * scale
        self.map = 52 * scale, 64 * scale, right, size[1] - 40 * scale
        self.dpi = 100 * scale
        self.figure = plt.figure(figsize=(size[0] / self.dpi, size[1] / self.dpi), dpi=self.dpi)
        self.figure.set_facecolor(self.theme.background)
        axes = self._axes()
        spots = self._spots()
        self._ground(axes, spots)
        if still:
            self.figure.canvas.draw()
            ground = np.array(self.figure.canvas.buffer_rgba())
            self.figure.clear()
            self.figure.figimage(ground, zorder=-1)
            axes = self._axes()
            axes.set_axis_off()
        self._moving(axes, spots)

    def update(self, shot):
        """Show a step, and the numbers of its reading; returns what changed, as FuncAnimation wants it."""
        step, reading = shot.step, shot.reading
        for path, line, head in zip(self.race.points.swapaxes(0, 1), self.lines, self.heads, strict=True):
            line.set_data(*path[: step + 1].T)
            head.set_data(*path[step : step + 1].T)
        for value, text in zip(self.race.values[reading], self.losses, strict=False):  # a small picture shows none
            text.set_text(f"loss  {loss_label(value)}")
        self.counter.set_text(f"step  {reading}")
        return [*self.lines, *self.heads, *self.losses, self.counter]

    def save(self, path, *, blit=False, ffmpeg=()):
        """Write the film; `ffmpeg` are more of its options, for a video."""
        film = FuncAnimation(self.figure, self.update, frames=self.shots, interval=1000 / FPS, blit=blit)
        film.save(path, writer=_writer(path, ffmpeg), dpi=self.dpi)

    def _axes(self):
        (width, height), (left, top, right, bottom) = self.size, self.map
        x0, x1, y0, y1 = self.race.surface.window
        return self.figure.add_axes(
            [left / width, 1 - bottom / height, (right - left) / width, (bottom - top) / height],
            xlim=(x0, x1),
            ylim=(y0, y1),
        )

    def _ground(self, axes, spots):
        theme, surface = self.theme, self.race.surface
        x0, x1, y0, y1 = surface.window
        left, top, right, bottom = self.map
        level = levels(heights(surface, surface.window, 200, 200))[::-1]
        x, y = np.linspace(x0, x1, 200), np.linspace(y0, y1, 200)
        ramp = LinearSegmentedColormap.from_list("ramp", theme.ramp)
        bands = np.arange(BANDS + 1)
        axes.contourf(x, y, level, levels=bands, cmap=ramp)
        axes.contour(x, y, level, levels=bands, colors=theme.isoline, linewidths=0.7, alpha=theme.isoline_alpha)
        across, down = (right - left) / (70 * self.scale), (bottom - top) / (60 * self.scale)
        for axis, low, high, room in ((axes.xaxis, x0, x1, across), (axes.yaxis, y0, y1, down)):
            values = ticks(low, high, max(2, int(room)))
            axis.set_ticks(values, [tick_label(value) for value in values])
        axes.set(xlim=(x0, x1), ylim=(y0, y1))
        axes.tick_params(length=0, colors=theme.quiet, labelsize=theme.text, pad=6)
        axes.spines[:].set_visible(False)
        raised = 24 * self.scale * 72 / self.dpi  # a fixed place: else it is sought at every frame
        style = {"size": theme.heading, "weight": "bold", "color": theme.ink}
        axes.set_title(surface.display_title, loc="left", y=1, pad=raised, **style)
        casing = [effects.withStroke(linewidth=4.4, foreground=theme.background)]
        for minimum in surface.minima:
            axes.plot(*minimum, "+", ms=10, mew=2, color=theme.ink, path_effects=casing)
        for colour, width in ((theme.background, 4.0), (theme.ink, 1.6)):
            axes.plot(*self.race.start, "o", ms=theme.head, mfc="none", color=colour, mew=width)
        for row, (run, (x, y, pitch)) in enumerate(zip(self.race.runs, spots, strict=False)):
            rate = f"lr {run.hyperparameters['lr']:.2g} {RULES[run.lr_rule]}"
            self.figure.text(x, y, run.title, weight="bold", size=theme.text + 2.5, color=self._colour(row))
            self.figure.text(x, y - pitch, rate, size=theme.text, color=theme.quiet)

    def _moving(self, axes, spots):
        theme = self.theme
        on_figure = {"transform": self.figure.transFigure}  # with blit=True, `save` leaves a figure's own texts out
        rim = (theme.casing - theme.trail) / 2
        casing = [effects.withStroke(linewidth=theme.casing, foreground=theme.background)]
        self.lines, self.heads, self.losses = [], [], []
        for row in range(len(self.race.runs)):
            style = {"color": self._colour(row), "zorder": 4}
            self.lines += axes.plot([], [], lw=theme.trail, path_effects=casing, solid_capstyle="round", **style)
            style |= {"mec": theme.background, "mew": rim, "zorder": 5}
            self.heads += axes.plot([], [], "o", ms=theme.head + rim, **style)
        for x, y, pitch in spots:
            self.losses.append(axes.text(x, y - 2 * pitch, "", size=theme.text, color=theme.quiet, **on_figure))
        place = self.map[2] / self.size[0], 1 - 40 * self.scale / self.size[1]
        self.counter = axes.text(*place, "", ha="right", size=theme.text + 1, color=theme.quiet, **on_figure)

    def _spots(self):
        """Where the names stand, and how far apart their lines, as shares of the figure."""
        if not self.roomy:
            return []
        (width, height), (_, top, right, bottom) = self.size, self.map
        em, count = self.theme.text * self.dpi / 72, len(self.race.runs)
        pitch = min(5.2 * em, (bottom - top) / count)
        x, line = (right + 18 * self.scale) / width, 1.45 * em / height
        return [(x, 1 - (top + em + row * pitch) / height, line) for row in range(count)]

    def _colour(self, row):
        return self.theme.palette[row % len(self.theme.palette)]


def save(race, path, frames=200, size=(800, 600), *, still=False, blit=False, ffmpeg=()):
    """Make the film and write it."""
    drawing = Drawing(race, size, frames, still=still)
    drawing.save(path, blit=blit, ffmpeg=ffmpeg)
    plt.close(drawing.figure)


def _writer(path, ffmpeg):
    if Path(path).suffix == ".gif":
        return PillowWriter(fps=FPS)
    if not shutil.which("ffmpeg") and find_spec("imageio_ffmpeg"):
        import imageio_ffmpeg

        mpl.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    return FFMpegWriter(fps=FPS, codec="h264", extra_args=list(ffmpeg))


if __name__ == "__main__":
    out, surface, count = [*sys.argv[1:], *("usual.gif", "rosenbrock", "200")[len(sys.argv) - 1 :]]
    save(optviz.race(surface, steps=max(200, int(count) - 1)), out, int(count))
