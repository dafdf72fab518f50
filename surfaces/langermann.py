"""Langermann's function: five stones thrown into a pond, and where their rings meet.

f(x, y) = Σ cᵢ exp(−dᵢ/π) cos πdᵢ, dᵢ = (x − aᵢ)² + (y − bᵢ)², c = 1, 2, 5, 2, 3; a = 3, 5, 2, 1, 7; b = 5, 2,
1, 4, 9. The Simon Fraser virtual library of test functions. Pits and peaks without any order. The value
−5.1621 that is often quoted belongs to the function with the other sign; the picture shows the deepest
corner.
"""

import autograd.numpy as np

from optviz import Surface

STONES = ((1, 3, 5), (2, 5, 2), (5, 2, 1), (2, 1, 4), (3, 7, 9))  # c, a, b


def langermann(x, y):
    return sum(_rings(c, (x - a) ** 2 + (y - b) ** 2) for c, a, b in STONES)


def _rings(height, d):
    return height * np.exp(-d / np.pi) * np.cos(np.pi * d)


SURFACE = Surface(
    name="langermann",
    fn=langermann,
    domain=(0, 10, 0, 10),
    view=(0, 6, 0, 6),
    start=(1.4, 4.1),
    minima=((2.79340220865, 1.59723250133),),
    title="Langermann",
    formula="Σ cᵢ exp(−dᵢ/π) cos πdᵢ,  dᵢ = (x − aᵢ)² + (y − bᵢ)²",
    reference="Surjanovic & Bingham, virtual library of simulation experiments",
)
