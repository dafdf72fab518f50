"""The timeline of a film: which step each frame shows, which numbers it reads out, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

_SLOW_FRAMES, _SLOW = 48, 500  # how many steps a slow film shows, and for how many milliseconds each
_READABLE = 200  # milliseconds a number must stand to be read


@dataclass(frozen=True)
class Clock:
    """What the steps of a film are called: step k is the moment k · `rate`, in `unit`s, to so many `digits`.

    Example:
        >>> Clock("epoch", 0.25, 1).reading(3)
        '0.8'
    """

    unit: str = "step"
    rate: float = 1.0
    digits: int = 0

    def reading(self, step: int) -> str:
        """The step as a reader is told of it."""
        return f"{step * self.rate:.{self.digits}f}"


class Shot(NamedTuple):
    """What a frame shows: the runs at `step`, for `duration` milliseconds.

    Numbers are read at `reading`, the same step or one shortly before it: they change about five times a second,
    because nobody can read thirty. `share` is how much of the film has passed, from 0 at its first frame to 1 at its
    last: where a camera has got to.
    """

    step: int
    reading: int
    duration: int
    share: float = 0.0


@dataclass(frozen=True)
class Timeline:
    """When what is shown: a shot a frame, at `fps` where nothing is slow."""

    shots: tuple[Shot, ...]
    fps: float = 30.0
    clock: Clock = Clock()

    @property
    def steps(self) -> tuple[int, ...]:
        """The step each frame shows."""
        return tuple(shot.step for shot in self.shots)

    @property
    def durations(self) -> tuple[int, ...]:
        """How long each frame is shown, in milliseconds."""
        return tuple(shot.duration for shot in self.shots)


def timeline(steps: int, *, frames: int = 200, fps: float = 30, hold: float = 1.5, slow: bool = False) -> Timeline:
    """Which step each frame shows, and for how long.

    No early step is skipped: frame k of n shows step (eᵃᵏ − 1)/a, with a such that the last frame shows the last
    step; time runs faster towards the end only as far as it must. The first frame waits for the eye to read the
    cast, the first steps are slow, the last frame is held.

    A slow one is for looking at single steps: no more than 48 of them are shown, each for half a second at least.

    Example:
        >>> timeline(3, fps=50, hold=1.0).steps
        (0, 1, 2, 3)
        >>> timeline(1000, frames=50).steps[:4], timeline(1000, frames=50).steps[-1]
        ((0, 1, 2, 3), 1000)
    """
    shown = sampled(steps, min(frames, steps + 1, _SLOW_FRAMES if slow else steps + 1))
    tick = 1000 / fps
    durations = [tick * (1 + 5 * math.exp(-k / 4)) for k in range(len(shown))]
    if slow:
        durations = [max(tick, _SLOW * (1 + math.exp(-k / 4))) for k in range(len(shown))]
    durations[0] = max(durations[0], 700)
    durations[-1] += 1000 * hold
    ends = np.rint(np.cumsum(durations) / 10) * 10  # hundredths of a second, whose rounding does not add up
    shots: list[Shot] = []
    read, since = 0, 0
    for index, (step, duration) in enumerate(zip(shown, np.diff(ends, prepend=0).astype(int).tolist(), strict=True)):
        if since >= _READABLE or step == steps:
            read, since = step, 0
        shots.append(Shot(step, read, duration, index / max(1, len(shown) - 1)))
        since += duration
    return Timeline(tuple(shots), fps)


def sampled(steps: int, count: int) -> list[int]:
    """Of the steps 0 … `steps` so many, all of the early ones, and ever fewer towards the end.

    Example:
        >>> sampled(100, 8)
        [0, 1, 4, 8, 16, 30, 55, 100]
    """
    if count == steps + 1:
        return list(range(count))
    low, high = 0.0, 1.0
    last = count - 1
    for _ in range(60):  # bisect for the growth at which the last frame shows the last step
        growth = (low + high) / 2
        reach = math.expm1(min(growth * last, 700)) / growth
        low, high = (growth, high) if reach < steps else (low, growth)
    shown = [min(steps, round(math.expm1(min(high * k, 700)) / high)) for k in range(count)]
    shown[-1] = steps
    return [max(step, k) for k, step in enumerate(shown)]
