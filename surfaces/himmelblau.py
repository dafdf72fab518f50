"""Himmelblau's function: four equally deep valleys around one gentle hill.

f(x, y) = (x² + y − 11)² + (x + y² − 7)². Himmelblau, Applied Nonlinear Programming, 1972. Its zeros are the
four points where two parabolas cross. No valley is better than another, so the question is not whether one
arrives but where: the borders between the four basins run through the saddles.
"""

from optviz import Surface


def himmelblau(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


SURFACE = Surface(
    name="himmelblau",
    fn=himmelblau,
    domain=(-5, 5, -5, 5),
    start=(0, 0),
    minima=(
        (3, 2),
        (-2.80511808695, 3.13131251825),
        (-3.77931025338, -3.28318599129),
        (3.58442834033, -1.84812652696),
    ),
    saddles=(
        (-3.07302575076, -0.081353044288),
        (-0.127961346731, -1.95371498024),
        (0.0866775045554, 2.88425470117),
        (3.38515418361, 0.0738518798377),
    ),
    title="Himmelblau",
    formula="(x² + y − 11)² + (x + y² − 7)²",
    reference="Himmelblau 1972, Applied Nonlinear Programming",
)
