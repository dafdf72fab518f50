"""An optimizer at work on a long vector: in place, a block at a time, by its own rule and no other.

The rule makes new arrays at every operation. For the millions of numbers of a network these would be taken from the
system and given back each time; blocks fit the cache, and what they hold is used again. Elementwise rules take the very
same steps either way, to the bit. A rule from elsewhere, which may couple coordinates, is given the whole vector.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optviz.errors import OptvizError
from optviz.heeding import from_elsewhere
from optviz.optimizer import Optimizer, checked_step, guarding
from optviz.optimizer.protocol import Array

BLOCK = 1 << 15
"""Numbers that are moved at once."""


class Mover:
    """Moves params (P,) in place.

    Example:
        >>> from optviz.optimizer import SGD
        >>> params = np.array([2.0, -4.0])
        >>> mover = Mover(SGD(lr=0.5), params)
        >>> mover.move(params, params.copy())
        True
        >>> params
        array([ 1., -2.])
    """

    def __init__(self, optimizer: Optimizer, params: Array, block: int = BLOCK) -> None:
        self.optimizer, self.ours = optimizer, not from_elsewhere(optimizer)
        size = block if self.ours else max(1, len(params))
        self.places = [slice(at, min(at + size, len(params))) for at in range(0, len(params), size)]
        self.guard = guarding(optimizer)
        with self.guard:
            self.states = [optimizer.init(params[place]) for place in self.places]

    def move(self, params: Array, gradient: Array) -> bool:
        """Take one step; returns whether a rule from elsewhere made a finite one of a gradient that is."""
        sound = True
        for number, place in enumerate(self.places):
            piece = params[place]
            with self.guard:
                result = self.optimizer.update(gradient[place], self.states[number], piece)
            step, self.states[number] = result if self.ours else checked_step(self.optimizer, result, piece)
            if not (self.ours or np.isfinite(step).all()):
                sound = not np.isfinite(gradient).all()
            piece += step
        return sound

    def leaves(self) -> dict[str, Any]:
        """The state as arrays (P,) and numbers by name, apart from how it is cut into blocks.

        Raises:
            OptvizError: It is no NamedTuple of such.
        """
        first = self.states[0]
        names = getattr(first, "_fields", None)
        if names is None:
            raise OptvizError(f"the state of {self.optimizer.name} cannot be saved: {type(first)} is no NamedTuple")
        found = {}
        for name in names:
            value = getattr(first, name)
            if isinstance(value, np.ndarray):
                value = np.concatenate([getattr(state, name) for state in self.states])
            elif not isinstance(value, int | float):
                raise OptvizError(f"the state of {self.optimizer.name} cannot be saved: {name} is {type(value)}")
            found[name] = value
        return found

    def restore(self, leaves: dict[str, Any]) -> None:
        """Take up a state that `leaves` gave.

        Raises:
            ValueError: It has other parts, or parts of another shape.
        """
        fresh = self.leaves()
        forms = [{name: _form(value) for name, value in each.items()} for each in (leaves, fresh)]
        if forms[0] != forms[1]:
            raise ValueError(f"the state of {self.optimizer.name} is {forms[0]}, not {forms[1]}")
        for number, place in enumerate(self.places):
            parts = {name: value[place] if isinstance(value, np.ndarray) else value for name, value in leaves.items()}
            self.states[number] = type(self.states[number])(**parts)


def _form(value: Any) -> str:
    """What a part of a state is like: an array of some shape and type, or a number."""
    return f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
