"""Hypothesis, where it is installed; without it the tests that draw their examples are skipped, and no others."""

import pytest

try:
    from hypothesis import assume, given, settings
    from hypothesis import strategies as st
except ImportError:

    class _Strategy:
        """Stands where a strategy would, whatever is made of it."""

        def __getattr__(self, name):
            return self

        def __call__(self, *arguments, **options):
            return self

        def __or__(self, other):
            return self

    assume = st = _Strategy()

    def given(*strategies, **named):
        return pytest.mark.skip(reason="needs hypothesis, of the extra test")

    def settings(**options):
        return lambda test: test


__all__ = ["assume", "given", "settings", "st"]
