"""Data sets as pictures: a sheet of images, each class in a row, or points in the colour and mark of their class.

A sheet of augmented images has a sample in a row: first as it is, then as training sees it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from optviz.classes import TOLD_APART, ClassLook, class_looks
from optviz.errors import ArgumentError, OutputError
from optviz.lengths import of_one_unit
from optviz.nets.augmentation import Augmentation, augmented
from optviz.nets.datasets import Dataset
from optviz.themes import THEMES, Theme, rgb
from optviz.writing import atomic_write

_WIDTH = 1000  # pixels of the picture, about
_COLUMNS = 12
_ROWS = 10
_GAP = 10
_MARGIN = 36
_SIDE = 800  # pixels of a sheet of points
_POINTS = 4000  # that are drawn at the most
_KEY, _LINE = 56, 30  # pixels for a class in the key beneath them
_WIDEST = 240  # of a name of a class
_SHARP = 4  # points are drawn so many times as large, and made smaller


def sheet(
    data: Dataset, changes: Sequence[Augmentation] = (), *, seed: int = 0, theme: Theme = THEMES["light"]
) -> Image.Image:
    """A picture of a data set.

    Args:
        data: Images, or points in the plane.
        changes: What is done to images at random; the first column then shows them as they are.
        seed: Fixes which samples are shown, and the changes.
        theme: Whose colours.

    Raises:
        ArgumentError: Its samples are neither images nor points, or points are to be augmented.

    Example:
        >>> from optviz.nets.datasets import load_data
        >>> sheet(load_data("digits")).size
        (1082, 882)
    """
    if data.image is None:
        if changes:
            raise ArgumentError(f"{data.name} holds no images: there is nothing to augment")
        if data.features != 2:
            raise ArgumentError(f"{data.name} has {data.features} features: only images and points can be pictured")
        return _points(data, theme)
    return _images(data, changes, seed, theme)


def save_sheet(path: Path, picture: Image.Image) -> None:
    """Write a picture as PNG; the same picture is the same bytes.

    Raises:
        OutputError: The suffix is not .png, or the file cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise OutputError(f"{path}: data sets are pictured as .png, as in {path.stem or 'digits'}.png")
    with atomic_write(path) as file:
        picture.save(file, format="PNG", optimize=True)


def _images(data: Dataset, changes: Sequence[Augmentation], seed: int, theme: Theme) -> Image.Image:
    choice, random = (np.random.default_rng([seed, stream]) for stream in (0, 1))
    assert data.image is not None
    height, width = data.image
    labels = np.arange(_ROWS if changes else min(data.classes, 40)) % data.classes
    rows = []
    for label in labels:
        own = np.flatnonzero(data.y == label)
        if changes:
            one = _unit(data, [int(choice.choice(own))])
            many = augmented(np.repeat(one, _COLUMNS - 1, axis=0), changes, random)
            rows.append(np.concatenate([one, many]))
        else:
            chosen = np.sort(choice.choice(own, min(_COLUMNS, len(own)), replace=False))
            rows.append(_unit(data, chosen))
    scale = max(1, (_WIDTH - 2 * _MARGIN) // _COLUMNS // width)
    across, down = scale * width + _GAP, scale * height + _GAP
    apart = _GAP * 2 if changes else 0  # between what is and what becomes of it
    font = ImageFont.load_default(20)
    room = min(_WIDEST, max(font.getlength(data.names[label]) for label in labels))
    left = max(2 * _MARGIN, math.ceil(room) + _MARGIN + _MARGIN // 2)
    size = left + _COLUMNS * across + apart - _GAP + _MARGIN, 2 * _MARGIN + len(rows) * down - _GAP
    picture = Image.new("RGB", size, theme.background)
    pen = ImageDraw.Draw(picture)
    for line, (label, row) in enumerate(zip(labels, rows, strict=True)):
        top = _MARGIN + line * down
        name = _fitting(data.names[label], font, _WIDEST)
        pen.text((left - _MARGIN // 2, top + scale * height / 2), name, theme.quiet, font, anchor="rm")
        for column, image in enumerate(row):
            place = left + column * across + (apart if column else 0), top
            picture.paste(_shaded(image, scale, theme), place)
    return picture


def _unit(data: Dataset, rows: Any) -> NDArray[np.float32]:
    """Some images with values from 0 to 1."""
    assert data.image is not None
    peak = float(data.x.max()) or 1.0
    images: NDArray[Any] = data.x[rows].reshape(-1, *data.image) / peak
    return images.astype(np.float32)


def _shaded(image: NDArray[np.float32], scale: int, theme: Theme) -> Image.Image:
    """An image from the ground to the ink of a theme, its pixels enlarged."""
    ends = np.array([rgb(theme.ramp[-1]), rgb(theme.ink)], float)
    share = np.clip(image, 0, 1)[..., None]
    pixels = ends[0] + (ends[1] - ends[0]) * share
    large = pixels.round().astype(np.uint8).repeat(scale, axis=0).repeat(scale, axis=1)
    return Image.fromarray(large)


def _points(data: Dataset, theme: Theme) -> Image.Image:
    """Points, and beneath them a key of the classes."""
    shown = min(data.classes, TOLD_APART)
    font = ImageFont.load_default(18 * _SHARP)
    room = min(_WIDEST, max(font.getlength(name) for name in data.names[:shown]) / _SHARP)
    key = max(_KEY, math.ceil(room) + 32)
    per_row = (_SIDE - 2 * _MARGIN) // key
    rows = -(-shown // per_row) + (data.classes > shown)
    side, high = _SIDE * _SHARP, (_SIDE + rows * _LINE + _GAP) * _SHARP
    x = data.x[:_POINTS].astype(float)
    low, height = x.min(axis=0), x.max(axis=0)
    span = height - low
    span = np.where(span > 0, span, 1.0) if not of_one_unit(span.tolist()) else float(span.max()) or 1.0
    inner = side - 2 * _MARGIN * _SHARP
    places = ((x - (low + height) / 2) / span * inner + side / 2) * [1, -1] + [0, side]
    picture = Image.new("RGB", (side, high), theme.background)
    pen, radius = ImageDraw.Draw(picture), (5 if len(x) <= 1500 else 3) * _SHARP
    looks = class_looks(theme, data.classes)
    for place, label in zip(places, data.y.tolist(), strict=False):
        _mark(pen, place, radius + _SHARP, looks[label]._replace(colour=theme.background))
        _mark(pen, place, radius, looks[label])
    for label, look in enumerate(looks[:shown]):
        row, column = divmod(label, per_row)
        place = np.array([_MARGIN + column * key + 8, _SIDE + row * _LINE], float) * _SHARP
        _mark(pen, place, 6 * _SHARP, look)
        name = _fitting(data.names[label], font, _WIDEST * _SHARP)
        pen.text((place[0] + 12 * _SHARP, place[1]), name, theme.quiet, font, anchor="lm")
    if data.classes > shown:
        words = f"{data.names[shown]} to {data.names[-1]}: the same colours and marks again"
        pen.text((_MARGIN * _SHARP, (_SIDE + (rows - 1) * _LINE) * _SHARP), words, theme.quiet, font, anchor="lm")
    return picture.resize((_SIDE, high // _SHARP), Image.Resampling.LANCZOS)


def _fitting(name: str, font: Any, room: float) -> str:
    """A class's name, cut where it is too long for its room."""
    shown = name
    while len(shown) > 1 and font.getlength(shown) > room:
        name = name[:-1]
        shown = f"{name}…"
    return shown


def _mark(pen: ImageDraw.ImageDraw, place: NDArray[Any], radius: float, look: ClassLook) -> None:
    pen.polygon([(x, y) for x, y in (place + look.mark * radius).tolist()], fill=look.colour)
