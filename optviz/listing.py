"""Rows of the tables that list what there is: for the command line, the README and the documentation alike."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from optviz.optimizer import Optimizer
from optviz.schedules import Schedule
from optviz.surface import Surface


def surface_row(surface: Surface) -> dict[str, Any]:
    """A surface in a line."""
    x0, x1, y0, y1 = surface.domain
    return {
        "name": surface.name,
        "title": surface.display_title,
        "f(x, y)": surface.formula,
        "domain": f"[{x0:.4g}, {x1:.4g}] × [{y0:.4g}, {y1:.4g}]",
        "minima": len(surface.minima),
        "start": f"{surface.start[0]:g}, {surface.start[1]:g}",
    }


def optimizer_row(kind: type[Optimizer]) -> dict[str, Any]:
    """An optimizer in a line."""
    own = [field for field in fields(kind) if field.name not in ("lr", "schedule")]
    defaults = ", ".join(f"{field.name}={_written(field.default)}" for field in own)
    return {
        "name": kind.name,
        "title": kind.title,
        "rule": kind.rule,
        "defaults": defaults,
        "source": kind.reference,
    }


def schedule_row(kind: type[Schedule]) -> dict[str, Any]:
    """A schedule in a line."""
    written = [each.name + ("" if each.default is MISSING else f"={each.default:g}") for each in fields(kind)]
    return {
        "name": kind.name,
        "title": (kind.__doc__ or "").split("\n")[0].rstrip("."),
        "arguments": ", ".join(written),
        "factor": kind.formula,
    }


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
