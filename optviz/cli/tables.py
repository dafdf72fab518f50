"""Tables as text: aligned for people, or as JSON, CSV or Markdown for whatever comes next."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from optviz.cli.failing import results, say
from optviz.errors import OutputError, printable

_WIDEST = 56  # characters of a cell in an aligned table


def print_table(rows: Sequence[dict[str, Any]], form: str, data: Any = None) -> None:
    """Print rows that share their keys; as JSON print `data` instead, where it is given.

    Raises:
        OutputError: stdout is closed.
    """
    if results() is None:
        raise OutputError("stdout is closed: nowhere to print the table")
    if form == "json":
        say(as_json(rows if data is None else data))
    elif form == "csv":
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: printable(v) if isinstance(v, str) else v for key, v in row.items()} for row in rows)
        say(buffer.getvalue(), nl=False)
    elif form == "markdown":
        say(markdown(rows))
    else:
        say(aligned(rows))


def as_json(data: Any) -> str:
    r"""Data as JSON, in which all that is not printable stands as an escape that JSON knows.

    Example:
        >>> print(as_json(["π\u202e"]))
        [
          "π\u202e"
        ]
    """
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return "\n".join(
        line if line.isprintable() else "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in line)
        for line in text.split("\n")
    )


def aligned(rows: Sequence[dict[str, Any]]) -> str:
    """Columns side by side, numbers to the right, long cells cut, but in the last column.

    Example:
        >>> print(aligned([{"name": "sgd", "steps": 12}, {"name": "adam", "steps": None}]))
        name  steps
        sgd      12
        adam      –
    """
    cells = [list(rows[0]), *(_cut([_text(value) for value in row.values()]) for row in rows)]
    numeric = [any(isinstance(row[key], int | float) for row in rows) for key in rows[0]]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = []
    for line in cells:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    r"""A table as Markdown.

    Example:
        >>> print(markdown([{"name": "sgd", "f": "a|b"}]))
        | name | f |
        | --- | --- |
        | sgd | a\|b |
    """
    lines = [list(rows[0]), ["---"] * len(rows[0])]
    lines += [[_text(value).replace("|", "\\|") for value in row.values()] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else printable(str(value))


def _cut(cells: list[str]) -> list[str]:
    return [cell if len(cell) <= _WIDEST else cell[: _WIDEST - 1] + "…" for cell in cells[:-1]] + cells[-1:]
