"""The race: some optimizers on one surface, from one start or several, under equal conditions.

`race()` resolves names, chooses the learning rates nobody named, runs everything as one batch, and returns a
`Race`: plain data that pictures, tables and files are made of. Nothing is cut: a run that diverges or leaves the
domain keeps all its points, and the race says when it happened.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

import optviz
from optviz import schema
from optviz.arrays import is_of, read_arrays
from optviz.bounds import flag, whole
from optviz.calls import Answering, answering
from optviz.catalog import DEFAULT_OPTIMIZERS, is_local, load_surface
from optviz.errors import ArgumentError, OptvizError, shown
from optviz.heeding import heed_function, heed_other_surface, heed_paths, heed_rounding
from optviz.kinds import source as source_of_bytes
from optviz.kinds import target
from optviz.lineup import enlist, resolve_rates, stated_rules
from optviz.optimizer import Optimizer
from optviz.problem import CONDITIONS, LR_RULES, MAX_RUNS, Problem, pose
from optviz.ranking import first_steps, reports
from optviz.reading import parse_json
from optviz.runs import simulate
from optviz.schedules import Schedule
from optviz.starts import Starts
from optviz.surface import Array, Point, Surface
from optviz.writing import atomic_write, check_replaceable

TOO_FAR = 1e12
"""How far is diverged: a point so many widths of the domain outside it, in x or in y, or a value as far outside those
on the domain, which `Surface.reach` finds. So it is the same in any unit of f, x and y.
"""

_FORMAT = "optviz race 1"

MAX_HEADS = 4096
"""The most heads a race has, that is optimizers times starts."""

MAX_POINTS = 64 * 1_000_001
"""The most points of all heads together that are kept."""


@dataclass(frozen=True)
class Run:
    """One line of a race: who ran, by what rule its learning rate came about, and what became of it.

    `lr_rule` is ``tuned`` (the fair rule chose it), ``same`` (the surface's, for all) or ``given``. `diverged_at`
    is the first step with a point or value that is not finite or too far (`TOO_FAR`), `left_at` the first outside the
    domain, from whichever of the starts it happens first; None where that never happened. `lr_on_edge` says whether a
    tuned rate lies at the end of those that were tried, so that a better one may lie beyond.
    """

    label: str
    title: str
    optimizer: str
    hyperparameters: Mapping[str, Any]
    lr_rule: str
    diverged_at: int | None
    left_at: int | None
    lr_on_edge: bool = False


@dataclass(frozen=True)
class Race(metaclass=Answering):
    """What happened: N runs of T steps. points (T+1, N, 2), values (T+1, N).

    From several starts every run has as many heads, side by side in that order: N = runs × starts, and `owners` says
    whose each column is.
    """

    problem: Problem
    runs: tuple[Run, ...]
    points: Array
    values: Array

    @property
    def surface(self) -> Surface:
        """Where the runs took place."""
        return self.problem.surface

    @property
    def labels(self) -> tuple[str, ...]:
        """The runs' labels, unique."""
        return tuple(run.label for run in self.runs)

    @property
    def steps(self) -> int:
        """T, the number of steps every run took."""
        return self.problem.steps

    @property
    def start(self) -> Point:
        """Where the runs began; of several starts the first."""
        return self.problem.start

    @property
    def starts(self) -> tuple[Point, ...]:
        """All points where runs began."""
        return self.problem.starts

    @property
    def owners(self) -> tuple[int, ...]:
        """For each of the N columns the index of its run."""
        return tuple(row for row in range(len(self.runs)) for _ in self.starts)

    @property
    def diverged_at(self) -> tuple[int | None, ...]:
        """For each run the first step that is not finite or too far, or None."""
        return tuple(run.diverged_at for run in self.runs)

    @property
    def left_at(self) -> tuple[int | None, ...]:
        """For each run the first step outside the domain, or None."""
        return tuple(run.left_at for run in self.runs)

    def __getitem__(self, label: str) -> Array:
        """The path (T+1, 2) of the run with that label; from S starts its paths (T+1, S, 2)."""
        row, count = self.index(label), len(self.starts)
        return self.points[:, row] if count == 1 else self.points[:, row * count : (row + 1) * count]

    def index(self, label: str) -> int:
        """The place of the run with that label among the runs."""
        if not isinstance(label, str) or label not in self.labels:
            raise ArgumentError(f"no run is called {shown(label)}; the runs are {', '.join(self.labels)}")
        return self.labels.index(label)

    def alone(self, index: int) -> Race:
        """The race from start number `index` alone.

        Example:
            >>> swarm = race("booth", ["sgd:lr=0.05", "adam:lr=0.5"], start=[(1, 1), (5, 5), (0, 9)], steps=10)
            >>> swarm.points.shape, swarm["adam"].shape, swarm.alone(2)["adam"].shape
            ((11, 6, 2), (11, 3, 2), (11, 2))
        """
        index = whole("index", index, 0, len(self.starts) - 1)
        points, values = (each[:, index :: len(self.starts)] for each in (self.points, self.values))
        return judged(replace(self.problem, starts=(self.starts[index],)), self.runs, points, values)

    def to_json(self, *, points: bool = True) -> dict[str, Any]:
        """The race as plain data; what is not finite or does not apply is None. Several starts are several problems."""
        return reports([self.alone(index) for index in range(len(self.starts))], points=points)

    def save(self, path: str | Path | IO[bytes], *, force: bool = False) -> None:
        """Write the race to an ``.npz`` file, without pickle; `load_race` reads it.

        Args:
            path: Of the file, or one that is open for bytes. A file that is there and no race is refused.
            force: Whether to replace that, too.
        """
        where, force = target("path", path), flag("force", force)
        if isinstance(where, str) and not force:
            check_replaceable(Path(where), lambda there: is_of(there, _FORMAT), "a race that optviz saved")
        about = {
            "format": _FORMAT,
            "version": optviz.__version__,
            "surface": self.problem.source or self.surface.name,
            "problem": self.problem.conditions(),
            "runs": [asdict(run) for run in self.runs],
        }
        buffer = io.BytesIO()
        np.savez_compressed(buffer, points=self.points, values=self.values, about=np.array(json.dumps(about)))
        with atomic_write(Path(where) if isinstance(where, str) else where) as file:
            file.write(buffer.getvalue())


@answering
def race(
    surface: str | PathLike[str] | Surface,
    optimizers: str | Optimizer | Sequence[str | Optimizer] | None = DEFAULT_OPTIMIZERS,
    *,
    start: Starts | None = None,
    steps: int | None = None,
    seed: int = 0,
    noise: float = 0.0,
    clip: float | None = None,
    lr: float | str = "auto",
    schedule: str | Schedule | None = None,
    batch_size: int | None = None,
    tune_for: str = "picture",
    lr_rules: Sequence[str] | None = None,
    source: str | None = None,
) -> Race:
    """Race optimizers on a surface.

    Args:
        surface: A `Surface`, a name (``rosenbrock``), or a user's file (``./mine.py``).
        optimizers: Specs (``adam:lr=0.05``) or optimizers; the five classics unless given.
        start: (x, y) inside the domain, ``"random:64"``, ``"grid:8x8"``, or several of these: then every optimizer
            runs from each of them, up to 4096 heads in all. The surface's own unless given.
        steps: 1 … 1 000 000; the surface's own, else 200.
        seed: ≥ 0; fixes minibatches, noise and random starts.
        noise: Standard deviation of normal noise on each partial derivative, ≥ 0.
        clip: The largest norm of a gradient, > 0; None clips nothing.
        lr: A learning rate for every optimizer that names none, or ``"auto"``: the fair rule chooses.
        schedule: What multiplies the rates of optimizers that name no schedule.
        batch_size: Samples a step sees, on a stochastic surface.
        tune_for: What ``"auto"`` tunes for: ``"picture"`` or ``"table"`` (see `optviz.rates`).
        lr_rules: How the rates came about, a rule a run, where an earlier race chose them and this one repeats it.
        source: The name or file a `Surface` was loaded from, where that is to be remembered.

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
    problem = pose(
        surface, start=start, steps=steps, seed=seed, noise=noise, clip=clip, batch_size=batch_size, source=source
    )
    listed = enlist(optimizers, schedule)
    check_heads(len(listed), len(problem.starts), problem.steps)
    warned = heed_function(problem)
    heed_rounding(problem)
    entries, rules, edges = resolve_rates(problem, listed, lr, tune_for)
    if lr_rules is not None:
        rules = stated_rules(lr_rules, len(rules))
    stretches = list(simulate(problem, [entry.optimizer for entry in entries]))
    points = np.concatenate([points for points, _ in stretches])
    values = np.concatenate([values for _, values in stretches])
    runs = tuple(
        Run(entry.label, entry.title, entry.ref, entry.optimizer.hyperparameters(), rule, None, None, edge)
        for entry, rule, edge in zip(entries, rules, edges, strict=True)
    )
    heed_paths(problem, entries, rules, points, values, warned)
    return judged(problem, runs, points, values)


@answering
def load_race(path: str | Path | IO[bytes], surface: Surface | None = None) -> Race:
    """Read a race that `Race.save` wrote. Nothing in the file is executed.

    Args:
        path: The ``.npz`` file, or one that is open for bytes.
        surface: The surface it ran on, where that is not one of optviz's own.

    Raises:
        OptvizError: The file is missing, damaged, or not a race.
    """
    found = source_of_bytes("path", path)
    path = found if isinstance(found, Path) else Path(shown(found))
    file = read_arrays(found, "a race that optviz saved")
    try:
        about = parse_json(str(file["about"]))
        points, values = file["points"], file["values"]
        if isinstance(about, dict) and about.get("format", _FORMAT) != _FORMAT:
            raise OptvizError(f"{path} is {shown(about['format'])}; this version reads {_FORMAT!r}")
        _SAVED("", about)
    except (KeyError, ValueError) as error:
        raise OptvizError(f"{path} is not a race that optviz saved: {error}") from error
    source, conditions = about["surface"], about["problem"]
    runs = tuple(Run(**run) for run in about["runs"])
    if surface is None and is_local(source):
        raise OptvizError(f"{path} ran on {source}; load that surface and pass it: load_race(…, surface=…)")
    place = source if surface is None else load_surface(surface)
    problem = pose(place, source=source, **conditions)
    shape = (problem.steps + 1, len(runs) * len(problem.starts))
    if (points.shape, values.shape) != ((*shape, 2), shape) or {points.dtype, values.dtype} != {np.dtype(float)}:
        raise OptvizError(
            f"{path} is damaged: {len(runs)} runs, points {points.shape} of {points.dtype}, "
            f"values {values.shape} of {values.dtype}"
        )
    heed_other_surface(problem.surface, points, values)
    return judged(problem, runs, points, values)


_RUN = {
    **dict.fromkeys(("label", "title", "optimizer"), schema.text()),
    "hyperparameters": schema.record({"lr": schema.number("(0, inf)")}, {}, more=True),
    "lr_rule": schema.word(*LR_RULES),
    **dict.fromkeys(("diverged_at", "left_at"), schema.maybe(schema.whole(0))),
}
_SAVED = schema.record(
    {
        **dict.fromkeys(("format", "version", "surface"), schema.text()),
        "problem": schema.record(dict.fromkeys(CONDITIONS, schema.anything), {}),
        "runs": schema.each(schema.record(_RUN, {"lr_on_edge": schema.flag}), 1, MAX_RUNS),
    },
    {},
)
"""What a file says of the race in it; its conditions are checked as anybody's are."""


def judged(problem: Problem, runs: Sequence[Run], points: Array, values: Array) -> Race:
    """A race whose runs know when they first diverged and left."""
    x0, x1, y0, y1 = problem.surface.domain
    near = _near(points[..., 0], x0, x1) & _near(points[..., 1], y0, y1) & _near(values, *problem.surface.reach)
    shape = len(points), len(runs), len(problem.starts)
    outside = ~problem.surface.contains(points)
    diverged, left = (first_steps(np.any(found.reshape(shape), axis=-1)) for found in (~near, outside))
    told = [
        replace(run, diverged_at=far_at, left_at=out_at)
        for run, far_at, out_at in zip(runs, diverged, left, strict=True)
    ]
    return Race(problem, tuple(told), points, values)


def _near(numbers: Array, low: float, high: float) -> NDArray[np.bool_]:
    """Whether numbers are finite, and not too far outside an interval."""
    with np.errstate(all="ignore"):
        most = TOO_FAR * ((high - low) or abs(high) or 1.0)
        return np.asarray(np.isfinite(numbers) & (numbers - high <= most) & (low - numbers <= most))


def check_heads(runs: int, each: int, steps: int, what: str = "starts") -> None:
    """Refuse a race of more heads than can be kept or seen: `each` of every run, which are starts or seeds."""
    if not 1 <= each * runs <= MAX_HEADS:
        raise ArgumentError(f"{runs} optimizers with {each} {what} are {runs * each} heads; allowed are {MAX_HEADS}")
    if runs * each * (steps + 1) > MAX_POINTS:
        raise ArgumentError(
            f"steps must be at most {MAX_POINTS // (runs * each) - 1} where {runs * each} heads run, not {steps}"
        )
