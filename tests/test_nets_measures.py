"""What is claimed of trainings: every measure against the training itself, and what cannot be measured."""

import math

import pytest

import optviz
from optviz.claims import MEASURES as RACED
from optviz.claims import OVERALL, parse_claim
from optviz.errors import ArgumentError
from optviz.nets.measures import MEASURES, measure
from tests.trainings import trained


@pytest.fixture(scope="module")
def moons():
    return trained(snapshots=0, optimizers=["sgd:lr=0.05", "adam:lr=0.03", "adam:lr=0.001"], epochs=8)


@pytest.mark.parametrize("name", MEASURES)
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
