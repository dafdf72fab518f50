"""What is there and not ours stays, unless --force is said; and work that took time is kept, whatever else fails."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import optviz
from optviz.errors import OptvizError, OptvizWarning, OutputError
from optviz.nets.network import perceptron
from optviz.nets.training import train
from optviz.recipe import read_recipe
from optviz.writing import atomic_write

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
TRAIN = ["train", "--data", "moons:samples=120", "--hidden", "4", "-O", "sgd:lr=0.1", "--epochs", "2"]
PICTURE = ["-o", "pic.gif", "--size", "160x120", "--frames", "4"]


def dataset(path):
    np.savez(path, X=np.random.default_rng(0).normal(size=(60, 2)), y=np.arange(60) % 2)


def race(path):
    optviz.race("booth", ["sgd:lr=0.05"], steps=5).save(path)


FOREIGN = {
    "a data set": dataset,
    "a race": race,
    "text": lambda path: path.write_text("notes"),
    "JSON": lambda path: path.write_text('[{"label": 1}]\n'),
    "not text": lambda path: path.write_bytes(b"\xff\xfe\x00" * 99),
}


@pytest.mark.parametrize("what", FOREIGN)
@pytest.mark.parametrize("option", ["--save", "--log"])
def test_what_is_no_training_and_no_log_stays(run, folder, what, option):
    path = folder / "file.npz"
    FOREIGN[what](path)
    before = path.read_bytes()
    result = run(*TRAIN, option, "file.npz")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "file.npz is not replaced: it is not " in result.stderr
    assert "--force" in result.stderr
    assert path.read_bytes() == before
    assert run(*TRAIN, option, "file.npz", "--force").exit_code == 0
    assert path.read_bytes() != before


def test_an_empty_file_may_be_filled(run, folder):
    for name in ("run.npz", "log"):
        (folder / name).touch()
    assert run(*TRAIN, "--save", "run.npz", "--log", "log").exit_code == 0


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (["--epochs", "3"], "epochs"),
        (["-O", "adam:lr=0.1"], "optimizers"),
        (["--seed", "1"], "seeds"),
        (["--hidden", "5"], "network"),
        (["--data", "circles:samples=120"], "data"),
    ],
)
def test_another_training_stays_and_the_same_is_begun_anew(run, folder, change, differs):
    assert run(*TRAIN, "--save", "run.npz", "--log", "log").exit_code == 0
    before, log = (folder / "run.npz").read_bytes(), (folder / "log").read_bytes()
    result = run(*TRAIN, *change, "--save", "run.npz", "--log", "log")
    assert result.exit_code == 1
    assert f"it holds another training: its {differs} is " in result.stderr
    assert ((folder / "run.npz").read_bytes(), (folder / "log").read_bytes()) == (before, log)
    assert run(*TRAIN, "--save", "run.npz", "--log", "log").exit_code == 0
    assert run(*TRAIN, *change, "--save", "run.npz", "--force").exit_code == 0


@pytest.mark.parametrize("what", [name for name in FOREIGN if name != "a race"])
def test_a_race_replaces_races_alone(what, tmp_path):
    path = tmp_path / "file.npz"
    FOREIGN[what](path)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="is not replaced: it is not a race"):
        race(path)
    assert path.read_bytes() == before
    optviz.race("booth", ["sgd:lr=0.05"], steps=5).save(path, force=True)
    race(path)
    assert optviz.load_race(path).steps == 5


EXHIBIT = """[hill]
title = "Down a hill"
caption = "It falls. So it goes."
see = "The path."
command = "optviz animate --surface booth -O sgd:lr=0.01 --size 160x120 --frames 4 --steps 9"
tags = ["sgd"]
shows = ["gap(sgd) < 1e9"]
"""


@pytest.fixture
def exhibits(folder, tmp_path_factory, monkeypatch):
    path = tmp_path_factory.mktemp("exhibits") / "exhibits.toml"
    path.write_text(EXHIBIT)
    monkeypatch.setattr("optviz.gallery.exhibits_file", lambda: path)


@pytest.mark.usefixtures("exhibits")
@pytest.mark.parametrize("name", ["README.md", "index.html", "hill.gif"])
def test_the_gallery_leaves_alone_what_others_made(run, folder, name):
    if name.endswith("gif"):
        Image.new("P", (9, 9)).save(name)
    else:
        (folder / name).write_text("mine")
    before = (folder / name).read_bytes()
    result = run("gallery", "-o", ".")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{name} is not replaced: it is not a " in result.stderr
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_bytes() == before
    assert run("gallery", "-o", ".", "--force").exit_code == 0
    assert (folder / name).read_bytes() != before
    assert run("gallery", "-o", ".").exit_code == 0


def test_a_folder_beside_a_deck_is_ours_by_what_it_says(folder):
    Image.new("RGB", (9, 9)).save("a.png")
    frames = folder / "talk-frames"
    frames.mkdir()
    (frames / "README.txt").write_text("of mine")
    (frames / "a.png").write_bytes(b"precious")
    with pytest.raises(OptvizError, match=r"holds README\.txt"):
        optviz.slides("talk.tex", ["a.png"])
    assert (frames / "a.png").read_bytes() == b"precious"


# Work that took time


def shell(folder, words, redirected):
    command = f"exec {shlex.join([sys.executable, '-m', 'optviz', *words])} {redirected}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=os.environ | {"PYTHONSAFEPATH": "1"}, capture_output=True, check=False
    )
    return done.returncode, done.stderr.decode()


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("stdout", [">&-", pytest.param(">/dev/full", marks=FULL)])
@pytest.mark.parametrize("form", [[], ["--json"], ["--format", "csv"]])
def test_a_training_is_drawn_even_if_its_table_cannot_be_printed(folder, stdout, form):
    code, said = shell(folder, [*TRAIN, *PICTURE, *form], stdout)
    assert code == 1
    assert said.splitlines()[-1].startswith(("Error: stdout is closed", "Error: stdout cannot be written: No space"))
    assert read_recipe("pic.gif").command == "train"


@pytest.mark.slow
@FULL
@pytest.mark.usefixtures("exhibits")
def test_all_files_are_made_even_if_their_paths_cannot_be_printed(folder, run, monkeypatch):
    words = ["plot", "--surface", "booth", "--lr", "0.01", "--size", "160x120", "--at", "0,1,2", "-o", "a.png"]
    code, said = shell(folder, words, ">/dev/full")
    assert (code, said) == (1, "Error: stdout cannot be written: No space left on device\n")
    assert sorted(path.name for path in folder.iterdir()) == ["a-0.png", "a-1.png", "a-2.png"]

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("optviz.cli.failing.say", full)
    assert run("gallery", "-o", "there").exit_code == 1
    assert sorted(path.name for path in (folder / "there").iterdir()) == ["README.md", "hill.gif", "index.html"]


@FULL
@pytest.mark.filterwarnings("default")
def test_a_log_without_room_is_named_and_costs_nothing_else(run, folder):
    result = run(*TRAIN, *PICTURE, "--log", "/dev/full", "--save", "run.npz")
    assert result.exit_code == 1
    note, error = result.stderr.splitlines()
    assert note == "note: /dev/full cannot be written: No space left on device; the training goes on without a log"
    assert error == "Error: /dev/full cannot be written: No space left on device"
    assert result.stdout.startswith("run ")
    assert read_recipe("pic.gif").command == "train"
    assert (folder / "run.npz").exists()


@FULL
def test_pictures_and_saved_trainings_without_room_are_named(run, folder):
    for name in ("pic.gif", "run.npz"):
        Path(name).symlink_to("/dev/full")
    for words in (["-o", "pic.gif", "--frames", "4"], ["--save", "run.npz"]):
        result = run(*TRAIN, *words)
        assert result.exit_code == 1
        assert result.stderr == f"Error: {words[1]} cannot be written: No space left on device\n"


def let_fail(monkeypatch, failing):
    """Let those of the calls that save a training find no room."""
    calls = iter(range(99))

    def save(path):
        if next(calls) in failing:
            raise OutputError("run.npz cannot be written: No space left on device")
        return atomic_write(path)

    monkeypatch.setattr("optviz.nets.saving.atomic_write", save)


def test_a_training_goes_on_where_it_cannot_be_saved(tmp_path, monkeypatch):
    """As where a disk is full for a while, or from some time on."""
    options = {"epochs": 5, "save": tmp_path / "run.npz"}
    moons, network = optviz.load_data("moons:samples=120"), perceptron(2, 2, (4,))
    whole = train(moons, network, ["sgd:lr=0.1"], **options)

    for failing, unsaved in ((range(2, 4), False), (range(2, 99), True)):
        let_fail(monkeypatch, failing)
        with pytest.warns(OptvizWarning, match="No space left on device; the training goes on"):
            cut = train(moons, network, ["sgd:lr=0.1"], **options)
        assert cut.runs[0].test == whole.runs[0].test
        assert (cut.unsaved is not None) is unsaved


@pytest.mark.filterwarnings("default")
def test_the_command_fails_where_a_training_could_not_be_saved(run, folder, monkeypatch):
    let_fail(monkeypatch, range(2, 99))
    result = run(*TRAIN, "--save", "run.npz", "--json")
    assert result.exit_code == 1
    assert result.stderr.endswith("Error: run.npz cannot be written: No space left on device\n")
    assert json.loads(result.stdout)["runs"][0]["epochs"] == 2
