"""The other views against FuncAnimation with the same panels: reliefs, panels, curves. Ratios in one run.

``python benchmarks/views.py`` takes some minutes. FuncAnimation saves a few frames, because each takes so long; what is
compared is the time a frame takes, all of a film's work included. Contenders take turns; medians of three. matplotlib's
surface has 100×100 patches, which is coarser than optviz's relief (300 heights a side and more).
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation, PillowWriter

import optviz
from optviz.draw import Film
from optviz.encode import save
from optviz.scene import scene_of

SURFACE, FRAMES, FEW, REPEATS = "himmelblau", 200, 8, 3


def usual(race, path, kind):  # noqa: C901 - a script in one piece, as one writes it
    """Save a few frames as a careful user would; returns seconds a frame."""
    surface = race.surface
    x0, x1, y0, y1 = surface.window
    grid = surface.grid(100, 100)
    height = np.log1p(surface(grid))
    steps = np.linspace(0, race.steps, FEW).astype(int)
    paths = np.clip(race.points, (x0, y0), (x1, y1))
    heights = np.log1p(surface(paths))
    figure = plt.figure(figsize=(8, 6), dpi=100)
    began = time.perf_counter()
    counter = figure.text(0.6, 0.95, "", size=11)
    figure.text(0.06, 0.95, "Himmelblau", size=16, weight="bold")
    numbers = []
    for row, run in enumerate(race.runs):
        figure.text(0.8, 0.87 - 0.12 * row, run.title, size=12, weight="bold")
        figure.text(0.8, 0.835 - 0.12 * row, f"lr {run.hyperparameters['lr']:.2g} tuned", size=10)
        numbers.append(figure.text(0.8, 0.8 - 0.12 * row, "", size=10))
    figure.subplots_adjust(right=0.76)

    def tell(step):
        counter.set_text(f"step {step}")
        for number, value in zip(numbers, race.values[step], strict=True):
            number.set_text(f"loss {value:.3g}")

    if kind in ("relief", "orbit"):
        axes = figure.add_subplot(projection="3d")
        axes.plot_surface(grid[..., 0], grid[..., 1], height, cmap="Blues_r", rcount=100, ccount=100)
        lines = [axes.plot([], [], [], lw=2)[0] for _ in race.labels]

        def update(step):
            tell(step)
            for column, line in enumerate(lines):
                line.set_data_3d(*paths[: step + 1, column].T, heights[: step + 1, column])
            if kind == "orbit":
                axes.view_init(45, -105 + 360 * step / race.steps)
            return lines

    else:
        panels = 5 if kind == "panels" else 1
        lines, curves = [], []
        for panel in range(panels):
            axes = figure.add_subplot(2, 3, panel + 1) if panels > 1 else figure.add_subplot(2, 1, 1)
            axes.contourf(grid[..., 0], grid[..., 1], height, 22, cmap="Blues_r")
            owners = [panel] if panels > 1 else range(5)
            lines += [(axes.plot([], [], lw=2)[0], owner) for owner in owners]
        if kind == "curve":
            axes = figure.add_subplot(2, 1, 2)
            axes.set(xlim=(0, race.steps), yscale="log", ylim=(1e-10, 1e3))
            curves = [axes.plot([], [])[0] for _ in race.labels]

        def update(step):
            tell(step)
            for line, owner in lines:
                line.set_data(*paths[: step + 1, owner].T)
            for column, curve in enumerate(curves):
                curve.set_data(np.arange(step + 1), np.maximum(race.values[: step + 1, column], 1e-10))
            return [line for line, _ in lines]

    FuncAnimation(figure, update, frames=steps).save(path, writer=PillowWriter(fps=30))
    plt.close(figure)
    return (time.perf_counter() - began) / FEW


def ours(race, path, options, jobs=1):
    """Save a whole film; returns seconds a frame."""
    began = time.perf_counter()
    film = Film(scene_of(race, frames=FRAMES, **options))
    save(film, path, jobs=jobs)
    return (time.perf_counter() - began) / len(film)


ROWS = {
    "relief, fixed camera": ("relief", {"view": "relief"}, 1, 150),
    "relief, orbiting": ("orbit", {"view": "relief", "camera": "orbit"}, 1, 18),
    "relief, orbiting, two processes": ("orbit", {"view": "relief", "camera": "orbit"}, 2, 30),
    "five panels": ("panels", {"layout": "panels"}, 1, 60),
    "map and loss curve": ("curve", {"curves": ("loss",)}, 1, 60),
}


def memory(view):
    """The peak, in MB, of a process that saves 800 frames of 1920×1080."""
    race = optviz.race(SURFACE, steps=799, lr=0.01)
    with tempfile.TemporaryDirectory() as folder:
        save(Film(scene_of(race, view=view, size=(1920, 1080), frames=800)), Path(folder) / "long.gif")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    if len(sys.argv) > 1:
        print(f"{memory(sys.argv[1]):.0f}")
        return
    race = optviz.race(SURFACE)
    print(
        "| view | FuncAnimation, ms a frame | optviz, ms a frame | times as fast | goal |\n"
        "| --- | --- | --- | --- | --- |"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.gif"
        for name, (kind, options, jobs, goal) in ROWS.items():
            turns = [(usual(race, path, kind), ours(race, path, options, jobs)) for _ in range(REPEATS)]
            slow, fast = (1000 * statistics.median(column) for column in zip(*turns, strict=True))
            print(f"| {name} | {slow:.0f} | {fast:.2f} | {slow / fast:.0f} | ≥ {goal} |", flush=True)
    for view in ("contour", "relief"):
        ran = subprocess.run([sys.executable, __file__, view], capture_output=True, text=True, check=True)
        print(f"\n800 frames of 1920×1080, {view}: {ran.stdout.strip()} MB at the most (goal < 250)", flush=True)


if __name__ == "__main__":
    main()
