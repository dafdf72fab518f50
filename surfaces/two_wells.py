"""Two wells: a bowl with a deep hole on the left and a less deep one on the right.

f(x, y) = x² + y² − 2 exp(−((x − 1)² + y²)/0.2) − 3 exp(−((x + 1)² + y²)/0.2). The "local minimum" of Jiang's
Gradient Descent Viz, in round numbers. The bowl pulls to the middle, and the holes are felt only from near
by: which of them takes a traveller depends on the method, and no less on its rate.
"""

import autograd.numpy as np

from optviz import Surface


def two_wells(x, y):
    right = np.exp(-((x - 1) ** 2 + y**2) / 0.2)
    left = np.exp(-((x + 1) ** 2 + y**2) / 0.2)
    return x**2 + y**2 - 2 * right - 3 * left


SURFACE = Surface(
    name="two-wells",
    fn=two_wells,
    domain=(-2, 2, -2, 2),
    start=(1.2, 1.6),
    minima=((-0.936300634011, 0), (0.90531789916, 0)),
    saddles=((0.0686024367081, 0),),
    title="Two wells",
    formula="x² + y² − 2 exp(−((x − 1)² + y²)/0.2) − 3 exp(−((x + 1)² + y²)/0.2)",
    reference="after Jiang 2020, A Visual Explanation of Gradient Descent Methods",
)
