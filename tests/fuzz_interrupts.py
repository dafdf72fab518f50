"""Commands that are interrupted at a random moment, by Ctrl-C or SIGTERM: nothing half-written, no orphan.

A command runs in a session of its own, so that what it leaves running can be found, in a folder that holds an older
picture under the name that it writes to: that one stays as it was, or is replaced by a whole one.
"""

from __future__ import annotations

import io
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

COMMANDS = [
    "animate --surface saddle --size 160x120 --frames 40 -o old.gif",
    "animate --surface booth --size 160x120 --frames 40 --jobs 2 -o old.gif",
    "animate --surface himmelblau --size 160x120 --frames 20 -o frames/",
    "animate --surface himmelblau --size 160x120 --frames 20 -o new.html",
    "animate --surface himmelblau --size 160x120 --frames 20 -o new.mp4",
    "plot --surface himmelblau --at 0,10,end -o new.svg",
    "compare --surface booth --surface beale --seeds 3 --json",
    "train --data moons --hidden 8 --epochs 3 --jobs 2 --save new.npz --log new.jsonl -o old.gif --frames 9",
    "train --data moons --hidden 8 --epochs 30 -O sgd:lr=0.1 --save new.npz",
    "gallery --only zigzag --only saddle -o sub --jobs 2",
    "slides -o new.html old.gif",
    "list rates --surface himmelblau",
    "--help",
]
_PATIENCE = 30.0  # seconds in which an interrupted command has to end


def run(count: int, seed: int) -> list[str]:
    """Interrupt so many commands; what was wrong, a line each."""
    generator = random.Random(seed)
    took = {line: _timed(line) for line in COMMANDS}
    failures = []
    for _ in range(count):
        line, number = generator.choice(COMMANDS), generator.choice([signal.SIGINT, signal.SIGINT, signal.SIGTERM])
        early = generator.random() < 0.3
        after = generator.uniform(0.015, 0.3) if early else generator.uniform(0.05, took[line])
        failures += [
            f"optviz {line}  # {number.name} after {after:.3f} s\n    {each}"
            for each in interrupted(line, number, after)
        ]
    return failures


def interrupted(line: str, number: signal.Signals, after: float) -> list[str]:
    """Run a command, send it a signal after some seconds, and say what is wrong with how it ended."""
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        Image.new("P", (9, 9)).save(folder / "old.gif")
        old = (folder / "old.gif").read_bytes()
        process = _started(line, folder)
        time.sleep(after)
        process.send_signal(number)
        try:
            _, err = process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return [f"did not end within {_PATIENCE:.0f} s"]
        wrong = []
        if process.returncode not in (0, 128 + number, -number):
            wrong.append(f"exit code {process.returncode}: {err[-300:]!r}")
        if "Traceback" in err:
            wrong.append(f"a traceback: {err[-600:]}")
        if _alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
            wrong.append("left processes running")
        wrong += [f"{path.name} was left behind" for path in folder.rglob("*.part")]
        wrong += [
            f"{path.name} is no whole picture"
            for path in folder.rglob("*.gif")
            if path.read_bytes() != old and not _whole(path)
        ]
        return wrong


def _started(line: str, folder: Path) -> subprocess.Popen[str]:
    here = str(Path(__file__).parents[1])
    script = [
        sys.executable,
        "-c",
        "import sys; sys.argv[0] = 'optviz'; from optviz.cli import main; main()",
        *shlex.split(line),
    ]
    environment = {**os.environ, "PYTHONPATH": here, "OPTVIZ_CACHE": str(folder / "cache"), "HOME": str(folder)}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background ignores it
    try:
        return subprocess.Popen(
            script,
            cwd=folder,
            env=environment,
            text=True,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def _timed(line: str) -> float:
    with tempfile.TemporaryDirectory() as room:
        Image.new("P", (9, 9)).save(Path(room, "old.gif"))
        began = time.monotonic()
        _started(line, Path(room)).communicate()
        return time.monotonic() - began


def _alive(group: int) -> bool:
    """Whether a process of the group is still running, a moment after its leader has ended."""
    for _ in range(20):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


def _whole(path: Path) -> bool:
    try:
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            for index in range(image.n_frames):
                image.seek(index)
                image.load()
    except Exception:  # noqa: BLE001 - whatever the decoder says of it
        return False
    return path.read_bytes()[-1:] == b";"
