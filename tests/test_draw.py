"""Drawing: the law of frame k, and what stands where."""

from dataclasses import replace

import numpy as np
import pytest

import optviz
from optviz.catalog import surface_names
from optviz.draw import Film
from optviz.draw.canvas import Canvas, packed
from optviz.draw.layout import layout, plot, to_pixels
from optviz.draw.scales import chosen
from optviz.draw.shade import BANDS, heights, levels, paint
from optviz.races import race
from optviz.scene import scene_of
from optviz.themes import THEMES

SMALL = {"size": (320, 240)}


def map_place(width, height):
    plan = layout(width, height, THEMES["light"])
    return plot(plan.stage, plan.scale, titled=False)


def small_film(name="himmelblau", optimizers=("sgd", "momentum", "adam"), **options):
    keys = ("steps", "lr", "noise", "start")
    ran = race(name, list(optimizers), **{key: options.pop(key) for key in keys if key in options})
    return Film(scene_of(ran, **SMALL | options))


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["rosenbrock", "saddle", "noisy-moons"])
def test_frame_k_alone_equals_frame_k_of_the_film(name, theme):
    film = small_film(name, theme=theme, steps=90, frames=30)
    for index, frame in enumerate(film.frames()):
        if index % 7 == 0 or index == len(film) - 1:
            assert np.array_equal(frame.pixels, film.frame(index)), index


def test_frame_k_alone_equals_frame_k_where_runs_diverge_and_chatter():
    film = small_film("booth", ["sgd:lr=0.5", "adam:lr=3", "rmsprop:lr=2"], steps=120)
    for index, frame in enumerate(film.frames()):
        if index % 17 == 0:
            assert np.array_equal(frame.pixels, film.frame(index)), index


def test_every_change_lies_inside_the_rectangle_that_says_so():
    before = None
    for frame in small_film(steps=40).frames():
        if before is not None:
            changed = frame.pixels != before
            left, top, right, bottom = frame.changed
            changed[top:bottom, left:right] = False
            assert not changed.any()
        before = frame.pixels.copy()


@pytest.mark.slow
def test_a_map_does_not_depend_on_how_many_frames_came_before():
    left, top, right, bottom = map_place(320, 240)
    maps = []
    for frames in (101, 9):
        film = small_film(steps=100, frames=frames)
        maps.append({shot.step: film.frame(k)[top:bottom, left:right] for k, shot in enumerate(film.shots)})
    shared = maps[0].keys() & maps[1].keys()
    assert len(shared) > 4
    for step in shared:
        assert np.array_equal(maps[0][step], maps[1][step])


def test_heads_stand_where_the_runs_are_in_their_own_colours():
    film = small_film(steps=30, size=(640, 480))
    ran = race("himmelblau", ["sgd", "momentum", "adam"], steps=30)
    box, place = ran.surface.window, map_place(640, 480)
    picture = film.frame(-1)
    column = to_pixels(ran.points[-1], box, place)
    for (x, y), colour in zip(column[::-1], film.colours[2::-1], strict=True):
        covered = any(np.hypot(*(np.array([x, y]) - other)) < 12 for other in column if (other != (x, y)).any())
        if not covered:
            assert picture[int(y), int(x)] == packed(colour)


def test_nothing_is_drawn_for_what_is_not_a_number_or_far_away():
    film = small_film("booth", ["sgd:lr=1"], steps=400)
    ground, last = film.frame(0), film.frame(-1)
    x0, y0, x1, y1 = map_place(320, 240)
    assert (ground[y0:y1, x0:x1] != last[y0:y1, x0:x1]).any()
    assert (last == packed(film.colours[0])).sum() > 0


@pytest.mark.parametrize("name", surface_names())
def test_a_map_shows_structure(name):
    surface = optviz.catalog.load_surface(name)
    level = levels(heights(surface, surface.window, 120, 100))
    assert level.min() >= 0
    assert level.max() <= BANDS
    shares = np.bincount(level.astype(int).ravel(), minlength=BANDS) / level.size
    assert np.count_nonzero(shares > 0.002) >= 8, "fewer than eight bands can be seen"


def test_levels_rise_with_the_values_and_bear_what_is_not_finite():
    values = np.array([[1.0, 2.0, 5.0], [np.nan, np.inf, -1.0]])
    level = levels(values)
    finite = np.array([-1.0, 1.0, 2.0, 5.0])
    assert np.all(np.diff([level[values == value][0] for value in finite]) > 0)
    assert level[1, 0] == level[1, 1] == level.max()


@pytest.mark.parametrize("size", [(64, 64), (90, 700), (700, 90), (1920, 1080)])
def test_any_size_can_be_drawn(size):
    picture = small_film(steps=3, size=size).frame(-1)
    assert picture.shape == size[::-1]


def test_a_canvas_draws_where_it_is_told():
    canvas = Canvas(40, 30)
    canvas.pixels[:] = packed("#ffffff")
    canvas.disc(10, 20, 6, "#ff0000", "#00ff00", 2)
    assert canvas.pixels[20, 10] == packed("#ff0000")
    assert canvas.pixels[20, 15] == packed("#00ff00")
    assert canvas.pixels[10, 30] == packed("#ffffff")
    canvas.line(np.array([[0.0, 5.0], [40.0, 5.0]]), "#0000ff", 3, clip=(0, 0, 20, 30))
    assert canvas.pixels[5, 10] == packed("#0000ff")
    assert canvas.pixels[5, 30] == packed("#ffffff")


def test_a_hairline_stays_one_where_the_ground_is_flat():
    """Two contours cross at a saddle: but for the place where they meet, they are a pixel wide."""
    x, y = np.meshgrid(np.arange(-100.0, 101), np.arange(-100.0, 101))
    saddle = 5 + 2e-4 * (x * x - y * y)
    theme = replace(THEMES["light"], isoline="#ff0000", isoline_alpha=1.0)
    reds = paint(saddle.astype(np.float32), theme).view(np.uint8).reshape(201, 201, 4).astype(int)
    lines = reds[..., 0] - reds[..., 2] > 128
    for distance in (12, 25, 50):
        ring = np.abs(np.maximum(np.abs(x), np.abs(y)) - distance) < 0.5
        assert 4 <= (lines & ring).sum() <= 16


@pytest.mark.slow
@pytest.mark.parametrize("far", [2e3, 2e5, 3e6, 4e-5, 1.23e-7])
@pytest.mark.parametrize("size", [(800, 600), (1280, 720), (600, 1000)])
def test_no_number_is_cut_at_the_left(far, size, monkeypatch):
    begun = []
    write = Canvas.write
    monkeypatch.setattr(
        Canvas, "write", lambda self, x, *rest, **more: (begun.append(x), write(self, x, *rest, **more))
    )
    optviz.plot(race("booth", lr=0.01, steps=2), size=size, view_box=(-far, far, -far, 0.3 * far)).film.frame(0)
    assert min(begun) >= 0


def test_labels_of_an_axis_differ_and_are_short():
    def labels(*values):
        return chosen([values], 10.0, lambda _, labels, __: all(len(words) < 7 for words in labels)).labels

    assert labels(-0.5, 0.0, 0.5) == ["−0.5", "0", "0.5"]
    assert labels(-250000.0, 0.0, 250000.0) == ["−2.5e5", "0", "2.5e5"]
    assert labels(0.00012, 0.00014) == ["1.2e−4", "1.4e−4"]
    assert labels(1e6 + 20, 1e6 + 40, 1e6 + 60) == ["20", "40", "60"]


@pytest.mark.parametrize("size", [(600, 1000), (450, 900), (1080, 1920)])
def test_letters_of_tall_pictures_are_those_of_wide_ones(size):
    tall, wide = layout(*size, THEMES["light"]), layout(*size[::-1], THEMES["light"])
    assert tall.scale == wide.scale
