"""What was measured, as tables in Markdown, and beside its goals."""

from __future__ import annotations

AGAIN = "optviz, again in the process"


def tell(title, measured):
    """A table of films; the first is the measure of the others."""
    first = next(iter(measured.values()))
    head = ["", "s", "times as fast", "CPU s", "times less", "file, KB", "share"]
    head += ["peak, MB", "share", "above imports, MB", "share", "PSNR, dB: mean", "least"]
    rows = []
    for name, this in measured.items():
        row = [name, seconds(this["seconds"]), times(first["seconds"] / this["seconds"])]
        row += [seconds(this["cpu"]), times(first["cpu"] / this["cpu"])]
        row += [f"{this['bytes'] / 1000:.0f}", f"{this['bytes'] / first['bytes']:.2f}"]
        more, firsts = this["peak"] - this["before"], first["peak"] - first["before"]
        row += [f"{this['peak']:.0f}", f"{this['peak'] / first['peak']:.2f}", f"{more:.0f}", f"{more / firsts:.2f}"]
        rows.append([*row, *(f"{this['psnr'][key]:.1f}" if "psnr" in this else "" for key in ("mean", "least"))])
        if this["again"] is not None:
            rows.append([AGAIN, seconds(this["again"]), times(first["seconds"] / this["again"]), *[""] * 10])
    print(f"## {title}\n")
    show(head, rows)


def show(head, rows):
    """A table in Markdown that is also readable as it is."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rows = [head, ["-" * width for width in widths], *rows]
    for row in rows:
        first, *others = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("| " + " | ".join([first, *others]) + " |")
    print()


def faster(usual, ours):
    """How many times as fast, undisturbed: of clock and CPU time, what is less, as both have one thread that works.

    Other work on the machine lengthens the one, idle threads of the BLAS, which spin, the other.
    """
    slow, fast = (min(each["seconds"], each["cpu"]) for each in (usual, ours))
    return slow / fast


def judge(goals):
    print("## Goals\n")
    rows = [
        [name, f"{sign} {goal:g}", f"{got:.2f}", "met" if (got >= goal if sign == "≥" else got <= goal) else "missed"]
        for name, (got, goal, sign) in goals.items()
    ]
    show(["", "goal", "measured", ""], rows)


def seconds(value):
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def times(ratio):
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


def by(size):
    return "x".join(map(str, size))
