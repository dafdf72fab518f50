"""Training: fair, seeded, stopped and taken up again; what it returns, saves and logs."""

import inspect
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from optviz.errors import ArgumentError, OptvizError, OutputError
from optviz.nets import idx
from optviz.nets.datasets import Dataset, load_data
from optviz.nets.interrupts import heeding
from optviz.nets.layers import Activation
from optviz.nets.log import epoch_log
from optviz.nets.losses import softmax
from optviz.nets.moving import Mover
from optviz.nets.network import Network, perceptron
from optviz.nets.rates import GRID
from optviz.nets.reporting import summary, table
from optviz.nets.setting import prepare
from optviz.nets.splits import SHARES
from optviz.nets.training import train
from optviz.nets.trials import advance, begin, member_seeds, run_epoch
from optviz.netscenes.planes import random_plane
from optviz.optimizer import OPTIMIZERS, Optimizer
from optviz.optimizer.descent import SGD
from optviz.optimizer.moments import Adam

MOONS = load_data("moons:samples=200")
NET = perceptron(2, 2, (8,), batchnorm=True, dropout=0.2)
RATES = ["sgd:lr=0.1", "adam:lr=0.01"]
QUICK = {"epochs": 4, "batch_size": 20}
FASHION = idx.PACKAGES["fashion-mnist"][1].is_dir()


def setting(data=MOONS, network=NET, seed=0, **options):
    return prepare(data, network, seed, SHARES, **QUICK | options)


def weights(training):
    return [trial.params for run in training.runs for trial in run.trials]


def same(one, other):
    assert len(one.runs) == len(other.runs)
    for left, right in zip(weights(one), weights(other), strict=True):
        np.testing.assert_array_equal(left, right)
    for left, right in zip(one.runs, other.runs, strict=True):
        assert left.history == right.history
        assert (left.train, left.validation, left.test) == (right.train, right.validation, right.test)
        for a, b in zip(left.trials, right.trials, strict=True):
            assert a.losses == b.losses
            np.testing.assert_array_equal(a.memory, b.memory)


# The optimizers


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_in_place_and_in_blocks_are_the_rule_itself(name, dtype):
    random = np.random.default_rng(0)
    optimizer = OPTIMIZERS[name](lr=0.01)
    params = random.normal(size=103).astype(dtype)
    whole, state = params.copy(), optimizer.init(params)
    mover = Mover(optimizer, params, block=16)
    assert len(mover.places) == 7
    for _ in range(6):
        gradient = random.normal(size=103).astype(dtype)
        step, state = optimizer.update(gradient, state, whole)
        whole = whole + step
        mover.move(params, gradient)
        again = Mover(optimizer, params, block=40)  # a state is the same however it is cut
        again.restore(mover.leaves())
        mover = again
    np.testing.assert_array_equal(params, whole)
    assert params.dtype == dtype
    for field in state._fields:
        np.testing.assert_array_equal(mover.leaves()[field], getattr(state, field))


class Coupled(Optimizer):
    """A rule that looks at the whole vector."""

    name = "coupled"
    title = "Coupled"

    def init(self, params):
        return ()

    def update(self, gradient, state, params):
        return -self.rate(1) * gradient / np.sqrt((gradient * gradient).sum(axis=-1, keepdims=True)), state


def test_a_rule_from_elsewhere_sees_the_whole_vector():
    params = np.zeros(50_000)
    mover = Mover(Coupled(lr=1.0), params)
    mover.move(params, np.ones(50_000))
    assert np.linalg.norm(params) == pytest.approx(1)
    with pytest.raises(OptvizError, match="state of coupled cannot be saved"):
        mover.leaves()


# What a step sees


def test_batches_are_drawn_without_replacement():
    seen = setting()
    marked = Dataset(name="m", title="m", x=np.arange(200.0)[:, None], y=MOONS.y)
    place = replace(seen, data=marked, network=perceptron(1, 2))
    trial = begin(place, SGD(lr=0.1), 0)
    assert place.per_epoch == 6
    taken = []

    class Spy(type(place.standard)):
        def __call__(self, x, dtype):
            taken.append(x[:, 0])
            return super().__call__(x, dtype)

    spied = prepare(marked, perceptron(1, 2), 0, SHARES, **QUICK)
    spied = replace(spied, standard=Spy(spied.standard.mean, spied.standard.scale))
    trial = begin(spied, SGD(lr=0.1), 0)
    advance(spied, trial, 12)
    first, second = np.concatenate(taken[:6]), np.concatenate(taken[6:])
    own = set(spied.parts.train.x[:, 0])
    assert set(first) == set(second) == own, "120 samples, 6 batches of 20"
    assert len(first) == len(own)
    assert not np.array_equal(first, second)


def test_runs_of_a_seed_differ_in_nothing_but_the_optimizer():
    seen = setting()
    one, other = (begin(seen, optimizer, 3) for optimizer in (SGD(lr=1e-30), Adam(lr=1e-30)))
    for trial in (one, other):
        run_epoch(seen, trial)
    assert one.losses == other.losses
    assert len(set(one.losses)) > 1
    assert begin(seen, SGD(lr=1e-30), 4).params.tolist() != one.params.tolist()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_float_type_is_kept_to_the_end(dtype):
    training = train(MOONS, NET, ["adam:lr=0.01"], dtype=dtype, **QUICK)
    [trial] = training.runs[0].trials
    assert trial.params.dtype == trial.memory.dtype == dtype
    assert {leaf.dtype for leaf in trial.mover.leaves().values() if isinstance(leaf, np.ndarray)} == {np.dtype(dtype)}


def test_evaluation_in_chunks_is_evaluation(monkeypatch):
    seen = setting(dtype="float64")
    trial = begin(seen, SGD(lr=0.1), 0)
    whole = seen.evaluate(trial.answers(seen), seen.parts.test)
    monkeypatch.setattr("optviz.nets.setting.CHUNK", 7)
    pieces = seen.evaluate(trial.answers(seen), seen.parts.test)
    assert pieces.accuracy == whole.accuracy
    assert pieces.loss == pytest.approx(whole.loss, rel=1e-12)
    x = seen.standard(seen.parts.test.x, float)
    answers = softmax(seen.network.test(trial.params, trial.memory, x))
    assert whole.accuracy == (answers.argmax(axis=1) == seen.parts.test.y).mean()
    chosen = answers[np.arange(len(x)), seen.parts.test.y]
    assert whole.loss == pytest.approx(-np.log(chosen).mean(), rel=1e-12)


def test_every_step_draws_anew_and_by_its_seed():
    """Two steps on one batch differ, whatever is dropped in them; taken again they are the same."""
    seen = setting(batch_size=120)

    def losses(seed):
        trial = begin(seen, SGD(lr=1e-30), seed)
        advance(seen, trial, 4)
        return trial.losses

    found = losses(0)
    assert np.ptp(found) > 1e-3, "of the same samples and weights: another mask"
    assert found == losses(0)
    assert not {*found} & {*losses(1)}


@pytest.mark.parametrize(("network", "batch_size"), [(NET, 120), (perceptron(2, 2), 20)], ids=["masks", "minibatches"])
def test_the_draws_of_a_step_differ_from_seed_to_seed(network, batch_size):
    """Of networks whose first weights are alike: what is dropped of the same samples, and which samples are taken."""
    seen = setting(network=network, batch_size=batch_size)
    trials = [begin(seen, SGD(lr=1e-30), 0) for _ in range(2)]
    trials[1].seed = 1
    for trial in trials:
        advance(seen, trial, 1)
    assert trials[0].losses != pytest.approx(trials[1].losses, abs=1e-4)


def test_no_two_purposes_draw_from_one_stream(monkeypatch):
    """Whoever draws by a seed draws other numbers than all others: the split, first weights, minibatches, masks, the
    seeds of members and of trials of rates, directions of a plane.
    """
    drawn = {}
    sequence, generator = np.random.SeedSequence, np.random.default_rng

    def noted(make):
        def made(entropy):
            caller = inspect.currentframe().f_back
            who = caller.f_globals["__name__"], caller.f_code.co_qualname
            drawn.setdefault(who, set()).add(tuple(sequence(entropy).generate_state(4).tolist()))
            return make(entropy)

        return made

    monkeypatch.setattr(np.random, "SeedSequence", noted(sequence))
    monkeypatch.setattr(np.random, "default_rng", noted(generator))
    training = train(MOONS, NET, ["sgd"], seeds=(11, 12), ensemble=2, epochs=2, batch_size=60)
    random_plane(NET, weights(training)[0], seed=11)
    purposes = {"splits", "network", "sampling", "trials", "rates", "planes"}
    assert {module.rpartition(".")[2] for module, _ in drawn} == purposes
    assert len(drawn) == len(purposes) + 1, "masks, and members"
    for one, other in combinations(drawn.values(), 2):
        assert not one & other


def test_seeds_of_ensembles_are_all_different():
    seeds = [each for seed in range(20) for each in member_seeds(seed, 20)]
    assert len({*seeds}) == 400
    assert [member_seeds(seed, 1) for seed in range(3)] == [[0], [1], [2]]


# What comes of it


def test_a_training_is_a_function_of_its_seed():
    one, again = (train(MOONS, NET, RATES, **QUICK) for _ in range(2))
    same(one, again)
    other = train(MOONS, NET, RATES, seeds=[1], **QUICK)
    assert not np.array_equal(weights(one)[0], weights(other)[0])


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [2, 3])
def test_processes_change_nothing(jobs):
    options = {"seeds": (0, 5), "ensemble": 2, "snapshots": 3, **QUICK}
    same(train(MOONS, NET, RATES, **options), train(MOONS, NET, RATES, jobs=jobs, **options))


def test_history_is_kept_by_step_and_by_epoch():
    training = train(MOONS, NET, RATES, snapshots=4, **QUICK)
    for run in training.runs:
        [trial] = run.trials
        assert [at.epoch for at in run.history] == [1, 2, 3, 4]
        assert [at.step for at in run.history] == [6, 12, 18, 24]
        assert len(trial.losses) == 24
        assert run.history[-1].validation == run.validation
        assert [each.step for each in trial.snapshots] == [0, 8, 16, 24]
        np.testing.assert_array_equal(trial.snapshots[-1].params, trial.params)
        assert run.test.accuracy > 0.7
        assert run.samples_per_second > 0


def test_an_observer_sees_every_step():
    def look(setting, moment):
        if moment.step % 10:
            return None
        inside = setting.network.signals(moment.params, moment.memory, np.ones((5, 2), np.float32))
        [(index, kind, before)] = inside
        return index, kind, np.percentile(before, [5, 50, 95]).tolist(), float(np.abs(moment.backward.gradient).max())

    training = train(MOONS, NET, ["sgd:lr=0.1"], observe=look, **QUICK)
    seen = training.runs[0].trials[0].observed
    assert [step for step, _ in seen] == [10, 20]
    assert seen[0][1][:2] == (1, "relu")
    assert (
        train(MOONS, NET, ["sgd:lr=0.1"], observe=look, jobs=2, seeds=(0, 1), **QUICK).runs[0].trials[0].observed
        == seen
    )


def forward(params, memory, x):
    """Probabilities of `NET` at test, in plain numpy: 2 inputs, 8 normalized units, ReLU, 2 classes."""
    weights, scale, shift, out, bias = np.split(params.astype(float), [16, 24, 32, 48])
    mean, variance = np.split(memory.astype(float), 2)
    hidden = np.maximum(scale * (x @ weights.reshape(2, 8) - mean) / np.sqrt(variance + 1e-5) + shift, 0)
    chances = np.exp(hidden @ out.reshape(8, 2) + bias)
    return chances / chances.sum(axis=1, keepdims=True)


def test_an_ensemble_averages_probabilities():
    training = train(MOONS, NET, ["adam:lr=0.01"], ensemble=3, **QUICK)
    [run] = training.runs
    assert [trial.seed for trial in run.trials] == member_seeds(0, 3)
    assert len({trial.params.tobytes() for trial in run.trials}) == 3
    alone = train(MOONS, NET, ["adam:lr=0.01"], **QUICK)
    np.testing.assert_array_equal(run.trials[0].params, weights(alone)[0])
    seen, own = run.setting, run.setting.parts.train.x
    for part, samples in zip(seen.parts._fields, seen.parts, strict=True):
        x = (samples.x - own.mean(axis=0)) / own.std(axis=0)
        answers = [forward(trial.params, trial.memory, x) for trial in run.trials]
        mean = np.mean(answers, axis=0)
        np.testing.assert_allclose(run.probabilities(samples.x), mean, rtol=1e-4, atol=1e-6)
        score = getattr(run, part)
        assert score.loss == pytest.approx(-np.log(mean[np.arange(len(x)), samples.y]).mean(), rel=1e-4)
        assert score.accuracy == (mean.argmax(axis=1) == samples.y).mean()
        logarithms = np.mean(np.log(answers), axis=0)
        assert np.abs(softmax(logarithms) - mean).max() > 1e-3, "the mean of logarithms would be told from it"
    assert run.history[-1].validation == run.validation
    half = train(MOONS, NET, ["adam:lr=0.01"], ensemble=3, **QUICK | {"epochs": 2}).runs[0]
    x, y = seen.standard(seen.parts.validation.x, np.float32), seen.parts.validation.y
    mean = np.mean([softmax(NET.test(trial.params, trial.memory, x)) for trial in half.trials], axis=0)
    assert run.history[1].validation.loss == pytest.approx(-np.log(mean[np.arange(len(y)), y]).mean(), rel=1e-5)
    assert run.history[1].validation.accuracy == (mean.argmax(axis=1) == y).mean()


def test_a_diverged_network_has_no_accuracy():
    training = train(MOONS, NET, ["sgd:lr=1e30", "adam:lr=0.01"], **QUICK)
    gone, well = training.runs
    assert gone.diverged_at is not None
    assert all(np.isnan(score.accuracy) for score in (gone.train, gone.validation, gone.test))
    assert well.test.accuracy > 0.5
    row = training.to_json()["runs"][0]
    assert row["test"] == {"loss": None, "accuracy": None}


def test_patience_takes_the_best_epoch():
    options = {"epochs": 60, "batch_size": 10}
    training = train(MOONS, perceptron(2, 2, (64,)), ["adam:lr=0.1"], patience=3, **options)
    [run] = training.runs
    losses = [at.validation.loss for at in run.history]
    best = int(np.argmin(losses))
    assert len(losses) == best + 4 < 60
    assert run.validation.loss == losses[best]
    whole = train(MOONS, perceptron(2, 2, (64,)), ["adam:lr=0.1"], **options)
    assert whole.runs[0].history[: len(losses)] == run.history


def test_the_best_epochs_averages_are_taken_with_its_weights():
    training = train(MOONS, NET, ["adam:lr=0.1"], patience=2, epochs=60, batch_size=20)
    [run] = training.runs
    [trial] = run.trials
    assert trial.step > trial.best[0].step
    assert run.validation == trial.best[0].validation
    brief = train(MOONS, NET, ["adam:lr=0.1"], epochs=trial.best[0].epoch, batch_size=20)
    np.testing.assert_array_equal(trial.params, weights(brief)[0])
    np.testing.assert_array_equal(trial.memory, brief.runs[0].trials[0].memory)


def test_snapshots_are_the_weights_of_their_step():
    [trial] = train(MOONS, NET, ["adam:lr=0.01"], snapshots=5, **QUICK).runs[0].trials
    assert [each.step for each in trial.snapshots] == [0, 6, 12, 18, 24]
    for epochs, kept in enumerate(trial.snapshots):
        other = begin(setting(), Adam(lr=0.01), 0)
        advance(setting(), other, 6 * epochs)
        np.testing.assert_array_equal(kept.params, other.params)
        np.testing.assert_array_equal(kept.memory, other.memory)


@pytest.mark.parametrize(("loss", "diverged_at"), [(9e11, None), (1.1e12, 1)])
def test_a_loss_beyond_the_bound_has_diverged(loss, diverged_at):
    """Weights so large that the loss, which is then linear in them, is that."""
    network = perceptron(2, 2)
    seen = setting(network=network, batch_size=120, dtype="float64")
    trial = begin(seen, SGD(lr=1e-30), 0)
    x, labels = seen.batch(np.arange(120), np.random.default_rng(0))
    way = trial.params.copy()
    far = network.backward(1e9 * way, trial.memory, x, labels, np.random.default_rng(0)).loss
    trial.params[:] = way * (1e9 * loss / far)
    advance(seen, trial, 1)
    assert trial.losses == [pytest.approx(loss, rel=1e-6)]
    assert trial.diverged_at == diverged_at


def test_weights_that_overflow_in_the_last_step_have_diverged():
    training = train(MOONS, perceptron(2, 2), ["sgd:lr=1e39"], epochs=1, batch_size=120)
    [run] = training.runs
    assert np.isfinite(run.trials[0].losses).all()
    assert not np.isfinite(run.trials[0].params).all()
    assert run.diverged_at == 1


def test_weights_beyond_the_bound_have_diverged():
    """As `Trial` and `Run` say of diverged_at, however good the answers."""
    data = Dataset(name="apart", title="Apart", x=np.repeat([[-1.0], [1.0]], 50, axis=0), y=np.repeat([0, 1], 50))
    training = train(data, perceptron(1, 2), ["sgd:lr=1e14"], epochs=2, batch_size=20)
    [run] = training.runs
    assert np.abs(run.trials[0].params).max() > 1e12
    assert max(run.trials[0].losses) < 1e12
    assert run.diverged_at is not None


def test_an_ensemble_diverges_where_its_first_member_does():
    training = train(MOONS, NET, ["adam:lr=0.01"], ensemble=3, **QUICK)
    [run] = training.runs
    assert run.diverged_at is None
    for trial, step in zip(run.trials, (7, None, 3), strict=True):
        trial.diverged_at = step
    assert run.diverged_at == 3


class Clock:
    """A clock that goes on by a second whenever one looks at it."""

    def __init__(self):
        self.now = 0

    def perf_counter(self):
        self.now += 1
        return float(self.now)


def test_seconds_are_those_of_all_epochs_and_members(tmp_path, monkeypatch):
    monkeypatch.setattr("optviz.nets.trials.time", Clock())
    line = {"save": tmp_path / "run.npz", "ensemble": 2, "batch_size": 20}
    train(MOONS, NET, ["adam:lr=0.01"], epochs=1, **line)
    [run] = train(MOONS, NET, ["adam:lr=0.01"], epochs=4, resume=True, **line).runs
    assert run.seconds == 8
    assert run.samples_per_second == 2 * 4 * 120 / 8


def test_divergence_is_a_result():
    training = train(MOONS, perceptron(2, 2, (8,)), ["sgd:lr=1e30", "sgd:lr=0.1"], **QUICK)
    wild, tame = training.runs
    assert wild.diverged_at in (2, 3)
    assert tame.diverged_at is None
    assert wild.trials[0].step <= wild.diverged_at
    record = json.loads(json.dumps(training.to_json()), parse_constant=pytest.fail)["runs"][0]
    assert record["test"]["loss"] is None
    assert record["diverged_at"] == wild.diverged_at
    assert table(training)[0]["diverged at"] == wild.diverged_at


def test_penalties_shrink_weights():
    plain, held = (
        train(MOONS, perceptron(2, 2, (8,)), ["sgd:lr=0.1"], epochs=30, batch_size=20, l2=l2) for l2 in (0.0, 0.5)
    )
    assert np.linalg.norm(weights(held)[0]) < 0.7 * np.linalg.norm(weights(plain)[0])
    sparse = train(MOONS, perceptron(2, 2, (8,)), ["sgd:lr=0.05"], epochs=60, batch_size=20, l1=0.3)
    assert np.abs(weights(sparse)[0][:16]).mean() < 0.1


def test_decay_apart_from_the_gradient_is_the_optimizers():
    plain, held = (
        train(MOONS, NET, [f"adamw:lr=0.01,weight_decay={decay}"], epochs=20, batch_size=20) for decay in (0, 5)
    )
    assert np.linalg.norm(weights(held)[0]) < 0.5 * np.linalg.norm(weights(plain)[0])


def test_schedules_count_steps():
    one = train(MOONS, NET, ["sgd:lr=0.1"], schedule="step(6,0.0000001)", **QUICK)
    early = one.runs[0].trials[0]
    brief = train(MOONS, NET, ["sgd:lr=0.1"], epochs=1, batch_size=20)
    np.testing.assert_allclose(early.params, weights(brief)[0], atol=1e-6)


def test_a_line_does_for_spirals_what_a_line_can():
    straight, bent = (
        train("spirals", perceptron(2, 2, hidden), ["adam:lr=0.02"], epochs=40, batch_size=50).runs[0].test.accuracy
        for hidden in ((), (64, 64))
    )
    assert straight < 0.75
    assert bent >= 0.98


@pytest.mark.slow
def test_digits_are_told_apart():
    """The mean over five seeds, as the documentation has it."""
    network = perceptron(64, 10, (128, 64), batchnorm=True, dropout=0.2)
    spec = "adam:lr=0.003,schedule=cosine(640)"
    training = train("digits", network, [spec], epochs=40, batch_size=64, seeds=range(5), jobs=2)
    assert np.mean([run.test.accuracy for run in training.runs]) >= 0.975


@pytest.mark.skipif(not FASHION, reason="needs Debian's package dataset-fashion-mnist")
def test_pieces_of_clothing_are_told_apart():
    """The documented network in 4 epochs instead of 10: at least 88 % instead of 88.5 %, in a few seconds."""
    network = perceptron(784, 10, (256, 128), batchnorm=True)
    spec = "adam:lr=0.003,schedule=cosine(1404)"
    training = train("fashion-mnist", network, [spec], epochs=4, batch_size=128)
    assert training.runs[0].setting.steps == 1404
    assert training.runs[0].test.accuracy >= 0.88


# JSON, tables, logs


def test_one_seed_as_json():
    training = train(MOONS, NET, [*RATES, "adam:lr=0.02"], **QUICK)
    found = training.to_json()
    assert list(found) == ["data", "seed", "version", "parameters", "runs"]
    assert found["parameters"] == NET.size == 2 * 8 + 16 + 18
    for row, run in zip(found["runs"], training.runs, strict=True):
        keys = ["label", "optimizer", "hyperparameters", "lr_rule", "lr_on_edge", "epochs"]
        parts = ["train", "validation", "test"]
        assert list(row) == [*keys, *parts, "seconds", "samples_per_second", "diverged_at", "history"]
        assert row["test"] == {"loss": run.test.loss, "accuracy": run.test.accuracy}
        assert [at["epoch"] for at in row["history"]] == [1, 2, 3, 4]
    assert [row["label"] for row in found["runs"]] == ["sgd", "adam", "adam#2"]


def test_several_seeds_as_json():
    training = train(MOONS, NET, RATES, seeds=(3, 4, 5), **QUICK)
    found = training.to_json()
    assert list(found) == ["data", "seeds", "version", "parameters", "problems", "summary"]
    assert [problem["seed"] for problem in found["problems"]] == [3, 4, 5]
    for row in summary(training):
        own = [r["test"]["accuracy"] for p in found["problems"] for r in p["runs"] if r["label"] == row["label"]]
        assert row["test_accuracy"] == {
            "mean": pytest.approx(np.mean(own)),
            "spread": pytest.approx(np.std(own, ddof=1)),
        }
    assert [row["run"] for row in table(training)] == ["sgd", "adam"]
    assert "±" in table(training)[0]["test %"]


def test_tables_tell_means_and_sample_deviations():
    """Worked out from the runs by numpy: n − 1 beneath the deviation, percents of the samples that are right."""
    training = train(MOONS, NET, RATES, seeds=(0, 1, 2, 3), patience=1, **QUICK)
    for row in table(training):
        runs = training.of(row["run"])
        columns = {"loss": ([run.train.loss for run in runs], 5e-5), "epochs": ([run.epochs for run in runs], 5e-3)}
        for part in ("train", "validation", "test"):
            shares = []
            for run in runs:
                samples = getattr(run.setting.parts, part)
                shares.append(100 * (run.probabilities(samples.x).argmax(axis=1) == samples.y).mean())
            columns[f"{part} %"] = shares, 5e-3
        for name, (values, within) in columns.items():
            middle, spread = map(float, row[name].split(" ± "))
            assert middle == pytest.approx(np.mean(values), abs=within)
            assert spread == pytest.approx(np.sqrt(np.sum((values - np.mean(values)) ** 2) / 3), abs=within)
        speed = np.mean([run.trials[0].step * run.setting.batch_size / run.trials[0].seconds for run in runs])
        assert float(row["samples/s"]) == pytest.approx(speed, abs=0.5)


def test_tables_and_summaries_count_what_diverged():
    training = train(MOONS, perceptron(2, 2, (8,)), ["sgd:lr=1e30", "sgd:lr=0.1"], seeds=(0, 1), **QUICK)
    assert [row["diverged"] for row in summary(training)] == [2, 0]
    assert [row["diverged at"] for row in table(training)] == ["2 of 2", "0 of 2"]
    assert summary(training)[0]["test_loss"] == {"mean": None, "spread": None}


@pytest.mark.parametrize(("lr", "rule", "written"), [
    (GRID[0], "tuned", "3.16e-5*"), (GRID[-1], "tuned", "10*"), (GRID[-1], "given", "10"), (GRID[-3], "tuned", "1"),
])  # fmt: skip
def test_a_tuned_rate_at_an_end_of_the_grid_is_marked(lr, rule, written):
    training = train(MOONS, perceptron(2, 2), [f"sgd:lr={lr!r}"], epochs=1, batch_size=20)
    training = replace(training, runs=(replace(training.runs[0], lr_rule=rule),))
    assert table(training)[0]["lr"] == written


def test_the_log_tells_members_apart(tmp_path):
    with epoch_log(tmp_path / "log.jsonl") as log:
        training = train(MOONS, NET, RATES, told=log.told, ensemble=2, **QUICK)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    for run in training.runs:
        for number, trial in enumerate(run.trials):
            own = [line for line in lines if (line["label"], line["member"]) == (run.label, number)]
            assert [line["train"]["loss"] for line in own] == [epoch.train.loss for epoch in trial.history]
            assert [line["step"] for line in own] == [6, 12, 18, 24]


def test_the_log_has_a_line_an_epoch(tmp_path):
    with epoch_log(tmp_path / "log.jsonl") as log:
        training = train(MOONS, NET, RATES, told=log.told, seeds=(0, 1), **QUICK)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert len(lines) == 4 * 2 * 2
    for run in training.runs:
        own = [line for line in lines if (line["label"], line["seed"]) == (run.label, run.seed)]
        assert [line["epoch"] for line in own] == [1, 2, 3, 4]
        assert own[-1]["validation"] == {"loss": run.validation.loss, "accuracy": run.validation.accuracy}
    with pytest.raises(OutputError, match="mkdir"), epoch_log(tmp_path / "absent" / "log.jsonl"):
        pass


# Stopping, saving, taking up again


OPTIONS = {"epochs": 6, "batch_size": 20, "snapshots": 5, "patience": 4, "ensemble": 2, "seeds": (0, 1)}
ALL = [f"{name}:lr=0.01" for name in OPTIMIZERS]


@pytest.mark.slow
def test_a_training_is_taken_up_after_any_epoch(tmp_path):
    whole = train(MOONS, NET, ALL, **OPTIONS)

    class EnoughError(Exception):
        pass

    for epochs in (1, 4):
        rounds = []

        def enough(plan, trials, rounds=rounds, epochs=epochs):
            rounds.append(1)
            if len(rounds) == epochs + 1:  # it is told once before the first
                raise EnoughError

        with pytest.raises(EnoughError):
            train(MOONS, NET, ALL, save=tmp_path / "run.npz", told=enough, **OPTIONS)
        rest = []
        again = train(
            MOONS,
            NET,
            ALL,
            save=tmp_path / "run.npz",
            resume=True,
            told=lambda plan, trials, rest=rest: rest.append(1),
            **OPTIONS,
        )
        assert len(rest) == 7 - epochs
        same(whole, again)
        for left, right in zip(whole.runs, again.runs, strict=True):
            kept = [[each.step for each in run.trials[0].snapshots] for run in (left, right)]
            assert kept[0] == kept[1]
    done = train(MOONS, NET, ALL, save=tmp_path / "run.npz", resume=True, **OPTIONS)
    same(whole, done)


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_in_mid_epoch_keeps_what_was_trained(tmp_path):
    steps = []

    def strike(trial, found, labels):
        steps.append(trial.step)
        if len(steps) == 15:
            signal.raise_signal(signal.SIGINT)

    options = {"epochs": 5, "batch_size": 20}
    cut = train(MOONS, NET, RATES, watch=strike, save=tmp_path / "run.npz", **options)
    assert cut.interrupted
    assert [run.trials[0].step for run in cut.runs] == [9, 6], "the third round had begun: 6 + 6, then 3 of sgd's"
    assert cut.runs[0].history[-1].step == 9
    again = train(MOONS, NET, RATES, save=tmp_path / "run.npz", resume=True, **options)
    assert not again.interrupted
    same(train(MOONS, NET, RATES, **options), again)


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_what_had_not_begun_when_ctrl_c_came_has_no_epochs():
    def strike(trial, found, labels):
        if trial.step == 4:
            signal.raise_signal(signal.SIGINT)

    cut = train(MOONS, NET, RATES, watch=strike, ensemble=2, **QUICK)
    assert [run.epochs for run in cut.runs] == [1, 0]
    assert [run.history[-1].step for run in cut.runs] == [4, 0]
    assert all(np.isfinite(run.test.loss) for run in cut.runs)


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_second_interrupt_is_one():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background ignores it

    def twice():
        with heeding() as interrupted:
            signal.raise_signal(signal.SIGINT)
            assert interrupted()
            signal.raise_signal(signal.SIGINT)

    try:
        with pytest.raises(KeyboardInterrupt):
            twice()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


KILLED = """
from optviz.nets.network import perceptron
from optviz.nets.training import train
import os, sys, time

def slowly(trial, found, labels):
    if os.path.exists("run.npz"):
        open("steps", "a").write(f"{trial.step}\\n")
        time.sleep(0.01)

train("digits", perceptron(64, 10, (16,), batchnorm=True, dropout=0.1), ["adam:lr=0.003", "rmsprop"], epochs=5,
      save="run.npz", watch=slowly, augment=["rotation(5)"])
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_training_killed_in_mid_epoch_ends_with_the_same_bits(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", KILLED], cwd=tmp_path)
    steps = tmp_path / "steps"
    deadline = time.monotonic() + 60
    while not (steps.exists() and steps.read_text().count("\n") > 40):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    with np.load(tmp_path / "run.npz") as file:
        at = json.loads(str(file["about"]))["trials"][0]["step"]
    last = int(steps.read_text().split()[-1])
    assert at % 16 == 0 < at < 80
    assert last % 16, "within an epoch"
    network = perceptron(64, 10, (16,), batchnorm=True, dropout=0.1)
    line = "digits", network, ["adam:lr=0.003", "rmsprop"]
    again = train(*line, epochs=5, save=tmp_path / "run.npz", resume=True, augment=["rotation(5)"])
    same(train(*line, epochs=5, augment=["rotation(5)"]), again)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"network": perceptron(2, 2, (9,), batchnorm=True, dropout=0.2)}, "its network is Dense.*units=8.*units=9"),
        ({"optimizers": ["sgd:lr=0.2", "adam:lr=0.01"]}, "its optimizers is sgd: .*lr=0.1.* training sgd: .*lr=0.2"),
        (
            {"optimizers": [RATES[0], "adam:lr=0.02"]},
            r"optimizers is adam: .*lr=0\.01,.* training adam: .*lr=0\.02",
        ),
        ({"epochs": 3}, "its epochs is 4, that of this training 3"),
        ({"snapshots": 5}, "keeps no weights along the way"),
        ({"batch_size": 10}, "its batch size is 20"),
        ({"l2": 0.1}, "its penalty is 0.0, that of this training 0.1"),
        ({"seeds": (1,)}, "its seeds is 0, that of this training 1"),
        ({"l1": 0.1}, "its penalty is 0.0, that of this training 0.1"),
        ({"schedule": "cosine(9)"}, "its optimizers is"),
        ({"optimizers": [RATES[1], RATES[0]]}, "its optimizers is"),
        ({"optimizers": ["sgd", RATES[1]]}, "its optimizers is"),
        ({"lr": 0.1}, "its lr is auto, that of this training 0.1"),
        ({"shares": (0.5, 0.25, 0.25)}, "its samples are others"),
        ({"dtype": "float64"}, "its dtype is float32"),
        ({"data": "moons:samples=200,seed=3"}, "its samples are others"),
        ({"data": "circles:samples=200"}, "its data is moons"),
        ({"ensemble": 2}, "its ensemble is 1"),
        ({"patience": 2}, "its patience is None"),
    ],
)
def test_another_training_is_not_taken_up(tmp_path, change, words):
    line = {"data": MOONS, "network": NET, "optimizers": RATES, **QUICK}
    train(**line, save=tmp_path / "run.npz")
    before = (tmp_path / "run.npz").read_bytes()
    with pytest.raises(OptvizError, match=words):
        train(**line | change, save=tmp_path / "run.npz", resume=True)
    assert (tmp_path / "run.npz").read_bytes() == before


@pytest.mark.parametrize(("before", "after"), [((), "flip"), (("flip",), ()), ("rotation(5)", "rotation(6)")], ids=str)
def test_a_training_on_other_images_is_not_taken_up(tmp_path, before, after):
    line = {"data": "digits", "network": perceptron(64, 10), "optimizers": ["sgd:lr=0.1"], "epochs": 1}
    train(**line, augment=before, save=tmp_path / "run.npz")
    with pytest.raises(OptvizError, match="its augmentation is"):
        train(**line, augment=after, save=tmp_path / "run.npz", resume=True)


def test_other_labels_are_noticed_where_the_parts_are_the_same(tmp_path):
    """Two neighbours in the training part, one of each class, have changed places."""
    rows = setting().parts.train.rows
    first = next(row for row in rows if row + 1 in rows)
    y = MOONS.y.copy()
    y[[first, first + 1]] = y[[first + 1, first]]
    other = replace(MOONS, y=y)
    assert y.tolist() != MOONS.y.tolist()
    for one, same in zip(setting().parts, setting(other).parts, strict=True):
        np.testing.assert_array_equal(one.rows, same.rows)
    train(MOONS, NET, RATES, save=tmp_path / "run.npz", **QUICK)
    with pytest.raises(OptvizError, match="its samples are others"):
        train(other, NET, RATES, save=tmp_path / "run.npz", resume=True, **QUICK)


def test_another_test_part_is_noticed(tmp_path):
    own = replace(MOONS, test_x=MOONS.x[:40], test_y=MOONS.y[:40])
    train(own, NET, RATES, save=tmp_path / "run.npz", **QUICK)
    with pytest.raises(OptvizError, match="its samples are others"):
        train(replace(own, test_x=own.test_x + 1), NET, RATES, save=tmp_path / "run.npz", resume=True, **QUICK)


DEPENDS = [
    "data", "samples", "network", "optimizers", "unnamed", "seeds", "ensemble", "epochs", "batch size", "penalty",
    "augmentation", "dtype", "patience", "snapshots",
]  # fmt: skip
"""What a training depends on, as `described` tells it."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A training's file: its description, and its arrays."""
    path = tmp_path_factory.mktemp("saved") / "run.npz"
    train(MOONS, NET, RATES, save=path, **QUICK)
    with np.load(path) as file:
        arrays = dict(file)
    return json.loads(str(arrays.pop("about"))), arrays


def test_all_a_training_depends_on_is_in_its_file(saved):
    assert set(saved[0]) == {*DEPENDS, "format", "version", "lr", "chosen", "trials"}


@pytest.mark.parametrize("name", [*DEPENDS, "format", "version", "lr"])
def test_a_file_that_differs_in_anything_is_not_taken_up(tmp_path, saved, name):
    about, path = saved[0] | {name: 5 if name == "epochs" else ["another"]}, tmp_path / "run.npz"
    np.savez(path, about=np.array(json.dumps(about)), **saved[1])
    words = {"format": "this version reads", "samples": "its samples are others", "snapshots": "is not a training"}
    with pytest.raises(OptvizError, match=words.get(name, f"its {name} is")):
        train(MOONS, NET, RATES, save=path, resume=True, **QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"patience": 3}, {"ensemble": 2, "jobs": 2}], ids=str)
def test_more_epochs_go_on_from_the_end(tmp_path, options):
    for epochs, resume in ((2, False), (3, True), (8, True)):
        rounds = []
        found = train(
            MOONS,
            NET,
            RATES,
            save=tmp_path / "run.npz",
            resume=resume,
            told=lambda plan, trials, rounds=rounds: rounds.append(max(trial.epochs for trial in trials)),
            **QUICK | options | {"epochs": epochs},
        )
        assert rounds[0] == (epochs - 1 if epochs == 3 else 3 if epochs == 8 else 0)
    same(train(MOONS, NET, RATES, **QUICK | options | {"epochs": 8}), found)


def test_the_best_epoch_is_in_the_file_with_its_averages(tmp_path):
    options = {"patience": 2, "epochs": 60, "batch_size": 20, "save": tmp_path / "run.npz"}
    whole = train(MOONS, NET, ["adam:lr=0.1"], **options)
    [trial] = whole.runs[0].trials
    assert trial.step > trial.best[0].step
    same(whole, train(MOONS, NET, ["adam:lr=0.1"], resume=True, **options))


def test_weights_along_the_way_are_kept_as_they_were_begun(tmp_path):
    path = tmp_path / "run.npz"
    begun = train(MOONS, NET, RATES, save=path, snapshots=5, **QUICK)
    for snapshots in (0, 9, 5):
        again = train(MOONS, NET, RATES, save=path, resume=True, snapshots=snapshots, **QUICK)
        same(begun, again)
        for left, right in zip(begun.runs, again.runs, strict=True):
            assert [each.step for each in left.trials[0].snapshots] == [each.step for each in right.trials[0].snapshots]
    with pytest.raises(OptvizError, match="its epochs is 4, that of this training 9"):
        train(MOONS, NET, RATES, save=path, resume=True, **QUICK | {"epochs": 9})


def rewritten(path, **changes):
    """Write a file anew with other arrays; None leaves one out."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def retold(path, change):
    """Write a file anew with another description."""
    with np.load(path) as file:
        about = json.loads(str(file["about"]))
    change(about)
    rewritten(path, about=np.array(json.dumps(about)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: rewritten(path, **{"0.params": np.zeros(3, np.float32)}),
        lambda path: rewritten(path, **{"0.memory": np.zeros(3, np.float32)}),
        lambda path: rewritten(path, **{"1.losses": np.zeros(7)}),
        lambda path: rewritten(path, **{"1.history": None}),
        lambda path: rewritten(path, **{name: None for name in np.load(path).files if name.startswith("1.state.")}),
        lambda path: rewritten(path, **{"1.params": np.zeros(NET.size)}),
        lambda path: retold(path, lambda about: about.update(chosen=[])),
        lambda path: retold(path, lambda about: about["trials"][0].update(step="x")),
        lambda path: retold(path, lambda about: about["trials"][0].update(step=-5)),
        lambda path: retold(path, lambda about: about["trials"].pop()),
        lambda path: retold(path, lambda about: about.pop("trials")),
    ],
)
def test_a_file_that_fits_no_training_is_refused(tmp_path, damage):
    path, line = tmp_path / "run.npz", {"optimizers": ["sgd", "adam"], "lr": "auto", "epochs": 1, "batch_size": 60}
    train(MOONS, NET, save=path, **line)
    damage(path)
    with pytest.raises(OptvizError, match=r"run\.npz is not a training that optviz saved"):
        train(MOONS, NET, save=path, resume=True, **line)


def test_another_version_is_not_taken_up(tmp_path, monkeypatch):
    train(MOONS, NET, RATES, save=tmp_path / "run.npz", **QUICK)
    monkeypatch.setattr("optviz.__version__", "9.9")
    with pytest.raises(OptvizError, match=r"its version is .*that of this training 9\.9"):
        train(MOONS, NET, RATES, save=tmp_path / "run.npz", resume=True, **QUICK)


@pytest.mark.slow
def test_a_training_is_saved_before_its_first_step(tmp_path, monkeypatch):
    """So that rates are never chosen twice, and what cannot be saved is refused at once."""

    def stop(plan, trials):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(MOONS, NET, ["adam"], save=tmp_path / "run.npz", told=stop, **QUICK)
    monkeypatch.setattr("optviz.nets.training.choose_rates", None)
    again = train(MOONS, NET, ["adam"], save=tmp_path / "run.npz", resume=True, **QUICK)
    assert again.runs[0].lr_rule == "tuned"
    monkeypatch.undo()
    same(train(MOONS, NET, ["adam"], **QUICK), again)
    steps = []
    with pytest.raises(OptvizError, match="state of coupled cannot be saved"):
        train(MOONS, NET, [Coupled(lr=0.1)], save=tmp_path / "x.npz", watch=lambda *_: steps.append(1), **QUICK)
    assert not steps
    assert not (tmp_path / "x.npz").exists()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04cut short", None])
def test_what_is_no_run_file(tmp_path, content):
    path = tmp_path / "run.npz"
    if content is None:
        np.savez(path, about=np.array([{}], object))
    else:
        path.write_bytes(content)
    with pytest.raises(OptvizError, match=r"run\.npz is not a training that optviz saved"):
        train(MOONS, NET, RATES, save=path, resume=True, **QUICK)
    with pytest.raises(OptvizError, match=r"absent\.npz cannot be read: No such file"):
        train(MOONS, NET, RATES, save=tmp_path / "absent.npz", resume=True, **QUICK)
    with pytest.raises(ArgumentError, match=r"saved as an \.npz file"):
        train(MOONS, NET, RATES, save="run.zip", **QUICK)
    with pytest.raises(ArgumentError, match="resume needs the file"):
        train(MOONS, NET, RATES, resume=True, **QUICK)


def test_a_damaged_run_file(tmp_path):
    path = tmp_path / "run.npz"
    train(MOONS, NET, RATES, save=path, **QUICK)
    with np.load(path) as file:
        arrays = dict(file)
    arrays["0.params"] = arrays["0.params"][:-1]
    np.savez(path, **arrays)
    with pytest.raises(OptvizError, match=r"not a training that optviz saved: .*parameters"):
        train(MOONS, NET, RATES, save=path, resume=True, **QUICK)


# Bad input


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batch_size": 0}, "not 0"),
        ({"batch_size": 1}, "batch size 1 cannot be normalized"),
        ({"epochs": 0}, "epochs must be a whole number from 1 to 100000, not 0"),
        ({"epochs": 2.5}, r"epochs must be .*, not 2\.5"),
        ({"l1": -0.1}, r"penalty: l1 must be a number in \[0, inf\), not -0\.1"),
        ({"l2": float("nan")}, "l2 must be"),
        ({"dtype": "float16"}, "dtype must be float32 or float64, not 'float16'"),
        ({"patience": 0}, "patience must be"),
        ({"snapshots": -1}, "snapshots must be"),
        ({"ensemble": 0}, "ensemble must be a whole number from 1 to 1000, not 0"),
        ({"seeds": ()}, "seeds must be different"),
        ({"seeds": (1, 1)}, "seeds must be different"),
        ({"seeds": (-1,)}, "seeds must be different"),
        ({"seeds": 3}, "seeds must be different whole numbers from 0, as in .*, not 3"),
        ({"seeds": (0.5,)}, "seeds must be different"),
        ({"network": "64"}, "network must be a Network"),
        ({"network": Network(2, (Activation("tanh"),))}, "something to learn"),
        ({"data": 7}, "data must be a name, an .npz file or a Dataset, not int"),
        ({"lr": 0}, "lr must be a number in"),
        ({"lr": "fast"}, "lr must be a number in"),
        ({"augment": "flip"}, "moons holds no images: there is nothing to augment"),
        ({"network": perceptron(3, 2)}, "the network takes 3 features and tells 2 classes apart; moons has 2 and 2"),
        ({"ensemble": 1000, "seeds": range(5)}, "10000 networks are too many to train; allowed are 4096"),
    ],
)
def test_what_is_refused(options, words):
    line = {"data": MOONS, "network": NET, "optimizers": RATES, **QUICK}
    with pytest.raises(ArgumentError, match=words):
        train(**line | options)


def test_a_run_that_is_not_there():
    training = train(MOONS, NET, RATES, **QUICK)
    assert [run.label for run in training.of("adam")] == ["adam"]
    with pytest.raises(ArgumentError, match="no run is called 'lion'; the runs are sgd, adam"):
        training.of("lion")
