"""Small trainings to draw, and the law that their films must obey."""

import numpy as np

import optviz


def trained(data="moons:samples=120", hidden=(8, 5), optimizers=("sgd:lr=0.5", "adam:lr=0.03"), kind="tanh", **options):
    loaded = optviz.load_data(data)
    network = optviz.perceptron(loaded.features, loaded.classes, hidden, kind=kind)
    options = {"epochs": 6, "batch_size": 24, "snapshots": 13} | options
    return optviz.train(loaded, network, list(optimizers), **options)


def obeys_the_law(film, every=3):
    """Frame k drawn alone is frame k of the film, and what changes lies where the film says."""
    before = None
    for index, frame in enumerate(film.frames()):
        if index % every == 0 or index == len(film) - 1:
            assert np.array_equal(frame.pixels, film.frame(index)), index
        if before is not None:
            changed = frame.pixels != before
            left, top, right, bottom = frame.changed
            changed[top:bottom, left:right] = False
            assert not changed.any(), index
        before = frame.pixels.copy()
    return True
