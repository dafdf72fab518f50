"""Data sets by name: samples x (n, d) with labels y (n,), and what is known of them.

``digits`` comes with optviz, ``moons`` and their kin are made with a seed, ``fashion-mnist`` and ``mnist`` are read
where they lie, and any ``.npz`` file with X and y will do. A name may carry items: ``moons:samples=500,noise=0.2``.

The digits are "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, from the UCI Machine Learning
Repository, CC BY 4.0: the 1797 images of its test part, 8×8 pixels from 0 to 16, unchanged but for their file format.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.arrays import read_arrays
from optviz.errors import ArgumentError, DataError, SpecError, UnknownNameError
from optviz.nets import points
from optviz.nets.idx import load_idx
from optviz.specs import parse_spec

Labels = NDArray[np.intp]
_MOST_CLASSES = 1000
_FARTHEST = 1e100


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Samples x (n, d), numbers, with labels y (n,) from 0 to C − 1.

    Args:
        name: As one asks for it.
        title: As one reads it.
        x: (n, d); bytes where the samples are images.
        y: (n,), every class at least once.
        image: (height, width) where d = height·width are grey pixels, row by row.
        test_x: The set's own test samples, if it has any.
        test_y: Their labels.
        source: Where it is from, and on what terms.
        asked: How `load_data` was asked for it, by name with its items or by file; None where it was made in Python.

    Raises:
        DataError: The samples cannot be learned from; the message says which and why.
    """

    name: str
    title: str
    x: NDArray[Any]
    y: NDArray[Any]
    image: tuple[int, int] | None = None
    test_x: NDArray[Any] | None = None
    test_y: NDArray[Any] | None = None
    source: str = ""
    asked: str | None = None

    def __post_init__(self) -> None:
        x, y = _checked(self.x, self.y, self.name)
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "y", y)
        missing = np.flatnonzero(np.bincount(y) == 0)
        if len(missing):
            raise DataError(f"{self.name}: no sample has label {missing[0]}, but one has {y.max()}; leave no gap")
        if self.classes < 2:
            raise DataError(f"{self.name}: all samples have label 0; two classes or more can be told apart")
        if self.test_x is not None:
            test_x, test_y = _checked(self.test_x, self.test_y, f"{self.name}, test part")
            if test_x.shape[1] != x.shape[1] or test_y.max() > y.max():
                raise DataError(
                    f"{self.name}: its test part has {test_x.shape[1]} features and labels up to {test_y.max()}, "
                    f"the other {x.shape[1]} and {y.max()}"
                )
            object.__setattr__(self, "test_x", test_x)
            object.__setattr__(self, "test_y", test_y)
        if self.image is not None and self.image[0] * self.image[1] != x.shape[1]:
            raise DataError(f"{self.name}: {x.shape[1]} features are no image of {self.image[0]}x{self.image[1]}")

    @property
    def features(self) -> int:
        """d, the numbers of a sample."""
        return int(self.x.shape[1])

    @property
    def classes(self) -> int:
        """C, the number of classes."""
        return int(self.y.max()) + 1


def _digits() -> Dataset:
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as file:
        x, y = file["X"], file["y"]
    source = "Alpaydin & Kaynak, UCI Machine Learning Repository, CC BY 4.0"
    return Dataset(name="digits", title="Digits", x=x.reshape(len(x), -1), y=y, image=(8, 8), source=source)


def _made(make: Callable[..., Any], name: str, title: str, **items: Any) -> Dataset:
    x, y = make(**items)
    return Dataset(name=name, title=title, x=x, y=y, source="made with a seed")


def _found(name: str, title: str, folder: str | Path | None = None) -> Dataset:
    (x, y), (test_x, test_y) = load_idx(name, folder)
    return Dataset(
        name=name,
        title=title,
        x=x.reshape(len(x), -1),
        y=y,
        test_x=test_x.reshape(len(test_x), -1),
        test_y=test_y,
        image=(x.shape[1], x.shape[2]),
        source="IDX files",
    )


_FROM_FILES = {"fashion-mnist": "Fashion-MNIST", "mnist": "MNIST"}
_KNOWN = {"samples": 70_000, "features": 784, "classes": 10}  # of both: listing them reads no files
_MADE: dict[str, tuple[Callable[..., Any], str]] = {
    "blobs": (points.blobs, "Blobs"),
    "four-blobs": (points.four_blobs, "Four blobs"),
    "moons": (points.moons, "Moons"),
    "circles": (points.circles, "Circles"),
    "spirals": (points.spirals, "Spirals"),
}
DATASETS: dict[str, Callable[..., Dataset]] = {
    "digits": _digits,
    **{name: partial(_made, make, name, title) for name, (make, title) in _MADE.items()},
    **{name: partial(_found, name, title) for name, title in _FROM_FILES.items()},
}


def load_data(spec: str | Path | Dataset, folder: str | Path | None = None) -> Dataset:
    """The data set that a spec names.

    Args:
        spec: A name, or ``moons:samples=500,noise=0.2,seed=3``, or a file ``mine.npz`` with X and y.
        folder: Where to look for the files of ``fashion-mnist`` and ``mnist`` first.

    Raises:
        UnknownNameError: No data set is called so; the nearest name is offered.
        DataError: It is not there, or cannot be learned from.

    Example:
        >>> digits = load_data("digits")
        >>> digits.x.shape, digits.classes, digits.image
        ((1797, 64), 10, (8, 8))
    """
    if isinstance(spec, Dataset):
        return spec
    if not isinstance(spec, str | Path):
        raise ArgumentError(f"data must be a name, an .npz file or a Dataset, not {type(spec).__name__}")
    spec = str(spec)
    return replace(_loaded(spec, folder), asked=spec.strip())


def _loaded(spec: str, folder: str | Path | None) -> Dataset:
    if spec.strip().lower().endswith(".npz"):
        return _from_npz(Path(spec.strip()))
    parsed = parse_spec(spec)
    name = parsed.ref.lower().replace("_", "-")
    if name not in DATASETS:
        hint = f"Allowed: {', '.join(DATASETS)}; a file of your own is written mine.npz, with X and y in it."
        raise UnknownNameError("data set", parsed.ref, DATASETS, hint)
    if name in _FROM_FILES:
        _no_items(parsed.items, spec, name)
        return DATASETS[name](folder=folder)
    if name not in _MADE:
        _no_items(parsed.items, spec, name)
        return DATASETS[name]()
    taken = list(inspect.signature(_MADE[name][0]).parameters)
    for key in parsed.items:
        if key not in taken:
            raise SpecError(
                spec, parsed.places[key] - len(key) - 1, str(UnknownNameError(f"item of {name}", key, taken))
            )
    return DATASETS[name](**parsed.items)


def overview() -> list[dict[str, Any]]:
    """All data sets, a row each."""
    rows = []
    for name in DATASETS:
        if name in _FROM_FILES:
            row = {"name": name, "title": _FROM_FILES[name], **_KNOWN, "source": "IDX files, see --data-dir"}
        else:
            data = load_data(name)
            known = {"samples": len(data.y), "features": data.features, "classes": data.classes}
            row = {"name": name, "title": data.title, **known, "source": data.source}
        rows.append(row)
    return rows


def _no_items(items: dict[str, Any], spec: str, name: str) -> None:
    if items:
        raise SpecError(spec, spec.index(":"), f"{name} takes no items")


def _from_npz(path: Path) -> Dataset:
    found = read_arrays(path, "a data set", DataError, ("X", "y", "X_test", "y_test"))
    for key in ("X", "y"):
        if key not in found:
            raise DataError(f"{path} has no {key}: samples X (n, d) and their labels y (n,) make a data set")
    if ("X_test" in found) != ("y_test" in found):
        raise DataError(f"{path} has only one of X_test and y_test")
    x = found["X"]
    image = (x.shape[1], x.shape[2]) if x.ndim == 3 else None
    flat = {
        key: value.reshape(len(value), math.prod(value.shape[1:])) if value.ndim == 3 else value
        for key, value in found.items()
    }
    return Dataset(
        name=path.stem,
        title=path.stem,
        x=flat["X"],
        y=flat["y"],
        image=image,
        test_x=flat.get("X_test"),
        test_y=flat.get("y_test"),
        source=str(path.name),
    )


def _checked(x: Any, y: Any, name: str) -> tuple[NDArray[Any], Labels]:
    """X and y as they can be learned from."""
    x, y = np.asarray(x), np.asarray(y)
    _check_samples(x, name)
    if y.shape != (len(x),):
        raise DataError(f"{name}: X has {len(x)} samples and y the shape {y.shape}; they must be one label a sample")
    if not len(x):
        raise DataError(f"{name}: there are no samples")
    _check_labels(y, name)
    return x, y.astype(np.intp)


def _check_samples(x: NDArray[Any], name: str) -> None:
    if x.dtype.kind not in "fiub":
        raise DataError(f"{name}: X must hold real numbers, not {x.dtype}")
    if x.ndim != 2:
        raise DataError(f"{name}: X must be samples x features, or images, not of shape {x.shape}")
    if x.shape[1] == 0:
        raise DataError(f"{name}: X has zero features, shape {x.shape}")
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        row = int(np.flatnonzero(~np.isfinite(x).all(axis=1))[0])
        raise DataError(f"{name}: X holds NaN or infinity, first in sample {row}; leave such samples out, or fill them")
    if x.dtype.kind == "f" and (farthest := float(np.abs(x).max(initial=0))) > _FARTHEST:
        raise DataError(f"{name}: X holds {farthest:g}; allowed are numbers up to {_FARTHEST:g}: rescale it")


def _check_labels(y: NDArray[Any], name: str) -> None:
    if y.dtype.kind not in "fiub":
        hint = "number the classes, as numpy.unique(y, return_inverse=True)[1] does"
        raise DataError(f"{name}: y must hold whole numbers from 0, not {y.dtype}; {hint}")
    broken = np.flatnonzero(~np.isfinite(y) | (y != np.floor(y)))
    if len(broken):
        row = int(broken[0])
        raise DataError(f"{name}: y must hold whole numbers from 0; the label of sample {row} is {y[row]:g}")
    if y.min() < 0 or y.max() >= _MOST_CLASSES:
        wrong = y.min() if y.min() < 0 else y.max()
        raise DataError(f"{name}: label {wrong:g} is out of range; allowed are 0 to {_MOST_CLASSES - 1}")
