"""Make the runs of small networks that the tests compare ours with.

``python tests/reference/make_networks.py`` needs torch, and nothing of optviz. Each network is trained by torch in
float64 from given weights on given batches; its losses, final weights, running statistics and outputs at test are
written beside this script, and the values and slopes of torch's activations.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import torch
from torch import nn

torch.set_default_dtype(torch.float64)

SAMPLES, INPUTS, HIDDEN, CLASSES, BATCH, STEPS = 40, 5, (7, 6), 3, 10, 50
ACTIVATIONS = {
    "identity": nn.Identity(),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "relu": nn.ReLU(),
    "leaky-relu": nn.LeakyReLU(),
    "elu": nn.ELU(),
    "gelu": nn.GELU(approximate="tanh"),
    "softplus": nn.Softplus(threshold=1000),
}
CASES = [
    ("sgd", {"lr": 0.3}, torch.optim.SGD),
    ("momentum", {"lr": 0.1, "momentum": 0.8}, torch.optim.SGD),
    ("adagrad", {"lr": 0.1, "eps": 1e-8}, torch.optim.Adagrad),
    ("rmsprop", {"lr": 0.01, "rho": 0.95, "eps": 1e-6}, lambda p, rho, **k: torch.optim.RMSprop(p, alpha=rho, **k)),
    (
        "adam",
        {"lr": 0.03, "beta1": 0.85, "beta2": 0.98, "eps": 1e-6},
        lambda p, beta1, beta2, **k: torch.optim.Adam(p, betas=(beta1, beta2), **k),
    ),
]


def network(kind, batchnorm):
    layers, before = [], INPUTS
    for width in HIDDEN:
        layers.append(nn.Linear(before, width, bias=not batchnorm))
        layers += [nn.BatchNorm1d(width, eps=1e-4, momentum=0.2)] if batchnorm else []
        layers.append(ACTIVATIONS[kind])
        before = width
    return nn.Sequential(*layers, nn.Linear(before, CLASSES))


def flat(model):
    """Parameters in the order of the layers, weights as (inputs, outputs)."""
    return torch.cat([p.T.ravel() if p.ndim == 2 else p.ravel() for p in model.parameters()]).tolist()


def running(model):
    found = [m for m in model if isinstance(m, nn.BatchNorm1d)]
    return [value for m in found for value in (*m.running_mean.tolist(), *m.running_var.tolist())]


def run(name, fields, optimizer, kind, batchnorm, l2, x, y, batches):
    torch.manual_seed(5)
    model = network(kind, batchnorm)
    start = flat(model)
    driver = optimizer(model.parameters(), **fields)
    losses = []
    for batch in batches:
        driver.zero_grad()
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        loss = loss + l2 / 2 * sum((m.weight**2).sum() for m in model if isinstance(m, nn.Linear))
        loss.backward()
        driver.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        outputs = model(x).tolist()
    row = {"optimizer": name, "fields": fields, "activation": kind, "batchnorm": batchnorm, "l2": l2}
    ends = {"losses": losses, "end": flat(model), "running": running(model), "outputs": outputs}
    return row | {"start": start} | ends


def activations():
    for name, module in ACTIVATIONS.items():
        x = torch.tensor([-30.0, -4.0, -1.3, -0.2, 0.1, 0.9, 3.7, 30.0], requires_grad=True)
        y = module(x)
        (slopes,) = torch.autograd.grad(y.sum(), x)
        yield {"name": name, "x": x.tolist(), "y": y.tolist(), "slopes": slopes.tolist()}


if __name__ == "__main__":
    torch.manual_seed(1)
    x = torch.randn(SAMPLES, INPUTS)
    y = (x @ torch.randn(INPUTS, CLASSES)).argmax(dim=1)
    batches = [torch.randperm(SAMPLES)[:BATCH] for _ in range(STEPS)]
    train = partial(run, x=x, y=y, batches=batches)
    rows = [train(*case, kind="relu", batchnorm=True, l2=0.0) for case in CASES]
    rows += [train(*CASES[4], kind="tanh", batchnorm=False, l2=0.05), train(*CASES[1], "gelu", True, 0.02)]
    head = {"versions": {"torch": torch.__version__}, "hidden": HIDDEN, "eps": 1e-4, "decay": 0.8}
    head |= {"x": x.tolist(), "y": y.tolist(), "batches": [batch.tolist() for batch in batches]}
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    shapes = ",\n".join(json.dumps(row, separators=(",", ":")) for row in activations())
    start = json.dumps(head, separators=(",", ":"))[:-1]
    Path(__file__).with_name("networks.json").write_text(
        f'{start},"activations":[\n{shapes}\n],"rows":[\n{lines}\n]}}\n'
    )
