"""The banana of "Why Momentum Really Works": Rosenbrock's valley, gentle enough to cross in a film.

f(x, y) = (1 − x)² + 20 (3y − x²)². Goh 2017, Distill. The valley lies along 3y = x² and ends at (1, 1/3).
Plain gradient descent crawls round the bend; with momentum the same rate sweeps through it.
"""

from optviz import Surface


def banana(x, y):
    return (1 - x) ** 2 + 20 * (3 * y - x**2) ** 2


SURFACE = Surface(
    name="banana",
    fn=banana,
    domain=(-2, 2, -0.27, 1.07),
    start=(-1.21, 0.853),
    minima=((1, 1 / 3),),
    title="Banana",
    formula="(1 − x)² + 20 (3y − x²)²",
    reference="Goh 2017, Why Momentum Really Works, Distill",
)
