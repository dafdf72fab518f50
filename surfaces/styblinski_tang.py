"""The Styblinski–Tang function: a square table with a pit at each corner, one deeper than the rest.

f(x, y) = ½ (x⁴ − 16x² + 5x + y⁴ − 16y² + 5y). Styblinski & Tang 1990; the Simon Fraser virtual library of
test functions. Each coordinate has a deep and a less deep hollow and decides for itself, without a word to
the other: whoever is on the wrong side of either needs long steps to get out.
"""

from optviz import Surface


def styblinski_tang(x, y):
    return (x**4 - 16 * x**2 + 5 * x + y**4 - 16 * y**2 + 5 * y) / 2


SURFACE = Surface(
    name="styblinski-tang",
    fn=styblinski_tang,
    domain=(-5, 5, -5, 5),
    start=(3, 4),
    minima=(
        (-2.90353402777, -2.90353402777),
        (-2.90353402777, 2.74680277099),
        (2.74680277099, -2.90353402777),
        (2.74680277099, 2.74680277099),
    ),
    saddles=(
        (-2.90353402777, 0.15673125678),
        (0.15673125678, -2.90353402777),
        (0.15673125678, 2.74680277099),
        (2.74680277099, 0.15673125678),
    ),
    title="Styblinski–Tang",
    formula="½ (x⁴ − 16x² + 5x + y⁴ − 16y² + 5y)",
    reference="Styblinski & Tang 1990; Surjanovic & Bingham, virtual library of simulation experiments",
)
