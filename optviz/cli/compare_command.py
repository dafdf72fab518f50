"""``optviz compare``: races as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from optviz.cli.failing import Command
from optviz.cli.options import complete_surface, examples, race_options, table_options
from optviz.cli.tables import print_table

if TYPE_CHECKING:
    from optviz.races import Race


@click.command(
    cls=Command,
    epilog=examples(
        "optviz compare --surface rosenbrock",
        "optviz compare --surface ravine -O sgd -O momentum -O adam --steps 500 --json",
        "optviz compare --surface rosenbrock --surface beale --start random:10 --format markdown",
        "optviz compare --surface noisy-moons --seeds 5",
    ),
)
@click.option(
    "--surface", "surfaces", required=True, multiple=True, metavar="NAME", shell_complete=complete_surface,
    help="A name, or a file of yours; repeat for more.",
)  # fmt: skip
@race_options
@click.option(
    "--start",
    "starts",
    multiple=True,
    metavar="X,Y|random:N|grid:AxB",
    help="Repeat for more.  [default: the surface's]",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="Fixes minibatches, noise and random starts.",
)
@click.option("--seeds", type=click.IntRange(1, 1000), default=1, metavar="K", help="Race K times, from --seed on.")
@table_options
@click.option("--points", is_flag=True, help="With JSON: every run's points and values.")
def command(
    surfaces: tuple[str, ...],
    optimizers: tuple[str, ...],
    starts: tuple[str, ...],
    seed: int,
    seeds: int,
    form: str,
    as_json: bool,
    points: bool,
    **options: Any,
) -> None:
    """Race optimizers and print a table: a row a run.

    Columns: the last value, its gap to that at the global minimum, the distance to the nearest minimum that the surface
    lists (`optviz list surfaces` counts them), the steps until the gap is a thousandth of the first, and when a run
    diverged or left the domain. Where no rate is named, each optimizer is tuned for just these steps on one grid, the
    same for all; a rate marked * lies at the end of those that were tried; on a surface without a minimum all share the
    rate that it names. Over several surfaces, starts or seeds a row sums up a run's problems.
    """
    from optviz.catalog import DEFAULT_OPTIMIZERS
    from optviz.comparison import compare
    from optviz.ranking import summary

    seen = compare(
        surfaces, optimizers or DEFAULT_OPTIMIZERS, starts=starts, seeds=range(seed, seed + seeds), **options
    )
    rows = _rows(seen.races[0]) if len(seen.races) == 1 else summary(seen.races)
    print_table(rows, "json" if as_json else form, seen.to_json(points=points) if as_json or form == "json" else None)


def _rows(race: Race) -> list[dict[str, Any]]:
    from optviz.numerals import rate_cell
    from optviz.ranking import records

    return [
        {
            "run": row["label"],
            "lr": rate_cell(row["hyperparameters"]["lr"], row["lr_rule"]) + ("*" if run.lr_on_edge else ""),
            "rule": row["lr_rule"],
            "value": row["final"]["value"],
            "gap": row["gap"],
            "distance": row["distance"],
            "steps to 1e-3": row["steps_to_tolerance"],
            "diverged at": row["diverged_at"],
            "left at": row["left_at"],
        }
        for row, run in zip(records(race), race.runs, strict=True)
    ]
