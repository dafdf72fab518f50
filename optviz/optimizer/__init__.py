"""The optimizers: one contract (`protocol`), one file a family, one registry.

To add one: write its class in its family's file, name it once in `OPTIMIZERS`, and add a row of reference
values to the tests.
"""

from __future__ import annotations

from optviz.optimizer.adaptive import AdaDelta, AdaGrad, RMSProp
from optviz.optimizer.descent import QHM, SGD, Momentum, Nesterov
from optviz.optimizer.moments import Adam, AdamW, NAdam, RAdam
from optviz.optimizer.protocol import Optimizer, checked_step, guarding
from optviz.optimizer.sign import Lion
from optviz.optimizer.stack import Stack
from optviz.optimizer.variance import AdaBelief, AdaMax, AMSGrad, Yogi

__all__ = ["OPTIMIZERS", "Optimizer", "Stack", "checked_step", "guarding"]

OPTIMIZERS: dict[str, type[Optimizer]] = {
    kind.name: kind
    for kind in (
        SGD,
        Momentum,
        Nesterov,
        AdaGrad,
        RMSProp,
        Adam,
        AdaDelta,
        AdaMax,
        NAdam,
        RAdam,
        AMSGrad,
        AdamW,
        Lion,
        AdaBelief,
        Yogi,
        QHM,
    )
}
