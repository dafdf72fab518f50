"""Rastrigin's function: a bowl papered with egg cartons, 121 pits and one that is deepest.

f(x, y) = 20 + x² − 10 cos 2πx + y² − 10 cos 2πy. Rastrigin 1974; the Simon Fraser virtual library of test
functions. The bowl shows the way to the origin, but every step there is barred by a ridge far higher than
what the step would gain: downhill alone, one stays in the pit where one began.
"""

import autograd.numpy as np

from optviz import Surface


def rastrigin(x, y):
    return 20 + x**2 - 10 * np.cos(2 * np.pi * x) + y**2 - 10 * np.cos(2 * np.pi * y)


SURFACE = Surface(
    name="rastrigin",
    fn=rastrigin,
    domain=(-5.12, 5.12, -5.12, 5.12),
    start=(3.5, 4.3),
    minima=((0, 0),),
    title="Rastrigin",
    formula="20 + x² − 10 cos 2πx + y² − 10 cos 2πy",
    reference="Rastrigin 1974; Surjanovic & Bingham, virtual library of simulation experiments",
)
