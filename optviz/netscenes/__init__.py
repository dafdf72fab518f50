"""Scenes of trainings: what a network's training looks like, as the same pure data that a race becomes."""

from optviz.netscenes.portrait import PLANES, SHOWS, Portrait, portrait_of, snapshots_for
from optviz.netscenes.scenes import scene_of_training

__all__ = ["PLANES", "SHOWS", "Portrait", "portrait_of", "scene_of_training", "snapshots_for"]
