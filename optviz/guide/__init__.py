"""The guides to the gallery: its exhibits as a page in Markdown and as one to browse, both to lie beside the pictures.

The page to browse is one file of HTML with its style and script inside; it shows the pictures beside it and asks for
nothing else. All that comes from an exhibits file is escaped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from optviz.claims import Claim
from optviz.gallery import Exhibit

_HERE = Path(__file__).parent
MARK = b"<!-- Written by `optviz gallery` from exhibits.toml"
"""What stands in both pages."""

_INTRODUCTION = """\
# Gallery

<!-- Written by `optviz gallery` from exhibits.toml: change that, not this. -->

Every picture is what the command beneath it makes: copy it, change it, run it. Beneath that stands in figures what the
picture shows; `optviz gallery --check` runs all of them and compares, and `--robust` does so from ten starts moved by
up to a hundredth of the view and from ten other seeds as well. What is true *from this very start* alone stands by
itself, with the reason. Where a picture says that a rate was *tuned*, one rule chose it for every optimizer alike;
*given* means that the command names it, *same for all* that the surface does. [index.html](index.html) is the same to
browse: by surface, optimizer and topic.
"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An exhibit, and what its command says of the picture: the titles of surface and optimizers, size and ground."""

    exhibit: Exhibit
    surface: str
    optimizers: tuple[str, ...]
    size: tuple[int, int]
    ground: str


def readme(exhibits: Sequence[Exhibit]) -> str:
    """The gallery as a page in Markdown."""
    contents = "".join(f"- [{each.title}](#{_anchor(each.title)}): {', '.join(each.tags)}\n" for each in exhibits)
    return f"{_INTRODUCTION}\n{contents}{''.join(map(_section, exhibits))}"


def index(entries: Sequence[Entry]) -> str:
    """The gallery as a page to browse: by surface, by optimizer, by topic, by words."""
    optimizers = dict.fromkeys(name for entry in entries for name in entry.optimizers)
    named = {name.lower() for name in optimizers}
    topics = sorted({tag for entry in entries for tag in entry.exhibit.tags} - named)
    surfaces = sorted({entry.surface for entry in entries})
    return Template(_part("index.html")).substitute(
        count=len(entries),
        style=_part("index.css"),
        script=_part("index.js"),
        surfaces="".join(f'<option value="{_safe(name)}">{_safe(name)}</option>' for name in surfaces),
        optimizers=_chips("optimizer", optimizers),
        topics=_chips("topic", topics),
        cards="\n".join(map(_card, entries)),
    )


def _section(exhibit: Exhibit) -> str:
    here = ""
    if exhibit.here is not None:
        here = f"\nFrom this very start: {_listed(exhibit.here.shows)}. {exhibit.here.why}\n"
    return f"""
## {exhibit.title}

![{exhibit.title}]({exhibit.picture})

{exhibit.caption}

**What to see.** {exhibit.see}

```sh
{exhibit.command}
```

Checked: {_listed(exhibit.shows)}
{here}"""


def _listed(claims: Sequence[Claim]) -> str:
    return " · ".join(f"`{claim.text}`" for claim in claims)


def _card(entry: Entry) -> str:
    exhibit, (width, height) = entry.exhibit, entry.size
    tags = _safe("|".join([entry.surface, *entry.optimizers, *exhibit.tags]))
    claims, here = _items(exhibit.shows), ""
    if exhibit.here is not None:
        here = f"<p>From this very start. {_safe(exhibit.here.why)}</p><ul>{_items(exhibit.here.shows)}</ul>"
    return f"""\
<article id="{exhibit.slug}" data-tags="{tags}" style="--ground: {entry.ground}">
  <button type="button" title="Enlarge"><img src="{exhibit.picture}" alt="{_safe(exhibit.caption)}" width="{width}" \
height="{height}" loading="lazy"></button>
  <div class="words">
    <h2><a href="#{exhibit.slug}">{_safe(exhibit.title)}</a></h2>
    <p>{_safe(exhibit.caption)}</p>
    <p class="see">{_safe(exhibit.see)}</p>
    <div class="command"><pre><code>{_safe(exhibit.command)}</code></pre><button type="button">Copy</button></div>
    <details><summary>{len(exhibit.claims)} claims, checked</summary><ul>{claims}</ul>{here}</details>
  </div>
</article>"""


def _items(claims: Sequence[Claim]) -> str:
    return "".join(f"<li><code>{_safe(claim.text)}</code></li>" for claim in claims)


def _chips(name: str, values: Iterable[str]) -> str:
    return "".join(
        f'<label><input type="checkbox" name="{name}" value="{_safe(value)}"><span>{_safe(value.replace("-", " "))}'
        "</span></label>"
        for value in values
    )


def _part(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8").rstrip("\n")


def _safe(text: str) -> str:
    return html.escape(text, quote=True)


def _anchor(title: str) -> str:
    """Where GitHub puts a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
