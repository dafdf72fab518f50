"""Films side by side: optviz and the usual way, matplotlib's FuncAnimation, on the same picture.

    python benchmarks/render.py [--quick] [--json FILE] [film long process growth video views memory]

Every measurement is a process of its own (jobs.py), the contenders take turns, and medians are shown. Memory is the
most that a process held; this one imports nothing large, because a child's count begins with what its parent held.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from processes import HERE, import_times, in_turns, job, medians, run
from tables import by, faster, judge, show, tell, times
from views import LONG, VIEWS

USUAL, OURS, TWO = "FuncAnimation", "optviz", "optviz, two processes"
STILL, BLIT, QUICKER = "FuncAnimation over a bitmap", "FuncAnimation, blit=True", "FuncAnimation, quick ffmpeg"


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    size: tuple[int, int] = (800, 600)
    frames: int = 200
    long: int = 800
    repeats: int = 5
    slow: int = 3  # repeats of the usual way
    sizes: tuple[tuple[int, int], ...] = ((400, 300), (800, 600), (1280, 720), (1920, 1080))
    runs: tuple[int, ...] = (1, 5, 12, 64)
    spans: tuple[int, int] = (100, 400)  # frames of the two films between which the growth is measured
    few: tuple[int, int] = (4, 12)  # the same, of other views the usual way
    large: tuple[int, int] = (1920, 1080)


QUICK = Plan(
    frames=20, long=60, repeats=2, slow=1, sizes=((400, 300), (800, 600)), runs=(1, 5), spans=(10, 60), few=(2, 4)
)


def film(plan, folder):
    """The same picture, some seconds long."""
    ways = {
        USUAL: ("usual", plan.slow, {}),
        BLIT: ("usual, blit=True", 1, {}),
        STILL: ("usual, over a bitmap", min(2, plan.slow), {}),
        OURS: ("optviz", plan.repeats, {"again": 3}),
    }
    measured = in_turns(ways, plan.size, plan.frames, folder)
    for name, (way, _, _) in ways.items():
        if name != BLIT:
            measured[name]["psnr"] = job(
                "quality", way=way, path=measured[name]["path"], frames=plan.frames, size=plan.size
            )
    tell(f"{plan.frames} frames, {by(plan.size)}, five runs", measured)
    usual, ours = measured[USUAL], measured[OURS]
    goals = {
        f"{plan.frames} frames, times as fast": (faster(usual, ours), 60, "≥"),
        "share of the file": (ours["bytes"] / usual["bytes"], 0.25, "≤"),
        "share of the memory": (ours["peak"] / usual["peak"], 0.25, "≤"),
        "PSNR above the usual, dB": (ours["psnr"]["mean"] - usual["psnr"]["mean"], 0, "≥"),
    }
    return measured, goals


def long(plan, folder):
    """Four times as long, also by two processes."""
    ways = {USUAL: ("usual", 1, {}), OURS: ("optviz", plan.repeats, {"again": 3})}
    if job("available", what="jobs"):
        ways[TWO] = ("optviz", plan.repeats, {"jobs": 2})
    measured = in_turns(ways, plan.size, plan.long, folder)
    tell(f"{plan.long} frames, {by(plan.size)}, five runs (FuncAnimation once)", measured)
    usual, ours = measured[USUAL], measured[OURS]
    short = job("film", way="optviz", path=str(folder / "short.gif"), frames=plan.frames, size=plan.size)
    goals = {
        f"{plan.long} frames, times as fast": (faster(usual, ours), 100, "≥"),
        f"memory, of that at {plan.frames} frames": (ours["peak"] / short["peak"], 1.1, "≤"),
    }
    if TWO in measured:
        assert Path(measured[TWO]["path"]).read_bytes() == Path(ours["path"]).read_bytes(), "the bytes differ"
        print("Two processes write the same bytes as one.\n")
        goals["two processes, times as fast"] = (usual["seconds"] / measured[TWO]["seconds"], 150, "≥")
    else:
        print("Two processes: not available.\n")
    return measured, goals


def video(plan, folder):
    """The same as mp4."""
    if not job("available", what=".mp4"):
        print("mp4: not available.\n")
        return {}, {}
    ways = {
        USUAL: ("usual", plan.slow, {}),
        QUICKER: ("usual, quick ffmpeg", plan.slow, {}),
        OURS: ("optviz", plan.repeats, {"again": 1}),
    }
    measured = in_turns(ways, plan.size, plan.frames, folder, ".mp4")
    tell(f"{plan.frames} frames as mp4, {by(plan.size)}, five runs", measured)
    ratio = measured[QUICKER]["seconds"] / measured[OURS]["seconds"]
    return measured, {"mp4, times as fast, of equal options": (ratio, 10, "≥")}


def process(plan, folder):
    """A command from its start to its end, and where the time goes."""
    path, frames = str(folder / "process.gif"), str(plan.frames)
    ours = [sys.executable, "-m", "optviz", "animate", "--surface", "rosenbrock", "--frames", frames, "-o", path]
    commands = {
        USUAL: [sys.executable, str(HERE / "funcanimation.py"), path, "rosenbrock", frames],
        OURS: ours,
        "python": [sys.executable, "-c", "pass"],
        "python -X importtime": [ours[0], "-X", "importtime", *ours[1:]],
    }
    walls, imports, stages = defaultdict(list), [], []
    for turn in range(plan.repeats):
        for name, command in commands.items():
            if name != USUAL or turn < plan.slow:
                begin = time.perf_counter()
                told = run(command).stderr
                walls[name].append(time.perf_counter() - begin)
        imports.append(import_times(told))
        stages.append(job("stages", path=path, frames=plan.frames, size=plan.size))
    wall = {name: statistics.median(times) for name, times in walls.items()}
    ratio = wall[USUAL] / wall[OURS]
    parts = {"python starts": 1000 * wall["python"]}
    parts |= {f"import {name}": took for name, took in medians(imports).items()}
    parts |= medians([{name: took for name, took in each.items() if name != "process"} for each in stages])
    parts["all else"] = 1000 * wall[OURS] - sum(parts.values())
    print(f"## The whole command, {plan.frames} frames, {by(plan.size)}, five runs\n")
    show(["", "s", "times as fast"], [[USUAL, f"{wall[USUAL]:.2f}", "1"], [OURS, f"{wall[OURS]:.3f}", times(ratio)]])
    show(["where optviz's time goes", "ms"], [[name, f"{took:.0f}"] for name, took in parts.items()])
    return {"wall": wall, "parts": parts}, {"the whole command, times as fast": (ratio, 25, "≥")}


def growth(plan, folder):
    """What a frame costs, by size and by runs."""
    found = {}
    few, many = plan.spans
    for size in plan.sizes:
        for runs in plan.runs:
            found[f"{by(size)}, {runs}"] = job(
                "growth", size=size, runs=runs, few=few, many=many, repeats=plan.repeats, folder=str(folder)
            )
    for key, words in (("each", "A frame more"), ("once", "A film, before its first frame")):
        print(f"## {words}, ms of CPU time\n")
        rows = [[by(size), *(f"{found[f'{by(size)}, {runs}'][key]:.2f}" for runs in plan.runs)] for size in plan.sizes]
        show(["", *(f"{runs} runs" if runs > 1 else "1 run" for runs in plan.runs)], rows)
    usual = found.get("800x600, 5")
    return found, {"a frame at 800x600 with five runs, ms": (usual["each"], 1, "≤")} if usual else {}


def views(plan, folder):
    """The other views, against FuncAnimation with the same panels."""
    found, goals = {}, {}
    path = str(folder / "view.gif")
    for name, view in VIEWS.items():
        turns = defaultdict(list)
        for turn in range(plan.repeats):
            told = job("view", which=name, way="optviz", path=path, frames=plan.frames, size=plan.size)
            turns[OURS].append(told["ms"])
            if turn < plan.slow:
                usual = {"frames": told["frames"], "size": plan.size, "spans": plan.few}
                turns[USUAL].append(job("view", which=name, way="usual", path=path, **usual)["ms"])
        found[name] = this = {way: statistics.median(taken) for way, taken in turns.items()}
        if view.faster:
            goals[f"{name}, times as fast"] = (this[USUAL] / this[OURS], view.faster, "≥")
        if view.under:
            goals[f"{name}, ms a frame"] = (this[OURS], view.under, "≤")
    print(f"## Other views, {plan.frames} frames, {by(plan.size)}\n")
    rows = [
        [name, f"{this[USUAL]:.0f}", f"{this[OURS]:.2f}", times(this[USUAL] / this[OURS])]
        for name, this in found.items()
    ]
    show(["", "FuncAnimation, ms a frame", "optviz, ms a frame", "times as fast"], rows)
    return found, goals


def memory(plan, folder):
    """What a long film in high definition needs."""
    path = str(folder / "memory.gif")
    found = {name: job("memory", which=name, path=path, frames=plan.long, size=plan.large)["peak"] for name in LONG}
    print(f"## The most memory held, {plan.long} frames, {by(plan.large)}\n")
    show(["", "MB"], [[name, f"{peak:.0f}"] for name, peak in found.items()])
    return found, {f"{name}, memory, MB": (peak, 250, "≤") for name, peak in found.items()}


ROWS = {row.__name__: row for row in (film, long, process, growth, video, views, memory)}


def main(arguments=None, plan=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"which tables: {', '.join(ROWS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="a minute, with few frames; ratios are then too low")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all that was measured")
    options = parser.parse_args(arguments)
    if unknown := set(options.rows) - set(ROWS):
        parser.error(f"no table is called {', '.join(unknown)}; there are {', '.join(ROWS)}")
    plan = plan or (QUICK if options.quick else Plan())
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the first run\n")
    measured, goals = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.rows or ROWS:
            measured[name], reached = ROWS[name](plan, Path(folder))
            goals |= reached
    judge(goals)
    if options.json:
        options.json.write_text(json.dumps({"measured": measured, "goals": goals}, indent=1))


if __name__ == "__main__":
    main()
