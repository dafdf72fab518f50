"""What a person should know of a training beside its result: that nobody moved, or how an optimizer failed.

It is what `optviz.heeding` says of races, found in networks. Of optviz's own optimizers `diverged_at` tells enough.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optviz.catalog import Entry
from optviz.heeding import CREEPING, from_elsewhere, tell_step, tell_still
from optviz.nets.plan import Plan
from optviz.nets.setting import Setting
from optviz.nets.trials import Trial, begin, next_gradient
from optviz.optimizer.protocol import Array

_FLAT = 1e-12  # losses and weights have the size of 1: such slopes are rounding

_Job = tuple[tuple[Setting, Entry, int], Trial]


def heed_trials(plan: Plan, trials: Sequence[Trial]) -> None:
    """Warn where nobody moves or a user's optimizer does not, and where that takes a step that is not finite.

    Args:
        plan: What was trained.
        trials: How far all have come; those that have taken no step tell nothing.
    """
    begun = [job for job in zip(plan.jobs(), trials, strict=True) if job[1].step]
    idle = []
    for entry in plan.entries:
        if from_elsewhere(entry.optimizer):
            own = [job for job in begun if job[0][1].label == entry.label]
            broken = next((job for job in own if job[1].broken_at is not None), None)
            if broken is not None:
                (setting, _, _), trial = broken
                tell_step(entry.label, f"at step {trial.broken_at}, seed {setting.seed}", "finite")
            if own and all(_way(job) == 0 for job in own):
                idle.append(entry.label)
    still = bool(begun) and all(_way(job) < CREEPING for job in begun)
    flat = (still or bool(idle)) and all(np.abs(_slope(job)).max() < _FLAT for job in begun)
    tell_still(plan.rules, still, [] if flat else idle, f"{100 * CREEPING:g} % of their weights", flat=flat)


def _way(job: _Job) -> float:
    """How far a trial has come, as a share of what its weights were; where that is no number, infinitely far."""
    (setting, entry, seed), trial = job
    first, last = begin(setting, entry.optimizer, seed).params, trial.params
    with np.errstate(all="ignore"):
        way = float(np.abs(last - first).max())
        size = float(np.abs(first).max()) or 1.0
    return way / size if np.isfinite(way) else np.inf


def _slope(job: _Job) -> Array:
    """The gradient of a trial's first step."""
    (setting, entry, seed), _ = job
    return next_gradient(setting, begin(setting, entry.optimizer, seed))
