"""The sheet as a whole: nobody's part is left blank, and panels lie beside each other."""

import pytest

import optviz
from optviz.draw import Film
from optviz.draw.arrangement import arranged, fitted
from optviz.draw.canvas import Canvas, packed
from optviz.draw.layout import layout
from optviz.numerals import loss_label
from optviz.scene import scene_of
from tests.texts import written


def raced(optimizers=("sgd", "momentum", "adam"), surface="himmelblau", **more):
    more = {"steps": 20} | more
    return optviz.race(surface, list(optimizers), **more)


# nobody's part is left blank

VIEWS = {
    "map": {},
    "relief": {"view": "relief"},
    "panels": {"layout": "panels"},
    "curves": {"curves": ("loss", "distance", "step")},
    "fading": {"show": ("fading",)},
    "vectors": {"show": ("vectors",)},
    "ghosts": {"show": ("ghosts",), "seeds": 3},
    "square": {"preset": "square"},
}


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_painter_leaves_something_on_the_sheet(view, theme):
    """Each painter drawn on a sheet of its own changes it: on the ground, or in what it lays and draws on top."""
    race = raced(("sgd:lr=0.01", "adam:lr=0.1"), noise=1.0)
    film = Film(scene_of(race, **{"size": (400, 300), "theme": theme, "title": "T"} | VIEWS[view]))
    shot = film.shots[-1]
    for painter in film.painters:
        canvas = Canvas(*film.size, film.scale, film.blank)
        painter.ground(canvas)
        ground = canvas.pixels.copy()
        assert (ground != film.blank).any(), type(painter).__name__
        boxes = [*painter.lay(canvas, None, shot), *painter.top(canvas, shot)]
        if type(painter).__name__ != "Key":
            assert boxes, type(painter).__name__
            assert (canvas.pixels != ground).any(), type(painter).__name__


@pytest.mark.parametrize("view", VIEWS)
def test_every_runs_colour_is_on_its_panel_and_beside_its_name(view):
    race = raced(("sgd:lr=0.01", "adam:lr=0.1"), noise=1.0)
    options = {"size": (640, 480), "title": ""} | VIEWS[view]
    film = Film(scene_of(race, **options))
    names = film.painters[-2 if view == "vectors" else -1]
    picture = film.still(film.last_step)
    alone = Canvas(*film.size, film.scale, film.blank)
    names.ground(alone)
    panels = film.painters[: sum(map(len, film.scene.panels))]
    for colour in film.colours[:2]:
        assert (alone.pixels == packed(colour)).sum() > 10
        shown = [picture[p.place[1] : p.place[3], p.place[0] : p.place[2]] for p in panels]
        seen = [(pixels == packed(colour)).sum() for pixels in shown]
        assert all(seen) if view != "panels" else sum(map(bool, seen)) == 1


def test_the_title_the_counter_and_what_it_counts_are_written():
    size = 800, 600
    film = Film(scene_of(raced(), size=size, title="A title"))
    with written(size) as texts:
        Film(film.scene)
        film.still(17)
    words = [each.words for each in texts]
    assert {"A title", "step", "17"} <= set(words)
    assert {loss_label(float(runner.values[17])) for runner in film.scene.cast} <= set(words), "losses at that step"
    counter, unit = (next(each for each in texts if each.words == said) for said in ("17", "step"))
    assert unit.right < counter.left, "the number stands after its unit"
    assert counter.bottom < film.painters[0].place[1]


@pytest.mark.parametrize("count", [9, 12])
def test_heads_have_labels_where_colours_do_not_tell_them_apart(count):
    size = 800, 600
    optimizers = [f"sgd:lr={0.001 * (n + 1):g}" for n in range(count)]
    for several in (optimizers, optimizers[:8]):
        film = Film(scene_of(raced(several, "booth", steps=30), size=size))
        with written(size) as texts:
            film.still(30)
        named = {each.words for each in texts} & {runner.title for runner in film.scene.cast}
        assert bool(named) == (len(several) > 8)


# where panels lie


@pytest.mark.parametrize("size", [(800, 600), (600, 900), (1280, 720)])
@pytest.mark.parametrize("view", ["panels", "curves", "square"])
def test_panels_lie_beside_each_other_and_on_the_sheet(view, size):
    film = Film(scene_of(raced(lr=0.01, steps=3), **VIEWS[view] | {"size": size}))
    places = [each.place for each in film.painters[: sum(map(len, film.scene.panels))]]
    for index, (left, top, right, bottom) in enumerate(places):
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
        for a, b, c, d in places[:index]:
            assert right <= a or c <= left or bottom <= b or d <= top


def test_curves_are_about_a_third_as_tall_as_the_map_above_them():
    scene = fitted(scene_of(raced(lr=0.01, steps=3), curves=("loss",), size=(800, 600)))
    film = Film(scene)
    (_, top, _, bottom), (_, above, _, foot) = (each.place for each in film.painters[:2])
    assert 0.25 < (foot - above) / (bottom - top) < 0.4
    rows = arranged(scene, layout(*scene.size, scene.theme))
    assert [row.weight for row, _ in rows] == [1.0, pytest.approx(0.3)]
