"""Runs that go farther away than any pixel: what is seen of them is what is seen of a run that goes just far."""

import json
import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import optviz
from optviz.draw import Film
from optviz.draw.afar import FAR, brought_near
from optviz.page.data import told
from optviz.races import judged
from optviz.scene import scene_of

SIZE = {"size": (240, 180), "frames": 4}
BOX = (-5.0, 5.0, -5.0, 5.0)
VIEWS = {
    "map": {},
    "fading": {"show": "fading"},
    "vectors": {"show": "vectors"},
    "panels": {"layout": "panels"},
    "relief": {"view": "relief"},
    "orbit": {"view": "relief", "camera": "orbit"},
}
REACHES = [1e9, 1e20, 1e150, 1e300, 1.7e308]


def leaving(reach, *, start=None):
    """A race whose first run leaves at step 8, is afar at step 9, too, and back at step 10; the second never leaves."""
    plain = optviz.race("himmelblau", ["sgd:lr=0.01", "adam:lr=0.1"], steps=14, start=start)
    points, values = plain.points.copy(), plain.values.copy()
    heads = slice(0, len(plain.starts))
    points[8, heads], points[9, heads] = (reach, -0.75 * reach), (-0.5 * reach, reach)
    points[10:, heads] = 0.25, 0.5
    return judged(plain.problem, plain.runs, points, values)


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("step", [8, 9, 14])
def test_a_run_that_goes_absurdly_far_is_drawn_as_one_that_goes_far(view, step):
    def still(reach):
        race = leaving(reach)
        race.points[9, 0] = np.nan  # what happens far outside is not compared
        return Film(scene_of(race, **SIZE, **view)).still(step)

    far = still(1e5)
    for reach in REACHES:
        assert (still(reach) != far).mean() < 2e-3, reach


@pytest.mark.parametrize("view", [{}, {"view": "relief"}], ids=["map", "relief"])
def test_an_exit_is_marked_however_far_the_step(view):
    """The line to the edge and the arrowhead are in the run's colour, where before there is nothing."""
    race = leaving(1e300)
    film = Film(scene_of(race, **SIZE, **view))
    colour = int(np.uint32(0xFF000000 | int.from_bytes(bytes.fromhex(film.colours[0][1:]), "little")))
    before, after = (int((film.still(step) == colour).sum()) for step in (7, 8))
    assert after >= before + 3, "the head is gone, the arrowhead is larger"


@pytest.mark.slow
@pytest.mark.parametrize(("start", "reach"), [(None, 1e300), ("grid:3x3", 1.7e308), ("random:20", 1e9)])
@pytest.mark.parametrize("box", [None, (50, 60, 50, 60), (1e90, 2e90, 0, 1e-90), (-1e280, 1e280, -1e-200, 1e-200)])
def test_every_format_takes_runs_from_far_away(tmp_path, start, reach, box):
    size = {"size": (120, 90), "frames": 3}
    race = leaving(reach, start=start)
    views = [{}, {"show": "fading"}, {"view": "relief"}]
    for number, view in enumerate(views):
        for suffix in (".gif", ".html"):
            optviz.animate(race, tmp_path / f"{number}{suffix}", view_box=box, **size, **view)
        for suffix in (".svg", ".pdf"):
            optviz.plot(race, tmp_path / f"{number}{suffix}", view_box=box, **size, **view)


@pytest.mark.parametrize("view", [{}, {"view": "relief"}, {"show": "vectors"}], ids=["map", "relief", "vectors"])
@pytest.mark.parametrize("box", [None, (50, 60, 50, 60), (1e90, 2e90, 1e90, 2e90)])
def test_a_page_is_valid_json_wherever_its_starts_and_runs_lie(view, box):
    data = told(scene_of(leaving(1e300), view_box=box, **SIZE, **view)).data
    assert json.loads(json.dumps(data, allow_nan=False))
    assert len(data["maps"][0]["starts"]) == (1 if box is None else 0)


def test_the_pages_own_picture_names_no_number_that_is_none(tmp_path):
    for view in ({}, {"view": "relief"}):
        optviz.animate(leaving(1e300), tmp_path / "a.html", view_box=(50, 60, 50, 60), **SIZE, **view)
        assert not re.search(
            r"\b(nan|NaN|inf|Infinity)\b(?=[\" ,])", (tmp_path / "a.html").read_text().split("<script")[0]
        )


def test_what_is_near_stays_as_it_is():
    path = np.random.default_rng(0).normal(scale=1e4, size=(50, 3, 2))
    path[4, 1] = np.nan
    assert brought_near(np.where(np.isnan(path), 0, path), BOX) is not path
    kept = brought_near(path, BOX)
    assert np.array_equal(kept, path, equal_nan=True)


@pytest.mark.parametrize("box", [BOX, (0, 1e-290, 0, 1e290), (1e9, 1e9 + 1, -1e-9, 0)])
@pytest.mark.parametrize("reach", REACHES)
def test_what_is_far_is_seen_in_its_direction(box, reach):
    x0, x1, y0, y1 = box
    size = np.array([x1 - x0, y1 - y0])
    inside, outside = np.array([x0, y0]) + 0.25 * size, np.array([reach, -reach])
    path = np.array([inside, outside, outside, [np.inf, 0.0], inside])
    for moment, (x, y) in enumerate((brought_near(path, box) - (x0, y0)) / size):
        if moment in (0, 4):
            assert (x, y) == pytest.approx((0.25, 0.25), rel=1e-6)
        elif moment == 1:
            assert FAR / 3 < max(abs(x), abs(y)) < FAR
        else:
            assert np.isnan([x, y]).all()
    found, true = (
        [
            (Fraction(float(a)) - Fraction(float(b))) / Fraction(float(c))
            for a, b, c in zip(end, inside, size, strict=True)
        ]
        for end in (brought_near(path, box)[1], outside)
    )
    for shares in (found, true):
        shares[:] = [float(share / max(map(abs, shares))) for share in shares]
    assert found == pytest.approx(true, abs=1e-6)


@pytest.mark.parametrize(
    "view", [{}, {"view": "relief"}, {"view": "relief", "camera": "orbit"}], ids=["map", "relief", "orbit"]
)
def test_starts_outside_a_view_are_not_marked_beside_it(view):
    """The start (0, 0) would lie to the right of the map, among the names; another start there changes nothing."""
    box = (-5, -0.8, -3, 3)
    one, other = (
        Film(scene_of(race, view_box=box, **SIZE, **view)).frame(0) for race in (leaving(1), moved(leaving(1)))
    )
    assert np.array_equal(one, other)


def moved(found):
    """The same paths, but begun elsewhere, as one is told."""
    problem = replace(found.problem, starts=((4.0, -4.0),))
    return replace(found, problem=problem)
