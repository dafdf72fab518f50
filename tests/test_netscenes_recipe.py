"""Recipes of trainings: what a picture tells of how it was made, and that it is made again, byte for byte."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

import optviz
from optviz.animation import remake
from optviz.encode import ENCODERS, OPTIONAL
from optviz.encode.still import STILLS
from optviz.nets.datasets import Dataset
from optviz.nets.layers import Dense, Dropout
from optviz.nets.network import Network
from optviz.nets.setting import prepare
from optviz.nets.splits import SHARES
from optviz.netscenes import SHOWS
from optviz.netscenes.recall import fingerprint, network_options
from optviz.recipe import RecipeError, read_recipe
from tests.trainings import trained

LINE = ["train", "--data", "moons:samples=120,noise=0.2", "--hidden", "6", "--batch-size", "24", "--epochs", "2"]
SMALL = ["--size", "240x180", "--frames", "6"]
TWO = ["-O", "sgd:lr=0.5", "-O", "adam"]


@pytest.mark.slow
@pytest.mark.parametrize("show", [*SHOWS, "plane,curves"])
def test_a_film_is_made_again_byte_for_byte(run, folder, show):
    assert run(*LINE, *TWO, *SMALL, "--show", show, "--theme", "dark", "-o", "a.gif").exit_code == 0
    again = run("animate", "--from", "a.gif", "-o", "b.gif")
    assert again.exit_code == 0, again.stderr
    assert (folder / "a.gif").read_bytes() == (folder / "b.gif").read_bytes()


def test_all_options_are_in_it(run, folder):
    more = (
        "--activation tanh --batchnorm --dropout 0.25 --init lecun --l1 0.001 --l2 0.01 --patience 5 --seed 3 --seeds 2"
    )
    assert run(*LINE, *TWO, *SMALL, *more.split(), "--dtype", "float64", "-o", "a.gif").exit_code == 0
    about = read_recipe("a.gif").training
    network = {"hidden": [6], "kind": "tanh", "batchnorm": True, "dropout": 0.25, "start": "lecun"}
    expected = {"data": "moons:samples=120,noise=0.2", "network": network, "l1": 0.001, "l2": 0.01, "patience": 5}
    expected |= {"seeds": [3, 4], "dtype": "float64", "epochs": 2, "show": ["curves"], "plane": "pca", "ensemble": 1}
    assert expected.items() <= about.items()
    assert run("animate", "--from", "a.gif", "-o", "b.gif").exit_code == 0
    assert (folder / "a.gif").read_bytes() == (folder / "b.gif").read_bytes()


def test_augmented_ensembles_with_schedules_come_again(run, folder):
    line = ["train", "--hidden", "4", "--epochs", "1", "-O", "sgd:lr=0.1,schedule=cosine(16)", "--ensemble", "2"]
    assert run(*line, "--augment", "rotation(10)", "--augment", "noise", *SMALL, "-o", "a.gif").exit_code == 0
    assert run("animate", "--from", "a.gif", "-o", "b.gif").exit_code == 0
    assert (folder / "a.gif").read_bytes() == (folder / "b.gif").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [*(each for each in ENCODERS if each not in OPTIONAL), *STILLS])
def test_every_format_carries_it(run, folder, suffix):
    result = run(*LINE, *TWO, *SMALL, "--show", "boundary", "-o", f"a{suffix}")
    assert result.exit_code == 0, result.stderr
    recipe = read_recipe(f"a{suffix}")
    assert recipe.command == "train"
    assert recipe.subject == "moons"
    assert [rule for _, rule in recipe.runs] == ["given", "tuned"]
    assert (recipe.step is None) == (suffix in ENCODERS)
    told = run("info", f"a{suffix}").stdout
    assert "data:        moons:samples=120,noise=0.2" in told
    assert json.loads(run("info", f"a{suffix}", "--json").stdout)["training"]["show"] == ["boundary"]


def test_a_still_comes_again_and_at_another_moment(run, folder):
    assert run(*LINE, *TWO, *SMALL, "-o", "a.png").exit_code == 0
    assert run("plot", "--from", "a.png", "-o", "b.png").exit_code == 0
    assert (folder / "a.png").read_bytes() == (folder / "b.png").read_bytes()
    assert run("plot", "--from", "a.png", "--at", "2", "-o", "c.png").exit_code == 0
    assert read_recipe("c.png").step == 2
    assert (folder / "c.png").read_bytes() != (folder / "a.png").read_bytes()


def test_a_file_of_ones_own_is_read_on_trust_and_only_as_it_was(run, folder, refuse):
    random = np.random.default_rng(0)
    x, y = random.normal(size=(60, 2)), np.arange(60) % 2
    np.savez("mine.npz", X=x, y=y)
    line = ["train", "--data", "mine.npz", "--hidden", "4", "--epochs", "1", "--batch-size", "6", "-O", "sgd:lr=0.1"]
    assert run(*line, *SMALL, "--show", "boundary", "-o", "a.gif").exit_code == 0
    assert "mine.npz" in refuse(1, "animate", "--from", "a.gif", "-o", "b.gif")
    assert run("animate", "--from", "a.gif", "--trust", "-o", "b.gif").exit_code == 0
    assert (folder / "a.gif").read_bytes() == (folder / "b.gif").read_bytes()
    np.savez("mine.npz", X=x + 0.01, y=y)
    assert "are others than when" in refuse(1, "animate", "--from", "a.gif", "--trust", "-o", "c.gif")


def test_a_folder_of_ones_own_is_read_on_trust(run, folder, refuse):
    (folder / "set").mkdir()
    labels = (np.arange(60) % 2).astype(np.uint8)
    pixels = np.random.default_rng(0).integers(0, 256, (60, 2, 2), dtype=np.uint8)
    for name, array in (("train-images-idx3-ubyte", pixels), ("train-labels-idx1-ubyte", labels)):
        sizes = b"".join(side.to_bytes(4, "big") for side in array.shape)
        (folder / "set" / name).write_bytes(bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes())
    line = ["train", "--data", "set/", "--hidden", "4", "--epochs", "1", "--batch-size", "6", "-O", "sgd:lr=0.1"]
    assert run(*line, *SMALL, "-o", "a.gif").exit_code == 0
    assert "set/" in refuse(1, "animate", "--from", "a.gif", "-o", "b.gif")
    assert run("animate", "--from", "a.gif", "--trust", "-o", "b.gif").exit_code == 0
    assert (folder / "a.gif").read_bytes() == (folder / "b.gif").read_bytes()


def test_what_was_made_in_python_is_not_made_again(tmp_path):
    made = trained(optimizers=["sgd:lr=0.1"], epochs=1)
    wide = Network(2, (Dense(3), Dense(2)))
    odd = optviz.train("moons:samples=120", wide, ["sgd:lr=0.1"], epochs=1, batch_size=24)
    x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    own = Dataset(name="own", title="Own", x=x, y=y)
    data = optviz.train(own, optviz.perceptron(2, 2), ["sgd:lr=0.1"], epochs=1, batch_size=6)
    for training, what in ((odd, "network"), (data, "data")):
        optviz.animate(training, tmp_path / "a.gif", size=(160, 120), frames=3)
        with pytest.raises(RecipeError, match=f"the recipe's {what} was made in Python"):
            remake(tmp_path / "a.gif")
    optviz.animate(made, tmp_path / "a.gif", size=(160, 120), frames=3)
    remake(tmp_path / "a.gif").save(tmp_path / "b.gif")
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        {"data": 3},
        {"data": "no-such-set"},
        {"network": {"hidden": 3}},
        {"network": {"hidden": [4], "kind": "no-such"}},
        {"network": {}},
        {"epochs": -1},
        {"epochs": "many"},
        {"seeds": []},
        {"show": ["nothing"]},
        {"show": 4},
        {"plane": 4},
        {"augment": 3},
        {"samples": "0"},
    ],
)
def test_a_damaged_recipe_is_refused(tmp_path, damage):
    path = tmp_path / "a.gif"
    optviz.animate(trained(optimizers=["sgd:lr=0.1"], epochs=1), path, size=(160, 120), frames=3)
    recipe = read_recipe(path)
    with pytest.raises(RecipeError):
        remake(replace(recipe, training={**recipe.training, **damage}))
    for name in damage:
        missing = {key: value for key, value in recipe.training.items() if key != name}
        with pytest.raises(RecipeError):
            remake(replace(recipe, training=missing))


def test_samples_are_told_by_their_labels_and_by_four_digits():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(60, 2)).round(3), np.arange(60) % 2
    data = Dataset(name="own", title="Own", x=x, y=y)

    def told(own):
        return fingerprint(prepare(own, optviz.perceptron(2, 2), 0, SHARES, batch_size=6))

    rows = prepare(data, optviz.perceptron(2, 2), 0, SHARES, batch_size=6).parts.train.rows
    first = next(row for row in rows if row + 1 in rows)
    swapped = y.copy()
    swapped[[first, first + 1]] = y[[first + 1, first]]
    assert told(data) == told(replace(data, x=x + 1e-9)), "another processor's last digit"
    assert len({told(each) for each in (data, replace(data, x=x + 1e-3), replace(data, y=swapped))}) == 3


def test_samples_are_told_by_the_parts_they_are_in():
    data = optviz.load_data("moons:samples=60")
    network = optviz.perceptron(2, 2)
    told = [fingerprint(prepare(data, network, seed, SHARES, batch_size=10)) for seed in (0, 0, 1)]
    assert told[0] == told[1] != told[2]


def test_a_recipe_of_a_training_never_holds_the_output_path(run, folder):
    folder.joinpath("deep").mkdir()
    assert run(*LINE, *TWO, *SMALL, "-o", "deep/secret.gif").exit_code == 0
    assert b"secret" not in (folder / "deep" / "secret.gif").read_bytes()
    shutil.rmtree(folder / "deep")


@pytest.mark.parametrize("hidden", [(), (8,), (16, 4)])
@pytest.mark.parametrize(
    "options", [{}, {"batchnorm": True}, {"dropout": 0.5, "kind": "gelu"}, {"start": "scale(0.1)"}]
)
def test_a_perceptrons_options_are_found_again(hidden, options):
    options = {} if not hidden and ("batchnorm" in options or "dropout" in options) else options
    network = optviz.perceptron(5, 3, hidden, **options)
    assert optviz.perceptron(5, 3, **network_options(network)) == network


@pytest.mark.parametrize("layers", [(Dense(3), Dense(2)), (Dropout(0.1), Dense(2)), (Dense(2, bias=False),)])
def test_what_is_no_perceptron_has_no_options(layers):
    assert network_options(Network(4, layers)) is None
