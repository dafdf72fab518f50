"""What several tests begin with: a recipe, and a user's optimizer."""

import optviz
from optviz.recipe import Recipe

RECIPE = Recipe(
    version=optviz.__version__,
    command="animate",
    surface="booth",
    runs=(("sgd:lr=0.05", "given"),),
    start=(5.0, -8.0),
    steps=12,
    seed=3,
    noise=0.0,
    clip=None,
    batch_size=None,
)

RULE = """from dataclasses import dataclass
from optviz.optimizer import Optimizer
@dataclass(frozen=True, kw_only=True)
class Mine(Optimizer):
    name = title = "mine"
    def init(self, params):
        return 0
    def update(self, gradient, state, params):
        state = state + 1
        return {}, state
"""
"""The file of an optimizer; its step, from `gradient` and `state`, the number of steps so far, stands in braces."""
