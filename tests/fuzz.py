"""Try to break optviz as a stranger would: `python tests/fuzz.py` runs all kinds, a name runs one of them.

    python tests/fuzz.py                     20 000 command lines, 5 000 damaged files, 5 000 calls, 100 interruptions
    python tests/fuzz.py commands --count 500 --seed 7

A failure is printed with what makes it again; the exit code is 1 where there is any. Each kind has a module beside this
one, and a small seeded part of it runs in the suite.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

COUNTS = {"commands": 20_000, "files": 5_000, "python": 5_000, "interrupts": 100}


def main() -> int:
    """Run the kinds that are asked for; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", choices=[*COUNTS, []], help="all unless named")
    parser.add_argument("--count", type=int, help="how many of each")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    failed = 0
    for kind in asked.kinds or COUNTS:
        count, began = asked.count or COUNTS[kind], time.monotonic()
        failures = importlib.import_module(f"tests.fuzz_{kind}").run(count, asked.seed)
        for failure in failures:
            print(failure)
        print(f"{kind}: {count} tried from seed {asked.seed}, {len(failures)} failed, {time.monotonic() - began:.0f} s")
        failed += len(failures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
