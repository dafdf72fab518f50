"""Names -> surfaces and optimizers: those that come with optviz, entry points, a user's own file.

A surface is a plain file that nobody imports: it is loaded by its path, one of ours just like a user's, so that
a new file is found without reinstalling. Third parties register under the entry-point groups
``optviz.surfaces`` and ``optviz.optimizers``.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import traceback
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from optviz.errors import ArgumentError, OptvizError, SpecError, SurfaceError, UnknownNameError
from optviz.specs import Call, Spec, parse_spec, parse_value

if TYPE_CHECKING:
    from optviz.optimizer import Optimizer
    from optviz.schedules import Schedule
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
        ['ackley', 'banana', 'beale']
    """
    ours = [path.stem.replace("_", "-") for path in _surface_folder().glob("*.py")]
    return sorted({*ours, *_plugins("optviz.surfaces")})


def load_surface(ref: str | Surface) -> Surface:
    """The surface of that name, or of a user's file: ``file.py`` or ``file.py:NAME``.

    Raises:
        UnknownNameError: The name is in no registry; the nearest one is offered.
        SurfaceError: The file cannot be used as a surface.

    Example:
        >>> load_surface("six_hump_camel").name
        'six-hump-camel'
    """
    from optviz.surface import Surface

    if isinstance(ref, Surface):
        return ref
    path, _, name = _split_file(ref)
    if path is not None:
        return _surface_in(_load_file(path, SurfaceError), name, ref)
    known = ref.strip().lower().replace("_", "-")
    file = _surface_folder() / f"{known.replace('-', '_')}.py"
    if file.is_file():
        return _surface_in(_load_file(file, SurfaceError), "", ref)
    plugins = _plugins("optviz.surfaces")
    if known in plugins:
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

    return list(dict.fromkeys([*OPTIMIZERS, *_plugins("optviz.optimizers")]))


def optimizer_class(ref: str) -> type[Optimizer]:
    """The optimizer class of that name, of a user's file (``file.py:NAME``) or package (``package:Name``).

    Raises:
        UnknownNameError: The name is in no registry; the nearest one is offered.
        ArgumentError: What the ref names is not an optimizer.
    """
    from optviz.optimizer import OPTIMIZERS, Optimizer

    path, module, name = _split_file(ref)
    known = ref.strip().lower().replace("_", "-")
    if path is not None:
        found = _optimizer_in(_load_file(path, ArgumentError), name, ref)
    elif known in OPTIMIZERS:
        return OPTIMIZERS[known]
    elif known in (plugins := _plugins("optviz.optimizers")):
        found = _load_plugin(plugins[known])
    elif module is not None and module not in OPTIMIZERS:
        found = _import_object(module, name)
    else:
        hint = "`optviz list optimizers` shows all."
        raise UnknownNameError("optimizer", module or ref, optimizer_names(), hint)
    if not (isinstance(found, type) and issubclass(found, Optimizer)):
        raise ArgumentError(f"{ref!r} is {found!r}, not a subclass of optviz.optimizer.Optimizer")
    return found


def load_optimizer(spec: str | Optimizer) -> Entry:
    """The optimizer a spec such as ``adam:lr=0.05,label=mine`` names.

    Raises:
        SpecError: The spec does not parse, or has a key or a value the optimizer does not take.
        UnknownNameError: The name is in no registry.

    Example:
        >>> load_optimizer("adam:lr=0.05").optimizer.lr
        0.05
    """
    if not isinstance(spec, str):
        return Entry(spec.name, spec.name, spec.title, spec)
    parsed = parse_spec(spec)
    if ":" in parsed.ref and parsed.ref.split(":")[0] in optimizer_names():
        raise SpecError(spec, parsed.ref.index(":") + 1, "expected key=value after the colon, as in adam:lr=0.1")
    kind = optimizer_class(parsed.ref)
    items = dict(parsed.items)
    label = items.pop("label", None)
    built = _build(kind, items, parsed)
    if label is None:
        return Entry(parsed.ref, kind.name, kind.title, built)
    return Entry(parsed.ref, str(label), str(label), built)


def load_schedule(value: str | Call | Schedule) -> Schedule:
    """The schedule written as ``cosine(200)``.

    Raises:
        UnknownNameError: No schedule has that name.
        ArgumentError: An argument is missing or out of its range.

    Example:
        >>> load_schedule("cosine(200)")
        Cosine(steps=200, warmup=0, floor=0.0)
    """
    from optviz.schedules import SCHEDULES, Schedule

    if isinstance(value, Schedule):
        return value
    parsed = parse_value(value) if isinstance(value, str) else value
    name, arguments = (parsed.name, parsed.arguments) if isinstance(parsed, Call) else (str(parsed), ())
    kind = SCHEDULES.get(name.lower().replace("_", "-"))
    if kind is None:
        raise UnknownNameError("schedule", name, list(SCHEDULES))
    try:
        inspect.signature(kind).bind(*arguments)
    except TypeError as error:
        wanted = ", ".join(field.name for field in fields(kind))
        raise ArgumentError(f"schedule {name} takes ({wanted}): {error}") from None
    return kind(*arguments)


def is_local(ref: str) -> bool:
    """Whether a ref names a user's file or module, whose code would run, rather than a registered name."""
    path, module, _ = _split_file(ref)
    return path is not None or module is not None


def _build(kind: type[Optimizer], items: dict[str, Any], spec: Spec) -> Optimizer:
    allowed = {field.name: field for field in fields(kind)}
    for key, value in items.items():
        if key not in allowed:
            near = UnknownNameError(f"hyperparameter of {kind.name}", key, [*allowed, "label"])
            raise SpecError(spec.text, spec.places[key] - len(key) - 1, str(near))
        if key == "schedule":
            items[key] = load_schedule(value)
        elif isinstance(allowed[key].default, bool):
            if not isinstance(value, bool):
                raise SpecError(spec.text, spec.places[key], f"{key} must be true or false, not {value!r}")
        elif key == "lr" and value == "auto":
            items[key] = None
        elif isinstance(value, bool) or not isinstance(value, int | float):
            written = value.name + "(…)" if isinstance(value, Call) else value
            raise SpecError(spec.text, spec.places[key], f"{key} must be a number, not {written!r}")
        else:
            items[key] = float(value)
    try:
        return kind(**items)
    except SpecError:
        raise
    except ArgumentError as error:
        raise SpecError(spec.text, min(spec.places.values()), str(error)) from None


def _surface_folder() -> Path:
    package = Path(__file__).parent
    installed = package / "surfaces"
    return installed if installed.is_dir() else package.parent / "surfaces"


def _split_file(ref: str) -> tuple[Path | None, str | None, str]:
    """A ref's parts: (file, None, object), (None, module, object), or (None, None, name)."""
    if ref.endswith(".py"):
        return Path(ref), None, ""
    before, colon, after = ref.rpartition(":")
    if colon and before.endswith(".py"):
        return Path(before), None, after
    return (None, before, after) if colon else (None, None, ref)


@cache
def _plugins(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}


def _load_plugin(point: EntryPoint) -> Any:
    try:
        return point.load()
    except Exception as error:
        raise OptvizError(f"the entry point {point.name} = {point.value} cannot be loaded: {error}") from error


def _import_object(module: str, name: str) -> Any:
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        raise ArgumentError(f"{module}:{name} cannot be imported: {error}") from error
    return found


def _load_file(path: Path, kind: type[OptvizError]) -> ModuleType:
    """Run a user's file; what goes wrong in it is told with the line where it went wrong."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise kind(f"{path} cannot be read: {error.strerror}") from error
    spec = importlib.util.spec_from_loader(f"optviz_file_{path.stem}", loader=None, origin=str(path))
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(path)
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 - the user named this file to be run
    except OptvizError as error:
        raise kind(f"{path}: {error}") from error
    except SyntaxError as error:
        raise kind(f"{path}, line {error.lineno}: syntax error: {error.msg}") from error
    except Exception as error:
        raise kind(f"{path}, line {_line_in(path, error)}: {type(error).__name__}: {error}") from error
    return module


def _line_in(path: Path, error: Exception) -> int | str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] or "?" if lines else "?"


def _surface_in(module: ModuleType, name: str, ref: str) -> Surface:
    from optviz.surface import Surface

    fitting = {key: value for key, value in vars(module).items() if isinstance(value, Surface)}
    found = _pick(module, name, "SURFACE", fitting)
    if isinstance(found, Surface):
        return found
    example = "SURFACE = optviz.Surface(name=…, fn=…, domain=…, start=…)"
    raise SurfaceError(_missing(module, name, ref, fitting, "Surface", example))


def _optimizer_in(module: ModuleType, name: str, ref: str) -> Any:
    from optviz.optimizer import Optimizer

    fitting = {
        key: value
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Optimizer) and value.__module__ == module.__name__
    }
    found = _pick(module, name, "", fitting)
    if found is not None:
        return found
    raise ArgumentError(_missing(module, name, ref, fitting, "Optimizer", "a subclass of optviz.optimizer.Optimizer"))


def _pick(module: ModuleType, name: str, usual: str, fitting: dict[str, Any]) -> Any:
    """The object of that name; where none is asked for, the one of the usual name or the only one that fits."""
    if name or usual in fitting:
        return getattr(module, name or usual, None)
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _missing(module: ModuleType, name: str, ref: str, fitting: dict[str, Any], what: str, example: str) -> str:
    path = module.__file__
    if name and hasattr(module, name):
        return f"{ref}: {name} is {type(getattr(module, name)).__name__}, not {what}; write {example}"
    if not fitting:
        return f"{path} defines no {what}; write {example}"
    problem = f"has no {name!r}" if name else f"defines {len(fitting)} of kind {what}"
    return f"{path} {problem}; choose one of: {', '.join(f'{path}:{key}' for key in fitting)}"
