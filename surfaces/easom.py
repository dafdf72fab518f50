"""Easom's function: a needle in a field, flat as far as one can see and one narrow hole.

f(x, y) = −cos x · cos y · exp(−(x − π)² − (y − π)²). Easom 1990; the Simon Fraser virtual library of test
functions. On the domain of ±100 the hole at (π, π) is less than a thousandth of the area, and three units
away from it the gradient is already too small to follow. The picture shows the hole and its rim only.
"""

import autograd.numpy as np

from optviz import Surface


def easom(x, y):
    return -np.cos(x) * np.cos(y) * np.exp(-((x - np.pi) ** 2) - (y - np.pi) ** 2)


SURFACE = Surface(
    name="easom",
    fn=easom,
    domain=(-100, 100, -100, 100),
    view=(1, 5.3, 1, 5.3),
    start=(4.7, 2.4),
    minima=((np.pi, np.pi),),
    title="Easom",
    formula="−cos x · cos y · exp(−(x − π)² − (y − π)²)",
    reference="Easom 1990; Surjanovic & Bingham, virtual library of simulation experiments",
)
