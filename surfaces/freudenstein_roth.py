"""The Freudenstein–Roth function: two thin crescents of valley, and the nearer one is the wrong one.

f(x, y) = (x − 13 + ((5 − y) y − 2) y)² + (x − 29 + ((y + 1) y − 14) y)². Freudenstein & Roth 1963; problem 2
of Moré, Garbow & Hillstrom 1981. Two equations, written as a sum of squares. At (11.41, −0.90) the sum can
get no smaller, yet neither equation holds: a local minimum of 48.98 that has caught generations of solvers.
"""

from optviz import Surface


def freudenstein_roth(x, y):
    return (x - 13 + ((5 - y) * y - 2) * y) ** 2 + (x - 29 + ((y + 1) * y - 14) * y) ** 2


SURFACE = Surface(
    name="freudenstein-roth",
    fn=freudenstein_roth,
    domain=(0, 14, -3, 6),
    start=(0.5, -2),
    minima=((5, 4), (11.4127789869, -0.896805253274)),
    title="Freudenstein–Roth",
    formula="(x − 13 + ((5 − y) y − 2) y)² + (x − 29 + ((y + 1) y − 14) y)²",
    reference="Freudenstein & Roth 1963; Moré, Garbow & Hillstrom 1981, problem 2",
)
