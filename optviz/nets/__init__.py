"""Real networks, trained by the very optimizers that race on surfaces: a network is one vector of shape (P,).

Data (`data`) is split and standardized (`splits`); layers (`layers`) make a network (`network`) whose derivatives are
autograd's and a few written by hand (`primitives`); training (`training`) runs several optimizers under equal
conditions.
"""
