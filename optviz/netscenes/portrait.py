"""A portrait: how the picture of a training is to be, checked before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from optviz.calls import parameters_of, refuse_unknown
from optviz.errors import ArgumentError, shown
from optviz.kinds import word, words
from optviz.nets.datasets import Dataset
from optviz.nets.network import Network
from optviz.picture import Picture

SHOWS = ("curves", "boundary", "plane", "activations")
"""What can be shown of a training."""

PLANES = ("pca", "random")
"""By which rule a plane is laid through the space of all weights."""

MOST_SNAPSHOTS = 121
"""The most steps whose weights are kept for a picture."""

_FEWEST = 12
_MEMORY = 1 << 28  # bytes that all snapshots together may take, but for those few
_WEIGHT = 4  # bytes
FOR_RACES = ("curves", "show", "seeds", "view_box")
"""Options of a picture that are for races on surfaces."""


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """What is to be shown of a training, and how it is to look.

    Args:
        picture: The options of every picture.
        show: One of `SHOWS`, or ``curves`` and another one, beneath which they then go.
        plane: One of `PLANES`, where the plane is shown.

    Raises:
        ArgumentError: They do not go together; the message says why.

    Example:
        >>> Portrait(show="curves,boundary").show
        ('boundary', 'curves')
    """

    picture: Picture = field(default_factory=Picture)
    show: str | Sequence[str] = ("curves",)
    plane: str = "pca"

    def __post_init__(self) -> None:
        if not isinstance(self.picture, Picture):
            raise ArgumentError(f"picture must be a Picture, not {shown(self.picture)}")
        names = tuple(dict.fromkeys(words("show", self.show, SHOWS))) or ("curves",)
        others = tuple(name for name in names if name != "curves")
        if len(others) > 1:
            told = " and ".join(others)
            raise ArgumentError(f"{told} do not fit into one picture: show one of them, and curves if you like")
        object.__setattr__(self, "show", (*others, *(name for name in names if name == "curves")))
        object.__setattr__(self, "plane", word("plane", "pca" if self.plane is None else self.plane, PLANES))
        if self.plane != "pca" and "plane" not in self.show:
            raise ArgumentError(f"the plane {self.plane} is seen with --show plane; add it")
        self._check_picture()

    @property
    def needs_weights(self) -> bool:
        """Whether the weights along the way are needed."""
        return self.show != ("curves",)

    def check_data(self, data: Dataset) -> None:
        """Refuse what cannot be shown of a data set.

        Raises:
            ArgumentError: Regions are to be shown in other than two dimensions.
        """
        if "boundary" in self.show and data.features != 2:
            raise ArgumentError(
                f"boundary shows points in the plane, and {data.name} has {data.features} features; take moons, "
                "circles, blobs, four-blobs, spirals, or an .npz whose X has two columns"
            )

    def _check_picture(self) -> None:
        changed = {
            each.name: value for each in fields(Picture) if (value := getattr(self.picture, each.name)) != each.default
        }
        for name in FOR_RACES:
            if name in changed:
                raise ArgumentError(f"{name.replace('_', ' ')}: for races on surfaces; leave it out")
        for name in ("view", "layout"):
            if name in changed and "plane" not in self.show:
                raise ArgumentError(f"{name} {changed[name]} is for --show plane, not for {self.show[0]}; leave it out")


def portrait_of(options: dict[str, Any], what: str = "a picture") -> Portrait:
    """The portrait that these options ask for: its own, and a picture's; errors say that they are `what` takes."""
    looks = [name for name in parameters_of(Picture) if name not in FOR_RACES]
    given = [name for name in options if name not in FOR_RACES]  # a picture refuses these, and says why
    refuse_unknown(f"{what} of a training", given, ("show", "plane", *looks))
    own = {name: options[name] for name in ("show", "plane") if name in options}
    return Portrait(picture=Picture(**{name: value for name, value in options.items() if name not in own}), **own)


def snapshots_for(portrait: Portrait, network: Network, networks: int) -> int:
    """How many steps' weights a training of so many networks has to keep for a portrait."""
    if not portrait.needs_weights:
        return 0
    room = _MEMORY // (_WEIGHT * max(1, network.size) * max(1, networks))
    return int(np.clip(min(room, portrait.picture.frames), _FEWEST, MOST_SNAPSHOTS))
