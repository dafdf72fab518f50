"""Points in the plane, in classes of one shape each: small data sets on which a decision boundary can be seen.

Classes take turns, so that they are of one size; the same seed makes the same points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.bounds import check_seed, number, whole

Points = tuple[NDArray[np.float64], NDArray[np.intp]]

MOST = 1_000_000


def blobs(samples: int = 1000, noise: float = 0.8, seed: int = 0) -> Points:
    """Two round heaps that a line tells apart, nearly.

    Example:
        >>> x, y = blobs(10)
        >>> x.shape, y.tolist()
        ((10, 2), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    """
    random, y = _begin(samples, noise, seed, 2)
    centres = np.array([[-1.5, -1.0], [1.5, 1.0]])
    return centres[y] + random.normal(scale=noise, size=(samples, 2)), y


def four_blobs(samples: int = 1000, noise: float = 0.6, seed: int = 0) -> Points:
    """Four round heaps, a class each."""
    random, y = _begin(samples, noise, seed, 4)
    centres = np.array([[-1.5, -1.5], [1.5, -1.2], [-1.2, 1.5], [1.6, 1.6]])
    return centres[y] + random.normal(scale=noise, size=(samples, 2)), y


def moons(samples: int = 1000, noise: float = 0.15, seed: int = 0) -> Points:
    """Two half circles that reach into each other."""
    random, y = _begin(samples, noise, seed, 2)
    angle = random.uniform(0, np.pi, samples)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x = np.where(y[:, None] == 0, upper, np.array([1.0, 0.5]) - upper)
    return x + random.normal(scale=noise, size=x.shape), y


def circles(samples: int = 1000, noise: float = 0.1, seed: int = 0) -> Points:
    """A circle within another."""
    random, y = _begin(samples, noise, seed, 2)
    angle = random.uniform(0, 2 * np.pi, samples)
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1) * np.where(y == 0, 1.0, 0.5)[:, None]
    return x + random.normal(scale=noise, size=x.shape), y


def spirals(samples: int = 1000, noise: float = 0.02, seed: int = 0) -> Points:
    """Two arms wound about each other, one and a half times: no line does much better than a guess."""
    random, y = _begin(samples, noise, seed, 2)
    along = np.sqrt(random.uniform(0.02, 1, samples))
    angle = 3 * np.pi * along + np.pi * y
    x = np.stack([np.cos(angle), np.sin(angle)], axis=1) * along[:, None]
    return x + random.normal(scale=noise, size=x.shape), y


def _begin(samples: Any, noise: Any, seed: Any, classes: int) -> tuple[np.random.Generator, NDArray[np.intp]]:
    count = whole("samples", samples, 5 * classes, MOST)
    number("noise", noise, "[0, 100]")
    return np.random.default_rng(check_seed(seed)), np.arange(count) % classes
