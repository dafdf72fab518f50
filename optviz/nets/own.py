"""Data sets of one's own: ``.npz`` files by whatever names their arrays have, and folders of IDX files.

Samples are called X, data, images, features, inputs or samples, labels y, labels, target or targets, in capitals or
not; what is for training, validation or test says so before or behind: ``x_train``, ``test_images``, ``y_val``. Samples
for training and validation are one set, which is split as every set is; those for test stay apart.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.arrays import read_arrays
from optviz.catalog import is_local_data
from optviz.errors import DataError
from optviz.nets.idx import read_idx

Pair = tuple[NDArray[Any], NDArray[Any]]

_PARTS = {"": "", "train": "", "training": "", "val": "val", "valid": "val", "validation": "val"} | dict.fromkeys(
    ("test", "testing", "t10k"), "test"
)
_KINDS = dict.fromkeys(
    ("x", "data", "image", "images", "feature", "features", "input", "inputs", "sample", "samples"), "X"
)
_KINDS |= dict.fromkeys(("y", "label", "labels", "target", "targets"), "y")
_PART, _KIND = ("|".join(sorted(names, key=len, reverse=True)) for names in (filter(None, _PARTS), _KINDS))
_ARRAY = re.compile(rf"(?:({_PART})[ _.-]?)?({_KIND})(?:[ _.-]?({_PART}))?", re.IGNORECASE)
_FILE = re.compile(r"(.*?)[-_.]?(train|test|t10k|)[-_.]?(image|label)s?[-_.]idx\d.*", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Own:
    """What was read: samples with their labels, those for test apart, and where from."""

    name: str
    samples: Pair
    test: Pair | None
    source: str


def read_own(path: Path) -> Own:
    """The data set in an ``.npz`` file, in a folder of IDX files, or in those of a folder that begin as the path ends.

    Raises:
        DataError: It cannot be read, or it cannot be told what are samples and what labels.
    """
    if path.suffix.lower() == ".npz":
        return _from_npz(path)
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for some names
        return _from_folder(path, None)
    if os.path.isdir(path.parent) and path.name:  # noqa: PTH112
        return _from_folder(path.parent, path.name)
    raise DataError(f"{path} is no folder of IDX files, and no .npz file")


def files_of(spec: str) -> list[Path]:
    """The files that are read for a spec of data, of a folder all that could be; none for a set that optviz knows."""
    path = Path(spec.strip())
    if not is_local_data(spec):
        return []
    if path.suffix.lower() == ".npz":
        return [path]
    folder = path if os.path.isdir(path) else path.parent  # noqa: PTH112 - Path.is_dir raises for some names
    try:
        return [each for each in folder.iterdir() if _FILE.fullmatch(each.name)]
    except (OSError, ValueError):  # whoever reads them tells what is wrong
        return []


class _Spelled:
    """All names that samples and labels go by."""

    def __contains__(self, name: object) -> bool:
        return _meant(str(name)) is not None


def _meant(name: str) -> tuple[str, str] | None:
    """What an array is by its name: X or y, and of which part; None if it is something else.

    Example:
        >>> _meant("x_train"), _meant("test_labels"), _meant("Xval"), _meant("extra")
        (('X', ''), ('y', 'test'), ('X', 'val'), None)
    """
    found = _ARRAY.fullmatch(name)
    if found is None or (found[1] and found[3]):
        return None
    return _KINDS[found[2].lower()], _PARTS[(found[1] or found[3] or "").lower()]


def _from_npz(path: Path) -> Own:
    found: dict[tuple[str, str], tuple[str, NDArray[Any]]] = {}
    for name, array in read_arrays(path, "a data set", DataError, _Spelled()).items():
        meant = _meant(name)
        assert meant is not None
        if meant in found:
            raise DataError(f"{path} has both {found[meant][0]} and {name}, which mean the same; leave one")
        found[meant] = name, array
    for kind in ("X", "y"):
        if (kind, "") not in found:
            raise DataError(
                f"{path} has no {kind}: samples X (n, d) and their labels y (n,) make a data set; x_train and y_train, "
                "images and labels, data and target will do, too"
            )
    for part in ("val", "test"):
        if ((("X", part)) in found) != (("y", part) in found):
            raise DataError(f"{path} has only one of X_{part} and y_{part}")
    samples, rest, test = (_pair(found, part) for part in ("", "val", "test"))
    assert samples is not None
    return Own(path.stem, samples if rest is None else _joined(path, samples, rest), test, path.name)


def _pair(found: dict[tuple[str, str], tuple[str, NDArray[Any]]], part: str) -> Pair | None:
    return (found["X", part][1], found["y", part][1]) if ("X", part) in found else None


def _joined(path: Path, one: Pair, other: Pair) -> Pair:
    """Samples for training and for validation, one behind the other."""
    for first, second, kind in zip(one, other, ("X", "y"), strict=True):
        if first.shape[1:] != second.shape[1:] or not first.ndim:
            raise DataError(f"{path}: {kind} has the shape {first.shape}, that of validation {second.shape}")
    x, y = (np.concatenate(pair) for pair in zip(one, other, strict=True))
    return x, y


def _from_folder(folder: Path, name: str | None) -> Own:
    """The images and labels of the set of that name in a folder; of none, of the one without a name or the only one."""
    sets = _sets_in(folder)
    if name is not None and name not in sets:
        raise DataError(f"{folder / name} is no folder, and no IDX file in {folder} begins with {name}-")
    if not sets:
        raise DataError(f"{folder} holds no IDX files, such as train-images-idx3-ubyte and train-labels-idx1-ubyte")
    if name is None and len(sets) > 1 and "" not in sets:
        first = folder / min(sets)
        raise DataError(f"{folder} holds several sets of IDX files: {', '.join(sorted(sets))}; name one, as in {first}")
    chosen = sets[name if name is not None else min(sets)]
    pairs = {part: _images(folder, files) for part, files in chosen.items()}
    test = pairs.pop("test") if len(pairs) > 1 else None
    [samples] = pairs.values()
    return Own(name or folder.resolve().name, samples, test, "IDX files")


def _sets_in(folder: Path) -> dict[str, dict[str, dict[str, Path]]]:
    """By name every set in a folder, by part its files, by kind images and labels."""
    try:
        there = sorted(folder.iterdir(), reverse=True)  # a plain file comes after the .gz of the same name
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror or error}") from error
    sets: dict[str, dict[str, dict[str, Path]]] = {}
    for path in there:
        match = _FILE.fullmatch(path.name)
        if match and path.is_file():
            parts = sets.setdefault(match[1], {})
            parts.setdefault(_PARTS[match[2].lower()], {})[f"{match[3].lower()}s"] = path
    return sets


def _images(folder: Path, files: dict[str, Path]) -> Pair:
    """The images and labels in two files."""
    for kind, other in (("images", "labels"), ("labels", "images")):
        if kind not in files:
            raise DataError(f"{folder} has {files[other].name}, but not the {kind} that go with it")
    images, labels = read_idx(files["images"]), read_idx(files["labels"])
    if images.ndim < 2 or labels.shape[:1] != images.shape[:1]:
        raise DataError(f"{folder}: {files['images'].name} has the shape {images.shape}, its labels {labels.shape}")
    return images, labels
