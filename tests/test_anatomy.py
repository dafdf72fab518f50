"""What a step is made of, by the rules of textbooks along the path that was taken."""

import numpy as np
import pytest

import optviz
from optviz.anatomy import anatomy_of
from optviz.sampling import gaussian

LR, STEPS = 0.02, 12


def anatomy(spec, **more):
    race = optviz.race("booth", [spec], steps=STEPS, **more)
    return race, anatomy_of(race)


def slopes(points):
    x, y = points[:, 0], points[:, 1]
    return np.stack([10 * x + 8 * y - 34, 8 * x + 10 * y - 38], axis=-1)


@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_the_gradient_of_a_step_is_what_the_run_saw_where_it_stood(noise):
    race, found = anatomy(f"sgd:lr={LR}", noise=noise, seed=4)
    seen = slopes(race["sgd"]) + [gaussian(2, noise, seed=4)(t) for t in range(1, STEPS + 2)]
    np.testing.assert_allclose(found.gradient[:, 0], seen, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(found.step[:, 0], -LR * seen, rtol=1e-12, atol=1e-9)
    assert np.isnan(found.momentum).all()
    assert np.isnan(found.scale).all()


def test_momentum_moves_along_a_sum_of_gradients():
    race, found = anatomy(f"momentum:lr={LR / 10},momentum=0.8")
    seen, velocity = slopes(race["momentum"]), np.zeros(2)
    for t in range(STEPS + 1):
        velocity = 0.8 * velocity + seen[t]
        np.testing.assert_allclose(found.momentum[t, 0], velocity, rtol=1e-12)
        np.testing.assert_allclose(found.step[t, 0], -LR / 10 * velocity, rtol=1e-12)
    assert np.isnan(found.scale).all()


def test_adam_divides_its_mean_by_the_root_of_the_mean_square():
    race, found = anatomy("adam:lr=0.3,beta1=0.8,beta2=0.9,eps=1e-12")
    seen, m, v = slopes(race["adam"]), np.zeros(2), np.zeros(2)
    for t in range(STEPS + 1):
        m, v = 0.8 * m + 0.2 * seen[t], 0.9 * v + 0.1 * seen[t] ** 2
        mean, root = m / (1 - 0.8 ** (t + 1)), np.sqrt(v / (1 - 0.9 ** (t + 1)))
        np.testing.assert_allclose(found.momentum[t, 0], mean, rtol=1e-10)
        np.testing.assert_allclose(found.scale[t, 0], root, rtol=1e-10)
        np.testing.assert_allclose(found.step[t, 0], -0.3 * mean / root, rtol=1e-10)


def test_of_some_runs_is_theirs():
    found = anatomy_of(optviz.race("booth", ["sgd:lr=0.01", "adam:lr=0.3", "momentum:lr=0.01"], steps=3))
    for name in ("gradient", "momentum", "scale", "step"):
        np.testing.assert_array_equal(getattr(found.of([2, 0]), name), getattr(found, name)[:, [2, 0]])
