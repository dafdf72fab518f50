"""Beale's function: a plain so flat that it hides its own valley, with sharp rims at the corners.

f(x, y) = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)². Beale 1958; the Simon Fraser virtual
library of test functions. The corners stand above 10⁵, and between them lies a slope of almost nothing that
only turns into a valley near (3, 1/2). Steps that suit the rims are far too small for the plain: a start at
(1, 4) is hard for everyone.
"""

from optviz import Surface


def beale(x, y):
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


SURFACE = Surface(
    name="beale",
    fn=beale,
    domain=(-4.5, 4.5, -4.5, 4.5),
    view=(-0.8, 4.2, -1.8, 2.2),
    start=(1, 1),
    minima=((3, 0.5),),
    saddles=((0, 1), (0.100537937324, -2.64451358502)),
    title="Beale",
    formula="(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
    reference="Beale 1958; Surjanovic & Bingham, virtual library of simulation experiments",
)
