"""Branin's function: three equally deep basins strung along a parabola.

f(x, y) = (y − 5.1x²/4π² + 5x/π − 6)² + 10 (1 − 1/8π) cos x + 10. Branin 1972; the Simon Fraser virtual
library of test functions. A parabolic trough bent across the box, and a cosine that makes three pools of it.
A favourite for methods that must do with few evaluations.
"""

import autograd.numpy as np

from optviz import Surface


def branin(x, y):
    trough = y - 5.1 * x**2 / (4 * np.pi**2) + 5 * x / np.pi - 6
    return trough**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10


SURFACE = Surface(
    name="branin",
    fn=branin,
    domain=(-5, 10, 0, 15),
    start=(5.5, 14),
    minima=((-np.pi, 12.275), (np.pi, 2.275), (3 * np.pi, 2.475)),
    saddles=((0, 6), (2 * np.pi, 1.1)),
    title="Branin",
    formula="(y − 5.1x²/4π² + 5x/π − 6)² + 10 (1 − 1/8π) cos x + 10",
    reference="Branin 1972; Surjanovic & Bingham, virtual library of simulation experiments",
)
