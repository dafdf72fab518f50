"""Sphinx: ``pip install -e '.[docs]' && sphinx-build -W docs docs/_build``."""

import optviz

project = "optviz"
author = "the optviz contributors"
release = optviz.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
napoleon_google_docstring = True
