"""Griewank's function: an enormous shallow bowl covered with tens of thousands of equal ripples.

f(x, y) = 1 + (x² + y²)/4000 − cos x · cos(y/√2). Griewank 1981; the Simon Fraser virtual library of test
functions. From afar it is a parabola; close by, where the picture shows it, the parabola has all but gone,
and from one pit to the next the floor sinks by less than a hundredth.
"""

import autograd.numpy as np

from optviz import Surface


def griewank(x, y):
    return 1 + (x**2 + y**2) / 4000 - np.cos(x) * np.cos(y / np.sqrt(2))


SURFACE = Surface(
    name="griewank",
    fn=griewank,
    domain=(-600, 600, -600, 600),
    view=(-8, 8, -8, 8),
    start=(-5.6, -3.6),
    minima=((0, 0),),
    title="Griewank",
    formula="1 + (x² + y²)/4000 − cos x · cos(y/√2)",
    reference="Griewank 1981; Surjanovic & Bingham, virtual library of simulation experiments",
)
