"""A setting: by what samples are standardized, and that training alone sees them augmented, on evaluation's scale."""

from dataclasses import replace

import numpy as np
import pytest

from optviz.nets.augmentation import Flip, Noise
from optviz.nets.datasets import Dataset, load_data
from optviz.nets.losses import softmax
from optviz.nets.network import perceptron
from optviz.nets.rates import GRID, choose_rates
from optviz.nets.setting import prepare
from optviz.nets.splits import SHARES
from optviz.nets.training import train
from optviz.optimizer.descent import SGD

MOONS = load_data("moons:samples=200")
NET = perceptron(24, 2, (6,))
QUICK = {"epochs": 3, "batch_size": 20}


def images(count=200, peak=200):
    """Images of 4×6 pixels, those of one class brighter on the left, those of the other on the right."""
    random, y = np.random.default_rng(0), np.arange(count) % 2
    bright = np.where((np.arange(6) < 3) == (y[:, None, None] == 0), peak, peak // 2)
    x = random.integers(0, np.broadcast_to(bright, (count, 4, 6)), endpoint=True)
    x[0, 0, 0] = peak
    return Dataset(name="sides", title="Sides", x=x.reshape(count, 24).astype(np.uint8), y=y, image=(4, 6))


SIDES = images()


def flipped(x):
    return x.reshape(-1, 4, 6)[:, :, ::-1].reshape(-1, 24)


def setting(data=SIDES, network=NET, **options):
    return prepare(data, network, 0, SHARES, **QUICK | options)


def scored(run, part):
    """Loss and accuracy of a run's one network on samples as they are stored, worked out here."""
    train, samples, [trial] = run.setting.parts.train.x, getattr(run.setting.parts, part), run.trials
    x = (samples.x - train.mean()) / train.std()
    chances = softmax(run.setting.network.test(trial.params.astype(float), trial.memory.astype(float), x))
    own = chances[np.arange(len(x)), samples.y]
    return -np.log(own).mean(), (chances.argmax(axis=1) == samples.y).mean()


# Standardization


def test_columns_are_standardized_one_by_one_by_the_training_part_alone():
    seen = setting(MOONS, perceptron(2, 2))
    own, whole = seen.parts.train.x, MOONS.x
    np.testing.assert_allclose(seen.standard.mean, own.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(seen.standard.scale, own.std(axis=0), rtol=1e-12)
    assert np.abs(whole.mean(axis=0) - own.mean(axis=0)).min() > 1e-3, "another part would be told from it"


def test_pixels_are_standardized_together_by_the_training_part_alone():
    seen = setting()
    own = seen.parts.train.x
    assert seen.standard.mean.tolist() == pytest.approx([own.mean()], rel=1e-12)
    assert seen.standard.scale.tolist() == pytest.approx([own.std()], rel=1e-12)
    assert abs(SIDES.x.mean() - own.mean()) > 1e-3


# Augmentation


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("peak", [1, 16, 200])
def test_a_batch_is_augmented_and_on_the_scale_of_the_others(dtype, peak):
    data, positions = images(peak=peak), np.array([7, 0, 31])
    plain, changed = setting(data, dtype=dtype), setting(data, dtype=dtype, augment=(Flip(1.0),))
    own = plain.parts.train
    for seen, expected in ((plain, own.x[positions]), (changed, flipped(own.x[positions]))):
        x, labels = seen.batch(positions, np.random.default_rng(0))
        np.testing.assert_allclose(x, (expected - own.x.mean()) / own.x.std(), rtol=1e-5, atol=1e-5)
        assert x.dtype == dtype
        np.testing.assert_array_equal(labels, own.y[positions])


def test_noise_is_measured_by_the_brightest_pixel():
    seen = setting(augment=(Noise(0.5),))
    positions = np.arange(len(seen.parts.train))
    noisy, _ = seen.batch(positions, np.random.default_rng(0))
    plain, _ = setting().batch(positions, np.random.default_rng(0))
    noise = (noisy - plain) * seen.parts.train.x.std()
    assert noise.std() == pytest.approx(0.5 * 200, rel=0.05)
    assert abs(noise.mean()) < 10


def test_every_step_draws_its_changes_anew():
    seen, positions = setting(augment=(Flip(0.5),)), np.arange(100)
    one, again, other = (seen.batch(positions, np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


def test_training_with_a_sure_flip_is_training_on_flipped_images():
    augmented = train(SIDES, NET, ["adam:lr=0.01"], augment="flip(1)", **QUICK).runs[0]
    by_hand = train(replace(SIDES, x=flipped(SIDES.x)), NET, ["adam:lr=0.01"], **QUICK).runs[0]
    plain = train(SIDES, NET, ["adam:lr=0.01"], **QUICK).runs[0]
    np.testing.assert_allclose(augmented.trials[0].params, by_hand.trials[0].params, rtol=1e-4, atol=1e-5)
    assert np.abs(augmented.trials[0].params - plain.trials[0].params).max() > 0.01


def test_all_changes_are_made():
    twice = train(SIDES, NET, ["adam:lr=0.01"], augment=["flip(1)", "flip(1)"], **QUICK).runs[0]
    plain = train(SIDES, NET, ["adam:lr=0.01"], **QUICK).runs[0]
    np.testing.assert_allclose(twice.trials[0].params, plain.trials[0].params, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_evaluation_sees_images_as_they_are(part):
    run = train(SIDES, NET, ["adam:lr=0.01"], augment="flip(1)", **QUICK).runs[0]
    loss, accuracy = scored(run, part)
    assert getattr(run, part) == (pytest.approx(loss, rel=1e-5), pytest.approx(accuracy))
    if part != "test":
        assert getattr(run.history[-1], part) == getattr(run, part)
    assert accuracy < 0.5, "left is right in training alone"


def test_rates_are_tried_on_augmented_batches_and_plain_validation():
    augmented = setting(augment=(Flip(1.0),))
    rest = setting(replace(SIDES, x=flipped(SIDES.x)))
    by_hand = replace(rest, parts=rest.parts._replace(validation=augmented.parts.validation))
    [found], [expected] = (choose_rates([each], [SGD()]) for each in (augmented, by_hand))
    assert found.losses[:8] == pytest.approx(expected.losses[:8], rel=1e-3)
    assert found.lr == GRID[0], "whatever is learned of flipped images makes plain ones worse"
