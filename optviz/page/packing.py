"""Numbers as the text of a page: arrays in base64, and how they are read back.

Long arrays are written as ``{"f64": …}``, ``{"f32": …}``, ``{"u32": …}`` or ``{"u8": …}``. Of swarms, whose points need
no more, they are 16-bit steps between two ends: ``{"u16": …, "low": …, "high": …}``, with 65535 for what is not a
number. Bytes that hardly change are deflated: ``{"deflated": …}``.
"""

from __future__ import annotations

import base64
import math
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optviz.surface import Array

_SMALL = 1e-30  # float32 holds no numbers much smaller, and none much larger than its inverse
_COARSE = 1e-4  # of a number: a thousand times what float32 tells apart
_KINDS = {"<f8": "f64", "<f4": "f32", "<u4": "u32"}


def packed(values: NDArray[Any], kind: str) -> dict[str, Any]:
    """Values as numbers of a kind: ``<f8``, ``<f4`` or ``<u4``."""
    with np.errstate(all="ignore"):
        return {_KINDS[kind]: _text(np.asarray(values).astype(kind))}


def floats_for(low: float, high: float) -> str:
    """The kind of floating-point numbers that tells values between two ends apart by thousandths of their distance.

    Example:
        >>> floats_for(0.0, 1.0), floats_for(1e9, 1e9 + 1), floats_for(0.0, 1e-50)
        ('<f4', '<f8', '<f8')
    """
    size = max(abs(low), abs(high))
    return "<f4" if _SMALL < size < 1 / _SMALL and high - low > _COARSE * size else "<f8"


def packed_bytes(values: NDArray[Any]) -> dict[str, Any]:
    """Values that are bytes, or truths."""
    return {"u8": _text(values.astype(np.uint8))}


def packed_roughly(values: Array, low: float, high: float) -> dict[str, Any]:
    """Values in 16 bits between two ends; those beyond lie at the ends."""
    known = values[np.isfinite(values)]
    ends = np.clip([known.min(), known.max()], low, high) if len(known) else np.array([0.0, 1.0])
    low, high = ends.tolist()
    steps = np.rint((np.clip(values, low, high) - low) / ((high - low) or 1.0) * 65534)
    return {"u16": _text(np.where(np.isfinite(values), steps, 65535).astype("<u2")), "low": low, "high": high}


def deflated(values: NDArray[np.uint8]) -> dict[str, Any]:
    """Bytes, without the repetitions that are in them.

    Example:
        >>> len(deflated(np.zeros(10_000, np.uint8))["deflated"])
        36
    """
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    return {"deflated": base64.b64encode(squeezer.compress(values.tobytes()) + squeezer.flush()).decode()}


def numbers(text: dict[str, Any]) -> Array:
    """Floating-point numbers, read back.

    Example:
        >>> numbers(packed(np.array([0.5, -2.0]), "<f4"))
        array([ 0.5, -2. ])
    """
    if "u16" in text:
        steps = np.frombuffer(base64.b64decode(text["u16"]), "<u2").astype(float)
        shares = text["low"] + steps / 65534 * (text["high"] - text["low"])
        return np.where(steps == 65535, np.nan, shares)
    return np.frombuffer(base64.b64decode(text["f32"]), "<f4").astype(float)


def number(value: Any) -> float | None:
    """A number as JSON has it: what is not finite is null."""
    return float(value) if math.isfinite(value) else None


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
