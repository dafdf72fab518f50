"""What the values of options are for, before a command runs: none that names something is empty, and no file is for two
purposes. Which files a command reads and which it writes is told by the names of its options, here alone.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from optviz.cli.failing import results
from optviz.cli.options import Line, Names
from optviz.errors import ArgumentError

Find = Callable[[Any], Iterator[tuple[str, Path]]]
"""From the value of an option to what it is asked for with and the paths of its files."""


def check_named(ctx: click.Context) -> None:
    """Refuse what is to name something and is empty or blank, as of a variable of the shell that is not set.

    A line of text may be empty, and says so.

    Raises:
        ArgumentError: Naming the option and what it takes.
    """
    for each in ctx.command.params:
        name = each.name or ""
        if ctx.get_parameter_source(name) is ParameterSource.DEFAULT or isinstance(each.type, Line):
            continue
        value = ctx.params[name]
        words = value if isinstance(value, tuple) and not isinstance(each.type, Names) else [value]
        if any(isinstance(word, str | tuple) and not "".join(word).strip() for word in words):
            allowed = each.metavar or name.upper()
            if isinstance(each, click.Option):
                raise ArgumentError(f"{'/'.join(each.opts)} is empty; it takes {allowed}: {each.help}")
            raise ArgumentError(f"{allowed.strip('[].')} is empty: name one")


def check_files(ctx: click.Context) -> None:
    """Refuse one file for two purposes, over all that a command reads and writes.

    What is made again may take the place of what it is made from: that is read whole before.

    Raises:
        ArgumentError: Naming both; or what is to be written has a name that no file can have.
    """
    given = {name: value for name, value in ctx.params.items() if value}
    written = [name for name in (*WRITES, "folder") if name in given]
    if not written:
        return
    from optviz.kinds import path_text
    from optviz.purposes import check_apart

    for name in written:
        path_text(name, given[name])
    reads, writes = (
        [each for name, find in table.items() if name in given for each in find(given[name])]
        for table in (READS, WRITES)
    )
    check_apart(reads, [*writes, *_redirected()])


def _redirected() -> Iterator[tuple[str, int]]:
    """The file that stdout goes to, if it is one."""
    try:
        out = results()
        if out is not None:
            yield "stdout", out.fileno()
    except (OSError, ValueError):  # nothing that the system knows
        return


def _paths(told: str) -> Find:
    def find(value: Any) -> Iterator[tuple[str, Path]]:
        for each in [value] if isinstance(value, str) else value:
            if each != "-" and not os.path.isdir(each):  # noqa: PTH112 - Path.is_dir raises for some names
                yield told, Path(each)

    return find


def _code(told: str) -> Find:
    """The files of Python that refs or specs name."""

    def find(value: Any) -> Iterator[tuple[str, Path]]:
        from optviz.errors import OptvizError
        from optviz.files import split_ref
        from optviz.specs import parse_spec

        for each in [value] if isinstance(value, str) else value:
            refs = [each]
            with contextlib.suppress(OptvizError):  # whoever takes it tells what is wrong
                refs.append(parse_spec(each).ref)
            yield from ((told, path) for path, _, _ in map(split_ref, refs) if path is not None)

    return find


def _themes(value: str) -> Iterator[tuple[str, Path]]:
    if value.lower().endswith(".toml"):
        yield "--theme", Path(value)


def _data(value: str) -> Iterator[tuple[str, Path]]:
    from optviz.nets.own import files_of

    for path in files_of(value):
        yield f"--data{'' if value.strip().endswith(path.name) else f' ({path.name})'}", path


def _decks(value: str) -> Iterator[tuple[str, Path]]:
    """What -o writes, and the folder of pictures beside a deck for LaTeX."""
    yield from _paths("-o")(value)
    if value.lower().endswith(".tex"):
        from optviz.deck.tex import frames_folder

        yield "-o", Path(value).with_name(frames_folder(Path(value).stem))


READS: dict[str, Find] = {
    "surface": _code("--surface"),
    "surfaces": _code("--surface"),
    "optimizers": _code("-O"),
    "theme": _themes,
    "data": _data,
    "name": _data,
    "pictures": _paths("the picture"),
}
"""By the names of options, what is read."""

WRITES: dict[str, Find] = {
    "save": _paths("--save"),
    "log": _paths("--log"),
    "output": _decks,
}
"""By the names of options, what is written."""
