"""Fonts: the bundled one, and installed ones for the characters it lacks."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable
from functools import cache, lru_cache

from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager
from matplotlib.ft2font import FT2Font

from optviz.errors import OptvizWarning

_BUNDLED = "DejaVu Sans"
_EMPTY = re.compile(r"\.?last ?resort|adobe ?(notdef|blank)", re.IGNORECASE)  # fonts that draw every letter as a box
_PREFERRED = ("Noto Sans CJK", "NanumGothic", "Malgun", "Apple SD Gothic", "AppleGothic", "Hiragino", "Noto Sans")


@lru_cache(maxsize=256)
def font(size: float, *, bold: bool, families: tuple[str, ...] = (_BUNDLED,)) -> FontProperties:
    """A font of that size in points; the first of the families that has a character draws it."""
    return FontProperties(family=list(families), size=size, weight="bold" if bold else "normal")


@lru_cache(maxsize=256)
def families(words: str) -> tuple[str, ...]:
    """The bundled family, and installed ones for what it cannot draw.

    Where nothing installed can draw a character, an `OptvizWarning` names a font that could.
    """
    bundled = fontManager.findfont(FontProperties(family=_BUNDLED))
    missing = {ord(character) for character in words if character.isprintable()} - _characters(bundled)
    chosen = [_BUNDLED]
    for family, path in installed() if missing else ():
        if missing & _characters(path):
            chosen.append(family)
            missing -= _characters(path)
        if not missing:
            break
    if missing:
        shown = "".join(map(chr, sorted(missing)[:8]))
        warnings.warn(f"no installed font has {shown!r}; {_advice(missing)}", OptvizWarning, stacklevel=2)
    return tuple(chosen)


def _advice(missing: Iterable[int]) -> str:
    """Which font to install for these characters."""
    scripts = {unicodedata.name(chr(each), "").partition(" ")[0] for each in missing}
    if scripts & {"CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC"}:
        return "for Korean, Chinese and Japanese install Noto Sans CJK (Debian: fonts-noto-cjk)"
    return "the Noto fonts have most letters there are (Debian: fonts-noto)"


@cache
def installed() -> tuple[tuple[str, str], ...]:
    """Families and files of all regular fonts, the preferred ones first."""
    known = {entry.fname for entry in fontManager.ttflist}
    for path in sorted(findSystemFonts()):
        if path not in known:  # installed after matplotlib made its list
            _add(path)
    regular = sorted(
        {
            (entry.name, entry.fname)
            for entry in fontManager.ttflist
            if entry.style == "normal" and entry.weight == 400 and not _EMPTY.match(entry.name)
        }
    )
    return tuple(sorted(regular, key=lambda entry: _preference(entry[0])))


def _add(path: str) -> None:
    try:
        fontManager.addfont(path)
    except (OSError, RuntimeError):  # a font that FreeType cannot read is none
        return


def _preference(family: str) -> int:
    ranks = [rank for rank, name in enumerate(_PREFERRED) if family.startswith(name)]
    return min(ranks, default=len(_PREFERRED))


@cache
def _characters(path: str) -> frozenset[int]:
    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
