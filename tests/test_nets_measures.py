"""What is claimed of trainings: every measure against the training itself, and what cannot be measured."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import optviz
from optviz.claims import MEASURES as RACED
from optviz.claims import OVERALL, parse_claim
from optviz.errors import ArgumentError
from optviz.nets.measures import COMPARED, MEASURES, measure
from optviz.nets.setting import Score
from optviz.nets.trials import Epoch
from tests.trainings import trained


@pytest.fixture(scope="module")
def moons():
    return trained(snapshots=0, optimizers=["sgd:lr=0.05", "adam:lr=0.03", "adam:lr=0.001"], epochs=8)


@pytest.mark.parametrize("name", [*MEASURES, *COMPARED])
def test_every_measure_can_be_claimed(moons, name):
    at = ", 60" if name == "epochs_to" else ""
    finding = parse_claim(f"{name}(adam{at}) <= 1e9").check(moons)
    assert finding.left == measure(moons, name, "adam", 60 if at else None)
    assert finding.holds == (finding.left != math.inf)


@pytest.mark.parametrize("part", ["train", "validation", "test"])
@pytest.mark.parametrize("name", ["loss", "accuracy"])
def test_scores_are_the_runs(moons, part, name):
    for run in moons.runs:
        assert measure(moons, f"{part}_{name}", run.label) == getattr(getattr(run, part), name)
        if part != "test":
            for epoch in run.history:
                expected = getattr(getattr(epoch, part), name)
                assert measure(moons, f"{part}_{name}", run.label, epoch.epoch) == expected


def test_epochs_to_is_the_first_that_is_good_enough(moons):
    for run in moons.runs:
        for percent in (10, 60, 80, 90, 100):
            good = [each.epoch for each in run.history if each.validation.accuracy >= percent / 100]
            assert measure(moons, "epochs_to", run.label, percent) == (good[0] if good else math.inf)
    assert parse_claim("epochs_to(adam#2, 100) == never").check(moons).found == "never"


@pytest.mark.parametrize("percent", range(1, 101))
def test_so_many_percent_are_reached_by_just_as_many(percent):
    """100 times .57 is less than 57."""
    run = SimpleNamespace(history=[Epoch(1, 1, Score(0, 0), Score(0, percent / 100))])
    assert MEASURES["epochs_to"](run, percent) == 1


def test_of_several_seeds_it_is_the_median():
    many = trained(snapshots=0, optimizers=["adam:lr=0.03"], seeds=(0, 1, 2))
    losses = sorted(run.test.loss for run in many.runs)
    assert measure(many, "test_loss", "adam") == losses[1]


def test_two_runs_are_compared(moons):
    finding = parse_claim("train_loss(adam) < 0.9 * train_loss(adam#2)").check(moons)
    first, second = moons.of("adam")[0].train.loss, moons.of("adam#2")[0].train.loss
    assert (finding.left, finding.right) == (first, 0.9 * second)
    assert finding.holds == (first < 0.9 * second)


def test_divergence_is_an_event():
    wild = trained(snapshots=0, optimizers=["sgd:lr=1e20", "sgd:lr=0.1"])
    assert parse_claim("diverged_at(sgd) <= 3").check(wild).holds
    assert parse_claim("diverged_at(sgd#2) == never").check(wild).holds


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("gap(adam) < 1", "there is no gap of a training"),
        ("train_loss(momentum) < 1", "no run is called 'momentum'"),
        ("train_loss(adam, 9) < 1", "trained for 8 epochs; there is no epoch 9"),
        ("test_loss(adam, 2) < 1", "leave out the epoch"),
        ("epochs_to(adam) < 1", "epochs_to needs the percents"),
    ],
)
def test_what_cannot_be_measured_is_refused(moons, claim, told):
    with pytest.raises(ArgumentError, match=told):
        parse_claim(claim).check(moons)


@pytest.mark.parametrize("name", sorted({*MEASURES} - {*RACED, *OVERALL}))
def test_a_race_has_none_of_them(name):
    race = optviz.race("booth", ["sgd:lr=0.05"], steps=3)
    with pytest.raises(ArgumentError, match=f"there is no {name} of a race"):
        parse_claim(f"{name}(sgd) < 1").check(race)


# Inside


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.fixture(scope="module")
def deep():
    """Two hidden layers of sigmoids, trained in double precision; and what goes in and the labels."""
    options = {"hidden": (6, 5), "kind": "sigmoid", "dtype": "float64", "snapshots": 3}
    training = trained(optimizers=["sgd:lr=2", "adam:lr=0.3"], **options)
    setting = training.runs[0].setting
    own = setting.parts.train
    return training, (own.x - own.x.mean(axis=0)) / own.x.std(axis=0), own.y


def weights_of(network, params):
    return [params[slot.place].reshape(slot.part.shape) for slot in network.slots]


def inputs_of_units(network, params, x):
    """What goes into the units of both hidden layers."""
    first, first_bias, second, second_bias, *_ = weights_of(network, params)
    one = x @ first + first_bias
    return one, sigmoid(one) @ second + second_bias


def test_the_gradients_share_is_that_of_finite_differences(deep):
    training, x, y = deep
    start = training.runs[0].trials[0].snapshots[0].params

    def loss(params):
        _, two = inputs_of_units(training.network, params, x)
        *_, last, last_bias = weights_of(training.network, params)
        logits = sigmoid(two) @ last + last_bias
        return (np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(y)), y]).mean()

    slopes = np.array([(loss(start + step) - loss(start - step)) / 2e-6 for step in 1e-6 * np.eye(len(start))])
    sizes = [math.sqrt(sum((slopes[slot.place] ** 2).sum() for slot in training.network.slots if slot.name == name))
             for name in ("0.weights", "2.weights")]  # fmt: skip
    assert measure(training, "gradient_share", "sgd") == pytest.approx(sizes[0] / sizes[1], rel=1e-6)


def test_widening_is_of_the_layer_that_widened_most(deep):
    training, x, _ = deep
    for run in training.runs:
        trial = run.trials[0]
        ends = [inputs_of_units(training.network, params, x) for params in (trial.snapshots[0].params, trial.params)]
        widths = [[np.subtract(*np.percentile(each, (85, 15))) for each in end] for end in ends]
        assert measure(training, "widening", run.label) == pytest.approx(max(np.divide(widths[1], widths[0])))


def test_asleep_is_of_the_layer_with_most(deep):
    training, x, _ = deep
    for run in training.runs:
        seen = [sigmoid(each) for each in inputs_of_units(training.network, run.trials[0].params, x)]
        shares = [(each * (1 - each) < 0.05 / 4).mean() for each in seen]
        assert measure(training, "asleep", run.label) == pytest.approx(max(shares))


def test_a_turn_is_the_angle_from_the_first_runs_way(deep):
    training, _, _ = deep
    start = training.runs[0].trials[0].snapshots[0].params
    sgd, adam = (run.trials[0].params - start for run in training.runs)
    assert measure(training, "turn", "sgd") == pytest.approx(0, abs=1e-5)
    nearest = adam @ sgd / (sgd @ sgd)
    away = math.degrees(math.atan2(np.linalg.norm(adam - nearest * sgd), nearest * np.linalg.norm(sgd)))
    assert measure(training, "turn", "adam") == pytest.approx(away)


def test_a_turn_of_several_seeds_is_the_median_of_those_from_their_own_first_runs():
    many = trained(optimizers=["sgd:lr=0.5", "adam:lr=0.03"], seeds=(0, 1, 2), snapshots=3, dtype="float64")
    angles = []
    for sgd, adam in zip(many.of("sgd"), many.of("adam"), strict=True):
        start = sgd.trials[0].snapshots[0].params
        ways = [run.trials[0].params - start for run in (sgd, adam)]
        one, other = (way / np.linalg.norm(way) for way in ways)
        angles.append(math.degrees(2 * math.asin(np.linalg.norm(one - other) / 2)))
    assert measure(many, "turn", "adam") == pytest.approx(sorted(angles)[1])
    assert min(np.diff(sorted(angles))) > 1, "it is neither the least nor the largest"


@pytest.mark.parametrize("name", ["gradient_share", "asleep", "widening"])
def test_an_epoch_within_is_refused(deep, name):
    with pytest.raises(ArgumentError, match="leave out the epoch"):
        measure(deep[0], name, "sgd", 3)
