"""Schwefel's function: waves that grow outwards, with the best pit in a corner far from the second best.

f(x, y) = 837.9657745 − x sin √|x| − y sin √|y|. Schwefel 1981; the Simon Fraser virtual library of test
functions. It punishes good sense: whoever averages two good places stands on a hill between them. The second
best pits lie on the other side of the board; the picture shows the quarter with the best one.
"""

import autograd.numpy as np

from optviz import Surface


def schwefel(x, y):
    return 837.9657745 - _wave(x) - _wave(y)


def _wave(t):
    return t * np.sin(np.sqrt(np.abs(t) + 1e-30))  # the root never 0, where it has no gradient


SURFACE = Surface(
    name="schwefel",
    fn=schwefel,
    domain=(-500, 500, -500, 500),
    view=(0, 500, 0, 500),
    start=(304, 250),
    minima=((420.96874636, 420.96874636),),
    title="Schwefel",
    formula="837.9657745 − x sin √|x| − y sin √|y|",
    reference="Schwefel 1981; Surjanovic & Bingham, virtual library of simulation experiments",
)
