"""The command line: every help and its examples, films, tables, completion, and what it costs to start."""

import csv
import io
import json
import math
import os
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

import optviz
from optviz.catalog import DEFAULT_OPTIMIZERS, optimizer_names, surface_names
from optviz.cli import COMMANDS, main
from optviz.comparison import compare
from optviz.nets.activations import ACTIVATIONS
from optviz.nets.augmentation import AUGMENTATIONS
from optviz.nets.initializers import INITIALIZERS
from optviz.schedules import SCHEDULES
from optviz.themes import THEMES
from optviz.timeline import timeline

MINE = """import autograd.numpy as np
from optviz import Surface

SURFACE = Surface(name="mine", fn=lambda x, y: x**2 + np.abs(y), domain=(-2, 2, -2, 2), start=(1, 1), minima=((0, 0),))
"""


def commands():
    """Every command by the words that call it, the program itself and subcommands too."""
    found = {"": main}
    for name in COMMANDS:
        found[name] = main.get_command(click.Context(main), name)
        if isinstance(found[name], click.Group):
            found |= {f"{name} {below}": each for below, each in found[name].commands.items()}
    return found


def examples():
    """Every example in every help, once."""
    lines = [line.strip() for command in commands().values() for line in command.epilog.splitlines()]
    return list(dict.fromkeys(line for line in lines if line.startswith("optviz ")))


@pytest.mark.parametrize("words", commands())
def test_every_help_ends_with_examples(run, words):
    for option in ("--help", "-h"):
        text = run(*words.split(), option).stdout
        before, title, after = text.partition("Examples:\n\n")
        assert before.startswith(f"Usage: optviz {words}".rstrip())
        assert title
        lines = [line.strip() for line in after.splitlines()]
        assert lines
        assert all(line.startswith(f"optviz {words}".rstrip()) for line in lines)
        assert max(map(len, text.splitlines())) <= 100


def test_the_first_help_names_every_command(run):
    text = run("--help").stdout
    for name, line in COMMANDS.items():
        assert f"{name} " in text
        assert line in text


@pytest.mark.slow
@pytest.mark.parametrize("line", examples())
def test_every_example_works(run, folder, line):
    (folder / "mine.py").write_text(MINE)
    words = shlex.split(line)[1:]
    named = [word for before, word in pairwise(words) if before in ("info", "--from")]
    for film in named + [word for word in words if words[0] == "slides" and word.endswith(".gif")]:
        source = film.replace("mine.gif", "./mine.py").removesuffix(".gif")
        assert run("animate", "--surface", source, "--size", "160x120", "--frames", "9", "-o", film).exit_code == 0
    if words[0] == "animate" and "--from" not in words and line != "optviz animate --surface saddle":
        words += ["--size", "160x120"]
    result = run(*words)
    assert result.exit_code == 0, result.stderr
    assert result.stdout
    if "-o" in words:
        named = Path(words[words.index("-o") + 1])
        written = [Path(line) for line in result.stdout.splitlines()]
        written = written[-1:] if words[0] == "train" else written  # beneath a table
        assert all(path.exists() for path in written)
        assert written == [named] if "," not in line else {path.suffix for path in written} == {named.suffix}


def test_the_version(run):
    assert run("--version").stdout.split()[-1] == optviz.__version__


def test_a_command_is_needed(run):
    assert "Usage: optviz" in (result := run()).stdout + result.stderr
    assert "animate" in result.stdout + result.stderr


# animate


def durations(film):
    """Milliseconds of each frame, as a viewer reads them."""
    found = []
    for index in range(film.n_frames):
        film.seek(index)
        found.append(film.info["duration"])
    return found


def test_the_first_film(run, folder):
    result = run("animate", "--surface", "saddle")
    assert (result.exit_code, result.stdout) == (0, "saddle.gif\n")
    assert [path.name for path in folder.iterdir()] == ["saddle.gif"]
    with Image.open("saddle.gif") as film:
        assert (film.format, film.size) == ("GIF", (800, 600))
        assert film.info["loop"] == 0
        planned = timeline(optviz.race("saddle").steps).durations
        assert sum(durations(film)) == sum(planned)
        assert film.n_frames <= len(planned) <= 200


def test_the_options_of_a_film(run, folder):
    options = "--size 320x240 --frames 12 --fps 10 --hold 0.5 --theme dark --title Mine --view-box=-1,1,-1,1"
    run("animate", "--surface", "saddle", "--steps", "40", *options.split(), "-o", "a.gif")
    with Image.open("a.gif") as film:
        assert film.size == (320, 240)
        assert film.n_frames == 12
        assert sum(durations(film)) == sum(timeline(40, frames=12, fps=10, hold=0.5).durations)
        dark = np.asarray(film.convert("RGB"))
    plain = ["--size", "320x240", "--frames", "12", "--steps", "40"]
    run("animate", "--surface", "saddle", *plain, "-o", "b.gif")
    with Image.open("b.gif") as film:
        light = np.asarray(film.convert("RGB"))
    assert dark[0, 0].mean() < 60 < 200 < light[0, 0].mean()


SMALL = ["animate", "--surface", "noisy-moons", "--size", "160x120", "--frames", "8", "--steps", "20", "--lr", "0.1"]


def test_the_same_command_writes_the_same_bytes(run, folder):
    for output in ("a.gif", "b.gif"):
        assert run(*SMALL, "-o", output).exit_code == 0
    streamed = run(*SMALL, "-o", "-")
    first = (folder / "a.gif").read_bytes()
    assert first == (folder / "b.gif").read_bytes() == streamed.stdout_bytes
    assert len(list(folder.iterdir())) == 2
    run(*SMALL, "--seed", "1", "-o", "b.gif")
    assert first != (folder / "b.gif").read_bytes()


@pytest.mark.slow
def test_another_process_writes_the_same_bytes(run, spawn):
    stdout, stderr = spawn(*SMALL, "-o", "-").communicate()
    assert stdout == run(*SMALL, "-o", "-").stdout_bytes
    assert stderr == b""


def test_an_existing_film_is_replaced(run, folder):
    (folder / "noisy-moons.gif").write_bytes(b"old")
    assert run(*SMALL).stdout == "noisy-moons.gif\n"
    with Image.open("noisy-moons.gif") as film:
        assert film.n_frames == 8
    assert len(list(folder.iterdir())) == 1


def test_a_film_in_another_folder(run, folder):
    (folder / "films").mkdir()
    assert run(*SMALL, "-o", "films/moons.gif").stdout == f"{Path('films/moons.gif')}\n"
    assert (folder / "films" / "moons.gif").is_file()


def test_notes_and_quiet(run):
    line = ["animate", "--surface", "booth", "--size", "160x120", "--frames", "8", "--steps", "40", "-O", "sgd:lr=9"]
    talking = run(*line)
    assert talking.stdout == "booth.gif\n"
    [note] = talking.stderr.splitlines()
    assert note == f"note: sgd diverged at step {optviz.race('booth', ['sgd:lr=9'], steps=40).diverged_at[0]}"
    silent = run(*line, "--quiet")
    assert (silent.stdout, silent.stderr) == ("booth.gif\n", "")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("options", "seen"), [([], True), (["--quiet"], False)])
def test_progress_is_for_terminals(spawn, run, options, seen):
    assert "Drawing" not in run(*SMALL).stderr, "no terminal"
    reader, terminal = os.openpty()
    process = spawn(*SMALL, *options, stderr=terminal)
    os.close(terminal)
    shown = b""
    while True:
        try:
            piece = os.read(reader, 4096)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(reader)
    assert process.communicate()[0] == b"noisy-moons.gif\n"
    assert process.returncode == 0
    if seen:
        assert b"Drawing" in shown
        assert b"100%" in shown
    else:
        assert shown == b""


# compare

ONE = ["compare", "--surface", "rosenbrock", "-O", "sgd:lr=1e-3", "-O", "adam", "-O", "adam:lr=0.1", "--steps", "60"]
ROW_KEYS = ["label", "optimizer", "hyperparameters", "lr_rule", "lr_on_edge", "final", "gap", "distance"]
ROW_KEYS += ["steps_to_tolerance", "diverged_at", "left_at"]
COLUMNS = ["run", "lr", "rule", "value", "gap", "distance", "steps to 1e-3", "diverged at", "left at"]


def read(text):
    """JSON that every reader takes: no NaN, no Infinity."""

    def refuse(constant):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def test_compare_as_json(run):
    found = read(run(*ONE, "--json").stdout)
    assert list(found) == ["surface", "start", "steps", "seed", "version", "runs"]
    race = optviz.race("rosenbrock", ["sgd:lr=1e-3", "adam", "adam:lr=0.1"], steps=60, tune_for="table")
    assert found["surface"] == "rosenbrock"
    assert tuple(found["start"]) == race.start
    assert (found["steps"], found["seed"], found["version"]) == (60, 0, optviz.__version__)
    assert [row["label"] for row in found["runs"]] == ["sgd", "adam", "adam#2"]
    assert [row["lr_rule"] for row in found["runs"]] == ["given", "tuned", "given"]
    for column, row in enumerate(found["runs"]):
        assert list(row) == ROW_KEYS
        point, value = race.points[-1, column], race.values[-1, column]
        assert row["final"] == {"point": point.tolist(), "value": value}
        assert row["gap"] == value  # the minimum is 0
        assert row["distance"] == pytest.approx(math.dist(point, (1, 1)), rel=1e-12)
        assert row["hyperparameters"] == race.runs[column].hyperparameters
        arrived = np.flatnonzero(race.values[:, column] <= 1e-3 * race.values[0, column])
        assert row["steps_to_tolerance"] == (arrived[0] if len(arrived) else None)
    assert run(*ONE, "--format", "json").stdout == run(*ONE, "--json").stdout


def test_compare_with_points(run):
    found = read(run(*ONE, "--json", "--points").stdout)
    race = optviz.race("rosenbrock", ["sgd:lr=1e-3", "adam", "adam:lr=0.1"], steps=60, tune_for="table")
    for column, row in enumerate(found["runs"]):
        assert list(row) == [*ROW_KEYS, "points", "values"]
        assert row["points"] == race.points[:, column].tolist()
        assert row["values"] == race.values[:, column].tolist()


def test_what_is_not_finite_or_does_not_apply_is_null(run):
    line = "compare --surface booth -O sgd:lr=1e200 --steps 9 --json --points"
    found = read(run(*line.split()).stdout)
    [row] = found["runs"]
    assert row["final"] == {"point": [None, None], "value": None}
    assert row["gap"] is row["distance"] is row["steps_to_tolerance"] is None
    assert row["diverged_at"] == row["left_at"] == 1
    assert len(row["points"]) == len(row["values"]) == 10
    assert row["points"][0] == found["start"]
    assert row["values"][-1] is None
    line = "compare --surface saddle -O sgd --steps 9 --json"
    found = read(run(*line.split()).stdout)
    [row] = found["runs"]
    assert list(row) == ROW_KEYS
    assert row["lr_rule"] == "same"
    assert row["gap"] is row["distance"] is row["steps_to_tolerance"] is row["diverged_at"] is row["left_at"] is None
    assert math.isfinite(row["final"]["value"])


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        (["--surface", "matyas"], 2),
        (["--start", "1,1", "--start", "grid:2x2"], 5),
        (["--start", "random:3"], 3),
        (["--seeds", "4"], 4),
        (["--surface", "matyas", "--start", "random:2", "--seeds", "2", "--seed", "7"], 8),
    ],
)
def test_compare_several_problems(run, options, problems):
    line = ["compare", "--surface", "booth", *options, "-O", "sgd:lr=0.01", "-O", "adam:lr=0.1", "--steps", "30"]
    found = read(run(*line, "--json").stdout)
    assert list(found) == ["surfaces", "steps", "version", "problems", "summary"]
    assert found["surfaces"] == ["booth", "matyas"][: 1 + (options[0] == "--surface")]
    assert (found["steps"], found["version"]) == (30, optviz.__version__)
    assert len(found["problems"]) == problems
    assert len({(p["surface"], *p["start"], p["seed"]) for p in found["problems"]}) == problems
    for problem in found["problems"]:
        assert list(problem) == ["surface", "start", "seed", "runs"]
        race = optviz.race(
            problem["surface"], ["sgd:lr=0.01", "adam:lr=0.1"], start=problem["start"], seed=problem["seed"], steps=30
        )
        assert [row["final"]["point"] for row in problem["runs"]] == race.points[-1].tolist()
    for row in found["summary"]:
        own = [r for p in found["problems"] for r in p["runs"] if r["label"] == row["label"]]
        assert row["problems"] == len(own) == problems
        assert row["arrived"] == sum(each["steps_to_tolerance"] is not None for each in own)
        assert row["median_gap"] == pytest.approx(np.median([each["gap"] for each in own]), rel=1e-12)
    assert [row["label"] for row in found["summary"]] == ["sgd", "adam"]


def test_compare_as_csv_and_markdown_and_table(run):
    runs = read(run(*ONE, "--json").stdout)["runs"]
    as_csv = list(csv.DictReader(io.StringIO(run(*ONE, "--format", "csv").stdout)))
    assert list(as_csv[0]) == COLUMNS
    for row, full in zip(as_csv, runs, strict=True):
        assert row["run"] == full["label"]
        assert row["rule"] == full["lr_rule"]
        assert float(row["lr"].rstrip("*")) == pytest.approx(full["hyperparameters"]["lr"], rel=5e-3)
        assert float(row["value"]) == full["final"]["value"]
        assert float(row["gap"]) == full["gap"]
        assert float(row["distance"]) == full["distance"]
        arrived = full["steps_to_tolerance"]
        assert row["steps to 1e-3"] == ("" if arrived is None else str(arrived))
        assert row["diverged at"] == row["left at"] == ""
    markdown = [line.strip("| ").split(" | ") for line in run(*ONE, "--format", "markdown").stdout.splitlines()]
    assert markdown[0] == COLUMNS
    assert markdown[1] == ["---"] * len(COLUMNS)
    table = run(*ONE).stdout.splitlines()
    assert table[0].split("  ")[0] == "run"
    assert table[0].endswith("left at")
    for cells, line, full in zip(markdown[2:], table[1:], runs, strict=True):
        assert cells == line.replace("steps to 1e-3", "").split()
        assert float(cells[3]) == pytest.approx(full["final"]["value"], rel=1e-3)
        assert cells[-1] == "–"


def test_compare_several_as_a_table(run):
    line = ["compare", "--surface", "booth", "--start", "random:3", "--lr", "0.01", "--steps", "20", "--format", "csv"]
    rows = list(csv.DictReader(io.StringIO(run(*line).stdout)))
    assert [row["label"] for row in rows] == list(DEFAULT_OPTIMIZERS)
    assert {row["problems"] for row in rows} == {"3"}


def test_the_options_of_a_race_reach_it(run):
    line = "compare --surface noisy-moons -O sgd --lr 0.2 --steps 15 --seed 3 --noise 0.1 --clip 0.5 --batch-size 4"
    found = read(run(*line.split(), "--schedule", "cosine(15)", "--start", "0.5,0.25", "--json").stdout)
    conditions = {"lr": 0.2, "steps": 15, "seed": 3, "noise": 0.1, "clip": 0.5, "batch_size": 4}
    race = optviz.race("noisy-moons", ["sgd"], schedule="cosine(15)", start=(0.5, 0.25), **conditions)
    [row] = found["runs"]
    assert row["final"]["point"] == race.points[-1, 0].tolist()
    assert row["hyperparameters"] == {"lr": 0.2, "schedule": "cosine(15)"}
    assert (found["seed"], found["start"]) == (3, [0.5, 0.25])


def test_comparing_in_python_gives_the_same(run):
    line = ["compare", "--surface", "booth", "--start", "random:2", "--lr", "0.01", "--steps", "20", "--json"]
    assert read(run(*line).stdout) == compare("booth", starts=["random:2"], lr=0.01, steps=20).to_json()


# list

NAMES = {
    "surfaces": surface_names(),
    "optimizers": optimizer_names(),
    "schedules": list(SCHEDULES),
    "themes": list(THEMES),
    "activations": list(ACTIVATIONS),
    "initializers": list(INITIALIZERS),
    "augmentations": list(AUGMENTATIONS),
}


@pytest.mark.parametrize(("what", "names"), NAMES.items(), ids=NAMES)
def test_what_there_is(run, what, names):
    rows = read(run("list", what, "--json").stdout)
    assert [row["name"] for row in rows] == names
    assert all(row["title"] for row in rows)
    as_csv = list(csv.DictReader(io.StringIO(run("list", what, "--format", "csv").stdout)))
    assert [list(row) for row in as_csv] == [list(row) for row in rows]
    assert [row["name"] for row in as_csv] == names
    table = run("list", what).stdout.splitlines()
    assert [line.split()[0] for line in table] == ["name", *names]
    assert run("list", what, "--format", "markdown").stdout.count("\n") == len(names) + 2


def test_the_rates_of_a_race(run):
    line = ["list", "rates", "--surface", "booth", "-O", "sgd", "-O", "adam", "--steps", "50"]
    race = optviz.race("booth", ["sgd", "adam"], steps=50)
    chosen = {each.label: each.hyperparameters["lr"] for each in race.runs}
    rows = read(run(*line, "--json").stdout)
    assert {row["name"]: row["lr"] for row in rows} == chosen
    assert [row["title"] for row in rows] == ["SGD", "Adam"]
    for row in rows:
        scores = {trial["lr"]: trial["score"] for trial in row["trials"]}
        assert len(scores) == 65
        assert scores[row["lr"]] <= min(score for score in scores.values() if score is not None) + 0.02
    table = list(csv.DictReader(io.StringIO(run(*line, "--format", "csv").stdout)))
    for label, rate in chosen.items():
        assert [row["lr"] for row in table if row[label].endswith("<")] == [f"{rate:.3g}"]
    assert run(*line).stdout.count("<") == 2


# Completion, and the start


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("optviz ", COMMANDS),
        ("optviz an", ["animate"]),
        ("optviz list ", [*NAMES, "rates"]),
        ("optviz animate --surface ", NAMES["surfaces"]),
        ("optviz compare --surface ro", ["rosenbrock"]),
        ("optviz list rates --surface six_h", ["six-hump-camel"]),
        ("optviz animate --optimizer ada", [name for name in NAMES["optimizers"] if name.startswith("ada")]),
        ("optviz compare -O ", NAMES["optimizers"]),
        ("optviz animate --theme ", NAMES["themes"]),
        ("optviz animate --schedule c", ["constant", "cosine", "cyclic"]),
        ("optviz compare --format ", ["table", "json", "csv", "markdown"]),
        ("optviz animate --them", ["--theme"]),
        ("optviz gallery --only two", ["two-wells"]),
    ],
)
def test_completion(run, typed, offered):
    words = typed.split(" ")
    environment = {"_OPTVIZ_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    lines = run(env=environment).stdout.split()
    assert sorted(lines) == sorted(f"plain,{each}" for each in offered)


def test_completion_offers_files(run):
    environment = {"_OPTVIZ_COMPLETE": "bash_complete", "COMP_WORDS": "optviz animate --surface ./m", "COMP_CWORD": "3"}
    assert run(env=environment).stdout.split() == ["file,./m"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_installed(run, shell, monkeypatch):
    monkeypatch.setattr("click.shell_completion.BashComplete._check_version", lambda *_: None)  # it starts a bash
    script = run(env={"_OPTVIZ_COMPLETE": f"{shell}_source"}).stdout
    assert f"_OPTVIZ_COMPLETE={shell}_complete" in script


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["animate", "--help"], ["list", "--help"]])
def test_help_imports_nothing_heavy(folder, arguments):
    program = f"""
import sys
from optviz.cli import main
try:
    main({arguments!r})
except SystemExit as end:
    assert end.code == 0, end
heavy = ["numpy", "matplotlib", "autograd", "PIL", "imageio", "scipy"]
print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
