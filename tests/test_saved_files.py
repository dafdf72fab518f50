"""Files of races and of trainings that say anything in any field: they are taken up, or refused as optviz refuses."""

import copy
import json

import numpy as np
import pytest

import optviz
from optviz.errors import OptvizError
from tests.fuzz_files import HOSTILE

DATA = "moons:samples=60"
LINE = {"optimizers": ["nadam:lr=0.01", "adam"], "lr": 0.02, "batch_size": 18, "ensemble": 2, "patience": 3}
COUNTS = [-1, -2, 10**400, 1 << 54, True, "1", None, [1]]


def places(data, before=()):
    """All places in plain data."""
    for key in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield (*before, key)
        yield from places(data[key], (*before, key))


def changed(arrays, place, value):
    about = json.loads(str(arrays["about"]))
    inside = about
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = copy.deepcopy(value)
    return arrays | {"about": np.array(json.dumps(about))}


@pytest.fixture(scope="module")
def network():
    return optviz.perceptron(2, 2, (3,))


@pytest.fixture(scope="module")
def training(tmp_path_factory, network):
    path = tmp_path_factory.mktemp("saved") / "run.npz"
    optviz.train(optviz.load_data(DATA), network, epochs=1, save=path, **LINE)
    with np.load(path) as file:
        return dict(file)


@pytest.fixture(scope="module")
def race(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "race.npz"
    optviz.race("booth", ["sgd:lr=0.05", "adam:lr=0.5"], steps=3).save(path)
    with np.load(path) as file:
        return dict(file)


def take_up(path, network):
    return optviz.train(optviz.load_data(DATA), network, epochs=2, save=path, resume=True, **LINE)


def test_a_training_that_says_anything(tmp_path, training, network):
    path, refused = tmp_path / "run.npz", 0
    everywhere = list(places(json.loads(str(training["about"]))))
    for number, place in enumerate(everywhere):
        for value in HOSTILE[number % 7 :: 7]:
            np.savez(path, **changed(training, place, value))
            try:
                take_up(path, network)
            except OptvizError:
                refused += 1
    assert refused > 3 * len(everywhere)


@pytest.mark.parametrize("value", COUNTS, ids=range(len(COUNTS)))
@pytest.mark.parametrize("field", ["step", "state"])
def test_counts_that_are_none(tmp_path, training, network, field, value):
    path, place = tmp_path / "run.npz", ("trials", 0, field)
    about = json.loads(str(training["about"]))
    if field == "state":
        place = (*place, next(key for key, each in about["trials"][0]["state"].items() if type(each) is int))
    np.savez(path, **changed(training, place, value))
    with pytest.raises(OptvizError, match=r"run\.npz is not a training that optviz saved"):
        take_up(path, network)


@pytest.mark.parametrize("name", ["losses", "history", "params", "memory", "kept", "best", "state.m"])
@pytest.mark.parametrize(
    "change",
    [
        lambda array: array.astype("U9"),
        lambda array: array.astype(complex),
        lambda array: array.reshape(1, *array.shape),
        lambda array: array.reshape(-1)[:-1] if array.size else np.zeros((3, 3)),
        lambda array: np.array({}, object) if array.ndim else array,
    ],
    ids=range(5),
)
def test_arrays_of_another_make(tmp_path, training, network, name, change):
    path = tmp_path / "run.npz"
    np.savez(path, **training | {f"0.{name}": change(training[f"0.{name}"])})
    with pytest.raises(OptvizError, match=r"run\.npz is not a training that optviz saved"):
        take_up(path, network)


def test_a_race_that_says_anything(tmp_path, race):
    path, refused = tmp_path / "race.npz", 0
    everywhere = list(places(json.loads(str(race["about"]))))
    for place in everywhere:
        for value in HOSTILE:
            np.savez(path, **changed(race, place, value))
            try:
                found = optviz.load_race(path)
            except OptvizError:
                refused += 1
            else:
                assert found.to_json()
    assert refused > 20 * len(everywhere)


@pytest.mark.parametrize("name", ["points", "values"])
@pytest.mark.parametrize(
    "change", [lambda a: a[:-1], lambda a: a.astype("f4"), lambda a: a.astype(complex), lambda a: a.astype("U9")]
)
def test_a_race_whose_arrays_are_of_another_make(tmp_path, race, name, change):
    np.savez(tmp_path / "race.npz", **race | {name: change(race[name])})
    with pytest.raises(OptvizError, match=r"race\.npz is damaged: 2 runs"):
        optviz.load_race(tmp_path / "race.npz")


def test_what_was_saved_is_read_as_it_was(tmp_path, race, training, network):
    np.savez(tmp_path / "race.npz", **race)
    found = optviz.load_race(tmp_path / "race.npz")
    assert found.to_json() == optviz.race("booth", ["sgd:lr=0.05", "adam:lr=0.5"], steps=3).to_json()
    np.savez(tmp_path / "run.npz", **training)
    again = take_up(tmp_path / "run.npz", network)
    whole = optviz.train(optviz.load_data(DATA), network, epochs=2, **LINE)
    for one, other in zip(again.runs, whole.runs, strict=True):
        assert [trial.losses for trial in one.trials] == [trial.losses for trial in other.trials]
