"""Scenes of trainings: what a network's training looks like, as the same pure data that a race becomes."""

from optviz.netscenes.moments import moments_of
from optviz.netscenes.portrait import PLANES, SHOWS, Portrait, portrait_of, snapshots_for
from optviz.netscenes.recall import portrait_again, recipe_of_training, train_again, train_from
from optviz.netscenes.scenes import scene_of_training

__all__ = [
    "PLANES",
    "SHOWS",
    "Portrait",
    "moments_of",
    "portrait_again",
    "portrait_of",
    "recipe_of_training",
    "scene_of_training",
    "snapshots_for",
    "train_again",
    "train_from",
]
