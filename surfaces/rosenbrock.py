"""Rosenbrock's banana: a curved, nearly flat valley between steep walls.

f(x, y) = (1 − x)² + 100 (y − x²)². Rosenbrock 1960; the Simon Fraser virtual library of test functions.
Finding the valley is easy. Following it to (1, 1) is not: across it the curvature is some 2500 times that
along it.
"""

from optviz import Surface


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


SURFACE = Surface(
    name="rosenbrock",
    fn=rosenbrock,
    domain=(-2, 2, -1, 3),
    start=(-1.2, 1),
    minima=((1, 1),),
    title="Rosenbrock",
    formula="(1 − x)² + 100 (y − x²)²",
    reference="Rosenbrock 1960; Surjanovic & Bingham, virtual library of simulation experiments",
)
