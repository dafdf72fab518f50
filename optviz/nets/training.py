"""Training: several optimizers on one network and one data set, under equal conditions.

Runs of a seed share the split, the first weights, every minibatch and every mask of dropout; they differ in nothing but
the optimizer. All runs go on side by side, an epoch each in turn, so that a training can be saved after every epoch and
taken up again where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optviz.bounds import check_seed, flag, rate, whole
from optviz.calls import Answering, answering, parameters_of, refuse_unknown
from optviz.catalog import DEFAULT_OPTIMIZERS, Entry
from optviz.errors import ArgumentError, OptvizError, shown
from optviz.heeding import heed_rates
from optviz.kinds import listed, path_text
from optviz.lineup import enlist
from optviz.nets.augmentation import Augmentation, augmentation
from optviz.nets.datasets import Dataset, load_data
from optviz.nets.fates import heed_trials
from optviz.nets.interrupts import heeding
from optviz.nets.losses import Penalty
from optviz.nets.network import Network
from optviz.nets.own import files_of
from optviz.nets.plan import Plan
from optviz.nets.rates import choose_rates, on_edge
from optviz.nets.saving import Store
from optviz.nets.setting import DTYPES, Score, Setting, prepare
from optviz.nets.splits import SHARES
from optviz.nets.trials import (
    Epoch,
    Observer,
    Trial,
    Watcher,
    begin,
    conclude,
    conclude_together,
    run_epoch,
    together,
)
from optviz.optimizer import Optimizer
from optviz.optimizer.protocol import Array
from optviz.purposes import check_apart
from optviz.workers import map_jobs

if TYPE_CHECKING:
    from optviz.schedules import Schedule

MAX_TRIALS = 4096
_OPTIONS = ("epochs", "batch_size", "dtype", "patience", "snapshots")  # of a setting


@dataclass(frozen=True, eq=False)
class Run:
    """What became of one optimizer on one seed: a trained network, or an ensemble of them.

    `lr_rule` is ``tuned`` (the rule of `optviz.nets.rates` chose it) or ``given``.
    """

    entry: Entry
    lr_rule: str
    setting: Setting
    trials: tuple[Trial, ...]
    train: Score
    validation: Score
    test: Score

    @property
    def label(self) -> str:
        """Unique among the runs of a seed."""
        return self.entry.label

    @property
    def seed(self) -> int:
        """What fixed split, first weights, minibatches and masks."""
        return self.setting.seed

    @property
    def lr_on_edge(self) -> bool:
        """Whether the rate was chosen and lies at the end of those that were tried: a better one may lie beyond."""
        return self.lr_rule == "tuned" and on_edge(self.entry.optimizer.lr)

    @property
    def epochs(self) -> int:
        """Epochs that were trained; of an ensemble's members the most."""
        return max(trial.epochs for trial in self.trials)

    @property
    def seconds(self) -> float:
        """Seconds spent in training steps, of all members together."""
        return sum(trial.seconds for trial in self.trials)

    @property
    def samples_per_second(self) -> float:
        """Samples that were trained on in a second."""
        steps = sum(trial.step for trial in self.trials)
        return steps * self.setting.batch_size / self.seconds if self.seconds else 0.0

    @property
    def diverged_at(self) -> int | None:
        """The first step with a loss that is not finite or beyond 1e12, or an epoch's end with such a weight.

        It is that of whichever member; None where there is none.
        """
        return min((trial.diverged_at for trial in self.trials if trial.diverged_at is not None), default=None)

    def probabilities(self, x: NDArray[Any]) -> Array:
        """The classes' probabilities (n, C) for samples (n, d) as the data set has them, of an ensemble the mean."""
        setting = self.setting
        return np.exp(together(setting, self.trials)(setting.standard(np.asarray(x), DTYPES[setting.dtype])))

    @property
    def history(self) -> tuple[Epoch, ...]:
        """Scores at the end of every epoch, of an ensemble as a whole."""
        return tuple(self.trials[0].history if len(self.trials) == 1 else self.trials[0].ensemble)


@dataclass(frozen=True, eq=False)
class Training(metaclass=Answering):
    """What `train` returns: the runs, seed by seed, in the order of the optimizers."""

    data: Dataset
    network: Network
    seeds: tuple[int, ...]
    runs: tuple[Run, ...]
    interrupted: bool = False
    unsaved: OptvizError | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The optimizers' labels."""
        return tuple(run.label for run in self.runs if run.seed == self.seeds[0])

    def of(self, label: str) -> tuple[Run, ...]:
        """The runs with that label, a seed each."""
        found = tuple(run for run in self.runs if run.label == label)
        if not found:
            raise ArgumentError(f"no run is called {label!r}; the runs are {', '.join(self.labels)}")
        return found

    def to_json(self) -> dict[str, Any]:
        """The training as plain data; what is not finite is None. Several seeds are several problems."""
        from optviz.nets.reporting import report  # noqa: PLC0415 - reporting reads what is defined here

        return report(self)


@answering
def train(
    data: str | Path | Dataset,
    network: Network,
    optimizers: str | Optimizer | Sequence[str | Optimizer] | None = DEFAULT_OPTIMIZERS,
    *,
    lr: float | str = "auto",
    schedule: str | Schedule | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    augment: Sequence[str | Augmentation] = (),
    seeds: Sequence[int] = (0,),
    ensemble: int = 1,
    shares: Sequence[float] = SHARES,
    folder: str | Path | None = None,
    jobs: int = 1,
    save: str | Path | None = None,
    resume: bool = False,
    force: bool = False,
    observe: Observer | None = None,
    watch: Watcher | None = None,
    tried: Callable[[int, int], None] | None = None,
    told: Callable[[Plan, Sequence[Trial]], None] | None = None,
    **options: Any,
) -> Training:
    """Train a network with several optimizers.

    Args:
        data: A data set, or a name or a file as `load_data` takes it.
        network: What is trained, anew by every optimizer.
        optimizers: Specs (``adam:lr=0.001``) or optimizers; the five classics unless given.
        lr: A rate for every optimizer that names none, or ``"auto"``: the rule of `optviz.nets.rates` chooses.
        schedule: What multiplies the rates of optimizers that name no schedule; it counts steps, not epochs.
        l1: Penalty on the weights' sizes, ≥ 0.
        l2: Penalty on half the weights' squares, ≥ 0.
        augment: What is done to images before they are trained on, as in ``rotation(10)``.
        seeds: A run of every optimizer for each.
        ensemble: Networks of a run, whose probabilities are averaged.
        shares: Of training, validation and test part.
        folder: Where to look for files of data sets first.
        jobs: Processes that share the work.
        save: An ``.npz`` file to which the training is saved after every epoch.
        resume: Whether to take up the training that this file holds; one that had ended is there at once.
        force: Whether to replace whatever that file holds; else only the same training is begun anew in it.
        observe: Shown each step of each trial; what it returns is kept with the trial.
        watch: Told of each step.
        tried: Told how many steps have been taken to try rates, and of how many.
        told: Told how far all have come: before the first step, and after every round of an epoch each.
        **options: As in `Setting`: epochs, batch_size, dtype, patience, snapshots.

    Raises:
        ArgumentError: A value is not allowed; the message says what is.
        DataError: The data cannot be learned from.

    Example:
        >>> from optviz.nets.network import perceptron
        >>> seen = train("moons:samples=200", perceptron(2, 2, (16,)), ["adam:lr=0.01"], epochs=20, batch_size=20)
        >>> seen.runs[0].test.accuracy > 0.85
        True
    """
    refuse_unknown("train", options, (*parameters_of(train), *_OPTIONS))
    lr, ensemble, jobs = rate(lr), whole("ensemble", ensemble, 1, 1000), whole("jobs", jobs, 1, 64)
    resume, force = flag("resume", resume), flag("force", force)
    save = None if save is None else path_text("save", save)
    _check_listeners(observe=observe, watch=watch, tried=tried, told=told)
    if resume and save is None:
        raise ArgumentError("resume needs the file to take up: save=RUN.npz, resume=True")
    store = None if save is None else Store(save, resume=resume, force=force)
    if not isinstance(network, Network) or not network.size:
        raise ArgumentError(f"network must be a Network that has something to learn, not {shown(network)}")
    seeds = _whole(seeds)
    loaded = load_data(data, folder)
    _check_apart(loaded, save)
    entries = enlist(optimizers, schedule)
    if (count := len(entries) * len(seeds) * ensemble) > MAX_TRIALS:
        raise ArgumentError(f"{count} networks are too many to train; allowed are {MAX_TRIALS}")
    single = (str, Augmentation)
    changes = tuple(augmentation(each) for each in listed("augment", augment, single, "changes, as in 'rotation(10)'"))
    options |= {"penalty": Penalty(l1=l1, l2=l2), "augment": changes}
    settings = tuple(prepare(loaded, network, seed, shares, **options) for seed in seeds)
    with heeding() as interrupted:
        plan = Plan(settings=settings, entries=tuple(entries), rules=(), members=ensemble)
        found = store.open(plan, lr) if store is not None else None
        if found is None:
            plan = _with_rates(plan, lr, jobs, interrupted, tried)
            begun = [begin(setting, entry.optimizer, seed) for setting, entry, seed in plan.jobs()]
            if store is not None:
                store.save(plan, begun)  # what cannot be saved is refused now, and rates are not chosen twice
            found = begun, plan
        trials, plan = found
        if told is not None:
            told(plan, trials)
        while plan.unfinished(trials) and not interrupted():
            trials = _round(plan, trials, jobs, stop=interrupted, observe=observe, watch=watch)
            if store is not None:
                store.keep(plan, trials)
            if told is not None:
                told(plan, trials)
        unsaved = store.failed if store is not None else None
        heed_trials(plan, trials)
        return replace(_concluded(plan, trials, interrupted()), unsaved=unsaved)


def _check_apart(data: Dataset, save: str | None) -> None:
    if save is not None:
        check_apart([("data", path) for path in files_of(data.asked or "")], [("save", Path(save))])


def _whole(seeds: Any) -> list[int]:
    """The seeds as whole numbers."""
    try:
        found = [check_seed(seed) for seed in listed("seeds", (0,) if seeds is None else seeds, (), "whole numbers")]
    except ArgumentError:
        found = []
    if not found or len(set(found)) < len(found):
        raise ArgumentError(f"seeds must be different whole numbers from 0, as in (0, 1), not {shown(seeds)}")
    return found


def _check_listeners(**listeners: Any) -> None:
    """Refuse what is to be told of the work and is no function."""
    for name, each in listeners.items():
        if each is not None and not callable(each):
            raise ArgumentError(f"{name} must be a function, not {shown(each)}")


def _with_rates(
    plan: Plan, lr: float | str, jobs: int, stop: Callable[[], bool], tried: Callable[[int, int], None] | None
) -> Plan:
    """The plan with a rate for every optimizer, and by which rule; rates are chosen once, for all seeds."""
    unnamed = [entry for entry in plan.entries if entry.optimizer.lr is None]
    if isinstance(lr, str):
        optimizers = [entry.optimizer for entry in unnamed]
        choices = choose_rates(plan.settings, optimizers, jobs, stop, tried) if unnamed else []
        heed_rates({entry.label: choice for entry, choice in zip(unnamed, choices, strict=True)}, "diverges")
        rates = [choice.lr for choice in choices]
    else:
        rates = [float(lr)] * len(unnamed)
    return plan.with_rates(rates, "tuned" if isinstance(lr, str) else "given")


def _round(plan: Plan, trials: list[Trial], jobs: int, **options: Any) -> list[Trial]:
    """All trials after one epoch more; of the members of an ensemble first those that an interrupt left behind."""
    listed = plan.jobs()
    goals = [_goal(setting, own) for setting, _, own in plan.runs(trials)]

    def further(index: int) -> Trial:
        run_epoch(listed[index][0], trials[index], **options)
        return trials[index]

    going = [each for each in plan.unfinished(trials) if trials[each].step < goals[each // plan.members]]
    after = dict(zip(going, map_jobs(further, going, jobs), strict=True))
    found = [after.get(index, trial) for index, trial in enumerate(trials)]
    for goal, (setting, _, own) in zip(goals, plan.runs(found), strict=True):
        if all(trial.ended(setting) or trial.step == goal for trial in own):
            conclude_together(setting, own)
    return found


def _goal(setting: Setting, trials: Sequence[Trial]) -> int:
    """The step at which the next epoch of a run ends, for all its members."""
    left = [trial.step for trial in trials if not trial.ended(setting)]
    return (min(left, default=0) // setting.per_epoch + 1) * setting.per_epoch


def _concluded(plan: Plan, trials: list[Trial], interrupted: bool) -> Training:
    runs = []
    for setting, place, own in plan.runs(trials):
        conclude(setting, own)
        with np.errstate(all="ignore"):
            scores = [setting.evaluate(together(setting, own), part) for part in setting.parts]
        runs.append(Run(plan.entries[place], plan.rules[place], setting, own, *scores))
    first = plan.settings[0]
    return Training(first.data, first.network, tuple(each.seed for each in plan.settings), tuple(runs), interrupted)
