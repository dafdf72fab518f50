"""What a picture tells: exits, labels, letters of any script, and a column that holds everybody."""

import itertools
import warnings
from dataclasses import replace

import numpy as np
import pytest

from optviz.cast import Gauge
from optviz.draw import Film
from optviz.draw.canvas import Canvas, packed
from optviz.draw.cast import Cast
from optviz.draw.fonts import families
from optviz.draw.labels import Label, places
from optviz.draw.layout import layout
from optviz.draw.trails import Exit, Stroke, strokes
from optviz.draw.vectors import Key
from optviz.errors import OptvizWarning
from optviz.numerals import loss_label, percent_label
from optviz.races import race
from optviz.scene import scene_of
from optviz.themes import PRESETS, THEMES
from tests.texts import outside, overlapping, written

PLACE = (50, 60, 600, 560)


def laid(*paths):
    return strokes([np.array(path, dtype=float) for path in paths], Canvas(640, 600), THEMES["light"], PLACE)


def test_strokes_are_laid_in_the_order_of_the_steps():
    path = [[100 + 5 * t, 100 + (t % 3) * 20] for t in range(30)]
    order = [(stroke.step, stroke.run) for stroke in laid(path, path[::-1])]
    assert order == sorted(order)
    assert {run for _, run in order} == {0, 1}


def test_strokes_cover_the_whole_path_but_for_less_than_two_pixels():
    generator = np.random.default_rng(3)
    path = np.cumsum(generator.normal(0, 1.0, (400, 2)), axis=0) + 300
    drawn = np.concatenate([stroke.line for stroke in laid(path) if isinstance(stroke, Stroke)])
    for point in path:
        assert np.hypot(*(drawn - point).T).min() < 2.0


def test_a_path_that_is_broken_by_nan_leaves_no_stroke_across_the_gap():
    path = [[100, 100], [120, 100], [np.nan, np.nan], [300, 300], [320, 300]]
    assert [stroke.step for stroke in laid(path)] == [1, 4]


def test_every_exit_is_marked_where_the_path_crosses_the_edge():
    path = [[300, 300], [700, 300], [300, 300], [300, -140], [300, 300], [200, 300]]
    marks = [mark for mark in laid(path) if isinstance(mark, Exit)]
    assert [mark.step for mark in marks] == [1, 3]
    np.testing.assert_allclose(marks[0].arrow[0], [600, 300], atol=2.5)
    np.testing.assert_allclose(marks[1].arrow[0], [300, 60], atol=2.5)
    for mark in marks:
        assert (mark.arrow >= (PLACE[0], PLACE[1])).all()
        assert (mark.arrow <= (PLACE[2], PLACE[3])).all()


def test_a_far_jump_is_cut_but_keeps_its_direction():
    [stroke] = [each for each in laid([[300, 300], [3e8, 6e8]]) if isinstance(each, Stroke)]
    (x0, y0), (x1, y1) = stroke.line
    assert np.abs(stroke.line).max() < 2e4
    assert (y1 - y0) / (x1 - x0) == pytest.approx(6e8 / 3e8, rel=1e-3)


@pytest.mark.parametrize("count", [2, 10, 40])
def test_labels_never_cover_each_other_and_stay_inside(count):
    canvas = Canvas(800, 600)
    labels = [Label(f"Run {n}", 10, "#0072b2", "#ffffff", canvas) for n in range(count)]
    heads = np.random.default_rng(count).normal(300, 25, (count, 2))
    found = places(heads, labels, 8, PLACE)
    boxes = [(left, top, left + label.size[0], top + label.size[1]) for label, left, top in found]
    assert len(boxes) >= min(count, 6)
    for a, b in itertools.combinations(boxes, 2):
        assert a[0] >= b[2] - 1 or b[0] >= a[2] - 1 or a[1] >= b[3] - 1 or b[1] >= a[3] - 1
    for left, top, right, bottom in boxes:
        assert PLACE[0] <= left
        assert PLACE[1] <= top
        assert right <= PLACE[2]
        assert bottom <= PLACE[3]


def test_a_label_shows_its_ink_and_its_casing():
    canvas = Canvas(200, 100)
    canvas.pixels[:] = packed("#000000")
    label = Label("Adam", 12, "#ff0000", "#ffffff", canvas)
    label.lay(canvas.pixels, 20, 20)
    shown = canvas.pixels[20 : 20 + label.size[1], 20 : 20 + label.size[0]]
    assert (shown == packed("#ff0000")).sum() > 20
    assert (shown == packed("#ffffff")).sum() > 20
    outside = canvas.pixels.copy()
    outside[20 : 20 + label.size[1], 20 : 20 + label.size[0]] = packed("#000000")
    assert (outside == packed("#000000")).all()


def measured(scene):
    """The scene with a gauge more for every run."""
    gauge = Gauge("accuracy", np.array([0.1, 0.955, 1.0]), percent=True)
    return replace(scene, cast=[replace(runner, more=(gauge,)) for runner in scene.cast])


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "gauged"), [*((theme, False) for theme in THEMES), ("slide-light", True)])
@pytest.mark.parametrize("count", [1, 5, 8, 12, 30, 64])
@pytest.mark.parametrize("size", [(800, 600), (1280, 720), (1080, 1080), (1080, 1920), (400, 400)])
def test_the_cast_holds_every_run_without_overlap(count, theme, gauged, size):
    optimizers = [f"sgd:lr={0.0001 * (n + 1):.5g}" for n in range(count)]
    scene = scene_of(race("booth", optimizers, steps=2), theme=theme, size=size)
    scene = measured(scene) if gauged else scene
    with written(size) as found:
        film = Film(scene)
        film.frame(-1)
    assert not overlapping(found)
    assert not outside(found, size)
    [cast] = [painter for painter in film.painters if isinstance(painter, Cast)]
    assert len(cast.spots) == len(set(cast.spots)) == count
    words = [each.words for each in found]
    for runner in scene.cast if cast.lines > 1 else ():
        assert any(each.startswith(runner.rate) for each in words), "its rate is whole"
    if cast.gauges[0]:
        assert words.count(percent_label(1.0)) == count
    em = scene.theme.text * film.scale * 100 / 72
    left, top, right, bottom = film.painters[0].place
    if size[0] > size[1]:
        assert min(x for x, _ in cast.spots) > right, "a column at the side"
        assert cast.spots[0][1] >= top
    else:
        assert min(y for _, y in cast.spots) > bottom + 0.8 * em, "rows beneath, and beneath the ticks"
        assert bottom - top > 0.38 * size[1]
        assert left == cast.spots[0][0]


@pytest.mark.parametrize("options", [{}, *({"preset": preset} for preset in PRESETS)], ids=str)
def test_the_cast_of_the_classics_has_room_for_a_gauge_more(options):
    film = Film(measured(scene_of(race("booth", steps=2), **options)))
    [cast] = [painter for painter in film.painters if isinstance(painter, Cast)]
    assert all(len(gauges) == 1 for gauges in cast.gauges)


@pytest.mark.parametrize("size", [(1080, 1080), (1080, 1920), (400, 400)])
def test_a_square_picture_leaves_nothing_beneath_its_cast(size):
    film = Film(scene_of(race("booth", ["sgd:lr=0.01", "adam:lr=0.1"], steps=2), size=size))
    drawn = np.flatnonzero((film.frame(-1) != packed(film.paper)).any(axis=1))
    assert size[1] - drawn.max() < 0.05 * size[1]


def test_the_key_of_vectors_stands_beneath_the_cast_of_a_square_picture():
    result = race("booth", ["sgd:lr=0.01", "adam:lr=0.1"], steps=2)
    with written((1080, 1080)) as found:
        film = Film(scene_of(result, show=("vectors",), preset="square"))
        film.frame(-1)
    [key] = [each for each in film.painters if isinstance(each, Key)]
    spots = {y for _, y in key.spots}
    assert len(spots) == 1
    beneath = [each for each in found if each.top > film.painters[0].place[3]]
    of_key = [each for each in beneath if each.words in ("step", "−gradient", "−momentum", "scale √v")]
    assert len(of_key) == 4
    others = [each for each in beneath if each not in of_key]
    assert min(each.top for each in of_key) > max(each.bottom for each in others)


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0, 9999.4, 9999.6, 1e-3, 9.9e-4, 123456.0, 1e300, -1e-300, 24.19])
def test_a_loss_reads_as_what_it_is(value):
    words = loss_label(value)
    assert float(words.replace("−", "-")) == pytest.approx(value, rel=0.06)
    assert len(words) <= 9


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_loss_that_is_no_number_says_so(value):
    assert loss_label(value) == "diverged"


@pytest.mark.parametrize("words", ["안장점", "鞍点", "さどる"])
def test_titles_in_any_script_are_drawn_with_a_font_that_has_them(words):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = families(words)
    if caught:
        assert issubclass(caught[0].category, OptvizWarning)
        assert "fonts-noto-cjk" in str(caught[0].message)
        pytest.skip("no installed font has these characters (Debian: fonts-noto-cjk)")
    assert len(found) > 1
    empty, full = (Canvas(200, 60), Canvas(200, 60))
    for canvas, text in ((empty, "\u25a1" * len(words)), (full, words)):
        canvas.pixels[:] = packed("#ffffff")
        canvas.text(10, 40, text, 16, "#000000")
    assert (full.pixels != packed("#ffffff")).sum() > 100
    assert (full.pixels != empty.pixels).any(), "not the boxes that stand for missing characters"


def test_ascii_needs_no_other_font():
    assert families("Rosenbrock −0.5 β₁ √ŷ") == ("DejaVu Sans",)


@pytest.mark.parametrize("title", ["x" * 10_000, "two\nlines\ttabbed", "<b>&amp;\\frac{1}{2} $x$ %s {0}", ""])
def test_any_title_can_be_drawn(title):
    film = Film(scene_of(race("booth", ["sgd:lr=0.01"], steps=2), title=title, size=(320, 240)))
    _, top, right, _ = layout(320, 240, THEMES["light"]).stage
    assert film.frame(0)[:top, right + 2 :].min() == film.frame(0)[:top, right + 2 :].max(), (
        "nothing runs over the edge"
    )
