"""Data sets by name: samples x (n, d) with labels y (n,), and what is known of them.

``digits`` comes with optviz, ``moons`` and their kin are made with a seed, ``fashion-mnist`` and ``mnist`` are read
where they lie, and any ``.npz`` file with samples and labels will do, or a folder of IDX files: `optviz.nets.own` reads
these. A name may carry items: ``moons:samples=500,noise=0.2``.

The digits are "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, from the UCI Machine Learning
Repository, CC BY 4.0: the 1797 images of its test part, 8×8 pixels from 0 to 16, unchanged but for their file format.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.bounds import whole_of
from optviz.calls import Answering, answering
from optviz.catalog import is_local_data
from optviz.errors import ArgumentError, DataError, SpecError, UnknownNameError, shown
from optviz.kinds import array_of, listed, path_text, text
from optviz.nets import points
from optviz.nets.idx import load_idx
from optviz.nets.labels import Labels, numbered
from optviz.nets.own import Own, read_own
from optviz.specs import parse_spec

__all__ = ["DATASETS", "Dataset", "Labels", "load_data", "overview"]

_FARTHEST = 1e100


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset(metaclass=Answering):
    """Samples x (n, d), numbers, with labels y (n,) from 0 to C − 1.

    Images may be given as (n, height, width), with an axis of one channel or without. Labels may be whole numbers from
    0 or from 1, −1 and 1, words, a column, or rows with one 1 and else 0; they become numbers from 0.

    Args:
        name: As one asks for it.
        title: As one reads it.
        x: (n, d); bytes where the samples are images.
        y: (n,), every class at least once.
        image: (height, width) where d = height·width are grey pixels, row by row.
        test_x: The set's own test samples, if it has any.
        test_y: Their labels.
        names: What the classes are called, by number; by their labels unless given.
        source: Where it is from, and on what terms.
        asked: How `load_data` was asked for it, by name with its items or by file; None where it was made in Python.

    Raises:
        DataError: The samples cannot be learned from; the message says which and why.

    Example:
        >>> pets = Dataset(name="pets", title="Pets", x=np.eye(4), y=np.array(["dog", "cat", "dog", "cat"]))
        >>> pets.y, pets.names
        (array([1, 0, 1, 0]), ('cat', 'dog'))
    """

    name: str
    title: str
    x: NDArray[Any]
    y: NDArray[Any]
    image: tuple[int, int] | None = None
    test_x: NDArray[Any] | None = None
    test_y: NDArray[Any] | None = None
    names: tuple[str, ...] = ()
    source: str = ""
    asked: str | None = None

    def __post_init__(self) -> None:
        for key in ("name", "title", "source"):
            object.__setattr__(self, key, text(f"a data set's {key}", getattr(self, key)))
        named = tuple(text("names", each) for each in listed("names", self.names, (), "words, one a class"))
        if (self.test_x is None) != (self.test_y is None):
            raise DataError(f"{self.name}: a test part has samples and labels, both test_x and test_y")
        parts: list[tuple[Any, Any, str]] = [(self.x, self.y, self.name)]
        if self.test_x is not None:
            parts.append((self.test_x, self.test_y, f"{self.name}, test part"))
        flat = [_flat(x, what) for x, _, what in parts]
        labels = [_array(y, "y", what) for _, y, what in parts]
        for (x, _), y, (*_, what) in zip(flat, labels, parts, strict=True):
            _check_samples(x, y, what)
        numbers, names = numbered(labels, [what for *_, what in parts])
        _check_classes(numbers, [x.shape[1] for x, _ in flat], names, self.name)
        found: dict[str, Any] = {"image": flat[0][1] or self.image, "names": named or names}
        for (x, _), y, prefix in zip(flat, numbers, ("", "test_"), strict=False):
            found |= {f"{prefix}x": x, f"{prefix}y": y}
        for name, value in found.items():
            object.__setattr__(self, name, value)
        _check_told(self)

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
    return Dataset(name="digits", title="Digits", x=x, y=y, source=source)


def _made(make: Callable[..., Any], name: str, title: str, **items: Any) -> Dataset:
    x, y = make(**items)
    return Dataset(name=name, title=title, x=x, y=y, source="made with a seed")


def _found(name: str, title: str, folder: str | Path | None = None) -> Dataset:
    (x, y), (test_x, test_y) = load_idx(name, folder)
    return Dataset(name=name, title=title, x=x, y=y, test_x=test_x, test_y=test_y, source="IDX files")


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


@answering
def load_data(spec: str | Path | Dataset, folder: str | Path | None = None) -> Dataset:
    """The data set that a spec names.

    Args:
        spec: A name, or ``moons:samples=500,noise=0.2,seed=3``, or a file of your own, ``mine.npz``, with samples and
            labels, or a folder of IDX files, which is written with a slash: ``kmnist/``, ``./kmnist``.
        folder: Where to look for the files of ``fashion-mnist`` and ``mnist`` first.

    Raises:
        UnknownNameError: No data set is called so; the nearest name is offered.
        ArgumentError: A folder is named for data that is not looked for in one.
        DataError: It is not there, or cannot be learned from.

    Example:
        >>> digits = load_data("digits")
        >>> digits.x.shape, digits.classes, digits.image
        ((1797, 64), 10, (8, 8))
    """
    if isinstance(spec, Dataset):
        _no_folder(folder, spec.name)
        return spec
    if not isinstance(spec, str | os.PathLike):
        raise ArgumentError(f"data must be a name, an .npz file or a Dataset, not {type(spec).__name__}")
    folder = None if folder is None else path_text("folder", folder)
    spec = spec if isinstance(spec, str) else Path(path_text("data", spec))
    asked = str(spec).strip()
    if isinstance(spec, Path) and not is_local_data(asked) and os.path.isdir(spec):  # noqa: PTH112 - Path.is_dir raises for some names
        asked = f"./{asked}"
    if is_local_data(asked):
        _no_folder(folder, asked)
        return replace(_own(read_own(Path(asked))), asked=asked)
    return replace(_loaded(asked, folder), asked=asked)


def _no_folder(folder: str | Path | None, name: str) -> None:
    """Refuse a folder in which nothing would be looked for."""
    if folder is not None:
        raise ArgumentError(
            f"--data-dir (folder) says where the files of {' and '.join(_FROM_FILES)} are; {name} is not looked for in "
            f"{str(folder)!r}: leave it out, or write the path of a file or folder of your own, as in --data mine/"
        )


def _own(own: Own) -> Dataset:
    (x, y), (test_x, test_y) = own.samples, own.test or (None, None)
    return Dataset(name=own.name, title=own.name, x=x, y=y, test_x=test_x, test_y=test_y, source=own.source)


def _loaded(spec: str, folder: str | Path | None) -> Dataset:
    parsed = parse_spec(spec)
    name = parsed.ref.lower().replace("_", "-")
    if name not in DATASETS:
        own = "a file of your own is written mine.npz, with X and y in it, and a folder of IDX files mine/"
        hint = f"Allowed: {', '.join(DATASETS)}; {own}."
        raise UnknownNameError("data set", parsed.ref, DATASETS, hint)
    if name in _FROM_FILES:
        _no_items(parsed.items, spec, name)
        return DATASETS[name](folder=folder)
    _no_folder(folder, name)
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


def _array(values: Any, what: str, name: str) -> NDArray[Any]:
    try:
        return array_of(values)
    except ArgumentError as error:  # rows of several lengths, say
        raise DataError(f"{name}: {what} is no array: {error}") from error


def _check_told(data: Dataset) -> None:
    """Refuse what is said of samples and is not so: their form as images, and the names of their classes."""
    image, names = data.image, data.names
    if image is not None:
        sides = [whole_of(side) for side in listed("image", image, (), "height and width")]
        if len(sides) != 2 or None in sides:
            raise DataError(f"{data.name}: image must be (height, width) in pixels, not {shown(image)}")
        image = sides[0] or 0, sides[1] or 0
        object.__setattr__(data, "image", image)
        if image[0] * image[1] != data.features:
            raise DataError(f"{data.name}: {data.features} features are no image of {image[0]}x{image[1]}")
    if len(names) != data.classes:
        raise DataError(f"{data.name}: {len(names)} names are not those of {data.classes} classes")


def _flat(x: Any, name: str) -> tuple[NDArray[Any], tuple[int, int] | None]:
    """Samples as rows, and the height and width of images."""
    x, image = _array(x, "X", name), None
    if x.ndim == 4 and 1 in (x.shape[1], x.shape[3]):
        x = x[..., 0] if x.shape[3] == 1 else x[:, 0]
    if x.ndim == 3:
        image = x.shape[1], x.shape[2]
        x = x.reshape(len(x), image[0] * image[1])
    if x.ndim != 2:
        grey = "; of colours take the mean first, as in X.mean(axis=-1)" if x.ndim == 4 else ""
        raise DataError(f"{name}: X must be samples x features, or grey images, not of shape {x.shape}{grey}")
    return x, image


def _check_samples(x: NDArray[Any], y: NDArray[Any], name: str) -> None:
    """Refuse samples that cannot be learned from, or are not as many as the labels."""
    if x.dtype.kind not in "fiub":
        raise DataError(f"{name}: X must hold real numbers, not {x.dtype}")
    if x.shape[1] == 0:
        raise DataError(f"{name}: X has zero features, shape {x.shape}")
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        row = int(np.flatnonzero(~np.isfinite(x).all(axis=1))[0])
        raise DataError(f"{name}: X holds NaN or infinity, first in sample {row}; leave such samples out, or fill them")
    if x.dtype.kind == "f" and (farthest := float(np.abs(x).max(initial=0))) > _FARTHEST:
        raise DataError(f"{name}: X holds {farthest:g}; allowed are numbers up to {_FARTHEST:g}: rescale it")
    if y.ndim not in (1, 2) or len(y) != len(x):
        raise DataError(f"{name}: X has {len(x)} samples and y the shape {y.shape}; they must be one label a sample")
    if not len(x):
        raise DataError(f"{name}: there are no samples")


def _check_classes(numbers: list[Labels], features: list[int], names: tuple[str, ...], name: str) -> None:
    """Refuse labels with gaps, or of one class, and a test part of another kind."""
    y, *test = numbers
    missing = np.flatnonzero(np.bincount(y) == 0)
    if len(missing):
        raise DataError(f"{name}: no sample has label {names[missing[0]]}, but one has {names[y.max()]}; leave no gap")
    if y.max() == 0:
        raise DataError(f"{name}: all samples have label {names[0]}; two classes or more can be told apart")
    if test and (features[1] != features[0] or test[0].max() > y.max()):
        raise DataError(
            f"{name}: its test part has {features[1]} features and labels up to {names[test[0].max()]}, "
            f"the other {features[0]} and {names[y.max()]}"
        )
