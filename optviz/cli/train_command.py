"""``optviz train``: networks trained by the optimizers that race, as a table and as a picture."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from optviz.cli.failing import INTERRUPTED, Command, going_on, note, wrote
from optviz.cli.options import RateType, complete_optimizer, complete_schedule, examples, table_options
from optviz.cli.portraying import check_portrait, draw, portrait_options, split_options, trained
from optviz.cli.tables import print_table
from optviz.cli.watching import watching

if TYPE_CHECKING:
    from optviz.nets.plan import Plan
    from optviz.nets.training import Training
    from optviz.nets.trials import Trial


@click.command(
    cls=Command,
    epilog=examples(
        "optviz train --data moons --hidden 16 --epochs 10 -O adam -O sgd:lr=0.1",
        "optviz train --hidden 128,64 --batchnorm --dropout 0.2 -O adam:lr=0.003 --epochs 5",
        "optviz train --data spirals --hidden none -O momentum:lr=0.1 --seeds 3 --epochs 5 --json",
        "optviz train -O adam:lr=0.003 --augment 'rotation(10)' --augment noise --epochs 2",
        "optviz train --data circles -O adam:lr=0.01 --ensemble 3 --save run.npz --log run.jsonl",
        "optviz train -O sgd:lr=0.1 -O adam:lr=0.003 --epochs 5 -o digits.gif",
    ),
)
@click.option(
    "--data",
    default="digits",
    show_default=True,
    metavar="NAME|FILE.npz|FOLDER/",
    help="A data set, as in moons:noise=0.2; `optviz data` lists all. Or a file with samples and labels, or a folder "
    "of IDX files.",
)
@click.option("--data-dir", metavar="FOLDER", help="Where the files of fashion-mnist and mnist are looked for first.")
@click.option("--hidden", default="64", show_default=True, metavar="N,N,…", help="Widths of hidden layers, or none.")
@click.option(
    "--activation",
    default="relu",
    show_default=True,
    metavar="NAME",
    help="identity, sigmoid, tanh, relu, leaky-relu, elu, gelu or softplus; see `optviz list activations`.",
)
@click.option("--batchnorm", is_flag=True, help="Normalize each hidden layer over the batch.")
@click.option("--dropout", type=float, default=0.0, metavar="RATE", help="Drop hidden units at this rate in training.")
@click.option(
    "--init",
    metavar="SPEC",
    help="xavier, he, lecun, zeros or scale(0.01).  [default: by the activation]",
)
@click.option(
    "--optimizer",
    "-O",
    "optimizers",
    multiple=True,
    metavar="SPEC",
    shell_complete=complete_optimizer,
    help="As in adam or adam:lr=0.001; repeat for more.  [default: sgd, momentum, adagrad, rmsprop, adam]",
)
@click.option(
    "--lr",
    type=RateType(),
    default="auto",
    show_default=True,
    help="The rate of all that name none; auto tries 12 rates from three other seeds, by validation loss.",
)
@click.option(
    "--schedule", metavar="SPEC", shell_complete=complete_schedule, help="What multiplies the rates, a step at a time."
)
@click.option("--epochs", type=int, default=20, show_default=True, metavar="N", help="Times through the training part.")
@click.option(
    "--batch-size", type=int, default=64, show_default=True, metavar="N", help="Samples of a step; of fewer, all."
)
@click.option("--l1", type=float, default=0.0, metavar="X", help="Penalty on the weights' sizes.")
@click.option("--l2", type=float, default=0.0, metavar="X", help="Penalty on half the weights' squares.")
@click.option(
    "--augment",
    multiple=True,
    metavar="SPEC",
    help="Change images at random, as in flip, crop, translation, 'rotation(10)', stretch, shear, distortion, noise "
    "or mix; repeat for more. `optviz list augmentations` tells of each.",
)
@click.option("--ensemble", type=int, default=1, metavar="K", help="Networks of a run, their answers averaged.")
@click.option("--patience", type=int, metavar="N", help="End after N epochs without gain, and take the best epoch.")
@click.option("--dtype", default="float32", show_default=True, metavar="TYPE", help="float32 or float64.")
@click.option(
    "--seed", type=int, default=0, show_default=True, metavar="N", help="Fixes split, weights, batches, masks."
)
@click.option("--seeds", type=click.IntRange(1, 1000), default=1, metavar="K", help="Train K times, from --seed on.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, metavar="N", help="Processes that share the work.")
@click.option("--save", metavar="RUN.npz", help="Save after every epoch.")
@click.option("--resume", is_flag=True, help="Take up the training in the file of --save.")
@click.option("--log", metavar="FILE", help="A line of JSON for every epoch.")
@click.option("--force", is_flag=True, help="With --save and --log: replace what is there, whatever it is.")
@click.option("--quiet", is_flag=True, help="No progress, no notes.")
@portrait_options
@table_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    data: str,
    save: str | None,
    resume: bool,
    log: str | None,
    force: bool,
    output: str | None,
    quiet: bool,
    form: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a network with several optimizers and print a table: a row an optimizer; with -o, draw the training, too.

    Columns: the loss on the training part, and the accuracy on the training, validation and test parts in percent; over
    several seeds mean ± standard deviation. Runs of a seed share split, first weights and batches. A rate marked * lies
    at the end of those that were tried, so that a better one may lie beyond. Ctrl-C ends the training at its next step
    and keeps what was trained.

    A picture carries its recipe: `optviz info FILE` prints it. Its path is printed after the table; where that is for
    programs (--json, csv, markdown), on stderr.
    """
    from optviz.errors import ArgumentError
    from optviz.nets.log import epoch_log

    if resume and save is None:
        raise ArgumentError("--resume needs the file to take up: --save RUN.npz --resume")
    path = check_portrait(ctx, output, data)
    options, portrait = split_options(options)
    with contextlib.ExitStack() as files:
        lines = files.enter_context(epoch_log(log, force=force)) if log is not None else None
        with watching(quiet) as bar:

            def tell(plan: Plan, trials: Sequence[Trial]) -> None:
                for listener in (lines.told if lines else None, bar.round if bar else None):
                    if listener is not None:
                        listener(plan, trials)

            training = trained(
                portrait if path is not None else None,
                data=data,
                save=save,
                resume=resume,
                force=force,
                tried=bar.tried if bar else None,
                told=tell,
                watch=bar.watch if bar and options["jobs"] == 1 else None,
                **options,
            )
        _tell(ctx, training, save, quiet, undrawn=path is not None)
        if path is not None:
            draw(training, portrait, path, options["jobs"], quiet)
            wrote(path, aside=as_json or form != "table")
        if training.unsaved is not None:
            raise training.unsaved


def _tell(ctx: click.Context, training: Training, save: str | None, quiet: bool, *, undrawn: bool) -> None:
    """Print the table; where the training was interrupted, end with that."""
    from optviz.errors import told
    from optviz.nets.reporting import table

    if not quiet:
        for run in training.runs:
            if run.diverged_at is not None:
                note(f"{run.label} diverged at step {run.diverged_at}, seed {run.seed}")
    form = "json" if ctx.params["as_json"] else ctx.params["form"]
    with going_on():
        print_table(table(training), form, training.to_json() if form == "json" else None)
    if training.interrupted:
        kept = f"; go on with --save {save} --resume" if save and training.unsaved is None else ""
        words = "; no picture was drawn" if undrawn else ""
        click.echo(told(f"Interrupted: this is what was trained until then{kept}{words}"), err=True)
        ctx.exit(INTERRUPTED)
