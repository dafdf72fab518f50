"""The monkey saddle: three ways down from one point, two for the legs and one for the tail.

f(x, y) = x³ − 3xy². Hilbert & Cohn-Vossen 1932. At the origin not only the gradient vanishes but all
curvature too, so that even Newton's method has nothing to go by. There is no minimum, and all runs share one
rate. The start lies just beside the ridge that leads to the middle; whoever has speed runs over it to the
third way down.
"""

from optviz import Surface


def monkey_saddle(x, y):
    return x**3 - 3 * x * y**2


SURFACE = Surface(
    name="monkey-saddle",
    fn=monkey_saddle,
    domain=(-1.5, 1.5, -1.5, 1.5),
    start=(0.8, 0.01),
    saddles=((0, 0),),
    lr=0.05,
    steps=120,
    title="Monkey saddle",
    formula="x³ − 3xy²",
    reference="Hilbert & Cohn-Vossen 1932, Anschauliche Geometrie",
)
