"""optviz: see how optimizers behave.

A surface and some optimizers become a race; a race becomes a scene; a scene becomes frames; frames become a
file. The names below are loaded when they are first used, so that ``import optviz`` costs nothing.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:  # an import less to wait for
    from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Surface": ("surface", "Surface"),
    "surfaces": ("catalog", "surface_names"),
    "optimizers": ("catalog", "optimizer_names"),
    "Race": ("races", "Race"),
    "race": ("races", "race"),
    "load_race": ("races", "load_race"),
    "choose_rates": ("lineup", "choose_rates"),
    "compare": ("comparison", "compare"),
    "Comparison": ("comparison", "Comparison"),
    "animate": ("animation", "animate"),
    "Animation": ("animation", "Animation"),
    "remake": ("animation", "remake"),
    "plot": ("plotting", "plot"),
    "Plot": ("plotting", "Plot"),
    "slides": ("deck", "slides"),
    "Picture": ("picture", "Picture"),
    "Scene": ("scene", "Scene"),
    "Theme": ("themes", "Theme"),
    "train": ("nets.training", "train"),
    "Training": ("nets.training", "Training"),
    "perceptron": ("nets.network", "perceptron"),
    "Network": ("nets.network", "Network"),
    "load_data": ("nets.datasets", "load_data"),
    "Dataset": ("nets.datasets", "Dataset"),
    "OptvizError": ("errors", "OptvizError"),
}
_OPTIMIZERS = (
    *("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "AdaDelta", "AdaMax", "NAdam", "RAdam", "AMSGrad"),
    *("AdamW", "Lion", "AdaBelief", "Yogi", "QHM", "Optimizer"),
)
_HOMES |= {name: ("optimizer", name) for name in _OPTIMIZERS}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - the keys are strings


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'optviz' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    value = getattr(importlib.import_module(f"optviz.{module}"), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
