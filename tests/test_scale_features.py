"""Features of points in the plane have units of their own: pictures of them do not depend on these."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageChops

import optviz
from optviz.draw import Film
from optviz.draw.canvas import packed
from optviz.nets.datasets import load_data
from optviz.nets.sheets import sheet
from optviz.netscenes import Portrait, scene_of_training
from optviz.netscenes.boundary import grid
from optviz.picture import Picture

UNITS = [2.0**power for power in (7, -7, 20, -20, 40, -40, 166, -166, 300, -300)]
SIZES = {"page": (400, 300), "tall": (300, 500), "wide": (600, 200)}


def points(wide, high):
    """The moons in other units; powers of two, which round nothing."""
    data = load_data("moons:samples=100")
    return replace(data, x=data.x * [wide, high])


def scene(data, **picture):
    network = optviz.perceptron(2, 2, (6,), kind="tanh")
    training = optviz.train(data, network, ["sgd:lr=0.5", "adam:lr=0.03"], epochs=3, batch_size=20, snapshots=4)
    return scene_of_training(training, Portrait(show="boundary", picture=Picture(**picture)))


def only(told):
    return told.panels[0][0]


@pytest.mark.parametrize("unit", UNITS)
def test_regions_are_the_same_in_any_unit_of_both_features(unit):
    plain, panel = only(scene(points(1, 1))), only(scene(points(unit, unit)))
    assert panel.proportions is None
    assert panel.box == tuple(end * unit for end in plain.box)
    assert np.array_equal(panel.answers, plain.answers)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("unit", UNITS)
def test_regions_are_the_same_in_any_unit_of_one_feature(unit, axis):
    units = (unit, 1.0) if axis == 0 else (1.0, unit)
    plain, panel = only(scene(points(1, 1024))), only(scene(points(*units)))
    scales = np.array(units) / (1, 1024)
    assert panel.box == pytest.approx(np.array(plain.box) * np.repeat(scales, 2), rel=1e-12)
    assert panel.proportions == plain.proportions
    assert np.abs(panel.answers.astype(float) - plain.answers.astype(float)).max() < 0.02


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("units", [(1.0, 1e4), (1e-50, 1e50)])
def test_regions_of_unlike_features_fill_their_places(units, size):
    """Years and dollars: no sliver, however the picture's sides are."""
    told = scene(points(*units), size=size)
    film = Film(told)
    blank = film.frame(-1) == packed(told.theme.background)
    covered = ~blank[:, : size[0] * 3 // 4]
    assert (covered.mean(axis=0) > 0.25).mean() > 0.4
    across, down = (np.ptp(only(told).points, axis=0) / (np.diff(only(told).box)[[0, 2]])).tolist()
    assert across == pytest.approx(down)
    assert across > 0.7, "the points have most of the box"


def test_cells_are_square_on_paper():
    for proportions in (0.5, 1.0, 2.5):
        cells = grid((0.0, 1e9, -1e-9, 1e-9), proportions)
        rows, columns = cells.shape[0] - 2, cells.shape[1] - 2
        assert columns / rows == pytest.approx(proportions, rel=0.02)
        assert (cells[0, 0] + cells[1, 1]) / 2 == pytest.approx([0.0, 1e-9], rel=1e-6, abs=1e-18)


def test_the_page_knows_how_wide_and_how_tall_regions_are(tmp_path):
    from optviz.page.data import told

    for units, sides in (((1, 1), None), ((1, 1e6), 1.0)):
        shown = scene(points(*units))
        [*found] = [region["sides"] for region in told(shown).data["regions"]]
        wide, tall = found[0]
        x0, x1, y0, y1 = only(shown).box
        assert wide / tall == pytest.approx((x1 - x0) / (y1 - y0) if sides is None else only(shown).proportions)
        assert 0.3 < wide / tall < 3


@pytest.mark.parametrize("unit", UNITS)
def test_a_sheet_of_points_is_the_same_in_any_unit(unit):
    whole = sheet(points(1, 1))
    assert sheet(points(unit, unit)).tobytes() == whole.tobytes()
    for units in ((unit, 1), (1, unit)):
        spread = sheet(points(*units))
        assert spread.tobytes() == sheet(points(1, 1024)).tobytes()
        left, top, right, bottom = ImageChops.difference(spread, spread.point(lambda _: 255)).getbbox()
        assert right - left > 700
        assert bottom - top > 700


@pytest.mark.parametrize("x", [[[0, 5]] * 10, [[k, 5.0] for k in range(10)], [[k * 1e-50, 1e12] for k in range(10)]])
def test_points_on_a_line_or_in_one_place_are_drawn(x):
    data = replace(load_data("moons:samples=100"), x=np.array(x * 10, dtype=float))
    x0, x1, y0, y1 = only(scene(data)).box
    assert x0 < x1
    assert y0 < y1
    assert sheet(data).size[0] == 800
