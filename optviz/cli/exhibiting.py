"""Exhibits on the command line: from one's command to a race or a training, its scene, and its place in the guide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from optviz.cli.animate_command import command as animate
from optviz.cli.portraying import split_options, trained
from optviz.cli.staging import stage
from optviz.cli.train_command import command as train

if TYPE_CHECKING:
    from optviz.gallery import Exhibit
    from optviz.guide import Entry
    from optviz.nets.training import Training
    from optviz.netscenes.portrait import Portrait
    from optviz.picture import Picture
    from optviz.races import Race
    from optviz.recipe import Recipe
    from optviz.scene import Scene


def complete_exhibit(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Slugs of exhibits."""
    from optviz.gallery import load_exhibits

    return [CompletionItem(each.slug) for each in load_exhibits() if each.slug.startswith(incomplete)]


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
    names = ("output", "save", "resume", "force", "log", "quiet", "as_json", "data_dir")
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
