"""matplotlib, loaded so that nothing around it matters, and its settings while optviz draws: its own defaults.

A notebook names a backend in ``MPLBACKEND`` for every program that it starts, and matplotlib cannot be imported where
that is not installed; optviz opens no window and needs none. What a matplotlibrc, a style or a program sets says how
*its* figures look: it changes no byte of ours.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from optviz.errors import OptvizError

_BACKEND = "MPLBACKEND"
_READ = ("agg", "axes", "figure", "font", "hatch", "image", "lines", "mathtext", "patch", "path", "pdf")
_READ_TOO = ("savefig", "svg", "text")
_OWN: dict[str, Any] = {"svg.fonttype": "path", "svg.hashsalt": "optviz", "pdf.fonttype": 42}
"""Where ours differ from matplotlib's."""


def _load() -> Any:
    """matplotlib, whatever backend this process was told to use.

    Raises:
        OptvizError: Its settings' file cannot be read.
    """
    backend = os.environ.pop(_BACKEND, None)
    try:
        import matplotlib as mpl  # noqa: PLC0415 - only here, where nothing disturbs it
    except ValueError as error:
        raise OptvizError(f"matplotlib cannot read its settings: {error}; mend or remove its matplotlibrc") from error
    finally:
        if backend is not None:
            os.environ[_BACKEND] = backend
    return mpl


_matplotlib = _load()
_defaults: dict[str, Any] = {
    key: value for key, value in _matplotlib.rcParamsDefault.items() if key.partition(".")[0] in (*_READ, *_READ_TOO)
} | _OWN


@contextmanager
def steady() -> Iterator[None]:
    """While this lasts, matplotlib's settings are ours; also a decorator of functions.

    Of letters that no font has `optviz.draw.fonts` tells, and not matplotlib, too.

    Example:
        >>> import matplotlib
        >>> with matplotlib.rc_context({"font.style": "italic"}), steady():
        ...     matplotlib.rcParams["font.style"]
        'normal'
    """
    settings = _matplotlib.rcParams
    before = {key: settings[key] for key, ours in _defaults.items() if settings[key] != ours}
    _set(settings, {key: _defaults[key] for key in before})
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
            yield
    finally:
        _set(settings, before)


def _set(settings: Any, values: dict[str, Any]) -> None:
    """Set what is to be set, without a word of what matplotlib will do without one day."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", _matplotlib.MatplotlibDeprecationWarning)
        settings.update(values)
