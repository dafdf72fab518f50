"""A training's log: a line of JSON for every epoch of every network, written as soon as the epoch is over."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from optviz.errors import OptvizError, OptvizWarning, OutputError
from optviz.nets.plan import Plan
from optviz.nets.reporting import plain_score
from optviz.nets.trials import Trial
from optviz.reading import opened, parse_json
from optviz.writing import check_replaceable, check_writable

_FIRST_LINE = 1 << 16  # bytes


class EpochLog:
    """Writes what is new in the histories of a plan's trials; the file is begun when there is something to tell.

    Where it cannot be written, the training goes on without it; `failed` is why.
    """

    def __init__(self, path: Path, *, force: bool = False) -> None:
        self.path, self.force = path, force
        self.failed: OutputError | None = None
        self.file: IO[str] | None = None
        self.written: dict[int, int] = {}

    def told(self, plan: Plan, trials: Sequence[Trial]) -> None:
        """Write the epochs that have come to their end since.

        Raises:
            OutputError: The file is there and no log.
        """
        if self.file is None and not self.force:
            check_replaceable(self.path, _is_log, "the log of a training")
        if self.failed is None:
            try:
                self._write(plan, trials)
            except OSError as error:
                self._fail(error)

    def close(self) -> None:
        """Write what is left."""
        try:
            if self.file is not None:
                self.file.close()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        if self.failed is None:
            self.failed = OutputError(f"{self.path} cannot be written: {error.strerror or error}")
            warnings.warn(f"{self.failed}; the training goes on without a log", OptvizWarning, stacklevel=2)

    def _write(self, plan: Plan, trials: Sequence[Trial]) -> None:
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
def epoch_log(path: str | Path, *, force: bool = False) -> Iterator[EpochLog]:
    """A log in a file, which is begun anew; a training that is taken up is logged from its first epoch on.

    Args:
        path: The file.
        force: Whether to replace whatever it holds; else only a log is replaced.

    Raises:
        OutputError: It cannot be written, or, at the end of the block, could not be.
    """
    log = EpochLog(Path(path), force=force)
    check_writable(log.path)
    try:
        yield log
    finally:
        log.close()
    if log.failed is not None:
        raise log.failed


def _is_log(path: Path) -> bool:
    """Whether a file begins as a log does."""
    try:
        with opened(path) as file:
            first = parse_json(file.readline(_FIRST_LINE).decode())
    except (OptvizError, ValueError):
        return False
    return isinstance(first, dict) and {"label", "epoch"} <= first.keys()
