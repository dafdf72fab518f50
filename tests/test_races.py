"""The race: equal conditions, what is recorded, what is refused, what survives a file."""

import json
import math
import warnings

import numpy as np
import pytest

import optviz
from optviz.catalog import DEFAULT_OPTIMIZERS, load_surface, optimizer_names, surface_names
from optviz.errors import ArgumentError, OptvizError
from optviz.races import race
from optviz.runs import clipped


@pytest.mark.slow
@pytest.mark.parametrize("name", surface_names())
def test_the_five_race_on_every_surface_without_a_warning(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = race(name)
    surface = load_surface(name)
    assert result.points.shape == ((surface.steps or 200) + 1, 5, 2)
    assert result.labels == DEFAULT_OPTIMIZERS
    spans = np.nan_to_num(np.ptp(result.points, axis=0)) / np.ptp(np.reshape(surface.window, (2, 2)), axis=1)
    assert spans.max() > 0.05, "nobody moves far enough to be seen"


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", optimizer_names())
@pytest.mark.parametrize("surface", ["rosenbrock", "ackley"])
def test_a_run_does_not_depend_on_who_else_races(surface, optimizer):
    together = race(surface, [f"{name}:lr=0.003" for name in optimizer_names()], steps=60)
    alone = race(surface, [f"{optimizer}:lr=0.003"], steps=60)
    assert np.array_equal(together[optimizer], alone[optimizer], equal_nan=True)


@pytest.mark.parametrize("conditions", [{"noise": 0.5}, {"batch_size": 7}, {"noise": 0.1, "clip": 0.2}])
def test_random_numbers_are_common_to_all_runs_and_fixed_by_the_seed(conditions):
    twins = race("noisy-moons", ["sgd:lr=0.1", "sgd:lr=0.1", "adam:lr=0.1"], steps=40, **conditions)
    alone = race("noisy-moons", ["sgd:lr=0.1"], steps=40, **conditions)
    other = race("noisy-moons", ["sgd:lr=0.1"], steps=40, seed=1, **conditions)
    assert np.array_equal(twins["sgd"], twins["sgd#2"])
    np.testing.assert_allclose(twins["sgd"], alone["sgd"], rtol=1e-12)
    assert not np.allclose(alone["sgd"], other["sgd"])


def test_noise_does_not_change_the_minibatches():
    calm = race("noisy-moons", ["sgd:lr=0.1"], steps=1)
    noisy = race("noisy-moons", ["sgd:lr=0.1"], steps=1, noise=1e-9)
    assert 0 < np.abs(calm["sgd"][1] - noisy["sgd"][1]).max() < 1e-8


def test_a_large_batch_size_is_the_mean_over_all_data():
    surface = load_surface("line-fit")
    result = race("line-fit", ["sgd:lr=0.1"], steps=1, batch_size=len(surface.data[0]))
    x, y = surface.data
    a, b = surface.start
    slope = np.array([np.mean(2 * (a + b * x - y)), np.mean(2 * (a + b * x - y) * x)])
    np.testing.assert_allclose(result["sgd"][1], np.array(surface.start) - 0.1 * slope, rtol=1e-12)


@pytest.mark.parametrize("limit", [1e-200, 1e-3, 1.0, 1e200])
@pytest.mark.parametrize("power", [-308, -200, -160, -1, 0, 1, 160, 200, 307])
def test_clipping_keeps_the_direction_at_every_size(power, limit):
    gradients = np.array([[3.0, -4.0], [1.0, 1.0], [0.0, -7.0], [0.0, 0.0]]) * float(f"1e{power}")
    found = clipped(gradients, limit)
    for (x, y), ours in zip(gradients.tolist(), found, strict=True):
        norm = math.hypot(x, y)
        expected = [x, y] if norm <= limit else [x / norm * limit, y / norm * limit]
        np.testing.assert_allclose(ours, expected, rtol=1e-14)


def test_clipping_shortens_even_what_is_longer_than_any_number():
    np.testing.assert_allclose(clipped(np.array([1.7e308, -1.7e308]), 2.0), np.sqrt([2, 2]) * [1, -1])


def test_clipping_bounds_every_step():
    result = race("rosenbrock", ["sgd:lr=0.01"], steps=50, clip=2.0)
    lengths = np.hypot(*np.diff(result["sgd"], axis=0).T)
    assert lengths.max() == pytest.approx(0.02)
    free = race("rosenbrock", ["sgd:lr=0.001"], steps=50)
    assert np.hypot(*np.diff(free["sgd"], axis=0).T).max() > 0.02


def test_divergence_is_recorded_at_its_first_step_and_cuts_nothing():
    result = race("booth", ["sgd:lr=1", "sgd:lr=0.01"], steps=300)
    first = result.diverged_at[0]

    highest = 37**2 + 35**2  # at the corner (-10, -10); the lowest is 0

    def beyond(t):
        far, high = np.abs(result.points[t, 0]).max(), result.values[t, 0]
        return not (far <= 10 + 1e12 * 20 and high <= highest + 1e12 * highest)

    assert beyond(first)
    assert not any(beyond(t) for t in range(first))
    assert result.diverged_at[1] is None
    assert len(result.points) == 301


def test_leaving_is_the_first_step_outside_the_domain():
    result = race("saddle")
    assert result.left_at == (80, 30, 209, 21, 36)  # worked out apart from this program
    for column, step in enumerate(result.left_at):
        inside = result.surface.contains(result.points[:, column])
        assert not inside[step]
        assert inside[:step].all()


def test_labels_are_unique_and_titles_are_for_people():
    result = race("booth", ["adam:lr=0.1", "adam:lr=0.2", "sgd:lr=0.01,label=Mine", optviz.SGD(lr=0.01)], steps=3)
    assert result.labels == ("adam", "adam#2", "Mine", "sgd")
    assert [run.title for run in result.runs] == ["Adam", "Adam #2", "Mine", "SGD"]
    assert result["adam#2"][1, 0] - result["adam#2"][0, 0] == pytest.approx(0.2)


def test_a_rate_that_is_named_is_kept_and_the_rest_follow_the_rule():
    result = race("rosenbrock", ["sgd:lr=0.001", "adam"], steps=50)
    assert [run.lr_rule for run in result.runs] == ["given", "tuned"]
    assert [run.lr_rule for run in race("saddle").runs] == ["same"] * 5
    assert [run.lr_rule for run in race("rosenbrock", lr=0.001, steps=5).runs] == ["given"] * 5


def test_a_schedule_multiplies_the_rate_of_those_that_name_none():
    result = race("booth", ["sgd:lr=0.01", "sgd:lr=0.01,schedule=constant"], steps=5, schedule="step(2,0.5)")
    gradients = [np.array([10 * x + 8 * y - 34, 8 * x + 10 * y - 38]) for x, y in result["sgd"][:-1]]
    factors = [1, 1, 0.5, 0.5, 0.25]
    for t, (slope, factor) in enumerate(zip(gradients, factors, strict=True)):
        np.testing.assert_allclose(result["sgd"][t + 1] - result["sgd"][t], -0.01 * factor * slope)


@pytest.mark.parametrize("name", ["rosenbrock", "noisy-moons", "saddle"])
def test_a_saved_race_comes_back_whole(name, tmp_path):
    result = race(name, steps=30, noise=0.1, seed=3)
    result.save(tmp_path / "race.npz")
    again = optviz.load_race(tmp_path / "race.npz")
    assert np.array_equal(again.points, result.points)
    assert np.array_equal(again.values, result.values)
    assert again.to_json() == result.to_json()
    for key in ("start", "steps", "seed", "noise", "clip", "batch_size", "source"):
        assert getattr(again.problem, key) == getattr(result.problem, key)
    assert [path.name for path in tmp_path.iterdir()] == ["race.npz"]


def test_a_saved_race_holds_no_pickle(tmp_path):
    race("booth", steps=2).save(tmp_path / "race.npz")
    with np.load(tmp_path / "race.npz", allow_pickle=False) as file:
        assert {file[key].dtype.kind for key in file.files} == {"f", "U"}


@pytest.mark.parametrize("damage", ["text", "pickle", "cut", "other", "shape", "missing"])
def test_what_is_no_race_is_refused(damage, tmp_path):
    path = tmp_path / "race.npz"
    if damage == "text":
        path.write_text("not a race")
    elif damage == "pickle":
        np.savez(path, about=np.array({"format": "optviz race 1"}, dtype=object))
    elif damage == "other":
        np.savez(path, about=np.array(json.dumps({"format": "optviz race 99"})), points=0, values=0)
    elif damage != "missing":
        race("booth", steps=5).save(path)
        if damage == "cut":
            path.write_bytes(path.read_bytes()[:-300])
        else:
            with np.load(path) as file:
                np.savez(path, about=file["about"], points=file["points"], values=file["values"][:-1])
    with pytest.raises(OptvizError, match=r"race\.npz"):
        optviz.load_race(path)


def test_a_race_on_a_surface_of_ones_own_needs_it_to_be_loaded(tmp_path):
    own = optviz.Surface(name="own", fn=lambda x, y: x**2 + 2 * y**2, domain=(-1, 1, -1, 1), start=(0.5, 0.5))
    race(own, ["sgd:lr=0.1"], steps=3).save(tmp_path / "own.npz")
    with pytest.raises(OptvizError, match="own"):
        optviz.load_race(tmp_path / "own.npz")
    assert optviz.load_race(tmp_path / "own.npz", surface=own).surface is own


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"steps": 0}, "steps"),
        ({"steps": 1_000_001}, "1000000"),
        ({"steps": 2.5}, "steps"),
        ({"seed": -1}, "seed"),
        ({"noise": -1.0}, "noise"),
        ({"noise": float("nan")}, "noise"),
        ({"clip": 0.0}, "clip"),
        ({"lr": 0.0}, "lr"),
        ({"lr": "fast"}, "fast"),
        ({"start": (9, 9)}, "outside the domain"),
        ({"start": (1,)}, "two numbers"),
        ({"batch_size": 3}, "no data"),
        ({"optimizers": []}, "1 to 64"),
        ({"optimizers": ["sgd"] * 65}, "1 to 64"),
        ({"schedule": "cosine"}, "steps"),
        ({"schedule": "cosin(3)"}, "cosine"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ArgumentError, match=words):
        race("rosenbrock", **arguments)


def test_json_says_null_for_what_is_not_finite_and_keeps_every_key():
    report = race("booth", ["sgd:lr=2"], steps=400).to_json()
    [run] = report["runs"]
    assert run["final"] == {"point": [None, None], "value": None}
    assert run["gap"] is None
    assert run["distance"] is None
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    flat = race("saddle", steps=3).to_json()["runs"][0]
    assert flat["gap"] is None
    assert flat["steps_to_tolerance"] is None
