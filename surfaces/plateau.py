"""The plateau: a bowl with a shelf around its centre, where the slope goes to nothing and even turns.

f(x, y) = −sin r′/r′ + 0.01 r′², r′ = 10r + 0.01, r = √(x² + y²). The "plateau" of Jiang's Gradient Descent
Viz. Between the radii 0.66 and 0.50 the ripple outweighs the bowl: a shallow moat with a low rim inside it.
Whoever carries speed crosses it, the rest stay. At the very centre the 0.01 leaves the tip of a cone, too
small to be seen.
"""

import autograd.numpy as np

from optviz import Surface


def plateau(x, y):
    r = 10 * np.sqrt(x**2 + y**2 + 1e-30) + 0.01  # the root never of 0, where it has no gradient
    return -np.sin(r) / r + 0.01 * r**2


SURFACE = Surface(
    name="plateau",
    fn=plateau,
    domain=(-2, 2, -2, 2),
    start=(1.6, 0.5),
    minima=((0, 0),),
    title="Plateau",
    formula="−sin r′/r′ + 0.01 r′²,  r′ = 10 √(x² + y²) + 0.01",
    reference="Jiang 2020, A Visual Explanation of Gradient Descent Methods",
    smooth=False,
)
