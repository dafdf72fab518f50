"""Slides: a picture and what is said about it, as data, from a file or from an exhibit of the gallery.

Text comes from elsewhere: from file names, and from recipes in files that anybody may have written. It is made
printable here and cut where no slide could bear it; each format of deck escapes it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from optviz import wording
from optviz.errors import ArgumentError, OptvizError, OptvizWarning
from optviz.gallery import Exhibit
from optviz.images import ImageFile, image_of, open_image
from optviz.recipe import NoRecipeError, Recipe, RecipeError, read_recipe
from optviz.themes import LIGHT, Theme

_TITLE, _CAPTION, _NOTES = 140, 600, 6000  # the most letters of each
_FILMS = (".webp", ".apng", ".mp4", ".webm")


@dataclass(frozen=True, kw_only=True)
class Slide:
    """A picture and what is said about it.

    Args:
        name: The picture's file without its suffix, as errors and folders of frames call it.
        title: A heading.
        image: The picture.
        alt: What there is to be seen, in a sentence for those who cannot see it.
        caption: What stands beside the picture, if anything.
        notes: What the speaker reads.
        recipe: How the picture was made, where it tells.
    """

    name: str
    title: str
    image: ImageFile = field(repr=False)
    alt: str
    caption: str = ""
    notes: str = ""
    recipe: Recipe | None = None

    def __post_init__(self) -> None:
        for key, most in {"name": _TITLE, "title": _TITLE, "alt": _CAPTION, "caption": _CAPTION}.items():
            object.__setattr__(self, key, cut(one_line(getattr(self, key)), most))
        notes = "\n".join(one_line(line) for line in self.notes.split("\n"))
        object.__setattr__(self, "notes", cut(notes, _NOTES))


@dataclass(frozen=True, kw_only=True)
class Deck:
    """Slides in their order, the title of them all, and the theme whose colours they have."""

    title: str
    slides: tuple[Slide, ...]
    theme: Theme = LIGHT

    def __post_init__(self) -> None:
        if not self.slides:
            raise ArgumentError("a deck of nothing: name pictures or exhibits, as in saddle.gif or saddle")
        object.__setattr__(self, "title", cut(one_line(self.title), _TITLE))


def slide_of_file(path: Path) -> Slide:
    """The slide of a picture; its recipe, where it has one, says what there is to be seen.

    A recipe that is damaged is left aside with an `OptvizWarning`.

    Raises:
        ImageError: There is no picture in the file.
    """
    image = open_image(path)
    name = one_line(path.stem)
    try:
        recipe = read_recipe(path)
        return Slide(
            name=name,
            title=wording.title_of(recipe),
            image=image,
            alt=wording.alt_of(recipe),
            caption=wording.caption_of(recipe),
            notes=wording.notes_of(recipe),
            recipe=recipe,
        )
    except NoRecipeError:
        pass
    except OptvizError as error:
        told = error if isinstance(error, RecipeError) else f"{path}: its recipe is damaged: {error}"
        warnings.warn(f"{told}; the slide is made without it", OptvizWarning, stacklevel=2)
    title = re.sub(r"[-_\s]+", " ", name).strip()
    title = title[:1].upper() + title[1:]
    return Slide(name=name, title=title, image=image, alt=f"{'Animation' if image.moves else 'Picture'}: {title}.")


def slide_of_exhibit(exhibit: Exhibit, content: bytes, recipe: Recipe) -> Slide:
    """The slide of an exhibit whose picture is rendered."""
    notes = f"What to see: {exhibit.see}\n\n{exhibit.command}\n\n{wording.notes_of(recipe)}"
    return Slide(
        name=exhibit.slug,
        title=exhibit.title,
        image=image_of(content, exhibit.picture),
        alt=wording.first_sentence(exhibit.caption),
        caption=exhibit.caption,
        notes=notes,
        recipe=recipe,
    )


def gifs_first(pictures: Sequence[str | Path | Slide], holds: Sequence[str]) -> list[str | Path | Slide]:
    """The same pictures, but for a film of a kind that is not held the GIF that lies beside it, if one does.

    What is exchanged is told as an `OptvizWarning`.

    Args:
        pictures: Files, and slides, which are left as they are.
        holds: The kinds that a deck can hold.
    """
    named = {Path(each) for each in pictures if not isinstance(each, Slide)}
    chosen: list[str | Path | Slide] = []
    for each in pictures:
        path = Path() if isinstance(each, Slide) else Path(each)
        suffix = path.suffix.lower()
        if suffix not in _FILMS or suffix[1:] in holds or not (gif := path.with_suffix(".gif")).is_file():
            chosen.append(each)
            continue
        what = "left out" if gif in named else "replaced"
        warnings.warn(f"{each} is {what}: {gif} is the film, too, and plays in a loop", OptvizWarning, stacklevel=2)
        if gif not in named:
            chosen.append(gif)
    return chosen


def one_line(text: str) -> str:
    """The text without line breaks, control characters, or more than one space at a time."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def cut(text: str, most: int) -> str:
    """The text, with an ellipsis where it is longer than so many letters.

    Example:
        >>> cut("a long story", 7)
        'a long…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def distinct(names: Iterable[str]) -> list[str]:
    """A plain name for each, of small letters, digits and hyphens, that no other has.

    Example:
        >>> distinct(["saddle", "My film", "saddle"])
        ['saddle', 'my-film', 'saddle-2']
    """
    found: list[str] = []
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower())[:60].strip("-") or "picture"
        numbers = (f"{plain}-{number}" for number in range(2, len(found) + 3))
        found.append(plain if plain not in found else next(each for each in numbers if each not in found))
    return found
