"""A problem: what all runs of a race have in common. A surface, a start or several, a number of steps, a seed, and
what blurs or bounds the gradients they see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optviz.bounds import check_seed, within
from optviz.catalog import is_local, load_surface
from optviz.errors import ArgumentError
from optviz.starts import Starts, check_start, gather_starts
from optviz.surface import Point, Surface

MAX_STEPS = 1_000_000
DEFAULT_STEPS = 200


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
        if type(self.steps) is not int or not 1 <= self.steps <= MAX_STEPS:
            raise ArgumentError(f"steps must be a whole number from 1 to {MAX_STEPS}, not {self.steps!r}")
        check_seed(self.seed)
        if not within(self.noise, "[0, 1e12]"):
            raise ArgumentError(f"noise must be a number in [0, 1e12], not {self.noise!r}")
        if self.clip is not None and not within(self.clip, "(0, inf)"):
            raise ArgumentError(f"clip must be a number in (0, inf), not {self.clip!r}")
        object.__setattr__(self, "starts", tuple(check_start(self.surface, start) for start in self.starts))
        if self.batch_size is not None:
            self._check_batch_size(self.batch_size)

    @property
    def start(self) -> Point:
        """Where the runs begin; of several starts the first."""
        return self.starts[0]

    def conditions(self) -> dict[str, Any]:
        """What `pose` takes besides the surface, as plain data."""
        start = self.start if len(self.starts) == 1 else self.starts
        rest = ("steps", "seed", "noise", "clip", "batch_size")
        return {"start": start} | {key: getattr(self, key) for key in rest}

    def _check_batch_size(self, size: int) -> None:
        data = self.surface.data
        if data is None:
            raise ArgumentError(f"batch size {size}: the surface {self.surface.name} has no data to take batches from")
        if type(size) is not int or not 1 <= size <= len(data[0]):
            raise ArgumentError(f"batch size must be a whole number from 1 to the {len(data[0])} samples, not {size!r}")


def pose(
    surface: str | Surface,
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
    if isinstance(surface, str):
        source = surface if is_local(surface) else place.name
    return Problem(
        surface=place,
        starts=gather_starts(start, place, seed),
        steps=place.steps or DEFAULT_STEPS if steps is None else steps,
        seed=seed,
        source=source,
        **more,
    )
