"""The cast of a picture: who runs, how each is told apart, and the numbers that are read of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optviz.numerals import rate_text
from optviz.optimizer import OPTIMIZERS
from optviz.races import Run
from optviz.surface import Array

_FIRST = ("sgd", "momentum", "adagrad", "rmsprop", "adam")  # whose colours come first; then the registry's order
_LR_RULES = {"tuned": "tuned", "same": "same for all", "given": "given"}


@dataclass(frozen=True)
class Gauge:
    """A number beside a runner's name that changes with the steps: values (T+1,), and what they measure in words.

    `unknown` is said where it is not finite.
    """

    measure: str
    values: Array
    percent: bool = False
    unknown: str = "diverged"


@dataclass(frozen=True, kw_only=True)
class Runner:
    """One of the cast: how a run is told apart, and its losses (T+1,).

    Where it runs from many starts they are medians, and `measure` says so in words; `rate` is its learning rate and
    `rule` how that came about, in words; `slot` is the place of its colour in the theme's palette. What else there is
    to be read of it are `more` gauges, of the same kinds for all. `diverged_at` is the step at which it diverged, if it
    did, and `gone_at` where that lies among the picture's steps, perhaps between two.
    """

    title: str
    rate: str
    rule: str
    slot: int
    values: Array
    measure: str = "loss"
    more: tuple[Gauge, ...] = ()
    diverged_at: int | None = None
    gone_at: float | None = None

    def __post_init__(self) -> None:
        if self.gone_at is None and self.diverged_at is not None:
            object.__setattr__(self, "gone_at", float(self.diverged_at))

    @property
    def gauge(self) -> Gauge:
        """Its loss."""
        return Gauge(self.measure, self.values)


def runners_of(
    runs: Sequence[Run],
    values: Array,
    measure: str,
    more: Sequence[tuple[Gauge, ...]] = (),
    steps: NDArray[np.intp] | None = None,
) -> tuple[Runner, ...]:
    """A runner a run, with its column of values (T+1, N), and perhaps with gauges; `steps` where not all are shown."""
    return tuple(
        Runner(
            title=title,
            rate=f"lr {rate_text(run.hyperparameters['lr'], run.lr_rule)}",
            rule=_LR_RULES[run.lr_rule],
            slot=slot,
            values=values[:, column],
            measure=measure,
            more=more[column] if more else (),
            diverged_at=run.diverged_at,
            gone_at=None if steps is None else _among(run.diverged_at, steps),
        )
        for column, (run, title, slot) in enumerate(zip(runs, _titles(runs), _slots(runs), strict=True))
    )


def _among(step: int | None, steps: NDArray[np.intp]) -> float | None:
    """Where a step lies among those that are shown."""
    return None if step is None else float(np.interp(step, steps, np.arange(len(steps))))


def _slots(runs: Sequence[Run]) -> list[int]:
    """Each run's place in the palette: its optimizer's own, or where that is taken the first that is free."""
    known = list(OPTIMIZERS)
    order = [*_FIRST, *(name for name in known if name not in _FIRST)]
    wanted = [order.index(run.optimizer) if run.optimizer in order else -1 for run in runs]
    slots = [slot if slot not in wanted[:row] else -1 for row, slot in enumerate(wanted)]
    free = iter(slot for slot in range(len(runs) + len(order)) if slot not in slots)
    return [slot if slot >= 0 else next(free) for slot in slots]


def _titles(runs: Sequence[Run]) -> list[str]:
    """The runs' titles; where several are of one optimizer, with the hyperparameters that differ."""
    titles = []
    for run in runs:
        kind, counted, _ = run.title.partition(" #")
        alike = [other for other in runs if other.title.partition(" #")[0] == kind]
        differing = [
            key for key in run.hyperparameters if len({str(other.hyperparameters.get(key)) for other in alike}) > 1
        ]
        if len(alike) > 1 and differing and (counted or run.title == alike[0].title):
            written = ", ".join(_written(key, run) for key in differing[:2])
            titles.append(f"{kind} {written}")
        else:
            titles.append(run.title)
    return titles


def _written(key: str, run: Run) -> str:
    value = run.hyperparameters[key]
    if key == "lr":
        return rate_text(value, run.lr_rule, 3)
    text = rate_text(value, "given") if isinstance(value, float) else str(value).lower()
    return f"{key.replace('_', ' ')} {text}"
