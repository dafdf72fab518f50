"""``optviz train`` and ``optviz data``: what they print and write, how they stop, what they refuse."""

import csv
import io
import itertools
import json
import os
import shlex
import signal
import time

import numpy as np
import pytest
from PIL import Image

from optviz.classes import TOLD_APART, class_looks
from optviz.errors import ArgumentError
from optviz.nets.augmentation import AUGMENTATIONS
from optviz.nets.datasets import DATASETS, load_data
from optviz.nets.network import perceptron
from optviz.nets.training import train
from optviz.themes import THEMES, rgb

QUICK = ["train", "--data", "moons:samples=200", "--hidden", "8,6", "--batch-size", "20", "--epochs", "3"]
TWO = ["-O", "sgd:lr=0.1", "-O", "adam:lr=0.01"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


def read(text):
    return json.loads(text, parse_constant=pytest.fail)


def timeless(found):
    """JSON without what the clock says."""
    runs = [run for problem in found.get("problems", [found]) for run in problem["runs"]]
    for run in runs:
        assert run.pop("seconds") > 0
        assert run.pop("samples_per_second") > 0
    return found


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("given", [[], ["--batch-size", "64"], ["--batch-size", "500"]])
def test_of_fewer_samples_than_a_batch_all_are_taken_and_a_note_says_so(run, given):
    line = ["train", "--data", "moons:samples=80", "-O", "sgd:lr=0.1", "--epochs", "2", "--json", *given]
    result = run(*line)
    assert [epoch["step"] for epoch in read(result.stdout)["runs"][0]["history"]] == [1, 2]
    assert result.stderr.count("note: moons has 48 samples to train on, fewer than a batch of") == 1
    assert run(*line, "--quiet").stderr == ""
    again = read(run(*line, "--quiet", "--seeds", "2").stdout)
    assert len(again["problems"]) == 2


def test_data_of_ones_own_are_listed_by_their_names(run, folder):
    x, y = np.random.default_rng(0).normal(size=(40, 2)), np.array(["ant", "bee"])[np.arange(40) % 2]
    np.savez(folder / "pets.npz", x_train=x, y_train=y)
    rows = read(run("data", "pets.npz", "--json").stdout)
    assert [row["label"] for row in rows] == ["ant", "bee", "all"]
    assert rows[2] == {"label": "all", "train": 24, "validation": 8, "test": 8}
    run("data", "pets.npz", "-o", "pets.png")
    drawn = ["--batch-size", "8", "--epochs", "2", "--show", "boundary", "-o", "pets.html"]
    assert run("train", "--data", "pets.npz", "--hidden", "4", "-O", "sgd:lr=0.1", *drawn).exit_code == 0
    assert '"names": ["ant", "bee"]' in (folder / "pets.html").read_text().replace('":[', '": [').replace('","', '", "')


def test_no_file_of_a_folder_of_data_is_written_over(refuse, folder):
    (folder / "set").mkdir()
    (folder / "set" / "train-labels-idx1-ubyte").write_bytes(b"labels")
    words = refuse(2, "train", "--data", "set/", "--log", "set/train-labels-idx1-ubyte")
    assert "--data (train-labels-idx1-ubyte) and --log are the same file" in words
    words = refuse(2, "train", "--data", "one.npz ", "--log", "one.npz")
    assert "--data and --log are the same file" in words


def test_a_folder_for_data_needs_data(refuse):
    assert "--data-dir needs the NAME" in refuse(2, "data", "--data-dir", ".")
    assert "digits is not looked for" in refuse(2, "data", "digits", "--data-dir", ".")


def test_the_options_reach_the_training(run):
    options = "--batchnorm --dropout 0.1 --activation gelu --init xavier --l1 0.001 --l2 0.01 --dtype float64 --seed 3"
    more = "--patience 2 --schedule cosine(18) --ensemble 2"
    found = read(run(*QUICK, *TWO, *options.split(), *more.split(), "--json").stdout)
    network = perceptron(2, 2, (8, 6), kind="gelu", batchnorm=True, dropout=0.1, start="xavier")
    expected = train(
        "moons:samples=200",
        network,
        ["sgd:lr=0.1", "adam:lr=0.01"],
        epochs=3,
        batch_size=20,
        l1=0.001,
        l2=0.01,
        dtype="float64",
        seeds=[3],
        patience=2,
        schedule="cosine(18)",
        ensemble=2,
    )
    assert timeless(found) == timeless(expected.to_json())
    assert found["parameters"] == network.size


SCORE = {"loss", "accuracy"}
RUN = {
    "label", "optimizer", "hyperparameters", "lr_rule", "lr_on_edge", "epochs", "train", "validation", "test",
    "seconds", "samples_per_second", "diverged_at", "history",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("lr", ["0.1", "1e30"])
@pytest.mark.parametrize("options", [[], ["--ensemble", "2", "--patience", "1"], ["--seeds", "2"]], ids=" ".join)
def test_keys_are_always_there(run, lr, options):
    """None more and none less, whether it diverged or not."""
    found = read(run(*QUICK, "-O", f"sgd:lr={lr}", "-O", "adam", *options, "--json").stdout)
    if "--seeds" in options:
        assert set(found) == {"data", "seeds", "version", "parameters", "problems", "summary"}
        assert all(set(problem) == {"seed", "runs"} for problem in found["problems"])
    else:
        assert set(found) == {"data", "seed", "version", "parameters", "runs"}
    for problem in found.get("problems", [found]):
        assert [each["label"] for each in problem["runs"]] == ["sgd", "adam"]
        for each in problem["runs"]:
            assert set(each) == RUN
            assert all(set(each[part]) == SCORE for part in ("train", "validation", "test"))
            for epoch in each["history"]:
                assert set(epoch) == {"epoch", "step", "train", "validation"}
                assert set(epoch["train"]) == set(epoch["validation"]) == SCORE
    if lr == "1e30":
        [first, second] = found.get("problems", [found])[0]["runs"]
        assert (first["test"]["loss"], second["diverged_at"]) == (None, None)
        assert first["diverged_at"] is not None


def test_seeds_and_jobs(run):
    line = [*QUICK, *TWO, "--seeds", "3", "--seed", "2", "--json"]
    found = read(run(*line).stdout)
    assert found["seeds"] == [2, 3, 4]
    assert timeless(found) == timeless(read(run(*line, "--jobs", "2").stdout))


def test_tables(run):
    rows = list(csv.DictReader(io.StringIO(run(*QUICK, *TWO, "--format", "csv").stdout)))
    columns = ["run", "lr", "rule", "epochs", "loss", "train %", "validation %", "test %", "samples/s", "diverged at"]
    assert list(rows[0]) == columns
    full = read(run(*QUICK, *TWO, "--json").stdout)["runs"]
    for row, own in zip(rows, full, strict=True):
        assert row["run"] == own["label"]
        assert float(row["test %"]) == pytest.approx(100 * own["test"]["accuracy"], abs=0.005)
        assert float(row["loss"]) == pytest.approx(own["train"]["loss"], abs=5e-5)
    several = run(*QUICK, *TWO, "--seeds", "2").stdout.splitlines()
    assert several[1].count("±") == several[2].count("±") == 5


@pytest.mark.slow
def test_the_default_is_the_five_on_digits(run):
    found = read(run("train", "--epochs", "1", "--json").stdout)
    assert found["data"] == "digits"
    assert [row["label"] for row in found["runs"]] == ["sgd", "momentum", "adagrad", "rmsprop", "adam"]
    assert {row["lr_rule"] for row in found["runs"]} == {"tuned"}


def test_divergence_is_noted(run):
    result = run(*QUICK, "-O", "sgd:lr=1e30")
    assert result.exit_code == 0
    assert result.stderr.startswith("note: sgd diverged at step ")
    assert "–" in result.stdout
    assert run(*QUICK, "-O", "sgd:lr=1e30", "--quiet").stderr == ""


FILES = {"--data": "one.npz", "--save": "one.npz", "--log": "one.npz", "-o": "one.npz"}


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(FILES, 2)))
def test_no_file_has_two_purposes(refuse, folder, first, second):
    np.savez("one.npz", X=np.random.default_rng(0).normal(size=(60, 2)), y=np.arange(60) % 2)
    message = refuse(2, "train", *TWO, first, "one.npz", second, folder / "one.npz")
    assert f"{first} and {second} are the same file" in message


def test_in_python_nothing_is_saved_over_the_data(folder):
    np.savez("one.npz", X=np.random.default_rng(0).normal(size=(60, 2)), y=np.arange(60) % 2)
    before = (folder / "one.npz").read_bytes()
    with pytest.raises(ArgumentError, match="data and save are the same file"):
        train("one.npz", perceptron(2, 2), ["sgd:lr=0.1"], save=folder / "one.npz", epochs=1)
    assert (folder / "one.npz").read_bytes() == before


@pytest.mark.parametrize("wrong", [["--epochs", "0"], ["--data", "dgits"], ["--save", "absent.npz", "--resume"]])
def test_what_is_refused_leaves_the_log_as_it_was(refuse, folder, wrong):
    (folder / "log.jsonl").write_text("of an earlier training")
    refuse(2 if "--resume" not in wrong else 1, "train", *TWO, *wrong, "--log", "log.jsonl")


def test_saving_and_taking_up(run, folder):
    line = [*QUICK, *TWO, "--save", "run.npz", "--log", "log.jsonl", "--json"]
    first = run(*line)
    assert sorted(path.name for path in folder.iterdir()) == ["log.jsonl", "run.npz"]
    assert len((folder / "log.jsonl").read_text().splitlines()) == 6
    again = run(*line, "--resume")
    assert timeless(read(first.stdout)) == timeless(read(again.stdout))


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize(("jobs", "end"), [("1", "kill"), ("2", "kill"), ("2", "killpg")])
def test_ctrl_c_keeps_what_was_trained(spawn, folder, jobs, end):
    """Sent to the process alone, or as a terminal does, to its workers, too."""
    slow = ["train", "--hidden", "64", "--epochs", "3000", "-O", "adam:lr=0.001", "-O", "sgd:lr=0.1"]
    process = spawn(*slow, "--save", "run.npz", "--json", "--jobs", jobs, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (folder / "run.npz").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.3)
    getattr(os, end)(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.decode() == "Interrupted: this is what was trained until then; go on with --save run.npz --resume\n"
    rows = read(stdout)["runs"]
    assert all(1 <= row["epochs"] < 3000 for row in rows)
    assert [path.name for path in folder.iterdir()] == ["run.npz"]
    with np.load("run.npz") as file:
        trials = json.loads(str(file["about"]))["trials"]
    assert [trial["step"] for trial in trials] == [row["history"][-1]["step"] for row in rows]


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("options", [[], ["--jobs", "2"], ["--quiet"]])
def test_progress_is_for_terminals(spawn, options):
    reader, terminal = os.openpty()
    process = spawn(*QUICK, *TWO, "-O", "momentum", *options, stderr=terminal)
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
    assert process.communicate()[0].startswith(b"run")
    assert process.returncode == 0
    if "--quiet" in options:
        assert shown == b""
    else:
        assert all(
            word in shown
            for word in (b"Choosing rates", b"Training", b"100%", b"validation loss", b"% right", b"samples/s")
        )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--hidden 12x", ["hidden must be widths", "128,64", "'12x'"]),
        ("--hidden 8,-1", ["'8,-1'"]),
        ("--hidden 8,,8", ["'8,,8'"]),
        ("--hidden 8,0", ["'8,0'"]),
        ("--data digts", ["no data set is called 'digts'", "Did you mean 'digits'?"]),
        ("--data moons:nois=1", ["Did you mean 'noise'?", "\n  moons:nois=1\n        ^"]),
        ("--hidden none --batchnorm", ["batchnorm and dropout are for hidden layers, and there are none"]),
        ("--dropout 1", ["dropout: rate must be a number in [0, 1), not 1.0"]),
        ("--l1 -1", ["l1 must be a number in [0, inf), not -1.0"]),
        ("--l2=-0.5", ["l2 must be a number in [0, inf), not -0.5"]),
        ("--batch-size 0", ["from 1 to the 1078 samples of the training part, not 0"]),
        ("--data moons --data-dir .", ["moons is not looked for in '.': leave it out"]),
        ("--batch-size 1 --batchnorm", ["batch size 1 cannot be normalized"]),
        ("--activation relo", ["no activation is called 'relo'", "Did you mean 'relu'?"]),
        ("--init hee", ["no initializer is called 'hee'", "Did you mean 'he'?"]),
        ("--augment 'flipp(1)'", ["no augmentation is called 'flipp'", "Did you mean 'flip'?"]),
        ("--augment 'rotation(500)'", ["degrees must be a number in [0, 180], not 500"]),
        ("--data moons --augment flip", ["moons holds no images"]),
        ("--dtype float16", ["float32 or float64", "'float16'"]),
        ("--epochs 0", ["epochs must be a whole number"]),
        ("--ensemble 0", ["ensemble must be a whole number"]),
        ("--patience 0", ["patience must be a whole number"]),
        ("--seed -1", ["seeds must be different whole numbers from 0"]),
        ("--lr 0", ["lr must be a number in (0, inf)"]),
        ("-O adm", ["Did you mean 'adam'?"]),
        ("--schedule 'cosin(9)'", ["Did you mean 'cosine'?"]),
        ("--resume", ["--resume needs the file"]),
        ("--save run.zip", ["'run.zip'", ".npz"]),
        ("--show curves", ["--show is about a picture", "-o digits.gif"]),
        ("--theme dark --json", ["--theme is about a picture"]),
        ("--show curve -o a.gif", ["no show is called 'curve'", "Did you mean 'curves'?"]),
        ("--show plane,activations -o a.gif", ["do not fit into one picture"]),
        ("--show boundary -o a.gif", ["digits has 64 features", "moons"]),
        ("--plane random -o a.gif", ["--show plane"]),
        ("--view relief -o a.gif", ["--show plane"]),
        ("-o -", ["stdout has the table"]),
        ("-o film", ["no suffix"]),
        ("-o t.JPG", ["no format has the suffix '.jpg'", ".gif", ".html", ".svg"]),
        ("-o film.xyz", ["'.xyz'"]),
    ],
)
def test_what_is_refused(refuse, line, words):
    message = refuse(2, "train", *shlex.split(line))
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--save absent/run.npz", ["there is no folder absent", "mkdir -p absent"]),
        ("--log absent/log.jsonl", ["there is no folder absent"]),
        ("--save run.npz --resume", ["run.npz cannot be read: No such file"]),
        ("--data absent.npz", ["absent.npz cannot be read"]),
        ("--data mnist --data-dir .", ["the files of mnist are not here", "--data-dir", "OPTVIZ_DATA"]),
    ],
)
def test_what_fails(refuse, monkeypatch, line, words):
    monkeypatch.delenv("OPTVIZ_DATA", raising=False)
    message = refuse(1, "train", "--epochs", "1", "-O", "sgd:lr=0.1", *shlex.split(line))
    assert all(word in message for word in words), message


def test_another_run_file_is_not_taken_up(run, refuse, folder):
    run(*QUICK, *TWO, "--save", "run.npz")
    before = (folder / "run.npz").read_bytes()
    message = refuse(1, *QUICK, *TWO, "--save", "run.npz", "--resume", "--batchnorm")
    assert "its network is" in message
    assert (folder / "run.npz").read_bytes() == before


# data


def test_data_sets_are_listed(run):
    rows = read(run("data", "--json").stdout)
    assert [row["name"] for row in rows] == list(DATASETS)
    assert all(row["title"] and row["source"] for row in rows)
    for row in rows:
        if row["name"] not in ("mnist", "fashion-mnist"):
            data = load_data(row["name"])
            assert (row["samples"], row["features"], row["classes"]) == (len(data.y), data.features, data.classes)


def test_a_data_set_is_counted(run):
    rows = read(run("data", "digits", "--json").stdout)
    assert [row["label"] for row in rows] == [*map(str, range(10)), "all"]
    assert rows[-1] == {"label": "all", "train": 1078, "validation": 360, "test": 359}
    assert sum(row["train"] for row in rows[:-1]) == 1078


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["digits", "moons", "four-blobs"])
def test_a_data_set_is_pictured(run, folder, theme, name):
    assert run("data", name, "--theme", theme, "-o", "sheet.png").stdout == "sheet.png\n"
    with Image.open("sheet.png") as picture:
        assert picture.format == "PNG"
        pixels = np.asarray(picture.convert("RGB"))
    assert pixels[0, 0].tolist() == list(rgb(THEMES[theme].background))
    if name != "digits":
        looks = class_looks(THEMES[theme], load_data(name).classes)
        for colour in (rgb(look.colour) for look in looks):
            assert (np.abs(pixels.astype(int) - colour).max(axis=-1) < 8).sum() > 500, "the class is seen"


@pytest.mark.slow
def test_beneath_points_stands_a_key_of_all_classes(run, folder):
    heights = []
    for classes in (2, 40, 100):
        y = np.arange(400) % classes
        np.savez("many.npz", X=np.random.default_rng(0).normal(size=(400, 2)), y=y)
        assert run("data", "many.npz", "-o", "sheet.png").exit_code == 0
        with Image.open("sheet.png") as picture:
            pixels = np.asarray(picture.convert("RGB"), int)
        heights.append(len(pixels))
        key = pixels[800:]
        for look in class_looks(THEMES["light"], min(classes, TOLD_APART)):
            assert (np.abs(key - rgb(look.colour)).max(axis=-1) < 8).sum() > 20
    assert heights == sorted(set(heights))


@pytest.mark.slow
@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmented_images_are_pictured(run, folder, name):
    for output, seed in (("a.png", "0"), ("b.png", "0"), ("c.png", "1")):
        assert run("data", "digits", "--augment", name, "--seed", seed, "-o", output).exit_code == 0
    first, again, other = ((folder / each).read_bytes() for each in ("a.png", "b.png", "c.png"))
    assert first == again != other
    run("data", "digits", "--augment", "rotation(0)", "-o", "plain.png")
    with Image.open("a.png") as changed, Image.open("plain.png") as plain:
        both = [np.asarray(each.convert("L"), int) for each in (changed, plain)]
    differs = np.abs(both[0] - both[1]).max(axis=0) > 0
    left = 72 + 70  # the labels, and the first column, which shows images as they are
    assert not differs[:left].any()
    assert differs[left:].any()


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("digts", 2, ["Did you mean 'digits'?"]),
        ("digits --augment flip", 2, ["add -o FILE.png"]),
        ("moons --augment flip -o a.png", 2, ["moons holds no images"]),
        ("digits -o a.gif", 1, ["pictured as .png", "a.png"]),
        ("digits -o absent/a.png", 1, ["no folder absent"]),
        ("-o a.png", 2, ["-o needs the NAME"]),
        ("digits --seed -1", 2, ["seed must be"]),
        ("digits --theme drak -o a.png", 2, ["Did you mean 'dark'?"]),
        ("wide.npz -o a.png", 2, ["wide has 5 features: only images and points can be pictured"]),
    ],
)
def test_data_refuses(refuse, folder, line, code, words):
    np.savez("wide.npz", X=np.zeros((20, 5)), y=np.arange(20) % 2)
    message = refuse(code, "data", *shlex.split(line))
    assert all(word in message for word in words), message
