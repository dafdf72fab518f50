"""From a training to a scene: its maps or curves, its cast, its clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from optviz.cast import Gauge, runners_of
from optviz.errors import ArgumentError
from optviz.nets.training import Training
from optviz.netscenes.learning import held_scores, learning_curves
from optviz.netscenes.moments import Steps, clock_of, lines_of, moments_of
from optviz.netscenes.portrait import Portrait
from optviz.picture import as_theme
from optviz.scene import Panel, Scene
from optviz.surface import Array
from optviz.timeline import timeline


@dataclass(frozen=True)
class View:
    """What a show puts into a scene: rows of panels, and, where they are not those of validation, losses (T+1, N) and
    one more gauge a run.
    """

    rows: Sequence[Sequence[Panel]]
    losses: Array | None = None
    gauges: Sequence[Gauge] = ()


VIEWS: dict[str, Callable[[Training, Steps, Portrait], View]] = {
    "curves": lambda training, steps, _: View([[each] for each in learning_curves(training, steps)]),
}
"""Who makes the panels of what is shown."""


def scene_of_training(training: Training, portrait: Portrait) -> Scene:
    """The scene of a training.

    Raises:
        ArgumentError: It cannot be shown; the message says why.
    """
    _check(training, portrait)
    picture, steps = portrait.picture, moments_of(training)
    losses, accuracies = held_scores(training, steps)
    gauges = [Gauge("accuracy", column, percent=True) for column in accuracies.T]
    view = VIEWS[portrait.show[0]](training, steps, portrait)
    rows = [list(row) for row in view.rows]
    if len(portrait.show) > 1:
        rows.append(list(learning_curves(training, steps, beside=False)))
    shots = timeline(len(steps) - 1, frames=picture.frames, fps=picture.fps, hold=picture.hold)
    return Scene(
        title=_title(training) if picture.title is None else picture.title,
        cast=runners_of(
            lines_of(training),
            losses if view.losses is None else view.losses,
            "loss" if len(training.seeds) == 1 else "median loss",
            [(gauge,) for gauge in view.gauges or gauges],
        ),
        panels=rows,
        theme=as_theme(picture.theme),
        size=picture.size or (800, 600),
        timeline=replace(shots, clock=clock_of(training, steps)),
    )


def _title(training: Training) -> str:
    """The data set's title, and of how many seeds the picture tells."""
    title = training.data.title
    return title if len(training.seeds) == 1 else f"{title}, {len(training.seeds)} seeds"


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
