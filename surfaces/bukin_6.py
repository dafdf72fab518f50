"""Bukin's function no. 6: the bottom of a bent valley so sharp that every step overshoots it.

f(x, y) = 100 √|y − 0.01x²| + 0.01 |x + 10|. Bukin 1997; the Simon Fraser virtual library of test functions.
The closer one comes to the crease along y = x²/100, the steeper it is, without bound; and along the crease,
where the minimum lies, there is almost no slope. Methods that follow gradients bounce.
"""

import autograd.numpy as np

from optviz import Surface


def bukin_6(x, y):
    crease = np.sqrt(np.abs(y - 0.01 * x**2) + 1e-30)  # never 0, where the root has no gradient
    return 100 * crease + 0.01 * np.abs(x + 10)


SURFACE = Surface(
    name="bukin-6",
    fn=bukin_6,
    domain=(-15, -5, -3, 3),
    start=(-10, -2),
    minima=((-10, 1),),
    title="Bukin no. 6",
    formula="100 √|y − 0.01x²| + 0.01 |x + 10|",
    reference="Bukin 1997; Surjanovic & Bingham, virtual library of simulation experiments",
    smooth=False,
)
