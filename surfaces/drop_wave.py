"""The drop wave: rings on water around the place where a drop fell in.

f(x, y) = −(1 + cos 12r) / (r²/2 + 2), r = √(x² + y²). The Simon Fraser virtual library of test functions.
Every ring is a trough that goes round the centre at one height; the gradient points straight in or straight
out, and nothing leads from one trough to the next, deeper one.
"""

import autograd.numpy as np

from optviz import Surface


def drop_wave(x, y):
    r2 = x**2 + y**2 + 1e-30  # never 0, where the root has no gradient
    return -(1 + np.cos(12 * np.sqrt(r2))) / (r2 / 2 + 2)


SURFACE = Surface(
    name="drop-wave",
    fn=drop_wave,
    domain=(-5.12, 5.12, -5.12, 5.12),
    view=(-1.6, 1.6, -1.6, 1.6),
    start=(0.1, 1.3),
    minima=((0, 0),),
    title="Drop wave",
    formula="−(1 + cos 12r) / (r²/2 + 2),  r = √(x² + y²)",
    reference="Surjanovic & Bingham, virtual library of simulation experiments",
)
