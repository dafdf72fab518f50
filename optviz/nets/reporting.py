"""What trainings are worth, as numbers for tables and JSON: scores on all three parts, and their spread over seeds."""

from __future__ import annotations

import math
from statistics import mean, stdev
from typing import Any

import optviz
from optviz.nets.setting import Score
from optviz.nets.training import Run, Training
from optviz.numerals import rate_cell

_LARGE = 1e4  # losses that have no decimals


def report(training: Training) -> dict[str, Any]:
    """A training as plain data: of one seed its runs; of several a problem each, and a summary a label."""
    rest = {"version": optviz.__version__, "parameters": training.network.size}
    if len(training.seeds) == 1:
        runs = [record(run) for run in training.runs]
        return {"data": training.data.name, "seed": training.seeds[0], **rest, "runs": runs}
    return {
        "data": training.data.name,
        "seeds": list(training.seeds),
        **rest,
        "problems": [
            {"seed": seed, "runs": [record(run) for run in training.runs if run.seed == seed]}
            for seed in training.seeds
        ],
        "summary": summary(training),
    }


def record(run: Run) -> dict[str, Any]:
    """A run as plain data; what is not finite is None."""
    return {
        "label": run.label,
        "optimizer": run.entry.ref,
        "hyperparameters": run.entry.optimizer.hyperparameters(),
        "lr_rule": run.lr_rule,
        "lr_on_edge": run.lr_on_edge,
        "epochs": run.epochs,
        "train": plain_score(run.train),
        "validation": plain_score(run.validation),
        "test": plain_score(run.test),
        "seconds": run.seconds,
        "samples_per_second": run.samples_per_second,
        "diverged_at": run.diverged_at,
        "history": [
            {
                "epoch": at.epoch,
                "step": at.step,
                "train": plain_score(at.train),
                "validation": plain_score(at.validation),
            }
            for at in run.history
        ],
    }


def summary(training: Training) -> list[dict[str, Any]]:
    """A row a label, over all seeds: the mean of each score, and the sample standard deviation as its spread."""
    rows = []
    for label in training.labels:
        runs = training.of(label)
        row: dict[str, Any] = {"label": label, "seeds": len(runs)}
        for part in ("train", "validation", "test"):
            scores = [getattr(run, part) for run in runs]
            for name in Score._fields:
                row[f"{part}_{name}"] = _spread([getattr(score, name) for score in scores])
        row["diverged"] = sum(run.diverged_at is not None for run in runs)
        rows.append(row)
    return rows


def table(training: Training) -> list[dict[str, Any]]:
    """A row a run for people; over several seeds a row a label, mean ± spread."""
    rows = []
    for label in training.labels:
        runs = training.of(label)
        lr = runs[0].entry.optimizer.lr
        edge = "*" if runs[0].lr_on_edge else ""
        row: dict[str, Any] = {"run": label, "lr": rate_cell(lr, runs[0].lr_rule) + edge, "rule": runs[0].lr_rule}
        row["epochs"] = runs[0].epochs if len(runs) == 1 else _told([run.epochs for run in runs], "{:.4g}")
        losses = [run.train.loss for run in runs]
        row["loss"] = _told(losses, "{:.4f}" if max(losses) < _LARGE else "{:.3g}")
        for part in ("train", "validation", "test"):
            row[f"{part} %"] = _told([100 * getattr(run, part).accuracy for run in runs], "{:.2f}")
        row["samples/s"] = f"{mean(run.samples_per_second for run in runs):.0f}"
        diverged = [run.diverged_at for run in runs if run.diverged_at is not None]
        row["diverged at"] = (
            (diverged[0] if diverged else None) if len(runs) == 1 else f"{len(diverged)} of {len(runs)}"
        )
        rows.append(row)
    return rows


def plain_score(score: Score) -> dict[str, Any]:
    """A score as plain data; what is not finite is None."""
    return {name: value if math.isfinite(value) else None for name, value in score._asdict().items()}


def _spread(values: list[float]) -> dict[str, float | None]:
    if not all(map(math.isfinite, values)):
        return {"mean": None, "spread": None}
    return {"mean": mean(values), "spread": stdev(values)}


def _told(values: list[float], form: str) -> str | None:
    if not all(map(math.isfinite, values)):
        return None
    text = form.format(mean(values))
    return text if len(values) == 1 else f"{text} ± {form.format(stdev(values))}"
