"""Films side by side: optviz and the usual way, matplotlib's FuncAnimation, on the same picture.

    python benchmarks/render.py [--quick] [--json FILE] [film long process growth video]

Every measurement is a process of its own (jobs.py), the contenders take turns, and medians are shown. Memory is the
most that a process held; this one imports nothing large, because a child's count begins with what its parent held.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
USUAL, OURS, TWO, AGAIN = "FuncAnimation", "optviz", "optviz, two processes", "optviz, again in the process"
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


QUICK = Plan(frames=20, long=60, repeats=2, slow=1, sizes=((400, 300), (800, 600)), runs=(1, 5), spans=(10, 60))


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


ROWS = {row.__name__: row for row in (film, long, process, growth, video)}


def in_turns(ways, size, frames, folder, suffix=".gif"):
    """Measure all ways by turns, each as often as it says; the medians."""
    measured = defaultdict(list)
    for turn in range(max(often for _, often, _ in ways.values())):
        for name, (way, often, more) in ways.items():
            if turn < often:
                path = str(folder / f"{name.replace(' ', '-')}-{frames}{suffix}")
                measured[name].append(
                    {"path": path} | job("film", way=way, path=path, frames=frames, size=size, **more)
                )
    return {name: medians(results) | {"all": results} for name, results in measured.items()}


def medians(results):
    """The median of every number; of other values the last."""
    found = {}
    for key, value in results[-1].items():
        values = [result.get(key, 0) for result in results]
        if isinstance(value, list):
            found[key] = statistics.median([each for some in values for each in some]) if value else None
        else:
            found[key] = statistics.median(values) if isinstance(value, int | float) else value
    return found


def job(name, **options):
    """Have a job done in a process of its own; what it measured, and how long the process took."""
    begin = time.perf_counter()
    told = run([sys.executable, str(HERE / "jobs.py"), name, json.dumps(options)])
    found = json.loads(told.stdout)
    return found | {"process": time.perf_counter() - begin} if isinstance(found, dict) else found


def run(command):
    here = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    told = subprocess.run(command, env=os.environ | {"PYTHONPATH": here}, capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(f"{' '.join(command)}\n{told.stderr}")
    return told


def import_times(text):
    """Milliseconds that ``python -X importtime`` names, by package, of what the interpreter does not need to start."""
    found = defaultdict(float)
    for line in text.partition("| site\n")[2].splitlines():
        if line.startswith("import time:"):
            microseconds, _, name = line.removeprefix("import time:").split("|")
            package = name.split(".")[0].strip()
            found["the standard library" if package in sys.stdlib_module_names else package] += int(microseconds) / 1000
    small = [name for name, took in found.items() if took < 3]
    found["other packages"] = sum(found.pop(name) for name in small)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def tell(title, measured):
    """A table of films; the first is the measure of the others."""
    first = next(iter(measured.values()))
    head = ["", "s", "times as fast", "CPU s", "times less", "file, KB", "share"]
    head += ["peak, MB", "share", "above imports, MB", "share", "PSNR, dB: mean", "least"]
    rows = []
    for name, this in measured.items():
        row = [name, seconds(this["seconds"]), times(first["seconds"] / this["seconds"])]
        row += [seconds(this["cpu"]), times(first["cpu"] / this["cpu"])]
        row += [f"{this['bytes'] / 1000:.0f}", f"{this['bytes'] / first['bytes']:.2f}"]
        more, firsts = this["peak"] - this["before"], first["peak"] - first["before"]
        row += [f"{this['peak']:.0f}", f"{this['peak'] / first['peak']:.2f}", f"{more:.0f}", f"{more / firsts:.2f}"]
        rows.append([*row, *(f"{this['psnr'][key]:.1f}" if "psnr" in this else "" for key in ("mean", "least"))])
        if this["again"] is not None:
            rows.append([AGAIN, seconds(this["again"]), times(first["seconds"] / this["again"]), *[""] * 10])
    print(f"## {title}\n")
    show(head, rows)


def show(head, rows):
    """A table in Markdown that is also readable as it is."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rows = [head, ["-" * width for width in widths], *rows]
    for row in rows:
        first, *others = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("| " + " | ".join([first, *others]) + " |")
    print()


def faster(usual, ours):
    """How many times as fast, undisturbed: of clock and CPU time, what is less, as both have one thread that works.

    Other work on the machine lengthens the one, idle threads of the BLAS, which spin, the other.
    """
    slow, fast = (min(each["seconds"], each["cpu"]) for each in (usual, ours))
    return slow / fast


def judge(goals):
    print("## Goals\n")
    rows = [
        [name, f"{sign} {goal:g}", f"{got:.2f}", "met" if (got >= goal if sign == "≥" else got <= goal) else "missed"]
        for name, (got, goal, sign) in goals.items()
    ]
    show(["", "goal", "measured", ""], rows)


def seconds(value):
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def times(ratio):
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


def by(size):
    return "x".join(map(str, size))


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
