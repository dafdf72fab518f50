"""Booth's function: a plain elliptic bowl, nine times as steep across as along.

f(x, y) = (x + 2y − 7)² + (2x + y − 5)². The Simon Fraser virtual library of test functions. Nothing hides
here. The only trouble is the tilt of 45°, and it is enough to see momentum swing and the others turn the
corner each in his own manner.
"""

from optviz import Surface


def booth(x, y):
    return (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2


SURFACE = Surface(
    name="booth",
    fn=booth,
    domain=(-10, 10, -10, 10),
    start=(5, -8),
    minima=((1, 3),),
    title="Booth",
    formula="(x + 2y − 7)² + (2x + y − 5)²",
    reference="Surjanovic & Bingham, virtual library of simulation experiments",
)
