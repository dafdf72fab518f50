"""``optviz gallery``: the gallery's pictures made, and what they show checked."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from optviz.cli.animate_command import command as animate
from optviz.cli.failing import Command
from optviz.cli.options import examples, table_options
from optviz.cli.portraying import split_options, trained
from optviz.cli.staging import stage
from optviz.cli.tables import print_table
from optviz.cli.train_command import command as train

if TYPE_CHECKING:
    from optviz.gallery import Exhibit
    from optviz.guide import Entry
    from optviz.nets.training import Training
    from optviz.netscenes import Portrait
    from optviz.picture import Picture
    from optviz.races import Race
    from optviz.recipe import Recipe
    from optviz.scene import Scene

    Made = tuple[Entry, bool]


def complete_exhibit(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Slugs of exhibits."""
    from optviz.gallery import load_exhibits

    return [CompletionItem(each.slug) for each in load_exhibits() if each.slug.startswith(incomplete)]


@click.command(
    cls=Command,
    epilog=examples("optviz gallery --only saddle", "optviz gallery --check", "optviz gallery --check --json"),
)
@click.option(
    "--only", "slugs", multiple=True, metavar="SLUG", shell_complete=complete_exhibit,
    help="This exhibit; repeat for more.  [default: all]",
)  # fmt: skip
@click.option("-o", "--output", "folder", default="gallery", show_default=True, metavar="FOLDER", help="Where to.")
@click.option("--force", is_flag=True, help="Render pictures, too, that are up to date.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    help="How many at once.  [default: one a processor]",
)
@click.option("--check", is_flag=True, help="Render nothing: run, and compare with what each exhibit claims.")
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
    does not hold, the exit code is 1.
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
        _check(exhibits, Path(folder), "json" if as_json else form, quiet)
        return
    for name in ("form", "as_json"):
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise ArgumentError("--format and --json are for the table of --check")
    _render(exhibits, Path(folder), force=force, quiet=quiet, pages=not slugs, jobs=jobs or os.cpu_count() or 1)


def stage_exhibit(exhibit: Exhibit) -> tuple[Race | Training, Picture | Portrait, Recipe]:
    """The race or training of the exhibit's command, how its picture looks, and the recipe it will carry.

    Raises:
        GalleryError: The command is none, or does more than run and draw.
    """
    return _staged_training(exhibit) if exhibit.trains else _staged_race(exhibit)


def _staged_race(exhibit: Exhibit) -> tuple[Race, Picture, Recipe]:
    from optviz.catalog import load_surface
    from optviz.errors import ArgumentError
    from optviz.gallery import GalleryError
    from optviz.recipe import recipe_of

    place, options = _options(exhibit, animate)
    if any(options.pop(name) for name in ("output", "recipe", "trust", "quiet")):
        raise GalleryError(f"{place}: leave out --output, --from, --trust and --quiet; the gallery decides that")
    del options["jobs"]  # how many share the work changes nothing in what comes out
    if options["surface"] is None:
        raise GalleryError(f"{place}: --surface is missing")
    try:
        race, picture = stage(place=load_surface(options["surface"]), **options)
    except ArgumentError as error:
        raise GalleryError(f"{place}: {error}") from error
    return race, picture, recipe_of(race, picture.as_data())


def _staged_training(exhibit: Exhibit) -> tuple[Training, Portrait, Recipe]:
    from optviz.errors import OptvizError
    from optviz.gallery import GalleryError
    from optviz.netscenes import moments_of, recipe_of_training

    place, options = _options(exhibit, train)
    names = ("output", "save", "resume", "log", "quiet", "as_json", "data_dir")
    if given := [name for name in names if options[name]]:
        raise GalleryError(f"{place}: leave out --{given[0].replace('_', '-')}; the gallery decides that")
    for name in (*names[:-1], "form"):
        del options[name]
    try:
        options, portrait = split_options(options)
        training = trained(portrait, **options)
    except OptvizError as error:
        raise GalleryError(f"{place}: {error}") from error
    return training, portrait, recipe_of_training(training, portrait, moments_of(training))


def _options(exhibit: Exhibit, command: click.Command) -> tuple[str, dict[str, Any]]:
    """The options of the exhibit's command, and how an error names the place."""
    from optviz.gallery import GalleryError

    place = f"exhibit {exhibit.slug}, command"
    try:
        return place, command.make_context(" ".join(exhibit.command.split()[:2]), list(exhibit.words)).params
    except click.UsageError as error:
        raise GalleryError(f"{place}: {error.format_message()}") from error


def scene_of_exhibit(subject: Race | Training, look: Picture | Portrait) -> Scene:
    """The scene of what `stage_exhibit` found."""
    from optviz.netscenes import Portrait, scene_of_training
    from optviz.races import Race
    from optviz.scene import scene_of

    if isinstance(subject, Race):
        assert not isinstance(look, Portrait)
        return scene_of(subject, look)
    assert isinstance(look, Portrait)
    return scene_of_training(subject, look)


def _render(exhibits: Sequence[Exhibit], folder: Path, *, force: bool, quiet: bool, pages: bool, jobs: int) -> None:
    from optviz.workers import map_jobs

    _make(folder)
    entries, current = [], 0
    with _watched(map_jobs(lambda each: _made(each, folder, force=force), exhibits, jobs), exhibits, quiet) as made:
        for exhibit, (entry, fresh) in zip(exhibits, made, strict=True):
            entries.append(entry)
            if fresh:
                click.echo(click.format_filename(folder / exhibit.picture))
            else:
                current += 1
    if pages:
        from optviz.guide import index, readme

        _write_page(folder / "README.md", readme(exhibits))
        _write_page(folder / "index.html", index(entries))
    if current and not quiet:
        are = "picture is" if current == 1 else "pictures are"
        click.echo(f"note: {current} {are} up to date; --force renders all the same", err=True)


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


def entry_of(exhibit: Exhibit, subject: Race | Training, look: Picture | Portrait) -> Entry:
    """What the guide to the gallery tells of an exhibit."""
    from optviz.catalog import optimizer_class
    from optviz.guide import Entry
    from optviz.netscenes import Portrait
    from optviz.picture import as_theme
    from optviz.races import Race

    picture = look.picture if isinstance(look, Portrait) else look
    if isinstance(subject, Race):
        name, refs = subject.surface.display_title, [run.optimizer for run in subject.runs]
    else:
        name, refs = subject.data.title, [run.entry.ref for run in subject.runs]
    assert picture.size is not None
    return Entry(
        exhibit=exhibit,
        surface=name,
        optimizers=tuple(dict.fromkeys(optimizer_class(ref).title for ref in refs)),
        size=picture.size,
        ground=as_theme(picture.theme).background,
    )


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


def _write_page(path: Path, text: str) -> None:
    from optviz.writing import atomic_write

    if path.is_file() and path.read_bytes() == text.encode():
        return
    with atomic_write(path) as file:
        file.write(text.encode())
    click.echo(click.format_filename(path))


def _check(exhibits: Sequence[Exhibit], folder: Path, form: str, quiet: bool) -> None:
    from optviz.gallery import GalleryError, picture_state

    rows: list[dict[str, Any]] = []
    data: list[dict[str, Any]] = []
    states: dict[str, list[str]] = {"missing": [], "outdated": [], "current": []}
    for exhibit in exhibits:
        race, _, recipe = stage_exhibit(exhibit)
        states[picture_state(folder / exhibit.picture, recipe)].append(exhibit.slug)
        for each in exhibit.check(race):
            row = {"exhibit": exhibit.slug, "claim": each.claim.text}
            rows.append(row | {"found": each.found, "result": "ok" if each.holds else "FAILED"})
            data.append(row | {"left": _number(each.left), "right": _number(each.right), "holds": each.holds})
    print_table(rows, form, data)
    for state in ("missing", "outdated"):
        if states[state] and not quiet:
            click.echo(f"note: {state} in {click.format_filename(folder)}: {', '.join(states[state])}", err=True)
    failed = sum(not row["holds"] for row in data)
    if failed:
        raise GalleryError(f"{failed} of {len(data)} claims do not hold")


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
