"""Trails in pixels: lines that nothing cuts, casings where they cross, dashes that run on, tails that fade, heads that
are all seen, and swarms through which the map is seen.
"""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from optviz.draw.fading import Tails
from optviz.draw.heads import draw_heads
from optviz.draw.paling import Paling
from optviz.draw.swarm import faintness
from optviz.draw.trails import lay_all, strokes
from optviz.themes import THEMES, Look
from tests.pictures import FLAT, GROUND, LIGHT, decoded, film_of, map_of, near, share, sheet

RED, BLUE = Look("#d00000", ()), Look("#0000d0", ())
SIZE = 160, 120
WHOLE = (0, 0, *SIZE)


def trails(*paths, looks=(RED, BLUE), theme=LIGHT):
    """A sheet on which paths are laid as trails."""
    canvas = sheet(*SIZE)
    found = strokes([np.array(path, dtype=float) for path in paths], canvas, theme, WHOLE, exits=False)
    lay_all(canvas, found, looks, theme, WHOLE)
    return canvas


def along(corners, apart=1.0):
    """Points on a polyline, so many pixels apart."""
    corners = np.array(corners, dtype=float)
    parts = []
    for a, b in pairwise(corners):
        count = max(2, int(math.dist(a, b) / apart))
        parts.append(a + np.linspace(0, 1, count)[:, None] * (b - a))
    return np.concatenate(parts)


def at(pixels, points):
    """The pixels in which points (n, 2) lie."""
    x, y = np.asarray(points).astype(int).T
    return pixels[y, x]


def there_and_back(degrees, stride):
    """A path of moves of about `stride` pixels that turns at its middle by so many degrees."""
    turn = math.radians(degrees)
    corner, end = np.array([120.0, 60.0]), np.array([120.0, 60.0]) + 80 * np.array([math.cos(turn), math.sin(turn)])
    return along([[40.5, 60.5], corner, end], stride)


@pytest.mark.parametrize("stride", [80, 17, 5])
@pytest.mark.parametrize("degrees", [*range(20, 170, 15), 168])
def test_a_turn_however_sharp_leaves_the_line_before_it_whole(degrees, stride):
    path = there_and_back(degrees, stride)
    drawn = trails(path).pixels
    inside = np.array([point for point in along(path)[:-4] if (point > 4).all() and (point < np.array(SIZE) - 5).all()])
    assert (decoded(at(drawn, inside))[:, 1] < 140).all(), "neither ground nor casing"


def test_a_trail_that_crosses_another_lies_above_it_with_a_casing_between():
    theme = replace(LIGHT, trail=4.0, casing=12.0)
    casing = round((theme.trail + theme.casing) / 4 * 100 / 72)  # from a trail's middle to that of its casing's rim
    across, down = [[10, 60.5], [150, 60.5]], [[80.5, 10], [80.5, 20], [80.5, 110]]
    for first, second, later in ((across, down, 1), ([across[0]] * 2 + [across[1]], down[:1] + down[2:] * 2, 0)):
        drawn = trails(first, second, theme=theme).pixels
        over = (RED, BLUE)[later]
        assert near(drawn[60, 80], over.colour)
        beside = [[80 - casing, 60], [80 + casing, 60]] if later else [[80, 60 - casing], [80, 60 + casing]]
        assert near(at(drawn, beside), LIGHT.background, 60).all(), "the later one has its casing above the earlier"


def test_a_trail_is_as_wide_as_its_theme_says_within_a_casing():
    theme = replace(LIGHT, trail=6.0, casing=12.0)
    column = trails([[10, 60.5], [150, 60.5]], theme=theme).pixels[:, 80]
    points = 100 / 72
    assert share(column, LIGHT.background, RED.colour)[near(column, GROUND) == 0].clip(0).sum() == pytest.approx(
        6 * points, abs=1.0
    )
    assert (~near(column, GROUND)).sum() == pytest.approx(12 * points, abs=1.1)


@pytest.mark.parametrize("dash", [look for look in THEMES["light"].dashes if look])
@pytest.mark.parametrize("stride", [3.0, 7.7, 31.0])
def test_dashes_run_on_from_step_to_step(dash, stride):
    path = along([[10, 60.5], [150, 60.5]], stride)
    whole = sheet(*SIZE)
    whole.line(path[[0, -1]], LIGHT.background, LIGHT.casing, cap="butt")
    whole.line(path[[0, -1]], RED.colour, LIGHT.trail, dash=dash)
    laid = trails(path, looks=[Look(RED.colour, dash)]).pixels
    meant, seen = (share(each[60, 15:145], LIGHT.background, RED.colour) for each in (whole.pixels, laid))
    assert 0.2 < meant.mean() < 0.9
    assert np.abs(meant - seen).mean() < 0.1


def test_small_moves_add_up_to_a_line():
    path = [[10 + 0.4 * n, 60.5] for n in range(300)]
    assert near(trails(path).pixels[60, 12:126], RED.colour).all()


def tails(path, step, length, look=RED, **more):
    canvas = sheet(*SIZE)
    theme, options = more.pop("theme", LIGHT), {"together": False, "alpha": 1.0} | more
    Tails(np.array(path, dtype=float)[:, None], [look], length, theme, **options).draw(canvas, step, WHOLE)
    return canvas.pixels


def test_the_older_a_step_the_fainter_its_trail():
    path = [[10 + n, 60.5] for n in range(140)]
    strength = share(tails(path, 130, 100, together=True)[60, 10:141], GROUND, RED.colour)
    assert strength[-4] > 0.95, "the last steps are whole"
    assert (strength[:28] < 0.02).all(), "and those before the tail are gone"
    middles = [np.median(strength[end - 8 : end]) for end in range(41, 131, 14)]  # of seven parts, the oldest first
    np.testing.assert_allclose(middles, np.arange(1, 8) / 7, atol=0.12)


def test_dashes_of_a_tail_stay_where_they_are():
    path = [[10 + n, 60.5] for n in range(140)]
    look = Look(RED.colour, (4.0, 4.0))
    gaps = [near(tails(path, step, 60, look, together=True)[60, 80:100], GROUND, 20) for step in (104, 110, 119)]
    assert 4 < gaps[0].sum() < 16
    assert all((gaps[0] == each).mean() > 0.85 for each in gaps)


def heads(count, *, apart=0.0, looks=None):
    canvas = sheet(*SIZE)
    looks = [LIGHT.look(slot) for slot in range(count)] if looks is None else looks
    spots = np.array([[80.5 + apart * n, 60.5] for n in range(count)])
    draw_heads(canvas, spots, looks, LIGHT, WHOLE)
    return canvas.pixels, looks


@pytest.mark.parametrize("apart", [0.0, 0.4])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_heads_in_one_place_are_all_seen_the_later_within_the_earlier(count, apart):
    pixels, looks = heads(count, apart=apart)
    reaches = []
    for look in looks:
        seen = np.argwhere(near(pixels, look.colour, 12)) - (60, 80)
        assert len(seen) >= 20
        reaches.append(np.hypot(*seen.T).max())
    assert (np.diff(reaches) < -1).all()
    assert near(pixels, looks[-1].colour, 12)[60, 80], "the last one is whole"


def test_a_head_is_as_wide_as_its_theme_says_within_a_rim():
    pixels, [look] = heads(1)
    points = 100 / 72
    across = share(pixels[60], LIGHT.background, look.colour)
    assert near(pixels[60], look.colour).sum() == pytest.approx(LIGHT.head * points, abs=1.5)
    rim = (LIGHT.casing - LIGHT.trail) * points
    assert (~near(pixels[60], GROUND)).sum() == pytest.approx(LIGHT.head * points + rim, abs=1.5)
    assert across[80] == pytest.approx(1)


def test_a_head_of_a_dashed_trail_has_an_eye():
    plain, dashed = (heads(1, looks=[Look(RED.colour, dash)])[0] for dash in ((), (2.0, 2.0)))
    assert near(plain[60, 80], RED.colour)
    assert near(dashed[60, 80], LIGHT.background)
    assert near(dashed, RED.colour).sum() > 60


def test_a_head_that_is_nowhere_hides_nobody():
    canvas = sheet(*SIZE)
    draw_heads(canvas, np.array([[np.nan, np.nan], [80.5, 60.5]]), [RED, BLUE], LIGHT, WHOLE)
    assert near(canvas.pixels, BLUE.colour).sum() == near(heads(1, looks=[BLUE])[0], BLUE.colour).sum()


@pytest.mark.parametrize("theme", THEMES)
def test_the_paler_a_run_the_nearer_its_colour_comes_to_the_paper(theme):
    theme = THEMES[theme]
    pale = np.linspace(0, 1, 8)[:, None]
    found = Paling(pale, [theme.look(0)], theme)
    looks = [found.heads(step)[0].colour for step in range(8)]
    shares = [float(share(sheet(1, 1, each).pixels, theme.look(0).colour, theme.background)[0, 0]) for each in looks]
    assert shares[0] == 0, "what a map shows is in its own colour"
    assert (np.diff(shares) > -0.01).all()
    assert 0.6 < shares[-1] < 0.85, "and what it does not show can still be seen"


# swarms


def strips(count, steps=6):
    """Many paths from left to right across a plain map, so far apart that none touches another."""
    rows = (np.arange(count) + 0.5) / count
    x = np.linspace(0.02, 0.98, steps + 1)
    return [np.stack([x, np.full(steps + 1, y)], axis=-1) for y in rows]


def trail_strength(count):
    """How strong each of so many trails of one run is, on the map of a swarm."""
    film = film_of([[map_of(*strips(count), owners=(0,) * count)]], size=(900, 1400))
    left, top, right, bottom = film.painters[0].place
    column = film.still(film.last_step)[top:bottom, (left + right) // 2]
    strength = share(column, FLAT.ramp[0], film.colours[0])
    rows = np.array_split(strength, count)
    return np.array([part.sum() for part in rows]), strength.max()


def test_many_trails_are_each_the_fainter_and_the_map_is_seen_through_them():
    found = {count: trail_strength(count) for count in (4, 40, 90, 160)}
    for sums, strongest in found.values():
        assert sums.min() > 0.1, "every trail is seen"
        assert strongest < 0.65, "and the map through each"
    thin = [sums.mean() for sums, _ in found.values()]
    assert (np.diff(thin) < 0).all()
    assert found[40][1] > 0.3


@pytest.mark.parametrize("count", [40, 60, 150])
def test_four_times_as_many_trails_are_half_as_strong_each(count):
    assert faintness(4 * count) == pytest.approx(faintness(count) / 2, abs=0.005)


def test_ghosts_are_fainter_than_the_run_that_stands_for_them():
    ghosts = np.stack(strips(10), axis=1)
    bold = strips(1)[0] + (0, 0.05)
    film = film_of([[map_of(bold, ghosts=ghosts, ghost_owners=(0,) * 10)]], size=(700, 700))
    left, top, right, bottom = film.painters[0].place
    column = film.still(film.last_step)[top:bottom, (left + right) // 2]
    strength = share(column, FLAT.ramp[0], film.colours[0])
    middle = (0.5 - 0.05) * (bottom - top)
    rows = [strength[int((bottom - top) * (n + 0.5) / 10) - 3 :][:7].max() for n in range(10)]
    assert strength[int(middle)] > 0.95
    others = [strong for n, strong in enumerate(rows) if abs((bottom - top) * (n + 0.5) / 10 - middle) > 8]
    assert len(others) >= 8
    assert all(0.08 < strong < 0.45 for strong in others)


def test_all_heads_of_a_swarm_are_seen():
    count = 12
    film = film_of([[map_of(*strips(count), owners=(0,) * 6 + (1,) * 6)]], count=2)
    left, top, right, bottom = film.painters[0].place
    picture = film.still(film.last_step)
    for row in range(count):
        y = bottom - (row + 0.5) / count * (bottom - top)
        x = left + 0.98 * (right - left)
        assert near(picture[int(y), int(x)], film.colours[row // 6]), row
