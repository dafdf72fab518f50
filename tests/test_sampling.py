"""Minibatches and noise: what their distribution is, and that no two purposes share their random numbers."""

import numpy as np
import pytest

import optviz
from optviz.catalog import load_surface
from optviz.problem import pose
from optviz.runs import oracle
from optviz.sampling import gaussian, minibatches


def test_each_epoch_takes_every_sample_once_in_an_order_of_its_own():
    batch = minibatches(12, 4, seed=3)
    epochs = [np.concatenate([batch(3 * epoch + step) for step in (1, 2, 3)]).tolist() for epoch in range(5)]
    assert all(sorted(epoch) == list(range(12)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in [*epochs, list(range(12))]}) == 6
    assert batch(1).tolist() == minibatches(12, 4, seed=3)(1).tolist() != minibatches(12, 4, seed=4)(1).tolist()


def test_what_fills_no_batch_is_dropped():
    batch = minibatches(11, 4, seed=0)
    assert [len(batch(t)) for t in range(1, 9)] == [4] * 8
    assert len({*batch(1).tolist(), *batch(2).tolist()}) == 8


def test_noise_is_normal_of_the_deviation_that_is_asked_for_and_never_repeats():
    noise = gaussian(2, 3.0, seed=1)
    drawn = np.array([noise(t) for t in range(1, 3001)])
    assert len(np.unique(drawn)) == drawn.size
    assert np.abs(drawn.mean(axis=0)).max() < 4 * 3 / 3000**0.5
    np.testing.assert_allclose(drawn.std(axis=0), 3, rtol=0.05)
    np.testing.assert_allclose((drawn**4).mean(axis=0) / (drawn**2).mean(axis=0) ** 2, 3, rtol=0.15)
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.08


def test_minibatches_tell_nothing_of_the_noise():
    """Over 400 seeds: who comes last in an epoch of 512 samples, and of which sign and size the first noise is.

    Of one stream the same bits would say both: the sign of the first noise, and in which half the last sample lies.
    """
    seeds = range(400)
    orders = np.array([minibatches(512, 512, seed)(1)[-4:] for seed in seeds], dtype=float)
    noises = np.array([[gaussian(2, 1.0, seed)(t) for t in (1, 2)] for seed in seeds]).reshape(len(seeds), -1)
    told = np.corrcoef(np.concatenate([orders, noises, np.abs(noises), np.sign(noises)], axis=1).T)[:4, 4:]
    assert np.abs(told).max() < 0.25, "five standard errors"
    one = np.array([np.random.default_rng(seed).permutation(512)[-1] for seed in seeds])
    other = np.array([np.random.default_rng(seed).standard_normal() for seed in seeds])
    assert abs(np.corrcoef(one, np.sign(other))[0, 1]) > 0.5, "so it would be seen"


@pytest.mark.parametrize("limit", [0.5, 2.0])
def test_a_gradient_is_clipped_after_its_noise_and_as_a_whole(limit):
    seen = oracle(pose("booth", noise=30.0, clip=limit))
    points = np.array([[1.0, 3.0], [5.0, -8.0], [1.1, 3.1]])
    for t in (1, 2):
        plain = oracle(pose("booth", noise=30.0))(points, t)
        norms = np.hypot(*plain.T)[:, None]
        assert (norms > limit).all()
        np.testing.assert_allclose(seen(points, t), plain / norms * limit, rtol=1e-12)


def test_the_noise_of_a_race_is_another_at_every_step():
    race = optviz.race("booth", ["sgd:lr=0.01"], start=(1, 3), noise=1.0, steps=20)
    points = race["sgd"]
    slopes = np.array([[10 * x + 8 * y - 34, 8 * x + 10 * y - 38] for x, y in points[:-1]])
    noise = np.diff(points, axis=0) / -0.01 - slopes
    assert np.abs(np.diff(noise, axis=0)).min() > 1e-6
    np.testing.assert_allclose(noise, [gaussian(2, 1.0, seed=0)(t) for t in range(1, 21)], atol=1e-9)


def test_a_step_sees_as_many_samples_as_it_is_asked_to():
    """On a fit of a line the gradient of a minibatch is that of its own samples, by the formula."""
    surface = load_surface("line-fit")
    x, y = surface.data
    a, b = surface.start
    for size in (1, 5, len(x) - 1):
        chosen = minibatches(len(x), size, seed=7)(1)
        found = oracle(pose("line-fit", batch_size=size, seed=7))(np.array([[a, b]]), 1)
        off = a + b * x[chosen] - y[chosen]
        np.testing.assert_allclose(found, [[np.mean(2 * off), np.mean(2 * off * x[chosen])]], rtol=1e-12)
