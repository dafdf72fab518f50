"""The loss of a network on a plane: worked out on a grid, and between its points on a smooth surface.

The loss is that of training, penalty included, over all samples of the training part, or evenly spread ones where
these, or the network's parameters, are many. Dropout is left out, and normalizations take mean and variance over the
samples: so it is a function of the weights alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optviz.cache import cached
from optviz.nets.layers import Dense, Dropout
from optviz.nets.losses import cross_entropy
from optviz.nets.network import Network
from optviz.nets.setting import DTYPES, Setting
from optviz.netscenes.planes import Plane
from optviz.surface import Array, Box
from optviz.workers import map_jobs

GRID = 51
"""Points of a grid along each side."""

SAMPLES = 200, 2000
"""Over how many a loss is the mean, at least and at most."""

_WORK = 500_000_000  # parameters times samples of a loss; networks beyond it see fewer samples

_LEAST = 1e-12  # of a loss, so that it has a logarithm


@dataclass(frozen=True, eq=False)
class Loss:
    """The loss of a setting's network as a function of its weights."""

    setting: Setting

    @cached_property
    def _samples(self) -> tuple[Array, Any]:
        train = self.setting.parts.train
        count = int(np.clip(_WORK // self.setting.network.size, *SAMPLES))
        rows = np.linspace(0, len(train) - 1, min(len(train), count)).round().astype(int)
        return self.setting.standard(train.whole[train.rows[rows]], DTYPES[self.setting.dtype]), train.y[rows]

    @property
    def samples(self) -> int:
        """How many samples it is the mean over."""
        return len(self._samples[1])

    @property
    def depends(self) -> tuple[Any, ...]:
        """All that it depends on but the weights."""
        return (*self._samples, self._network, self.setting.penalty)

    @cached_property
    def _network(self) -> Network:
        network = self.setting.network
        layers = [replace(each, rate=0.0) if isinstance(each, Dropout) else each for each in network.layers]
        return replace(network, layers=tuple(layers))

    def __call__(self, params: Array) -> float:
        """The loss at params (P,); not finite where the network overflows."""
        return self._of(self._network, self._samples[0], params, params)

    def on(self, plane: Plane) -> Callable[[Array], float]:
        """The loss at coordinates (2,) of a plane.

        What the first dense layer makes of the samples is linear in its weights: it is worked out for the origin and
        the two directions, and mixed.
        """
        first, x = self._network.layers[0], self._samples[0]
        if not isinstance(first, Dense) or len(self._network.layers) < 2:
            return lambda place: self(plane.at(place))
        rest = Network(first.units, self._network.layers[1:])
        views = [self._network.views(part.astype(x.dtype)) for part in (plane.origin, *plane.directions)]
        start, across, up = (first.test(x, tuple(own[: 2 if first.bias else 1]), ()) for own in views)
        begins = self._network.size - rest.size

        def loss(place: Array) -> float:
            params = plane.at(place)
            with np.errstate(all="ignore"):
                mixed = start + x.dtype.type(place[0]) * across + x.dtype.type(place[1]) * up
            return self._of(rest, mixed, params[begins:], params)

        return loss

    def _of(self, network: Network, x: Array, own: Array, whole: Array) -> float:
        """The loss of a network with its own weights on what goes into it, with the penalty on the whole."""
        own = own.astype(x.dtype)
        memory = np.zeros(sum(slot.place.stop - slot.place.start for slot in network.memory_slots), x.dtype)
        with np.errstate(all="ignore"):
            logits, _ = network.train(network.views(own), memory, x, np.random.default_rng(0))
            total = float(cross_entropy(logits, self._samples[1]))
            if self.setting.penalty:
                total += sum(self.setting.penalty.value(weights) for _, weights in self._network.penalized(whole))
        return total


def losses_on(
    plane: Plane, box: Box, loss: Loss, jobs: int = 1, told: Callable[[Iterable[Any], int], Iterable[Any]] | None = None
) -> Array:
    """Losses (GRID, GRID) on a regular grid over a box of the plane, the lowest y first; kept for the next time.

    They are worked out point by point: a row at a time, as one batch, takes longer, since it does not fit into a
    processor's cache.

    Args:
        plane: Where.
        box: Of its coordinates.
        loss: Of what.
        jobs: Processes that share the work.
        told: Is given the rows of the grid as they are ready, and how many they will be, and hands them on.
    """
    x, there = np.linspace(box[0], box[1], GRID), loss.on(plane)

    def row(y: float) -> list[float]:
        return [there(np.array([each, y])) for each in x.tolist()]

    def grid() -> Array:
        rows: Iterable[Any] = map_jobs(row, np.linspace(box[2], box[3], GRID).tolist(), jobs)
        return np.array(list(told(rows, GRID) if told is not None else rows))

    return cached(("plane", GRID, plane.origin, plane.directions, box, *loss.depends), grid, (GRID, GRID))


class Landscape:
    """A smooth surface through losses on a regular grid: a cubic spline of their logarithms.

    What is not finite is as high as the highest that is. Beyond the box the edge goes on.

    Example:
        >>> box = (0.0, 1.0, 0.0, 1.0)
        >>> rise = np.exp(np.add.outer(np.linspace(0, 1, 9), 2 * np.linspace(0, 1, 9)))
        >>> Landscape(rise, box)(np.array([0.3]), np.array([0.55])).round(4)
        array([3.1582])
    """

    def __init__(self, values: Array, box: Box) -> None:
        heights = np.log(np.maximum(np.where(np.isfinite(values), values, np.nan), _LEAST))
        heights = np.where(np.isfinite(heights), heights, np.nanmax(heights) if np.isfinite(heights).any() else 0.0)
        self._box, self._count = box, len(values)
        knots = _weights(self._count)
        inner = np.linalg.solve(knots, np.linalg.solve(knots, heights).T).T
        self._spline = _widened(_widened(inner).T).T

    def __call__(self, x: Any, y: Any) -> Any:
        """The loss at points of the plane, elementwise."""
        x0, x1, y0, y1 = self._box
        column, right = self._placed((x - x0) / (x1 - x0))
        row, down = self._placed((y - y0) / (y1 - y0))
        total = 0.0
        for i, weight in enumerate(_basis(down)):
            for j, other in enumerate(_basis(right)):
                total = total + weight * other * self._spline[row + i, column + j]
        return np.exp(total)

    def _placed(self, share: Any) -> tuple[Any, Any]:
        """The cell in which a share of a side lies, and where in it."""
        place = np.clip(np.nan_to_num(np.asarray(share, dtype=float)), 0.0, 1.0) * (self._count - 1)
        cell = np.minimum(place.astype(np.intp), self._count - 2)
        return cell, place - cell


def _weights(count: int) -> Array:
    """What the coefficients of a spline without curvature at its ends are multiplied with to give its values."""
    found = np.zeros((count, count))
    inner = np.arange(1, count - 1)
    found[inner, inner - 1] = found[inner, inner + 1] = 1 / 6
    found[inner, inner] = 2 / 3
    found[0, 0] = found[-1, -1] = 1.0
    return found


def _widened(rows: Array) -> Array:
    """Coefficients with one more at each end, such that there is no curvature there."""
    return np.concatenate([2 * rows[:1] - rows[1:2], rows, 2 * rows[-1:] - rows[-2:-1]])


def _basis(t: Any) -> tuple[Any, Any, Any, Any]:
    """The four cubic B-splines that reach into a cell, at the place t in it, 0 … 1."""
    return (
        (1 - t) ** 3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
        t**3 / 6,
    )
