"""The progress of a training, where someone looks on: loss, accuracy and samples a second beside the bar."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from optviz.nets.network import Backward
    from optviz.nets.plan import Plan
    from optviz.nets.trials import Trial

_EVERY = 0.2  # seconds between two looks


class Bar:
    """A progress bar over all steps of all trials; it appears with the first of them."""

    def __init__(self) -> None:
        self.bar: Any = None
        self.since = 0.0

    def watch(self, trial: Trial, found: Backward, labels: Any) -> None:
        """Look at a step that was taken in this process, if it is time to."""
        now = time.perf_counter()
        if now - self.since >= _EVERY:
            self.since = now
            right = float((found.logits.argmax(axis=1) == labels).mean())
            self.show(f"{trial.optimizer.name}, step {trial.step}: loss {found.loss:.4f}, {100 * right:.1f} % right")

    def round(self, plan: Plan, trials: Sequence[Trial]) -> None:
        """Look at how far all have come, after an epoch of each."""
        done = sum(trial.step for trial in trials)
        total = sum(setting.steps for setting, _, _ in plan.jobs())
        if self.bar is None:
            self.bar = click.progressbar(length=total, label="Training", file=sys.stderr, item_show_func=str)
            self.bar.__enter__()
        seen = [(plan.jobs()[place][0], trial) for place, trial in enumerate(trials) if trial.history]
        samples = sum(trial.step * setting.batch_size for setting, trial in seen)
        seconds = sum(trial.seconds for _, trial in seen)
        last = seen[-1][1].history[-1].validation if seen else None
        told = f"loss {last.loss:.4f}, {100 * last.accuracy:.1f} % right, " if last else ""
        self.bar.update(done - self.bar.pos, f"validation {told}{samples / max(seconds, 1e-9):.0f} samples/s")

    def show(self, text: str) -> None:
        """Say something beside the bar, or where it will be."""
        if self.bar is not None:
            self.bar.update(0, text)
            self.bar.current_item = text
            self.bar.render_progress()

    def close(self) -> None:
        """Leave the terminal as it should be."""
        if self.bar is not None:
            self.bar.__exit__(None, None, None)


@contextmanager
def watching(quiet: bool) -> Iterator[Bar | None]:
    """A bar, or None where nobody looks on."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    bar = Bar()
    try:
        yield bar
    finally:
        bar.close()
