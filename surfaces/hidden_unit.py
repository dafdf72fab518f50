"""The smallest network that is one: a single hidden unit, two weights, two equally good answers.

f(w₁, w₂) = mean of (w₂ tanh(w₁x) − y)² over 100 points. Turn both weights' signs and the network says the
same, so the surface has two minima and, at the origin between them, a saddle: why networks are not started
from zero.
"""

import autograd.numpy as np
from numpy.random import default_rng

from optviz import Surface


def hidden_unit(w1, w2, x, y):
    return (w2 * np.tanh(w1 * x) - y) ** 2


def points(count, noise, seed):
    random = default_rng(seed)
    x = random.uniform(-2, 2, count)
    return x, 1.5 * np.tanh(1.2 * x) + noise * random.standard_normal(count)


SURFACE = Surface(
    name="hidden-unit",
    fn=hidden_unit,
    domain=(-4, 4, -4, 4),
    start=(-2.5, 2.8),
    minima=((1.03055534757, 1.54229008561), (-1.03055534757, -1.54229008561)),
    saddles=((0, 0),),
    data=points(100, 0.3, seed=0),
    batch_size=10,
    title="Hidden unit",
    formula="mean of (w₂ tanh(w₁x) − y)²",
    reference="Goodfellow, Bengio & Courville 2016, Deep Learning, §8.2, on weight-space symmetry",
)
