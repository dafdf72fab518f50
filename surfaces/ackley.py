"""Ackley's function: a nearly flat plain of dimples around one deep funnel.

f(x, y) = −20 exp(−0.2 √((x² + y²)/2)) − exp((cos 2πx + cos 2πy)/2) + e + 20. Ackley 1987; the Simon Fraser
virtual library of test functions. Far out the dimples are all one feels. At the origin the funnel ends in a
point, as a cone does: the gradient does not fade on the way in, and constant steps dance around the tip.
"""

import autograd.numpy as np

from optviz import Surface


def ackley(x, y):
    distance = np.sqrt((x**2 + y**2) / 2 + 1e-30)  # never 0, where the root has no gradient
    ripples = (np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y)) / 2
    return -20 * np.exp(-0.2 * distance) - np.exp(ripples) + np.e + 20


SURFACE = Surface(
    name="ackley",
    fn=ackley,
    domain=(-5, 5, -5, 5),
    start=(-3.6, 2.3),
    minima=((0, 0),),
    title="Ackley",
    formula="−20 exp(−0.2 √((x² + y²)/2)) − exp((cos 2πx + cos 2πy)/2) + e + 20",
    reference="Ackley 1987; Surjanovic & Bingham, virtual library of simulation experiments",
    smooth=False,
)
