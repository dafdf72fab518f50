"""Inside networks: percentiles, sleeping units and gradients, against numpy and autograd."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

import optviz
from optviz.draw import Film
from optviz.draw.canvas import Canvas
from optviz.errors import ArgumentError
from optviz.nets.activations import ACTIVATIONS
from optviz.nets.inside import PERCENTILES, hidden_layers
from optviz.nets.layers import Activation, Dense
from optviz.nets.network import Network
from optviz.netscenes import Portrait, scene_of_training
from optviz.netscenes.inner import measured
from optviz.netscenes.moments import moments_of
from optviz.picture import Picture
from tests.trainings import trained


@pytest.fixture(scope="module")
def deep():
    return trained(hidden=(5, 5, 5), epochs=2)


def batch(setting):
    train = setting.parts.train
    rows = np.linspace(0, len(train) - 1, min(len(train), 256)).round().astype(int)
    return (train.x[rows] - setting.standard.mean) / setting.standard.scale, train.y[rows]


def parts_of(network, params):
    return {slot.name: params[slot.place].reshape(slot.part.shape) for slot in network.slots}


@pytest.mark.parametrize("moment", [0, 4, 12])
def test_percentiles_and_gradients_are_those_of_the_batch(moment):
    training = trained(optimizers=["sgd:lr=0.5"], dtype="float64")
    run = training.runs[0]
    kept = run.trials[0].snapshots[moment]
    x, y = batch(run.setting)
    parts = parts_of(training.network, kept.params)

    def loss(first, first_bias, second, second_bias):
        inner = anp.tanh(anp.dot(x, first) + first_bias)
        outer = anp.tanh(anp.dot(inner, second) + second_bias)
        logits = anp.dot(outer, parts["4.weights"]) + parts["4.bias"]
        shifted = logits - anp.max(logits, axis=1, keepdims=True)
        return -anp.mean((shifted - anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True)))[np.arange(len(y)), y])

    weights = [parts[name] for name in ("0.weights", "0.bias", "2.weights", "2.bias")]
    slopes = [grad(loss, index)(*weights) for index in range(4)]
    first = x @ parts["0.weights"] + parts["0.bias"]
    second = np.tanh(first) @ parts["2.weights"] + parts["2.bias"]
    found = measured(run, moments_of(training))
    for layer, inputs in enumerate((first, second)):
        assert found.percentiles[moment, layer] == pytest.approx(np.percentile(inputs, PERCENTILES))
        assert found.asleep[moment, layer] == pytest.approx((1 - np.tanh(inputs) ** 2 < 0.05).mean())
        assert found.gradients[moment, layer] == pytest.approx(np.linalg.norm(slopes[2 * layer])), "without biases"


@pytest.mark.parametrize("kind", ["relu", "leaky-relu"])
def test_a_relu_that_is_silent_for_all_samples_is_dead(kind):
    training = trained(hidden=(4,), kind=kind, optimizers=["sgd:lr=0.1"])
    params = training.runs[0].trials[0].snapshots[-1].params
    parts = parts_of(training.network, params)
    parts["0.bias"][:] = [-1e3, 1e3, -1e3, 0]
    before = batch(training.runs[0].setting)[0] @ parts["0.weights"] + parts["0.bias"]
    assert 0 < (before[:, 3] <= 0).mean() < 1, "a unit that is silent for some is alive"
    found = measured(training.runs[0], moments_of(training))
    assert found.asleep[-1] == pytest.approx([0.5])


@pytest.mark.parametrize(
    ("kind", "slope"),
    [("tanh", lambda x: 1 - np.tanh(x) ** 2), ("sigmoid", lambda x: 4 / (2 + 2 * np.cosh(x)))],
)
def test_an_output_is_saturated_where_it_is_flat_beside_the_steepest(kind, slope):
    """The slopes are written as shares of the one at 0."""
    training = trained(hidden=(6,), kind=kind, optimizers=["sgd:lr=0.1"], dtype="float64")
    params = training.runs[0].trials[0].snapshots[-1].params
    params *= 5
    parts = parts_of(training.network, params)
    before = batch(training.runs[0].setting)[0] @ parts["0.weights"] + parts["0.bias"]
    expected = (slope(before) < 0.05).mean()
    assert 0.05 < expected < 0.95
    assert measured(training.runs[0], moments_of(training)).asleep[-1] == pytest.approx([expected])


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_units_are_dead_where_they_are_silent_and_else_saturated(kind):
    [layer] = hidden_layers(optviz.perceptron(2, 2, (3,), kind=kind))
    assert layer.asleep == ("dead units" if kind in ("relu", "leaky-relu") else "saturated")


def test_what_is_not_a_number_neither_sleeps_nor_wakes():
    training = trained(kind="relu", optimizers=["sgd:lr=0.1"])
    training.runs[0].trials[0].snapshots[-1].params[:] = np.nan
    found = measured(training.runs[0], moments_of(training))
    assert np.isnan(found.asleep[-1]).all()
    assert np.isnan(found.percentiles[-1]).all()
    assert np.isfinite(found.asleep[-2]).all()


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_every_activation_can_be_looked_into(kind):
    training = trained(kind=kind, optimizers=["adam:lr=0.03"], epochs=2, snapshots=5)
    found = measured(training.runs[0], moments_of(training))
    assert ((found.asleep >= 0) & (found.asleep <= 1)).all()
    assert (np.diff(found.percentiles, axis=-1) > 0).all()
    assert [layer.kind for layer in hidden_layers(training.network)] == [kind, kind]
    if kind == "identity":
        assert (found.asleep == 0).all()


def test_a_normalized_layer_is_seen_as_in_training():
    """What goes into the activation has mean 0 and deviation 1 over the batch, whatever the running averages say."""
    network = optviz.perceptron(2, 2, (7,), batchnorm=True, dropout=0.5)
    options = {"epochs": 2, "batch_size": 24, "snapshots": 5, "dtype": "float64"}
    training = optviz.train("moons:samples=120", network, ["sgd:lr=0.001"], **options)
    run = training.runs[0]
    x, _ = batch(run.setting)
    before = x @ parts_of(network, run.trials[0].snapshots[0].params)["0.weights"]
    expected = (before - before.mean(axis=0)) / before.std(axis=0)
    found = measured(run, moments_of(training)).percentiles[0, 0]
    assert found == pytest.approx(np.percentile(expected, PERCENTILES), rel=1e-4), "eps moves it by less"


def test_nothing_is_dropped_where_one_looks():
    """The same weights in a network without dropout have the same gradients."""
    options = {"epochs": 2, "batch_size": 24, "snapshots": 5, "dtype": "float64"}
    thinned, whole = (optviz.perceptron(2, 2, (7, 5), batchnorm=True, dropout=rate) for rate in (0.5, 0.0))
    training = optviz.train("moons:samples=120", thinned, ["sgd:lr=0.1"], **options)
    [run] = training.runs
    steps = moments_of(training)
    one, two = (measured(each, steps) for each in (run, replace(run, setting=replace(run.setting, network=whole))))
    for name in ("percentiles", "asleep", "gradients"):
        assert getattr(one, name) == pytest.approx(getattr(two, name), rel=1e-12)


def test_rows_are_kinds_and_columns_layers():
    training = trained(optimizers=["sgd:lr=0.5", "adam:lr=0.3"])
    scene = scene_of_training(training, Portrait(show="activations"))
    assert [[panel.series.name for panel in row] for row in scene.panels] == [
        ["inputs"] * 2, ["asleep"] * 2, ["gradient"] * 2,
    ]  # fmt: skip
    found = measured(training.runs[1], moments_of(training))
    for column, panel in enumerate(scene.panels[0]):
        assert panel.series.title.startswith(f"layer {column + 1}")
        low, high = panel.band
        together = np.stack([low[:, 1], panel.series.values[:, 1], high[:, 1]], axis=1)
        assert np.array_equal(together, found.percentiles[:, column])
        assert scene.panels[1][column].series.values[:, 1] == pytest.approx(100 * found.asleep[:, column])
        assert np.array_equal(scene.panels[2][column].series.values[:, 1], found.gradients[:, column])
        assert panel.edged
        assert "15th, 50th, 85th percentile" in panel.series.title
        assert len(panel.briefly[-1]) < len(panel.briefly[0]) < len(panel.series.title)
    assert scene.title == "Moons"
    shown = np.concatenate([np.stack(panel.band) for panel in scene.panels[0]])
    [(bottom, top)] = {panel.span for panel in scene.panels[0]}
    assert ((shown >= bottom) & (shown <= top)).mean() > 0.98, "the axis is for the bands, too"


def test_of_many_layers_the_first_the_middle_and_the_last_are_shown():
    training = trained(hidden=(5, 5, 5, 5, 5), optimizers=["adam:lr=0.01"], epochs=1)
    scene = scene_of_training(training, Portrait(show="activations"))
    assert [panel.series.title.split(":")[0] for panel in scene.panels[0]] == ["layer 1", "layer 3", "layer 5"]


def test_of_many_runs_only_medians_are_shown():
    many = trained(optimizers=[f"sgd:lr=0.{digit}" for digit in range(1, 6)], epochs=1)
    scene = scene_of_training(many, Portrait(show="activations"))
    assert all(panel.band is None for panel in scene.panels[0])
    assert all("median" in panel.series.title for panel in scene.panels[0])


def test_where_no_unit_is_dead_words_say_so():
    training = trained(kind="relu", optimizers=["sgd:lr=0.01", "adam:lr=0.001"], hidden=(64,), epochs=1)
    found = [measured(run, moments_of(training)).asleep for run in training.runs]
    assert np.max(found) == 0
    scene = scene_of_training(training, Portrait(show="activations"))
    assert [panel.series.name for row in scene.panels for panel in row] == ["inputs", "gradient"]
    assert scene.title == "Moons, no dead units"


def test_one_dead_unit_of_many_is_told():
    training = trained(kind="relu", optimizers=["sgd:lr=0.01"], hidden=(64,), epochs=1)
    for kept in training.runs[0].trials[0].snapshots:
        parts_of(training.network, kept.params)["0.bias"][7] = -1e3
    scene = scene_of_training(training, Portrait(show="activations"))
    assert [panel.series.name for row in scene.panels for panel in row] == ["inputs", "asleep", "gradient"]
    assert scene.panels[1][0].series.values == pytest.approx(100 / 64)
    assert scene.title == "Moons"


def test_axes_fit_the_runs_that_did_not_diverge():
    alone = scene_of_training(trained(optimizers=["adam:lr=0.3"]), Portrait(show="activations"))
    both = trained(optimizers=["adam:lr=0.3", "sgd:lr=1e30"])
    assert [run.diverged_at is None for run in both.runs] == [True, False]
    together = scene_of_training(both, Portrait(show="activations"))
    for row, other in zip(alone.panels, together.panels, strict=True):
        assert [panel.span for panel in row] == [panel.span for panel in other]


def test_rows_share_their_numbers():
    film = Film(scene_of_training(trained(optimizers=["adam:lr=0.3"]), Portrait(show="activations")))
    numbers = [each.stage.numbers for each in film.painters[:6]]
    assert numbers == [(True, False), (False, False)] * 2 + [(True, True), (False, True)]


def test_a_network_without_hidden_layers_is_refused():
    with pytest.raises(ArgumentError, match="there are none; name some"):
        optviz.animate(trained(hidden=()), show="activations")


def test_an_activation_that_no_layer_feeds_is_no_hidden_one():
    network = Network(2, (Activation("tanh"), Dense(5), Activation("relu"), Dense(2)))
    assert [(layer.number, layer.kind, layer.width) for layer in hidden_layers(network)] == [(1, "relu", 5)]
    training = optviz.train("moons:samples=60", network, ["sgd:lr=0.1"], epochs=2, batch_size=12, snapshots=3)
    found = measured(training.runs[0], moments_of(training))
    assert found.percentiles.shape == (3, 1, 3)


def test_a_gradient_of_zero_is_not_drawn_on_an_axis_of_powers():
    network = optviz.perceptron(2, 2, (4, 4), start="zeros")
    training = optviz.train("moons:samples=60", network, ["sgd:lr=0.1"], epochs=2, batch_size=12, snapshots=3)
    assert np.isnan(measured(training.runs[0], moments_of(training)).gradients).all()


@pytest.mark.slow
@pytest.mark.parametrize("width", range(796, 806))
def test_titles_of_layers_are_worded_alike(deep, monkeypatch, width):
    said = []
    text = Canvas.text
    monkeypatch.setattr(Canvas, "text", lambda self, x, y, words, *rest, **options: (
        said.append(words), text(self, x, y, words, *rest, **options)))  # fmt: skip
    film = Film(scene_of_training(deep, Portrait(show="activations", picture=Picture(size=(width, 600)))))
    film.frame(0)
    assert len({words.partition(": ")[2] for words in said if words.startswith("layer ")}) == 1
