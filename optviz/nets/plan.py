"""The plan of a training: which networks are trained on what, by which optimizers at which rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from optviz.catalog import Entry
from optviz.nets.setting import Setting
from optviz.nets.trials import Trial, member_seeds


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What is to be trained: a setting a seed, the optimizers with their rates, and how many networks each."""

    settings: tuple[Setting, ...]
    entries: tuple[Entry, ...]
    rules: tuple[str, ...]
    members: int

    def jobs(self) -> list[tuple[Setting, Entry, int]]:
        """Setting, optimizer and seed of every trial."""
        return [
            (setting, entry, seed)
            for setting in self.settings
            for entry in self.entries
            for seed in member_seeds(setting.seed, self.members)
        ]

    def runs(self, trials: Sequence[Trial]) -> list[tuple[Setting, int, tuple[Trial, ...]]]:
        """Of every run its setting, the place of its optimizer, and its trials."""
        left = iter(trials)
        return [
            (setting, place, tuple(next(left) for _ in range(self.members)))
            for setting in self.settings
            for place in range(len(self.entries))
        ]

    def unfinished(self, trials: Sequence[Trial]) -> list[int]:
        """The places of the trials that have not ended."""
        return [
            place for place, (job, trial) in enumerate(zip(self.jobs(), trials, strict=True)) if not trial.ended(job[0])
        ]

    def keeping(self, snapshots: int) -> Plan:
        """The plan with so many steps whose weights are kept."""
        return replace(self, settings=tuple(replace(each, snapshots=snapshots) for each in self.settings))

    def with_rates(self, rates: Sequence[float], rule: str) -> Plan:
        """The plan with these rates for the optimizers that have none yet, in their order, chosen by that rule."""
        unnamed = [entry.optimizer.lr is None for entry in self.entries]
        if len(rates) != sum(unnamed):
            raise ValueError(f"{len(rates)} rates for {sum(unnamed)} optimizers")
        left = iter(rates)
        entries = [
            replace(entry, optimizer=replace(entry.optimizer, lr=next(left))) if missing else entry
            for entry, missing in zip(self.entries, unnamed, strict=True)
        ]
        return replace(self, entries=tuple(entries), rules=tuple(rule if missing else "given" for missing in unnamed))
