"""Hölder's table: a tabletop of small bumps whose four legs go down deep.

f(x, y) = −|sin x · cos y · exp|1 − r/π||, r = √(x² + y²). Mishra 2006; the Simon Fraser virtual library of
test functions. The exponential lets the waves grow towards the corners, so the four minima lie near the
corners of the box, and the middle is crowded with harmless dents, parted by creases. The picture shows one
quarter; the others mirror it.
"""

import autograd.numpy as np

from optviz import Surface


def holder_table(x, y):
    r = np.sqrt(x**2 + y**2 + 1e-30)  # never 0, where the root has no gradient
    return -np.abs(np.sin(x) * np.cos(y) * np.exp(np.abs(1 - r / np.pi)))


SURFACE = Surface(
    name="holder-table",
    fn=holder_table,
    domain=(-10, 10, -10, 10),
    view=(0, 10, 0, 10),
    start=(4.6, 1.9),
    minima=(
        (8.05502347574, 9.66459001924),
        (8.05502347574, -9.66459001924),
        (-8.05502347574, 9.66459001924),
        (-8.05502347574, -9.66459001924),
    ),
    title="Hölder table",
    formula="−|sin x · cos y · exp|1 − r/π||,  r = √(x² + y²)",
    reference="Mishra 2006; Surjanovic & Bingham, virtual library of simulation experiments",
)
