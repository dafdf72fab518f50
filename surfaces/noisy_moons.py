"""Noisy moons: logistic regression on two interleaved crescents of points, without a bias.

f(w₁, w₂) = mean of ln(1 + exp(−label (w₁u + w₂v))) over 200 points (u, v) with labels ±1. After Radford's
visualizations of optimizers. The surface is convex and smooth, yet a step sees only 16 of the points: its
gradient is right on average and wrong every time. Far out almost all points are either settled or hopeless,
and the slope is straight.
"""

import autograd.numpy as np
from numpy.random import default_rng

from optviz import Surface


def noisy_moons(x, y, u, v, label):
    return np.logaddexp(0.0, -label * (x * u + y * v))


def moons(count, noise, seed):
    angle = np.linspace(0, np.pi, count // 2)
    u = np.concatenate([np.cos(angle), 1 - np.cos(angle)])
    v = np.concatenate([np.sin(angle), 0.5 - np.sin(angle)])
    scatter = noise * default_rng(seed).standard_normal((2, count))
    return u + scatter[0], v + scatter[1], np.repeat([1.0, -1.0], count // 2)


SURFACE = Surface(
    name="noisy-moons",
    fn=noisy_moons,
    domain=(-6, 6, -6, 6),
    start=(5, -5),
    minima=((-1.48554837174, 4.25631014439),),
    data=moons(200, 0.2, seed=0),
    batch_size=16,
    title="Noisy moons",
    formula="mean of ln(1 + exp(−label (w₁u + w₂v)))",
    reference="after Radford 2014, visualizations of optimization algorithms",
)
