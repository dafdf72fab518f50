"""Images changed at random as one sees them changed, so that a network learns what matters and a small set goes far.

All that moves pixels is a map from where a pixel of the result lies to where it is taken from; several are one map, and
each image is sampled once, between pixels linearly. Beyond its edges an image is 0. Every image of a batch is changed
in its own way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from optviz.bounds import bounded, check_fields, counted
from optviz.calls import Answering
from optviz.specs import Call, format_value, from_call

Images = NDArray[np.float32]
Random = np.random.Generator


@dataclass(frozen=True)
class Augmentation(metaclass=Answering):
    """A random change of images (n, height, width) with values from 0 to 1.

    `places` (n, height, width, 2) are rows and columns in pixels, counted from the image's middle.
    """

    name: ClassVar[str]
    moves: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_fields(self, f"augmentation {self.name}")

    def __str__(self) -> str:
        return format_value(Call(self.name, tuple(vars(self).values())))

    def warp(self, places: Images, random: Random) -> Images:
        """Where what belongs at these places is taken from."""
        return places

    def tint(self, images: Images, random: Random) -> Images:
        """The images with other values."""
        return images


@dataclass(frozen=True)
class Flip(Augmentation):
    """Left becomes right, with a probability."""

    probability: float = bounded("[0, 1]", 0.5)
    name = "flip"

    def warp(self, places: Images, random: Random) -> Images:
        sign = np.where(random.random(len(places)) < self.probability, -1, 1)
        return places * _columns(np.ones(len(places)), sign)


@dataclass(frozen=True)
class Crop(Augmentation):
    """A part of the image, scaled to the whole.

    Its sides are at the least 1 − share of the image's.
    """

    share: float = bounded("[0, 1)", 0.2)
    name = "crop"

    def warp(self, places: Images, random: Random) -> Images:
        side = random.uniform(1 - self.share, 1, len(places))
        half = np.array(places.shape[1:3]) / 2
        middle = random.uniform(-1, 1, (len(places), 2)) * (1 - side[:, None]) * half
        return places * _columns(side, side) + _columns(*middle.T)


@dataclass(frozen=True)
class Translation(Augmentation):
    """Moved by up to so many pixels along each axis."""

    pixels: float = bounded("[0, 1000]", 1.0)
    name = "translation"

    def warp(self, places: Images, random: Random) -> Images:
        return places + _columns(*random.uniform(-self.pixels, self.pixels, (2, len(places))))


@dataclass(frozen=True)
class Rotation(Augmentation):
    """Turned by up to so many degrees, either way."""

    degrees: float = bounded("[0, 180]", 10.0)
    name = "rotation"

    def warp(self, places: Images, random: Random) -> Images:
        angle = np.radians(random.uniform(-self.degrees, self.degrees, len(places)))
        cosine, sine = (each[:, None, None].astype(np.float32) for each in (np.cos(angle), np.sin(angle)))
        rows, columns = places[..., 0], places[..., 1]
        return np.stack([cosine * rows - sine * columns, sine * rows + cosine * columns], axis=-1)


@dataclass(frozen=True)
class Stretch(Augmentation):
    """Made taller or flatter, wider or narrower, by a share."""

    share: float = bounded("[0, 1]", 0.1)
    name = "stretch"

    def warp(self, places: Images, random: Random) -> Images:
        factors = (1 + self.share) ** random.uniform(-1, 1, (2, len(places)))
        return places / _columns(*factors)


@dataclass(frozen=True)
class Shear(Augmentation):
    """Slanted by up to so many degrees, as italics are."""

    degrees: float = bounded("[0, 80]", 10.0)
    name = "shear"

    def warp(self, places: Images, random: Random) -> Images:
        slope = np.tan(np.radians(random.uniform(-self.degrees, self.degrees, len(places))))
        result = places.copy()
        result[..., 1] += slope[:, None, None].astype(np.float32) * places[..., 0]
        return result


@dataclass(frozen=True)
class Distortion(Augmentation):
    """Bent as by a lens, the corners by up to the share.

    They move outwards or inwards, the middle does not.
    """

    share: float = bounded("[0, 1]", 0.15)
    name = "distortion"

    def warp(self, places: Images, random: Random) -> Images:
        strength = random.uniform(-self.share, self.share, len(places))
        farthest = sum((side / 2) ** 2 for side in places.shape[1:3])
        squared = (places * places).sum(axis=-1, keepdims=True) / np.float32(farthest)
        factor: Images = 1 + strength[:, None, None, None].astype(np.float32) * squared
        return places * factor


@dataclass(frozen=True)
class Noise(Augmentation):
    """Normal noise of this deviation, where the brightest is 1."""

    deviates: float = bounded("[0, 10]", 0.05)
    name = "noise"
    moves = False

    def tint(self, images: Images, random: Random) -> Images:
        return images + np.float32(self.deviates) * random.standard_normal(images.shape, dtype=np.float32)


@dataclass(frozen=True)
class Mix(Augmentation):
    """So many of those that move pixels, drawn for every image.

    Each is at its default.
    """

    count: int = counted("[1, 7]", 2)
    name = "mix"

    def warp(self, places: Images, random: Random) -> Images:
        kinds = [kind() for name, kind in AUGMENTATIONS.items() if kind.moves and name != self.name]
        chosen = random.random((len(places), len(kinds))).argsort(axis=1) < self.count
        result = places.copy()
        for column, kind in enumerate(kinds):
            own = chosen[:, column]
            if own.any():
                result[own] = kind.warp(result[own], random)
        return result


AUGMENTATIONS: dict[str, type[Augmentation]] = {
    kind.name: kind for kind in (Flip, Crop, Translation, Rotation, Stretch, Shear, Distortion, Noise, Mix)
}


def augmentation(spec: str | Augmentation) -> Augmentation:
    """The augmentation written as ``flip`` or ``rotation(15)``.

    Raises:
        UnknownNameError: None is called so; the nearest name is offered.
        ArgumentError: It does not take these arguments.

    Example:
        >>> augmentation("rotation(15)")
        Rotation(degrees=15)
    """
    return spec if isinstance(spec, Augmentation) else from_call("augmentation", AUGMENTATIONS, spec)


def augmented(images: Images, changes: Sequence[Augmentation], random: Random) -> Images:
    """Images (n, height, width), changed by all of `changes` in their order.

    Example:
        >>> image = np.array([[[0.0, 0.5, 1.0]]], np.float32)
        >>> augmented(image, [Flip(1.0)], np.random.default_rng(0))
        array([[[1. , 0.5, 0. ]]], dtype=float32)
    """
    if any(change.moves for change in changes):
        height, width = images.shape[1:]
        rows, columns = np.mgrid[:height, :width].astype(np.float32)
        middle = np.array([(height - 1) / 2, (width - 1) / 2], np.float32)
        places = np.broadcast_to(np.stack([rows, columns], axis=-1) - middle, (*images.shape, 2))
        for change in reversed(changes):  # from the result back to the image
            places = change.warp(places, random)
        images = _sampled(images, places + middle)
    for change in changes:
        images = change.tint(images, random)
    return images


def _sampled(images: Images, places: Images) -> Images:
    """The images' values at places (n, height, width, 2), in pixels from the first."""
    count, height, width = images.shape
    framed = np.zeros((count, height + 2, width + 2), np.float32)
    framed[:, 1:-1, 1:-1] = images
    rows = np.clip(places[..., 0] + 1, 0, height + 1)
    columns = np.clip(places[..., 1] + 1, 0, width + 1)
    above, left = np.minimum(rows.astype(np.int32), height), np.minimum(columns.astype(np.int32), width)
    down, right = rows - above, columns - left
    at = (np.arange(count)[:, None, None] * (height + 2) + above) * (width + 2) + left
    flat = framed.ravel()
    upper = flat[at] * (1 - right) + flat[at + 1] * right
    at += width + 2
    lower = flat[at] * (1 - right) + flat[at + 1] * right
    return np.asarray(upper * (1 - down) + lower * down, np.float32)


def _columns(rows: Any, columns: Any) -> Images:
    """A number an image for rows and one for columns, shaped so that they meet places."""
    return np.stack([rows, columns], axis=-1).astype(np.float32)[:, None, None, :]
