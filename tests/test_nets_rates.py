"""Rates for networks: one rule for all, by validation alone, from seeds of their own."""

import math
import os
import signal
import threading
from dataclasses import replace

import numpy as np
import pytest

from optviz.nets import rates
from optviz.nets.datasets import load_data
from optviz.nets.network import perceptron
from optviz.nets.rates import FIRST_LOOK, GRID, MARGIN, TRIALS, choose_rates, gentlest, on_edge, stretches
from optviz.nets.setting import prepare
from optviz.nets.splits import SHARES
from optviz.nets.training import train
from optviz.nets.trials import advance, begin, member_seeds
from optviz.optimizer.adaptive import AdaGrad, RMSProp
from optviz.optimizer.descent import SGD, Momentum
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


def seen_by(monkeypatch):
    """The seed, the rate and the seed of the setting of every trial that is begun."""
    seen = []

    def noted(own, optimizer, at):
        seen.append((at, optimizer.lr, own.seed))
        return begin(own, optimizer, at)

    monkeypatch.setattr(rates, "begin", noted)
    return seen


def seeds_of(seen, monkeypatch):
    """The seeds that rates are tried from, in their order."""
    with monkeypatch.context() as patch:
        tried = seen_by(patch)
        patch.setattr(rates, "advance", lambda *a, **k: None)
        choose_rates(seen if isinstance(seen, list) else [seen], [SGD()])
    return list(dict.fromkeys(at for at, _, _ in tried))


def loss_by_hand(own, optimizer, seed, steps):
    """The mean validation loss of one training from its first step on, or infinity."""
    trial = begin(own, optimizer, seed)
    advance(own, trial, steps)
    if trial.diverged_at is not None:
        return math.inf
    part = own.parts.validation
    logits = own.network.test(trial.params, trial.memory, own.standard(part.x, np.float32)).astype(float)
    logits -= logits.max(axis=1, keepdims=True)
    right = logits[np.arange(len(part.y)), part.y] - np.log(np.exp(logits).sum(axis=1))
    return -right.mean()


def chosen_by_hand(own, optimizer, seeds, first):
    """The rule once more, in the slowest way: every trial from its first step again, one rate at a time."""
    steps, left, scores = own.epochs * own.per_epoch, list(GRID), {}
    plan = [(first, 6), (steps // 2, 3)] if steps // 2 > first else [(first, 6)] if steps > first else []
    for goal, kept in [*plan, (steps, None)]:
        for lr in left:
            losses = [loss_by_hand(own, replace(optimizer, lr=lr), seed, goal) for seed in seeds]
            scores[lr] = np.mean(np.log(losses))
        ranked = sorted((lr for lr in left if np.isfinite(scores[lr])), key=lambda lr: scores[lr])
        left = sorted(ranked[:kept])
    best = min(scores[lr] for lr in left)
    return next(lr for lr in left if scores[lr] <= best + math.log(1.05)), scores


@pytest.mark.slow
@pytest.mark.parametrize("first", [100, 16, 5], ids=["one look", "two looks", "three looks"])
@pytest.mark.parametrize("optimizer", [SGD(), Adam()], ids=["sgd", "adam"])
def test_rates_are_chosen_by_the_published_rule(monkeypatch, optimizer, first):
    monkeypatch.setattr(rates, "FIRST_LOOK", first)
    seen = setting()
    [choice] = choose_rates([seen], [optimizer])
    lr, scores = chosen_by_hand(seen, optimizer, seeds_of(seen, monkeypatch), first)
    assert choice.lr == lr
    assert choice.losses == pytest.approx([math.exp(scores[each]) for each in GRID], rel=1e-4)
    counts = {count: choice.steps.count(count) for count in choice.steps}
    assert counts == {100: {24: 12}, 16: {16: 6, 24: 6}, 5: {5: 6, 12: 3, 24: 3}}[first]


def test_the_grid_and_the_looks_are_those_of_the_documents():
    assert np.log10(GRID) == pytest.approx(np.arange(-4.5, 1.1, 0.5))
    assert (TRIALS, FIRST_LOOK, math.exp(MARGIN)) == (3, 200, pytest.approx(1.05))
    assert stretches(200) == [(200, 12)]
    assert stretches(201) == [(200, 12), (201, 6)]
    assert stretches(401) == [(200, 12), (401, 6)]
    assert stretches(402) == [(200, 12), (201, 6), (402, 3)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3])
def test_a_choice_depends_on_neither_jobs_nor_company(monkeypatch, seed):
    monkeypatch.setattr(rates, "FIRST_LOOK", 5)
    seen, optimizers = [setting(seed), setting(seed + 1)], [SGD(), Adam(), RMSProp()]
    choices = choose_rates(seen, optimizers)
    assert choices == choose_rates(seen, optimizers, jobs=3)
    assert choices[::-1] == choose_rates(seen, optimizers[::-1], jobs=2)
    assert choices[0].lr > choices[1].lr, "SGD needs longer steps than Adam"


@pytest.mark.parametrize(("scores", "chosen"), [
    ((5, 5, 5), 0.1), ((0.0487, 0, 9), 0.1), ((0.0489, 0, 9), 1), ((0.09, 0.045, 0), 1), ((9, 0.04, 0), 1),
    ((math.inf, 1, 1), 1), ((math.inf, math.inf, 7), 10), ((math.inf,) * 3, 0.1), ((-16, -16, -3), 0.1),
])  # fmt: skip
def test_the_gentlest_of_the_good_is_taken(scores, chosen):
    assert gentlest(dict(zip((0.1, 1, 10), scores, strict=True)), dict.fromkeys((0.1, 1, 10), 9)) == chosen


def test_a_rate_that_was_dropped_counts_only_where_all_others_diverged():
    steps = {0.1: 9, 1: 99, 10: 99}
    assert gentlest({0.1: 0.0, 1: 5.0, 10: 5.0}, steps) == 1
    assert gentlest({0.1: 8.0, 1: math.inf, 10: math.inf}, steps) == 0.1


def test_where_all_rates_do_alike_or_all_diverge_the_gentlest_is_taken(monkeypatch):
    zeros = prepare(MOONS, perceptron(2, 2, (8,), start="zeros"), 0, SHARES, **QUICK)
    assert choose_rates([zeros], [SGD()])[0].lr == GRID[0]

    def diverging(own, trial, steps, **options):
        trial.diverged_at = 1

    monkeypatch.setattr(rates, "advance", diverging)
    [choice] = choose_rates([setting()], [SGD()])
    assert choice.lr == GRID[0]
    assert choice.losses == (math.inf,) * 12


def test_what_is_learned_by_heart_is_learned_by_every_rate_that_does(monkeypatch):
    """A loss of 0 has no logarithm, and one below the resolution of sums is luck."""
    monkeypatch.setattr(rates.Setting, "evaluate", lambda *a: type("Score", (), {"loss": 0.0}))
    [choice] = choose_rates([setting()], [SGD()])
    assert choice.lr == GRID[0]
    assert choice.losses == pytest.approx([np.finfo(np.float32).eps] * 12)


@pytest.mark.slow
def test_validation_chooses_and_the_test_part_has_no_say():
    seen = setting()
    [choice] = choose_rates([seen], [SGD()])
    assert choice.lr > GRID[3]
    assert choose_rates([told_wrong(seen, "test")], [SGD()]) == [choice]
    [misled] = choose_rates([told_wrong(seen, "validation")], [SGD()])
    assert misled.lr == GRID[0], "the better it is trained, the worse are its answers"
    assert misled.losses != choice.losses


@pytest.mark.parametrize("seed", [0, 7])
def test_rates_are_tried_from_three_other_seeds(monkeypatch, seed):
    seen = setting(seed)
    tried = seen_by(monkeypatch)
    monkeypatch.setattr(rates, "advance", lambda *a, **k: None)
    choose_rates([seen], [SGD(), Adam()])
    seeds = {at for at, _, _ in tried}
    assert len(tried) == 2 * 12 * 3
    assert len(seeds) == 3, "all rates of all optimizers under equal conditions"
    assert {(at, lr) for at, lr, _ in tried} == {(at, lr) for at in seeds for lr in GRID}
    assert not seeds & {*member_seeds(seed, 1000)}
    for at in seeds:
        fresh, trained = (begin(seen, SGD(lr=0.1), each).params for each in (at, seed))
        assert not np.array_equal(fresh, trained)


@pytest.mark.parametrize(("count", "lenders"), [(1, [3, 3, 3]), (2, [3, 3, 4]), (3, [3, 4, 5]), (5, [3, 5, 7])])
def test_of_several_seeds_first_middle_and_last_lend_their_splits(monkeypatch, count, lenders):
    tried = seen_by(monkeypatch)
    monkeypatch.setattr(rates, "advance", lambda *a, **k: None)
    choose_rates([setting(seed) for seed in range(3, 3 + count)], [SGD()])
    assert [own for _, _, own in tried] == lenders * 12
    assert len({at for at, _, _ in tried}) == 3


@pytest.mark.slow
@pytest.mark.parametrize("end", ["diverged", "not a number"])
def test_a_rate_that_diverged_once_is_out_however_low_its_other_losses(monkeypatch, end):
    seen = setting()
    [best] = choose_rates([seen], [SGD()])
    last = seeds_of(seen, monkeypatch)[-1]

    def diverging(own, trial, steps, **options):
        advance(own, trial, steps, **options)
        if trial.optimizer.lr == best.lr and trial.seed == last:
            if end == "diverged":
                trial.diverged_at = trial.step
            else:
                trial.params[:] = math.nan

    monkeypatch.setattr(rates, "advance", diverging)
    [other] = choose_rates([seen], [SGD()])
    assert other.losses[GRID.index(best.lr)] == math.inf
    assert other.lr != best.lr
    assert other.losses[GRID.index(other.lr)] < math.inf


@pytest.mark.slow
def test_rates_are_tried_with_the_patience_of_the_training(monkeypatch):
    """By heart on few samples: the lowest loss counts, as the training takes its best epoch, and the rest is spared."""
    few = load_data("moons:samples=60,noise=0.5")
    own = prepare(few, perceptron(2, 2, (32,)), 0, SHARES, epochs=60, batch_size=12, patience=4)
    taken = {}

    def noted(seen, trial, steps, **options):
        advance(seen, trial, steps, **options)
        taken[trial.optimizer.lr, trial.seed] = trial.step

    monkeypatch.setattr(rates, "advance", noted)
    [choice] = choose_rates([own], [Adam()])
    assert min(taken.values()) < 60 < own.steps == 180
    seeds = seeds_of(own, monkeypatch)
    [run] = train(few, own.network, [f"adam:lr={choice.lr!r}"], epochs=60, batch_size=12, patience=4).runs
    at = GRID.index(choice.lr)
    lowest = []
    for seed in seeds:
        trial = begin(own, replace(run.entry.optimizer), seed)
        losses = []
        for _ in range(taken[choice.lr, seed] // own.per_epoch):
            advance(own, trial, own.per_epoch)
            losses.append(own.evaluate(trial.answers(own), own.parts.validation).loss)
        assert len(losses) == 60 or len(losses) - 1 - int(np.argmin(losses)) == 4
        lowest.append(min(losses))
    assert choice.losses[at] == pytest.approx(np.exp(np.mean(np.log(lowest))))


@pytest.mark.slow
@pytest.mark.parametrize("first", [100, 5])
def test_who_waits_is_told_and_may_stop(monkeypatch, first):
    monkeypatch.setattr(rates, "FIRST_LOOK", first)
    seen, told = setting(), []
    choose_rates([seen], [SGD(), Adam()], tried=lambda *both: told.append(both))
    whole = 2 * 3 * (12 * 24 if first == 100 else 12 * 5 + 6 * 7 + 3 * 12)
    assert {total for _, total in told} == {whole}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (whole, whole)
    assert (whole // 2, whole) in told
    assert len(told) > 70
    with pytest.raises(KeyboardInterrupt):
        choose_rates([seen], [SGD()], stop=lambda: True)


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_the_choice(jobs):
    long = {"epochs": 20_000, "batch_size": 20, "jobs": jobs}
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        train(MOONS, NET, ["adam"], **long)
    timer.join()


def test_the_ends_of_the_grid_are_told_from_what_lies_between():
    assert [rate for rate in GRID if on_edge(rate)] == [GRID[0], GRID[-1]]


def test_rates_are_chosen_once_over_all_seeds(monkeypatch):
    asked = []

    def choose(settings, optimizers, *rest):
        asked.append([each.seed for each in settings])
        return [rates.Choice(0.125, (1.0,), (9,)) for _ in optimizers]

    monkeypatch.setattr("optviz.nets.training.choose_rates", choose)
    training = train(MOONS, NET, ["sgd", "adam:lr=0.01", "momentum"], seeds=(3, 4), **QUICK)
    assert asked == [[3, 4]]
    assert [run.entry.optimizer.lr for run in training.runs] == [0.125, 0.01, 0.125] * 2


def test_what_is_named_is_not_tuned():
    training = train(MOONS, NET, ["adam", "sgd:lr=0.3"], **QUICK)
    assert [run.lr_rule for run in training.runs] == ["tuned", "given"]
    assert training.runs[0].entry.optimizer.lr in GRID
    given = train(MOONS, NET, ["adam", "sgd:lr=0.3"], lr=0.02, **QUICK)
    assert [run.entry.optimizer.lr for run in given.runs] == [0.02, 0.3]
    assert [run.lr_rule for run in given.runs] == ["given", "given"]


FIVE = [SGD(), Momentum(), AdaGrad(), RMSProp(), Adam()]


@pytest.mark.slow
def test_how_sums_are_rounded_does_not_choose(monkeypatch):
    """Another processor is another last digit: choices stay where every first weight is moved by a millionth of it,
    and where all is computed in float64. They are some way from where they would change, too.
    """
    digits = load_data("digits")
    own = prepare(digits, perceptron(64, 10, (16,)), 0, SHARES, epochs=4)
    choices = choose_rates([own], FIVE)
    for choice in choices:
        best = min(choice.losses)
        near = [abs(math.log(loss / best) - MARGIN) for loss in choice.losses[: GRID.index(choice.lr) + 1]]
        assert min(near) > 0.01, "else this test is about luck"
    chosen = [choice.lr for choice in choices]
    wide = prepare(digits, own.network, 0, SHARES, epochs=4, dtype="float64")
    assert [each.lr for each in choose_rates([wide], FIVE)] == chosen

    def moved(seen, optimizer, seed):
        trial = begin(seen, optimizer, seed)
        trial.params *= np.float32(1 + 1e-6)
        return trial

    monkeypatch.setattr(rates, "begin", moved)
    again = choose_rates([own], FIVE)
    assert [each.lr for each in again] == chosen
    assert [each.losses for each in again] != [each.losses for each in choices], "it was moved"
