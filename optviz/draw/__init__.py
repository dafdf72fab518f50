"""A scene -> frames, with matplotlib's Agg renderer and no figure.

The static picture is drawn once and kept as an array; then only what moves is drawn. Frame k drawn alone equals
frame k of the film, pixel for pixel.
"""

from __future__ import annotations

from optviz.draw import settings  # noqa: F401 - first of all: it loads matplotlib
from optviz.draw.film import Film, Frame

__all__ = ["Film", "Frame"]
