"""Shubert's function: hundreds of pits on a square board, and eighteen of them equally the deepest.

f(x, y) = (Σ i cos((i + 1) x + i)) · (Σ i cos((i + 1) y + i)), i = 1 … 5. Shubert 1972; the Simon Fraser
virtual library of test functions. The board repeats itself every 2π. The picture shows one pair of the
deepest pits, so that a path through one of the small wells can be seen at all.
"""

import autograd.numpy as np

from optviz import Surface


def shubert(x, y):
    return _chord(x) * _chord(y)


def _chord(t):
    return sum(i * np.cos((i + 1) * t + i) for i in range(1, 6))


A, B, TURNS = -0.80032110047, -1.42512842832, (0, -2 * np.pi, 2 * np.pi)


SURFACE = Surface(
    name="shubert",
    fn=shubert,
    domain=(-10, 10, -10, 10),
    view=(-2.5, 0.5, -2.5, 0.5),
    start=(-1.9, 0.2),
    minima=tuple((x + i, y + j) for i in TURNS for j in TURNS for x, y in ((A, B), (B, A))),
    title="Shubert",
    formula="Σ i cos((i + 1) x + i) · Σ i cos((i + 1) y + i),  i = 1 … 5",
    reference="Shubert 1972; Surjanovic & Bingham, virtual library of simulation experiments",
)
