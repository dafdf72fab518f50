"""Planes through the space of all weights: laid through the paths of runs, or at random around one end.

A plane is an origin and two directions. A point's coordinates are those of the closest point of the plane, and what is
left is its distance from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optviz.nets.network import Network
from optviz.surface import Array

_BLOCK = 1 << 16  # columns that are in double precision at once
_STREAM = 7  # of a seed


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane: origin (P,), directions (2, P), and of the first two principal ones the shares of the variance."""

    origin: Array
    directions: Array
    explained: tuple[float, float] | None = None

    def at(self, coordinates: Array) -> Array:
        """The weights (..., P) at coordinates (..., 2)."""
        return np.asarray(self.origin + coordinates @ self.directions)

    def project(self, points: Sequence[Array]) -> tuple[Array, Array]:
        """Coordinates (S, 2) of the points of the plane closest to S points (P,), and the distances (S,) to them.

        Example:
            >>> plane = Plane(np.array([0.0, 0.0, 1.0]), np.array([[2.0, 0.0, 0.0], [1.0, 1.0, 0.0]]))
            >>> plane.project([np.array([3.0, 1.0, 5.0])])
            (array([[1., 1.]]), array([4.]))
        """
        solved = np.linalg.pinv(self.directions @ self.directions.T) @ self.directions
        coordinates = np.empty((len(points), 2))
        distances = np.empty(len(points))
        with np.errstate(all="ignore"):
            for row, point in enumerate(points):
                away = np.asarray(point, dtype=float) - self.origin
                coordinates[row] = solved @ away
                distances[row] = np.linalg.norm(away - coordinates[row] @ self.directions)
        return coordinates, distances


def principal_plane(points: Array) -> Plane | None:
    """The plane closest to points (S, P), through their mean; None where they lie on a line.

    Its directions are of length one. Where P is large, the S×S products of the points say all there is to know.

    Example:
        >>> plane = principal_plane(np.array([[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.0, 2.0, 0.0], [4.0, 2.0, 0.0]]))
        >>> plane.origin, np.round(plane.explained, 3)
        (array([2., 1., 0.]), array([0.8, 0.2]))
    """
    mean = points.mean(axis=0, dtype=float)
    products = np.zeros((len(points), len(points)))
    blocks = [slice(first, first + _BLOCK) for first in range(0, points.shape[1], _BLOCK)]
    for block in blocks:
        centred = points[:, block].astype(float) - mean[block]
        products += centred @ centred.T
    values, vectors = np.linalg.eigh(products)
    first, second = values[-1], values[-2] if len(values) > 1 else 0.0
    if not second > 1e-12 * max(first, 1e-300):
        return None
    directions = np.empty((2, points.shape[1]))
    for block in blocks:
        directions[:, block] = vectors[:, [-1, -2]].T @ (points[:, block].astype(float) - mean[block])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    for row, direction in enumerate(directions):  # the way that the last point lies from the mean is positive
        if (points[-1] - mean) @ direction < 0:
            directions[row] = -direction
    total = products.trace()
    return Plane(mean, directions, (float(first / total), float(second / total)))


def random_plane(network: Network, params: Array, seed: int) -> Plane:
    """Two random directions from params (P,), normalized filter by filter.

    A filter is what leads into one unit; of each direction it is as long as the network's own. Biases and
    normalizations stay as they are.

    Reference: Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets".
    """
    random = np.random.default_rng([seed, _STREAM])
    directions = np.zeros((2, len(params)))
    for slot in network.slots:
        if not slot.part.penalized:
            continue
        own = params[slot.place].reshape(slot.part.shape).astype(float)
        for direction in directions:
            drawn = random.normal(size=own.shape)
            lengths = np.linalg.norm(own, axis=0) / np.linalg.norm(drawn, axis=0)
            direction[slot.place] = (drawn * lengths).ravel()
    return Plane(params.astype(float), directions)
