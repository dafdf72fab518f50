"""Layers, activations, losses and the primitives beneath them: against finite differences and closed forms."""

import math

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad, grad, hessian
from autograd.test_util import check_grads

from optviz import gradients
from optviz.errors import ArgumentError, UnknownNameError
from optviz.nets.activations import ACTIVATIONS, activated
from optviz.nets.initializers import INITIALIZERS, initializer
from optviz.nets.layers import Activation, BatchNorm, Dense, Dropout, Layer
from optviz.nets.losses import Penalty, cross_entropy, log_softmax, softmax
from optviz.nets.network import Network, perceptron
from optviz.nets.primitives import Memo, linear, normalized, plain_cross_entropy, plain_normalized
from optviz.optimizer import OPTIMIZERS
from optviz.runs import iterates

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(7, 4))
LABELS = np.array([0, 1, 2, 2, 1, 0, 2])
KINDS = pytest.mark.parametrize("kind", ACTIVATIONS.values(), ids=ACTIVATIONS)


# Activations


@KINDS
def test_slopes_are_those_of_finite_differences_twice(kind):
    points = np.array([-3.0, -1.1, -0.4, 0.3, 0.9, 2.5])
    check_grads(lambda x: activated(x, kind), modes=["rev"], order=2)(points)


@KINDS
def test_the_float_type_is_kept(kind):
    x = np.linspace(-3, 3, 9, dtype=np.float32)
    y = kind.value(x)
    assert y.dtype == np.float32
    assert np.asarray(kind.slope(x, y)).dtype == np.float32


@KINDS
@pytest.mark.filterwarnings("error")
def test_activations_do_not_overflow(kind):
    x = np.array([-1e4, -800.0, 0.0, 800.0, 1e4])
    y = kind.value(x)
    assert np.isfinite(y).all()
    assert np.isfinite(kind.slope(x, y)).all()


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        ("identity", 1.5, 1.5),
        ("sigmoid", 2.0, 1 / (1 + math.exp(-2))),
        ("sigmoid", -2.0, 1 / (1 + math.exp(2))),
        ("tanh", 0.5, math.tanh(0.5)),
        ("relu", -2.0, 0.0),
        ("leaky-relu", -2.0, -0.02),
        ("elu", -1.0, math.exp(-1) - 1),
        ("elu", 2.0, 2.0),
        ("softplus", 1.0, math.log(1 + math.e)),
        ("gelu", 1.0, 0.5 * (1 + math.erf(1 / math.sqrt(2)))),
        ("gelu", -0.7, -0.35 * (1 + math.erf(-0.7 / math.sqrt(2)))),
    ],
)
def test_values_of_activations(name, at, value):
    exact = 1e-3 if name == "gelu" else 1e-12  # its form by tanh is an approximation
    assert Activation(name).test(np.array([at]), (), ())[0] == pytest.approx(value, abs=exact)


# Dense


@pytest.mark.parametrize("bias", [True, False])
def test_linear_is_differentiated_twice(bias):
    weights, shift = RANDOM.normal(size=(4, 3)), RANDOM.normal(size=3)
    if bias:
        check_grads(linear, modes=["rev"], order=2)(X, weights, shift)
    else:
        check_grads(lambda x, w: linear(x, w, None), modes=["rev"], order=2)(X, weights)
        assert [part.name for part in Dense(3, bias=False).learned(4)] == ["weights"]


@pytest.mark.parametrize("units", [0, -1, 2.5, True])
def test_dense_refuses(units):
    with pytest.raises(ArgumentError, match="units must be"):
        Dense(units)


# Batch normalization


@KINDS
def test_normalization_is_differentiated_twice(kind):
    scale, shift = RANDOM.normal(size=4) + 2, RANDOM.normal(size=4)

    def layer(x, scale, shift):
        return normalized(x, scale, shift, kind, 1e-3, Memo())

    check_grads(layer, modes=["rev"], order=2)(X, scale, shift)
    plain = plain_normalized(X, scale, shift, kind, 1e-3)
    np.testing.assert_allclose(layer(X, scale, shift), plain, rtol=1e-12, atol=1e-13)
    for number in range(3):
        ours, theirs = (
            grad(lambda *a, f=f: anp.sum(anp.sin(f(*a))), number)(X, scale, shift)
            for f in (layer, lambda *a: plain_normalized(*a, kind, 1e-3))
        )
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_normalized_features_have_mean_shift_and_deviation_scale():
    scale, shift = np.array([2.0, 0.5, 1.0, 3.0]), np.array([0.0, -1.0, 4.0, 0.3])
    y, _ = BatchNorm(eps=1e-12).train(X * 5 + 3, (scale, shift), (np.zeros(4), np.ones(4)))
    np.testing.assert_allclose(y.mean(axis=0), shift, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=0), scale, rtol=1e-10)


@pytest.mark.parametrize("training", [True, False])
def test_scale_root_variance_and_shift_mean_give_the_identity(training):
    layer = BatchNorm(eps=1e-2)
    mean, variance = X.mean(axis=0), X.var(axis=0)
    params = np.sqrt(variance + layer.eps), mean
    y = layer.train(X, params, (mean, variance))[0] if training else layer.test(X, params, (mean, variance))
    np.testing.assert_allclose(y, X, rtol=1e-12, atol=1e-13)


def test_a_bias_before_it_is_redundant():
    weights, params = RANDOM.normal(size=(4, 5)), (RANDOM.normal(size=5), RANDOM.normal(size=5))
    memory = np.zeros(5), np.ones(5)
    outputs = [
        BatchNorm(kind="relu").train(linear(X, weights, bias), params, memory)[0]
        for bias in (None, RANDOM.normal(size=5) * 10)
    ]
    np.testing.assert_allclose(*outputs, rtol=1e-9, atol=1e-12)
    slope = grad(lambda b: anp.sum(BatchNorm().train(linear(X, weights, b), params, memory)[0] ** 3))(np.ones(5))
    np.testing.assert_allclose(slope, 0, atol=1e-11)
    assert [layer.bias for layer in perceptron(4, 3, (5, 6), batchnorm=True).layers if isinstance(layer, Dense)] == [
        False,
        False,
        True,
    ]


def test_running_averages_are_exponential():
    layer, memory = BatchNorm(decay=0.75), (np.zeros(4), np.ones(4))
    batches = [X, 2 * X + 1, X - 3]
    for batch in batches:
        _, memory = layer.train(batch, (np.ones(4), np.zeros(4)), memory)
    weights = 0.25 * 0.75 ** np.arange(3)[::-1]
    means = sum(w * batch.mean(axis=0) for w, batch in zip(weights, batches, strict=True))
    variances = 0.75**3 + sum(w * batch.var(axis=0, ddof=1) for w, batch in zip(weights, batches, strict=True))
    np.testing.assert_allclose(memory[0], means, rtol=1e-12)
    np.testing.assert_allclose(memory[1], variances, rtol=1e-12)


def test_a_batch_of_one_is_refused():
    with pytest.raises(ArgumentError, match="batch of 1 cannot be normalized"):
        BatchNorm().train(X[:1], (np.ones(4), np.zeros(4)), (np.zeros(4), np.ones(4)))


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_at_test_a_sample_does_not_depend_on_its_neighbours(dropout):
    network = perceptron(4, 3, (8, 6), batchnorm=True, dropout=dropout)
    params, memory = network.begin(1)
    memory = memory + RANDOM.random(memory.shape)
    together = network.test(params, memory, X)
    np.testing.assert_allclose(network.test(params, memory, X[2:4]), together[2:4], rtol=1e-12)
    other = np.vstack([X[:1], 100 * X[1:]])
    np.testing.assert_allclose(network.test(params, memory, other)[0], together[0], rtol=1e-12)


def test_an_activation_may_follow_apart():
    fused = Network(4, (Dense(5, bias=False), BatchNorm(kind="tanh"), Dense(3)))
    apart = Network(4, (Dense(5, bias=False), BatchNorm(), Activation("tanh"), Dense(3)))
    results = []
    for network in (fused, apart):
        params, memory = network.begin(5)
        params = params + 0.3
        results.append(network.backward(params, memory, X, LABELS, np.random.default_rng(0)))
    np.testing.assert_allclose(results[0].gradient, results[1].gradient, rtol=1e-9, atol=1e-13)
    assert results[0].loss == pytest.approx(results[1].loss, rel=1e-12)
    for index, kind, before in fused.signals(params, memory, X):
        [(other_index, other_kind, other)] = apart.signals(params, memory, X)
        assert (index, other_index, kind, other_kind) == (1, 2, "tanh", "tanh")
        np.testing.assert_allclose(before, other, rtol=1e-12)


# Dropout


@pytest.mark.parametrize("inverted", [True, False])
@pytest.mark.parametrize("rate", [0.0, 0.2, 0.7])
def test_dropout_is_at_test_what_it_is_in_expectation_when_trained(rate, inverted):
    """Over all masks of three features, each with its probability, not by sampling."""
    layer, x = Dropout(rate, inverted=inverted), np.array([[1.0, -2.0, 3.0]])

    class Masks:
        def __init__(self, mask):
            self.mask = mask

        def random(self, shape, dtype):
            return np.where(self.mask, 0.999, 0.0).reshape(shape).astype(dtype)

    expected = np.zeros((1, 3))
    for number in range(8):
        kept = np.array([number & 1, number & 2, number & 4], bool)
        weight = np.prod(np.where(kept, 1 - rate, rate))
        if weight:
            expected += weight * layer.train(x, (), (), Masks(kept))[0]
    np.testing.assert_allclose(layer.test(x, (), ()), expected, rtol=1e-6)


def test_dropout_drops_its_share_and_the_gradient_with_it():
    layer, x = Dropout(0.3), np.ones((100, 200))
    y, _ = layer.train(x, (), (), np.random.default_rng(1))
    assert (y == 0).mean() == pytest.approx(0.3, abs=0.01)
    slope = grad(lambda x: anp.sum(layer.train(x, (), (), np.random.default_rng(1))[0]))(x)
    np.testing.assert_array_equal(slope, y)


@pytest.mark.parametrize("rate", [1, 1.0, -0.1, 2, math.nan, "half"])
def test_dropout_refuses(rate):
    with pytest.raises(ArgumentError, match=r"dropout: rate must be a number in \[0, 1\)"):
        Dropout(rate)


# Losses


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_cross_entropy_is_differentiated_twice(scale):
    logits = scale * RANDOM.normal(size=(7, 3))
    check_grads(lambda z: cross_entropy(z, LABELS), modes=["rev"], order=2)(logits)
    assert cross_entropy(logits, LABELS) == pytest.approx(plain_cross_entropy(logits, LABELS), rel=1e-12)


def test_its_gradient_is_the_error_of_the_probabilities():
    logits = RANDOM.normal(size=(7, 3))
    expected = (softmax(logits) - np.eye(3)[LABELS]) / 7
    np.testing.assert_allclose(grad(lambda z: cross_entropy(z, LABELS))(logits), expected, rtol=1e-12)


def test_two_classes_are_logistic_regression():
    logits, labels = RANDOM.normal(size=(9, 2)) * 4, np.arange(9) % 2
    margin = (logits[:, 1] - logits[:, 0]) * (2 * labels - 1)
    assert cross_entropy(logits, labels) == pytest.approx(np.log1p(np.exp(-margin)).mean(), rel=1e-12)
    sigmoid = 1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))
    np.testing.assert_allclose(softmax(logits)[:, 1], sigmoid, rtol=1e-12)
    slope = grad(lambda z: cross_entropy(z, labels))(logits)[:, 1]
    np.testing.assert_allclose(slope, (sigmoid - labels) / 9, rtol=1e-9)


def test_cross_entropy_is_stable():
    logits = np.array([[1e4, 0.0, -1e4], [-1e4, 1e4, 0.0]])
    assert cross_entropy(logits, np.array([0, 0])) == pytest.approx(1e4)
    assert np.isfinite(grad(lambda z: cross_entropy(z, np.array([2, 2])))(logits)).all()


@pytest.mark.parametrize("far", [0.0, 1e3, -1e3, 1e30])
def test_probabilities_do_not_overflow(far):
    """Whatever is added to all logits, their probabilities stay what they are."""
    plain = np.array([[0.0, math.log(3.0)], [5.0, 5.0]])
    chances = np.array([[0.25, 0.75], [0.5, 0.5]]) if abs(far) < 1e6 else np.full((2, 2), 0.5)  # 1e30 swallows them
    np.testing.assert_allclose(softmax(plain + far), chances, rtol=1e-12)
    np.testing.assert_allclose(log_softmax(plain + far), np.log(chances), rtol=1e-12)


def test_logarithms_are_exact_where_probabilities_are_nothing():
    np.testing.assert_array_equal(log_softmax(np.array([[1e3, 0.0], [0.0, 1e4]])), [[0, -1e3], [-1e4, 0]])


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.7), (0.3, 0.7)])
def test_penalties_have_their_gradient(l1, l2):
    penalty, weights = Penalty(l1=l1, l2=l2), np.array([0.5, -2.0, 1.0])
    assert penalty.value(weights) == pytest.approx(l1 * 3.5 + l2 / 2 * 5.25)
    slope = elementwise_grad(lambda w: l1 * anp.abs(w) + l2 / 2 * w * w)(weights)
    np.testing.assert_allclose(penalty.gradient(weights), slope, rtol=1e-12)


def test_penalties_leave_biases_and_normalizations_alone():
    network = perceptron(4, 3, (5,), batchnorm=True)
    params, memory = network.begin(0)
    params = params + 0.5
    plain, held = (
        network.backward(params, memory, X, LABELS, np.random.default_rng(0), Penalty(l1=0.1, l2=two))
        for two in (0.0, 0.4)
    )
    moved = held.gradient - plain.gradient
    for slot in network.slots:
        expected = 0.4 * params[slot.place] if slot.part.name == "weights" else 0.0
        np.testing.assert_allclose(moved[slot.place], expected, atol=1e-12)


@pytest.mark.parametrize("options", [{"l1": -1}, {"l2": -1e-9}, {"l2": math.nan}, {"l1": math.inf}])
def test_penalties_refuse(options):
    with pytest.raises(ArgumentError, match=r"must be a number in \[0, inf\)"):
        Penalty(**options)


# Initializers


@pytest.mark.parametrize(
    ("spec", "deviation"),
    [("xavier", math.sqrt(2 / 500)), ("he", 0.1), ("lecun", math.sqrt(1 / 200)), ("scale(0.3)", 0.3), ("zeros", 0.0)],
)
def test_weights_deviate_as_the_formula_says(spec, deviation):
    drawn = initializer(spec).draw((200, 300), np.random.default_rng(0))
    assert drawn.std() == pytest.approx(deviation, rel=0.01)
    assert drawn.mean() == pytest.approx(0, abs=4 * deviation / math.sqrt(drawn.size) + 1e-15)
    assert initializer(str(initializer(spec))) == initializer(spec)


@pytest.mark.parametrize("batchnorm", [False, True])
@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_weights_begin_as_suits_the_activation(kind, batchnorm):
    """He where half of the signal is lost, Xavier where a unit is a line near 0; in every layer, the last included."""
    network = perceptron(200, 150, (300, 250), kind=kind, batchnorm=batchnorm)
    params, _ = network.begin(0)
    found = [params[slot.place].std() for slot in network.slots if slot.part.name == "weights"]
    linear_near_0 = kind in ("identity", "sigmoid", "tanh")
    expected = [
        math.sqrt(2 / (inputs + outputs if linear_near_0 else inputs))
        for inputs, outputs in ((200, 300), (300, 250), (250, 150))
    ]
    assert found == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("kind", ["tanh", "relu"])
def test_another_initializer_may_be_asked_for(kind):
    network = perceptron(200, 150, (300,), kind=kind, start="scale(0.3)")
    params, _ = network.begin(0)
    found = [params[slot.place].std() for slot in network.slots if slot.part.name == "weights"]
    assert found == pytest.approx([0.3, 0.3], rel=0.02)


def test_every_initializer_is_tried_above_and_can_be_named():
    assert set(INITIALIZERS) == {"xavier", "he", "lecun", "scale", "zeros"}
    assert initializer("zeros").draw((2, 2), np.random.default_rng(0)).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("hee", "Did you mean 'he'"),
        ("scale(-1)", "must be a number in"),
        ("he(3)", "initializer he"),
        ("zeros(1)", "initializer zeros"),
    ],
)
def test_initializers_refuse(spec, words):
    with pytest.raises(ArgumentError, match=words):
        initializer(spec)


def test_unknown_activation():
    with pytest.raises(UnknownNameError, match="Did you mean 'relu'"):
        Activation("relo")


# Networks


STACKS = {
    "plain": {},
    "normalized": {"batchnorm": True},
    "dropped": {"dropout": 0.3},
    "all": {"batchnorm": True, "dropout": 0.3, "kind": "gelu"},
    **{kind: {"kind": kind} for kind in ACTIVATIONS},
}


@pytest.mark.parametrize("options", STACKS.values(), ids=STACKS)
def test_a_network_passes_the_check_of_its_gradient(options):
    network = perceptron(4, 3, (6, 5), **options)
    params, memory = network.begin(2)
    params = params + 0.1 * np.random.default_rng(0).normal(size=params.shape)

    def loss(flat):
        logits, _ = network.train(network.views(flat), memory, X, np.random.default_rng(7))
        return cross_entropy(logits, LABELS)

    found = network.backward(params, memory, X, LABELS, np.random.default_rng(7))
    assert found.loss == pytest.approx(loss(params), rel=1e-12)
    np.testing.assert_allclose(found.gradient, grad(loss)(params), rtol=1e-9, atol=1e-14)
    directions = np.random.default_rng(1).normal(size=(5, network.size))
    for way in directions:
        step = 1e-6 * way
        slope = (loss(params + step) - loss(params - step)) / 2e-6
        assert found.gradient @ way == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_a_network_is_differentiated_twice():
    network = perceptron(2, 2, (3,), kind="tanh", batchnorm=True)
    params, memory = network.begin(2)

    def loss(flat):
        logits, _ = network.train(network.views(flat), memory, X[:, :2], np.random.default_rng(7))
        return cross_entropy(logits, LABELS % 2)

    curvature = hessian(loss)(params)
    slope = grad(loss)
    numbers = [(slope(params + e) - slope(params - e)) / 2e-5 for e in 1e-5 * np.eye(network.size)]
    np.testing.assert_allclose(curvature, numbers, atol=1e-7)
    np.testing.assert_allclose(curvature, curvature.T, atol=1e-12)


@pytest.mark.parametrize("options", STACKS.values(), ids=STACKS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_is_silently_made_double(options, dtype, monkeypatch):
    """Every gradient that flows backward is looked at, not only what comes out."""
    seen, add = [], gradients.add_outgrads

    def look(so_far, ingrad):
        seen.append(np.asarray(ingrad).dtype)
        return add(so_far, ingrad)

    monkeypatch.setattr(gradients, "add_outgrads", look)
    network = perceptron(4, 3, (6, 5), **options)
    params, memory = network.begin(2, dtype)
    found = network.backward(
        params, memory, X.astype(dtype), LABELS, np.random.default_rng(7), Penalty(l1=0.01, l2=0.01)
    )
    assert len(seen) >= 11
    assert set(seen) == {np.dtype(dtype)}
    assert {each.dtype for each in (found.gradient, found.memory, found.logits)} == {np.dtype(dtype)}


def test_the_float_type_rounds_the_same_first_weights():
    network = perceptron(4, 3, (6, 5), batchnorm=True)
    wide, narrow = (network.begin(2, dtype)[0] for dtype in (np.float64, np.float32))
    np.testing.assert_array_equal(wide.astype(np.float32), narrow)
    assert not np.array_equal(wide, narrow)


def test_the_loss_is_told_with_its_penalty():
    network, penalty = perceptron(4, 3, (5,)), Penalty(l1=0.1, l2=0.4)
    params, memory = network.begin(0)
    plain, held = (
        network.backward(params, memory, X, LABELS, np.random.default_rng(0), each) for each in (Penalty(), penalty)
    )
    weights = np.concatenate([params[slot.place] for slot in network.slots if slot.part.name == "weights"])
    assert held.loss - plain.loss == pytest.approx(0.1 * np.abs(weights).sum() + 0.2 * (weights**2).sum(), rel=1e-9)


def test_views_are_views():
    network = perceptron(4, 3, (6,), batchnorm=True)
    params, memory = network.begin(0)
    assert all(np.shares_memory(view, params) for view in network.views(params))
    assert sum(view.size for view in network.views(params)) == network.size == len(params) == 4 * 6 + 12 + 6 * 3 + 3
    assert len(memory) == 12


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_optimizers_of_surfaces_train_a_network(name):
    """The very objects, through the very loop that races them."""
    network = perceptron(4, 3, (6,), batchnorm=True)
    params, memory = network.begin(0)

    def slope(flat, t):
        return network.backward(flat, memory, X, LABELS, np.random.default_rng(t)).gradient

    def loss(flat):
        return network.backward(flat, memory, X, LABELS, np.random.default_rng(0)).loss

    path = iterates(slope, OPTIMIZERS[name](lr=1.0 if name == "adadelta" else 0.02), params)
    ends = [next(path) for _ in range(61)]
    assert loss(ends[-1]) < 0.8 * loss(ends[0])


@pytest.mark.parametrize(("inputs", "layers"), [(0, (Dense(2),)), (3, ()), (2.5, (Dense(2),))])
def test_networks_refuse(inputs, layers):
    with pytest.raises(ArgumentError, match="a network has"):
        Network(inputs, layers)


def test_a_layer_by_itself_is_the_identity():
    assert Layer().test(X, (), ()) is X
    assert Layer().width(4) == 4
