"""Lévy's function no. 13: a wide bowl corrugated in both directions, at different pitches.

f(x, y) = sin² 3πx + (x − 1)² (1 + sin² 3πy) + (y − 1)² (1 + sin² 2πy). Lévy & Montalvo 1985; the Simon Fraser
virtual library of test functions. Far out the corrugation is as tall as the bowl itself; near (1, 1) it
fades, and only the ripples along x are left.
"""

import autograd.numpy as np

from optviz import Surface


def levy_13(x, y):
    along_x = np.sin(3 * np.pi * x) ** 2 + (x - 1) ** 2 * (1 + np.sin(3 * np.pi * y) ** 2)
    return along_x + (y - 1) ** 2 * (1 + np.sin(2 * np.pi * y) ** 2)


SURFACE = Surface(
    name="levy-13",
    fn=levy_13,
    domain=(-10, 10, -10, 10),
    start=(-8, 6),
    minima=((1, 1),),
    title="Lévy no. 13",
    formula="sin² 3πx + (x − 1)² (1 + sin² 3πy) + (y − 1)² (1 + sin² 2πy)",
    reference="Lévy & Montalvo 1985; Surjanovic & Bingham, virtual library of simulation experiments",
)
