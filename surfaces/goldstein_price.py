"""The Goldstein–Price function: a cross of narrow valleys on ground that rises from 3 to a million.

f(x, y) = [1 + (x + y + 1)² (19 − 14x + 3x² − 14y + 6xy + 3y²)] · [30 + (2x − 3y)² (18 − 32x + 12x² + 48y −
36xy + 27y²)]. Goldstein & Price 1971; the Simon Fraser virtual library of test functions. Three poorer minima
(30, 84 and 840) lie on the way down. A rate that is safe at the rim is asleep at the bottom.
"""

from optviz import Surface


def goldstein_price(x, y):
    first = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    second = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return first * second


SURFACE = Surface(
    name="goldstein-price",
    fn=goldstein_price,
    domain=(-2, 2, -2, 2),
    view=(-1.2, 2, -1.8, 1.2),
    start=(0.2, -0.5),
    minima=((0, -1), (-0.6, -0.4), (1.8, 0.2), (1.2, 0.8)),
    saddles=((-0.4, -0.6), (1.2, -0.2), (1.4, 0.6), (0.6, 0.4)),
    title="Goldstein–Price",
    formula="[1 + (x + y + 1)² (19 − 14x + 3x² − 14y + 6xy + 3y²)] · "
    "[30 + (2x − 3y)² (18 − 32x + 12x² + 48y − 36xy + 27y²)]",
    reference="Goldstein & Price 1971; Surjanovic & Bingham, virtual library of simulation experiments",
)
