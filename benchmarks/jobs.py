"""The jobs that render.py measures, each in a process of its own: ``python benchmarks/jobs.py NAME '{"option": …}'``.

A job prepares (imports, the race), measures its work, and prints what it measured as JSON.
"""

from __future__ import annotations

import inspect
import json
import os
import resource
import statistics
import sys
import time
from functools import partial
from importlib.util import find_spec
from itertools import chain, cycle, islice
from pathlib import Path

SIZE = (800, 600)
USUAL = {
    "usual": {},
    "usual, over a bitmap": {"still": True},
    "usual, blit=True": {"blit": True},
    "usual, quick ffmpeg": {"ffmpeg": ["-preset", "veryfast", "-crf", "20"]},  # as optviz has it
}


def film(way, path, frames=200, size=SIZE, surface="rosenbrock", jobs=1, again=0):
    """Render a film to a file: seconds after the imports, CPU seconds, peak memory in MB.

    Memory counts this process and the largest of its helpers, so of what both share it counts too much. `again` is how
    often to time the same once more in the same process.
    """
    make = maker(way, a_race(surface, frames), path, frames, size, jobs)
    before = peak()
    begin, cpu = time.perf_counter(), cpu_seconds()
    make()
    seconds, cpu = time.perf_counter() - begin, cpu_seconds() - cpu
    most = peak() + peak(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds,
        "cpu": cpu,
        "peak": most,
        "before": before,
        "bytes": Path(path).stat().st_size,
        "again": [clocked(make) for _ in range(again)],
    }


def quality(way, path, frames=200, size=SIZE, surface="rosenbrock", shown=8):
    """PSNR (dB) of some frames of a GIF against the same renderer's own, drawn alone in full colour."""
    import numpy as np
    from PIL import Image

    race = a_race(surface, frames)
    if way == "optviz":
        from optviz.draw import Film
        from optviz.scene import scene_of

        source = Film(scene_of(race, frames=frames, size=size))

        def truth(k):
            return source.frame(k)
    else:
        from funcanimation import Drawing

        drawing = Drawing(race, size, frames, **USUAL[way])

        def truth(k):
            drawing.update(drawing.shots[k])
            drawing.figure.canvas.draw()
            return np.array(drawing.figure.canvas.buffer_rgba())

    found = []
    with Image.open(path) as image:
        assert image.n_frames == frames, f"{path} has {image.n_frames} frames"
        for k in np.linspace(0, frames - 1, min(shown, frames)).astype(int).tolist():
            image.seek(k)
            true = np.ascontiguousarray(truth(k)).view(np.uint8).reshape(size[1], size[0], 4)[..., :3]
            error = np.square(np.asarray(image.convert("RGB"), dtype=float) - true).mean()
            found.append(float(10 * np.log10(255**2 / max(error, 1e-9))))
    return {"least": min(found), "mean": statistics.mean(found)}


def growth(size, runs, few=100, many=400, repeats=3, folder="."):
    """What a film costs, by the number of its frames: milliseconds of CPU time once, and for each frame.

    CPU time, as other processes do not lengthen it; in quiet it is what a clock shows, since one thread works.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy: its idle threads spin, and that is CPU time
    from optviz.draw import Film
    from optviz.encode import save
    from optviz.scene import scene_of

    path = Path(folder) / "growth.gif"
    races = {frames: a_race("rosenbrock", frames, lineup(runs)) for frames in (few, many)}

    def make(frames):
        save(Film(scene_of(races[frames], frames=frames, size=size)), path)

    make(few)
    taken = {few: [], many: []}
    for _ in range(repeats):
        for frames, times in taken.items():
            begin = time.process_time()
            make(frames)
            times.append(1000 * (time.process_time() - begin))
    short, long = (statistics.median(times) for times in taken.values())
    each = (long - short) / (many - few)
    return {"each": each, "once": short - few * each}


def stages(path, frames=200, size=SIZE, surface="rosenbrock"):
    """Where the time of ``optviz animate`` goes once all is imported, in milliseconds."""
    import optviz
    from optviz.draw import Film
    from optviz.encode import save
    from optviz.scene import scene_of

    choose_rates, run = optviz.choose_rates, optviz.race
    clock = Clock()
    rates = choose_rates(surface)
    clock.lap("learning rates by the rule")
    race = run(surface, [f"{label}:lr={choice.lr!r}" for label, choice in rates.items()], steps=max(200, frames - 1))
    clock.lap("the race")
    source = Film(scene_of(race, frames=frames, size=size))
    clock.lap("static picture, strokes of the trails")
    drawing = Stopwatch()
    save(source, Path(path), drawing.watch(source.frames(), lambda: clock.lap("last frame alone, palette from it")))
    clock.lap("encoding, writing")
    clock.laps["encoding, writing"] -= 1000 * drawing.seconds
    return clock.laps | {"drawing the frames": 1000 * drawing.seconds}


def view(which, way, path, frames=200, size=SIZE, spans=(4, 12)):
    """Milliseconds a frame takes in a film of one of the other views, all of the film's work included.

    FuncAnimation takes long: what a film costs once and for each frame is found from two short ones.
    """
    from views import SURFACE, VIEWS

    import optviz

    wanted = VIEWS[which]
    race = optviz.race(SURFACE, **wanted.race)
    if way == "optviz":
        from optviz.draw import Film
        from optviz.encode import save
        from optviz.scene import scene_of

        begin = time.perf_counter()
        source = Film(scene_of(race, size=size, frames=frames, **wanted.picture))
        save(source, Path(path), jobs=wanted.jobs)
        return {"ms": 1000 * (time.perf_counter() - begin) / len(source), "frames": len(source)}
    import funcviews

    few, many = (clocked(partial(funcviews.save, race, path, wanted.kind, count, size)) for count in spans)
    each = (many - few) / (spans[1] - spans[0])
    return {"ms": 1000 * (each + (few - spans[0] * each) / frames), "frames": frames}


def memory(which, path, frames=800, size=(1920, 1080)):
    """The most memory, in MB, that a process holds which saves a long film of a view."""
    from views import LONG, SURFACE

    import optviz
    from optviz.draw import Film
    from optviz.encode import save
    from optviz.scene import scene_of

    race = optviz.race(SURFACE, steps=frames - 1, lr=0.01)
    save(Film(scene_of(race, size=size, frames=frames, **LONG[which])), Path(path))
    return {"peak": peak()}


def available(what):
    """Whether optviz can do it: ``jobs`` (several processes), or write a suffix such as ``.mp4``."""
    from optviz import encode

    if what in (".mp4", ".webm") and find_spec("imageio_ffmpeg") is None:
        return False
    return what in inspect.signature(encode.save).parameters or what in encode.ENCODERS


JOBS = {job.__name__: job for job in (film, quality, growth, stages, view, memory, available)}


def maker(way, race, path, frames, size, jobs):
    """A function that makes the film; everything it needs is imported already."""
    if way == "optviz":
        from optviz.draw import Film
        from optviz.encode import save
        from optviz.scene import scene_of

        more = {"jobs": jobs} if jobs > 1 else {}
        return lambda: save(Film(scene_of(race, frames=frames, size=size)), Path(path), **more)
    import funcanimation

    return lambda: funcanimation.save(race, path, frames, size, **USUAL[way])


def a_race(surface, frames, optimizers=()):
    """A race long enough for so many frames."""
    import optviz

    more = {"optimizers": optimizers} if optimizers else {}
    return optviz.race(surface, steps=max(200, frames - 1), **more)


def lineup(runs):
    """So many optimizers, all different: the fair rates on Rosenbrock's function, then shares of them."""
    import optviz
    from optviz.catalog import DEFAULT_OPTIMIZERS

    names = list(dict.fromkeys([*DEFAULT_OPTIMIZERS, *optviz.optimizers()]))
    rates = {label: choice.lr for label, choice in optviz.choose_rates("rosenbrock", names[:runs]).items()}
    turns = chain.from_iterable([share] * len(names) for share in (1, 0.7, 0.5, 0.35))
    return [
        f"{name}:lr={rates[name] * share!r}" for name, share in islice(zip(cycle(names), turns, strict=False), runs)
    ]


class Clock:
    """Laps in milliseconds, by name."""

    def __init__(self):
        self.laps, self._last = {}, time.perf_counter()

    def lap(self, name):
        now = time.perf_counter()
        self.laps[name], self._last = 1000 * (now - self._last), now


class Stopwatch:
    """How long an iterator works, in seconds."""

    seconds = 0.0

    def watch(self, items, at_first):
        """The same items; `at_first` is called when the first is asked for."""
        at_first()
        while True:
            begin = time.perf_counter()
            item = next(items, None)
            self.seconds += time.perf_counter() - begin
            if item is None:
                return
            yield item


def clocked(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def cpu_seconds():
    """CPU time so far, of this process and of those it waited for."""
    both = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def peak(who=resource.RUSAGE_SELF):
    """The most memory held so far, in MB; of children, the largest one's."""
    return resource.getrusage(who).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](**json.loads(sys.argv[2]))))
