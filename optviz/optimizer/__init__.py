"""The optimizers: one contract (`protocol`), one file a family, one registry.

To add one: write its class in its family's file, name it once in `OPTIMIZERS`, and add a row of reference
values to the tests.
"""

from __future__ import annotations

from optviz.optimizer.descent import QHM, SGD, Momentum, Nesterov
from optviz.optimizer.moments import Adam
from optviz.optimizer.protocol import Optimizer
from optviz.optimizer.stack import Stack

OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.name: kind
    for kind in (
        SGD,
        Momentum,
        Nesterov,
        QHM,
        Adam,
    )
}
