"""Crowds: many runs of one optimizer, from many starts or with many seeds, summed up by medians and quantiles.

A quantile is a value that one of the crowd has, never one between two; what is not a number counts as infinite,
since it diverged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optviz.surface import Array

_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Spread:
    """The median and the first and the last decile of crowds, each (..., N)."""

    low: Array
    middle: Array
    high: Array


def spread(values: Array) -> Spread:
    """What crowds of K have in common, from values (..., N, K).

    Example:
        >>> spread(np.array([[5.0, 1.0, 4.0, 2.0, np.nan]])).middle
        array([4.])
    """
    ranked = np.sort(np.where(np.isnan(values), np.inf, values), axis=-1)
    count = ranked.shape[-1]
    found = (ranked[..., max(0, int(np.ceil(share * count)) - 1)] for share in (_LOW, 0.5, _HIGH))
    return Spread(*(np.where(np.isinf(each), np.nan, each) for each in found))
