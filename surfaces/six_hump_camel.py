"""The six-hump camel: two deep pits, four shallower ones, and steep flanks at both ends.

f(x, y) = (4 − 2.1x² + x⁴/3) x² + xy + (4y² − 4) y². Dixon & Szegő 1978; the Simon Fraser virtual library of
test functions. Turned by half a turn about the origin it is itself again, so that the pits come in pairs; the
poorest pair is hardly more than two dents in the flanks.
"""

from optviz import Surface


def six_hump_camel(x, y):
    return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2


SURFACE = Surface(
    name="six-hump-camel",
    fn=six_hump_camel,
    domain=(-3, 3, -2, 2),
    start=(1.3, -1.5),
    minima=(
        (0.0898420131003, -0.712656403021),
        (-0.0898420131003, 0.712656403021),
        (1.70360671497, -0.796083568673),
        (-1.70360671497, 0.796083568673),
        (1.60710475292, 0.568651454884),
        (-1.60710475292, -0.568651454884),
    ),
    saddles=((0, 0), (1.1092053368, -0.76826809251), (-1.1092053368, 0.76826809251)),
    title="Six-hump camel",
    formula="(4 − 2.1x² + x⁴/3) x² + xy + (4y² − 4) y²",
    reference="Dixon & Szegő 1978; Surjanovic & Bingham, virtual library of simulation experiments",
)
