"""Classes of samples: colours and marks that every eye tells apart, and that none takes for an optimizer's."""

from itertools import combinations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from optviz.classes import MARKS, TOLD_APART, class_looks
from optviz.draw.regions import tints
from optviz.regions import MOST_CLASSES
from optviz.themes import THEMES
from tests import colour

COLOURED = [name for name in THEMES if name != "print"]

# The least CIEDE2000 that two are apart; what the colours reach is a little above. Regions have a line between them,
# and points are told apart by their marks as well.
FEW = 4
APART_POINTS = {"normal": 10.5, "protanopia": 7.4, "deuteranopia": 7.4, "tritanopia": 7.4}
APART_FEW = {"normal": 12.5, "protanopia": 5.3, "deuteranopia": 5.3, "tritanopia": 5.3}  # sure regions of up to four
APART_ALL = {"normal": 4.9, "protanopia": 3.2, "deuteranopia": 3.2, "tritanopia": 3.2}
APART_RUNS = {"points": 7.0, "regions": 16.5}
APART_OWN = 10.0  # a point on its own region
QUIET = 29.0  # chroma of a point; the runs' is above


def seen_of(name):
    theme = THEMES[name]
    colours = [look.colour for look in class_looks(theme, MOST_CLASSES)]
    return theme, colour.srgb(colours), tints(colours, theme)[:, -1] / 255


def labs(colours, vision):
    return colour.lab(colour.seen(colours, colour.VISIONS[vision]))


def least(seen):
    one, other = np.triu_indices(len(seen), 1)
    return colour.distance(seen[one], seen[other]).min()


@pytest.mark.parametrize("vision", colour.VISIONS)
@pytest.mark.parametrize("name", COLOURED)
def test_classes_are_apart_for_every_eye(name, vision):
    _, points, regions = seen_of(name)
    assert len(points) == MOST_CLASSES
    assert least(labs(points, vision)) >= APART_POINTS[vision]
    assert least(labs(regions[:FEW], vision)) >= APART_FEW[vision]
    assert least(labs(regions, vision)) >= APART_ALL[vision]
    assert colour.distance(labs(points, vision), labs(regions, vision)).min() >= APART_OWN


@pytest.mark.parametrize("vision", colour.VISIONS)
@pytest.mark.parametrize("name", COLOURED)
def test_no_class_is_taken_for_an_optimizer(name, vision):
    theme, points, regions = seen_of(name)
    runs = labs(colour.srgb(theme.palette), vision)[:, None]
    assert colour.distance(runs, labs(points, vision)).min() >= APART_RUNS["points"]
    assert colour.distance(runs, labs(regions, vision)).min() >= APART_RUNS["regions"]
    if vision == "normal":
        chroma = [np.hypot(*each.T[1:]) for each in (runs[:, 0], labs(points, vision), labs(regions, vision))]
        assert chroma[1].max() <= QUIET < chroma[0].min()
        assert chroma[2].max() <= 0.6 * QUIET


@pytest.mark.parametrize("name", THEMES)
def test_classes_without_colours_have_greys_and_no_two_looks_are_alike(name):
    looks = class_looks(THEMES[name], TOLD_APART)
    assert len({(look.colour, look.mark.tobytes()) for look in looks}) == TOLD_APART
    assert len({look.colour for look in class_looks(THEMES[name], MOST_CLASSES)}) == MOST_CLASSES
    if name == "print":
        assert all(len({look.colour[1:3], look.colour[3:5], look.colour[5:]}) == 1 for look in looks)


def inked(mark):
    """The pixels of a mark, 40 across."""
    sheet = Image.new("1", (80, 80))
    ImageDraw.Draw(sheet).polygon([(40 + 20 * x, 40 + 20 * y) for x, y in mark.tolist()], fill=1)
    return np.asarray(sheet)


@pytest.mark.parametrize(("one", "other"), list(combinations(range(len(MARKS)), 2)))
def test_marks_are_of_one_size_and_differ(one, other):
    first, second = inked(MARKS[one]), inked(MARKS[other])
    assert first.sum() == pytest.approx(second.sum(), rel=0.3)
    assert (first != second).sum() > 0.15 * first.sum()
