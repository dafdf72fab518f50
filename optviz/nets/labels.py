"""Labels as people have them, made numbers from 0 to C − 1: numbers from 0 or 1, −1 and 1, words, rows with one 1.

What the classes were called is kept, so that tables and pictures call them so. All parts of a data set are numbered
together: what is class 3 in one is class 3 in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.errors import DataError

Labels = NDArray[np.intp]
MOST_CLASSES = 1000
_LONGEST = 80  # letters of a class's name


def numbered(parts: Sequence[NDArray[Any]], what: Sequence[str]) -> tuple[list[Labels], tuple[str, ...]]:
    """The labels of each part as numbers from 0, and what they stood for, by number.

    Whole numbers that begin at 1 are counted from there, −1 and 1 are 0 and 1; words are numbered in alphabetical
    order, and words that are whole numbers are those numbers.

    Args:
        parts: Labels, one a sample (n,), a column (n, 1) or rows with one 1 and else 0 (n, C).
        what: What each part is called in errors.

    Raises:
        DataError: They are no labels; the message says which and why.

    Example:
        >>> [numbers], names = numbered([np.array(["cat", "ant", "cat"])], ["pets"])
        >>> numbers, names
        (array([1, 0, 1]), ('ant', 'cat'))
    """
    flat = [_plain(_one_each(part, name)) for part, name in zip(parts, what, strict=True)]
    words = [part.dtype.kind == "U" for part in flat]
    if any(words):
        if not all(words):
            raise DataError(f"{what[-1]}: labels are words in one part and numbers in the other")
        known = np.unique(np.concatenate(flat))
        if len(known) > MOST_CLASSES:
            raise DataError(f"{what[0]}: y holds {len(known)} different words; allowed are {MOST_CLASSES} classes")
        return [np.searchsorted(known, part).astype(np.intp) for part in flat], tuple(
            word[:_LONGEST] for word in known.tolist()
        )
    for part, name in zip(flat, what, strict=True):
        _check_whole(part, name)
    known = np.unique(np.concatenate(flat)) if flat else np.zeros(0)
    if known.tolist() == [-1, 1]:
        return [(part > 0).astype(np.intp) for part in flat], ("-1", "1")
    least = 1 if known.min() == 1 else 0
    for part, name in zip(flat, what, strict=True):
        if part.min() < least or part.max() >= least + MOST_CLASSES:
            wrong = part.min() if part.min() < least else part.max()
            raise DataError(
                f"{name}: label {wrong:g} is out of range; allowed are {least} to {least + MOST_CLASSES - 1}"
            )
    found = [part.astype(np.intp) - least for part in flat]
    return found, tuple(str(number) for number in range(least, int(known.max()) + 1))


def _one_each(y: NDArray[Any], name: str) -> NDArray[Any]:
    """Labels (n,): of a column its numbers, of rows with one 1 the places of these."""
    if y.ndim != 2:
        return y
    if y.shape[1] == 1:
        return np.asarray(y[:, 0])
    if y.dtype.kind not in "fiub":
        raise DataError(f"{name}: y has the shape {y.shape}; a row of labels holds one 1 and else 0, not {y.dtype}")
    broken = np.flatnonzero(((y != 0) & (y != 1)).any(axis=1) | ((y == 1).sum(axis=1) != 1))
    if len(broken):
        row = int(broken[0])
        raise DataError(f"{name}: y has the shape {y.shape}, but row {row} does not hold one 1 and else 0")
    return np.asarray(y.argmax(axis=1))


def _plain(y: NDArray[Any]) -> NDArray[Any]:
    """Labels as numbers or as text; what is written in digits is a number."""
    if y.dtype.kind == "O" and all(isinstance(each, str) for each in y):
        y = y.astype(str)
    if y.dtype.kind == "S":
        y = np.char.decode(y, "utf-8", "replace")
    if y.dtype.kind != "U":
        return y
    y = np.char.strip(y)
    return y.astype(int) if len(y) and all(each.isdecimal() and len(each) < 10 for each in np.unique(y)) else y


def _check_whole(y: NDArray[Any], name: str) -> None:
    if y.dtype.kind not in "fiub":
        raise DataError(f"{name}: y must hold whole numbers or words, not {y.dtype}")
    broken = np.flatnonzero(~np.isfinite(y) | (y != np.floor(y)))
    if len(broken):
        row = int(broken[0])
        raise DataError(f"{name}: y must hold whole numbers from 0; the label of sample {row} is {y[row]:g}")
