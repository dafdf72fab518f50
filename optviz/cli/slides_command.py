"""``optviz slides``: pictures as a deck, or as lines to paste."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from optviz.cli.animate_command import watched
from optviz.cli.exhibiting import complete_exhibit, scene_of_exhibit, stage_exhibit
from optviz.cli.failing import Command, say, wrote
from optviz.cli.options import Line, complete_theme, examples

if TYPE_CHECKING:
    from optviz.gallery import Exhibit
    from optviz.slide import Slide

_SLUG = re.compile(r"[\w-]+")  # what is no path


def complete_picture(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Slugs of exhibits, and files."""
    return [*complete_exhibit(ctx, param, incomplete), CompletionItem(incomplete, type="file")]


@click.command(
    cls=Command,
    epilog=examples(
        "optviz slides -o talk.pptx saddle momentum-opener",
        "optviz slides -o talk.html --theme dark --title Optimizers himmelblau saddle.gif",
        "optviz slides -o talk.tex zigzag",
        "optviz slides --snippet markdown saddle saddle.gif",
    ),
)
@click.argument("pictures", nargs=-1, metavar="FILES|EXHIBITS...", shell_complete=complete_picture)
@click.option("-o", "--output", metavar="PATH", help="The deck: a .pptx, .html or .tex.")
@click.option("--title", type=Line(), help="The deck's title.  [default: the first slide's]")
@click.option(
    "--theme", default="light", show_default=True, metavar="NAME", shell_complete=complete_theme,
    help="Colours of ground and letters.",
)  # fmt: skip
@click.option("--snippet", metavar="FORM", help="No deck: print lines to paste, as markdown, html or latex.")
@click.option("--quiet", is_flag=True, help="No progress, no notes.")
def command(
    pictures: tuple[str, ...], output: str | None, title: str | None, theme: str, snippet: str | None, quiet: bool
) -> None:
    """Put pictures on slides, one each: files, or exhibits of the gallery by their slugs.

    A slide has a title, the picture as large as it goes, a caption, alt text, and notes for the speaker with what to
    see and how the picture was made, all from the exhibit or from the recipe that a file carries. On paper a film's
    last frame is seen. The path that was written is printed.

    .pptx needs the extra slides: pip install 'optviz[slides]'. .html is one page that works offline; press ? for its
    keys. .tex is for Beamer; the frames of its films lie in a folder beside it.
    """
    from optviz.deck import deck_format, slides
    from optviz.errors import ArgumentError
    from optviz.themes import load_theme

    if quiet:
        warnings.simplefilter("ignore")  # until the command ends
    if not pictures:
        raise ArgumentError("nothing to show: name pictures or exhibits, as in saddle.gif or saddle")
    if snippet is not None:
        if output is not None:
            raise ArgumentError("--snippet prints lines and -o writes a deck; leave out one of them")
        _print(snippet, pictures, quiet)
        return
    if output is None:
        raise ArgumentError("-o is missing: name a deck to write, as in -o talk.pptx, talk.html or talk.tex")
    deck_format(Path(output), Path(output).suffix.lower())
    look = load_theme(theme)
    made = [_slide(_exhibit(each), quiet) if _is_slug(each) else each for each in _known(pictures)]
    slides(output, made, title=title, theme=look)
    wrote(Path(output))


def _print(form: str, pictures: tuple[str, ...], quiet: bool) -> None:
    from optviz.deck import check_kind
    from optviz.deck.snippet import SNIPPETS
    from optviz.errors import UnknownNameError
    from optviz.slide import slide_of_file

    if form not in SNIPPETS:
        raise UnknownNameError("snippet", form, SNIPPETS)
    write, deck = SNIPPETS[form]
    lines = []
    for each in _known(pictures):
        path, slide = Path(each), None
        if _is_slug(each):
            exhibit = _exhibit(each)
            path, slide = Path("gallery", exhibit.picture), _slide(exhibit, quiet)
        slide = slide or slide_of_file(path)
        check_kind(slide, deck)
        lines.append(write(slide, path))
    say("\n".join(lines))


def _is_slug(word: str) -> bool:
    """Whether a word names an exhibit; all that has a dot or a slash in it is a path."""
    return _SLUG.fullmatch(word) is not None and not Path(word).is_file()


def _known(pictures: tuple[str, ...]) -> tuple[str, ...]:
    """The same words, of which those that name exhibits name some that there are."""
    for each in pictures:
        if _is_slug(each):
            _exhibit(each)
    return pictures


def _exhibit(slug: str) -> Exhibit:
    from optviz.errors import UnknownNameError
    from optviz.gallery import load_exhibits

    known = {exhibit.slug: exhibit for exhibit in load_exhibits()}
    if slug not in known:
        hint = f"Allowed: {', '.join(known)}; or a file, as in {slug}.gif."
        raise UnknownNameError("exhibit", slug, known, hint)
    return known[slug]


def _slide(exhibit: Exhibit, quiet: bool) -> Slide:
    """The slide of an exhibit: its picture from the gallery, where it is up to date there, or else rendered."""
    from optviz.draw import Film
    from optviz.encode.gif import write_gif
    from optviz.gallery import exhibits_file, picture_state
    from optviz.reading import MAX_PICTURE, read_bytes
    from optviz.slide import slide_of_exhibit

    subject, look, recipe = stage_exhibit(exhibit)
    for folder in (Path("gallery"), exhibits_file().parent):
        path = folder / exhibit.picture
        if picture_state(path, recipe) == "current":
            return slide_of_exhibit(exhibit, read_bytes(path, MAX_PICTURE), recipe)
    film, written = Film(scene_of_exhibit(subject, look)), io.BytesIO()
    with watched(film, quiet, exhibit.slug) as frames:
        write_gif(written, film, frames)
    return slide_of_exhibit(exhibit, written.getvalue(), recipe)
