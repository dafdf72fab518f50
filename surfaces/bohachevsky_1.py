"""Bohachevsky's first function: an elliptic bowl with a fine ripple on its floor.

f(x, y) = x² + 2y² − 0.3 cos 3πx − 0.4 cos 4πy + 0.7. Bohachevsky, Johnson & Stein 1986; the Simon Fraser
virtual library of test functions. On the domain of ±100 nothing but a bowl; the picture shows the middle,
where the ripple is steeper than the bowl and holds whoever comes slowly.
"""

import autograd.numpy as np

from optviz import Surface


def bohachevsky_1(x, y):
    return x**2 + 2 * y**2 - 0.3 * np.cos(3 * np.pi * x) - 0.4 * np.cos(4 * np.pi * y) + 0.7


SURFACE = Surface(
    name="bohachevsky-1",
    fn=bohachevsky_1,
    domain=(-100, 100, -100, 100),
    view=(-2, 2, -2, 2),
    start=(1.5, 1),
    minima=((0, 0),),
    title="Bohachevsky no. 1",
    formula="x² + 2y² − 0.3 cos 3πx − 0.4 cos 4πy + 0.7",
    reference="Bohachevsky, Johnson & Stein 1986; Surjanovic & Bingham, virtual library of simulation experiments",
)
