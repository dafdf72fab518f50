"""Names -> surfaces and optimizers: those that come with optviz, entry points, a user's own file.

A surface is a plain file that nobody imports: it is loaded by its path, one of ours just like a user's, so that
a new file is found without reinstalling. Third parties register under the entry-point groups
``optviz.surfaces`` and ``optviz.optimizers``.
"""

from __future__ import annotations

import importlib
import os
from dataclasses import Field, dataclass, fields, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from optviz.errors import ArgumentError, OptvizError, SpecError, SurfaceError, UnknownNameError, shown
from optviz.faults import blamed, goes_its_way, helping, place_of, said
from optviz.files import missing, pick, run_file, split_ref
from optviz.specs import Call, Spec, parse_spec

if TYPE_CHECKING:
    from optviz.optimizer import Optimizer
    from optviz.surface import Surface

DEFAULT_OPTIMIZERS = ("sgd", "momentum", "adagrad", "rmsprop", "adam")


@dataclass(frozen=True)
class Entry:
    """An optimizer as a race lists it: what was asked for, its label and title, and the rule itself."""

    ref: str
    label: str
    title: str
    optimizer: Optimizer


def surface_names() -> list[str]:
    """The names `load_surface` knows, in alphabetical order.

    Example:
        >>> surface_names()[:3]
        ['ackley', 'aligned-ravine', 'banana']
    """
    return sorted({*_surface_files(), *entry_points_in("optviz.surfaces")})


def load_surface(ref: str | PathLike[str] | Surface) -> Surface:
    """The surface of that name, or of a user's file: ``file.py`` or ``file.py:NAME``.

    Raises:
        UnknownNameError: The name is in no registry; the nearest one is offered.
        SurfaceError: The file cannot be used as a surface.

    Example:
        >>> load_surface("six_hump_camel").name
        'six-hump-camel'
    """
    from optviz.kinds import path_text, text
    from optviz.surface import Surface

    if isinstance(ref, Surface):
        return ref
    if callable(ref):
        raise ArgumentError(
            f"surface must be a Surface, not {shown(ref)}; of a function make one: optviz.Surface(name=…, fn=…, "
            "domain=…, start=…)"
        )
    ref = (
        path_text("surface", ref) if isinstance(ref, PathLike) else text("surface", ref, "a name, a file or a Surface")
    )
    path, _, name = split_ref(ref)
    if path is not None:
        return _surface_in(run_file(path, SurfaceError), name, ref)
    known = ref.strip().lower().replace("_", "-")
    if (file := _surface_files().get(known)) is not None:
        return _surface_in(run_file(file, SurfaceError), "", ref)
    if known in (plugins := entry_points_in("optviz.surfaces")):
        found = _load_plugin(plugins[known])
        if not isinstance(found, Surface):
            raise SurfaceError(f"the entry point {known!r} is {type(found).__name__}, not a Surface")
        return found
    hint = "`optviz list surfaces` shows all; a file of your own is written ./mine.py."
    raise UnknownNameError("surface", ref, surface_names(), hint)


def optimizer_names() -> list[str]:
    """The names `load_optimizer` knows, in the order of the registry.

    Example:
        >>> optimizer_names()[:3]
        ['sgd', 'momentum', 'nesterov']
    """
    from optviz.optimizer import OPTIMIZERS

    return list(dict.fromkeys([*OPTIMIZERS, *entry_points_in("optviz.optimizers")]))


def optimizer_class(ref: str) -> type[Optimizer]:
    """The optimizer class of that name, of a user's file (``file.py:NAME``) or package (``package:Name``).

    Raises:
        UnknownNameError: The name is in no registry; the nearest one is offered.
        OptvizError: What the ref names cannot be loaded, or is not an optimizer.
    """
    from optviz.optimizer import OPTIMIZERS, Optimizer

    path, module, name = split_ref(ref)
    known = ref.strip().lower().replace("_", "-")
    if path is not None:
        found = _optimizer_in(run_file(path, OptvizError), name, ref)
    elif known in OPTIMIZERS:
        return OPTIMIZERS[known]
    elif known in (plugins := entry_points_in("optviz.optimizers")):
        found = _load_plugin(plugins[known])
    elif module is not None and module not in OPTIMIZERS:
        found = _import_object(module, name)
    else:
        raise UnknownNameError("optimizer", module or ref, optimizer_names(), "`optviz list optimizers` shows all.")
    if not (isinstance(found, type) and issubclass(found, Optimizer)):
        raise OptvizError(f"{ref!r} is {found!r}, not a subclass of optviz.optimizer.Optimizer")
    if not all(isinstance(getattr(found, key, None), str) for key in ("name", "title")):
        raise OptvizError(f"{ref}: an optimizer has a name and a title; write them in the class, as name = 'mine'")
    return found


def load_optimizer(spec: str | Optimizer | type[Optimizer]) -> Entry:
    """The optimizer a spec such as ``adam:lr=0.05,label=mine`` names; a class is one with its defaults.

    Raises:
        SpecError: The spec does not parse, or has a key or a value the optimizer does not take.
        UnknownNameError: The name is in no registry.

    Example:
        >>> load_optimizer("adam:lr=0.05").optimizer.lr
        0.05
    """
    from optviz.kinds import text
    from optviz.optimizer import OPTIMIZERS, Optimizer

    if isinstance(spec, type) and issubclass(spec, Optimizer):
        spec = spec()
    if isinstance(spec, Optimizer):
        return _made_in_python(spec)
    spec = text("an optimizer", spec, "a spec, as 'adam:lr=0.1', or an Optimizer, as optviz.Adam(lr=0.1)")
    parsed = parse_spec(spec)
    if ":" in parsed.ref and parsed.ref.split(":")[0].lower() in optimizer_names():
        raise SpecError(spec, parsed.ref.index(":") + 1, "expected key=value after the colon, as in adam:lr=0.1")
    kind = optimizer_class(parsed.ref)
    items = dict(parsed.items)
    label = items.pop("label", None)
    built = _build(kind, items, parsed)
    if kind not in OPTIMIZERS.values():
        _try_step(built, parsed.ref)
    name, title = (kind.name, kind.title) if label is None else (str(label), str(label))
    return Entry(parsed.ref, name, title, built)


def is_local(ref: str) -> bool:
    """Whether a ref names a user's file or module, whose code would run, rather than a registered name."""
    path, module, _ = split_ref(ref)
    return path is not None or module is not None


def is_local_data(spec: str) -> bool:
    """Whether a spec of data names a file or a folder, rather than a set that optviz knows.

    Example:
        >>> [is_local_data(spec) for spec in ("digits", "moons:noise=0.2", "mine.npz ", "./kmnist", "kmnist/")]
        [False, False, True, True, True]
    """
    return spec.strip().lower().endswith(".npz") or any(mark in spec for mark in {"/", os.sep})


def _made_in_python(optimizer: Optimizer) -> Entry:
    """The entry of an optimizer that a race can run: one whose hyperparameters are numbers."""
    for name, value in optimizer.hyperparameters().items():
        if getattr(value, "ndim", 0):
            raise ArgumentError(f"{optimizer.name}: {name} must be one number in a race, not {shown(value)}")
    return Entry(optimizer.name, optimizer.name, optimizer.title, optimizer)


def comes_with_optviz(surface: Surface) -> bool:
    """Whether a surface's function is one of optviz's own, wherever the rest of it is from.

    Example:
        >>> comes_with_optviz(load_surface("booth"))
        True
    """
    file = getattr(getattr(surface.fn, "__code__", None), "co_filename", "")
    return Path(file).parent == _surface_folder()


def _build(kind: type[Optimizer], items: dict[str, Any], spec: Spec) -> Optimizer:
    declared = {field.name: field for field in fields(kind)}
    for key, value in items.items():
        if key not in declared:
            near = UnknownNameError(f"hyperparameter of {kind.name}", key, [*declared, "label"])
            raise SpecError(spec.text, spec.places[key] - len(key) - 1, str(near))
        try:
            items[key] = _checked(declared[key], value)
        except ArgumentError as error:
            raise SpecError(spec.text, spec.places[key], str(error)) from None
    try:
        return kind(**items)
    except (ArgumentError, TypeError) as error:
        raise SpecError(spec.text, 0, f"{kind.__name__} cannot be built from these fields: {error}") from error
    except BaseException as error:
        raise blamed(error, OptvizError, f"optimizer {kind.name}") from error


def _checked(field: Field[Any], value: Any) -> Any:
    from optviz.bounds import flag, number
    from optviz.schedules import load_schedule

    if field.name == "schedule":
        return load_schedule(value)
    written = value.name + "(…)" if isinstance(value, Call) else value
    if isinstance(field.default, bool):
        return flag(field.name, written)
    if field.name == "lr" and value == "auto":
        return None
    return float(number(field.name, written, field.metadata.get("allowed", "(-inf, inf)")))


def _try_step(optimizer: Optimizer, ref: str) -> None:
    """Refuse an optimizer from elsewhere that cannot take a step."""
    import numpy as np

    from optviz.optimizer import checked_step

    at = np.ones((3, 2))
    at.setflags(write=False)
    try:
        ready = replace(optimizer, lr=optimizer.lr or 0.1)
        result = ready.update(at, ready.init(at), at)
    except BaseException as error:
        if goes_its_way(error):
            raise
        raise OptvizError(f"{place_of(error) or ref}: the first step raised {shown(error)}{helping(error)}") from error
    checked_step(ready, result, at)


def _surface_folder() -> Path:
    installed = Path(__file__).parent / "surfaces"
    return installed if installed.is_dir() else installed.parent.parent / "surfaces"


def _surface_files() -> dict[str, Path]:
    return {path.stem.replace("_", "-"): path for path in _surface_folder().glob("*.py")}


@cache
def entry_points_in(group: str) -> dict[str, EntryPoint]:
    """The entry points of a group that packages bring, by name."""
    return {point.name: point for point in entry_points(group=group)}


def _load_plugin(point: EntryPoint) -> Any:
    try:
        return point.load()
    except BaseException as error:
        if goes_its_way(error):
            raise
        raise OptvizError(f"the entry point {point.name} = {point.value} cannot be loaded: {_why(error)}") from error


def _import_object(module: str, name: str) -> Any:
    try:
        return attrgetter(name)(importlib.import_module(module))
    except BaseException as error:
        if goes_its_way(error):
            raise
        raise OptvizError(f"{module}:{name} cannot be imported: {_why(error)}") from error


def _surface_in(module: ModuleType, name: str, ref: str) -> Surface:
    from optviz.surface import Surface

    fitting = {key: value for key, value in vars(module).items() if isinstance(value, Surface)}
    found = pick(module, name, "SURFACE", fitting)
    if isinstance(found, Surface):
        return found
    example = "SURFACE = optviz.Surface(name=…, fn=…, domain=…, start=…)"
    raise SurfaceError(missing(module, name, ref, fitting, "Surface", example))


def _optimizer_in(module: ModuleType, name: str, ref: str) -> Any:
    from optviz.optimizer import Optimizer

    own = [(key, kind) for key, kind in vars(module).items() if getattr(kind, "__module__", "") == module.__name__]
    fitting = {key: kind for key, kind in own if isinstance(kind, type) and issubclass(kind, Optimizer)}
    found = pick(module, name, "", fitting)
    if isinstance(found, type) and issubclass(found, Optimizer):
        return found
    raise OptvizError(missing(module, name, ref, fitting, "Optimizer", "a subclass of optviz.optimizer.Optimizer"))


def _why(error: BaseException) -> str:
    """Why something could not be imported: errors say it, but for those that are meant to end the program."""
    return str(error) if type(error) in (ImportError, ModuleNotFoundError, AttributeError) else said(error)
