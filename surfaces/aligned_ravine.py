"""The ravine along its axis: the same quadratic as `ravine`, seen in its eigenbasis.

f(x, y) = ½ (x² + 100 y²). Here x and y are the directions in which the ravine bends least and most, so that gradient
descent and momentum treat each by itself, x ← (1 − lr) x and y ← (1 − 100 lr) y; on the turned ravine they take the
same path, turned. What scales each coordinate by itself, as AdaGrad and its kin do, fares much better here.
"""

from optviz import Surface


def aligned_ravine(x, y):
    return (x**2 + 100 * y**2) / 2


SURFACE = Surface(
    name="aligned-ravine",
    fn=aligned_ravine,
    domain=(-3, 3, -3, 3),
    start=(-2.5, 1),
    minima=((0, 0),),
    title="Aligned ravine",
    formula="½ (x² + 100 y²)",
    reference="Goh 2017, Why Momentum Really Works",
)
