"""A problem: what all runs of a race have in common. A surface, a start or several, a number of steps, a seed, and
what blurs or bounds the gradients they see.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import Any

from optviz.bounds import check_seed, number, whole
from optviz.catalog import is_local, load_surface
from optviz.errors import ArgumentError, shown
from optviz.kinds import text
from optviz.starts import Starts, check_start, gather_starts
from optviz.surface import Point, Surface

MAX_RUNS, MAX_STEPS = 64, 1_000_000
LR_RULES = ("tuned", "same", "given")
"""By which rules learning rates come about."""

DEFAULT_STEPS = 200
CONDITIONS = ("start", "steps", "seed", "noise", "clip", "batch_size")
"""What `pose` takes of a race's options."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A surface and the conditions of every run on it; `pose` fills in what is not said.

    Args:
        surface: Where to run.
        starts: One point (x, y) inside the domain, or several: a swarm.
        steps: 1 … 1 000 000.
        seed: Fixes minibatches and noise, ≥ 0.
        noise: Standard deviation of the normal noise added to each partial derivative; 0 is none.
        clip: The largest Euclidean norm of a gradient, per run, after noise; None clips nothing.
        batch_size: How many samples a step sees on a stochastic surface; the surface's own unless given.
        source: The name or the file the surface was loaded from; None where it was made in Python.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.
    """

    surface: Surface
    starts: tuple[Point, ...]
    steps: int
    seed: int = 0
    noise: float = 0.0
    clip: float | None = None
    batch_size: int | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        plain = {
            "steps": whole("steps", self.steps, 1, MAX_STEPS),
            "seed": check_seed(self.seed),
            "noise": 0.0 if self.noise is None else number("noise", self.noise, "[0, inf)"),
            "clip": None if self.clip is None else number("clip", self.clip, "(0, inf)"),
            "starts": tuple(check_start(self.surface, start) for start in self.starts),
            "batch_size": None if self.batch_size is None else self._batch_size(self.batch_size),
            "source": None if self.source is None else text("source", self.source),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    @property
    def start(self) -> Point:
        """Where the runs begin; of several starts the first."""
        return self.starts[0]

    @property
    def has_chance(self) -> bool:
        """Whether runs with other seeds differ: they see minibatches, or noise.

        Example:
            >>> pose("booth").has_chance, pose("booth", noise=0.1).has_chance, pose("noisy-moons").has_chance
            (False, True, True)
        """
        return self.surface.data is not None or self.noise > 0

    def conditions(self) -> dict[str, Any]:
        """What `pose` takes besides the surface, as plain data."""
        start = self.start if len(self.starts) == 1 else self.starts
        rest = ("steps", "seed", "noise", "clip", "batch_size")
        return {"start": start} | {key: getattr(self, key) for key in rest}

    def _batch_size(self, size: int) -> int:
        data = self.surface.data
        if data is None:
            raise ArgumentError(
                f"batch size {shown(size)}: the surface {self.surface.name} has no data to take batches from"
            )
        return whole("batch size", size, 1, len(data[0]), "samples")


def pose(
    surface: str | PathLike[str] | Surface,
    *,
    start: Starts | None = None,
    steps: int | None = None,
    seed: int = 0,
    source: str | None = None,
    **more: Any,
) -> Problem:
    """A problem on a surface, by name or not; where it starts and for how many steps is the surface's unless given.

    Example:
        >>> problem = pose("saddle")
        >>> problem.start, problem.steps
        ((1.5, 0.001), 240)
    """
    place = load_surface(surface)
    source = source_of(surface, place) or source
    seed = check_seed(seed)
    return Problem(
        surface=place,
        starts=gather_starts(start, place, seed),
        steps=steps_on(place, steps),
        seed=seed,
        source=source,
        **more,
    )


def source_of(ref: str | PathLike[str] | Surface, surface: Surface) -> str | None:
    """By which name or file a surface is found again; None where it was made in Python."""
    if isinstance(ref, Surface):
        return None
    return str(ref) if is_local(str(ref)) else surface.name


def steps_on(surface: Surface, asked: int | None) -> int:
    """How many steps a race takes on a surface: those that are asked for, else the surface's own, else 200.

    Raises:
        ArgumentError: It is no number of steps.

    Example:
        >>> steps_on(load_surface("booth"), None), steps_on(load_surface("saddle"), None)
        (200, 240)
    """
    return surface.steps or DEFAULT_STEPS if asked is None else whole("steps", asked, 1, MAX_STEPS)
