"""The gallery: exhibits as data, each a command, what it shows in words, and the same as claims that can be checked.

An exhibit is a table of ``exhibits.toml``, headed by its slug. Its command is run exactly as it is written, but for the
path of the picture, by whoever knows how to run a command; here it is read and judged.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optviz.claims import Claim, Finding, parse_claim
from optviz.errors import ArgumentError, OptvizError, UnknownNameError, shown
from optviz.reading import MAX_EXHIBITS, MAX_LINES, MAX_SPEC, read_toml
from optviz.recipe import Recipe, RecipeError, read_recipe

if TYPE_CHECKING:
    from optviz.nets.training import Training
    from optviz.races import Race

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PROGRAMS = (("optviz", "animate"), ("optviz", "train"))


class GalleryError(OptvizError):
    """An exhibits file that cannot be used, or an exhibit that does not show what it says."""


@dataclass(frozen=True, kw_only=True)
class Here:
    """What is true from the very start of an exhibit's command alone, and need not be from one beside it.

    Args:
        why: A sentence that says why; the guide to the gallery prints it.
        shows: Claims, as an exhibit's.
    """

    why: str
    shows: tuple[Claim, ...]


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One picture of the gallery.

    Args:
        slug: The name of its file and on the command line: letters, digits and hyphens.
        title: A heading.
        caption: What happens, and why, in two sentences.
        see: Where to look.
        command: ``optviz animate …`` or ``optviz train …`` as one would type it, without the output's path.
        tags: What it is about, each written as a slug.
        shows: Claims about the race or the training, as `optviz.claims` reads them. They hold from starts nearby, too.
        here: What else a race shows, but only from this very start.
    """

    slug: str
    title: str
    caption: str
    see: str
    command: str
    tags: tuple[str, ...]
    shows: tuple[Claim, ...]
    here: Here | None = None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All that is claimed, what is true from this very start alone at the end."""
        return self.shows if self.here is None else self.shows + self.here.shows

    @property
    def words(self) -> tuple[str, ...]:
        """The command's words after ``optviz animate`` or ``optviz train``."""
        return tuple(shlex.split(self.command)[2:])

    @property
    def trains(self) -> bool:
        """Whether networks are trained, not a race run."""
        return shlex.split(self.command)[1] == "train"

    @property
    def picture(self) -> str:
        """The name of the picture's file."""
        return f"{self.slug}.gif"

    def check(self, race: Race | Training) -> list[Finding]:
        """What became of every claim in the race, or the training, that the command runs.

        Raises:
            GalleryError: A claim does not fit it.
        """
        findings = []
        for claim in self.claims:
            try:
                findings.append(claim.check(race))
            except ArgumentError as error:
                raise GalleryError(f"exhibit {self.slug}, shows {claim.text!r}: {error}") from error
        return findings


def load_exhibits(path: Path | None = None) -> tuple[Exhibit, ...]:
    """The exhibits of a TOML file, in its order; optviz's own unless a path is given.

    Raises:
        GalleryError: The file cannot be read; or it names exhibit and key, and what is allowed.

    Example:
        >>> load_exhibits()[0].command
        'optviz animate --surface saddle'
    """
    path = exhibits_file() if path is None else path
    data = read_toml(path, GalleryError)
    if not data:
        raise GalleryError(f"{path} has no exhibits; each is a table, as in [saddle]")
    if len(data) > MAX_EXHIBITS.most:
        raise GalleryError(f"{path} has {len(data)} exhibits; allowed are {MAX_EXHIBITS}")
    exhibits = tuple(_exhibit(slug, table) for slug, table in data.items())
    titles = [each.title for each in exhibits]
    for each in exhibits:
        if titles.count(each.title) > 1:
            raise GalleryError(f"exhibit {each.slug}, title: {each.title!r} is the title of another one too")
    return exhibits


def exhibits_file() -> Path:
    """Where optviz's own exhibits are; in a checkout, their pictures lie beside it."""
    installed = Path(__file__).with_name("exhibits.toml")
    return installed if installed.is_file() else installed.parent.parent / "gallery" / "exhibits.toml"


def choose(exhibits: Sequence[Exhibit], slugs: Sequence[str]) -> list[Exhibit]:
    """The exhibits of these slugs, in the order of the gallery; all of them where none is named.

    Raises:
        UnknownNameError: There is no such exhibit.
    """
    known = [each.slug for each in exhibits]
    for slug in slugs:
        if slug not in known:
            raise UnknownNameError("exhibit", slug, known)
    return [each for each in exhibits if not slugs or each.slug in slugs]


def picture_state(path: Path, recipe: Recipe) -> str:
    """Whether the picture there is what the recipe makes: ``current``, ``outdated`` or ``missing``.

    The version it was made by, and a difference in the tenth digit, as between two processors, do not count.
    """
    try:
        if not path.exists():
            return "missing"
        return "current" if _compared(read_recipe(path)) == _compared(recipe) else "outdated"
    except (OSError, RecipeError):
        return "outdated"


def _exhibit(slug: str, table: Any) -> Exhibit:
    """An exhibit from what TOML made of it."""
    if not isinstance(table, Mapping):
        raise GalleryError(f"{slug!r} is no exhibit, which is a table of its own, as in [saddle]")
    if not _SLUG.fullmatch(slug):
        raise GalleryError(
            f"exhibit {slug!r}: a slug is lower-case letters, digits and single hyphens, as in two-wells"
        )
    keys = [each.name for each in fields(Exhibit) if each.name != "slug"]
    for key in table:
        if key not in keys:
            raise GalleryError(f"exhibit {slug}: {UnknownNameError('key', key, keys)}")
    for key in keys:
        if key not in table and key != "here":
            raise GalleryError(f"exhibit {slug}: {key} is missing; an exhibit has {', '.join(keys)}")
    texts = {key: _text(slug, key, table[key]) for key in keys if key not in ("tags", "shows", "here")}
    tags, lines = (_texts(slug, key, table[key]) for key in ("tags", "shows"))
    for tag in tags:
        if not _SLUG.fullmatch(tag):
            raise GalleryError(f"exhibit {slug}, tags: {tag!r} must be lower-case letters, digits and single hyphens")
    _check_command(slug, texts["command"])
    shows = tuple(_claim(slug, line) for line in lines)
    exhibit = Exhibit(slug=slug, **texts, tags=tags, shows=shows, here=_here(slug, table.get("here")))
    if exhibit.trains and exhibit.here:
        raise GalleryError(f"exhibit {slug}, here: a training has no start; leave it out")
    return exhibit


def _here(slug: str, table: Any) -> Here | None:
    if table is None:
        return None
    if not isinstance(table, Mapping) or set(table) != {"why", "shows"}:
        raise GalleryError(f"exhibit {slug}, here: must be a table of why and shows, not {shown(table)}")
    lines = _texts(slug, "here.shows", table["shows"])
    return Here(why=_text(slug, "here.why", table["why"]), shows=tuple(_claim(slug, line) for line in lines))


def _text(slug: str, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise GalleryError(f"exhibit {slug}, {key}: must be a line of text, not {shown(value)}")
    if len(value) > MAX_SPEC.most:
        raise GalleryError(f"exhibit {slug}, {key}: has {len(value)} letters; allowed are {MAX_SPEC}")
    return value.strip()


def _texts(slug: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise GalleryError(f"exhibit {slug}, {key}: must be a list of one text or more, not {shown(value)}")
    if len(value) > MAX_LINES.most:
        raise GalleryError(f"exhibit {slug}, {key}: has {len(value)} lines; allowed are {MAX_LINES}")
    return tuple(_text(slug, key, each) for each in value)


def _claim(slug: str, line: str) -> Claim:
    try:
        return parse_claim(line)
    except ArgumentError as error:
        raise GalleryError(f"exhibit {slug}, shows: {error}") from error


def _check_command(slug: str, command: str) -> None:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise GalleryError(f"exhibit {slug}, command: {error} in {command!r}") from error
    if words[:2] not in _PROGRAMS:
        allowed = " or ".join(map(" ".join, _PROGRAMS))
        raise GalleryError(f"exhibit {slug}, command: must begin with {allowed}, not {command!r}")


def _compared(recipe: Recipe) -> Any:
    """What counts of a recipe, numbers to nine digits."""
    text = replace(recipe, version="").to_text()
    return json.loads(re.sub(r"(?<!\d)-?\d+\.\d+(e[+-]?\d+)?", lambda number: f"{float(number[0]):.9g}", text))
