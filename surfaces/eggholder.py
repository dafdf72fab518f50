"""The eggholder: huge crooked waves, ever higher outwards, and the deepest point on the very edge.

f(x, y) = −(y + 47) sin √|x/2 + y + 47| − x sin √|x − y − 47|. The Simon Fraser virtual library of test
functions. No slope here tells of the next. Beyond the box of ±512 the waves go on and go deeper, so the
minimum at (512, 404.23) is the box's and not the function's.
"""

import autograd.numpy as np

from optviz import Surface


def eggholder(x, y):
    y = y + 47
    return -y * np.sin(_root(x / 2 + y)) - x * np.sin(_root(x - y))


def _root(t):
    return np.sqrt(np.abs(t) + 1e-30)  # never 0, where the root has no gradient


SURFACE = Surface(
    name="eggholder",
    fn=eggholder,
    domain=(-512, 512, -512, 512),
    start=(-280, 100),
    minima=((512, 404.231804994),),
    title="Eggholder",
    formula="−(y + 47) sin √|x/2 + y + 47| − x sin √|x − y − 47|",
    reference="Surjanovic & Bingham, virtual library of simulation experiments",
    smooth=False,
)
