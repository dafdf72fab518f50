"""Rows of the tables that list what there is: for the command line, the README and the documentation alike."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from optviz.optimizer import Optimizer
from optviz.schedules import Schedule
from optviz.surface import Surface

if TYPE_CHECKING:
    from optviz.nets.activations import Kind
    from optviz.nets.augmentation import Augmentation
    from optviz.nets.initializers import Initializer


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
    return {**_call_row(kind), "factor": kind.formula}


def activation_row(kind: Kind) -> dict[str, Any]:
    """An activation in a line."""
    return {"name": kind.name, "title": kind.title, "f(x)": kind.formula}


def initializer_row(kind: type[Initializer]) -> dict[str, Any]:
    """An initializer in a line."""
    return {**_call_row(kind), "deviation": kind.formula}


def augmentation_row(kind: type[Augmentation]) -> dict[str, Any]:
    """An augmentation in a line."""
    return _call_row(kind)


def _call_row(kind: Any) -> dict[str, Any]:
    """What is written as name(arguments), in a line; its title is the first line of its docstring."""
    written = [each.name + ("" if each.default is MISSING else f"={each.default:g}") for each in fields(kind)]
    title = (kind.__doc__ or "").split("\n")[0].rstrip(".")
    return {"name": kind.name, "title": title, "arguments": ", ".join(written)}


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
