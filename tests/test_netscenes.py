"""Pictures of trainings: learning curves, what stands in them, and the law of frame k."""

import numpy as np
import pytest

import optviz
from optviz.draw import Film
from optviz.draw.canvas import Canvas, packed
from optviz.draw.cast import Cast
from optviz.draw.curves import CurvesPainter
from optviz.errors import ArgumentError, UnknownNameError
from optviz.nets.losses import softmax
from optviz.netscenes import SHOWS, Portrait, portrait_of, scene_of_training, snapshots_for
from optviz.netscenes.learning import trained_span
from optviz.netscenes.moments import MOST_MOMENTS, Records, moments_of, snapshots_at
from optviz.netscenes.portrait import MOST_SNAPSHOTS
from optviz.netscenes.scenes import VIEWS
from optviz.picture import Picture
from optviz.themes import THEMES
from tests.trainings import obeys_the_law, trained

SMALL = {"size": (320, 240), "frames": 12}


@pytest.fixture(scope="module")
def moons():
    return trained()


def test_all_that_can_be_shown_has_someone_who_makes_it():
    assert set(VIEWS) == set(SHOWS)


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("show", VIEWS)
def test_frame_k_alone_equals_frame_k_of_the_film(moons, show, theme):
    assert obeys_the_law(optviz.animate(moons, show=show, theme=theme, **SMALL).film)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["slide", "square"])
@pytest.mark.parametrize("show", VIEWS)
def test_presets_are_drawn(moons, show, preset):
    film = optviz.animate(moons, show=show, preset=preset).film
    width, height = film.size
    assert film.frame(-1).shape == (height, width)
    assert (film.frame(0) != film.frame(-1)).any()


@pytest.mark.slow
@pytest.mark.parametrize("size", [(64, 64), (90, 700), (700, 90)])
@pytest.mark.parametrize("show", VIEWS)
def test_any_size_can_be_drawn(moons, show, size):
    assert optviz.plot(moons, show=show, size=size).film.frame(-1).shape == size[::-1]


# Learning curves


def test_curves_pass_through_what_was_evaluated(moons):
    scene = scene_of_training(moons, Portrait())
    (loss,), (accuracy,) = scene.panels
    per_epoch = moons.runs[0].setting.per_epoch
    steps = np.array(sorted(moons.runs[0].setting.kept_steps))
    for column, run in enumerate(moons.runs):
        for epoch in run.history:
            [at] = np.flatnonzero(steps == epoch.step)
            assert epoch.step == per_epoch * epoch.epoch
            assert loss.series.values[at, column] == pytest.approx(epoch.validation.loss)
            assert loss.beside[at, column] == pytest.approx(epoch.train.loss)
            assert accuracy.series.values[at, column] == pytest.approx(100 * epoch.validation.accuracy)
            assert scene.cast[column].values[at] == pytest.approx(epoch.validation.loss)
            assert scene.cast[column].more[0].values[at] == pytest.approx(epoch.validation.accuracy)
    assert scene.timeline.clock.unit == "epoch"
    assert float(scene.timeline.clock.reading(len(steps) - 1)) == 6


def test_before_the_first_step_all_are_alike_and_as_good_as_untrained_networks(moons):
    (loss,), _ = scene_of_training(moons, Portrait()).panels
    setting = moons.runs[0].setting
    first = moons.runs[0].trials[0].snapshots[0]
    logits = setting.network.test(first.params, first.memory, setting.standard(setting.parts.validation.x, np.float32))
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = shifted / shifted.sum(axis=1, keepdims=True)
    labels = setting.parts.validation.y
    expected = -np.log(chances[np.arange(len(labels)), labels]).mean()
    assert loss.series.values[0] == pytest.approx([expected, expected], rel=1e-5)


def untrained(run, part):
    """The loss of a run's networks before their first step, worked out here; an ensemble's chances are the mean."""
    setting, samples = run.setting, getattr(run.setting.parts, part)
    x = setting.standard(samples.x, float)
    starts = [trial.snapshots[0] for trial in run.trials]
    chances = [
        softmax(setting.network.test(each.params.astype(float), each.memory.astype(float), x)) for each in starts
    ]
    return -np.log(np.mean(chances, axis=0)[np.arange(len(x)), samples.y]).mean()


@pytest.mark.parametrize("options", [{}, {"ensemble": 3}], ids=str)
def test_thick_lines_begin_on_the_validation_part_and_thin_ones_on_the_training_part(options):
    training = trained(optimizers=["adam:lr=0.03"], **options)
    (loss,), _ = scene_of_training(training, Portrait()).panels
    [run] = training.runs
    assert loss.series.values[0] == pytest.approx([untrained(run, "validation")], rel=1e-5)
    assert loss.beside[0] == pytest.approx([untrained(run, "train")], rel=1e-5)


def test_every_seed_has_a_beginning_of_its_own():
    many = trained(optimizers=["adam:lr=0.03"], seeds=(0, 1, 2))
    found = [known.losses[0] for known in Records(many).of("adam", "validation")]
    assert found == pytest.approx([untrained(run, "validation") for run in many.runs], rel=1e-5)
    assert len({*found}) == 3


def test_between_epochs_losses_run_straight_on_their_logarithmic_axis_and_accuracies_on_theirs():
    training = trained(optimizers=["adam:lr=0.03"], batch_size=18, snapshots=25)  # 4 steps an epoch, each of them kept
    (loss,), (accuracy,) = scene_of_training(training, Portrait()).panels
    assert (loss.series.log, accuracy.series.log) == (True, False)
    for values, middle in ((loss.series.values[:, 0], np.sqrt), (accuracy.series.values[:, 0], None)):
        ends = values[::4]
        halfway = np.sqrt(ends[:-1] * ends[1:]) if middle else (ends[:-1] + ends[1:]) / 2
        assert values[2::4] == pytest.approx(halfway)
    losses = loss.series.values[::4, 0]
    assert losses[1:] == pytest.approx([epoch.validation.loss for epoch in training.runs[0].history])


def test_one_seed_has_no_band_and_curves_beneath_no_thin_lines(moons):
    scene = scene_of_training(moons, Portrait())
    assert all(panel.band is None for row in scene.panels for panel in row)
    assert all("thin: training" in panel.series.title for row in scene.panels for panel in row)
    beneath = scene_of_training(moons, Portrait(show="curves,plane")).panels[-1]
    assert [panel.series.name for panel in beneath] == ["loss", "accuracy"]
    assert all(panel.beside is None and "thin" not in panel.series.title for panel in beneath)


def test_the_axis_of_accuracies_is_for_what_was_trained():
    """A poor beginning does not take the room in which runs differ."""
    steps = np.linspace(0, 1, 80)[:, None]
    low, high = trained_span(np.where(steps < 0.05, 10.0, 90 + 5 * steps))
    assert 80 < low < 90
    assert 100 < high < 102
    assert trained_span(np.full((80, 1), np.nan))[0] <= 0


@pytest.mark.parametrize(("epochs", "told"), [(6, "6.0"), (12, "12")])
def test_the_clock_tells_whole_epochs_where_they_are_many(epochs, told):
    clock = scene_of_training(trained(optimizers=["adam:lr=0.03"], epochs=epochs), Portrait()).timeline.clock
    assert clock.reading(12) == told


def test_moments_end_where_the_last_run_ended():
    early = trained(optimizers=["adam:lr=0.5"], patience=1, epochs=40, snapshots=41)
    reached = early.runs[0].trials[0].step
    assert reached < early.runs[0].setting.steps
    steps = moments_of(early)
    assert steps[-2] < reached <= steps[-1] < early.runs[0].setting.steps
    many = trained(optimizers=["sgd:lr=0.1"], hidden=(), snapshots=0, epochs=70, batch_size=10)
    steps = moments_of(many)
    assert (len(steps), steps[0], steps[-1]) == (MOST_MOMENTS, 0, 490)
    assert np.diff(steps).max() <= 2


def test_the_title_tells_of_seeds_unless_one_is_given(moons):
    many = trained(optimizers=["adam:lr=0.03"], seeds=(0, 1, 2), snapshots=0)
    assert scene_of_training(many, Portrait()).title == "Moons, 3 seeds"
    assert scene_of_training(moons, Portrait()).title == "Moons"
    for title in ("My moons", ""):
        assert scene_of_training(moons, portrait_of({"title": title})).title == title


def test_several_seeds_are_a_median_and_a_band():
    many = trained(seeds=(0, 1, 2), snapshots=0)
    (loss,), _ = scene_of_training(many, Portrait()).panels
    found = np.sort([run.history[-1].validation.loss for run in many.of("adam")])
    low, high = loss.band
    assert [low[-1, 1], loss.series.values[-1, 1], high[-1, 1]] == pytest.approx(found)
    assert scene_of_training(many, Portrait()).cast[1].measure == "median val. loss"


def test_a_run_that_ended_early_ends_early():
    early = trained(optimizers=("adam:lr=0.5", "sgd:lr=0.001"), patience=1, epochs=12, snapshots=0)
    first, second = (run.history[-1].step for run in early.runs)
    assert first != second
    (loss,), _ = scene_of_training(early, Portrait()).panels
    column = 0 if first < second else 1
    assert np.isnan(loss.series.values[-1, column])
    assert np.isfinite(loss.series.values[-1, 1 - column])


def test_a_run_that_ended_early_keeps_its_last_weights():
    early = trained(optimizers=("adam:lr=0.5", "sgd:lr=0.001"), patience=1, epochs=12, snapshots=37)
    steps = moments_of(early)
    last = [run.trials[0].snapshots[-1] for run in early.runs]
    assert len({each.step for each in last}) == 2
    for run, end in zip(early.runs, last, strict=True):
        for step, shown in zip(steps, snapshots_at(run.trials[0], steps), strict=True):
            assert shown.step == min(step, end.step)
        assert shown is end


def test_from_where_a_run_diverged_on_nothing_is_known_of_it():
    wild = trained(optimizers=("sgd:lr=1e20", "sgd:lr=0.1"), snapshots=19)
    steps = moments_of(wild)
    assert steps.tolist() == list(range(19))
    gone = steps >= wild.runs[0].diverged_at
    assert gone.any()
    assert not gone.all()
    scene = scene_of_training(wild, Portrait())
    (loss,), (accuracy,) = scene.panels
    for values in (loss.series.values, loss.beside, accuracy.series.values, np.stack([scene.cast[0].values] * 2, -1)):
        np.testing.assert_array_equal(np.isnan(values[:, 0]), gone)


@pytest.mark.slow
@pytest.mark.parametrize("show", VIEWS)
def test_a_training_that_diverged_is_shown_all_the_same(show):
    wild = trained(optimizers=("sgd:lr=1e20", "sgd:lr=0.1"))
    assert wild.runs[0].diverged_at is not None
    assert obeys_the_law(optviz.animate(wild, show=show, **SMALL).film, every=5)


# What is refused


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"show": "boundry"}, "boundary"),
        ({"show": "boundary,plane"}, "do not fit into one picture"),
        ({"plane": "random"}, "--show plane"),
        ({"show": "plane", "plane": "pcb"}, "pca"),
        ({"view": "relief"}, "--show plane"),
        ({"layout": "panels"}, "--show plane"),
        ({"view_box": (0, 1, 0, 1)}, "races on surfaces"),
    ],
)
def test_portraits_that_cannot_be_are_refused(options, told):
    with pytest.raises((ArgumentError, UnknownNameError), match=told):
        portrait_of(options)


def test_a_training_without_what_is_needed_is_refused():
    without = trained(snapshots=0)
    for show in ("boundary", "plane", "activations"):
        with pytest.raises(ArgumentError, match="snapshots=100"):
            optviz.animate(without, show=show)
    two = trained(seeds=(0, 1))
    with pytest.raises(ArgumentError, match="one seed, not of 2"):
        optviz.animate(two, show="plane")
    with pytest.raises(ArgumentError, match="64 features"):
        optviz.animate(trained("digits", epochs=1), show="boundary")
    with pytest.raises(ArgumentError, match="ensemble of 2"):
        optviz.animate(trained(ensemble=2), show="activations")


@pytest.mark.parametrize(
    ("show", "frames", "networks", "width", "kept"),
    [
        ("curves", 200, 1, 16, 0),
        ("plane", 200, 1, 16, MOST_SNAPSHOTS),
        ("plane,curves", 50, 1, 16, 50),
        ("plane", 200, 4, 8192, 2**28 // (4 * 4 * (8192 * 65 + 8193 * 10))),
        ("plane", 200, 64, 8192, 12),
        ("plane", 5, 1, 16, 12),
    ],
)
def test_as_many_weights_are_kept_as_a_picture_needs_and_memory_holds(show, frames, networks, width, kept):
    portrait = Portrait(show=show, picture=Picture(frames=frames))
    assert snapshots_for(portrait, optviz.perceptron(64, 10, (width,)), networks) == kept


def test_a_film_is_at_hand(moons):
    assert len(Film(scene_of_training(moons, portrait_of({"frames": 5})))) == 5


@pytest.mark.parametrize("show", VIEWS)
def test_numbers_say_of_which_part_the_loss_is(moons, show):
    measures = {runner.measure for runner in scene_of_training(moons, Portrait(show=show)).cast}
    assert measures == {"train loss" if show == "plane" else "val. loss"}


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"preset": "slide"}, {"preset": "square"}, {"size": (600, 1000)}])
@pytest.mark.parametrize("show", ["curves", "boundary,curves"])
def test_both_numbers_of_five_runs_have_room(show, options):
    five = ("sgd:lr=0.5", "momentum:lr=0.1", "adagrad:lr=0.1", "rmsprop:lr=0.01", "adam:lr=0.03")
    training = trained(optimizers=five, epochs=1)
    film = Film(scene_of_training(training, Portrait(show=show, picture=Picture(**options))))
    cast = next(each for each in film.painters if isinstance(each, Cast))
    assert all([gauge.measure for gauge in gauges] == ["accuracy"] for gauges in cast.gauges)


def test_a_run_that_diverged_is_named_with_its_step_and_marked_where_it_ends(monkeypatch):
    training = trained(optimizers=["sgd:lr=1e30", "adam:lr=0.03"])
    said = []
    write = Canvas.text
    monkeypatch.setattr(Canvas, "text", lambda self, x, y, words, *rest, **more: (
        said.append(words), write(self, x, y, words, *rest, **more),
    )[1])  # fmt: skip
    film = Film(scene_of_training(training, Portrait()))
    told = " ".join(said)
    assert f"diverged at step {training.runs[0].diverged_at}" in told
    curves = [each for each in film.painters if isinstance(each, CurvesPainter)]
    for painter in curves:
        [(column, (end, y))] = painter.ends.items()
        assert column == 0
        assert end == np.interp(training.runs[0].diverged_at, moments_of(training), range(len(moments_of(training))))
        left, _, right, _ = painter.place
        x, y = round(left + end / (len(painter.paths[0]) - 1) * (right - left)), round(y)
        around = film.frame(-1)[y - 6 : y + 7, x - 6 : x + 7]
        assert (around == packed(film.colours[0])).sum() > 8
    assert obeys_the_law(film)
