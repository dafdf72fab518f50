"""The three-hump camel: one pit in the middle, and a poorer one on either side to be caught in.

f(x, y) = 2x² − 1.05x⁴ + x⁶/6 + xy + y². The Simon Fraser virtual library of test functions. Inside the ring
of the pits the surface is nearly flat; outside it rises with the sixth power, to 2000 at the corners.
"""

from optviz import Surface


def three_hump_camel(x, y):
    return 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2


SURFACE = Surface(
    name="three-hump-camel",
    fn=three_hump_camel,
    domain=(-5, 5, -5, 5),
    view=(-2.2, 2.2, -2.2, 2.2),
    start=(1.8, 0.9),
    minima=((0, 0), (1.74755234583, -0.873776172915), (-1.74755234583, 0.873776172915)),
    saddles=((1.07054229182, -0.535271145912), (-1.07054229182, 0.535271145912)),
    title="Three-hump camel",
    formula="2x² − 1.05x⁴ + x⁶/6 + xy + y²",
    reference="Surjanovic & Bingham, virtual library of simulation experiments",
)
