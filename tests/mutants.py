"""Break optviz on purpose, one line at a time, and see whether the tests notice.

    python tests/mutants.py [--only WORDS] [--jobs N] [--list]

The mutants stand in ``tests/mutations/*.toml``, one file a package: what is broken in words, the file, the text before
and after, and the test files that should turn red. Each is applied to a copy of the tree. The command ends with 1 where
more than one in twenty survives, and names those that do. `tests/test_mutants.py` sees to it that the list stays true.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tests" / "mutations"
LEAST = 0.95
"""The least share of mutants that must be killed."""

_COPIED = (
    "optviz",
    "surfaces",
    "gallery",
    "tests",
    "docs",
    "benchmarks",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
)
_TIMEOUT = 600  # seconds: a mutant that makes a loop endless is killed, too


@dataclass(frozen=True)
class Mutant:
    """One fault, put in on purpose."""

    what: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def applied(self, text: str) -> str:
        """The text of its file with the fault in it."""
        if text.count(self.before) != 1:
            raise ValueError(f"{self.what}: {self.before!r} stands {text.count(self.before)} times in {self.file}")
        return text.replace(self.before, self.after)


def mutants() -> list[Mutant]:
    """All of them, in the order of their files."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.toml")))
    entries = (entry for text in texts for entry in tomllib.loads(text)["mutant"])
    return [Mutant(**entry | {"tests": tuple(entry["tests"])}) for entry in entries]


def killed(mutant: Mutant, tree: Path) -> bool:
    """Whether a test turns red with the fault in a copy of the tree, which is whole again afterwards."""
    path = tree / mutant.file
    sound = path.read_text(encoding="utf-8")
    path.write_text(mutant.applied(sound), encoding="utf-8")
    try:
        return _pytest(mutant.tests, tree) in (1, 2)  # a test fails, or cannot even be collected
    finally:
        path.write_text(sound, encoding="utf-8")


def _pytest(tests: Sequence[str], tree: Path) -> int:
    """pytest's exit code; 1 where it does not end in time."""
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        return subprocess.run(
            words, cwd=tree, env=environment, capture_output=True, timeout=_TIMEOUT, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return 1


def _copied(folder: Path, number: int) -> Path:
    tree = folder / str(number)
    tree.mkdir()
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.gif", "*.webp", "*.mp4")
            )
        else:
            shutil.copy(source, tree / name)
    return tree


def survivors(chosen: Sequence[Mutant], jobs: int) -> Iterator[tuple[Mutant, bool, float]]:
    """Each mutant, whether it is killed, and how long that took, in the order of the list."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(jobs) as pool:
        trees: Queue[Path] = Queue()
        for number in range(jobs):
            trees.put(_copied(Path(name), number))
        named = sorted({test for mutant in chosen for test in mutant.tests})
        if _pytest(["--collect-only", *named], trees.queue[0]):
            raise SystemExit(
                "the tests cannot be collected even without a fault: is optviz installed with its test extra?"
            )

        def tried(mutant: Mutant) -> tuple[Mutant, bool, float]:
            tree, began = trees.get(), time.perf_counter()
            try:
                return mutant, killed(mutant, tree), time.perf_counter() - began
            finally:
                trees.put(tree)

        yield from pool.map(tried, chosen)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default="", help="those alone whose file or words hold this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="name them and end")
    options = parser.parse_args()
    chosen = [each for each in mutants() if options.only in f"{each.file} {each.what}"]
    if options.list:
        print("\n".join(f"{each.file}: {each.what}" for each in chosen))
        return 0
    alive = 0
    for mutant, is_killed, seconds in survivors(chosen, options.jobs):
        alive += not is_killed
        print(f"{'killed  ' if is_killed else 'SURVIVED'} {seconds:5.1f} s  {mutant.file}: {mutant.what}", flush=True)
    share = 1 - alive / max(1, len(chosen))
    print(f"{len(chosen) - alive} of {len(chosen)} killed, {share:.0%}")
    return int(share < LEAST)


if __name__ == "__main__":
    sys.exit(main())
