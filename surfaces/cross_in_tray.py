"""The cross in the tray: a board of shallow squares, cut by creases along which the gradient jumps.

f(x, y) = −10⁻⁴ (|sin x · sin y · exp|100 − r/π|| + 1)^0.1, r = √(x² + y²). Mishra 2006; the Simon Fraser
virtual library of test functions. The tenth root makes tame hollows of numbers as large as 10⁴³, and a crease
wherever a sine is 0. The four best hollows lie around the origin, which is itself a stationary point.
"""

import autograd.numpy as np

from optviz import Surface


def cross_in_tray(x, y):
    r = np.sqrt(x**2 + y**2 + 1e-30)  # never 0, where the root has no gradient
    return -1e-4 * (np.abs(np.sin(x) * np.sin(y) * np.exp(np.abs(100 - r / np.pi))) + 1) ** 0.1


SURFACE = Surface(
    name="cross-in-tray",
    fn=cross_in_tray,
    domain=(-10, 10, -10, 10),
    view=(-4, 4, -4, 4),
    start=(2.8, 3.1),
    minima=(
        (1.34940661715, 1.34940661715),
        (1.34940661715, -1.34940661715),
        (-1.34940661715, 1.34940661715),
        (-1.34940661715, -1.34940661715),
    ),
    title="Cross in tray",
    formula="−10⁻⁴ (|sin x · sin y · exp|100 − r/π|| + 1)^0.1,  r = √(x² + y²)",
    reference="Mishra 2006; Surjanovic & Bingham, virtual library of simulation experiments",
)
