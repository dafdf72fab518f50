"""Maps in pixels: which value lies where, numbers along the sides, minima, starts, hairlines, bands, and regions."""

from dataclasses import replace

import numpy as np
import pytest

import optviz
from optviz.anatomy import anatomy_of
from optviz.classes import class_looks
from optviz.draw.layout import to_pixels
from optviz.draw.regions import tints
from optviz.draw.shade import BANDS, hairlines, levels, paint, ramp_of, scale_of, shade
from optviz.draw.vectors import Key, Vectors
from optviz.regions import Regions
from optviz.themes import THEMES, rgb
from optviz.timeline import timeline
from tests.colour import LUMINANCE, linear
from tests.pictures import FLAT, LIGHT, SLOPE, decoded, film_of, map_of, near, share, sheet
from tests.texts import written

SIZE = 400, 300
RED = "#ff0000"


def raced(surface="himmelblau", optimizers=("sgd:lr=0.01",), **more):
    return optviz.race(surface, list(optimizers), **{"steps": 6} | more)


def ground_of(film):
    """The place of a film's first map, and its pixels before anybody has moved."""
    left, top, right, bottom = film.painters[0].place
    return film.painters[0].place, film.still(0)[top:bottom, left:right]


# which value lies where


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_deep_is_dark_and_lies_where_it_is(theme):
    tilted = optviz.Surface(name="t", fn=lambda x, y: 2 * x + y, domain=(-1.0, 3.0, -2.0, 2.0), start=(0.0, 0.0))
    pixels = shade(tilted, tilted.domain, 60, 40, THEMES[theme])
    light = linear(decoded(pixels) / 255) @ LUMINANCE
    corners = [light[-1, 0], light[0, 0], light[-1, -1], light[0, -1]]  # values -4, 0, 4, 8
    assert (np.diff(corners) > 0.005).all()


@pytest.mark.parametrize("name", ["himmelblau", "rosenbrock", "beale", "booth"])
def test_heights_are_the_values_at_the_middles_of_pixels(name):
    surface = optviz.catalog.load_surface(name)
    x0, x1, y0, y1 = box = surface.window
    at = [[(x0 + (x + 0.5) * (x1 - x0) / 31, y1 - (y + 0.5) * (y1 - y0) / 23) for x in range(31)] for y in range(23)]
    level = levels(np.array([[surface(np.array(spot)) for spot in row] for row in at]))
    meant = paint(level.astype(np.float32), LIGHT)
    assert np.array_equal(shade(surface, box, 31, 23, LIGHT), meant)


@pytest.mark.parametrize("power", [1, 4, 9])
def test_bands_are_filled_as_evenly_as_one_scale_can(power):
    """Values x^p of even x: where p is large, most lie near zero, and only a logarithm tells them apart."""
    values = np.tile(np.linspace(0, 1, 500) ** power, (20, 1))
    areas = np.bincount(levels(values).astype(int).ravel(), minlength=BANDS) / values.size
    filled = areas[areas > 0]
    entropy = -(filled * np.log(filled)).sum()
    assert entropy > 0.8 * np.log(BANDS)


def test_a_map_says_the_value_of_a_height():
    values = np.geomspace(1e-3, 1e4, 300).reshape(10, 30)
    scale = scale_of(values)
    np.testing.assert_allclose(scale.value(scale(values).astype(float)), values, rtol=0.02, atol=1e-3 * scale.offset)


def test_the_ramp_goes_from_its_first_colour_to_its_last():
    for theme in THEMES.values():
        ramp = ramp_of(theme)
        assert len(ramp) == BANDS
        assert tuple(ramp[0]) == rgb(theme.ramp[0])
        assert tuple(ramp[-1]) == rgb(theme.ramp[-1])


# hairlines


def contours(slope, theme, wide=400):
    """A slope of so many bands a pixel, and how strong the contours on it are."""
    level = np.tile(3.0 + slope * np.arange(wide), (3, 1)).astype(np.float32)
    return level[1], share(paint(level, theme), theme.ramp[0], RED)[1]


@pytest.mark.parametrize("alpha", [0.2, 0.6, 1.0])
def test_a_hairline_is_as_strong_as_its_theme_says_and_a_pixel_wide(alpha):
    theme = replace(LIGHT, ramp=("#ffffff",), isoline=RED, isoline_alpha=alpha)
    level, strength = contours(0.03, theme)
    for contour in range(4, 12):
        beside = np.abs(level - contour) < 0.5
        assert strength[beside].sum() == pytest.approx(alpha, rel=0.05)
        assert (strength[beside] > 0.01).sum() <= 2
        assert np.abs(level[beside][strength[beside].argmax()] - contour) <= 0.02


def test_hairlines_fade_where_they_crowd():
    theme = replace(LIGHT, ramp=("#ffffff",), isoline=RED, isoline_alpha=1.0)
    sums = [contours(slope, theme, 15 / slope)[1].mean() / slope for slope in (0.05, 0.2, 0.3, 0.36)]
    assert sums[0] == pytest.approx(1, abs=0.1)
    assert (np.diff(sums) < 0).all()
    assert sums[-1] < 0.3
    steep = np.array([4.0, 4.5, 5.0], dtype=np.float32)
    assert (hairlines(steep, np.full(3, 0.5, np.float32)) == 0).all()


# marks


def dark(pixels):
    """How many pixels have about the ink of crosses and rings."""
    return near(pixels, LIGHT.ink, 60)


def test_every_minimum_has_a_cross_global_ones_larger_ones():
    surface = optviz.Surface(
        name="wells",
        fn=lambda x, y: 1 + x**4 - 2 * x**2 + 0.2 * x + y**2,
        domain=(-2.0, 2.0, -2.0, 2.0),
        start=(0.0, 1.5),
        minima=((-1.0241, 0.0), (0.9740, 0.0)),
    )
    panel = map_of([[0.0, 1.5]] * 3, surface=surface, box=surface.domain)
    place, pixels = ground_of(film_of([[panel]], size=(800, 600)))
    sizes = []
    for x in (-1.0241, 0.9740):
        column, row = to_pixels(np.array([x, 0.0]), surface.domain, place) - place[:2]
        part = dark(pixels[int(row) - 14 : int(row) + 15, int(column) - 14 : int(column) + 15])
        assert part[14, 14], "its middle is where the minimum is"
        rows, columns = np.nonzero(part)
        assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=2)
        sizes.append(np.ptp(columns) + 1)
    assert sizes[0] == pytest.approx(2 * 0.55 * LIGHT.head * 100 / 72, abs=2)
    assert 0.4 * sizes[0] < sizes[1] < 0.8 * sizes[0], "a local one is smaller"


def test_a_start_has_a_ring_in_ink_with_a_casing():
    spot = np.array([0.25, 0.75])
    place, pixels = ground_of(film_of([[map_of([[0.8, 0.2]] * 3, starts=(tuple(spot),))]], size=(800, 600)))
    x, y = to_pixels(spot, SLOPE.domain, place) - place[:2]
    rows, columns = np.nonzero(dark(pixels[: len(pixels) // 2]))
    distances = np.hypot(columns + 0.5 - x, rows + 0.5 - y)
    assert len(distances) > 20
    radius = LIGHT.head / 2 * 100 / 72
    assert distances.mean() == pytest.approx(radius, abs=0.7)
    assert near(pixels[int(y), int(x)], FLAT.ramp[0], 6), "one sees what is beneath"


def test_a_map_without_starts_and_minima_has_no_marks():
    _, pixels = ground_of(film_of([[map_of([[0.8, 0.2]] * 3)]]))
    assert not dark(pixels).any()


# numbers along the sides


@pytest.mark.parametrize("box", [(-3.0, 5.0, -2.0, 4.0), (0.0, 1.0, -1e-3, 1e-3), (1e5, 3e5, -7.0, 70.0)])
def test_numbers_stand_at_their_places_along_the_sides(box):
    surface = optviz.catalog.load_surface("booth")
    with written(SIZE) as texts:
        film = film_of([[map_of([[box[0], box[2]]] * 2, surface=surface, box=box)]])
    left, top, right, bottom = film.painters[0].place
    across = [each for each in texts if each.top > bottom and each.right < right + 30]
    up = [each for each in texts if each.right < left and top - 8 < (each.top + each.bottom) / 2 < bottom + 8]
    assert len(across) >= 2
    assert len(up) >= 2
    for each in across:
        x = left + (value_of(each) - box[0]) / (box[1] - box[0]) * (right - left)
        assert (each.left + each.right) / 2 == pytest.approx(x, abs=2)
    for each in up:
        y = bottom - (value_of(each) - box[2]) / (box[3] - box[2]) * (bottom - top)
        assert (each.top + each.bottom) / 2 == pytest.approx(y, abs=2)


def value_of(text):
    return float(text.words.replace("−", "-"))


# vectors: what a step is made of


class Drawn:
    """The lines that are drawn on a sheet, their corners and colours, and the tips of its arrows."""

    def __init__(self, canvas, monkeypatch):
        self.lines, line = [], canvas.line

        def noted(corners, colour, width, **more):
            self.lines.append((np.array(corners), colour, width, more.get("dash", ())))
            return line(corners, colour, width, **more)

        monkeypatch.setattr(canvas, "line", noted)
        self.tips, patch = [], canvas.patch
        monkeypatch.setattr(
            canvas, "patch", lambda at, *rest, **more: (self.tips.append(at[1]), patch(at, *rest, **more))
        )


def shafts(race, step, monkeypatch, count=1):
    """The ends of what `Vectors` draws of a race at a step: shafts (2, 2) by their width, and the box's corners."""
    box, place = race.surface.window, (0, 0, *SIZE)
    paths = np.stack([to_pixels(path, box, place) for path in race.points.swapaxes(0, 1)], axis=1)
    canvas = sheet(*SIZE)
    drawn = Drawn(canvas, monkeypatch)
    looks = [LIGHT.look(n) for n in range(count)]
    Vectors(anatomy_of(race), box, paths, looks, LIGHT, place).draw(canvas, step, place)
    ours = [(line, width) for line, colour, width, _ in drawn.lines if colour != LIGHT.background]
    return {width: line for line, width in ours if len(line) == 2}, [line for line, _ in ours if len(line) == 5], paths


def test_the_arrows_lead_where_the_step_the_slope_and_the_momentum_lead(monkeypatch):
    race = raced(optimizers=["momentum:lr=0.003,momentum=0.8"], steps=12)
    lines, boxes, paths = shafts(race, 5, monkeypatch)
    head, following = paths[5, 0], paths[6, 0]
    x, y = race.points[5, 0]
    downhill = np.array(
        [-(4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7)), -(2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7))]
    )
    x0, x1, y0, y1 = race.surface.window
    measure = np.array([SIZE[0] / (x1 - x0), -SIZE[1] / (y1 - y0)])
    directions = {LIGHT.trail: following - head, 1.4: downhill * measure, 2.8: following - head}
    assert set(lines) == set(directions)
    assert boxes == [], "momentum has no scale"
    for width, ahead in directions.items():
        assert np.allclose(lines[width][0], head), "they begin at the head"
        shaft = lines[width][1] - lines[width][0]
        assert shaft @ ahead / np.hypot(*shaft) / np.hypot(*ahead) == pytest.approx(1, abs=1e-6)
    assert np.hypot(*(lines[LIGHT.trail][1] - head)) < np.hypot(*(following - head)), "the tip is the next point"


def test_gradient_and_momentum_share_a_measure_and_the_longer_is_always_as_long(monkeypatch):
    race = raced(optimizers=["momentum:lr=0.003,momentum=0.8"], steps=12)
    box, place, anatomy = race.surface.window, (0, 0, *SIZE), anatomy_of(race)
    measure = np.array([SIZE[0] / (box[1] - box[0]), SIZE[1] / (box[3] - box[2])])
    paths = np.stack([to_pixels(path, box, place) for path in race.points.swapaxes(0, 1)], axis=1)
    for step in (2, 5, 9):
        canvas = sheet(*SIZE)
        drawn = Drawn(canvas, monkeypatch)
        Vectors(anatomy, box, paths, [LIGHT.look(0)], LIGHT, place).draw(canvas, step, place)
        following, momentum, gradient = (np.hypot(*(tip - paths[step, 0])) for tip in drawn.tips)
        true = [np.hypot(*(part[step, 0] * measure)) for part in (anatomy.momentum, anatomy.gradient)]
        assert momentum / gradient == pytest.approx(true[0] / true[1])
        assert max(momentum, gradient) == pytest.approx(0.17 * min(SIZE))
        assert following == pytest.approx(np.hypot(*(paths[step + 1, 0] - paths[step, 0]))), "the tip is the next point"


def test_adams_first_step_leads_into_the_corner_of_its_box(monkeypatch):
    lines, [box], paths = shafts(raced(optimizers=["adam:lr=0.3"]), 0, monkeypatch)
    shaft, half = lines[2.8][1] - paths[0, 0], box[2] - paths[0, 0]
    assert np.allclose((box[0] + box[2]) / 2, paths[0, 0])
    assert shaft @ half / np.hypot(*shaft) / np.hypot(*half) == pytest.approx(1, abs=1e-6) or np.allclose(
        np.abs(shaft) / np.hypot(*shaft), np.abs(half) / np.hypot(*half)
    )
    assert np.hypot(*half) == pytest.approx(0.17 * min(SIZE), rel=0.01), "the longest is always as long"


def test_the_key_names_what_the_arrows_are(monkeypatch):
    canvas = sheet(*SIZE)
    drawn, said = Drawn(canvas, monkeypatch), {}
    monkeypatch.setattr(canvas, "text", lambda x, y, words, *_: said.setdefault(words, y))
    Key(LIGHT, (150, 100, 390, 290), canvas).ground(canvas)
    assert set(said) == {"step", "−gradient", "−momentum", "scale √v"}
    shafts = {width: line[:, 1].mean() for line, colour, width, _ in drawn.lines if colour in (LIGHT.ink, LIGHT.quiet)}
    widths = {"step": LIGHT.trail, "−gradient": 1.4, "−momentum": 2.8, "scale √v": 1.2}
    for words, y in said.items():
        assert shafts[widths[words]] == pytest.approx(y - 0.36 * LIGHT.text * canvas.points, abs=1.5), words


# regions


def halves(line):
    """Regions of two classes, the first of which is sure at the left of a line x = `line` of [0, 1] and far from it."""
    x = (np.arange(42) - 0.5) / 40
    ahead = np.broadcast_to(60 * (line - x), (22, 42))
    return np.stack([-np.logaddexp(0, -ahead), -np.logaddexp(0, ahead)], axis=-1).astype(np.float16)


def test_regions_are_tinted_by_their_winner_and_a_line_runs_where_they_meet():
    answers = np.stack([halves(0.3), halves(0.7)])
    points = np.array([[0.1, 0.25], [0.9, 0.25]])
    panel = Regions(box=(0.0, 1.0, 0.0, 0.5), answers=answers, points=points, labels=np.array([0, 1]), owner=0)
    film = film_of([[panel]], steps=1, theme=LIGHT, size=(800, 600), timeline=timeline(1))
    left, top, right, bottom = film.painters[0].place
    looks = class_looks(LIGHT, 2)
    first, second = tints([look.colour for look in looks], LIGHT)[:, -1]
    for step, line in ((0, 0.3), (1, 0.7)):
        pixels = film.still(step)[top:bottom, left:right]
        high, wide = pixels.shape
        row = decoded(pixels[high // 4])
        assert np.abs(row[round(0.1 * wide)] - first).max() <= 2
        assert np.abs(row[round(0.95 * wide)] - second).max() <= 2
        inky = np.flatnonzero(share(pixels[high // 4], LIGHT.background, LIGHT.ink) > 0.7)
        assert inky.mean() + 0.5 == pytest.approx(line * wide, abs=1.5)
        assert 1 <= len(inky) <= 4
        for (x, y), look in zip(points, looks, strict=True):
            spot = pixels[round((1 - y / 0.5) * high), round(x * wide)]
            assert near(spot, look.colour, 12), "every point is marked in its class's colour"
