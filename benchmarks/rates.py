"""Choosing learning rates for networks: the former rule against the present one, by what the rates are worth.

``python benchmarks/rates.py`` takes five minutes on one core, ``--quick`` a little over one; ``--seeds`` says how many
seeds, ``--seed`` which is the first, ``--epochs`` how long is trained. On moons and digits, with the network and the
training that ``optviz train`` takes unless told else, both rules choose a rate for each of the five optimizers at each
seed. The former rule took the lowest validation loss of one training a rate, from one other seed and of 200 steps at
the most; the present one is that of `optviz.nets.rates`.

Every rate of the grid is then trained to the end from all seeds. A choice's regret is the mean test accuracy over the
seeds of the best of the twelve rates, less that of the rate chosen, in points; trainings that diverge count as guesses.
The best of twelve is the best by the same few test samples, so regrets are too large for every rule, and they tell
nothing of their own error. The gain does: what the present rule's choice for a seed gets in that seed's own training,
less what the former's gets, averaged over the optimizers; a number a seed, so that seeds give a mean and its standard
error. A gain of less than two standard errors is none that was seen. A choice flips if another rate is chosen once the
first weights of all trials are moved by about a millionth of themselves, which should mean nothing.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import math
import statistics
import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from tables import show

from optviz.catalog import DEFAULT_OPTIMIZERS, load_optimizer
from optviz.nets.datasets import load_data
from optviz.nets.network import Network, perceptron
from optviz.nets.rates import GRID, choose_rates
from optviz.nets.setting import prepare
from optviz.nets.splits import SHARES
from optviz.nets.trials import advance, begin

DATA, HIDDEN, EPOCHS = ("moons", "digits"), (64,), 20
SEEDS, QUICK, MOVED = 8, 2, 1e-6
FORMER_STEPS = 200


class Choice(NamedTuple):
    """Of one rule for one optimizer at one seed: the rate, and the one it takes from moved weights."""

    rate: float
    moved: float


class Shaken(Network):
    """A network whose first weights are moved."""

    def begin(self, seed, dtype=np.float64):
        params, memory = super().begin(seed, dtype)
        noise = np.random.default_rng([*np.atleast_1d(seed), 1]).standard_normal(len(params))
        return (params * (1 + MOVED * noise)).astype(dtype), memory


def former(setting, optimizer):
    """The rule there was: the lowest of twelve validation losses, each the end of one short training."""
    seed = int(np.random.SeedSequence([setting.seed, 6]).generate_state(1)[0])
    losses = []
    for lr in GRID:
        trial = begin(setting, replace(optimizer, lr=lr), seed)
        advance(setting, trial, min(FORMER_STEPS, setting.steps))
        with np.errstate(all="ignore"):
            loss = setting.evaluate(trial.answers(setting), setting.parts.validation).loss
        losses.append(loss if trial.diverged_at is None and math.isfinite(loss) else math.inf)
    return GRID[int(np.argmin(losses))]


def present(setting, optimizer):
    return choose_rates([setting], [optimizer])[0].lr


RULES = {"former": former, "present": present}


def settings(name, seeds, epochs):
    """A setting a seed."""
    data = load_data(name)
    network = perceptron(data.features, data.classes, HIDDEN)
    return [prepare(data, network, seed, SHARES, epochs=epochs) for seed in seeds]


def accuracies(trained, optimizer):
    """The test accuracies of every rate of the grid, in per cent, seed by seed."""
    found = {}
    for lr in GRID:
        each = []
        for setting in trained:
            trial = begin(setting, replace(optimizer, lr=lr), setting.seed)
            advance(setting, trial, setting.steps)
            with np.errstate(all="ignore"):
                right = setting.evaluate(trial.answers(setting), setting.parts.test).accuracy
            guessed = 1 / setting.network.classes
            each.append(100 * (right if trial.diverged_at is None and math.isfinite(right) else guessed))
        found[lr] = each
    return found


def choices(rule, trained, optimizer):
    """What a rule chooses at every seed."""
    found = []
    for setting in trained:
        network = Shaken(setting.network.inputs, setting.network.layers)
        found.append(Choice(rule(setting, optimizer), rule(replace(setting, network=network), optimizer)))
    return found


def judged(found, accuracy):
    """Regret of each choice, and how many of them flip."""
    worth = {lr: statistics.mean(each) for lr, each in accuracy.items()}
    best = max(worth.values())
    return [best - worth[choice.rate] for choice in found], sum(choice.rate != choice.moved for choice in found)


def gained(before, after, accuracy):
    """What each choice of the present rule has more, in the training of the seed it was made for."""
    pairs = zip(before, after, strict=True)
    return [accuracy[new.rate][at] - accuracy[old.rate][at] for at, (old, new) in enumerate(pairs)]


def measure(name, seeds, epochs):
    """Regrets and flips of each rule on a data set, optimizer by optimizer, and the gain, seed by seed."""
    trained = settings(name, seeds, epochs)
    measured, gains = {rule: {} for rule in RULES}, []
    for spec in DEFAULT_OPTIMIZERS:
        optimizer = load_optimizer(spec).optimizer
        accuracy = accuracies(trained, optimizer)
        chosen = {rule: choices(choose, trained, optimizer) for rule, choose in RULES.items()}
        for rule, found in chosen.items():
            measured[rule][optimizer.name] = judged(found, accuracy)
        gains.append(gained(chosen["former"], chosen["present"], accuracy))
    return measured, [statistics.mean(each) for each in zip(*gains, strict=True)]


def with_error(values):
    """A mean and its standard error; of one value there is none."""
    error = f"{statistics.stdev(values) / math.sqrt(len(values)):.2f}" if len(values) > 1 else "unknown"
    return f"{statistics.mean(values):+.2f}, standard error {error}"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--quick", action="store_true", help=f"a little over a minute, with {QUICK} seeds: too few to tell much"
    )
    parser.add_argument("--seeds", type=int, metavar="K", help=f"how many seeds, from 1 (default: {SEEDS})")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the first, from 0 (default: %(default)s)")
    parser.add_argument(
        "--epochs", type=int, default=EPOCHS, metavar="N", help="of each training (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    seeds = options.seeds if options.seeds is not None else QUICK if options.quick else SEEDS
    for option, value in {"--seeds": seeds, "--epochs": options.epochs}.items():
        if value < 1:
            parser.error(f"{option} must be 1 or more, not {value}")
    if options.seed < 0:
        parser.error(f"--seed must be 0 or more, not {options.seed}")
    began = time.perf_counter()
    head = ["", "regret, points: mean", "worst", "flips", "of"]
    for name in DATA:
        print(f"## {name}, {seeds} seeds from {options.seed} on, {options.epochs} epochs\n")
        measured, gains = measure(name, range(options.seed, options.seed + seeds), options.epochs)
        rows = [row(f"{rule} rule", list(found.values())) for rule, found in measured.items()]
        for rule, found in measured.items():
            rows += [row(f"{rule}, {optimizer}", [each]) for optimizer, each in found.items()]
        show(head, rows)
        print(f"Gain of the present rule over the former, in points: {with_error(gains)}\n")
    print(f"{time.perf_counter() - began:.0f} s")


def row(title, found):
    regrets = [regret for several, _ in found for regret in several]
    flips = sum(flipped for _, flipped in found)
    return [title, f"{statistics.mean(regrets):.2f}", f"{max(regrets):.2f}", str(flips), str(len(regrets))]


if __name__ == "__main__":
    main()
