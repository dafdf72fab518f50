"""Interrupts at any moment: no traceback, no orphan, nothing half-written, nothing lost."""

import os
import signal

import numpy as np
import pytest

import optviz
from optviz.nets.network import perceptron
from optviz.nets.training import train

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs signals")


def told(training):
    """All that is to be known of a training, but how long it took."""
    return [
        (run.test, [trial.history for trial in run.trials], [trial.ensemble for trial in run.trials])
        for run in training.runs
    ]


@POSIX
@pytest.mark.parametrize("patience", [None, 1])
def test_an_ensemble_that_is_taken_up_has_the_history_that_it_would_have_had(patience, tmp_path):
    """Wherever Ctrl-C strikes: within an epoch of a member, or where one is done and the next has not begun."""
    moons, network = optviz.load_data("moons:samples=100"), perceptron(2, 2, (4,))
    specs = ["sgd:lr=0.5", "adam:lr=0.1"]
    options = {"epochs": 3, "batch_size": 20, "ensemble": 3, "patience": patience}
    whole, count = [], 0

    def strike(*_):
        nonlocal count
        count += 1
        if count == at:
            signal.raise_signal(signal.SIGINT)

    at = 0
    whole = train(moons, network, specs, watch=strike, **options)
    total = count
    for at in range(1, total):
        count, path = 0, tmp_path / f"{at}.npz"
        train(moons, network, specs, watch=strike, save=path, **options)
        again = train(moons, network, specs, save=path, resume=True, **options)
        assert told(again) == told(whole), at
        for one, other in zip(whole.runs, again.runs, strict=True):
            for left, right in zip(one.trials, other.trials, strict=True):
                np.testing.assert_array_equal(left.params, right.params)
