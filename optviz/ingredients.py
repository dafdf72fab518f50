"""What may stand in a recipe: the kind and the range of every field, checked where one is read and nowhere else.

Whether all of it goes together is judged by whoever makes the picture again. Of pictures and of trainings, which grow
from version to version, a recipe may hold more than this version knows; that can be told, but not made again.
"""

from __future__ import annotations

from typing import Any

from optviz.catalog import is_local_data
from optviz.errors import SpecError, shown
from optviz.kinds import MAX_LISTED
from optviz.problem import LR_RULES, MAX_RUNS, MAX_STEPS
from optviz.schema import anything, each, either, flag, maybe, nothing, number, parts, record, table, text, whole, word
from optviz.specs import parse_spec
from optviz.starts import MAX_STARTS

FORMAT = 1
"""Of recipes, as this version writes and reads them."""


def check_recipe(data: Any) -> None:
    """Refuse what is no recipe.

    Args:
        data: What JSON made of its text.

    Raises:
        ValueError: Naming the field, what is allowed there, and what stands there.
    """
    if isinstance(data, dict) and data.get("format", FORMAT) != FORMAT:
        raise ValueError(f"its format is {shown(data['format'])}; this version knows {FORMAT}")
    _SCHEMA("", data)
    trained, step = data.get("training") is not None, data.get("step")
    word("train" if trained else "animate" if step is None else "plot")("command", data["command"])
    if step is not None:
        whole(0, data["steps"])("step", step)
    if trained:
        parts()("start", data["start"])
        nothing("surface", data["surface"])
    else:
        _points("start", data["start"])
        whole(1)("steps", data["steps"])


def _spec(field: str, value: Any) -> None:
    """A spec of an optimizer, that it can be read; whether there is such an optimizer is another question."""
    text()(field, value)
    try:
        parse_spec(value)
    except SpecError as error:
        raise ValueError(f"{field}: {error}") from error


def _data(field: str, value: Any) -> None:
    """A data set's name with its items, or a file."""
    text()(field, value)
    if not is_local_data(value):
        _spec(field, value)


_point = parts(number(), number())
_points = either(_point, each(_point, 1, MAX_STARTS))
_PICTURE = {
    "size": parts(whole(1), whole(1)),
    "theme": either(text(), record({}, {}, more=True)),
    "title": maybe(text(100_000)),
    **{name: text() for name in ("view", "camera", "layout")},
    **{name: number() for name in ("elevation", "azimuth", "fps", "hold")},
    **{name: each(text(), 0, MAX_LISTED) for name in ("curves", "show")},
    "seeds": whole(1),
    "view_box": maybe(parts(number(), number(), number(), number())),
    "frames": whole(1),
    "transparent": flag,
}
_NETWORK = {
    "hidden": each(whole(1), 0, MAX_LISTED),
    "kind": text(),
    "batchnorm": flag,
    "dropout": number("[0, 1)"),
    "start": text(),
}
_TRAINING = {
    "data": maybe(_data),
    "samples": text(),
    "network": maybe(record(_NETWORK, {})),
    "epochs": whole(1),
    "l1": number("[0, inf)"),
    "l2": number("[0, inf)"),
    "augment": each(text(), 0, MAX_LISTED),
    "ensemble": whole(1),
    "seeds": each(whole(0), 1, MAX_LISTED),
    "patience": maybe(whole(1)),
    "dtype": text(),
    "snapshots": whole(0),
    "show": each(text(), 1, MAX_LISTED),
    "plane": text(),
}
_SCHEMA = record(
    {
        "optviz": text(100),
        "format": whole(FORMAT, FORMAT),
        "command": text(),
        "surface": maybe(text()),
        "runs": each(parts(_spec, word(*LR_RULES)), 1, MAX_RUNS),
        "start": each(anything, 0, MAX_STARTS),
        "steps": whole(0, MAX_STEPS),
        "seed": whole(0),
        "noise": number("[0, inf)"),
        "clip": maybe(number("(0, inf)")),
        "batch_size": maybe(whole(1)),
    },
    {
        "picture": record({}, _PICTURE, more=True),
        "step": maybe(whole(0)),
        "training": maybe(record(_TRAINING, {}, more=True)),
        "files": table(text()),
    },
)
