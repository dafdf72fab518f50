"""A line through points: least squares, the oldest of all losses, seen ten points at a time.

f(a, b) = mean of (a + bx − y)² over 100 points y = 1 + 2x + noise. Legendre 1805. The x are all positive, so
that intercept and slope can stand in for each other: the bowl is long and slanting. Each step sees ten points
and steps towards their line, not towards everyone's.
"""

import numpy as np

from optviz import Surface


def line_fit(a, b, x, y):
    return (a + b * x - y) ** 2


def points(count, noise, seed):
    random = np.random.default_rng(seed)
    x = random.uniform(0, 2, count)
    return x, 1 + 2 * x + noise * random.standard_normal(count)


SURFACE = Surface(
    name="line-fit",
    fn=line_fit,
    domain=(-4, 6, -4, 6),
    start=(4, -3),
    minima=((0.996270010088, 1.96731875411),),
    data=points(100, 0.5, seed=0),
    batch_size=10,
    title="Line fit",
    formula="mean of (a + bx − y)²,  y = 1 + 2x + noise",
    reference="Legendre 1805",
)
