"""Recipes of trainings: what a picture of one remembers of it, and how it is trained again from there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

import optviz
from optviz.errors import OptvizError
from optviz.nets.datasets import load_data
from optviz.nets.layers import Activation, BatchNorm, Dense, Dropout
from optviz.nets.network import Network, perceptron
from optviz.nets.setting import Setting
from optviz.nets.training import Training, train
from optviz.netscenes.moments import Steps, lines_of
from optviz.netscenes.portrait import Portrait
from optviz.picture import Picture
from optviz.recipe import Recipe, RecipeError, spec_of

_DIGITS = 4  # of samples that count, so that another processor's last digit does not


def recipe_of_training(training: Training, portrait: Portrait, steps: Steps) -> Recipe:
    """The recipe of a film of a training that shows these steps."""
    setting = training.runs[0].setting
    about = {
        "data": training.data.asked,
        "samples": fingerprint(setting),
        "network": network_options(training.network),
        "epochs": setting.epochs,
        "l1": setting.penalty.l1,
        "l2": setting.penalty.l2,
        "augment": [str(change) for change in setting.augment],
        "ensemble": len(training.runs[0].trials),
        "seeds": list(training.seeds),
        "patience": setting.patience,
        "dtype": setting.dtype,
        "snapshots": setting.snapshots,
        "show": list(portrait.show),
        "plane": portrait.plane,
    }
    return Recipe(
        version=optviz.__version__,
        command="train",
        surface=None,
        runs=tuple((spec_of(line), line.lr_rule) for line in lines_of(training)),
        start=(),
        steps=len(steps) - 1,
        seed=training.seeds[0],
        noise=0.0,
        clip=None,
        batch_size=setting.batch_size,
        picture=portrait.picture.as_data(),
        training=about,
    ).with_files()


def train_again(recipe: Recipe) -> Training:
    """The training that a recipe describes, made anew; on the same machine and version it is the same to the bit.

    Raises:
        RecipeError: It was made in Python, or its data is other data now, or the recipe is damaged.
    """
    about = dict(recipe.training or {})
    again = train_from(recipe, about["seeds"])
    if fingerprint(again.runs[0].setting) != about["samples"]:
        raise RecipeError(f"{about['data']}: its samples, or their parts, are others than when the picture was made")
    rules = {run.label: rule for run, (_, rule) in zip(again.runs, recipe.runs, strict=False)}
    return replace(again, runs=tuple(replace(run, lr_rule=rules[run.label]) for run in again.runs))


def train_from(recipe: Recipe, seeds: Sequence[int]) -> Training:
    """A training of the recipe's kind, at its rates, from these seeds.

    Raises:
        RecipeError: It was made in Python, or the recipe is damaged.
    """
    about = dict(recipe.training or {})
    for name in ("data", "network"):
        if about[name] is None:
            raise RecipeError(f"the recipe's {name} was made in Python; only its maker can make this picture again")
    try:
        data = load_data(about["data"])
        network = perceptron(data.features, data.classes, **_options(about["network"]))
        names = ("epochs", "l1", "l2", "augment", "ensemble", "patience", "dtype", "snapshots")
        options = {name: about[name] for name in names} | {"batch_size": recipe.batch_size, "seeds": tuple(seeds)}
        return train(data, network, [spec for spec, _ in recipe.runs], **options)
    except OptvizError as error:
        raise RecipeError(f"the recipe's training cannot be made again: {error}") from error


def portrait_again(recipe: Recipe, picture: Picture) -> Portrait:
    """What the recipe's picture shows.

    Raises:
        RecipeError: It says what this version does not know.
    """
    about = dict(recipe.training or {})
    try:
        return Portrait(picture=picture, show=tuple(about["show"]), plane=about["plane"])
    except OptvizError as error:
        raise RecipeError(f"the recipe's picture is not one this version knows: {error}") from error


def network_options(network: Network) -> dict[str, Any] | None:
    """The options with which `perceptron` makes this network; None where it does not.

    Example:
        >>> network_options(perceptron(2, 3, (16,), kind="tanh"))["hidden"]
        [16]
    """
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    if not dense:
        return None
    kinds = [layer.kind for layer in network.layers if isinstance(layer, Activation | BatchNorm)]
    found: dict[str, Any] = {
        "hidden": [layer.units for layer in dense[:-1]],
        "kind": kinds[0] if kinds else "relu",
        "batchnorm": any(isinstance(layer, BatchNorm) for layer in network.layers),
        "dropout": next((layer.rate for layer in network.layers if isinstance(layer, Dropout)), 0.0),
        "start": str(dense[0].start),
    }
    try:
        return found if perceptron(network.inputs, network.classes, **found) == network else None
    except OptvizError:  # its initializer has no name, or it is no perceptron at all
        return None


def fingerprint(setting: Setting) -> str:
    """What samples there are, to four digits, and which part each is in."""
    digest = hashlib.sha256()
    x = setting.data.x
    for array in (np.round(x, _DIGITS) + 0 if x.dtype.kind == "f" else x, setting.data.y):
        digest.update(np.ascontiguousarray(array).data)
    for part in setting.parts:
        digest.update(np.ascontiguousarray(part.rows, dtype=np.int64).data)
    return digest.hexdigest()[:16]


def _options(network: Any) -> dict[str, Any]:
    return {**network, "hidden": tuple(network["hidden"])}
