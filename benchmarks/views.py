"""The views besides the plain map that render.py measures, and what is wanted of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SURFACE = "himmelblau"


@dataclass(frozen=True)
class View:
    """A race and its picture; `kind` is what the usual way calls it (funcviews.py)."""

    kind: str
    picture: dict[str, Any]
    race: dict[str, Any] = field(default_factory=dict)
    jobs: int = 1
    faster: float | None = None  # the goal: so many times as fast as FuncAnimation
    under: float | None = None  # the goal: so many ms a frame


ORBIT = {"view": "relief", "camera": "orbit"}
VIEWS = {
    "relief, fixed camera": View("relief", {"view": "relief"}, faster=150),
    "relief, orbiting": View("orbit", ORBIT, faster=18),
    "relief, orbiting, two processes": View("orbit", ORBIT, jobs=2, faster=30),
    "five panels": View("panels", {"layout": "panels"}, faster=60),
    "map and loss curve": View("curve", {"curves": ("loss",)}, faster=60),
    "a swarm of 64 starts": View("swarm", {}, {"optimizers": ["adam:lr=0.1"], "start": "random:64"}, under=2),
    "vectors of three runs": View(
        "vectors", {"show": ("vectors",)}, {"optimizers": ["sgd:lr=0.01", "momentum:lr=0.003", "adam:lr=0.3"]}
    ),
}
"""By name; `picture` and `race` are options of `optviz.scene_of` and `optviz.race`."""

LONG = {  # films whose memory is measured
    "map": {},
    "relief": {"view": "relief"},
    "relief, orbiting": ORBIT,
    "map and loss curve": {"curves": ("loss",)},
}
