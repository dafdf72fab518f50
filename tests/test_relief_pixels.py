"""Reliefs by their decoded pixels: the light, the numbers on the plinth, what is hidden, and the way of the camera."""

import itertools
from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from optviz.cast import Runner
from optviz.draw import Film
from optviz.draw.camera import fitted
from optviz.draw.canvas import Canvas, packed
from optviz.draw.draped import draped
from optviz.draw.layout import layout
from optviz.draw.paints import Paints
from optviz.draw.plinth import Plinth
from optviz.draw.relief import outline
from optviz.draw.sight import Sight
from optviz.draw.terrain import TALL, Terrain
from optviz.scene import Relief, Scene
from optviz.surface import Surface
from optviz.themes import THEMES, rgb
from optviz.timeline import timeline

SQUARE = -1.0, 1.0, -1.0, 1.0
PLACE = 20, 20, 420, 320


def surface_of(fn, name="made"):
    return Surface(name=name, fn=fn, domain=SQUARE, start=(0.5, 0.5))


HILL = surface_of(lambda x, y: anp.exp(-(x**2 + y**2) / 0.15))
BOWL = surface_of(lambda x, y: x**2 + y**2)
RIDGE = surface_of(lambda x, y: 1 / (1 + (y / 0.05) ** 4) + 1e-6 * x)
RAMP = surface_of(lambda x, y: x + 0.001 * y)


def film_of(surface, paths, *, theme="light", size=(480, 360), titles=(), starts=(), **options):
    """A film of paths (M, T+1, 2) that nobody ran, on a relief."""
    points = np.array(paths, dtype=float).swapaxes(0, 1)
    steps, count = len(points) - 1, points.shape[1]
    names = titles or [f"run {run}" for run in range(count)]
    cast = [
        Runner(title=name, rate="1", rule="given", slot=run, values=np.zeros(steps + 1))
        for run, name in enumerate(names)
    ]
    panel = Relief(surface=surface, box=SQUARE, starts=starts, points=points, owners=tuple(range(count)), **options)
    return Film(
        Scene(
            title="",
            cast=tuple(cast),
            panels=[[panel]],
            theme=THEMES[theme],
            size=size,
            timeline=timeline(steps, frames=steps + 1, hold=0.0),
        )
    )


def seen(film, index=-1):
    """Red, green and blue of the part of a frame where the relief lies."""
    left, top, right, bottom = layout(*film.size, THEMES["light"]).stage
    pixels = film.frame(index)
    return pixels.view(np.uint8).reshape(*pixels.shape, 4)[top:bottom, left:right, :3].astype(int)


def has(picture, colour, tolerance=0):
    """Where a picture has a colour, written or as three numbers."""
    wanted = np.array(rgb(colour) if isinstance(colour, str) else colour)
    return (np.abs(picture - wanted) <= tolerance).all(axis=-1)


def halfway(film, colour):
    """The colour between the paper and another."""
    return (np.array(rgb(film.paper)) + rgb(colour)) / 2


def still_path(x, y, steps=2):
    return [[(x, y)] * (steps + 1)]


def block(film, index=-1):
    """Where the block stands, with all that lies on it: the paper's pixels, and words beside it, are not."""
    picture = seen(film, index)
    return ~has(picture, film.paper, 2)


# The light


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("azimuth", [-105.0, 0.0, 60.0])
def test_light_falls_from_the_left_wherever_the_camera_stands(theme, azimuth, monkeypatch):
    """A round hill is the same from its left and from its right, but for the light."""
    monkeypatch.setattr(Plinth, "draw", lambda *_: None)
    film = film_of(HILL, still_path(5, 5), theme=theme, azimuth=azimuth, elevation=30.0)
    picture, there = seen(film).mean(axis=-1), block(film)
    columns = np.flatnonzero(there.any(axis=0))
    rows = np.flatnonzero(there.any(axis=1))
    wide, tall = columns[-1] - columns[0], rows[-1] - rows[0]
    middle = (columns[0] + columns[-1]) / 2
    top = rows[0] + tall // 12
    left, right = (
        picture[top : top + tall // 4, int(middle + side * wide / 14) - 6 : int(middle + side * wide / 14) + 6].mean()
        for side in (-1, 1)
    )
    assert left > 1.03 * right


@pytest.mark.parametrize("light", [0, 35, 100, 200, 290])
def test_a_wall_is_as_bright_as_it_faces_the_light(light):
    """Both walls that the eye sees have the stone's colour: the one that faces the light more is brighter."""
    terrain = Terrain(BOWL, SQUARE, 300, light)
    for azimuth in (40, 130, 220, 310):
        [camera] = fitted([azimuth], 25, outline(terrain), PLACE)
        canvas = Canvas(440, 340)
        Sight(terrain, camera, PLACE).draw(canvas.pixels, Paints(THEMES["light"], np.radians(light)))
        ahead = np.array(camera.toward)
        found = []
        for axis in (0, 1):
            normal = np.zeros(2)
            normal[axis] = np.sign(ahead[axis])
            foot = np.array([*(0.5 * normal), 0.03])
            x, y = camera.project(foot)[:2].astype(int)
            brightness = np.ascontiguousarray(canvas.pixels[y : y + 1, x]).view(np.uint8)[:3].sum()
            found.append((float(normal @ [np.cos(np.radians(light)), np.sin(np.radians(light))]), int(brightness)))
        (dark, less), (bright, more) = sorted(found)
        assert bright - dark > 0.1
        assert more > less


@pytest.mark.parametrize("azimuth", [0.0, 90.0, 205.0])
def test_a_slope_is_as_bright_as_the_law_of_cosines_says(azimuth):
    """Lambert's law, half of it: what faces the light is white, what faces away is black."""
    terrain = Terrain(RAMP, SQUARE, 200, azimuth)
    heights = terrain.raised(np.array([[-0.2, 0.0], [0.2, 0.0]]))[:, 2]
    normal = np.array([-(heights[1] - heights[0]) / 0.4, 0.0, 1.0])
    lit = terrain.lit[100, 100] / 255
    flat = Terrain(BOWL, SQUARE, 200, azimuth).lit[99:101, 99:101].mean() / 255
    rise = np.arcsin(2 * flat - 1)  # the light's, from what falls on level ground
    assert 20 < np.degrees(rise) < 70, "neither from the horizon nor from above"
    light = np.array(
        [*np.cos(rise) * np.array([np.cos(np.radians(azimuth)), np.sin(np.radians(azimuth))]), np.sin(rise)]
    )
    assert lit == pytest.approx(0.5 + 0.5 * normal @ light / np.linalg.norm(normal), abs=0.03)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_hairlines_fade_where_they_would_crowd(theme):
    paints = Paints(THEMES[theme], 0.0)
    levels = np.arange(5, 6, 1 / 48, dtype=np.float32)
    spread = []
    for steepness in (0.05, 6.0):
        pixels = paints.paint(levels, np.full(len(levels), steepness, np.float32), np.full(len(levels), 128, np.uint8))
        spread.append(np.ptp(pixels.view(np.uint8).reshape(-1, 4)[:, :3].astype(int), axis=0).max())
    assert spread[0] > 2 * spread[1]


# The plinth


BOX = 0.0, 10.0, 100.0, 200.0  # so that a number tells which side it belongs to


def numbers_of(azimuth, elevation=35, size=(640, 480)):
    canvas = Canvas(*size)
    plinth = Plinth(BOX, THEMES["light"], (0, 0, *size), canvas)
    corners = np.array(list(itertools.product((-0.5, 0.5), (-0.5, 0.5), (0, TALL))))
    [camera] = fitted([azimuth], elevation, corners, (60, 60, size[0] - 60, size[1] - 60))
    return plinth, camera, plinth.places(camera), corners


@pytest.mark.parametrize("azimuth", [-105, -60, 20, 45, 110, 160, 200])
def test_every_number_stands_at_its_place_on_the_nearest_edge(azimuth):
    plinth, camera, places, _ = numbers_of(azimuth)
    assert {value >= 100 for value, *_ in places} == {True, False}, "both sides have numbers"
    for value, left, top in places:
        axis = int(value >= 100)
        share = (value - BOX[2 * axis]) / (BOX[2 * axis + 1] - BOX[2 * axis]) - 0.5
        foot = np.zeros(3)
        foot[axis], foot[1 - axis] = share, np.copysign(0.5, camera.toward[1 - axis])
        wide, tall = plinth.label(value).size
        middle = np.array([left + wide / 2, top + tall / 2])
        assert np.hypot(*(middle - camera.project(foot)[:2])) < 0.75 * np.hypot(wide, tall)
        foot[1 - axis] = -foot[1 - axis]
        assert np.hypot(*(middle - camera.project(foot)[:2])) > 100, "the far edge is far"


@pytest.mark.parametrize("azimuth", range(-180, 180, 3))
def test_no_number_lies_on_the_block_or_crowds_its_neighbour(azimuth):
    plinth, camera, places, _ = numbers_of(azimuth)
    middles = {False: [], True: []}
    for value, left, top in places:
        wide, tall = plinth.label(value).size
        spots = [(left + wide * across / 4, top + tall * down / 4) for across in range(5) for down in range(5)]
        assert sum(map(inside_of(camera), spots)) <= 5, "but for the room around its letters"
        middles[value >= 100].append((left + wide / 2, top + tall / 2))
    for found in middles.values():
        gaps = np.hypot(*np.diff(np.array(found).reshape(-1, 2), axis=0).T)
        assert len(gaps) == 0 or gaps.mean() > 40


def inside_of(camera):
    """Whether a pixel lies on the block's floor or on one of its walls, all as high as can be."""
    ahead, aside = np.sign(camera.toward) * 0.5
    near, left, right = (ahead, aside), (ahead, -aside), (-ahead, aside)
    faces = [[(*near, 0), (*left, 0), (-ahead, -aside, 0), (*right, 0)]]
    faces += [[(*near, 0), (*other, 0), (*other, TALL), (*near, TALL)] for other in (left, right)]
    flat = [camera.project(np.array(face))[:, :2] for face in faces]

    def lies(spot):
        for face in flat:
            move = np.roll(face, -1, axis=0) - face
            away = np.array(spot) - face
            turns = move[:, 0] * away[:, 1] - move[:, 1] * away[:, 0]
            if (turns > 0).all() or (turns < 0).all():
                return True
        return False

    return lies


def test_numbers_are_written():
    film = film_of(BOWL, still_path(5, 5))
    plinth, camera, places, _ = numbers_of(-105)
    canvas = Canvas(640, 480)
    canvas.pixels[:] = packed("#ffffff")
    plinth.draw(canvas.pixels, camera)
    for value, left, top in places:
        wide, tall = plinth.label(value).size
        assert (canvas.pixels[top : top + tall, left : left + wide] != packed("#ffffff")).any()
    white = replace(film.scene, theme=replace(film.scene.theme, quiet=film.scene.theme.background))
    assert (seen(film) != seen(Film(white))).any(axis=-1).sum() > 60, "in a film, too"


# What is hidden


BEHIND = [(x, 0.25) for x in np.linspace(-0.8, 0.8, 25)]
BEFORE = [(x, -0.25) for x in np.linspace(-0.8, 0.8, 25)]
LOW = {"azimuth": -90.0, "elevation": 20.0}


@pytest.mark.parametrize("camera", ["fixed", "orbit"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_the_surface_hides_of_a_trail_is_dashed_and_faint(theme, camera):
    film = film_of(RIDGE, [BEHIND], theme=theme, camera=camera, size=(800, 600), **LOW)
    picture = seen(film)
    assert not has(picture, film.colours[0]).any()
    faint = has(picture, halfway(film, film.colours[0]), 3)
    columns = np.flatnonzero(faint.any(axis=0))
    dashes = 1 + np.count_nonzero(np.diff(columns) > 1)
    assert dashes > 15
    assert 0.25 * np.ptp(columns) < len(columns) < 0.75 * np.ptp(columns)


@pytest.mark.parametrize("camera", ["fixed", "orbit"])
def test_what_is_seen_of_a_trail_is_one_line_of_its_colour(camera):
    film = film_of(RIDGE, [BEFORE], camera=camera, size=(800, 600), **LOW)
    columns = np.flatnonzero(has(seen(film), film.colours[0]).any(axis=0))[:-12]  # but for its head
    assert len(columns) > 200
    assert np.diff(columns).max() == 1


@pytest.mark.parametrize("camera", ["fixed", "orbit"])
def test_a_head_behind_the_surface_is_a_faint_ring(camera):
    film = film_of(RIDGE, still_path(0.1, 0.25), camera=camera, size=(800, 600), **LOW)
    picture = seen(film)
    assert not has(picture, film.colours[0]).any()
    rows, columns = np.nonzero(has(picture, halfway(film, film.colours[0]), 3))
    assert len(rows) > 8
    x, y = round(columns.mean()), round(rows.mean())
    assert np.hypot(columns - x, rows - y).min() > 2, "its middle is open"
    film = film_of(RIDGE, still_path(0.1, -0.25), camera=camera, size=(800, 600), **LOW)
    assert has(seen(film), film.colours[0]).sum() > 50, "before the ridge it is a disc"


def test_what_is_hidden_lies_beneath_what_is_seen():
    """A path over the crest, and later one behind the ridge whose dashes cross it on the sheet."""
    up = [(0.0, y) for y in np.linspace(-0.8, 0.0, 13)]
    first = [*up, *[up[-1]] * 12]
    later = [(5.0, 5.0)] * 13 + [(x, 0.25) for x in np.linspace(-0.3, 0.3, 12)]
    alone, both = (seen(film_of(RIDGE, paths, size=(800, 600), **LOW)) for paths in ([first, first], [first, later]))
    colour = film_of(RIDGE, [first, later]).colours[0]
    trail = has(seen(film_of(RIDGE, [first, [(5.0, 5.0)] * 25], size=(800, 600), **LOW)), colour)
    assert trail.sum() > 100
    assert (both[trail] == rgb(colour)).all()
    assert (alone != both).any()


def test_the_horizon_hides_to_the_pixel():
    """Points in the air behind a ridge: those whose line of sight clears its crest are seen, those beneath are not."""
    terrain = Terrain(RIDGE, SQUARE, 300, 0)
    [camera] = fitted([-90], 25, outline(terrain), PLACE)
    sight = Sight(terrain, camera, PLACE, 1.6)
    for x in (-0.3, 0.0, 0.2):
        crest = terrain.raised(np.column_stack([np.full(2001, x), np.linspace(-0.1, 0.1, 2001)]))
        crest[:, 2] -= 0.004  # what lies on a surface is drawn that far above it
        spots = camera.project(np.array([[x, 0.1, z] for z in np.linspace(0.0, 0.6, 1201)]))
        horizon = camera.project(crest)[:, 1].min()
        visible = sight.is_visible(spots)
        above = horizon - spots[:, 1]
        assert visible[above > 0.5].all()
        assert not visible[above < -3].any()
        assert 100 < visible.sum() < 1100


@pytest.mark.parametrize("azimuth", [-105, 30, 170])
def test_all_that_lies_on_a_plane_is_seen(azimuth):
    terrain = Terrain(RAMP, SQUARE, 300, 0)
    [camera] = fitted([azimuth], 45, outline(terrain), PLACE)
    floor = np.random.default_rng(1).uniform(-0.49, 0.49, (2000, 2))
    assert Sight(terrain, camera, PLACE, 1.6).is_visible(camera.project(terrain.raised(floor))).all()


def test_a_long_move_follows_the_ground():
    terrain = Terrain(RIDGE, SQUARE, 300, 0)
    laid = draped(np.array([[-0.4, -0.45], [0.35, 0.4], [0.4, -0.4]]), terrain)
    points = laid.points[np.isfinite(laid.points[:, 0])]
    moves = np.hypot(*np.diff(points[:, :2], axis=0).T)
    assert moves.max() < 0.02
    assert points[:, 2].max() > 0.9 * TALL, "over the ridge"
    np.testing.assert_allclose(points[-1, :2], [0.4, -0.4])


# What lies on it


def test_a_minimum_is_a_cross_in_ink(monkeypatch):
    monkeypatch.setattr(Plinth, "draw", lambda *_: None)
    made = Surface(name="made", fn=lambda x, y: x**2 + y**2, domain=SQUARE, start=(0.5, 0.5), minima=((0.0, 0.0),))
    without = seen(film_of(BOWL, still_path(5, 5), azimuth=0.0))
    picture = seen(film_of(made, still_path(5, 5), azimuth=0.0))
    rows, columns = np.nonzero((picture != without).any(axis=-1))
    there = np.flatnonzero(block(film_of(BOWL, still_path(5, 5), azimuth=0.0)).any(axis=0))
    assert abs((columns.min() + columns.max()) / 2 - (there[0] + there[-1]) / 2) < 3
    assert has(picture, THEMES["light"].ink, 8).sum() - has(without, THEMES["light"].ink, 8).sum() > 10
    assert np.ptp(columns) > 6
    assert np.ptp(rows) > 3


def test_a_start_is_a_ring_in_ink():
    without, picture = (
        seen(film_of(BOWL, still_path(5, 5), size=(800, 600), starts=starts)) for starts in ((), ((0.0, 0.0),))
    )
    changed = (picture != without).any(axis=-1)
    ink = has(picture, THEMES["light"].ink, 40) & changed
    rows, columns = np.nonzero(changed)
    assert ink.sum() > 10
    assert not ink[round(rows.mean()), round(columns.mean())]


@pytest.mark.parametrize("camera", ["fixed", "orbit"])
def test_an_arrowhead_points_out_where_a_path_leaves_the_box(camera):
    """On level ground, seen from its front, a path leaves to the right: the arrow is widest at its foot."""
    leaving = [*((x, -0.6) for x in np.linspace(0.0, 0.9, 11)), (1.5, -0.6)]
    film = film_of(RIDGE, [leaving], camera=camera, azimuth=-90.0, elevation=60.0, size=(800, 600))
    arrow = has(seen(film), film.colours[0])
    columns = np.flatnonzero(arrow.any(axis=0))
    tall = arrow.sum(axis=0)[columns[0] : columns[-1] + 1]
    foot = int(tall.argmax())
    assert tall[foot] > 2 * np.median(tall)
    assert foot >= len(tall) - 14, "where it leaves"
    assert len(tall) - foot >= 5, "it has a length"
    assert (np.diff(tall[foot:]) <= 0).all(), "and ends in a tip"


def test_the_outline_is_smooth():
    """Along the slanted edge of a plane the share that covers a pixel is what geometry says it covers."""
    terrain = Terrain(RAMP, SQUARE, 400, 0)
    [camera] = fitted([-70], 40, outline(terrain), PLACE)
    canvas = Canvas(440, 340)
    canvas.pixels[:] = 0
    Sight(terrain, camera, PLACE, 1.6).draw(canvas.pixels, Paints(THEMES["light"], 0.0, transparent=True))
    alpha = (canvas.pixels >> 24) / 255
    soft = (alpha > 0.02) & (alpha < 0.98)
    columns = np.flatnonzero(alpha.any(axis=0))
    assert soft.any(axis=0)[columns].mean() > 0.8
    tall = alpha.sum(axis=0)[columns[5:-5]]
    bends = np.abs(np.diff(tall, 2))
    assert np.median(bends) < 0.1, "it grows evenly, and not by whole pixels"


def test_later_steps_lie_above_earlier_ones():
    across = [(x, 0.0) for x in np.linspace(-0.5, 0.5, 13)]
    along = [(0.0, y) for y in np.linspace(-0.5, 0.5, 13)]
    away, look = [(5.0, 5.0)] * 12, {"azimuth": -90.0, "elevation": 70.0, "size": (800, 600)}
    early, late = [*across, *[across[-1]] * 12], [*away, *along]
    for camera in ("fixed", "orbit"):
        film = film_of(RAMP, [early, late], camera=camera, **look)
        picture = seen(film)
        rows = np.flatnonzero(has(picture, film.colours[1]).any(axis=1))
        assert np.diff(rows).max() == 1, "the later one is whole"


def test_many_runs_have_their_names_beside_their_heads():
    paths = [still_path(x, y)[0] for x, y in itertools.product((-0.6, 0.0, 0.6), repeat=2)]
    for camera in ("fixed", "orbit"):
        short, long = (
            seen(film_of(BOWL, paths, camera=camera, titles=[letter * 6 + str(n) for n in range(9)], size=(800, 600)))
            for letter in ("i", "m")
        )
        rows, columns = np.nonzero((short != long).any(axis=-1))
        assert len(rows) > 300
        assert np.ptp(columns) > 100
        assert np.ptp(rows) > 60


def test_a_relief_says_its_title():
    without, picture = (seen(film_of(BOWL, still_path(5, 5), title=title)) for title in ("", "A title"))
    film = film_of(BOWL, still_path(5, 5))
    added = has(picture, film.colours[0], 20).sum() - has(without, film.colours[0], 20).sum()
    assert added > 20


# The camera


@pytest.mark.parametrize("azimuth", [-105.0, 30.0])
def test_an_orbit_goes_once_around_against_the_clock(azimuth, monkeypatch):
    """After a third of the film it shows what one that begins a third of the way around shows at first."""
    monkeypatch.setattr(Plinth, "draw", lambda *_: None)
    tilted = surface_of(lambda x, y: x + 2 * anp.exp(-((x - 0.3) ** 2 + (y + 0.4) ** 2) / 0.1))
    path = still_path(5, 5, 24)
    orbit = film_of(tilted, path, camera="orbit", azimuth=azimuth)
    for index, turned in ((6, 90), (8, 120), (18, 270), (24, 360)):
        begun = azimuth + turned
        other = film_of(tilted, path, camera="orbit", azimuth=begun - 360 if begun > 180 else begun)
        assert (block(orbit, index) != block(other, 0)).mean() < 0.002
    assert (block(orbit, 0) != block(orbit, 6)).mean() > 0.02


def test_an_orbit_is_as_large_as_fits_from_everywhere(monkeypatch):
    """A square is seen narrowest from its side: a camera that stands there comes nearer than one that goes around."""
    monkeypatch.setattr(Plinth, "draw", lambda *_: None)
    look = {"azimuth": 0.0, "size": (420, 700)}
    wide = [
        np.ptp(np.flatnonzero(block(film, index).any(axis=0)))
        for film, index in (
            (film_of(BOWL, still_path(5, 5, 8), **look), 0),
            (film_of(BOWL, still_path(5, 5, 8), camera="orbit", **look), 0),
            (film_of(BOWL, still_path(5, 5, 8), camera="orbit", **look), 1),
        )
    ]
    fixed, side, corner = wide
    assert side < 0.9 * fixed
    assert corner == pytest.approx(fixed, abs=4)
