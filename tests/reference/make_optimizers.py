"""Make the trajectories and learning rates that the tests compare ours with.

``python tests/reference/make_optimizers.py`` needs torch, jax and optax, and nothing of optviz. Each
optimizer is run by torch.optim where torch has it, else by optax, else by a formula unrolled by hand, on
three surfaces, in float64, with hyperparameters that are not the defaults. Gradients are the libraries' own.
One JSON file a source is written beside this script.
"""

from __future__ import annotations

import json
import math
from functools import partial
from itertools import islice
from pathlib import Path

import jax
import optax
import torch
from torch.optim import lr_scheduler

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)  # else NAdam keeps its product of momenta in float32

STEPS = 200
KEPT = [*range(11), *range(15, STEPS + 1, 5)]


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def beale(x, y):
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def quadratic(x, y):
    """Half-axes turned by 0.5 rad, curvatures 1 and 60."""
    u, v = math.cos(0.5) * x + math.sin(0.5) * y, math.cos(0.5) * y - math.sin(0.5) * x
    return (u**2 + 60 * v**2) / 2


SURFACES = {rosenbrock: (-1.2, 1.0), beale: (1.0, 1.0), quadratic: (-1.5, 1.0)}
BETAS = {"beta1": 0.8, "beta2": 0.97}


def with_betas(optimizer, **switches):
    """A torch optimizer that takes our beta1 and beta2 for its betas."""
    return lambda x, lr, beta1, beta2, **rest: optimizer(x, lr=lr, betas=(beta1, beta2), **rest, **switches)


def torch_rmsprop(x, lr, rho, eps, centered=False):
    return torch.optim.RMSprop(x, lr=lr, alpha=rho, eps=eps, centered=centered)


def optax_lion(lr, beta1, beta2, weight_decay):
    return optax.lion(lr, b1=beta1, b2=beta2, weight_decay=weight_decay)


def optax_adabelief(lr, beta1, beta2, eps):
    return optax.adabelief(lr, b1=beta1, b2=beta2, eps=eps, eps_root=eps)


def optax_yogi(lr, beta1, beta2, eps):
    return optax.yogi(lr, b1=beta1, b2=beta2, eps=eps)


def unrolled_qhm(gradient, x, lr, nu, beta):
    """Ma & Yarats 2019, a coordinate at a time."""
    v = [0.0, 0.0]
    while True:
        yield list(x)
        for i, g in enumerate(gradient(x)):
            v[i] = beta * v[i] + (1 - beta) * g
            x[i] -= lr * ((1 - nu) * g + nu * v[i])


def unrolled_adam(gradient, x, lr, beta1, beta2, eps, weight_decay=0.0, amsgrad=False):
    """Adam, AdamW and AMSGrad without bias correction, a coordinate at a time."""
    m, v, peak = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
    while True:
        yield list(x)
        for i, g in enumerate(gradient(x)):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            peak[i] = max(peak[i], v[i])
            x[i] -= lr * weight_decay * x[i] + lr * m[i] / (math.sqrt(peak[i] if amsgrad else v[i]) + eps)


# optviz's name, hyperparameters as optviz names them, a learning rate a surface, who is given them. The rates
# are such that rounding does not grow: AdaDelta and centered RMSProp turn chaotic where they overshoot.
TORCH = [
    ("sgd", {}, (1.1e-3, 1.2e-2, 2.1e-2), torch.optim.SGD),
    ("momentum", {"momentum": 0.7}, (4e-4, 6e-3, 1.5e-2), torch.optim.SGD),
    ("nesterov", {"momentum": 0.8}, (3e-4, 5e-3, 8e-3), partial(torch.optim.SGD, nesterov=True)),
    ("adagrad", {"eps": 1e-3}, (0.21, 0.32, 0.4), torch.optim.Adagrad),
    ("rmsprop", {"rho": 0.95, "eps": 1e-3}, (4e-3, 1.1e-2, 1.3e-2), torch_rmsprop),
    ("rmsprop", {"rho": 0.85, "eps": 0.5, "centered": True}, (1e-3, 1.2e-2, 1.1e-2), torch_rmsprop),
    ("adam", {**BETAS, "eps": 1e-5}, (2e-2, 3e-2, 5e-2), with_betas(torch.optim.Adam)),
    ("adadelta", {"rho": 0.95, "eps": 1e-3}, (0.1, 0.2, 0.2), torch.optim.Adadelta),
    (
        "adamax",
        {"beta1": 0.85, "beta2": 0.98, "eps": 1e-3},
        (2.5e-2, 4e-2, 6e-2),
        with_betas(torch.optim.Adamax),
    ),
    (
        "nadam",
        {**BETAS, "eps": 1e-5, "momentum_decay": 0.02},
        (1.5e-2, 3e-2, 4e-2),
        with_betas(torch.optim.NAdam),
    ),
    ("radam", {**BETAS, "eps": 1e-4}, (1e-3, 2e-2, 6e-3), with_betas(torch.optim.RAdam)),
    ("amsgrad", {**BETAS, "eps": 1e-4}, (2e-2, 5e-2, 6e-2), with_betas(torch.optim.Adam, amsgrad=True)),
    ("adamw", {**BETAS, "eps": 1e-5, "weight_decay": 0.3}, (2e-2, 3e-2, 5e-2), with_betas(torch.optim.AdamW)),
]
OPTAX = [
    ("lion", {"beta1": 0.85, "beta2": 0.95, "weight_decay": 0.2}, (4e-3, 7e-3, 9e-3), optax_lion),
    ("adabelief", {**BETAS, "eps": 1e-6}, (8e-3, 2e-2, 3e-2), optax_adabelief),
    ("yogi", {**BETAS, "eps": 1e-2}, (1.5e-2, 3e-2, 5e-2), optax_yogi),
]
UNCORRECTED = {**BETAS, "eps": 1e-5, "bias_correction": False}
BY_HAND = [
    ("qhm", {"nu": 0.6, "beta": 0.95}, (1e-3, 1.2e-2, 2.5e-2), unrolled_qhm),
    ("adam", UNCORRECTED, (2e-2, 3e-2, 5e-2), unrolled_adam),
    ("amsgrad", UNCORRECTED, (2e-2, 5e-2, 6e-2), partial(unrolled_adam, amsgrad=True)),
    ("adamw", {**UNCORRECTED, "weight_decay": 0.3}, (2e-2, 3e-2, 5e-2), unrolled_adam),
]


def run_torch(surface, start, optimizer, options):
    x = torch.tensor(start, requires_grad=True)
    driver = optimizer([x], **options)
    while True:
        yield x.detach().tolist()
        driver.zero_grad()
        surface(x[0], x[1]).backward()
        driver.step()


def run_optax(surface, start, optimizer, options):
    x = jax.numpy.array(start)
    driver = optimizer(**options)
    state = driver.init(x)

    @jax.jit
    def step(x, state):
        updates, state = driver.update(jax.grad(lambda x: surface(x[0], x[1]))(x), state, x)
        return optax.apply_updates(x, updates), state

    while True:
        yield x.tolist()
        x, state = step(x, state)


def run_by_hand(surface, start, optimizer, options):
    def gradient(point):
        x = torch.tensor(point, requires_grad=True)
        surface(x[0], x[1]).backward()
        return x.grad.tolist()

    told = {name: value for name, value in options.items() if name != "bias_correction"}
    return optimizer(gradient, list(start), **told)


def trajectories(cases, run):
    for name, fields, rates, optimizer in cases:
        for (surface, start), lr in zip(SURFACES.items(), rates, strict=True):
            options = {"lr": lr, **fields}
            points = list(islice(run(surface, start, optimizer, options), STEPS + 1))
            row = {"optimizer": name, "fields": options, "surface": surface.__name__}
            yield row | {"points": [points[t] for t in KEPT]}


def schedules():
    """Factors at steps 1, 2, … by torch.optim.lr_scheduler, beside ours as one writes it."""

    def constant(driver):
        return lr_scheduler.ConstantLR(driver, factor=1.0)

    def step(driver):
        return lr_scheduler.StepLR(driver, step_size=7, gamma=0.6)

    def exponential(driver):
        return lr_scheduler.ExponentialLR(driver, gamma=0.93)

    def cosine(driver):
        return lr_scheduler.CosineAnnealingLR(driver, T_max=39)

    def warm_cosine(driver):
        rise = lr_scheduler.LinearLR(driver, start_factor=1 / 8, total_iters=7)
        fall = lr_scheduler.CosineAnnealingLR(driver, T_max=31, eta_min=0.1)
        return lr_scheduler.SequentialLR(driver, [rise, fall], milestones=[8])

    def one_cycle(driver):
        return lr_scheduler.OneCycleLR(
            driver,
            max_lr=1.0,
            total_steps=41,
            pct_start=11 / 41,
            anneal_strategy="linear",
            cycle_momentum=False,
            div_factor=20,
            final_div_factor=math.inf,
        )

    def cyclic(driver):
        return lr_scheduler.CyclicLR(driver, base_lr=0.2, max_lr=1.0, step_size_up=6, cycle_momentum=False)

    twins = {
        "constant": constant,
        "step(7,0.6)": step,
        "exponential(0.93)": exponential,
        "cosine(40)": cosine,
        "cosine(40,8,0.1)": warm_cosine,
        f"one-cycle(41,{11 / 41},0.05)": one_cycle,
        "cyclic(12,0.2)": cyclic,
    }
    for text, twin in twins.items():
        driver = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        schedule = twin(driver)
        factors = []
        for _ in range(40):
            factors.append(driver.param_groups[0]["lr"])
            driver.step()
            schedule.step()
        yield {"schedule": text, "factors": factors}


def write(name, versions, rows):
    """One row a line, so that a change is seen in a diff."""
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    head = json.dumps({"versions": versions, "steps": KEPT})[:-1]
    Path(__file__).with_name(f"{name}.json").write_text(f'{head}, "rows": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    torch_version = {"torch": torch.__version__}
    write("torch", torch_version, trajectories(TORCH, run_torch))
    write("optax", {"optax": optax.__version__, "jax": jax.__version__}, trajectories(OPTAX, run_optax))
    write("by_hand", torch_version, trajectories(BY_HAND, run_by_hand))
    write("schedules", torch_version, schedules())
