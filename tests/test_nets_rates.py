"""Rates for networks: one rule for all, by validation alone, from seeds of their own."""

import math
from dataclasses import replace

import numpy as np
import pytest

from optviz.nets import rates
from optviz.nets.datasets import load_data
from optviz.nets.network import perceptron
from optviz.nets.rates import GRID, MOST_STEPS, choose_rates, on_edge
from optviz.nets.setting import prepare
from optviz.nets.splits import SHARES
from optviz.nets.training import train
from optviz.nets.trials import advance, begin, member_seeds
from optviz.optimizer.descent import SGD
from optviz.optimizer.moments import Adam

MOONS = load_data("moons:samples=200")
NET = perceptron(2, 2, (8,), batchnorm=True, dropout=0.2)
QUICK = {"epochs": 4, "batch_size": 20}


def setting(seed=0, **options):
    return prepare(MOONS, NET, seed, SHARES, **QUICK | options)


def told_wrong(seen, part):
    """The setting with every label of a part turned into the other."""
    samples = getattr(seen.parts, part)
    return replace(seen, parts=seen.parts._replace(**{part: replace(samples, y=1 - samples.y)}))


def test_rates_are_chosen_by_one_rule():
    seen = setting(epochs=50)
    optimizers = [SGD(), Adam()]
    choices = choose_rates(seen, optimizers)
    assert np.log10(GRID) == pytest.approx(np.arange(-4.5, 1.1, 0.5))
    for optimizer, choice in zip(optimizers, choices, strict=True):
        assert len(choice.losses) == 12
        assert choice.losses[GRID.index(choice.lr)] == min(choice.losses)
        lower = [loss for rate, loss in zip(GRID, choice.losses, strict=True) if rate < choice.lr]
        assert all(loss > min(choice.losses) for loss in lower), "of equals the gentlest"
        assert replace(optimizer, lr=choice.lr).lr == choice.lr
    assert choices == choose_rates(seen, optimizers, jobs=2)
    assert choices[0].lr > choices[1].lr, "SGD needs longer steps than Adam"


def test_validation_chooses_and_the_test_part_has_no_say():
    seen = setting()
    [choice] = choose_rates(seen, [SGD()])
    assert choice.lr > GRID[3]
    assert choose_rates(told_wrong(seen, "test"), [SGD()]) == [choice]
    [misled] = choose_rates(told_wrong(seen, "validation"), [SGD()])
    assert misled.lr == GRID[0], "the better it is trained, the worse are its answers"
    assert misled.losses != choice.losses


@pytest.mark.parametrize("seed", [0, 7])
def test_rates_are_tried_from_another_seed(monkeypatch, seed):
    tried, seen = [], setting(seed)
    monkeypatch.setattr(rates, "begin", lambda own, optimizer, at: tried.append(at) or begin(own, optimizer, at))
    monkeypatch.setattr(rates, "advance", lambda *a, **k: None)
    choose_rates(seen, [SGD(), Adam()])
    assert len(tried) == 24
    assert len(set(tried)) == 1, "all rates of all optimizers under equal conditions"
    assert not {*tried} & {*member_seeds(seed, 6)}
    fresh, trained = (begin(seen, SGD(lr=0.1), at).params for at in (tried[0], seed))
    assert not np.array_equal(fresh, trained)


def test_rates_are_tried_from_no_seed_of_an_ensemble(monkeypatch):
    tried = []
    monkeypatch.setattr(rates, "begin", lambda own, optimizer, at: tried.append(at) or begin(own, optimizer, at))
    monkeypatch.setattr(rates, "advance", lambda *a, **k: None)
    choose_rates(setting(), [SGD()])
    assert not {*tried} & {*member_seeds(0, 1000)}


@pytest.mark.parametrize("end", ["diverged", "not a number"])
def test_a_rate_that_diverged_is_out_however_low_its_loss(monkeypatch, end):
    seen = setting()
    [best] = choose_rates(seen, [SGD()])

    def diverging(own, trial, steps, **options):
        advance(own, trial, steps, **options)
        if trial.optimizer.lr == best.lr:
            if end == "diverged":
                trial.diverged_at = trial.step
            else:
                trial.params[:] = math.nan

    monkeypatch.setattr(rates, "advance", diverging)
    [other] = choose_rates(seen, [SGD()])
    assert other.losses[GRID.index(best.lr)] == math.inf
    assert other.lr != best.lr
    assert min(other.losses) == other.losses[GRID.index(other.lr)] < math.inf


@pytest.mark.parametrize(("epochs", "steps"), [(2, 12), (50, MOST_STEPS)])
def test_rates_are_tried_for_as_long_as_is_said(monkeypatch, epochs, steps):
    taken = []
    monkeypatch.setattr("optviz.nets.rates.advance", lambda s, trial, count, stop: taken.append(count))
    choose_rates(setting(epochs=epochs), [SGD()])
    assert taken == [steps] * 12
    assert MOST_STEPS == 200


def test_who_waits_is_told_and_may_stop():
    seen, told = setting(epochs=1), []
    choose_rates(seen, [SGD(), Adam()], tried=lambda *both: told.append(both))
    assert told == [(done, 24) for done in range(1, 25)]
    with pytest.raises(KeyboardInterrupt):
        choose_rates(seen, [SGD()], stop=lambda: True)


def test_the_ends_of_the_grid_are_told_from_what_lies_between():
    assert [rate for rate in GRID if on_edge(rate)] == [GRID[0], GRID[-1]]


def test_rates_are_chosen_once_on_the_first_seed(monkeypatch):
    asked = []

    def choose(seen, optimizers, *rest):
        asked.append(seen.seed)
        return [rates.Choice(0.125, ()) for _ in optimizers]

    monkeypatch.setattr("optviz.nets.training.choose_rates", choose)
    training = train(MOONS, NET, ["sgd", "adam:lr=0.01", "momentum"], seeds=(3, 4), **QUICK)
    assert asked == [3]
    assert [run.entry.optimizer.lr for run in training.runs] == [0.125, 0.01, 0.125] * 2


def test_what_is_named_is_not_tuned():
    training = train(MOONS, NET, ["adam", "sgd:lr=0.3"], **QUICK)
    assert [run.lr_rule for run in training.runs] == ["tuned", "given"]
    assert training.runs[0].entry.optimizer.lr in GRID
    given = train(MOONS, NET, ["adam", "sgd:lr=0.3"], lr=0.02, **QUICK)
    assert [run.entry.optimizer.lr for run in given.runs] == [0.02, 0.3]
    assert [run.lr_rule for run in given.runs] == ["given", "given"]
