"""The command line: a file a command, and the only place that knows click. Ctrl-C while it loads ends in silence."""

from __future__ import annotations

import sys

try:
    from optviz.cli.program import COMMANDS, main
except KeyboardInterrupt:  # nothing has begun
    sys.exit(130)

__all__ = ["COMMANDS", "main"]
