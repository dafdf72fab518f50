"""Decision regions: what stands in them, where the boundary runs, and what is painted."""

import numpy as np
import pytest

import optviz
from optviz.classes import class_looks
from optviz.draw import Film
from optviz.draw.canvas import Canvas, packed
from optviz.errors import ArgumentError
from optviz.nets.datasets import Dataset
from optviz.nets.losses import softmax
from optviz.netscenes import Portrait, scene_of_training
from optviz.netscenes.boundary import arranged, grid
from optviz.picture import Picture
from optviz.themes import THEMES, rgb
from tests.trainings import trained


def panels(training, **picture):
    scene = scene_of_training(training, Portrait(show="boundary", picture=Picture(**picture)))
    return [panel for row in scene.panels for panel in row]


def crossings(panel, moment=-1):
    """Points of the box, inside it, at which two classes are even, on straight lines between the cells of a column."""
    middles = grid(panel.box)
    ahead = panel.answers[moment][..., 1].astype(float) - panel.answers[moment][..., 0]
    found = []
    for column in range(ahead.shape[1]):
        values, y = ahead[:, column], middles[:, column, 1]
        for row in np.flatnonzero(values[:-1] * values[1:] < 0):
            share = values[row] / (values[row] - values[row + 1])
            found.append((middles[0, column, 0], y[row] + share * (y[row + 1] - y[row])))
    return np.array(found)


def off_a_line(points):
    """How far points lie from the line that fits them best, as a share of their spread along it."""
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return spread[1] / spread[0]


def test_a_boundary_is_straight_without_a_hidden_layer_and_bent_with_one():
    options = {"data": "moons:samples=200", "optimizers": ["adam:lr=0.1"], "epochs": 25, "dtype": "float64"}
    [straight] = panels(trained(hidden=(), **options))
    [bent] = panels(trained(hidden=(12,), **options))
    assert len(crossings(straight)) > 30
    assert off_a_line(crossings(straight)) < 0.002
    assert off_a_line(crossings(bent)) > 0.05


def test_the_regions_are_what_the_network_answers():
    training = trained(optimizers=["adam:lr=0.03"])
    [panel] = panels(training)
    setting, trial = training.runs[0].setting, training.runs[0].trials[0]
    points = grid(panel.box)
    for moment in (0, 5, 12):
        kept = trial.snapshots[moment]
        x = (points.reshape(-1, 2) - setting.standard.mean) / setting.standard.scale
        expected = softmax(setting.network.test(kept.params.astype(float), kept.memory.astype(float), x))
        found = np.exp(panel.answers[moment].astype(float)).reshape(expected.shape)
        assert np.abs(found - expected).max() < 5e-3


def test_cells_are_square_and_reach_one_beyond_the_box():
    points = grid((0.0, 3.0, -1.0, 1.0))
    across, down = np.diff(points[0, :, 0]), np.diff(points[:, 0, 1])
    assert across == pytest.approx(-down[0])
    assert down == pytest.approx(down[0])
    assert (points[0, 0] + points[0, 1]) / 2 == pytest.approx([0.0, points[0, 0, 1]])
    assert (points[-1, -1] + points[-2, -1])[1] / 2 == pytest.approx(-1.0)


def test_an_ensemble_answers_with_the_mean_of_its_probabilities():
    several = trained(optimizers=["adam:lr=0.03"], ensemble=3)
    [panel] = panels(several)
    setting, points = several.runs[0].setting, grid(panel.box)[::40, ::40].reshape(-1, 2)
    x = setting.standard(points, np.float32)
    each = [softmax(setting.network.test(trial.params, trial.memory, x)) for trial in several.runs[0].trials]
    found = np.exp(panel.answers[-1][::40, ::40].astype(float)).reshape(-1, 2)
    assert np.abs(found - np.mean(each, axis=0)).max() < 5e-3


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("data", ["moons:samples=120", "four-blobs:samples=120,noise=0.3"])
def test_points_and_regions_have_their_classes_colours(data, theme):
    training = trained(data, optimizers=["adam:lr=0.05"], epochs=20)
    film = Film(scene_of_training(training, Portrait(show="boundary", picture=Picture(theme=theme))))
    [panel] = panels(training)
    painter, picture = film.painters[0], film.frame(-1)
    colours = [look.colour for look in class_looks(THEMES[theme], panel.classes)]
    assert len(set(colours)) == panel.classes
    middles = grid(panel.box)
    paper = np.array(rgb(THEMES[theme].background), float)
    for label, colour in enumerate(colours):
        assert (picture == packed(colour)).any()
        inner = panel.answers[-1][4:-4, 4:-4, label]
        row, column = np.add(np.unravel_index(inner.argmax(), inner.shape), 4)  # where it is surest
        left, top, right, bottom = painter.place
        x0, x1, y0, y1 = panel.box
        across, down = middles[row, column]
        x, y = (
            int(left + (across - x0) / (x1 - x0) * (right - left)),
            int(top + (y1 - down) / (y1 - y0) * (bottom - top)),
        )
        seen = np.array([int(picture[y, x]) >> shift & 0xFF for shift in (0, 8, 16)], float)
        direction = np.array(rgb(colour), float) - paper
        share = (seen - paper) @ direction / (direction @ direction)
        assert 0 < share < 0.7, "a tint of the class's colour"
        assert np.abs(seen - paper - share * direction).max() < 3


def test_the_points_shown_are_of_the_training_part():
    training = trained(optimizers=["adam:lr=0.03"])
    [panel] = panels(training)
    x = training.runs[0].setting.parts.train.x
    assert panel.points.shape == x.shape
    assert {tuple(point) for point in panel.points} == {tuple(point) for point in x}
    many = trained("moons:samples=5000", optimizers=["adam:lr=0.03"], epochs=1)
    [crowd] = panels(many)
    assert len(crowd.points) == len(crowd.labels) == 500
    train = many.runs[0].setting.parts.train
    label_of = dict(zip(map(tuple, train.x), train.y, strict=True))
    assert [label_of[tuple(point)] for point in crowd.points] == crowd.labels.tolist()


def test_of_many_points_some_of_every_class_are_shown():
    """Also where a file holds one class after the other."""
    y = np.repeat([0, 1, 2], 700)
    data = Dataset(name="sorted", title="Sorted", x=np.random.default_rng(0).normal(size=(2100, 2)) + y[:, None], y=y)
    [panel] = panels(trained(data, optimizers=["adam:lr=0.03"], epochs=1))
    assert len(panel.points) == 500
    assert np.bincount(panel.labels) == pytest.approx([500 / 3] * 3, abs=2)


def test_runs_stand_side_by_side_and_the_box_keeps_all_points():
    training = trained()
    for size in ((800, 600), (600, 800), (1200, 300)):
        for panel in panels(training, size=size):
            room = 0.1 * np.ptp(panel.points, axis=0)  # so that no mark is cut at the edge
            x0, x1, y0, y1 = panel.box
            assert panel.sides == pytest.approx((x1 - x0, y1 - y0)), "a unit is as long in both directions"
            inside = (panel.points - room >= panel.box[::2]) & (panel.points + room <= panel.box[1::2])
            assert inside.all()
    assert [panel.title for panel in panels(training)] == ["SGD", "Adam"]
    columns, box = arranged(3, Picture(size=(1500, 400)), (0.0, 1.0, 0.0, 1.0))
    assert columns == 3
    assert box[0] <= 0 <= 1 <= box[1]


SHAPES = {"page": {}, "slide": {"preset": "slide"}, "square": {"preset": "square"}, "tall": {"size": (600, 1000)}}


@pytest.fixture(scope="module")
def crews():
    five = ("sgd:lr=0.5", "momentum:lr=0.1", "adagrad:lr=0.1", "rmsprop:lr=0.01", "adam:lr=0.03")
    return {count: trained(optimizers=five[:count], epochs=1) for count in (1, 2, 3, 5)}


def painters(film, kind):
    return [each for each in film.painters if type(each).__name__ == kind]


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_maps_fill_their_part_of_the_picture(crews, shape, count):
    film = Film(scene_of_training(crews[count], Portrait(show="boundary", picture=Picture(**SHAPES[shape]))))
    maps, unit = painters(film, "RegionsPainter"), film.painters[0].stage.unit
    lefts, tops, rights, bottoms = np.array([each.place for each in maps]).T
    cells = np.array([each.stage.cell for each in maps])
    across = (rights.max() - lefts.min()) / (cells[:, 2].max() - lefts.min())
    down = (bottoms.max() - tops.min()) / (cells[:, 3].max() - tops.min() - 36 * unit)
    assert min(across, down) > 0.8
    assert len(set((rights - lefts).tolist())) <= 2, "of one width, but for rounding"


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_curves_beneath_are_readable_and_leave_room_to_maps(crews, shape, count):
    film = Film(scene_of_training(crews[count], Portrait(show="boundary,curves", picture=Picture(**SHAPES[shape]))))
    areas = {}
    for kind in ("RegionsPainter", "CurvesPainter"):
        places = [each.place for each in painters(film, kind)]
        areas[kind] = sum((right - left) * (bottom - top) for left, top, right, bottom in places)
    assert areas["RegionsPainter"] > 0.8 * areas["CurvesPainter"]
    for curves in painters(film, "CurvesPainter"):
        assert curves.place[3] - curves.place[1] >= 73 * curves.stage.unit


def test_numbers_stand_once_for_a_row_and_once_for_a_column(crews):
    film = Film(scene_of_training(crews[5], Portrait(show="boundary")))
    maps = painters(film, "RegionsPainter")
    places = [each.place for each in maps]
    for each, (left, _, _, bottom) in zip(maps, places, strict=True):
        beneath = any(place[0] == left and place[1] > bottom for place in places)
        assert each.stage.numbers == (left == places[0][0], not beneath)
    assert places[1][0] - places[0][2] < 20 * maps[0].stage.unit
    assert len({place[0] for place in places}) > 1


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_no_title_is_cut_where_there_are_five(crews, shape, monkeypatch):
    cut = []
    fitted = Canvas.fitted

    def watched(self, words, *rest, **options):
        found = fitted(self, words, *rest, **options)
        cut.extend([words] if found != words else [])
        return found

    monkeypatch.setattr(Canvas, "fitted", watched)
    for show in ("boundary", "boundary,curves"):
        Film(scene_of_training(crews[5], Portrait(show=show, picture=Picture(**SHAPES[shape]))))
    assert not cut


@pytest.mark.parametrize(("size", "sides"), [((1600, 500), (0, 1)), ((500, 1600), (2, 3))])
def test_a_box_is_stretched_a_little_to_fill_its_place(size, sides):
    _, box = arranged(1, Picture(size=size), (0.0, 1.0, 0.0, 1.0))
    low, high = (box[side] for side in sides)
    assert 1.1 < high - low <= 2.5
    assert (low + high) / 2 == pytest.approx(0.5)
    assert [each for side, each in enumerate(box) if side not in sides] == pytest.approx([0, 1])


def test_where_weights_are_not_numbers_no_class_is_likelier():
    training = trained(optimizers=["adam:lr=0.03"])
    training.runs[0].trials[0].snapshots[-1].params[:] = np.nan
    [panel] = panels(training)
    assert panel.answers[-1].astype(float) == pytest.approx(-np.log(2), abs=1e-3)
    assert np.ptp(panel.answers[-2].astype(float)) > 0.1


def test_curves_go_beneath():
    scene = scene_of_training(trained(), Portrait(show="curves,boundary"))
    assert [type(panel).__name__ for row in scene.panels for panel in row] == ["Regions", "Regions", "Curves", "Curves"]


def test_more_classes_than_can_be_told_apart_are_refused():
    random = np.random.default_rng(0)
    y = np.arange(90) % 9
    data = Dataset(name="nine", title="Nine", x=random.normal(size=(90, 2)) + y[:, None], y=y)
    training = optviz.train(data, optviz.perceptron(2, 9), ["sgd:lr=0.1"], epochs=1, batch_size=9, snapshots=5)
    with pytest.raises(ArgumentError, match="up to 8 classes apart, not 9"):
        optviz.animate(training, show="boundary")


def test_points_in_a_line_can_be_drawn():
    y = np.arange(60) % 2
    x = np.stack([np.linspace(-1, 1, 60) + 2 * y, np.zeros(60)], axis=1)
    data = Dataset(name="line", title="Line", x=x, y=y)
    training = optviz.train(data, optviz.perceptron(2, 2, (4,)), ["sgd:lr=0.1"], epochs=2, batch_size=6, snapshots=5)
    assert optviz.plot(training, show="boundary", size=(200, 150)).film.frame(-1).shape == (150, 200)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".gif", ".png", ".svg", ".pdf"])
def test_it_is_written_in_every_kind_of_format(tmp_path, suffix):
    training, path = trained(optimizers=["adam:lr=0.03"]), tmp_path / f"regions{suffix}"
    draw = optviz.animate if suffix == ".gif" else optviz.plot
    draw(training, path, show="boundary", size=(240, 180), frames=4)
    assert path.stat().st_size > 1000
