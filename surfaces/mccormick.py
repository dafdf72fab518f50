"""McCormick's function: a long slanting trough with a wave running through it.

f(x, y) = sin(x + y) + (x − y)² − 1.5x + 2.5y + 1. McCormick 1976; the Simon Fraser virtual library of test
functions. Across the trough a parabola, along it a sine on a slope: π further along in both coordinates lies
the same dent again, higher by π. Outside the box it goes on the other way, to lower and lower values; the
minimum stated is that of the box.
"""

import autograd.numpy as np

from optviz import Surface


def mccormick(x, y):
    return np.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1


SURFACE = Surface(
    name="mccormick",
    fn=mccormick,
    domain=(-1.5, 4, -3, 4),
    start=(3.5, -2),
    minima=((0.5 - np.pi / 3, -0.5 - np.pi / 3), (0.5 + 2 * np.pi / 3, -0.5 + 2 * np.pi / 3)),
    saddles=((0.5 + np.pi / 3, -0.5 + np.pi / 3),),
    title="McCormick",
    formula="sin(x + y) + (x − y)² − 1.5x + 2.5y + 1",
    reference="McCormick 1976; Surjanovic & Bingham, virtual library of simulation experiments",
)
