"""The checks find what is wrong with a surface, and nothing where nothing is."""

import autograd.numpy as np
import pytest

from optviz.catalog import load_surface, surface_names
from optviz.checks import check_surface
from optviz.surface import Surface

BOX = {"domain": (-2, 2, -2, 2), "start": (1.0, 1.5)}


def hollow(x, y):
    """A hole less than a twentieth of the domain wide, between the points of coarse grids."""
    return x**2 + y**2 - 5 * np.exp(-((x - 0.77) ** 2 + (y - 0.4) ** 2) / 0.003)


def failed(surface):
    return {finding.check for finding in check_surface(surface) if not finding.passed}


@pytest.mark.slow
@pytest.mark.parametrize("name", surface_names())
def test_every_surface_of_the_catalog_passes(name):
    assert failed(load_surface(name)) == set()


@pytest.mark.parametrize(
    ("fn", "more", "finding"),
    [
        (lambda x, y: np.sqrt(x * y), {}, "value and gradient are finite"),
        (lambda x, y: np.sqrt(x**2 + y**2), {}, "value and gradient are finite"),
        (lambda x, y: x**2 + y * getattr(y, "_value", y), {}, "the gradient is the slope"),
        (lambda x, y: x**2 + y**2 + 2e-3 * getattr(x, "_value", x) ** 2, {}, "the gradient is the slope"),
        (lambda x, y: getattr(x, "_value", x) ** 2 + getattr(y, "_value", y) ** 2, {}, "the five race on it"),
        (hollow, {"minima": ((0, 0),)}, "nothing lies below the first minimum"),
        (lambda x, y: x**2 + y**2, {"minima": ((0.5, 0),)}, "the gradient vanishes at interior minima"),
        (lambda x, y: x**2 + y**2, {"minima": ((0.5, 0),)}, "nothing lies below the first minimum"),
        (lambda x, y: x**2 + y**2 + x.ravel()[0], {}, "a batch equals its points one by one"),
    ],
)
def test_what_would_mislead_is_found(fn, more, finding):
    assert finding in failed(Surface(name="mine", fn=fn, **BOX, **more))
