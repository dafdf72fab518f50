"""Randomness: minibatches and noise as pure functions of the seed and the step.

At step t every run of a seed sees the same minibatch and the same noise, whatever the number of runs, and
neither depends on the other (common random numbers). Drawing a step twice gives the same numbers twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MINIBATCHES, _NOISE = 1, 2  # the two streams of a seed
_BLOCK = 512  # steps of noise drawn at once


def minibatches(samples: int, size: int, seed: int) -> Callable[[int], NDArray[np.intp]]:
    """Step t = 1, 2, … -> the indices (size,) of its minibatch.

    The samples are shuffled anew in every epoch and taken without replacement; what is left at an epoch's end
    and does not fill a batch is dropped.

    Example:
        >>> batch = minibatches(6, 3, seed=0)
        >>> sorted([*batch(1).tolist(), *batch(2).tolist()])
        [0, 1, 2, 3, 4, 5]
    """
    per_epoch = samples // size

    @lru_cache(maxsize=2)
    def shuffled(epoch: int) -> NDArray[np.intp]:
        return np.random.default_rng([seed, _MINIBATCHES, epoch]).permutation(samples)

    def at(t: int) -> NDArray[np.intp]:
        epoch, position = divmod(t - 1, per_epoch)
        return shuffled(epoch)[position * size : (position + 1) * size]

    return at


def gaussian(dimensions: int, scale: float, seed: int) -> Callable[[int], NDArray[Any]]:
    """Step t = 1, 2, … -> isotropic normal noise (dimensions,) with standard deviation `scale`.

    Example:
        >>> noise = gaussian(2, 0.1, seed=0)
        >>> bool((noise(3) == noise(3)).all()), noise(3).shape
        (True, (2,))
    """

    @lru_cache(maxsize=2)
    def drawn(block: int) -> NDArray[Any]:
        return scale * np.random.default_rng([seed, _NOISE, block]).standard_normal((_BLOCK, dimensions))

    def at(t: int) -> NDArray[Any]:
        block, position = divmod(t - 1, _BLOCK)
        noise: NDArray[Any] = drawn(block)[position]
        return noise

    return at
