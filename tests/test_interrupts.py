"""Interrupts at any moment: no traceback, no orphan, nothing half-written, nothing lost."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import optviz
from optviz import workers
from optviz.nets.network import perceptron
from optviz.nets.training import train
from optviz.workers import map_jobs
from optviz.writing import atomic_write

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs signals")


def told(training):
    """All that is to be known of a training, but how long it took."""
    return [
        (run.test, [trial.history for trial in run.trials], [trial.ensemble for trial in run.trials])
        for run in training.runs
    ]


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("patience", [None, 1])
def test_an_ensemble_that_is_taken_up_has_the_history_that_it_would_have_had(patience, tmp_path):
    """Wherever Ctrl-C strikes: within an epoch of a member, or where one is done and the next has not begun."""
    moons, network = optviz.load_data("moons:samples=100"), perceptron(2, 2, (4,))
    specs = ["sgd:lr=0.5", "adam:lr=0.1"]
    options = {"epochs": 3, "batch_size": 20, "ensemble": 3, "patience": patience}
    whole, count = [], 0

    def strike(*_):
        nonlocal count
        count += 1
        if count == at:
            signal.raise_signal(signal.SIGINT)

    at = 0
    whole = train(moons, network, specs, watch=strike, **options)
    total = count
    for at in range(1, total):
        count, path = 0, tmp_path / f"{at}.npz"
        train(moons, network, specs, watch=strike, save=path, **options)
        again = train(moons, network, specs, save=path, resume=True, **options)
        assert told(again) == told(whole), at
        for one, other in zip(whole.runs, again.runs, strict=True):
            for left, right in zip(one.trials, other.trials, strict=True):
                np.testing.assert_array_equal(left.params, right.params)


def started(words, folder, **options):
    environment = os.environ | {"PYTHONSAFEPATH": "1"}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "optviz", *words],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **options,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def ended(process):
    """Its exit code and what it said, once it and all that it started have ended."""
    said = process.communicate(timeout=60)[1].decode()  # nobody holds its stderr any more
    deadline = time.monotonic() + 20
    while running(process.pid):
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError("it left processes behind")
        time.sleep(0.02)
    return process.returncode, said


def running(group):
    """Whether a process of the group is there, and no zombie that nobody has buried."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    if not Path("/proc/self").is_dir():
        return True
    return any(state != "Z" for state, of in map(state_and_group, Path("/proc").glob("[0-9]*/stat")) if of == group)


def state_and_group(path):
    try:
        state, _, group = path.read_text().rpartition(")")[2].split()[:3]
    except (OSError, ValueError):
        return "Z", 0
    return state, int(group)


@POSIX
def test_ctrl_c_while_modules_are_loaded(folder):
    """Struck where click is imported, or what it uses, where a command is, and where numpy is."""
    lines = {"click": [], "locale": [], "optviz.cli.list_command": ["list", "themes"], "numpy": ["list", "surfaces"]}
    for module, words in lines.items():
        script = f"""
import os, runpy, signal, sys

class Finder:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Finder())
sys.argv = ["optviz", *{words!r}]
from optviz.cli import main
main()
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, cwd=folder)
        assert done.returncode == 130, module
        assert done.stdout == b""
        assert done.stderr in (b"", b"Interrupted: no file was left half-written.\n")


FILM = [
    "animate",
    "--surface",
    "booth",
    "-O",
    "sgd:lr=0.01",
    "--steps",
    "9999",
    "--frames",
    "9999",
    "--size",
    "1280x720",
]
LONG = {
    "film.gif": FILM,
    "film.gif by two": [*FILM, "--jobs", "2"],
    "film.webm": FILM,
    "frames/": FILM,
    "run.npz": ["train", "--data", "moons", "--epochs", "9999", "--jobs=2", "-O", "sgd:lr=0.1", "-O", "adam:lr=0.001"],
}


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(
    ("what", "number"),
    [
        *((what, "SIGINT") for what in LONG),
        ("film.gif by two", "SIGTERM"),
        ("run.npz", "SIGTERM"),
        ("frames/", "SIGHUP"),
    ],
)
def test_a_signal_and_one_more_while_tidying_up(folder, tmp_path_factory, what, number, monkeypatch):
    """To all processes at once, as a terminal does."""
    target = what.split()[0]
    if target.endswith("webm"):
        pytest.importorskip("imageio_ffmpeg")
    rooms = tmp_path_factory.mktemp("rooms")
    monkeypatch.setenv("TMPDIR", str(rooms))
    process = started([*LONG[what], "--save" if target.endswith("npz") else "-o", target], folder)
    deadline = time.monotonic() + 30
    while not list(folder.iterdir()) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    for _ in range(3):
        os.killpg(process.pid, getattr(signal, number))
        time.sleep(0.005)
    code, said = ended(process)
    assert code in (128 + getattr(signal, number), -getattr(signal, number))  # the last may come when all is tidy
    assert "Traceback" not in said
    assert [path.name for path in folder.iterdir()] in ([], ["run.npz"])
    assert list(rooms.iterdir()) == []
    if target == "run.npz":
        with np.load(folder / target) as file:
            assert "about" in file


@pytest.mark.slow
@POSIX
def test_nohup_is_heeded(folder):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = started(["animate", "--surface", "booth", "--lr", "0.01", "-o", "film.gif"], folder)
    finally:
        signal.signal(signal.SIGHUP, before)
    deadline = time.monotonic() + 30
    while not list(folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGHUP)
    assert ended(process) == (0, "")
    assert (folder / "film.gif").exists()


@POSIX
def test_a_worker_that_is_told_to_end_tidies_up_and_loses_nothing(tmp_path):
    parent = os.getpid()

    def work(number):
        target = tmp_path / f"{number}"
        with atomic_write(target) as file:
            file.write(b"whole")
            if number == 1 and os.getpid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(30)
        return number

    assert list(map_jobs(work, range(4), 2)) == [0, 1, 2, 3]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1", "2", "3"]


@POSIX
def test_a_job_that_swallows_the_end_is_ended_all_the_same(monkeypatch):
    monkeypatch.setattr(workers, "PATIENCE", 0.3)
    parent = os.getpid()

    def stubborn(number):
        while number == 1 and os.getpid() != parent:
            with contextlib.suppress(BaseException):
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(30)
        return number

    began = time.monotonic()
    assert list(map_jobs(stubborn, range(3), 2)) == [0, 1, 2]
    assert time.monotonic() - began < 20


@POSIX
def test_an_error_of_a_job_ends_the_others():
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        list(map_jobs(lambda number: time.sleep(30) if number else 1 // 0, range(4), 2))
    assert time.monotonic() - began < 10
