"""The saddle: a valley in one direction, a ridge in the other.

f(x, y) = x² − y². There is no minimum, so all runs share one rate. The start lies a thousandth beside the
ridge. Plain descent slides to the middle, where the gradient all but vanishes, and takes long to notice that
there is a way down; methods that scale each coordinate by itself see it at once.
"""

from optviz import Surface


def saddle(x, y):
    return x**2 - y**2


SURFACE = Surface(
    name="saddle",
    fn=saddle,
    domain=(-2, 2, -2, 2),
    start=(1.5, 1e-3),
    saddles=((0, 0),),
    lr=0.05,
    steps=240,
    title="Saddle",
    formula="x² − y²",
    reference="Dauphin et al. 2014, on saddles and what methods make of them",
)
