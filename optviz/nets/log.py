"""A training's log: a line of JSON for every epoch of every network, written as soon as the epoch is over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from optviz.errors import OutputError
from optviz.nets.plan import Plan
from optviz.nets.reporting import plain_score
from optviz.nets.trials import Trial
from optviz.writing import check_writable


class EpochLog:
    """Writes what is new in the histories of a plan's trials; the file is begun when there is something to tell."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[str] | None = None
        self.written: dict[int, int] = {}

    def told(self, plan: Plan, trials: Sequence[Trial]) -> None:
        """Write the epochs that have come to their end since."""
        if self.file is None:
            self.file = self.path.open("w", encoding="utf-8")
        for number, ((setting, entry, _), trial) in enumerate(zip(plan.jobs(), trials, strict=True)):
            for epoch in trial.history[self.written.get(number, 0) :]:
                line = {
                    "label": entry.label,
                    "seed": setting.seed,
                    "member": number % plan.members,
                    "epoch": epoch.epoch,
                    "step": epoch.step,
                    "train": plain_score(epoch.train),
                    "validation": plain_score(epoch.validation),
                    "seconds": trial.seconds,
                }
                self.file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.written[number] = len(trial.history)
        self.file.flush()


@contextmanager
def epoch_log(path: str | Path) -> Iterator[EpochLog]:
    """A log in a file, which is begun anew; a training that is taken up is logged from its first epoch on.

    Raises:
        OutputError: It cannot be written.
    """
    log = EpochLog(Path(path))
    check_writable(log.path)
    try:
        yield log
    except OSError as error:
        raise OutputError(f"{log.path} cannot be written: {error.strerror or error}") from error
    finally:
        if log.file is not None:
            log.file.close()
