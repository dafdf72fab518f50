"""Parts of a data set: for training, for choosing, and for the last word; and standardization by the first alone.

The split is stratified: every class is in every part, by the same share up to a sample or two. It depends on the seed
and on nothing else. A data set's own test part stays what it is, and the rest is shared among training and validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optviz.errors import ArgumentError, DataError, shown
from optviz.kinds import several
from optviz.nets.datasets import Dataset, Labels

SHARES = (0.6, 0.2, 0.2)
_STREAM = 3  # of a seed; minibatches and noise are 1 and 2
_LEAST = 5
_ROWS = 1024  # squared at once


@dataclass(frozen=True, eq=False)
class Samples:
    """Some rows of samples (N, d), with their labels y (n,); nothing is copied before it is asked for."""

    whole: NDArray[Any]
    rows: NDArray[np.intp]
    y: Labels

    @property
    def x(self) -> NDArray[Any]:
        """The samples (n, d)."""
        return self.whole[self.rows]

    def __len__(self) -> int:
        return len(self.rows)


class Split(NamedTuple):
    """The three parts of a data set."""

    train: Samples
    validation: Samples
    test: Samples


@dataclass(frozen=True, eq=False)
class Standardizer:
    """x ↦ (x − mean)/scale, in a given float type."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    @cached_property
    def nothing(self) -> bool:
        """Whether samples stay as they are."""
        return not self.mean.any() and bool((self.scale == 1).all())

    def __call__(self, x: NDArray[Any], dtype: Any) -> NDArray[Any]:
        """The standardized samples. What is no small integer is centred in its own precision before it is rounded."""
        if self.nothing:
            return x.astype(dtype, copy=False)
        work = np.dtype(dtype if x.dtype.itemsize == 1 or x.dtype == dtype else float)
        result: NDArray[Any] = np.subtract(x, self.mean.astype(work), dtype=work)
        result *= (1 / self.scale).astype(work)
        return result.astype(dtype, copy=False)


def split(data: Dataset, seed: int = 0, shares: Sequence[float] = SHARES) -> Split:
    """Share out a data set.

    Args:
        data: What to share out.
        seed: ≥ 0; the same seed gives the same parts.
        shares: Of training, validation and test; they add up to 1. With a test part of its own only the ratio of the
            first two counts.

    Example:
        >>> from optviz.nets.datasets import load_data
        >>> [len(part.y) for part in split(load_data("digits"))]
        [1078, 360, 359]
    """
    three = several(shares, 3)
    if three is None or not min(three) > 0 or not abs(sum(three) - 1) <= 1e-9:
        raise ArgumentError(f"shares must be three numbers above 0 that add up to 1, not {shown(shares)}")
    shares = three
    counts = np.bincount(data.y)
    if counts.min() < _LEAST:
        few = int(counts.argmin())
        raise DataError(
            f"{data.name}: label {data.names[few]} has {counts[few]} samples; a split needs {_LEAST} or more"
        )
    wanted = np.array(shares[:2] if data.test_x is not None else shares, dtype=float)
    ends = np.cumsum(wanted / wanted.sum())[:-1]
    random = np.random.default_rng([seed, _STREAM])
    pieces: list[list[NDArray[np.intp]]] = [[] for _ in wanted]
    owed = np.zeros(len(ends))  # what rounding kept from earlier classes, so that the whole comes out, too
    for label in range(data.classes):
        own = random.permutation(np.flatnonzero(data.y == label))
        exact = ends * len(own) + owed
        cuts = _parting(np.floor(exact + 0.5), len(own))
        owed = exact - cuts
        for piece, indices in zip(pieces, np.split(own, cuts.astype(int)), strict=True):
            piece.append(indices)
    parts = [np.sort(np.concatenate(piece)) for piece in pieces]
    found = [Samples(data.x, part, data.y[part]) for part in parts]
    if data.test_x is not None:
        assert data.test_y is not None
        found.append(Samples(data.test_x, np.arange(len(data.test_y)), data.test_y))
    return Split(*found)


def _parting(cuts: NDArray[Any], count: int) -> NDArray[Any]:
    """The cuts of so many samples, moved as little as leaves some in every part."""
    for index in range(len(cuts)):
        least = 1 if index == 0 else cuts[index - 1] + 1
        cuts[index] = np.clip(cuts[index], least, count - len(cuts) + index)
    return cuts


def class_rows(data: Dataset, seed: int = 0) -> list[dict[str, Any]]:
    """How many samples of each class there are in each part: a row a class, and one for all of them."""
    parts = split(data, seed)
    counts = [np.bincount(part.y, minlength=data.classes) for part in parts]
    rows = [
        {
            "label": data.names[label],
            **{name: int(count[label]) for name, count in zip(Split._fields, counts, strict=True)},
        }
        for label in range(data.classes)
    ]
    return [*rows, {"label": "all", **{name: len(part) for name, part in zip(Split._fields, parts, strict=True)}}]


def standardizer(x: NDArray[Any], *, together: bool = False) -> Standardizer:
    """The standardization that gives these samples (n, d) mean 0 and deviation 1.

    Args:
        x: The samples of the training part.
        together: Whether one mean and one deviation are for all features, as is right for pixels: one that is seldom
            touched would else become huge. A constant feature is only centred.

    Example:
        >>> standard = standardizer(np.array([[1.0, 5.0], [3.0, 5.0]]))
        >>> standard(np.array([[2.0, 6.0]]), float)
        array([[0., 1.]])
    """
    axis = None if together else 0
    mean = np.atleast_1d(np.asarray(x.mean(axis=axis, dtype=float)))
    reach = np.atleast_1d(np.maximum(x.max(axis=axis), -x.min(axis=axis).astype(float)))
    unit = np.exp2(np.frexp(reach)[1] - 1.0)  # squares are those of numbers near 1: none is lost or infinite
    squares = sum((((x[at : at + _ROWS] - mean) / unit) ** 2).sum(axis=axis) for at in range(0, len(x), _ROWS))
    scale = unit * np.sqrt(np.atleast_1d(squares * (mean.size / x.size)))
    return Standardizer(mean, np.where(scale > 1e-12 * reach, scale, 1.0))
