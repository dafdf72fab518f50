"""Matyas's function: a shallow trough along the diagonal, 25 times as steep across as along.

f(x, y) = 0.26 (x² + y²) − 0.48 xy. Matyas 1965; the Simon Fraser virtual library of test functions. The way
to the trough's floor is short; along the floor the slope is so small that it takes patience or momentum.
"""

from optviz import Surface


def matyas(x, y):
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


SURFACE = Surface(
    name="matyas",
    fn=matyas,
    domain=(-10, 10, -10, 10),
    start=(-9, 3),
    minima=((0, 0),),
    title="Matyas",
    formula="0.26 (x² + y²) − 0.48 xy",
    reference="Matyas 1965; Surjanovic & Bingham, virtual library of simulation experiments",
)
