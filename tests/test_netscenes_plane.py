"""The race on a plane: against singular vectors, against losses worked out anew, and against its own definitions."""

import time
from dataclasses import replace

import numpy as np
import pytest

import optviz
from optviz.draw import Film
from optviz.draw.canvas import packed
from optviz.draw.cast import gauge_label
from optviz.draw.paling import Paling
from optviz.errors import OptvizError
from optviz.nets.datasets import Dataset
from optviz.nets.layers import BatchNorm, Dense, Dropout
from optviz.nets.losses import Penalty, softmax
from optviz.nets.network import Network
from optviz.nets.setting import Score
from optviz.netscenes import PLANES, Portrait, scene_of_training
from optviz.netscenes.landscape import GRID, Landscape, Loss, losses_on
from optviz.netscenes.moments import moments_of, snapshots_at
from optviz.netscenes.plane import box_around, race_on_plane
from optviz.netscenes.planes import Plane, principal_plane, random_plane
from optviz.picture import Picture
from tests.trainings import obeys_the_law, trained


@pytest.fixture(scope="module")
def moons():
    return trained(dtype="float64")


@pytest.fixture(scope="module")
def raced(moons):
    return race_on_plane(moons, moments_of(moons))


def snapshots(training):
    return np.stack([each.params for run in training.runs for each in run.trials[0].snapshots]).astype(float)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(9, 4), (12, 40), (30, 200_000)])
def test_the_principal_plane_is_that_of_the_singular_vectors(shape):
    random = np.random.default_rng(3)
    points = random.normal(size=shape) * np.linspace(3, 1, shape[1])
    points[:, 0] += np.linspace(-40, 40, shape[0])
    plane = principal_plane(points)
    centred = points - points.mean(axis=0)
    _, lengths, vectors = np.linalg.svd(centred, full_matrices=False)
    assert plane.explained == pytest.approx((lengths**2 / (lengths**2).sum())[:2], rel=1e-9)
    assert np.abs(np.sum(plane.directions * vectors[:2], axis=1)) == pytest.approx([1, 1], abs=1e-9)
    coordinates, away = plane.project(list(points))
    assert np.abs(coordinates) == pytest.approx(np.abs(centred @ vectors[:2].T), rel=1e-6, abs=1e-6)
    assert away == pytest.approx(np.sqrt((centred**2).sum(1) - (coordinates**2).sum(1)), rel=1e-6)


def test_the_plane_of_a_training_is_that_of_all_its_snapshots(moons, raced):
    points = snapshots(moons)
    lengths = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    assert raced.plane.explained == pytest.approx((lengths**2 / (lengths**2).sum())[:2], rel=1e-9)
    note = scene_of_training(moons, Portrait(show="plane")).panels[0][0].note
    for share in raced.plane.explained:
        assert f"{100 * share:.0f} %" in note


def panels_of(training, plane):
    """The one panel that shows all runs."""
    [[panel]] = scene_of_training(training, Portrait(show="plane", plane=plane)).panels
    return panel


@pytest.mark.parametrize("plane", PLANES)
def test_panels_have_one_run_each_and_the_title_tells_of_the_plane(moons, raced, plane):
    portrait = Portrait(show="plane", plane=plane, picture=Picture(layout="panels"))
    scene = scene_of_training(moons, portrait)
    panels = [panel for row in scene.panels for panel in row]
    assert [(panel.title, panel.owners) for panel in panels] == [("SGD", (0,)), ("Adam", (1,))]
    whole = panels_of(moons, plane)
    for panel in panels:
        np.testing.assert_array_equal(panel.points, whole.points[:, panel.owners])
        np.testing.assert_array_equal(panel.pale, whole.pale[:, panel.owners])
    assert not np.array_equal(whole.points[:, 0], whole.points[:, 1])
    told = f"{100 * sum(raced.plane.explained):.0f} % on plane" if plane == "pca" else "random plane"
    assert scene.title == f"Moons, {told}"


def test_points_on_a_line_lay_no_plane():
    assert principal_plane(np.outer(np.arange(5.0), np.ones(7))) is None
    assert principal_plane(np.ones((4, 7))) is None


@pytest.mark.parametrize("kind", ["dense", "normalized"])
def test_random_directions_are_as_long_as_the_networks_own_filter_by_filter(kind):
    middle = (Dense(6, bias=False), BatchNorm(kind="relu")) if kind == "normalized" else (Dense(6),)
    network = Network(3, (*middle, Dropout(0.3), Dense(4)))
    params, _ = network.begin(seed=5)
    plane = random_plane(network, params, seed=1)
    for slot in network.slots:
        own, drawn = params[slot.place], plane.directions[:, slot.place]
        if slot.part.name != "weights":
            assert (drawn == 0).all()
            continue
        for direction in drawn:
            filters, theirs = own.reshape(slot.part.shape), direction.reshape(slot.part.shape)
            assert np.linalg.norm(theirs, axis=0) == pytest.approx(np.linalg.norm(filters, axis=0))
    again, other = random_plane(network, params, seed=1), random_plane(network, params, seed=2)
    assert np.array_equal(plane.directions, again.directions)
    assert not np.array_equal(plane.directions, other.directions)
    assert plane.project([params])[0] == pytest.approx(np.zeros((1, 2)))


def test_projecting_takes_the_closest_point_of_a_plane_whose_directions_are_askew():
    random = np.random.default_rng(0)
    network = Network(3, (Dense(4),))
    plane = random_plane(network, network.begin(seed=0)[0], seed=4)
    [point] = random.normal(size=(1, network.size))
    [found], [away] = plane.project([point])
    assert np.linalg.norm(plane.at(found) - point) == pytest.approx(away)
    for nudge in np.array([[0.01, 0], [-0.01, 0], [0, 0.01], [0, -0.01]]):
        assert np.linalg.norm(plane.at(found + nudge) - point) > away


def by_hand(setting, params, x, y):
    """Loss and penalty of a network of dense layers and tanh, in plain numpy."""
    parts = {slot.name: params[slot.place].reshape(slot.part.shape) for slot in setting.network.slots}
    layers = sorted({int(name.split(".")[0]) for name in parts})
    for number, layer in enumerate(layers):
        x = x @ parts[f"{layer}.weights"] + parts[f"{layer}.bias"]
        x = np.tanh(x) if number < len(layers) - 1 else x
    penalty = setting.penalty.l2 / 2 * sum((parts[f"{layer}.weights"] ** 2).sum() for layer in layers)
    return -np.log(softmax(x)[np.arange(len(y)), y]).mean() + penalty


def test_the_loss_on_the_plane_is_the_networks_at_that_point():
    training = trained(dtype="float64", l2=0.01)
    raced = race_on_plane(training, moments_of(training))
    setting = training.runs[0].setting
    x = (setting.parts.train.x - setting.standard.mean) / setting.standard.scale
    for run in range(2):
        final = raced.points[-1, run]
        there = by_hand(setting, raced.plane.at(final), x, setting.parts.train.y)
        assert raced.heights[-1, run] == pytest.approx(there, rel=2e-3), "between the points of the grid"
        params = training.runs[run].trials[0].params
        assert raced.losses[-1, run] == pytest.approx(by_hand(setting, params, x, setting.parts.train.y), rel=1e-9)


def test_where_the_plane_is_all_there_is_its_loss_is_the_true_one():
    """A network of two weights never leaves the plane."""
    network = Network(1, (Dense(2, bias=False),))
    x = np.random.default_rng(0).normal(size=(80, 1))
    data = Dataset(name="two", title="Two", x=x, y=(x[:, 0] + 0.3 * np.sin(9 * x[:, 0]) > 0).astype(int))
    training = optviz.train(
        data, network, ["sgd:lr=0.5", "momentum:lr=0.5"], epochs=4, batch_size=8, snapshots=9, dtype="float64", l2=0.1
    )
    raced = race_on_plane(training, moments_of(training))
    assert sum(raced.plane.explained) == pytest.approx(1)
    assert raced.distances == pytest.approx(np.zeros_like(raced.distances), abs=1e-9)
    assert raced.heights == pytest.approx(raced.losses, rel=1e-4)
    pale = scene_of_training(training, Portrait(show="plane")).panels[0][0].pale
    assert pale == pytest.approx(np.zeros_like(pale), abs=1e-9)


def test_normalized_networks_have_one_loss_at_one_point():
    """It depends on the weights alone, not on the averages that a run keeps, nor on dropout."""
    network = optviz.perceptron(2, 2, (6,), batchnorm=True, dropout=0.4)
    training = optviz.train(
        "moons:samples=120", network, ["sgd:lr=0.1"], epochs=3, batch_size=24, snapshots=7, dtype="float64"
    )
    setting, trial = training.runs[0].setting, training.runs[0].trials[0]
    loss = Loss(setting)
    x = setting.standard(setting.parts.train.x, np.float64)
    weights, scale, shift, out, bias = (trial.params[slot.place].reshape(slot.part.shape) for slot in network.slots)
    hidden = x @ weights
    hidden = (hidden - hidden.mean(0)) / np.sqrt(hidden.var(0) + 1e-5) * scale + shift
    chances = softmax(np.maximum(hidden, 0) @ out + bias)
    assert loss(trial.params) == loss(trial.params)
    expected = -np.log(chances[np.arange(len(x)), setting.parts.train.y]).mean()
    assert loss(trial.params) == pytest.approx(expected, rel=1e-9)


def test_the_spline_goes_through_its_values_and_keeps_a_quadratic_logarithm():
    x = np.linspace(-2, 1, GRID)
    y = np.linspace(0, 5, GRID)
    values = np.exp(np.add.outer(0.3 * y, 0.5 * x**2 - x))
    spline = Landscape(values, (-2.0, 1.0, 0.0, 5.0))
    across, up = np.meshgrid(x, y)
    assert spline(across, up) == pytest.approx(values, rel=1e-9)
    inside = np.random.default_rng(0).uniform([-1.5, 1], [0.5, 4], size=(50, 2))
    expected = np.exp(0.3 * inside[:, 1] + 0.5 * inside[:, 0] ** 2 - inside[:, 0])
    assert spline(inside[:, 0], inside[:, 1]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("hidden", [(), (6,), (6, 4)])
def test_the_loss_on_a_plane_is_that_at_its_points(hidden, bias):
    layers = [part for width in hidden for part in (Dense(width, bias=bias), BatchNorm(kind="tanh"), Dropout(0.2))]
    network = Network(2, (*layers, Dense(2)))
    training = optviz.train(
        "moons:samples=120", network, ["sgd:lr=0.1"], epochs=1, batch_size=24, dtype="float64", l1=0.01, l2=0.02
    )
    loss = Loss(training.runs[0].setting)
    plane = random_plane(network, training.runs[0].trials[0].params, seed=0)
    there = loss.on(plane)
    for place in np.random.default_rng(1).normal(size=(6, 2)):
        assert there(place) == pytest.approx(loss(plane.at(place)), rel=1e-10)


def test_what_is_not_finite_is_high():
    values = np.ones((GRID, GRID))
    values[0] = 7.0
    values[-1] = np.nan
    values[-2] = np.inf
    spline = Landscape(values, (0.0, 1.0, 0.0, 1.0))
    assert spline(np.array([0.5]), np.array([1.0])) == pytest.approx([7.0])
    assert np.isfinite(spline(np.array([np.nan, 3.0]), np.array([0.5, -1.0]))).all()


def test_workers_work_out_the_same(moons, raced, monkeypatch, tmp_path):
    loss = Loss(moons.runs[0].setting)
    one = losses_on(raced.plane, raced.box, loss)
    monkeypatch.setenv("OPTVIZ_CACHE", str(tmp_path))
    seen = []

    def told(rows, count):
        for row in rows:
            seen.append(count)
            yield row

    two = losses_on(raced.plane, raced.box, loss, jobs=2, told=told)
    assert np.array_equal(two, one)
    assert seen == [GRID] * GRID


@pytest.mark.slow
def test_a_plane_is_worked_out_once_and_anew_where_anything_differs(moons, raced, cache):
    counts = []

    def told(rows, count):
        counts.append(count)
        return rows

    loss, plane = Loss(moons.runs[0].setting), raced.plane
    other = replace(moons.runs[0].setting, penalty=Penalty(l2=0.1))
    moved = Plane(plane.origin + 1e-9, plane.directions)
    wider = (raced.box[0] - 1, *raced.box[1:])
    asked = [(plane, raced.box, loss), (moved, raced.box, loss), (plane, wider, loss), (plane, raced.box, Loss(other))]
    first = [losses_on(*each, told=told) for each in asked]
    assert len(counts) == 4
    again = [losses_on(*each, told=told) for each in asked]
    assert len(counts) == 4
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_paths_are_the_projected_snapshots_and_all_begin_together(moons, raced):
    steps = moments_of(moons)
    assert raced.points[0, 0] == pytest.approx(raced.points[0, 1])
    for run in range(2):
        own = np.stack([each.params for each in snapshots_at(moons.runs[run].trials[0], steps)])
        expected = (own - raced.plane.origin) @ raced.plane.directions.T
        assert raced.points[:, run] == pytest.approx(expected)
    x0, x1, y0, y1 = raced.box
    assert ((raced.points > (x0, y0)) & (raced.points < (x1, y1))).all()


def test_the_farther_the_paler(moons):
    scene = scene_of_training(moons, Portrait(show="plane", picture=Picture(size=(640, 480))))
    panel, film = scene.panels[0][0], Film(scene)
    paling = Paling(panel.pale, film.painters[0].stage.looks(panel.owners), scene.theme)
    own = [packed(colour) for colour in film.colours[:2]]
    near = np.flatnonzero((panel.pale < 1 / 14).all(axis=1))
    assert len(near)
    assert (panel.pale >= 0).all()
    for step in range(len(panel.points)):
        looks = paling.heads(step)
        for run in range(2):
            assert (packed(looks[run].colour) == own[run]) == (round(6 * min(1, panel.pale[step, run])) == 0)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"view": "relief"}, {"view": "relief", "camera": "orbit"}], ids=str)
def test_trails_are_paled_in_every_view(moons, options):
    scene = scene_of_training(moons, Portrait(show="plane", picture=Picture(size=(640, 480), frames=9, **options)))
    panel = scene.panels[0][0]
    late = np.arange(len(panel.points))[:, None] >= len(panel.points) // 2

    def painted(pale):
        shown = Film(replace(scene, panels=[[replace(panel, pale=pale)]]))
        left, top, right, bottom = shown.painters[0].place
        pixels = shown.still(shown.last_step)[top:bottom, left:right]
        return pixels, [int((pixels == packed(colour)).sum()) for colour in shown.colours[:2]]

    plain, many = painted(None)
    near, _ = painted(np.zeros_like(panel.pale))
    _, fewer = painted(np.where(late, 1.0, np.zeros_like(panel.pale)))
    _, none = painted(np.ones_like(panel.pale))
    np.testing.assert_array_equal(near, plain)
    for own in zip(none, fewer, many, strict=True):
        assert own[0] < own[1] < own[2]


@pytest.mark.slow
@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("options", [{"view": "relief"}, {"layout": "panels"}, {"view": "relief", "camera": "orbit"}])
def test_every_view_obeys_the_law(moons, plane, options):
    film = optviz.animate(moons, show="plane", plane=plane, size=(320, 240), frames=7, **options).film
    assert obeys_the_law(film)


def test_the_cast_tells_both_losses(moons, raced):
    cast = scene_of_training(moons, Portrait(show="plane")).cast
    for run, runner in enumerate(cast):
        [gauge] = runner.more
        assert gauge.measure == "on plane"
        assert np.array_equal(gauge.values, raced.heights[:, run])
        assert np.array_equal(runner.values, raced.losses[:, run])


def test_a_random_plane_lies_around_the_best_end(moons):
    raced = race_on_plane(moons, moments_of(moons), "random")
    best = min(moons.runs, key=lambda run: run.validation.loss)
    column = moons.runs.index(best)
    assert raced.points[-1, column] == pytest.approx([0, 0], abs=1e-12)
    assert raced.distances[-1, column] == pytest.approx(0, abs=1e-12)
    assert raced.heights[-1, column] == pytest.approx(raced.losses[-1, column], rel=1e-6), "the middle of the grid"
    assert raced.box == (-1.0, 1.0, -1.0, 1.0)


@pytest.mark.parametrize("best", [0, 1])
def test_the_best_run_is_that_of_the_lowest_validation_loss(moons, best):
    """However well the other has learned by heart."""
    scored = [
        replace(run, validation=Score(loss, 0.5), train=Score(1 - loss, 0.5), test=Score(1 - loss, 0.5))
        for run, loss in zip(moons.runs, (0.2, 0.8) if best == 0 else (0.8, 0.2), strict=True)
    ]
    raced = race_on_plane(replace(moons, runs=tuple(scored)), moments_of(moons), "random")
    np.testing.assert_array_equal(raced.plane.origin, moons.runs[best].trials[0].params)


def test_of_random_planes_the_seed_is_the_trainings():
    training = trained(optimizers=["adam:lr=0.03"], seeds=(3,), dtype="float64")
    raced = race_on_plane(training, moments_of(training), "random")
    expected = random_plane(training.network, training.runs[0].trials[0].params, seed=3)
    np.testing.assert_array_equal(raced.plane.directions, expected.directions)


@pytest.fixture(scope="module")
def wild():
    """A run that diverges in its second step, at finite weights, and one that does not."""
    return trained(optimizers=("sgd:lr=1e14", "sgd:lr=0.5"), dtype="float64", snapshots=31)


def test_a_run_that_diverged_lays_no_plane_and_stretches_no_box(wild):
    assert [run.diverged_at is None for run in wild.runs] == [False, True]
    raced, random = (race_on_plane(wild, moments_of(wild), rule) for rule in PLANES)
    own = np.stack([each.params for each in wild.runs[1].trials[0].snapshots])
    lengths = np.linalg.svd(own - own.mean(axis=0), compute_uv=False)
    assert raced.plane.explained == pytest.approx((lengths**2 / (lengths**2).sum())[:2], rel=1e-9)
    np.testing.assert_allclose(raced.plane.origin, own.mean(axis=0), rtol=1e-12)
    x0, x1, y0, y1 = raced.box
    spans = np.ptp(raced.points[:, 1], axis=0)
    assert ((x1 - x0) / spans[0], x1 > x0, y1 > y0) == (pytest.approx(1.44), True, True)
    np.testing.assert_array_equal(random.plane.origin, own[-1])


def test_the_planes_loss_is_told_where_the_picture_shows_it(wild):
    raced = race_on_plane(wild, moments_of(wild))
    x0, x1, y0, y1 = raced.box
    with np.errstate(invalid="ignore"):
        inside = ((raced.points >= (x0, y0)) & (raced.points <= (x1, y1))).all(axis=-1)
    assert inside[:, 1].all()
    assert (~inside & np.isfinite(raced.points).all(axis=-1)).any(), "one is outside, at finite numbers"
    np.testing.assert_array_equal(np.isfinite(raced.heights), inside)


def test_where_all_diverged_the_plane_lies_around_the_first_weights():
    training = trained(optimizers=("sgd:lr=1e20", "momentum:lr=1e18"), dtype="float64", snapshots=31)
    assert all(run.diverged_at for run in training.runs)
    raced = race_on_plane(training, moments_of(training))
    assert raced.plane.explained is None
    np.testing.assert_array_equal(raced.plane.origin, training.runs[0].trials[0].snapshots[0].params)


def test_a_box_is_never_a_mere_line():
    x0, x1, y0, y1 = box_around(np.array([[[0.0, 1.0], [10.0, 1.001]], [[np.nan, 5.0], [3.0, 1.0]]]))
    assert (x0, x1) == (pytest.approx(-2.2), pytest.approx(12.2))
    assert (y1 - y0) / (x1 - x0) == pytest.approx(0.1)
    assert (y0 + y1) / 2 == pytest.approx(1.0005)


@pytest.mark.parametrize("rule", PLANES)
def test_far_is_half_of_the_diagonal(moons, rule):
    raced = race_on_plane(moons, moments_of(moons), rule)
    x0, x1, y0, y1 = raced.box
    corners = raced.plane.at(np.array([[x0, y0], [x1, y1]]))
    far = np.linalg.norm(corners[1] - corners[0]) / 2
    assert raced.far == pytest.approx(far)
    assert panels_of(moons, rule).pale == pytest.approx(raced.distances / far)


def test_the_last_point_lies_on_the_positive_side():
    for seed in range(8):
        points = np.random.default_rng(seed).normal(size=(6, 9))
        assert (principal_plane(points).project([points[-1]])[0] > 0).all()


def test_of_many_samples_evenly_spread_ones_are_taken(monkeypatch):
    monkeypatch.setattr("optviz.netscenes.landscape.SAMPLES", (1, 15))
    training = trained(dtype="float64", optimizers=["adam:lr=0.03"])
    setting, params = training.runs[0].setting, training.runs[0].trials[0].params
    rows = np.linspace(0, 71, 15).round().astype(int)
    x = (setting.parts.train.x - setting.standard.mean) / setting.standard.scale
    loss = Loss(setting)
    assert loss.samples == 15
    assert loss(params) == pytest.approx(by_hand(setting, params, x[rows], setting.parts.train.y[rows]), rel=1e-9)


def test_the_plane_of_another_network_is_worked_out_anew(moons, raced, cache):
    """It has as many weights, and another activation."""
    setting = moons.runs[0].setting
    other = replace(setting, network=optviz.perceptron(2, 2, (8, 5), kind="sigmoid"))
    one, two = (losses_on(raced.plane, raced.box, Loss(each)) for each in (setting, other))
    assert not np.array_equal(one, two)


def test_a_flat_loss_is_refused():
    flat = trained(optimizers=["sgd:lr=1e-3"], hidden=(), data="moons:samples=120")
    for run in flat.runs:
        run.trials[0].params[:] = 0
    with pytest.raises(OptvizError, match="the same all over the plane"):
        race_on_plane(flat, moments_of(flat), "random")


@pytest.mark.slow
def test_a_plane_through_digits_is_quick():
    training = trained("digits", hidden=(64,), epochs=2, optimizers=["sgd:lr=0.1", "adam:lr=0.003"])
    began = time.perf_counter()
    race_on_plane(training, moments_of(training))
    assert time.perf_counter() - began < 20


def test_a_run_that_comes_far_too_far_neither_lays_the_plane_nor_stretches_the_map():
    both = trained(optimizers=["sgd:lr=1000", "adam:lr=0.03"], dtype="float64")
    lengths = [np.linalg.norm(run.trials[0].snapshots[-1].params) for run in both.runs]
    assert both.runs[0].diverged_at is None
    assert lengths[0] > 100 * lengths[1]
    alone = race_on_plane(trained(optimizers=["adam:lr=0.03"], dtype="float64"), moments_of(both))
    together = race_on_plane(both, moments_of(both))
    assert together.box == pytest.approx(alone.box)
    told = scene_of_training(both, Portrait(show="plane")).cast
    assert gauge_label(told[0].more[0], len(moments_of(both)) - 1) == "outside"


@pytest.mark.parametrize(("slope", "azimuth"), [((1, 0), 180), ((-1, 0), 0), ((0, 1), -90), ((0, -1), 90)])
def test_where_paths_lead_nowhere_a_relief_is_seen_from_where_it_lies_lowest(raced, slope, azimuth):
    """A little from beside, as always."""
    box = (-1.0, 1.0, -1.0, 1.0)
    rise = np.exp(np.add.outer(slope[1] * np.linspace(-1, 1, GRID), slope[0] * np.linspace(-1, 1, GRID)))
    surface = replace(raced.surface, fn=Landscape(rise, box), domain=box, start=(0.0, 0.0))
    still = replace(raced, surface=surface, box=box, points=np.zeros((3, 2, 2)))
    assert still.azimuth == pytest.approx(azimuth + 30, abs=0.2)


def test_a_relief_is_seen_from_below_unless_told_from_where(moons, raced):
    def seen_from(**options):
        [[panel]] = scene_of_training(moons, Portrait(show="plane", picture=Picture(view="relief", **options))).panels
        return panel.azimuth

    assert seen_from(azimuth=17) == 17
    assert seen_from() == raced.azimuth
    eye = np.array([np.cos(np.radians(raced.azimuth)), np.sin(np.radians(raced.azimuth))])
    x0, x1, y0, y1 = raced.box
    low, high = ([(x0 + x1) / 2, (y0 + y1) / 2] + side * eye / 2 * (x1 - x0, y1 - y0) * 0.9 for side in (1, -1))
    assert raced.surface(low) < raced.surface(high), "it is lower before the middle than behind it"
    way = (raced.points[-1] - raced.points[0]).sum(axis=0) / (x1 - x0, y1 - y0)
    assert way @ eye > 0, "the paths come nearer"
