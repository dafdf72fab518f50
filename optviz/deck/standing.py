"""Frames of a film that are seen one by one: those whose numbers are of their own step.

In a running film numbers change about five times a second, because nobody can read thirty; a frame between two changes
has those of the last. Its recipe tells which frames have their own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optviz.errors import OptvizError
from optviz.picture import Picture
from optviz.slide import Slide

_TIMES = ("frames", "fps", "hold", "show")  # the options of a picture on which its times depend


def standing(slide: Slide, numbers: Sequence[int]) -> list[int]:
    """For each of a film's frames by number, the latest up to there whose numbers are of its own step.

    Of a film whose recipe is not known, or is not that of a film of this length, the frames themselves.
    """
    if slide.recipe is None:
        return list(numbers)
    options = {key: value for key, value in slide.recipe.picture.items() if key in _TIMES}
    try:
        shots = Picture(**options).timeline(slide.recipe.steps).shots
    except (OptvizError, TypeError, ValueError, OverflowError):  # a recipe that anybody may have written
        return list(numbers)
    ends, files = np.cumsum([shot.duration for shot in shots]), np.cumsum(slide.image.durations)
    if ends[-1] != files[-1]:
        return list(numbers)
    own = ends[[shot.reading == shot.step for shot in shots]]
    seen = np.searchsorted(files, own, side="left")  # as each of them ends: parts of frames come before the whole
    return [int(seen[place - 1]) for place in np.searchsorted(seen, numbers, side="right")]
