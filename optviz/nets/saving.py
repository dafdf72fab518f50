"""Trainings in a file: written whole after every epoch, taken up again where they were, read without running anything.

The file is an ``.npz`` of plain arrays with a description as JSON. A training that is taken up must be the one that
was saved, by the same version: what differs is named. Only its epochs may be more, unless it keeps weights along the
way, at steps spread over all of it; these are kept as they were begun. Learning rates that were chosen are in the file.
"""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import optviz
from optviz import schema
from optviz.arrays import described as described_in
from optviz.arrays import is_of, read_arrays
from optviz.errors import ArgumentError, OptvizError, OptvizWarning, OutputError, shown
from optviz.kinds import MAX_LISTED
from optviz.nets.moving import Mover
from optviz.nets.plan import Plan
from optviz.nets.setting import MAX_EPOCHS, Score, Setting
from optviz.nets.trials import Epoch, Snapshot, Trial, begin
from optviz.reading import parse_json
from optviz.writing import atomic_write, check_replaceable, check_writable

_FORMAT = "optviz training 1"
_MOST_COUNTED = 1 << 53
_NUMBERS = ("step", "diverged_at", "stopped", "seconds")


class Store:
    """The file of a training.

    Args:
        path: An ``.npz`` file; it is replaced where it holds this training, unless that is taken up.
        resume: Whether to take up the training that it holds.
        force: Whether to replace whatever it holds.
    """

    def __init__(self, path: str | Path, *, resume: bool = False, force: bool = False) -> None:
        self.path, self.resume, self.force = Path(path), resume, force
        self.failed: OutputError | None = None
        self.about: dict[str, Any] = {}
        if self.path.suffix != ".npz":
            raise ArgumentError(f"{str(path)!r}: a training is saved as an .npz file, as in run.npz")

    def open(self, plan: Plan, lr: float | str) -> tuple[list[Trial], Plan] | None:
        """What the file holds of this plan, with its rates; None where it is to be written anew.

        Raises:
            OptvizError: It cannot be taken up; the message says what differs.
        """
        self.about = {"format": _FORMAT, "version": optviz.__version__, **described(plan), "lr": lr}
        if not self.resume:
            check_writable(self.path)
            if not self.force:
                check_replaceable(self.path, lambda path: is_of(path, _FORMAT), "a training that optviz saved")
                self._check_same()
            return None
        arrays = read_arrays(self.path, "a training that optviz saved")
        try:
            saved = parse_json(str(arrays["about"]), finite=False)  # a state may be anything, once it diverges
            if isinstance(saved, dict) and saved.get("format", _FORMAT) != _FORMAT:
                raise OptvizError(f"{self.path} is {shown(saved['format'])}; this version reads {_FORMAT!r}")
            _SAVED("", saved)
            self._compare(saved)
            self.about["snapshots"] = saved["snapshots"]
            ready = plan.keeping(saved["snapshots"]).with_rates(saved["chosen"], "given" if lr != "auto" else "tuned")
            trials = [
                _trial(setting, entry.optimizer, seed, saved["trials"][number], _own(arrays, f"{number}."))
                for number, (setting, entry, seed) in enumerate(ready.jobs())
            ]
        except (KeyError, IndexError, ValueError) as error:
            raise OptvizError(f"{self.path} is not a training that optviz saved: {error}") from error
        return trials, ready

    def save(self, plan: Plan, trials: Sequence[Trial]) -> None:
        """Write how far all have come."""
        numbers: list[Any] = []
        arrays: dict[str, Any] = {}
        for index, trial in enumerate(trials):
            leaves = trial.mover.leaves()
            plain = {name: value for name, value in leaves.items() if not isinstance(value, np.ndarray)}
            numbers.append({name: getattr(trial, name) for name in _NUMBERS} | {"state": plain})
            own = _arrays(trial) | {f"state.{name}": value for name, value in leaves.items() if name not in plain}
            arrays |= {f"{index}.{name}": value for name, value in own.items()}
        unnamed = self.about["unnamed"]
        chosen = [entry.optimizer.lr for entry, missing in zip(plan.entries, unnamed, strict=True) if missing]
        about = json.dumps(self.about | {"chosen": chosen, "trials": numbers})
        with atomic_write(self.path) as file:
            np.savez(file, about=np.array(about), **arrays)

    def keep(self, plan: Plan, trials: Sequence[Trial]) -> None:
        """Save, and go on where that fails: what was trained is there all the same, and there may be room later."""
        try:
            self.save(plan, trials)
            self.failed = None
        except OutputError as error:
            if self.failed is None:
                warnings.warn(f"{error}; the training goes on, and is saved once that can be done", OptvizWarning, 2)
            self.failed = error

    def _check_same(self) -> None:
        """Refuse to replace another training."""
        saved, ours = described_in(self.path), json.loads(json.dumps(self.about))
        for name, value in ours.items() if isinstance(saved, dict) else ():
            if saved.get(name) != value:
                what = _difference(name, saved.get(name), value, "another number of weights are kept along the way")
                raise OutputError(
                    f"{self.path} is not replaced: it holds another training: {what}. Name another file, go on with "
                    "that one (--resume), or say --force (force=True)"
                )

    def _compare(self, saved: dict[str, Any]) -> None:
        ours = json.loads(json.dumps(self.about))
        for name, value in ours.items():
            if saved.get(name) == value or (name == "snapshots" and saved[name]) or (name, value) == ("snapshots", 0):
                continue
            if name == "epochs" and not saved["snapshots"] and saved[name] < value:
                continue  # it goes on
            kept = "it keeps no weights along the way, as this picture needs them"
            what, step = _difference(name, saved.get(name), value, kept), "ask for the same, or leave out --resume"
            raise OptvizError(f"{self.path} cannot be taken up: {what}; {step} to begin anew")


def _in_state(field: str, value: Any) -> None:
    """A number of an optimizer's state: what it counts, or whatever else, not a number included."""
    if type(value) is not float:
        schema.whole(0, _MOST_COUNTED)(field, value)


_TRIAL = {
    "step": schema.whole(0),
    "diverged_at": schema.maybe(schema.whole(0)),
    "stopped": schema.flag,
    "seconds": schema.number("[0, inf)"),
    "state": schema.table(_in_state),
}
_SAVED = schema.record(
    {
        "format": schema.text(),
        "epochs": schema.whole(1),
        "snapshots": schema.whole(0),
        "chosen": schema.each(schema.number("(0, inf)"), 0, MAX_LISTED),
        "trials": schema.each(schema.record(_TRIAL, {}), 1, MAX_LISTED),
    },
    {},
    more=True,
)
"""What a file says of the training in it. What that depends on is compared with what is asked for, word for word."""


def described(plan: Plan) -> dict[str, Any]:
    """What a training depends on, as plain data."""
    first = plan.settings[0]
    return {
        "data": first.data.name,
        "seeds": [setting.seed for setting in plan.settings],
        "samples": [_fingerprint(setting) for setting in plan.settings],
        "network": [str(layer) for layer in first.network.layers],
        "optimizers": [f"{entry.label}: {_written(entry.optimizer)}" for entry in plan.entries],
        "unnamed": [entry.optimizer.lr is None for entry in plan.entries],
        "ensemble": plan.members,
        "epochs": first.epochs,
        "batch size": first.batch_size,
        "penalty": [first.penalty.l1, first.penalty.l2],
        "augmentation": [str(change) for change in first.augment],
        "dtype": first.dtype,
        "patience": first.patience,
        "snapshots": first.snapshots,
    }


def _own(arrays: dict[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    """The arrays whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _arrays(trial: Trial) -> dict[str, Any]:
    found: dict[str, Any] = {
        "params": trial.params,
        "memory": trial.memory,
        "losses": np.array(trial.losses, float),
        "history": np.array([_row(epoch) for epoch in trial.history], float).reshape(-1, 6),
        "ensemble": np.array([_row(epoch) for epoch in trial.ensemble], float).reshape(-1, 6),
        "kept": np.array([each.step for each in trial.snapshots], int),
        "best": np.array([] if trial.best is None else _row(trial.best[0]), float),
    }
    if trial.snapshots:
        found["kept.params"] = np.stack([each.params for each in trial.snapshots])
        found["kept.memory"] = np.stack([each.memory for each in trial.snapshots])
    if trial.best is not None:
        found |= {"best.params": trial.best[1], "best.memory": trial.best[2]}
    return found


def _trial(
    setting: Setting, optimizer: Any, seed: int, numbers: dict[str, Any], arrays: dict[str, NDArray[Any]]
) -> Trial:
    trial = begin(setting, optimizer, seed)
    params, memory, losses = arrays["params"], arrays["memory"], arrays["losses"]
    _check_arrays(arrays, trial)
    if not numbers["step"] == len(losses) <= setting.steps:
        raise ValueError(f"{len(losses)} losses at step {numbers['step']!r} of {setting.steps}")
    mover = Mover(optimizer, params)
    mover.restore(_own(arrays, "state.") | numbers["state"])
    best = arrays["best"]
    return Trial(
        optimizer,
        seed,
        params,
        memory,
        mover,
        losses=losses.tolist(),
        history=[_epoch(row) for row in arrays["history"]],
        ensemble=[_epoch(row) for row in arrays["ensemble"]],
        snapshots=[
            Snapshot(int(step), *both)
            for step, *both in zip(arrays["kept"], arrays["kept.params"], arrays["kept.memory"], strict=True)
        ]
        if len(arrays["kept"])
        else [],
        best=(_epoch(best), arrays["best.params"], arrays["best.memory"]) if len(best) else None,
        **{name: numbers[name] for name in _NUMBERS},
    )


def _check_arrays(arrays: dict[str, NDArray[Any]], fresh: Trial) -> None:
    """Refuse arrays of other shapes and types than `_arrays` writes, which are those of a trial that is begun anew."""
    kept, best = arrays["kept"].shape[:1], arrays["best"].shape == (6,)
    weights = {"params": fresh.params, "memory": fresh.memory}
    wanted: dict[str, tuple[tuple[int, ...], Any]] = {
        "losses": ((arrays["losses"].size,), float),
        **{name: ((arrays[name].size // 6, 6), float) for name in ("history", "ensemble")},
        "kept": (kept, int),
        "best": ((6,) if best else (0,), float),
    }
    for name, like in weights.items():
        wanted[name] = like.shape, like.dtype
        if kept != (0,):
            wanted[f"kept.{name}"] = (*kept, *like.shape), like.dtype
        if best:
            wanted[f"best.{name}"] = like.shape, like.dtype
    for name, (shape, dtype) in wanted.items():
        found = arrays[name]
        if (found.shape, found.dtype) != (shape, np.dtype(dtype)):
            what = {"params": "parameters", "memory": "averages"}.get(name, name)
            raise ValueError(f"{found.shape} {what} of {found.dtype}, not {shape} of {np.dtype(dtype)}")


def _row(epoch: Epoch) -> list[float]:
    return [epoch.epoch, epoch.step, *epoch.train, *epoch.validation]


def _epoch(row: Any) -> Epoch:
    epoch, step, *scores = row.tolist()
    if not (0 <= epoch <= MAX_EPOCHS and 0 <= step < math.inf):
        raise ValueError(f"an epoch is number {epoch}, ends at step {step}")
    return Epoch(int(epoch), int(step), Score(*scores[:2]), Score(*scores[2:]))


def _fingerprint(setting: Setting) -> str:
    """What samples there are, and which part each is in."""
    digest = hashlib.sha256()
    tests = [] if setting.data.test_x is None else [setting.data.test_x, setting.data.test_y]
    for array in (setting.data.x, setting.data.y, *tests, *(part.rows for part in setting.parts)):
        assert array is not None
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _written(optimizer: Any) -> str:
    values = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}
    return f"{type(optimizer).__name__}({', '.join(f'{name}={value}' for name, value in values.items())})"


def _difference(name: str, theirs: Any, ours: Any, kept: str) -> str:
    """In what a saved training differs from the one that is asked for; of long lists only the parts that do."""
    if name == "samples":
        return "its samples are others, by the data set or by how that is split"
    if name == "snapshots":
        return kept
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        both = [pair for pair in zip(theirs, ours, strict=True) if pair[0] != pair[1]]
        theirs, ours = ([pair[side] for pair in both] for side in (0, 1))
    return f"its {name} is {_short(theirs)}, that of this training {_short(ours)}"


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 120 else text[:119] + "…"
