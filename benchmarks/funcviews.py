"""The usual way's other views: reliefs, panels, curves, swarms and vectors, with FuncAnimation and ordinary artists.

Each has the names and the numbers of optviz's picture; only what moves is changed. They are drawn more coarsely than
optviz's: a surface has 100×100 patches (optviz's relief 300 heights a side and more), trails have no casing, labels
may collide.
"""

from __future__ import annotations

from itertools import cycle

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.collections import LineCollection

from optviz.anatomy import anatomy_of

SIDE = 100  # points of the grid


def save(race, path, kind, frames, size=(800, 600)):
    """Save a film of so many frames, of the whole race."""
    figure = plt.figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
    tell, move = _words(figure, race), KINDS[kind](figure, race)

    def update(step):
        tell(step)
        move(step)

    steps = np.linspace(0, race.steps, frames).astype(int)
    FuncAnimation(figure, update, frames=steps).save(path, writer=PillowWriter(fps=30))
    plt.close(figure)


def relief(figure, race, *, orbits=False):
    axes = figure.add_subplot(projection="3d")
    x, y, height = _grid(race.surface)
    axes.plot_surface(x, y, height, cmap="Blues_r", rcount=SIDE, ccount=SIDE)
    paths = _inside(race)
    heights = np.log1p(race.surface(paths))
    lines = [axes.plot([], [], [], lw=2)[0] for _ in race.labels]

    def move(step):
        for column, line in enumerate(lines):
            line.set_data_3d(*paths[: step + 1, column].T, heights[: step + 1, column])
        if orbits:
            axes.view_init(45, -105 + 360 * step / race.steps)

    return move


def orbit(figure, race):
    return relief(figure, race, orbits=True)


def panels(figure, race):
    each = range(len(race.runs))
    return _moving([trails(figure, race, (2, 3, run + 1), [run]) for run in each])


def curve(figure, race):
    move = trails(figure, race, (2, 1, 1))
    axes = figure.add_subplot(2, 1, 2)
    axes.set(xlim=(0, race.steps), yscale="log", ylim=(1e-10, 1e3))
    values, steps = np.maximum(race.values, 1e-10), np.arange(race.steps + 1)
    lines = [axes.plot([], [])[0] for _ in race.labels]

    def follow(step):
        for line, losses in zip(lines, values.T, strict=True):
            line.set_data(steps[: step + 1], losses[: step + 1])

    return _moving([move, follow])


def swarm(figure, race):
    axes = _map(figure, race.surface)
    paths = _inside(race)
    lines = axes.add_collection(LineCollection([], linewidths=0.8, alpha=0.4))
    heads = axes.plot([], [], "o", ms=4)[0]

    def move(step):
        lines.set_segments(paths[: step + 1].swapaxes(0, 1))
        heads.set_data(*paths[step].T)

    return move


def vectors(figure, race):
    move = trails(figure, race)
    [axes] = figure.axes
    paths, found = _inside(race), anatomy_of(race)
    parts = [found.step, -found.gradient / 50, -found.momentum / 50]
    blank = np.zeros(len(race.runs))
    arrows = [axes.quiver(blank, blank, blank, blank, angles="xy", scale_units="xy", scale=1) for _ in parts]

    def point(step):
        for arrow, part in zip(arrows, parts, strict=True):
            arrow.set_offsets(paths[step])
            arrow.set_UVC(*np.nan_to_num(part[step]).T)

    return _moving([move, point])


KINDS = {kind.__name__: kind for kind in (relief, orbit, panels, curve, swarm, vectors)}


def trails(figure, race, place=(1, 1, 1), runs=None):
    """A map with the trails of some of the runs."""
    axes = _map(figure, race.surface, place)
    paths = _inside(race)
    runs = range(len(race.runs)) if runs is None else runs
    lines = [(axes.plot([], [], lw=2)[0], run) for run in runs]

    def move(step):
        for line, run in lines:
            line.set_data(*paths[: step + 1, run].T)

    return move


def _words(figure, race):
    """Title, names and rates at the side; the losses and the counter move."""
    figure.text(0.06, 0.95, race.surface.display_title, size=16, weight="bold")
    counter = figure.text(0.6, 0.95, "", size=11)
    numbers = []
    for row, (run, colour) in enumerate(zip(race.runs, cycle(f"C{slot}" for slot in range(10)), strict=False)):
        figure.text(0.8, 0.87 - 0.12 * row, run.title, size=12, weight="bold", color=colour)
        figure.text(0.8, 0.835 - 0.12 * row, f"lr {run.hyperparameters['lr']:.2g} {run.lr_rule}", size=10)
        numbers.append(figure.text(0.8, 0.8 - 0.12 * row, "", size=10))
    figure.subplots_adjust(right=0.76)
    losses = np.median(race.values.reshape(race.steps + 1, len(race.runs), -1), axis=-1)

    def tell(step):
        counter.set_text(f"step {step}")
        for number, value in zip(numbers, losses[step], strict=True):
            number.set_text(f"loss {value:.3g}")

    return tell


def _map(figure, surface, place=(1, 1, 1)):
    axes = figure.add_subplot(*place)
    axes.contourf(*_grid(surface), 22, cmap="Blues_r")
    return axes


def _grid(surface):
    grid = surface.grid(SIDE, SIDE)
    return grid[..., 0], grid[..., 1], np.log1p(surface(grid))


def _inside(race):
    x0, x1, y0, y1 = race.surface.window
    return np.clip(race.points, (x0, y0), (x1, y1))


def _moving(moves):
    def move(step):
        for each in moves:
            each(step)

    return move
