"""The lineup of a race: who runs, under which label, and at which learning rate by which rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from optviz.bounds import rate
from optviz.calls import answering, parameters_of, refuse_unknown
from optviz.catalog import DEFAULT_OPTIMIZERS, Entry, load_optimizer
from optviz.errors import ArgumentError
from optviz.heeding import heed_function, heed_rates
from optviz.kinds import listed, word
from optviz.optimizer import Optimizer
from optviz.problem import CONDITIONS, LR_RULES, MAX_RUNS, Problem, pose
from optviz.rates import Choice, fair_rates, fastest_rates
from optviz.schedules import Constant, Schedule, load_schedule
from optviz.surface import Surface

Tuner = Callable[[Problem, Sequence[Optimizer]], list[Choice]]

_TUNERS: dict[str, Tuner] = {"picture": fair_rates, "table": fastest_rates}


def enlist(
    optimizers: str | Optimizer | Sequence[str | Optimizer] | None, schedule: str | Schedule | None = None
) -> list[Entry]:
    """The entries of a race, the five classics unless given; where a label is taken, the next one gets a number.

    Example:
        >>> [entry.label for entry in enlist(["adam", "sgd", "adam"])]
        ['adam', 'sgd', 'adam#2']
    """
    chosen: Any = DEFAULT_OPTIMIZERS if optimizers is None else optimizers
    if isinstance(chosen, type) and issubclass(chosen, Optimizer):
        chosen = [chosen]
    specs = listed("optimizers", chosen, (str, Optimizer), "specs, as in ['adam:lr=0.1'], or Optimizers")
    if not 1 <= len(specs) <= MAX_RUNS:
        raise ArgumentError(f"a race has 1 to {MAX_RUNS} optimizers, not {len(specs)}")
    general = load_schedule(schedule)
    entries: list[Entry] = []
    for spec in specs:
        entry = load_optimizer(spec)
        if entry.optimizer.schedule == Constant():
            entry = replace(entry, optimizer=replace(entry.optimizer, schedule=general))
        taken = {other.label for other in entries}
        number = next(n for n in range(1, MAX_RUNS + 2) if _numbered(entry.label, n, "#") not in taken)
        label, title = _numbered(entry.label, number, "#"), _numbered(entry.title, number, " #")
        entries.append(replace(entry, label=label, title=title))
    return entries


def resolve_rates(
    problem: Problem, entries: Sequence[Entry], lr: float | str = "auto", tune_for: str = "picture"
) -> tuple[list[Entry], list[str], list[bool]]:
    """Give every entry a learning rate, and say by which rule, and whether a better one may lie beyond those tried.

    ``given``: the entry or `lr` names it. ``same``: the surface has no minimum, and names one for all. ``tuned``:
    chosen by the rule of `optviz.rates`, for a picture or for a table.
    """
    lr, tune = rate(lr), _TUNERS[word("tune_for", tune_for, _TUNERS)]
    unnamed = [entry for entry in entries if entry.optimizer.lr is None]
    edges = {}
    if not isinstance(lr, str):
        rule, rates = "given", dict.fromkeys((entry.label for entry in unnamed), lr)
    elif problem.surface.lr is not None and not problem.surface.minima:
        rule, rates = "same", dict.fromkeys((entry.label for entry in unnamed), problem.surface.lr)
    else:
        choices = _choices(tune, problem, unnamed)
        rule, rates = "tuned", {label: choice.lr for label, choice in choices.items()}
        edges = {label: choice.on_edge for label, choice in choices.items()}
    ready, rules = [], []
    for entry in entries:
        named = entry.label not in rates
        ready.append(entry if named else replace(entry, optimizer=replace(entry.optimizer, lr=rates[entry.label])))
        rules.append("given" if named else rule)
    return ready, rules, [edges.get(entry.label, False) for entry in entries]


def stated_rules(lr_rules: Sequence[str], count: int) -> list[str]:
    """Rules that an earlier race found, one for each of `count` runs."""
    found = [word("lr rule", each, LR_RULES) for each in listed("lr_rules", lr_rules, (), ", ".join(LR_RULES))]
    if len(found) != count:
        raise ArgumentError(f"lr rules must be {count} of {', '.join(LR_RULES)}, not {len(found)}: {', '.join(found)}")
    return found


@answering
def choose_rates(
    surface: str | Surface,
    optimizers: str | Optimizer | Sequence[str | Optimizer] | None = DEFAULT_OPTIMIZERS,
    *,
    schedule: str | Schedule | None = None,
    tune_for: str = "picture",
    **conditions: Any,
) -> dict[str, Choice]:
    """What the rule of `optviz.rates` chooses, and from which candidates with which scores, by label.

    Takes what `race` takes; learning rates that a spec names are set aside.

    Example:
        >>> import optviz
        >>> choice = optviz.choose_rates("booth", ["adam"], steps=50)["adam"]
        >>> len(choice.trials), choice.lr in [trial.lr for trial in choice.trials]
        (65, True)
    """
    refuse_unknown("choose_rates", conditions, (*parameters_of(choose_rates), *CONDITIONS))
    tune, problem = _TUNERS[word("tune_for", tune_for, _TUNERS)], pose(surface, **conditions)
    heed_function(problem)
    return _choices(tune, problem, enlist(optimizers, schedule))


def _choices(tune: Tuner, problem: Problem, entries: Sequence[Entry]) -> dict[str, Choice]:
    """The rates of entries by label, with a word where better ones may lie beyond those tried."""
    found = tune(problem, [entry.optimizer for entry in entries]) if entries else []
    choices = {entry.label: choice for entry, choice in zip(entries, found, strict=True)}
    heed_rates(choices)
    return choices


def _numbered(name: str, number: int, mark: str) -> str:
    return name if number == 1 else f"{name}{mark}{number}"
