"""Pictures of data sets, looked at: which way is up, what is bright, and whose row is whose."""

import numpy as np
import pytest

from optviz.classes import class_looks
from optviz.nets.augmentation import augmentation
from optviz.nets.datasets import Dataset
from optviz.nets.sheets import sheet
from optviz.themes import THEMES, rgb

BARS = np.array([np.outer(np.arange(4) == row, [1, 1, 0, 1]) * 255 for row in range(3)], np.uint8)
"""An image a class: a bar in the row of the class's number, with a gap on the right."""


def seen(picture, colour, near=0):
    return np.abs(np.asarray(picture.convert("RGB"), int) - rgb(colour)).max(axis=-1) <= near


def runs_of(marked):
    """From where to where marks stand together."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(int)))
    return edges.reshape(-1, 2).tolist()


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_each_class_has_a_row_of_images_with_ink_where_they_are_bright(theme):
    data = Dataset(name="bars", title="Bars", x=np.repeat(BARS, 15, axis=0), y=np.repeat([0, 1, 2], 15))
    picture = sheet(data, theme=theme)
    ink, ground = seen(picture, theme.ink), seen(picture, theme.ramp[-1])
    ground[:, :60] = False  # where names stand
    rows = runs_of(ground.any(axis=1))
    columns = runs_of(ground.any(axis=0))
    assert (len(rows), len(columns)) == (3, 12)
    for label, (top, bottom) in enumerate(rows):
        for left, right in columns:
            pixels = ink[top:bottom, left:right]
            side = (bottom - top) // 4
            small = pixels.reshape(4, side, 4, side).mean(axis=(1, 3))
            np.testing.assert_array_equal(small, BARS[label] > 0)


def test_of_augmented_images_the_first_is_as_it_was():
    data = Dataset(name="bars", title="Bars", x=np.repeat(BARS, 15, axis=0), y=np.repeat([0, 1, 2], 15))
    picture = sheet(data, [augmentation("flip(1)")])
    ink, ground = (seen(picture, colour) for colour in (THEMES["light"].ink, THEMES["light"].ramp[-1]))
    ground[:, :60] = False
    (left, right), *others = runs_of(ground.any(axis=0))
    top, bottom = runs_of(ground.any(axis=1))[0]
    plain = ink[top:bottom, left:right]
    assert plain.any()
    for place in others:
        np.testing.assert_array_equal(ink[top:bottom, slice(*place)], plain[:, ::-1])


def test_points_lie_where_they_are():
    """Two heaps: the first class on the right and above, the second on the left and beneath."""
    spread = np.random.default_rng(0).normal(scale=0.05, size=(60, 2))
    y = np.arange(60) % 2
    data = Dataset(name="heaps", title="Heaps", x=spread + np.array([[2.0, 1.0], [-2.0, -1.0]])[y], y=y)
    picture = sheet(data)
    first, second = (
        np.argwhere(seen(picture, look.colour, 8)[: picture.width]).mean(axis=0)
        for look in class_looks(THEMES["light"], 2)
    )
    assert first[0] < picture.width / 2 < second[0]
    assert first[1] > picture.width / 2 > second[1]
    rows, columns = abs(first - second)
    assert columns / rows == pytest.approx(2, rel=0.05), "a unit is as long in both directions"
