"""Networks against torch: the same weights and batches, the same losses, ends, running statistics and outputs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optviz.nets.activations import ACTIVATIONS
from optviz.nets.layers import BatchNorm
from optviz.nets.losses import Penalty
from optviz.nets.moving import Mover
from optviz.nets.network import perceptron
from optviz.optimizer import OPTIMIZERS

REFERENCE = json.loads((Path(__file__).parent / "reference" / "networks.json").read_text())
X, Y = np.array(REFERENCE["x"]), np.array(REFERENCE["y"])


def built(row):
    network = perceptron(
        X.shape[1], int(Y.max()) + 1, REFERENCE["hidden"], kind=row["activation"], batchnorm=row["batchnorm"]
    )
    own = {"eps": REFERENCE["eps"], "decay": REFERENCE["decay"]}
    layers = [replace(layer, **own) if isinstance(layer, BatchNorm) else layer for layer in network.layers]
    return replace(network, layers=tuple(layers))


def test_the_references_cover_what_they_should():
    rows = REFERENCE["rows"]
    normalized = {row["optimizer"] for row in rows if row["batchnorm"] and row["activation"] == "relu"}
    assert normalized == {"sgd", "momentum", "adagrad", "rmsprop", "adam"}
    assert any(row["activation"] == "tanh" and row["l2"] for row in rows)
    assert {len(row["losses"]) for row in rows} == {50}
    assert all(row["losses"][-1] < 0.8 * row["losses"][0] for row in rows)


@pytest.mark.parametrize("row", REFERENCE["rows"], ids=lambda row: f"{row['optimizer']}-{row['activation']}")
def test_training_agrees_with_torch(row):
    network = built(row)
    params = np.array(row["start"])
    _, memory = network.begin(0)
    mover = Mover(OPTIMIZERS[row["optimizer"]](**row["fields"]), params)
    losses, random = [], np.random.default_rng(0)
    for batch in REFERENCE["batches"]:
        found = network.backward(params, memory, X[batch], Y[batch], random, Penalty(l2=row["l2"]))
        mover.move(params, found.gradient)
        memory = found.memory
        losses.append(found.loss)
    for ours, theirs in (
        (losses, row["losses"]),
        (params, row["end"]),
        (memory, row["running"]),
        (network.test(params, memory, X), row["outputs"]),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("row", REFERENCE["activations"], ids=lambda row: row["name"])
def test_activations_agree_with_torch(row):
    kind, x = ACTIVATIONS[row["name"]], np.array(row["x"])
    np.testing.assert_allclose(kind.value(x), row["y"], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(kind.slope(x, kind.value(x)), row["slopes"], rtol=1e-12, atol=1e-14)


def test_every_activation_is_compared():
    assert [row["name"] for row in REFERENCE["activations"]] == list(ACTIVATIONS)
