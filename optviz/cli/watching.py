"""The progress of a training, where someone looks on: loss, accuracy and samples a second beside the bar."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from optviz.errors import printable

if TYPE_CHECKING:
    from optviz.nets.network import Backward
    from optviz.nets.plan import Plan
    from optviz.nets.trials import Trial

_EVERY = 0.2  # seconds between two looks


class Bar:
    """Progress bars: first over the steps that learning rates are tried for, then over all steps of all trials."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.label = ""
        self.steps = 0  # that were taken in this process
        self.since = 0.0

    def tried(self, count: int, total: int) -> None:
        """Learning rates were tried for so many steps, of so many."""
        self.at("Choosing rates", count, total, "")

    def watch(self, trial: Trial, found: Backward, labels: Any) -> None:
        """Look at a step that was taken in this process, if it is time to."""
        self.steps += 1
        now = time.perf_counter()
        if now - self.since >= _EVERY and self.bar is not None:
            self.since = now
            right = float((found.logits.argmax(axis=1) == labels).mean())
            told = f"{trial.optimizer.name}: loss {found.loss:.4f}, {100 * right:.1f} % right"
            self.at("Training", self.steps, self.bar.length, f"{told}, {_speed([trial], len(labels))}")

    def round(self, plan: Plan, trials: Sequence[Trial]) -> None:
        """Look at how far all have come, after an epoch of each."""
        jobs = plan.jobs()
        self.steps = sum(trial.step for trial in trials)
        seen = [trial.history[-1].validation for trial in trials if trial.history]
        told = ""
        if seen:
            told = f"validation loss {seen[-1].loss:.4f}, {100 * seen[-1].accuracy:.1f} % right, "
            told += _speed(trials, jobs[0][0].batch_size)
        self.at("Training", self.steps, sum(setting.steps for setting, _, _ in jobs), told)

    def at(self, label: str, place: int, length: int, told: str) -> None:
        """Show the bar of that label at its place, with something to say beside it."""
        if label != self.label:
            self.close()
            self.label = label
            self.bar = click.progressbar(length=length, label=label, file=sys.stderr, item_show_func=_said)
            self.bar.__enter__()
        self.bar.update(place - self.bar.pos, told)

    def close(self) -> None:
        """Leave the terminal as it should be."""
        if self.bar is not None:
            self.bar.__exit__(None, None, None)


def _said(text: str | None) -> str:
    return printable(text or "")


def _speed(trials: Sequence[Trial], size: int) -> str:
    seconds = sum(trial.seconds for trial in trials)
    return f"{sum(trial.step for trial in trials) * size / seconds:.0f} samples/s" if seconds else ""


@contextmanager
def watching(quiet: bool) -> Iterator[Bar | None]:
    """A bar, or None where nobody looks on; where all is to be quiet, warnings are no longer shown, either."""
    if quiet:
        warnings.simplefilter("ignore")  # until the command ends
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    bar = Bar()
    try:
        yield bar
    finally:
        bar.close()
