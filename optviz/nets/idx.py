"""Image data sets in IDX files, plain or gzipped, wherever they lie: MNIST and those of its form.

A folder is searched that one names, then the one in the environment variable OPTVIZ_DATA, then where Debian's package
puts them. What is read is checked: magic numbers, lengths, and the decompressed bytes' checksum.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import zlib
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from optviz.errors import DataError
from optviz.reading import MAX_IDX, opened

Pair = tuple[NDArray[Any], NDArray[Any]]

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
PACKAGES = {"fashion-mnist": ("dataset-fashion-mnist", Path("/usr/share/datasets/fashion-mnist"))}
CHECKSUMS = {
    "fashion-mnist": (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    "mnist": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def load_idx(name: str, folder: str | Path | None = None) -> tuple[Pair, Pair]:
    """The training and the test part of a data set, images (n, height, width) and labels (n,) each.

    Raises:
        DataError: A file is missing, damaged, or not the one it should be.
    """
    if folder is not None and not Path(folder).is_dir():
        raise DataError(f"{folder} is no folder: there are no files of {name}")
    places = _places(name, folder)
    place = next((place for place in places if any(_file(place, each) for each in FILES)), None)
    if place is None:
        raise DataError(_how_to_get(name, places))
    missing = [each for each in FILES if _file(place, each) is None]
    if missing:
        raise DataError(f"{place} has some files of {name}, but not {', '.join(missing)}, plain or as .gz")
    arrays = []
    for stem, checksum in zip(FILES, CHECKSUMS[name], strict=True):
        path = _file(place, stem)
        assert path is not None
        arrays.append(read_idx(path, checksum))
    pairs = (arrays[0], arrays[1]), (arrays[2], arrays[3])
    for (images, labels), part in zip(pairs, ("train", "t10k"), strict=True):
        if images.ndim != 3 or labels.shape != (len(images),):
            raise DataError(f"{place}: the {part} images have shape {images.shape}, their labels {labels.shape}")
    return pairs


def read_idx(path: Path, checksum: str | None = None) -> NDArray[Any]:
    """The array in an IDX file; a name that ends in ``.gz`` is decompressed.

    Args:
        path: The file.
        checksum: The sha256 that the decompressed bytes must have, of a set that is known and holds bytes.

    Raises:
        DataError: It cannot be read, is cut short, or is not what it should be.
    """
    with opened(path, DataError) as file:
        try:
            unpacked: IO[bytes] = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file  # type: ignore[assignment]
            raw, shape, kind = _read(path, unpacked, ["u1"] if checksum is not None else list(_TYPES.values()))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"{path} is cut short or damaged: {error}; get it anew") from error
    if checksum is not None and (found := hashlib.sha256(raw).hexdigest()) != checksum:
        raise DataError(f"{path} is not the file it should be: its sha256, decompressed, is {found}, not {checksum}")
    return np.frombuffer(raw, np.uint8)[4 + 4 * len(shape) :].view(kind).reshape(shape)


def _read(path: Path, file: IO[bytes], kinds: Sequence[str]) -> tuple[bytes, tuple[int, ...], str]:
    """All bytes of an IDX file, its shape and kind of numbers as it states them; no more are read than these take."""
    head = file.read(4)
    dimensions = head[3] if len(head) == 4 else 0
    sizes = file.read(4 * dimensions) if 1 <= dimensions <= 4 else b""
    kind = _TYPES.get(head[2], "") if head[:2] == b"\x00\x00" and sizes else ""
    if kind not in kinds or len(sizes) < 4 * dimensions:
        what = "IDX file" if len(kinds) > 1 else "IDX file of bytes"
        raise DataError(f"{path} is no {what}: it begins with {head.hex(' ') or 'nothing'}")
    shape = tuple(int(each) for each in np.frombuffer(sizes, ">u4"))
    wanted = math.prod(shape) * np.dtype(kind).itemsize
    if wanted > MAX_IDX.most:
        raise DataError(f"{path} is too large to be read: {shape} are {wanted} bytes; allowed are {MAX_IDX}")
    rest = file.read(wanted + 1)
    if len(rest) != wanted:
        more = sum(len(block) for block in islice(iter(partial(file.read, 1 << 20), b""), MAX_IDX.most >> 20))
        has = f"{len(rest) + more}" + (" or more" if more >= MAX_IDX.most else "")
        raise DataError(f"{path} is cut short or damaged: {shape} are {wanted} bytes, it has {has}")
    return head + sizes + rest, shape, kind


def _places(name: str, folder: str | Path | None) -> list[Path]:
    bases: list[Any] = [each for each in (folder, os.environ.get("OPTVIZ_DATA")) if each]
    named = [place for base in bases for place in (Path(base) / name, Path(base))]
    return [*named, *([PACKAGES[name][1]] if name in PACKAGES else [])]


def _file(place: Path, stem: str) -> Path | None:
    return next((path for path in (place / stem, place / f"{stem}.gz") if path.is_file()), None)


def _how_to_get(name: str, places: list[Path]) -> str:
    package = f"install Debian's package: apt-get install {PACKAGES[name][0]}; or " if name in PACKAGES else ""
    looked = f" (looked in {', '.join(map(str, places))})" if places else ""
    return (
        f"the files of {name} are not here{looked}. To get them: {package}put {', '.join(FILES)}, "
        "plain or as .gz, into a folder and name it by --data-dir FOLDER or OPTVIZ_DATA=FOLDER"
    )
