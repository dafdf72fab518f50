"""Reliefs: what the camera sees, what the surface hides, and the law of frame k."""

import itertools
import warnings
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import pytest
from click.testing import CliRunner

from optviz.animation import remake
from optviz.catalog import surface_names
from optviz.cli import main
from optviz.draw import Film
from optviz.draw.camera import AWAY, Camera, fitted
from optviz.draw.canvas import Canvas, packed
from optviz.draw.draped import draped
from optviz.draw.paints import Paints
from optviz.draw.plinth import Plinth
from optviz.draw.sight import Sight
from optviz.draw.terrain import TALL, Terrain
from optviz.encode import save
from optviz.errors import ArgumentError
from optviz.picture import Picture
from optviz.races import race
from optviz.scene import Relief, scene_of
from optviz.surface import Surface
from optviz.themes import THEMES

PLACE = (10, 10, 410, 310)
FLAT = Surface(name="ramp", fn=lambda x, y: x + 0.001 * y, domain=(-1, 1, -1, 1), start=(0.5, 0.5))
RIDGE = Surface(
    name="ridge", fn=lambda x, y: 1 / (1 + (y / 0.05) ** 4) + 1e-6 * x, domain=(-1, 1, -1, 1), start=(0, 0.5)
)


def small_film(name="himmelblau", optimizers=("sgd", "momentum", "adam"), **options):
    keys = ("steps", "lr", "noise", "start")
    ran = race(name, list(optimizers), **{key: options.pop(key) for key in keys if key in options})
    return Film(scene_of(ran, **{"view": "relief", "size": (320, 240)} | options))


def seen(surface, azimuth, elevation, place=PLACE):
    terrain = Terrain(surface, surface.window, 300, 0)
    corners = np.array(list(itertools.product((-0.5, 0.5), (-0.5, 0.5), (0, TALL))))
    [camera] = fitted([azimuth], elevation, corners, place)
    return terrain, camera, Sight(terrain, camera, place)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "slide-dark"])
@pytest.mark.parametrize("camera", ["fixed", "orbit"])
@pytest.mark.parametrize("name", ["himmelblau", "saddle", "noisy-moons"])
def test_frame_k_alone_equals_frame_k_of_the_film(name, camera, theme):
    film = small_film(name, theme=theme, camera=camera, steps=80, frames=24)
    before = None
    for index, frame in enumerate(film.frames()):
        if index % 5 == 0 or index == len(film) - 1:
            assert np.array_equal(frame.pixels, film.frame(index)), index
        if before is not None:
            changed = frame.pixels != before
            left, top, right, bottom = frame.changed
            changed[top:bottom, left:right] = False
            assert not changed.any()
        before = frame.pixels.copy()


@pytest.mark.slow
def test_frames_of_runs_that_diverge_and_chatter_do_not_depend_on_how_many_came_before():
    films = [small_film("booth", ["sgd:lr=0.5", "adam:lr=3", "rmsprop:lr=2"], steps=100, frames=n) for n in (101, 9)]
    left, top, right, bottom = films[0].painters[0].stage.cell
    places = [{shot.step: k for k, shot in enumerate(film.shots)} for film in films]
    shared = places[0].keys() & places[1].keys()
    assert len(shared) > 4
    for step in shared:
        first, second = (film.frame(k[step])[top:bottom, left:right] for film, k in zip(films, places, strict=True))
        assert np.array_equal(first, second)


@pytest.mark.parametrize("azimuth", [0, 37, -105, 180, 300])
@pytest.mark.parametrize("elevation", [10, 45, 75])
def test_points_are_projected_as_four_by_four_matrices_do_it(azimuth, elevation):
    points = np.random.default_rng(3).uniform(-0.5, 0.5, (50, 3))
    zoom, x, y = 900.0, 320.0, 240.0
    a, e = np.radians((azimuth, elevation))
    turn = np.array([[-np.sin(a), np.cos(a), 0, 0], [-np.cos(a), -np.sin(a), 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    away = np.array([[1, 0, 0, 0], [0, 1, 0, AWAY], [0, 0, 1, -AWAY * np.tan(e)], [0, 0, 0, 1]])  # the eye: the origin
    lens = np.array(
        [  # a level eye of focal length zoom, whose picture is shifted by tan(e), and as flat as cos(e)
            [zoom, x, 0, 0],
            [0, y - zoom * np.sin(e), -zoom * np.cos(e), 0],
            [0, 1, 0, 0],
        ]
    )
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ (lens @ away @ turn).T
    expected = np.column_stack([homogeneous[:, :2] / homogeneous[:, 2:], homogeneous[:, 2]])
    np.testing.assert_allclose(Camera(azimuth, elevation, zoom, x, y).project(points), expected, atol=1e-9)


@pytest.mark.parametrize("azimuth", [-105, 0, 45, 90, 210])
def test_a_camera_fits_what_it_must_show_and_fills_the_place(azimuth):
    corners = np.array(list(itertools.product((-0.5, 0.5), (-0.5, 0.5), (0, TALL))))
    [camera] = fitted([azimuth], 40, corners, PLACE)
    spots = camera.project(corners)[:, :2]
    assert (spots >= np.array(PLACE[:2]) - 1e-6).all()
    assert (spots <= np.array(PLACE[2:]) + 1e-6).all()
    slack = np.array(PLACE[2:]) - PLACE[:2] - np.ptp(spots, axis=0)
    assert slack.min() == pytest.approx(0, abs=1e-6)


def test_what_lies_behind_a_ridge_is_hidden_and_what_lies_before_it_is_seen():
    terrain, camera, sight = seen(RIDGE, -90, 30)  # the eye looks along y; the ridge is the line y = 0
    far = 0.5 * np.linspace(-0.95, 0.95, 400)
    points = terrain.raised(np.column_stack([np.full(400, 0.1), far]))
    visible = sight.is_visible(camera.project(points))
    eye = np.array([0.0, -AWAY, AWAY * np.tan(np.radians(30))])  # a line of sight over the ridge meets the floor here
    top = terrain.raised(np.array([[0.1, 0.0]]))[0, 2]
    shadow = top / (eye[2] - top) * AWAY
    assert visible[far < -0.06].all()
    assert not visible[(far > 0.06) & (far < shadow - 0.03)].any()
    assert visible[far > shadow + 0.03].all()
    assert shadow > 0.2


@pytest.mark.parametrize("azimuth", [-105, 20, 160])
def test_what_a_bump_hides_is_what_lines_of_sight_through_the_function_say(azimuth):
    bump = Surface(name="bump", fn=lambda x, y: anp.exp(-(x**2 + y**2) / 0.08), domain=(-1, 1, -1, 1), start=(0.5, 0.5))
    terrain, camera, sight = seen(bump, azimuth, 20)
    floor = np.random.default_rng(5).uniform(-0.48, 0.48, (600, 2))
    points = terrain.raised(floor)
    a = np.radians(azimuth)
    eye = AWAY * np.array([np.cos(a), np.sin(a), np.tan(np.radians(20))])
    shares = np.linspace(0.001, 0.3, 600)[:, None, None]
    line = points + (eye - points) * shares
    inside = (np.abs(line[..., :2]) <= 0.5).all(axis=-1)
    ground = terrain.raised(np.clip(line[..., :2], -0.5, 0.5).reshape(-1, 2))[:, 2].reshape(inside.shape)
    clearance = np.where(inside, line[..., 2] - ground, np.inf).min(axis=0)
    visible = sight.is_visible(camera.project(points))
    assert not visible[clearance < -0.012].any()
    assert visible[clearance > 0].all()
    assert 20 < (clearance < -0.012).sum() < 500


def test_higher_values_stand_higher():
    for name in ("rosenbrock", "saddle", "rastrigin"):
        surface = race(name, ["sgd:lr=1e-4"], steps=1).surface
        terrain = Terrain(surface, surface.window, 300, 0)
        floor = np.random.default_rng(1).uniform(-0.5, 0.5, (300, 2))
        x0, x1, y0, y1 = surface.window
        values = surface(np.column_stack([x0 + (floor[:, 0] + 0.5) * (x1 - x0), y0 + (floor[:, 1] + 0.5) * (y1 - y0)]))
        heights = terrain.raised(floor)[np.argsort(values), 2]
        assert (np.diff(heights) >= 0).all()
        assert (np.diff(heights) > 0).mean() > 0.95
        np.testing.assert_allclose(terrain.at(floor) * TALL / 22, terrain.raised(floor)[:, 2], atol=0.05)


def test_the_picture_covers_what_is_projected_and_no_more():
    terrain, camera, sight = seen(FLAT, 30, 40)
    canvas = Canvas(420, 320)
    canvas.pixels[:] = packed("#ff00ff")
    theme = THEMES["light"]
    sight.draw(canvas.pixels, Paints(theme, 0.0))
    covered = canvas.pixels != packed("#ff00ff")
    spots = camera.project(terrain.raised(np.random.default_rng(2).uniform(-0.48, 0.48, (500, 2))))
    assert covered[spots[:, 1].astype(int), spots[:, 0].astype(int)].all()
    corners = camera.project(np.array(list(itertools.product((-0.5, 0.5), (-0.5, 0.5), (0, TALL)))))[:, :2]
    rows, columns = np.nonzero(covered)
    assert columns.min() >= corners[:, 0].min() - 2
    assert columns.max() <= corners[:, 0].max() + 2
    assert rows.max() <= corners[:, 1].max() + 2
    assert rows.min() >= corners[:, 1].min() - 2


def test_a_path_is_cut_at_the_box_and_broken_where_it_is_no_number():
    terrain = Terrain(FLAT, FLAT.domain, 60, 0)
    path = np.array([[0, 0], [0.3, 0], [0.7, 0.0], [0.3, 0.2], [np.nan, 0], [-0.3, -0.3], [-0.3, -1e300], [0.1, 0.1]])
    laid = draped(path, terrain)
    assert np.nanmax(np.abs(laid.points[:, :2])) <= 0.5 + 1e-12
    assert np.isnan(laid.points[:, 0]).sum() == 4
    assert [int(laid.steps[index]) for index in laid.exits] == [2]
    np.testing.assert_allclose(laid.points[laid.exits[0], :2], [0.5, 0.0], atol=1e-12)
    assert (np.diff(laid.steps) >= 0).all()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_heads_that_are_seen_have_their_own_colours(theme):
    film = small_film("noisy-moons", steps=12, size=(640, 480), theme=theme, azimuth=-105)
    painter = film.painters[0]
    spots = painter.camera(film.shots[-1]).project(painter.heads[12])
    picture = film.frame(-1)
    checked = 0
    for (x, y, _), colour in zip(spots[::-1], film.colours[2::-1], strict=True):
        if not any(0 < np.hypot(*(np.array([x, y]) - other[:2])) < 14 for other in spots):
            assert picture[int(y), int(x)] == packed(colour)
            checked += 1
    assert checked


@pytest.mark.slow
@pytest.mark.parametrize("name", surface_names())
def test_every_surface_has_a_relief(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        film = small_film(name, ["sgd", "adam"], steps=6, lr=0.01, size=(200, 150), camera="orbit")
        picture = film.frame(3)
    left, top, right, bottom = film.painters[0].place
    assert (picture[top:bottom, left:right] != packed(film.paper)).mean() > 0.2


@pytest.mark.slow
@pytest.mark.parametrize("size", [(64, 64), (90, 500), (500, 90), (1280, 720)])
@pytest.mark.parametrize("elevation", [10, 75])
def test_any_size_can_be_drawn(size, elevation):
    assert small_film(steps=3, size=size, elevation=elevation).frame(-1).shape == size[::-1]


def test_numbers_never_lie_over_one_another_at_any_azimuth():
    theme = THEMES["slide-light"]
    for size in ((800, 600), (240, 180)):
        cell = (0, 0, *size)
        canvas = Canvas(*size)
        plinth = Plinth((-512, 512, -0.27, 1.07), theme, cell, canvas)
        corners = np.array(list(itertools.product((-0.5, 0.5), (-0.5, 0.5), (0, TALL))))
        for azimuth in range(0, 360, 7):
            [camera] = fitted([azimuth], 35, corners, (40, 40, size[0] - 40, size[1] - 40))
            boxes = [
                (x, y, x + plinth.label(v).size[0], y + plinth.label(v).size[1]) for v, x, y in plinth.places(camera)
            ]
            assert boxes or size == (240, 180), "a small sheet may have no room for large numbers"
            for a, b in itertools.combinations(boxes, 2):
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_an_orbit_goes_once_around_and_a_fixed_camera_stays():
    film = small_film("booth", ["sgd:lr=0.01"], camera="orbit", steps=20)
    painter = film.painters[0]
    turns = [painter.camera(shot).azimuth for shot in film.shots]
    assert turns[0] == -105
    assert turns[-1] == pytest.approx(255)
    np.testing.assert_allclose(np.diff(turns), 18)


def test_panels_curves_and_reliefs_share_a_picture():
    ran = race("himmelblau", ["sgd", "adam", "momentum"], steps=10)
    scene = scene_of(ran, view="relief", layout="panels", curves=("loss",), size=(400, 400), camera="orbit")
    panels = [panel for row in scene.panels for panel in row]
    assert [type(panel) for panel in panels[:3]] == [Relief] * 3
    assert [panel.owners for panel in panels[:3]] == [(0,), (1,), (2,)]
    film = Film(scene)
    for index, frame in enumerate(film.frames()):
        if index in (4, 10):
            assert np.array_equal(frame.pixels, film.frame(index))


def test_more_than_sixteen_reliefs_are_refused():
    ran = race("booth", [f"sgd:lr={0.001 * (n + 1)}" for n in range(17)], steps=2)
    with pytest.raises(ArgumentError, match="at most 16 reliefs, not 17"):
        scene_of(ran, view="relief", layout="panels")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--view", "releif"], "Did you mean 'relief'"),
        (["--view", "relief", "--camera", "orbti"], "Did you mean 'orbit'"),
        (["--view", "relief", "--elevation", "80"], "[10, 75]"),
        (["--view", "relief", "--elevation", "nan"], "[10, 75]"),
        (["--view", "relief", "--azimuth", "361"], "[-360, 360]"),
        (["--camera", "orbit"], "view relief"),
        (["--azimuth", "30"], "view relief"),
    ],
)
def test_the_command_names_what_is_allowed(options, words, tmp_path):
    result = CliRunner().invoke(main, ["animate", "--surface", "booth", "-o", str(tmp_path / "a.gif"), *options])
    assert result.exit_code in (1, 2)
    assert words in result.output
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("camera", ["fixed", "orbit"])
def test_several_processes_and_the_recipe_make_the_same_bytes(camera, tmp_path):
    film = small_film(camera=camera, steps=24, size=(240, 180), elevation=33.0, azimuth=12.5)
    one, two, again = (Path(tmp_path / name) for name in ("one.gif", "two.gif", "again.gif"))
    save(film, one)
    save(film, two, jobs=2)
    assert one.read_bytes() == two.read_bytes()
    remake(one).save(again)
    assert one.read_bytes() == again.read_bytes()


def test_a_recipe_from_before_reliefs_still_makes_its_map():
    data = Picture().as_data()
    old = {key: value for key, value in data.items() if key not in ("view", "camera", "elevation", "azimuth")}
    assert Picture(**old) == Picture(**data)
