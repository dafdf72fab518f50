"""``optviz data``: what data sets there are, what is in one, and what it looks like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from optviz.cli.failing import Command, wrote
from optviz.cli.options import complete_theme, examples, table_options
from optviz.cli.tables import print_table


@click.command(
    cls=Command,
    epilog=examples(
        "optviz data",
        "optviz data digits",
        "optviz data digits -o digits.png",
        "optviz data digits --augment 'rotation(20)' --augment 'translation(1)' -o augmented.png",
        "optviz data spirals:noise=0.05 --theme dark -o spirals.png",
    ),
)
@click.argument("name", metavar="[NAME|FILE.npz|FOLDER/]", required=False)
@click.option("--data-dir", metavar="FOLDER", help="Where the files of fashion-mnist and mnist are looked for first.")
@click.option(
    "--augment",
    multiple=True,
    metavar="SPEC",
    help="With -o: picture images as these changes make them; see `optviz train`.",
)
@click.option("--seed", type=int, default=0, show_default=True, metavar="N", help="Fixes split, samples and changes.")
@click.option(
    "--theme", default="light", show_default=True, metavar="NAME", shell_complete=complete_theme, help="Colours."
)
@click.option("-o", "--output", metavar="FILE.png", help="Picture the data set instead.")
@table_options
def command(
    name: str | None,
    data_dir: str | None,
    augment: tuple[str, ...],
    seed: int,
    theme: str,
    output: str | None,
    form: str,
    as_json: bool,
) -> None:
    """List data sets; with a NAME, count the samples of its classes and parts, or, with -o, picture it."""
    from optviz.errors import ArgumentError
    from optviz.nets.datasets import load_data, overview
    from optviz.nets.splits import class_rows

    form = "json" if as_json else form
    if output is not None and form != "table":
        raise ArgumentError("--format and --json are for tables, and -o pictures the data set; leave out one of them")
    if augment and output is None:
        raise ArgumentError("--augment is for pictures: add -o FILE.png")
    if seed < 0:
        raise ArgumentError(f"seed must be a whole number from 0, not {seed}")
    if name is None:
        if output is not None:
            raise ArgumentError("-o needs the NAME of a data set to picture, as in: optviz data digits -o digits.png")
        if data_dir is not None:
            raise ArgumentError("--data-dir needs the NAME of a data set to read there, as in: optviz data mnist")
        print_table(overview(), form)
        return
    data = load_data(name, data_dir)
    if output is None:
        print_table(class_rows(data, seed), form)
    else:
        _picture(data, augment, seed, theme, Path(output))


def _picture(data: Any, augment: tuple[str, ...], seed: int, theme: str, path: Path) -> None:
    from optviz.nets.augmentation import augmentation
    from optviz.nets.sheets import save_sheet, sheet
    from optviz.themes import load_theme

    changes = [augmentation(spec) for spec in augment]
    save_sheet(path, sheet(data, changes, seed=seed, theme=load_theme(theme)))
    wrote(path)
