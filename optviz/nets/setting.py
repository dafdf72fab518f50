"""What all runs of a seed have in common: data in its three parts, the network, and how it is trained.

Samples stay as they are stored, often as bytes; a batch is standardized when it is taken, so that a data set is never
in memory twice. What a step sees is a function of the seed and of the step alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optviz.bounds import whole, whole_of
from optviz.errors import ArgumentError, OptvizWarning, shown
from optviz.nets.datasets import Dataset, Labels
from optviz.nets.layers import BatchNorm
from optviz.nets.losses import NO_PENALTY, Penalty
from optviz.nets.network import Network
from optviz.nets.splits import Samples, Split, Standardizer, split, standardizer
from optviz.optimizer.protocol import Array

if TYPE_CHECKING:
    from optviz.nets.augmentation import Augmentation

DTYPES = {"float32": np.float32, "float64": np.float64}
MAX_EPOCHS = 100_000
CHUNK = 2048
"""Samples that are evaluated at once."""


class Score(NamedTuple):
    """How good answers are: the mean cross-entropy, and the share of samples whose likeliest class is theirs."""

    loss: float
    accuracy: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """Data, network, and how to train it; `prepare` makes one.

    Args:
        data: Where the samples come from.
        network: What is trained.
        seed: Fixes the split.
        parts: Training, validation and test.
        standard: Fitted on the training part.
        epochs: How often the training part is gone through, 1 … 100 000.
        batch_size: Samples of a step, 1 to all of the training part; what is left at an epoch's end and fills no batch
            is dropped.
        penalty: On the weights.
        augment: What is done to images before they are trained on.
        dtype: ``float32`` or ``float64``.
        patience: Epochs without a lower validation loss after which training ends, and the best epoch's weights are
            taken; None trains to the end and takes the last.
        snapshots: How many steps' weights are kept along the way, evenly spread, the first and the last included.
    """

    data: Dataset
    network: Network
    seed: int
    parts: Split
    standard: Standardizer
    epochs: int = 20
    batch_size: int = 64
    penalty: Penalty = NO_PENALTY
    augment: tuple[Augmentation, ...] = ()
    dtype: str = "float32"
    patience: int | None = None
    snapshots: int = 0

    def __post_init__(self) -> None:
        for each in fields(self):  # None is the default of whatever it is said of
            if getattr(self, each.name) is None and each.default is not MISSING:
                object.__setattr__(self, each.name, each.default)
        dtype = str.__str__(self.dtype) if isinstance(self.dtype, str) else getattr(self.dtype, "__name__", None)
        if dtype not in DTYPES:
            raise ArgumentError(f"dtype must be {' or '.join(DTYPES)}, not {shown(self.dtype)}")
        plain: dict[str, Any] = {
            "dtype": dtype,
            "epochs": whole("epochs", self.epochs, 1, MAX_EPOCHS),
            "snapshots": whole("snapshots", self.snapshots, 0, 100_000),
            "patience": None if self.patience is None else whole("patience", self.patience, 1, MAX_EPOCHS),
            "batch_size": whole_of(self.batch_size) or self.batch_size,
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)
        count = len(self.parts.train)
        if type(self.batch_size) is not int or not 1 <= self.batch_size <= count:
            raise ArgumentError(
                f"batch size must be a whole number from 1 to the {count} samples of the training part, "
                f"not {shown(self.batch_size)}"
            )
        if self.batch_size == 1 and any(isinstance(layer, BatchNorm) for layer in self.network.layers):
            raise ArgumentError("batch size 1 cannot be normalized: its variance is 0; take 2 or more, or no batchnorm")
        if self.augment and self.data.image is None:
            raise ArgumentError(f"{self.data.name} holds no images: there is nothing to augment")
        if (self.network.inputs, self.network.classes) != (self.data.features, self.data.classes):
            raise ArgumentError(
                f"the network takes {self.network.inputs} features and tells {self.network.classes} classes apart; "
                f"{self.data.name} has {self.data.features} and {self.data.classes}"
            )

    @property
    def per_epoch(self) -> int:
        """Steps of an epoch."""
        return len(self.parts.train) // self.batch_size

    @property
    def steps(self) -> int:
        """Steps altogether."""
        return self.epochs * self.per_epoch

    @cached_property
    def kept_steps(self) -> frozenset[int]:
        """The steps whose weights are kept."""
        return frozenset(np.linspace(0, self.steps, self.snapshots).round().astype(int).tolist())

    @cached_property
    def peak(self) -> float:
        """The brightest a pixel gets."""
        return float(self.data.x.max()) or 1.0

    def batch(self, positions: Any, random: np.random.Generator) -> tuple[Array, Labels]:
        """Samples of the training part, augmented and standardized, and their labels."""
        train = self.parts.train
        x = train.whole[train.rows[positions]]
        if self.augment:
            x = self._augmented(x, random)
        return self.standard(x, DTYPES[self.dtype]), train.y[positions]

    def evaluate(self, answers: Callable[[Array], Array], samples: Samples) -> Score:
        """The score of what answers standardized samples (n, d) with logarithms of probabilities (n, C).

        Where an answer is not a number, neither is the score.
        """
        loss, right = 0.0, 0.0
        for at in range(0, len(samples), CHUNK):
            rows, labels = samples.rows[at : at + CHUNK], samples.y[at : at + CHUNK]
            found = answers(self.standard(samples.whole[rows], DTYPES[self.dtype]))
            loss -= float(found[np.arange(len(labels)), labels].sum(dtype=float))
            right += float((found.argmax(axis=1) == labels).sum()) if np.isfinite(found.max(axis=1)).all() else np.nan
        return Score(loss / len(samples), right / len(samples))

    def _augmented(self, x: NDArray[Any], random: np.random.Generator) -> NDArray[Any]:
        from optviz.nets.augmentation import augmented  # noqa: PLC0415 - only images need it

        assert self.data.image is not None
        images = x.reshape(len(x), *self.data.image).astype(np.float32) / np.float32(self.peak)
        changed = augmented(images, self.augment, random)
        return np.asarray((changed * np.float32(self.peak)).reshape(len(x), -1))


def prepare(data: Dataset, network: Network, seed: int, shares: Any, **options: Any) -> Setting:
    """A setting: the data split by the seed, and standardized by its training part.

    Where that part has fewer samples than a batch, a batch is all of them, and an `OptvizWarning` says so.
    """
    parts = split(data, seed, shares)
    standard = standardizer(parts.train.x, together=data.image is not None)
    size, count = whole_of(options.get("batch_size", Setting.batch_size)), len(parts.train)
    if size is not None and size > count:
        warnings.warn(
            f"{data.name} has {count} samples to train on, fewer than a batch of {shown(size)}: a batch is all of them",
            OptvizWarning,
            stacklevel=2,
        )
        options["batch_size"] = count
    return Setting(data=data, network=network, seed=seed, parts=parts, standard=standard, **options)
