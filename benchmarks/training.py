"""Training a network: optviz against plain autograd and torch, side by side in one process.

``python benchmarks/training.py`` takes a minute or two. 784-256-128-10 with batch normalization and ReLU, batches of
128 out of 60 000 synthetic samples in float32, Adam, one epoch, two threads. Contenders take turns; medians of epochs
are shown as samples a second, and ratios to the first. All begin with the same weights and see the same batches; that
they learn the same is checked. Torch is shown where it is installed. ``OPENBLAS_NUM_THREADS=1`` takes one thread.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")

import statistics
import time
from dataclasses import replace
from importlib.util import find_spec

import autograd
import autograd.numpy as anp
import numpy as np

import optviz
from optviz.nets.network import perceptron
from optviz.nets.setting import prepare
from optviz.nets.splits import Samples, Split, Standardizer
from optviz.nets.trials import advance, begin
from optviz.sampling import minibatches

SAMPLES, FEATURES, HIDDEN, CLASSES, BATCH = 60_000, 784, (256, 128), 10, 128
REPEATS, LR, SEED = 5, 1e-3, 0
THREADS = int(os.environ["OPENBLAS_NUM_THREADS"])
GOALS = {"plain autograd, float32": 2.2, "torch, Adam": 1.0}


def samples():
    random = np.random.default_rng(1)
    x = random.standard_normal((SAMPLES, FEATURES), dtype=np.float32)
    return x, (x @ random.standard_normal((FEATURES, CLASSES), dtype=np.float32)).argmax(axis=1)


def ours(x, y):
    """The training loop of `optviz.train`, without its evaluations."""
    network = perceptron(FEATURES, CLASSES, HIDDEN, batchnorm=True)
    data = optviz.Dataset(name="synthetic", title="Synthetic", x=x, y=y)
    setting = prepare(data, network, SEED, (0.6, 0.2, 0.2), epochs=1, batch_size=BATCH)
    whole = Samples(x, np.arange(len(x)), y)
    asis = Standardizer(np.zeros(1), np.ones(1))
    setting = replace(setting, parts=Split(whole, whole, whole), standard=asis)
    return setting, begin(setting, optviz.Adam(lr=LR), SEED)


def weights(x, y):
    """The first weights of ours, layer by layer."""
    setting, trial = ours(x, y)
    return [view.copy() for view in setting.network.views(trial.params)]


def run_ours(x, y):
    setting, trial = ours(x, y)
    began = time.perf_counter()
    advance(setting, trial, setting.steps)
    return time.perf_counter() - began, trial.losses


def run_plain(x, y):
    """What one writes with autograd: a list of arrays, `value_and_grad`, Adam in numpy."""
    params = weights(x, y)

    def loss(params, x, y):
        w1, g1, b1, w2, g2, b2, w3, b3 = params
        for w, scale, shift in ((w1, g1, b1), (w2, g2, b2)):
            x = anp.dot(x, w)
            x = (x - anp.mean(x, axis=0)) / anp.sqrt(anp.var(x, axis=0) + 1e-5) * scale + shift
            x = anp.maximum(x, 0)
        logits = anp.dot(x, w3) + b3
        logits = logits - anp.max(logits, axis=1, keepdims=True)
        return anp.mean(anp.log(anp.sum(anp.exp(logits), axis=1)) - logits[anp.arange(len(y)), y])

    slope = autograd.value_and_grad(loss)
    m, v = [[np.zeros_like(p) for p in params] for _ in range(2)]
    batch, losses = minibatches(len(x), BATCH, SEED), []
    began = time.perf_counter()
    for t in range(1, len(x) // BATCH + 1):
        chosen = batch(t)
        value, gradient = slope(params, x[chosen], y[chosen])
        losses.append(float(value))
        for i, g in enumerate(each.astype(np.float32) for each in gradient):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.999 * v[i] + 0.001 * g * g
            params[i] = params[i] - LR * (m[i] / (1 - 0.9**t)) / (np.sqrt(v[i] / (1 - 0.999**t)) + 1e-8)
    return time.perf_counter() - began, losses


def run_torch(x, y):
    import torch
    from torch import nn

    torch.set_num_threads(THREADS)
    first, second = HIDDEN
    model = nn.Sequential(
        nn.Linear(FEATURES, first, bias=False), nn.BatchNorm1d(first), nn.ReLU(),
        nn.Linear(first, second, bias=False), nn.BatchNorm1d(second), nn.ReLU(),
        nn.Linear(second, CLASSES),
    )  # fmt: skip
    with torch.no_grad():
        for parameter, start in zip(model.parameters(), weights(x, y), strict=True):
            parameter.copy_(torch.from_numpy(start.T if start.ndim == 2 else start))
    driver = torch.optim.Adam(model.parameters(), lr=LR)
    measure = nn.CrossEntropyLoss()
    inputs, labels, losses = torch.from_numpy(x), torch.from_numpy(y), []
    batch = minibatches(len(x), BATCH, SEED)
    began = time.perf_counter()
    for t in range(1, len(x) // BATCH + 1):
        chosen = torch.from_numpy(batch(t))
        driver.zero_grad()
        loss = measure(model(inputs[chosen]), labels[chosen])
        loss.backward()
        driver.step()
        losses.append(loss.item())
    return time.perf_counter() - began, losses


def main():
    x, y = samples()
    contenders = {"plain autograd, float32": run_plain, "optviz": run_ours}
    if find_spec("torch"):
        contenders["torch, Adam"] = run_torch
    taken = {name: [] for name in contenders}
    for _ in range(REPEATS):
        learned = {}
        for name, run in contenders.items():
            seconds, learned[name] = run(x, y)
            taken[name].append(seconds)
        for name, losses in learned.items():
            np.testing.assert_allclose(losses[:10], learned["optviz"][:10], rtol=1e-3, err_msg=name)
    count = SAMPLES // BATCH * BATCH
    speed = {name: count / statistics.median(seconds) for name, seconds in taken.items()}
    first = next(iter(speed.values()))
    print(f"| contender | samples/s | times as fast |\n| --- | --- | --- |\n{rows(speed, first)}")
    for name, goal in GOALS.items():
        if name in speed:
            ratio = speed["optviz"] / speed[name]
            print(f"\noptviz is {ratio:.2f}× {name} (goal ≥ {goal}×): {'reached' if ratio >= goal else 'MISSED'}")
        else:
            print(f"\n{name.split(',')[0]} is not installed")


def rows(speed, first):
    return "\n".join(f"| {name} | {each:.0f} | {each / first:.2f} |" for name, each in speed.items())


if __name__ == "__main__":
    main()
