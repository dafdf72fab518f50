"""``optviz gallery``: the gallery's pictures made, and what they show checked."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from optviz.cli.exhibiting import complete_exhibit, entry_of, scene_of_exhibit, stage_exhibit
from optviz.cli.failing import Command, note, wrote
from optviz.cli.options import examples, table_options
from optviz.cli.tables import print_table

if TYPE_CHECKING:
    from optviz.gallery import Exhibit
    from optviz.guide import Entry

    Made = tuple[Entry, bool]


@click.command(
    cls=Command,
    epilog=examples(
        "optviz gallery --only saddle",
        "optviz gallery --check",
        "optviz gallery --check --json",
        "optviz gallery --check --robust --only zigzag",
    ),
)
@click.option(
    "--only", "slugs", multiple=True, metavar="SLUG", shell_complete=complete_exhibit,
    help="This exhibit; repeat for more.  [default: all]",
)  # fmt: skip
@click.option("-o", "--output", "folder", default="gallery", show_default=True, metavar="FOLDER", help="Where to.")
@click.option("--force", is_flag=True, help="Render pictures, too, that are up to date; replace files of others.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    help="How many at once.  [default: one a processor]",
)
@click.option("--check", is_flag=True, help="Render nothing: run, and compare with what each exhibit claims.")
@click.option("--robust", is_flag=True, help="With --check: run each again, from moved starts and other seeds.")
@table_options
@click.option("--quiet", is_flag=True, help="No progress, no notes.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    slugs: tuple[str, ...],
    folder: str,
    force: bool,
    check: bool,
    robust: bool,
    jobs: int | None,
    form: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Render the gallery, or check what its pictures show.

    Each exhibit is a command, run as it is written. A picture whose recipe is what the command would make is left
    alone. With all exhibits the gallery's README.md and index.html, to browse, are written as well. The paths that were
    written are printed.

    With --check every claim about a race or a training is compared with it, and printed with what was found; if one
    does not hold, the exit code is 1. With --robust, too, each exhibit is run ten times more: races without chance from
    starts moved by 1e-12 of the view, as far as another processor's rounding may move them, all others and trainings
    from other seeds, at the same rates. That is the column "held"; for "nearby" races are run from ten starts moved by
    up to a hundredth of the view. A claim is fragile, and the exit code 1, where it fails from a moved start, or from
    more than two of ten seeds; "here" marks those that an exhibit declares, with its reason, to be true from its very
    start alone. That takes minutes for the whole gallery.
    """
    from optviz.errors import ArgumentError
    from optviz.gallery import choose, load_exhibits

    if quiet:
        warnings.simplefilter("ignore")  # until the command ends
    exhibits = choose(load_exhibits(), slugs)
    if check:
        for name in ("force", "jobs"):
            if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                raise ArgumentError(f"--check renders nothing; leave out --{name}")
        _check(exhibits, Path(folder), "json" if as_json else form, quiet, robust)
        return
    if robust:
        raise ArgumentError("--robust goes with --check, as in: optviz gallery --check --robust")
    for name in ("form", "as_json"):
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise ArgumentError("--format and --json are for the table of --check")
    _render(exhibits, Path(folder), force=force, quiet=quiet, pages=not slugs, jobs=jobs or os.cpu_count() or 1)


def _render(exhibits: Sequence[Exhibit], folder: Path, *, force: bool, quiet: bool, pages: bool, jobs: int) -> None:
    from optviz.workers import map_jobs

    _make(folder)
    if not force:
        _check_replaceable(exhibits, folder, pages)
    entries, current = [], 0
    with _watched(map_jobs(lambda each: _made(each, folder, force=force), exhibits, jobs), exhibits, quiet) as made:
        for exhibit, (entry, fresh) in zip(exhibits, made, strict=True):
            entries.append(entry)
            if fresh:
                wrote(folder / exhibit.picture)
            else:
                current += 1
    if pages:
        from optviz.guide import index, readme

        _write_page(folder / "README.md", readme(exhibits))
        _write_page(folder / "index.html", index(entries))
    if current and not quiet:
        are = "picture is" if current == 1 else "pictures are"
        note(f"{current} {are} up to date; --force renders all the same")


def _made(exhibit: Exhibit, folder: Path, *, force: bool) -> tuple[Entry, bool]:
    """Render an exhibit unless its picture is current; what the guide tells of it, and whether it was rendered."""
    from optviz.draw import Film
    from optviz.encode import save
    from optviz.gallery import picture_state

    subject, look, recipe = stage_exhibit(exhibit)
    path = folder / exhibit.picture
    fresh = force or picture_state(path, recipe) != "current"
    if fresh:
        save(Film(scene_of_exhibit(subject, look)), path)
    return entry_of(exhibit, subject, look), fresh


@contextlib.contextmanager
def _watched(made: Iterator[Made], exhibits: Sequence[Exhibit], quiet: bool) -> Iterator[Iterator[Made]]:
    """What is made, with a progress bar where someone looks on."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield made
        return
    with click.progressbar(made, length=len(exhibits), label="Rendering", file=sys.stderr) as bar:
        yield iter(bar)


def _make(folder: Path) -> None:
    """The folder, made where only the last part of its path is missing."""
    from optviz.errors import OutputError
    from optviz.writing import check_writable

    try:
        if not folder.exists():
            check_writable(folder)
            folder.mkdir(exist_ok=True)
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise OutputError(f"{folder} cannot be made: {error.strerror or error}") from error
    check_writable(folder / "README.md")


def _check_replaceable(exhibits: Sequence[Exhibit], folder: Path, pages: bool) -> None:
    """Refuse to replace what the gallery did not make, before anything is made."""
    from optviz.guide import MARK
    from optviz.writing import check_replaceable

    for exhibit in exhibits:
        check_replaceable(folder / exhibit.picture, _is_no_other_picture, "a picture that optviz made")
    for name in ("README.md", "index.html") if pages else ():
        check_replaceable(folder / name, lambda path: MARK in path.read_bytes(), "a page that `optviz gallery` wrote")


def _is_no_other_picture(path: Path) -> bool:
    """Whether a file has a recipe, or is no picture at all, as one that was damaged."""
    from optviz.images import ImageError, open_image
    from optviz.recipe import NoRecipeError, RecipeError, read_recipe

    try:
        read_recipe(path)
    except NoRecipeError:
        with contextlib.suppress(ImageError):
            open_image(path)
            return False
    except RecipeError:
        pass
    return True


def _write_page(path: Path, text: str) -> None:
    from optviz.writing import atomic_write

    if path.is_file() and path.read_bytes() == text.encode():
        return
    with atomic_write(path) as file:
        file.write(text.encode())
    wrote(path)


def _check(exhibits: Sequence[Exhibit], folder: Path, form: str, quiet: bool, robust: bool) -> None:
    from optviz.gallery import GalleryError, picture_state
    from optviz.robustness import tallied

    rows: list[dict[str, Any]] = []
    data: list[dict[str, Any]] = []
    states: dict[str, list[str]] = {"missing": [], "outdated": [], "current": []}
    for exhibit in exhibits:
        race, _, recipe = stage_exhibit(exhibit)
        states[picture_state(folder / exhibit.picture, recipe)].append(exhibit.slug)
        tallies = tallied(exhibit, race, recipe) if robust else []
        for each, tally in zip_longest(exhibit.check(race), tallies):
            row = {"exhibit": exhibit.slug, "claim": each.claim.text}
            result = "FAILED" if not each.holds else "fragile" if tally and tally.fragile else "ok"
            rows.append(row | {"found": each.found} | (tally.as_row() if tally else {}) | {"result": result})
            sides = {"left": _number(each.left), "right": _number(each.right), "holds": each.holds}
            data.append(row | sides | (tally.as_data() if tally else {}))
    print_table(rows, form, data)
    for state in ("missing", "outdated"):
        if states[state] and not quiet:
            note(f"{state} in {folder}: {', '.join(states[state])}")
    failed = sum(not row["holds"] for row in data)
    if failed:
        raise GalleryError(f"{failed} of {len(data)} claims do not hold")
    if fragile := sum(row.get("fragile", False) for row in data):
        raise GalleryError(f"{fragile} of {len(data)} claims are fragile")


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
