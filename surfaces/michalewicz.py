"""Michalewicz's function: a dead flat plain crossed by three knife-cut canyons.

f(x, y) = −sin x · sin²⁰(x²/π) − sin y · sin²⁰(2y²/π). Michalewicz 1992; the Simon Fraser virtual library of
test functions, with m = 10. The twentieth power wipes out all but the crests of the sines. Each canyon is a
valley in one coordinate and blind to the other; the minimum is where two of them cross.
"""

import autograd.numpy as np

from optviz import Surface


def michalewicz(x, y):
    return -np.sin(x) * np.sin(x**2 / np.pi) ** 20 - np.sin(y) * np.sin(2 * y**2 / np.pi) ** 20


SURFACE = Surface(
    name="michalewicz",
    fn=michalewicz,
    domain=(0, np.pi, 0, np.pi),
    start=(0.95, 1.1),
    minima=((2.20290552017, np.pi / 2),),
    title="Michalewicz",
    formula="−sin x · sin²⁰(x²/π) − sin y · sin²⁰(2y²/π)",
    reference="Michalewicz 1992; Surjanovic & Bingham, virtual library of simulation experiments",
)
