"""Pictures of the same race in other units: but for numbers and letters they are the same, in every view and format."""

import re
import warnings

import numpy as np
import pytest

import optviz
from optviz.draw import Film
from optviz.draw import curves as draw_curves
from optviz.draw import plinth as draw_plinth
from optviz.draw import scales as draw_scales
from optviz.draw.layout import layout
from optviz.errors import OptvizWarning
from optviz.page.data import told
from optviz.page.document import page_of
from optviz.page.packing import numbers
from optviz.races import judged, race
from optviz.scene import scene_of
from tests.pages import opener
from tests.test_scale import measured

SIZE = (260, 200)
VIEWS = {
    "map": {},
    "panels": {"layout": "panels"},
    "fading": {"show": "fading"},
    "vectors": {"show": "vectors"},
    "relief": {"view": "relief"},
    "orbit": {"view": "relief", "camera": "orbit"},
    "curves": {"curves": ("loss", "gradient", "step", "distance", "sharpness"), "size": (500, 440)},
}
RATES = {"slow": ("sgd", 2.0**-6), "rolls": ("momentum", 2.0**-7), "wild": ("sgd", 0.5)}  # the last diverges
POWERS = [40, -40, 166, -166, 460, -460]
FORMATS = ("a.gif", "a.html", "a.svg", "a.pdf")


def raced(factor=1.0, **change):
    return race(
        measured(**change),
        [f"{name}:lr={rate * factor!r},label={label}" for label, (name, rate) in RATES.items()],
        steps=40,
    )


def remeasured(axis, unit):
    """The plain race in another unit of one axis, of which no optimizer knows."""
    plain = raced()
    stretch = np.array([unit, 1.0] if axis == "x" else [1.0, unit])
    with warnings.catch_warnings(action="ignore"):
        posed = race(measured(**{axis: unit}), ["sgd:lr=1"] * len(RATES), steps=40).problem
    with np.errstate(over="ignore"):
        return judged(posed, plain.runs, plain.points * stretch, plain.values)


@pytest.fixture
def _unlabelled(monkeypatch):
    """No numbers along axes: they alone are to differ."""
    monkeypatch.setattr(draw_scales, "ticks", lambda *_: [])
    monkeypatch.setattr(draw_scales, "some_ticks", lambda *_: [])
    monkeypatch.setattr(draw_plinth, "ticks", lambda *_: [])
    monkeypatch.setattr(draw_curves, "powers", lambda *_: [])


def drawn(found, **view):
    """What is drawn of a race but its cast: the panels, in the middle and at the end."""
    scene = scene_of(found, **{"size": SIZE, "frames": 5} | view)
    film = Film(scene)
    left, top, right, bottom = layout(*scene.size, scene.theme).stage
    return np.stack([film.frame(index)[top:bottom, left:right] for index in (2, -1)])


@pytest.fixture(scope="module")
def plain():
    return raced()


@pytest.mark.usefixtures("_unlabelled")
@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_pictures_are_the_same_in_any_unit_of_f(plain, view, power):
    found = raced(2.0**-power, f=2.0**power)
    assert (drawn(found, **view) != drawn(plain, **view)).mean() < 0.002


@pytest.mark.usefixtures("_unlabelled")
@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_pictures_are_the_same_in_any_unit_of_x_and_y(plain, view, power):
    found = raced(4.0**power, x=2.0**power, y=2.0**power)
    assert (drawn(found, **view) != drawn(plain, **view)).mean() < 0.002


@pytest.mark.usefixtures("_unlabelled")
@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("axis", ["x", "y"])
@pytest.mark.parametrize("view", ["map", "panels", "fading", "relief", "orbit"])
def test_maps_are_the_same_in_any_unit_of_one_axis(plain, view, axis, power):
    assert np.array_equal(drawn(remeasured(axis, 2.0**power), **VIEWS[view]), drawn(plain, **VIEWS[view]))


@pytest.mark.usefixtures("_unlabelled")
@pytest.mark.parametrize("change", [{"right": 2.0**20}, {"up": -(2.0**30)}, {"more": 2.0**20}], ids=["x", "y", "f"])
@pytest.mark.parametrize("view", ["map", "panels", "fading", "vectors", "relief", "orbit"])
def test_pictures_are_nearly_the_same_elsewhere(plain, view, change):
    """There digits are lost, of which a pixel shows few."""
    assert (drawn(raced(**change), **VIEWS[view]) != drawn(plain, **VIEWS[view])).mean() < 0.02


@pytest.mark.parametrize("power", POWERS)
def test_pages_hold_the_same_in_any_unit(plain, power):
    for found in (raced(2.0**-power, f=2.0**power), raced(4.0**power, x=2.0**power, y=2.0**power)):
        here, there = (told(scene_of(each, size=SIZE, frames=4)) for each in (plain, found))
        assert here.grounds[0].to_webp() == there.grounds[0].to_webp()
        for part in ("heads", "starts"):
            before, after = (numbers(each.data["maps"][0]["heads"]) for each in (here, there))
            assert np.array_equal(before, after, equal_nan=True), part
        rises = [np.array(each.data["pictures"][0]["values"]) for each in (here, there)]
        unit = found.surface.reach[1] / plain.surface.reach[1]
        assert rises[1] == pytest.approx(rises[0] * unit, rel=0.02)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "change",
    [{"f": 10.0**ten} for ten in (50, -50, 290, -290)]
    + [{axis: 10.0**ten} for axis in "xy" for ten in (50, -50, 150, -150)]
    + [{"x": 1e150, "y": 1e150}, {"x": 1e-140, "y": 1e-140}, {"right": 1e12}, {"more": 1e12}, {"f": 1e-9, "more": 1e8}],
    ids=str,
)
def test_every_format_takes_every_unit(tmp_path, change, name):
    """No error, no warning but optviz's own, nothing that is no number in what is written as text."""
    unit = change.get("x", 1.0) * change.get("y", 1.0) / change.get("f", 1.0)
    with warnings.catch_warnings(action="ignore", category=OptvizWarning):
        found = raced(unit, **change)
    for view in ({"curves": VIEWS["curves"]["curves"], "show": "vectors"}, {"view": "relief"}):
        options = {"size": (160, 120)} | view
        if name in ("a.gif", "a.html"):
            optviz.animate(found, tmp_path / name, frames=3, **options)
        else:
            optviz.plot(found, tmp_path / name, **options)
        if name == "a.svg":
            assert not re.search(r'[" ,](nan|inf)[" ,]', (tmp_path / name).read_text())


@pytest.mark.parametrize("start", ["random:9", "grid:3x3"])
@pytest.mark.parametrize("change", [{"x": 1e150, "y": 1e-150}, {"right": 1e12}, {"x": 1e299}, {"y": 1e-299}], ids=str)
def test_starts_are_spread_over_any_domain(start, change):
    surface = measured(**change)
    points = np.array(race(surface, ["sgd:lr=1e-3"], steps=1, start=start).starts)
    assert surface.contains(points).all()
    x0, x1, y0, y1 = surface.domain
    assert (np.ptp(points, axis=0) / (x1 - x0, y1 - y0) > 0.5).all()


@pytest.mark.parametrize(
    "change",
    [{}, {"right": 2.0**30}, {"up": -1e6}, {"x": 1e-50, "y": 1e50}, {"f": 1e-50}, {"f": 1e50}, {"more": 1e6}],
    ids=str,
)
def test_a_page_reads_out_places_and_values_in_any_unit(browser, tmp_path, change):
    with warnings.catch_warnings(action="ignore", category=OptvizWarning):
        found = race(measured(**change), ["sgd:lr=1e-300"], steps=2)
    point = """
        const figure = document.querySelector(".map"), box = figure.children[1].getBoundingClientRect();
        const where = { clientX: box.left + arguments[0] * box.width, clientY: box.top + arguments[1] * box.height };
        figure.dispatchEvent(new PointerEvent("pointermove", where));
        return document.querySelector(".readout").innerText"""
    x0, x1, y0, y1 = found.surface.window
    size, values = np.array([x1 - x0, y1 - y0]), []
    with opener(browser, tmp_path) as shown:
        player = shown(page_of(scene_of(found, size=SIZE, frames=3)), None)
        for across, down in ((0.9, 0.1), (0.6, 0.5)):
            told_there = player.run(point, across, down).replace("−", "-")
            x, y, value = (float(re.search(rf"{key} (\S+)", told_there)[1]) for key in ("x", "y", "≈"))
            place = np.array([x0 + across * size[0], y1 - down * size[1]])
            assert (np.array([x, y]) - place) / size == pytest.approx([0, 0], abs=0.005)
            values.append((value, float(found.surface(place))))
    (high, above), (low, below) = values
    assert high - low == pytest.approx(above - below, rel=0.2)
