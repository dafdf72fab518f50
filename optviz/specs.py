"""Specs: how one names a surface or an optimizer with its hyperparameters in a line of text.

    spec  = ref [ ":" item { "," item } ]
    ref   = name | path ".py" [ ":" object ] | package ":" dotted-name
    item  = key "=" value
    value = number | word | true | false | "quoted, text" | word "(" value { "," value } ")"

Commas split only outside parentheses and quotes; the last ":" before the first "=" ends the ref.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from optviz.errors import ArgumentError, SpecError, UnknownNameError, shown
from optviz.reading import MAX_DEPTH, MAX_SPEC

Kind = TypeVar("Kind")

NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
"""A pattern of numbers as one writes them; to match one takes no more time than it is long."""

_NUMBER = re.compile(rf"{NUMBER}(?![^\s,()=\"])", re.ASCII)
_WORD = re.compile(r"[^\s,()=\"]+")
_KEY = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Call:
    """A value such as ``cosine(200)``."""

    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Spec:
    """A parsed spec: what it refers to, its items, and where each value stands in the text."""

    text: str
    ref: str
    items: dict[str, Any] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)


def parse_spec(text: str) -> Spec:
    """Read a spec.

    Raises:
        SpecError: with the place that does not parse.

    Example:
        >>> parse_spec('sgd:lr=0.1,schedule=cosine(200),label="SGD, bold"').items
        {'lr': 0.1, 'schedule': Call(name='cosine', arguments=(200,)), 'label': 'SGD, bold'}
    """
    _check_length(text)
    equals = _outside_quotes(text, "=")
    if equals < 0:
        if not text.strip():
            raise SpecError(text, 0, "a spec is empty")
        return Spec(text, text.strip())
    colon = text.rfind(":", 0, equals)
    if not text[: max(colon, 0)].strip():
        raise SpecError(text, max(colon, 0), "expected a name and a colon before the first key, as in adam:lr=0.1")
    items: dict[str, Any] = {}
    places: dict[str, int] = {}
    at = colon + 1
    while True:
        key = _KEY.match(text, at)
        if key is None or text[key.end() : key.end() + 1] != "=":
            raise SpecError(text, key.end() if key else at, "expected key=value")
        if key[0] in items:
            raise SpecError(text, at, f"{key[0]} is given twice")
        places[key[0]] = key.end() + 1
        items[key[0]], at = _value(text, key.end() + 1)
        if at == len(text):
            return Spec(text, text[:colon].strip(), items, places)
        if text[at] != ",":
            raise SpecError(text, at, "expected a comma or the end")
        at += 1


def parse_value(text: str) -> Any:
    """Read one value, such as ``cosine(200)`` or ``0.1``.

    Raises:
        SpecError: with the place that does not parse.

    Example:
        >>> parse_value("cosine(200,10)")
        Call(name='cosine', arguments=(200, 10))
    """
    _check_length(text)
    value, at = _value(text, 0)
    if at != len(text):
        raise SpecError(text, at, "expected the end")
    return value


def from_call(what: str, kinds: Mapping[str, type[Kind]], value: Any) -> Kind:
    """An object of one of `kinds`, from a value such as ``cosine(200)``, its text, or the class; `what` names them all.

    Raises:
        SpecError: The text does not parse.
        UnknownNameError: None is called so; the nearest name is offered.
        ArgumentError: It does not take these arguments.

    Example:
        >>> from optviz.schedules import SCHEDULES
        >>> from_call("schedule", SCHEDULES, "cosine(200)")
        Cosine(steps=200, warmup=0, floor=0.0)
    """
    if isinstance(value, type) and value in kinds.values():
        return cast("Kind", value())
    parsed = parse_value(value) if isinstance(value, str) else value
    said = parsed if isinstance(parsed, str) else shown(parsed)
    name, arguments = (parsed.name, parsed.arguments) if isinstance(parsed, Call) else (said, ())
    kind = kinds.get(name.lower().replace("_", "-"))
    if kind is None:
        raise UnknownNameError(what, name, kinds)
    signature = inspect.signature(kind)
    try:
        signature.bind(*arguments)
    except TypeError as error:
        wanted = ", ".join(signature.parameters)
        raise ArgumentError(f"{what} {name}: {error}; {name} takes ({wanted})") from None
    return kind(*arguments)


def format_value(value: Any) -> str:
    """A value as one writes it in a spec: what `parse_value` reads back.

    Raises:
        ArgumentError: A text holds a quotation mark, which no spec can.

    Example:
        >>> format_value(True), format_value("SGD, bold"), format_value(Call("cosine", (200, 0.1)))
        ('true', '"SGD, bold"', 'cosine(200,0.1)')
    """
    if isinstance(value, Call):
        return f"{value.name}({','.join(map(format_value, value.arguments))})"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        if '"' in value:
            raise ArgumentError(f"{value!r} cannot be written in a spec: it holds a quotation mark")
        bare = _WORD.fullmatch(value) and not _NUMBER.match(value) and value.lower() not in ("true", "false")
        return value if bare else f'"{value}"'
    return repr(value)


def _check_length(text: str) -> None:
    if len(text) > MAX_SPEC.most:
        raise SpecError(text, MAX_SPEC.most, f"too long: allowed are {MAX_SPEC}")


def _value(text: str, at: int, depth: int = 0) -> tuple[Any, int]:
    if text[at : at + 1] == '"':
        end = text.find('"', at + 1)
        if end < 0:
            raise SpecError(text, at, "a quotation mark is never closed")
        return text[at + 1 : end], end + 1
    number = _NUMBER.match(text, at)
    if number:
        digits = number[0]
        return (int(digits) if re.fullmatch(r"[+-]?\d{1,300}", digits) else float(digits)), number.end()
    word = _WORD.match(text, at)
    if word is None:
        raise SpecError(text, at, "expected a value")
    if text[word.end() : word.end() + 1] == "(":
        if depth == MAX_DEPTH.most:
            raise SpecError(text, word.end(), f"calls are nested too deeply: allowed are {MAX_DEPTH}")
        return _call(text, word[0], word.end() + 1, depth + 1)
    return {"true": True, "false": False}.get(word[0].lower(), word[0]), word.end()


def _call(text: str, name: str, at: int, depth: int) -> tuple[Call, int]:
    arguments: list[Any] = []
    while text[at : at + 1] != ")":
        if arguments:
            if text[at : at + 1] != ",":
                raise SpecError(text, at, "expected a comma or a closing parenthesis")
            at += 1
        value, at = _value(text, at, depth)
        arguments.append(value)
    return Call(name, tuple(arguments)), at + 1


def _outside_quotes(text: str, wanted: str) -> int:
    quoted = False
    for at, character in enumerate(text):
        quoted ^= character == '"'
        if character == wanted and not quoted:
            return at
    return -1
