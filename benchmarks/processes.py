"""Measurements in processes of their own: the jobs of jobs.py, by turns, and their medians."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent


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
