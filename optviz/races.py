"""The race: some optimizers on one surface, from one start, under equal conditions.

`race()` resolves names, chooses the learning rates nobody named, runs everything as one batch, and returns a
`Race`: plain data that pictures, tables and files are made of. Nothing is cut: a run that diverges or leaves the
domain keeps all its points, and the race says when it happened.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import optviz
from optviz.bounds import within
from optviz.catalog import DEFAULT_OPTIMIZERS, Entry, load_optimizer, load_schedule, load_surface
from optviz.errors import ArgumentError, OptvizError
from optviz.optimizer import Optimizer
from optviz.ranking import first_steps, report
from optviz.rates import Choice, fair_rates, fastest_rates
from optviz.runs import Conditions, simulate
from optviz.schedules import Constant, Schedule
from optviz.surface import Array, Point, Surface
from optviz.writing import atomic_write

MAX_STEPS = 1_000_000
MAX_RUNS = 64
DEFAULT_STEPS = 200
TOO_FAR = 1e12
"""A point or value beyond this has diverged."""

_FORMAT = "optviz race 1"
_TUNERS = {"picture": fair_rates, "table": fastest_rates}


@dataclass(frozen=True)
class Run:
    """One line of a race: who ran, by what rule its learning rate came about, and what became of it.

    `lr_rule` is ``tuned`` (the fair rule chose it), ``same`` (the surface's, for all) or ``given``. `diverged_at`
    is the first step with a point or value that is not finite or beyond 1e12, `left_at` the first outside the
    domain; None where that never happened.
    """

    label: str
    title: str
    optimizer: str
    hyperparameters: Mapping[str, Any]
    lr_rule: str
    diverged_at: int | None
    left_at: int | None


@dataclass(frozen=True)
class Race:
    """What happened: N runs of T steps. points (T+1, N, 2), values (T+1, N)."""

    surface: Surface
    runs: tuple[Run, ...]
    points: Array
    values: Array
    conditions: Conditions

    @property
    def labels(self) -> tuple[str, ...]:
        """The runs' labels, unique."""
        return tuple(run.label for run in self.runs)

    @property
    def steps(self) -> int:
        """T, the number of steps every run took."""
        return len(self.points) - 1

    @property
    def start(self) -> Point:
        """Where the runs began."""
        x, y = self.points[0, 0]
        return float(x), float(y)

    @property
    def diverged_at(self) -> tuple[int | None, ...]:
        """For each run the first step that is not finite or beyond 1e12, or None."""
        return tuple(run.diverged_at for run in self.runs)

    @property
    def left_at(self) -> tuple[int | None, ...]:
        """For each run the first step outside the domain, or None."""
        return tuple(run.left_at for run in self.runs)

    def __getitem__(self, label: str) -> Array:
        """The path (T+1, 2) of the run with that label."""
        return self.points[:, self.index(label)]

    def index(self, label: str) -> int:
        """The column of the run with that label."""
        if label not in self.labels:
            raise ArgumentError(f"no run is called {label!r}; the runs are {', '.join(self.labels)}")
        return self.labels.index(label)

    def to_json(self, *, points: bool = True) -> dict[str, Any]:
        """The race as plain data; what is not finite or does not apply is None."""
        return report(self, points=points)

    def save(self, path: str | Path) -> None:
        """Write the race to an ``.npz`` file, without pickle; `load_race` reads it."""
        about = {
            "format": _FORMAT,
            "version": optviz.__version__,
            "surface": self.surface.name,
            "conditions": asdict(self.conditions),
            "runs": [asdict(run) for run in self.runs],
        }
        buffer = io.BytesIO()
        np.savez_compressed(buffer, points=self.points, values=self.values, about=np.array(json.dumps(about)))
        with atomic_write(Path(path)) as file:
            file.write(buffer.getvalue())


def race(
    surface: str | Surface,
    optimizers: Sequence[str | Optimizer] = DEFAULT_OPTIMIZERS,
    *,
    start: Point | None = None,
    steps: int | None = None,
    seed: int = 0,
    noise: float = 0.0,
    clip: float | None = None,
    lr: float | str = "auto",
    schedule: str | Schedule | None = None,
    batch_size: int | None = None,
    tune_for: str = "picture",
) -> Race:
    """Race optimizers on a surface.

    Args:
        surface: A `Surface`, a name (``rosenbrock``), or a user's file (``./mine.py``).
        optimizers: Specs (``adam:lr=0.05``) or optimizers; the five classics unless given.
        start: (x, y) inside the domain; the surface's own unless given.
        steps: 1 … 1 000 000; the surface's own, else 200.
        seed: ≥ 0; fixes minibatches and noise.
        noise: Standard deviation of normal noise on each partial derivative, ≥ 0.
        clip: The largest norm of a gradient, > 0; None clips nothing.
        lr: A learning rate for every optimizer that names none, or ``"auto"``: the fair rule chooses.
        schedule: What multiplies the rates of optimizers that name no schedule.
        batch_size: Samples a step sees, on a stochastic surface.
        tune_for: What ``"auto"`` tunes for: ``"picture"`` or ``"table"`` (see `optviz.rates`).

    Raises:
        ArgumentError: A value is not allowed; the message says what is.
        SurfaceError: The surface cannot be used as one.

    Example:
        >>> import optviz
        >>> result = optviz.race("booth", ["sgd:lr=0.05", "adam:lr=0.5"], steps=100)
        >>> result.points.shape
        (101, 2, 2)
        >>> result["sgd"][-1].round(3).tolist()
        [1.0, 3.0]
    """
    place = load_surface(surface)
    conditions = Conditions(seed=seed, noise=noise, clip=clip, batch_size=batch_size)
    count = steps if steps is not None else place.steps or DEFAULT_STEPS
    begin = check_start(place, start if start is not None else place.start)
    _check(place, conditions, count)
    entries = _entries(optimizers, schedule)
    ready, rules = resolve_rates(place, entries, np.array(begin), count, conditions, lr, tune_for)
    stretches = list(simulate(place, [entry.optimizer for entry in ready], np.array(begin), count, conditions))
    points = np.concatenate([points for points, _ in stretches])
    values = np.concatenate([values for _, values in stretches])
    near = (np.abs(points) <= TOO_FAR).all(axis=-1) & (np.abs(values) <= TOO_FAR)
    diverged, left = first_steps(~near), first_steps(~place.contains(points))
    runs = tuple(
        Run(entry.label, entry.title, entry.ref, entry.optimizer.hyperparameters(), rule, far_at, out_at)
        for entry, rule, far_at, out_at in zip(ready, rules, diverged, left, strict=True)
    )
    return Race(place, runs, points, values, conditions)


def resolve_rates(
    surface: Surface,
    entries: Sequence[Entry],
    start: Array,
    steps: int,
    conditions: Conditions,
    lr: float | str = "auto",
    tune_for: str = "picture",
) -> tuple[list[Entry], list[str]]:
    """Give every entry a learning rate, and say by which rule: ``given``, ``same`` or ``tuned``."""
    if isinstance(lr, str) and lr != "auto":
        raise ArgumentError(f"lr must be a number in (0, inf) or 'auto', not {lr!r}")
    if not isinstance(lr, str) and not within(lr, "(0, inf)"):
        raise ArgumentError(f"lr must be a number in (0, inf) or 'auto', not {lr!r}")
    open_ones = [entry for entry in entries if entry.optimizer.lr is None]
    if not isinstance(lr, str):
        rule, rates = "given", [float(lr)] * len(open_ones)
    elif surface.lr is not None and not surface.minima:
        rule, rates = "same", [surface.lr] * len(open_ones)
    else:
        choose = _TUNERS[tune_for]
        optimizers = [entry.optimizer for entry in open_ones]
        found = choose(surface, optimizers, start, steps, conditions) if optimizers else []
        rule, rates = "tuned", [choice.lr for choice in found]
    chosen = iter(rates)
    ready, rules = [], []
    for entry in entries:
        named = entry.optimizer.lr is not None
        ready.append(entry if named else replace(entry, optimizer=replace(entry.optimizer, lr=next(chosen))))
        rules.append("given" if named else rule)
    return ready, rules


def choose_rates(
    surface: str | Surface,
    optimizers: Sequence[str | Optimizer] = DEFAULT_OPTIMIZERS,
    *,
    start: Point | None = None,
    steps: int | None = None,
    schedule: str | Schedule | None = None,
    tune_for: str = "picture",
    **conditions: Any,
) -> dict[str, Choice]:
    """What the rule of `optviz.rates` chooses, and from which candidates with which scores, by label.

    Takes what `race` takes; learning rates that a spec names are set aside.

    Example:
        >>> import optviz
        >>> choice = optviz.choose_rates("booth", ["adam"], steps=50)["adam"]
        >>> len(choice.trials), choice.lr in [trial.lr for trial in choice.trials]
        (65, True)
    """
    place = load_surface(surface)
    entries = _entries(optimizers, schedule)
    count = steps if steps is not None else place.steps or DEFAULT_STEPS
    shared = Conditions(**conditions)
    _check(place, shared, count)
    begin = np.array(check_start(place, start if start is not None else place.start))
    choose = _TUNERS[tune_for]
    found = choose(place, [entry.optimizer for entry in entries], begin, count, shared)
    return {entry.label: choice for entry, choice in zip(entries, found, strict=True)}


def load_race(path: str | Path, surface: Surface | None = None) -> Race:
    """Read a race that `Race.save` wrote. Nothing in the file is executed.

    Args:
        path: The ``.npz`` file.
        surface: The surface it ran on, where that is not one of optviz's own.

    Raises:
        OptvizError: The file is missing, damaged, or not a race.
    """
    try:
        with Path(path).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            points, values = file["points"], file["values"]
        if about["format"] != _FORMAT:
            raise OptvizError(f"{path} is {about['format']!r}; this version reads {_FORMAT!r}")
        runs = tuple(Run(**run) for run in about["runs"])
        conditions = Conditions(**about["conditions"])
    except OSError as error:
        raise OptvizError(f"{path} cannot be read: {error.strerror or error}") from error
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile, AttributeError) as error:
        raise OptvizError(f"{path} is not a race that optviz saved: {error}") from error
    if points.shape != (*values.shape, 2) or values.shape[1:] != (len(runs),):
        raise OptvizError(f"{path} is damaged: {len(runs)} runs, points {points.shape}, values {values.shape}")
    return Race(surface or load_surface(about["surface"]), runs, points, values, conditions)


def check_start(surface: Surface, start: Any) -> Point:
    """A start as two floats inside the surface's domain."""
    try:
        x, y = (float(value) for value in start)
    except (TypeError, ValueError):
        raise ArgumentError(f"start must be two numbers X,Y, not {start!r}") from None
    x0, x1, y0, y1 = surface.domain
    if not surface.contains(np.array([x, y])):
        box = f"{x0:g} ≤ x ≤ {x1:g}, {y0:g} ≤ y ≤ {y1:g}"
        raise ArgumentError(f"start {x:g},{y:g} lies outside the domain of {surface.name}: {box}")
    return x, y


def _entries(optimizers: Sequence[str | Optimizer], schedule: str | Schedule | None) -> list[Entry]:
    if isinstance(optimizers, str | Optimizer):
        optimizers = [optimizers]
    if not 1 <= len(optimizers) <= MAX_RUNS:
        raise ArgumentError(f"a race has 1 to {MAX_RUNS} optimizers, not {len(optimizers)}")
    general = load_schedule(schedule) if schedule is not None else Constant()
    entries: list[Entry] = []
    for spec in optimizers:
        entry = load_optimizer(spec)
        if entry.optimizer.schedule == Constant():
            entry = replace(entry, optimizer=replace(entry.optimizer, schedule=general))
        same = sum(other.label.partition("#")[0] == entry.label for other in entries)
        if same:
            entry = replace(entry, label=f"{entry.label}#{same + 1}", title=f"{entry.title} #{same + 1}")
        entries.append(entry)
    return entries


def _check(surface: Surface, conditions: Conditions, steps: int) -> None:
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= MAX_STEPS:
        raise ArgumentError(f"steps must be a whole number from 1 to {MAX_STEPS}, not {steps!r}")
    if not isinstance(conditions.seed, int) or conditions.seed < 0:
        raise ArgumentError(f"seed must be a whole number from 0, not {conditions.seed!r}")
    if not within(conditions.noise, "[0, 1e12]"):
        raise ArgumentError(f"noise must be a number in [0, 1e12], not {conditions.noise!r}")
    if conditions.clip is not None and not within(conditions.clip, "(0, inf)"):
        raise ArgumentError(f"clip must be a number in (0, inf), not {conditions.clip!r}")
    size = conditions.batch_size
    if size is not None and surface.data is None:
        raise ArgumentError(f"batch size {size}: the surface {surface.name} has no data to take batches from")
    if size is not None and surface.data is not None and not 1 <= size <= len(surface.data[0]):
        raise ArgumentError(
            f"batch size must be a whole number from 1 to the {len(surface.data[0])} samples, not {size}"
        )
