"""The bounded saddle: a pass, and beyond it a valley with a floor.

f(x, y) = sin x + y². The "saddle point" of Jiang's Gradient Descent Viz. At (π/2, 0) the surface falls to
either side and rises along y. Unlike on the plain saddle there is somewhere to arrive: −1 at (−π/2, 0). The
start lies just on the good side of the pass.
"""

import autograd.numpy as np

from optviz import Surface


def bounded_saddle(x, y):
    return np.sin(x) + y**2


SURFACE = Surface(
    name="bounded-saddle",
    fn=bounded_saddle,
    domain=(-3, 3, -3, 3),
    start=(1.55, 2),
    minima=((-np.pi / 2, 0),),
    saddles=((np.pi / 2, 0),),
    title="Bounded saddle",
    formula="sin x + y²",
    reference="Jiang 2020, A Visual Explanation of Gradient Descent Methods",
)
