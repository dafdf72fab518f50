"""Options that several commands share, and the types of their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

Command = Callable[..., Any]


class Numbers(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic in newer clicks only
    """Several numbers with a separator between, such as 0.5,-1 or 800x600."""

    def __init__(self, form: str, separator: str, kind: type[float] | type[int]) -> None:
        self.name = form
        self.count = form.count(separator) + 1
        self.separator, self.kind = separator, kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Any, ...]:
        """The numbers as a tuple."""
        if isinstance(value, tuple):
            return value
        try:
            parts = tuple(self.kind(part) for part in value.lower().split(self.separator))
        except ValueError:
            parts = ()
        if len(parts) != self.count:
            self.fail(f"{value!r} is not of the form {self.name}", param, ctx)
        return parts


class Line(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A line of text: what cannot be printed becomes a space."""

    name = "TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, without line breaks, control characters and bytes that were no text."""
        return "".join(letter if letter.isprintable() else " " for letter in value)


class Names(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Names with commas between."""

    name = "NAMES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names as a tuple."""
        return value if isinstance(value, tuple) else tuple(part.strip() for part in value.split(",") if part.strip())


class RateType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A learning rate, or auto."""

    name = "RATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        """A number, or the word auto."""
        if value == "auto":
            return "auto"
        try:
            return float(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor auto", param, ctx)


def complete_surface(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of surfaces, and files."""
    from optviz.catalog import surface_names

    if incomplete.startswith((".", "/", "~")):
        return [CompletionItem(incomplete, type="file")]
    return [CompletionItem(name) for name in surface_names() if name.startswith(incomplete.replace("_", "-"))]


def complete_optimizer(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of optimizers."""
    from optviz.catalog import optimizer_names

    return [CompletionItem(name) for name in optimizer_names() if name.startswith(incomplete)]


def complete_theme(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of themes."""
    from optviz.themes import THEMES

    return [CompletionItem(name) for name in THEMES if name.startswith(incomplete)]


def complete_schedule(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of schedules."""
    from optviz.schedules import SCHEDULES

    return [CompletionItem(name) for name in SCHEDULES if name.startswith(incomplete)]


def race_options(command: Command) -> Command:
    """The options of a race, but for where and how often it is run."""
    for option in reversed(
        [
            click.option(
                "--optimizer", "-O", "optimizers", multiple=True, metavar="SPEC", shell_complete=complete_optimizer,
                help="An optimizer, as in adam or adam:lr=0.05,beta1=0.8; repeat for more.  "
                "[default: sgd, momentum, adagrad, rmsprop, adam]",
            ),
            click.option(
                "--lr", type=RateType(), default="auto", show_default=True,
                help="The learning rate of all that name none; auto chooses by one rule for all.",
            ),
            click.option("--steps", type=int, metavar="N", help="Steps of a run.  [default: the surface's, else 200]"),
            click.option("--noise", type=float, default=0.0, metavar="SD", help="Normal noise on the gradient."),
            click.option("--clip", type=float, metavar="NORM", help="Shorten longer gradients to this norm."),
            click.option(
                "--schedule", metavar="SPEC", shell_complete=complete_schedule,
                help="What multiplies the rates, as in cosine(200).",
            ),
            click.option("--batch-size", type=int, metavar="N", help="Samples a step sees, on a stochastic surface."),
        ]
    ):  # fmt: skip
        command = option(command)
    return command


def look_options(command: Command) -> Command:
    """The options of how a picture looks, whatever it shows."""
    for option in reversed(
        [
            click.option("--size", type=Numbers("WxH", "x", int), help="Pixels.  [default: 800x600]"),
            click.option("--preset", metavar="NAME", help="Where it is shown: slide (1280x720) or square (1080x1080)."),
            click.option(
                "--theme", default="light", show_default=True, metavar="NAME", shell_complete=complete_theme,
                help="Colours and lines.",
            ),
            click.option(
                "--view", default="contour", show_default=True, metavar="NAME", help="contour, or relief: in 3-D."
            ),
            click.option(
                "--camera", default="fixed", show_default=True, metavar="NAME", help="In a relief: fixed or orbit."
            ),
            click.option(
                "--elevation", type=float, default=45.0, show_default=True, metavar="DEG",
                help="In a relief: how high the eye stands, 10 to 75.",
            ),
            click.option(
                "--azimuth", type=float, default=-105.0, show_default=True, metavar="DEG",
                help="In a relief: from where it looks, from the x axis towards the y axis.",
            ),
            click.option("--layout", default="overlay", show_default=True, metavar="NAME", help="overlay or panels."),
            click.option(
                "--transparent", is_flag=True,
                help="Leave out the sheet around maps and curves: .gif, .webp, .apng, .png, .svg and NAME/ can.",
            ),
            click.option("--title", type=Line(), help="Above the picture.  [default: the surface's, or the data's]"),
        ]
    ):  # fmt: skip
        command = option(command)
    return command


def picture_options(command: Command) -> Command:
    """The options of a picture of a race."""
    for option in reversed(
        [
            click.option(
                "--with", "curves", type=Names(), default="", metavar="NAMES",
                help="Curves beneath the map, as in loss,sharpness: loss, gradient, step, distance, sharpness.",
            ),
            click.option(
                "--show", type=Names(), default="", metavar="NAMES",
                help="What else is seen on the map: fading lets trails fade; "
                "vectors draws each step's anatomy, slowly; ghosts runs with other seeds.",
            ),
            click.option("--seeds", type=int, metavar="K", help="With --show ghosts: how many.  [default: 20]"),
            click.option(
                "--view-box", type=Numbers("X0,X1,Y0,Y1", ",", float), help="What is drawn.  [default: the surface's]"
            ),
        ]
    ):  # fmt: skip
        command = option(command)
    return look_options(command)


def film_options(command: Command) -> Command:
    """The options that say how a film runs; a still has none."""
    for option in reversed(
        [
            click.option("--fps", type=float, default=30.0, show_default=True, help="Frames a second."),
            click.option("--frames", type=int, default=200, show_default=True, metavar="N", help="At most so many."),
            click.option("--hold", type=float, default=1.5, show_default=True, metavar="S", help="Seconds at the end."),
        ]
    ):
        command = option(command)
    return command


def scene_options(command: Command) -> Command:
    """The options of every command that draws a race, by whatever way it is drawn."""
    command = click.option("--quiet", is_flag=True, help="No progress, no notes.")(command)
    command = click.option(
        "--trust", is_flag=True, help="With --from: run the files and modules that the recipe names."
    )(command)
    command = click.option(
        "--from", "recipe", metavar="FILE", help="Make again what FILE shows, by the recipe it carries."
    )(command)
    command = picture_options(command)
    command = click.option(
        "--seed",
        type=int,
        default=0,
        show_default=True,
        metavar="N",
        help="Fixes minibatches, noise and random starts.",
    )(command)
    command = click.option(
        "--start",
        multiple=True,
        metavar="X,Y|random:N|grid:AxB",
        help="Where all begin; several, or repeated: a swarm.  [default: the surface's]",
    )(command)
    command = race_options(command)
    return click.option(
        "--surface", metavar="NAME", shell_complete=complete_surface, help="A name, or a file of yours."
    )(command)


def table_options(command: Command) -> Command:
    """The options of a table."""
    formats = click.Choice(["table", "json", "csv", "markdown"])
    command = click.option("--json", "as_json", is_flag=True, help="The same as --format json.")(command)
    return click.option(
        "--format", "form", type=formats, default="table", show_default=True, help="How it is printed."
    )(command)


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "Examples:\n\n\b\n" + "\n".join(f"  {line}" for line in lines)
