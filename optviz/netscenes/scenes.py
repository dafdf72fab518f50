"""From a training to a scene: its maps or curves, its cast, its clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from optviz.cast import Gauge, runners_of
from optviz.errors import ArgumentError
from optviz.nets.training import Training
from optviz.netscenes.boundary import regions_of
from optviz.netscenes.inner import inner_panels
from optviz.netscenes.learning import learning_curves, scores_at
from optviz.netscenes.moments import Records, Steps, clock_of, first_runs, lines_of, moments_of
from optviz.netscenes.plane import Told, race_on_plane
from optviz.netscenes.planes import Plane
from optviz.netscenes.portrait import Portrait
from optviz.netscenes.recall import recipe_of_training
from optviz.picture import Picture, as_theme
from optviz.scene import Contour, Panel, Scene, gridded, relief_of
from optviz.surface import Array


@dataclass(frozen=True)
class View:
    """What a show puts into a scene: rows of panels, and, where they are those of training, losses (T+1, N) and one
    more gauge a run. A remark stands beside the title.
    """

    rows: Sequence[Sequence[Panel]]
    losses: Array | None = None
    gauges: Sequence[Gauge] = ()
    remark: str = ""


@dataclass(frozen=True)
class Sitting:
    """A training that sits for its portrait: what is known of it, the steps to show, the runs' titles, how many
    processes help, and who is told of the work.
    """

    training: Training
    portrait: Portrait
    records: Records
    steps: Steps
    titles: tuple[str, ...]
    jobs: int
    told: Told | None


def _curves(sitting: Sitting) -> View:
    return View([[each] for each in learning_curves(sitting.records, sitting.steps)])


def _boundary(sitting: Sitting) -> View:
    portrait, curves = sitting.portrait, "curves" in sitting.portrait.show
    return View(
        regions_of(sitting.training, sitting.steps, portrait.picture, sitting.titles, curves=curves, jobs=sitting.jobs)
    )


def _plane(sitting: Sitting) -> View:
    """The map, or relief, of the plane; or one for each run."""
    portrait = sitting.portrait
    race = race_on_plane(sitting.training, sitting.steps, portrait.plane, sitting.jobs, sitting.told)
    owners = range(race.points.shape[1])
    pale = race.distances / race.far
    whole = Contour(
        surface=race.surface,
        box=race.box,
        starts=(tuple(race.points[0, 0].tolist()),),
        points=race.points,
        owners=tuple(owners),
        pale=pale,
        note=f"{_told_of(race.plane)}; pale: off the plane",
    )
    maps, remark = [whole], ""
    if portrait.picture.layout == "panels":
        maps = [_alone(whole, owner, sitting.titles[owner]) for owner in owners]
        share = race.plane.explained
        remark = f"{100 * sum(share):.0f} % on plane" if share else "random plane"
    if portrait.picture.view == "relief":
        picture = portrait.picture
        if picture.azimuth == Picture.azimuth:
            picture = replace(picture, azimuth=race.azimuth)
        maps = [relief_of(each, picture) for each in maps]
    gauges = [
        Gauge("on plane", column, unknown="outside" if run.diverged_at is None else "diverged")
        for run, column in zip(first_runs(sitting.training), race.heights.T, strict=True)
    ]
    return View(gridded(maps, portrait.picture.size or (800, 600)), race.losses, gauges, remark)


def _alone(whole: Contour, owner: int, title: str) -> Contour:
    """The map with the path of one run alone, under its title."""
    assert whole.pale is not None
    return replace(
        whole, points=whole.points[:, [owner]], pale=whole.pale[:, [owner]], owners=(owner,), title=title, note=""
    )


def _told_of(plane: Plane) -> str:
    """What a reader must know of a plane."""
    if plane.explained is None:
        return "random directions, filter-normalized"
    first, second = (f"{100 * share:.0f} %" for share in plane.explained)
    return f"{first} + {second} of the variance"


def _activations(sitting: Sitting) -> View:
    panels, remark = inner_panels(sitting.training, sitting.steps, sitting.jobs)
    return View(panels, remark=remark)


VIEWS: dict[str, Callable[[Sitting], View]] = {
    "curves": _curves,
    "boundary": _boundary,
    "plane": _plane,
    "activations": _activations,
}
"""Who makes the panels of what is shown."""


def scene_of_training(training: Training, portrait: Portrait, jobs: int = 1, told: Told | None = None) -> Scene:
    """The scene of a training.

    Args:
        training: What happened.
        portrait: How it is to be shown.
        jobs: Processes that share the work.
        told: Is given the rows of a plane's grid as they are ready, and how many they will be, and hands them on.

    Raises:
        ArgumentError: It cannot be shown; the message says why.
    """
    _check(training, portrait)
    picture, steps = portrait.picture, moments_of(training)
    records = Records(training)
    losses, accuracies = scores_at(records, steps)
    gauges = [Gauge("accuracy", column, percent=True) for column in accuracies.T]
    measure = "val. loss" if len(training.seeds) == 1 else "median val. loss"
    cast = runners_of(lines_of(training), losses, measure, [(gauge,) for gauge in gauges], steps)
    titles = tuple(runner.title for runner in cast)
    view = VIEWS[portrait.show[0]](Sitting(training, portrait, records, steps, titles, jobs, told))
    if view.losses is not None:
        cast = runners_of(lines_of(training), view.losses, "train loss", [(gauge,) for gauge in view.gauges], steps)
    rows = [list(row) for row in view.rows]
    if len(portrait.show) > 1:
        rows.append(list(learning_curves(records, steps, beside=False)))
    shots = picture.timeline(len(steps) - 1)
    return Scene(
        title=_title(training, view.remark) if picture.title is None else picture.title,
        cast=cast,
        panels=rows,
        theme=as_theme(picture.theme),
        size=picture.size or (800, 600),
        timeline=replace(shots, clock=clock_of(training, steps)),
        recipe=recipe_of_training(training, portrait, steps).to_text(),
    )


def _title(training: Training, remark: str) -> str:
    """The data set's title, and of how many seeds the picture tells."""
    title = training.data.title
    seeds = f"{len(training.seeds)} seeds" if len(training.seeds) > 1 else ""
    return ", ".join(each for each in (title, seeds, remark) if each)


def _check(training: Training, portrait: Portrait) -> None:
    portrait.check_data(training.data)
    if not portrait.needs_weights:
        return
    name = portrait.show[0]
    if training.runs[0].setting.snapshots < 2:
        raise ArgumentError(f"{name} needs the weights along the way: optviz.train(…, snapshots=100)")
    if len(training.seeds) > 1:
        raise ArgumentError(f"{name} shows the runs of one seed, not of {len(training.seeds)}; curves shows many")
    ensemble = max(len(run.trials) for run in training.runs)
    if ensemble > 1 and name != "boundary":
        raise ArgumentError(f"{name} looks into one network, not into an ensemble of {ensemble}; leave out --ensemble")
