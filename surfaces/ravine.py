"""The ravine: a quadratic a hundred times as steep across as along, turned by 45°.

f(x, y) = ½ (u² + 100 v²), u = (x + y)/√2, v = (y − x)/√2. The textbook's ill-conditioned quadratic. Gradient
descent must keep its rate below what the walls allow and then creeps along the floor. Turned as it is,
scaling x and y apart, as AdaGrad and its kin do, is no cure.
"""

import autograd.numpy as np

from optviz import Surface


def ravine(x, y):
    along, across = (x + y) / np.sqrt(2), (y - x) / np.sqrt(2)
    return (along**2 + 100 * across**2) / 2


SURFACE = Surface(
    name="ravine",
    fn=ravine,
    domain=(-3, 3, -3, 3),
    start=(-2.474873734152916, -1.060660171779821),  # 2.5 along the ravine and 1 up its wall
    minima=((0, 0),),
    title="Ravine",
    formula="½ (u² + 100 v²),  u = (x + y)/√2,  v = (y − x)/√2",
    reference="Nocedal & Wright 2006, Numerical Optimization, §3.3",
)
