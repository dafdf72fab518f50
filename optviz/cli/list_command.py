"""``optviz list``: what there is to choose from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import click

from optviz.cli.failing import Command, Group, note
from optviz.cli.options import complete_surface, examples, race_options, table_options
from optviz.cli.tables import print_table
from optviz.errors import ArgumentError, OptvizError

Rows = list[dict[str, Any]]


@click.group(
    cls=Group,
    epilog=examples(
        "optviz list surfaces",
        "optviz list surfaces --file ./mine.py",
        "optviz list optimizers --json",
        "optviz list rates --surface rosenbrock -O sgd -O adam",
    ),
)
def command() -> None:
    """List surfaces, optimizers, schedules, themes, learning rates, or what networks are made of."""


@command.command(cls=Command, epilog=examples("optviz list surfaces", "optviz list surfaces --file ./mine.py"))
@click.option("--file", "file", metavar="FILE.py[:NAME]", help="Check a file of yours instead, and say what was found.")
@table_options
def surfaces(file: str | None, form: str, as_json: bool) -> None:
    """All surfaces; or, with --file, the catalog's checks on a file of yours.

    Minima counts those that a surface lists: the global ones, and of others those that matter in its races.
    """
    from optviz.catalog import load_surface, surface_names
    from optviz.checks import check_surface
    from optviz.errors import SurfaceError
    from optviz.listing import surface_row

    form = "json" if as_json else form
    if file is None:
        print_table(_rows(surface_names(), lambda name: surface_row(load_surface(name))), form)
        return
    surface = load_surface(file)
    findings = check_surface(surface)
    rows = [
        {"check": each.check, "result": "ok" if each.passed else "FAILED", "found": each.found} for each in findings
    ]
    print_table(rows, form)
    failed = sum(not each.passed for each in findings)
    if failed:
        raise SurfaceError(f"{surface.name}: {failed} of {len(findings)} checks failed")


@command.command(cls=Command, epilog=examples("optviz list optimizers"))
@table_options
def optimizers(form: str, as_json: bool) -> None:
    """All optimizers, with their rules and defaults."""
    from optviz.catalog import optimizer_class, optimizer_names
    from optviz.listing import optimizer_row

    rows = _rows(optimizer_names(), lambda name: optimizer_row(optimizer_class(name)))
    print_table(rows, "json" if as_json else form)


@command.command(cls=Command, epilog=examples("optviz list schedules"))
@table_options
def schedules(form: str, as_json: bool) -> None:
    """All schedules of the learning rate."""
    from optviz.listing import schedule_row
    from optviz.schedules import SCHEDULES

    print_table([schedule_row(kind) for kind in SCHEDULES.values()], "json" if as_json else form)


@command.command(cls=Command, epilog=examples("optviz list activations"))
@table_options
def activations(form: str, as_json: bool) -> None:
    """All activations of hidden layers."""
    from optviz.listing import activation_row
    from optviz.nets.activations import ACTIVATIONS

    print_table([activation_row(kind) for kind in ACTIVATIONS.values()], "json" if as_json else form)


@command.command(cls=Command, epilog=examples("optviz list initializers"))
@table_options
def initializers(form: str, as_json: bool) -> None:
    """All ways in which weights begin: normal numbers of some deviation."""
    from optviz.listing import initializer_row
    from optviz.nets.initializers import INITIALIZERS

    print_table([initializer_row(kind) for kind in INITIALIZERS.values()], "json" if as_json else form)


@command.command(cls=Command, epilog=examples("optviz list augmentations"))
@table_options
def augmentations(form: str, as_json: bool) -> None:
    """All random changes of images."""
    from optviz.listing import augmentation_row
    from optviz.nets.augmentation import AUGMENTATIONS

    print_table([augmentation_row(kind) for kind in AUGMENTATIONS.values()], "json" if as_json else form)


@command.command(cls=Command, epilog=examples("optviz list themes"))
@table_options
def themes(form: str, as_json: bool) -> None:
    """All themes."""
    from optviz.themes import THEMES

    rows = [{"name": theme.name, "title": theme.title} for theme in THEMES.values()]
    print_table(rows, "json" if as_json else form)


@command.command(
    cls=Command,
    epilog=examples("optviz list rates --surface rosenbrock", "optviz list rates --surface ./mine.py -O adam"),
)
@click.option(
    "--surface",
    required=True,
    metavar="NAME",
    shell_complete=complete_surface,
    help="A name, or a file of yours.",
)
@race_options
@click.option(
    "--start", multiple=True, metavar="X,Y|random:N|grid:AxB", help="As in animate.  [default: the surface's]"
)
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Fixes minibatches and noise.")
@table_options
def rates(
    surface: str,
    optimizers: tuple[str, ...],
    lr: Any,
    start: tuple[str, ...],
    form: str,
    as_json: bool,
    **options: Any,
) -> None:
    """How the learning rates of a picture are chosen: the candidates' scores, the winner marked <.

    The score is the mean over the steps of √((f − f*)/(f₀ − f*)); "out" left the domain or the finite numbers. The
    gentlest rate within .02 of the best is taken; where the best lies at an end, lower or higher rates are tried, too.
    Rates far below or above all winners are shown by the decade; --json has every candidate. On a surface without a
    minimum pictures take the one rate that the surface names. `optviz train` has a rule of its own: 12 rates, which are
    not widened.
    """
    from optviz.catalog import DEFAULT_OPTIMIZERS, load_surface
    from optviz.lineup import choose_rates

    if lr != "auto":
        raise ArgumentError("--lr: the rates are what is chosen here; leave it out")
    place = load_surface(surface)
    choices = choose_rates(place, optimizers or DEFAULT_OPTIMIZERS, start=start or None, **options)
    if as_json or form == "json":
        rows: Rows = [
            {
                "name": label,
                "title": choice.optimizer.title,
                "lr": choice.lr,
                "lr_on_edge": choice.on_edge,
                "on_edge": choice.on_edge,
                "trials": [
                    {"lr": t.lr, "score": t.score if math.isfinite(t.score) else None, "lasted": t.lasted}
                    for t in choice.trials
                ],
            }
            for label, choice in choices.items()
        ]
        print_table(rows, "json")
        return
    gentlest, highest = (end(choice.lr for choice in choices.values()) for end in (min, max))
    tried = {label: {trial.lr: trial.score for trial in choice.trials} for label, choice in choices.items()}
    rows = []
    for rate in sorted({rate for scores in tried.values() for rate in scores}):
        whole = abs(math.log10(rate) - round(math.log10(rate))) < 0.01
        if (rate < gentlest * 0.99 or rate > max(highest * 10.1, 10.1)) and not whole:
            continue
        cells = {}
        for label, scores in tried.items():
            score = scores.get(rate, math.nan)
            shown = f"{score:.3f}" if math.isfinite(score) else "" if math.isnan(score) else "out"
            cells[label] = shown + (" <" if rate == choices[label].lr else "  ")
        rows.append({"lr": f"{rate:.3g}", **cells})
    print_table(rows, form)


def _rows(names: Sequence[str], row: Callable[[str], dict[str, Any]]) -> Rows:
    """A row for each name; of what somebody registered and cannot be loaded, a note."""
    rows = []
    for name in names:
        try:
            rows.append(row(name))
        except OptvizError as error:
            note(str(error))
    return rows
