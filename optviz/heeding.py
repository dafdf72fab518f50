"""What a person should know of a race beside its result, as warnings: that its film would mislead, and why.

Every race says it, from Python and in every command alike: of a user's surface that its gradient is not its slope or
ended a run, that its values are rounded to a few, or other ones each time; of tuned rates that better ones may lie
beyond those that were tried; of a user's optimizer that it never moves; and that nobody does. `optviz.nets.fates` finds
out the same of trainings, and says it in the words that are here.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from optviz.catalog import Entry, comes_with_optviz
from optviz.errors import OptvizWarning, SurfaceError
from optviz.gradients import exact_gradient
from optviz.optimizer import OPTIMIZERS, Optimizer
from optviz.problem import Problem
from optviz.slopes import broken_gradient, gradient_fault
from optviz.surface import Array, Surface

_STILL = 1e-3  # of the view's extent: less cannot be seen, and a rate was chosen to get somewhere
_GRAINS = 1000  # steps between neighbouring numbers, of which values are made
_FEW = 6  # points at which values are compared
_ROUNDING = 1e-6  # of the largest value: one point alone is rounded differently
_TAME = 1e100  # beyond it numbers run over when they are squared
_MOMENTS = 100  # of a race that are compared with its surface

CREEPING = 1e-6
"""The least share of the view, or of a network's parameters, that counts as a move: a named rate may be meant so."""


class Chosen(Protocol):
    """A rate that was chosen, by whichever rule: of a race or of a training."""

    @property
    def lr(self) -> float:
        """The rate."""

    @property
    def tried(self) -> tuple[float, float]:
        """The gentlest and the highest of those that were tried."""

    @property
    def on_edge(self) -> bool:
        """Whether it is one of these, so that a better one may lie beyond."""

    @property
    def all_out(self) -> bool:
        """Whether none of those that were tried can be used."""


def heed_function(problem: Problem) -> bool:
    """Warn where the function of a user's surface would mislead; returns whether its gradient would.

    Raises:
        SurfaceError: Its gradient is lost altogether, or it mixes the points it is given.
    """
    if comes_with_optviz(problem.surface):
        return False
    _heed_values(problem)
    fault = gradient_fault(problem.surface, problem.starts)
    if fault is not None:
        _tell(fault)
    return fault is not None


def heed_rounding(problem: Problem) -> None:
    """Warn where the values on a user's domain differ by little more than they are rounded."""
    if comes_with_optviz(problem.surface):
        return
    low, high = problem.surface.reach
    step = float(np.spacing(max(abs(low), abs(high))))
    if 0 < high - low < _GRAINS * step:
        text = (
            f"the values of {problem.surface.name} on its domain differ by {high - low:.2g}, and numbers near "
            f"{high:.3g} by {step:.2g} at least: one sees how they are rounded; subtract what all have in common"
        )
        _tell(text)


def _heed_values(problem: Problem) -> None:
    """Warn where a function says another thing each time; and refuse one that does so where points are alone."""
    surface = problem.surface
    x0, x1, y0, y1 = surface.domain
    some = np.random.default_rng(1).uniform((x0, y0), (x1, y1), (_FEW, 2))
    points = np.concatenate([np.array(problem.starts[:_FEW], dtype=float), some])
    together, again, alone = surface(points), surface(points), np.array([surface(point) for point in points])
    finite = np.isfinite(together)
    rounding = _ROUNDING * np.max(np.abs(together), initial=0.0, where=finite)
    if not np.array_equal(together, again, equal_nan=True):
        text = f"fn of {surface.name} has other values each time, so that nothing can be made again; noise is noise=…"
        _tell(text)
        return
    with np.errstate(all="ignore"):
        mixed = ~(np.abs(together - alone) <= rounding) & ~(
            (together == alone) | (np.isnan(together) & np.isnan(alone))
        )
    if mixed.sum() >= _FEW // 2:  # where f jumps, a last digit may make a difference
        at = int(mixed.argmax())
        raise SurfaceError(
            f"surface {surface.name!r}: fn must be elementwise: at ({points[at, 0]:.4g}, {points[at, 1]:.4g}) it is "
            f"{alone[at]:.4g}, and {together[at]:.4g} among other points. Write it from x and y alone, without means "
            "or sums over all of x"
        )


def heed_rates(choices: Mapping[str, Chosen], lost: str = "leaves the domain or the finite numbers") -> None:
    """Warn where the rates chosen lie at the end of those that were tried.

    Args:
        choices: By label.
        lost: What becomes of a run at a rate that cannot be used.
    """
    at_end = {label: choice for label, choice in choices.items() if choice.on_edge}
    out = [label for label, choice in choices.items() if choice.all_out]
    told = [
        f"{label} {choice.lr:.3g} of {choice.tried[0]:.3g} … {choice.tried[1]:.3g}"
        for label, choice in at_end.items()
        if label not in out
    ]
    if told:
        text = f"rates at the end of those that were tried, so that better ones may lie beyond: {', '.join(told)}"
        _tell(text)
    if out:
        text = f"every rate that was tried {lost}, of {', '.join(out)}; name one: lr=…"
        _tell(text)


def heed_paths(
    problem: Problem, entries: Sequence[Entry], rules: Sequence[str], points: Array, values: Array, warned: bool
) -> None:
    """Warn where nobody moves, or a user's optimizer does not; and where a gradient alone ended a run.

    Args:
        problem: What was run.
        entries: The runs.
        rules: How each run's rate came about.
        points: All of their heads, (T+1, N, 2).
        values: There, (T+1, N).
        warned: Whether the gradient is known to be wrong, so that there is no need to warn of it again.
    """
    x0, x1, y0, y1 = problem.surface.window
    with np.errstate(all="ignore"):
        spans = points.max(axis=0) - points.min(axis=0)
    least = CREEPING if "given" in rules else _STILL
    still = (spans < least * np.array([x1 - x0, y1 - y0])).all()
    idle = [
        entry.label
        for entry, own in zip(entries, spans.reshape(len(entries), -1), strict=True)
        if from_elsewhere(entry.optimizer) and not own.any()
    ]
    flat = bool((still or idle) and not exact_gradient(problem.surface, np.array(problem.starts, dtype=float)).any())
    tell_still(rules, bool(still), [] if flat else idle, f"{100 * least:g} % of the view", flat=flat)
    ended = np.flatnonzero(~np.isfinite(spans).all(axis=-1))
    if len(ended) and not warned:
        _heed_end(problem, [entry.label for entry in entries], ended, points[:, ended], values[:, ended])


def from_elsewhere(optimizer: Optimizer) -> bool:
    """Whether an optimizer is none of optviz's own."""
    return type(optimizer) not in OPTIMIZERS.values()


def tell_still(rules: Sequence[str], still: bool, idle: Sequence[str], least: str, *, flat: bool = False) -> None:
    """Warn of runs that end where they begin, if there are any.

    Args:
        rules: How the rate of each run came about.
        still: Whether that is so of all of them.
        idle: The labels of optimizers from elsewhere of which it is so to the last digit.
        least: What does not count as a move.
        flat: Whether the gradient is 0 where they begin.
    """
    if idle:
        stand = "stands" if len(idle) == 1 else "stand"
        text = (
            f"{', '.join(idle)} {stand} still: every step is 0, or too small to change a number, where the gradient is "
            "not 0; look at what update returns, or name a larger rate"
        )
        _tell(text)
    if not still or len(idle) == len(rules):
        return
    why = "the rates are too small: name larger ones, or leave the choice to lr=auto"
    if set(rules) == {"tuned"}:
        why = "no rate that was tried takes them anywhere"
    if flat:
        why = "the gradient is 0 where they begin: start elsewhere"
    text = f"nobody moves: all runs end where they begin, to {least}; {why}"
    _tell(text)


def tell_step(label: str, where: str, gradient: str) -> None:
    """Warn of a step that is not finite, taken where the gradient is."""
    text = (
        f"{label} takes a step that is not finite {where}, where the gradient is {gradient}: it divides by 0, or its "
        "rate is far too large"
    )
    _tell(text)


def _heed_end(problem: Problem, labels: list[str], heads: NDArray[np.intp], points: Array, values: Array) -> None:
    """Warn where a run ended though the value was finite: where the gradient was not, or where its step was not.

    `heads` are the numbers of those that ended, `points` and `values` theirs alone.
    """
    first = np.isfinite(points).all(axis=-1).argmin(axis=0)
    each = np.arange(len(heads))
    last, there = points[first - 1, each], values[first - 1, each]
    slopes = exact_gradient(problem.surface, last)
    finite = (first > 0) & np.isfinite(there)
    broken = finite & ~np.isfinite(slopes).all(axis=-1)
    lost = finite & (np.abs(slopes) < _TAME).all(axis=-1) & (np.abs(last) < _TAME).all(axis=-1)
    if not (broken.any() or lost.any()):
        return
    at = int((broken if broken.any() else lost).argmax())
    label = labels[int(heads[at]) // len(problem.starts)]
    if broken.any():
        ends = f", and ends {label} at step {first[at]}"
        text = broken_gradient(problem.surface.name, last[at], there[at], ends)
        _tell(text)
    else:
        point, slope = (f"({each[at, 0]:.4g}, {each[at, 1]:.4g})" for each in (last, slopes))
        tell_step(label, f"at {point}", slope)


def heed_other_surface(surface: Surface, points: Array, values: Array) -> None:
    """Warn where a surface has other values than those that were found along a race, which then ran on another.

    Example:
        >>> from optviz.catalog import load_surface
        >>> heed_other_surface(load_surface("booth"), np.array([[[1.0, 3.0]]]), np.array([[0.0]]))
    """
    some = slice(None, None, max(1, len(points) // _MOMENTS))
    with np.errstate(all="ignore"):
        alike = _ROUNDING * (np.abs(values[some]) + surface.reach[1] - surface.reach[0])
        apart = np.abs(surface(points[some]) - values[some]) > alike
    if apart.any():
        text = (
            f"{surface.name} has other values now than along the race: it ran on another surface, or the file changed"
        )
        _tell(text)


def _tell(text: str) -> None:
    """Warn of something, on the line outside optviz that asked for what was done."""
    frame, level = inspect.currentframe(), 1
    while frame is not None and str(frame.f_globals.get("__name__")).split(".")[0] == "optviz":
        frame, level = frame.f_back, level + 1
    warnings.warn(text, OptvizWarning, stacklevel=level)
