# Five verbs for whoever works on optviz; all of them work in .venv. `make` lists them.
.PHONY: help install test quick lint docs

help:
	@sed -nE 's/^([a-z]+):.*  ## /make \1\t/p' Makefile | expand -t 16

install: .venv/installed  ## optviz as it stands here, with all that tests, lint and documentation need
test: install  ## every test, with coverage; tests of pages where chromium is installed
	.venv/bin/pytest -n auto --cov
quick: install  ## the tests of a second or two and less
	.venv/bin/pytest -n auto -m "not slow"
lint: install  ## format, lint and types
	.venv/bin/ruff format .
	.venv/bin/ruff check .
	.venv/bin/mypy
docs: install  ## the documentation, as docs/_build/index.html
	.venv/bin/sphinx-build -W --keep-going docs docs/_build

.venv/installed: pyproject.toml
	python3 -m venv .venv
	.venv/bin/pip install --quiet -e '.[all,test,browser,docs,lint]'
	touch $@
