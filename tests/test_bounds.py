"""Intervals, whole numbers, words and names: what is taken and what is refused, at the very borders."""

import math

import numpy as np
import pytest

import optviz
from optviz.bounds import flag, number, number_of, rate, whole, whole_of, within
from optviz.catalog import load_surface, surface_names
from optviz.errors import ArgumentError, UnknownNameError
from optviz.kinds import several, word, words

ABOVE, BELOW = np.nextafter(2.0, 3), np.nextafter(2.0, 1)


@pytest.mark.parametrize("first", "[(")
@pytest.mark.parametrize("last", ")]")
def test_an_end_lies_in_an_interval_where_its_bracket_is_square(first, last):
    allowed = f"{first}-1, 2{last}"
    ends = {-1.0: first == "[", 2.0: last == "]", ABOVE: False, BELOW: True, np.nextafter(-1.0, -2): False}
    for value, inside in {**ends, 0.0: True, math.nan: False, math.inf: False, -math.inf: False}.items():
        assert within(value, allowed) is inside
        assert within(np.array([0.5, value]), allowed) is inside
        if inside:
            assert number("it", value, allowed) == value
        else:
            with pytest.raises(ArgumentError, match="it must be a number in"):
                number("it", value, allowed)


@pytest.mark.parametrize(("value", "taken"), [(0, 0), (3, 1), (4, 1), (5, 0), (3.0, 1), (3.5, 0), (True, 0), ("3", 0)])
def test_whole_numbers_lie_between_both_ends_and_are_whole(value, taken):
    if taken:
        assert whole("it", value, 1, 4) == value
    else:
        with pytest.raises(ArgumentError, match="it must be a whole number from 1 to 4, not"):
            whole("it", value, 1, 4)


@pytest.mark.parametrize("odd", [True, False, np.True_, None, "1", [1], 1j])
def test_what_is_no_number_becomes_none(odd):
    assert number_of(odd) is None
    assert whole_of(odd) is None


@pytest.mark.parametrize("odd", [0, 1, "true", None, 1.0])
def test_numbers_and_words_are_no_switches(odd):
    with pytest.raises(ArgumentError, match="it must be true or false"):
        flag("it", odd)


@pytest.mark.parametrize("bad", [0, -0.1, math.inf, math.nan, "fast", True])
def test_a_rate_is_above_0_and_finite(bad):
    with pytest.raises(ArgumentError, match=r"lr must be a number in \(0, inf\) or 'auto'"):
        rate(bad)
    assert (rate(5e-324), rate(None), rate("auto")) == (5e-324, "auto", "auto")


def test_an_unknown_word_is_answered_with_the_nearest():
    for call in (
        lambda: word("series", "los", ("loss", "step")),
        lambda: words("series", "step, los", ("loss", "step")),
    ):
        with pytest.raises(UnknownNameError, match=r"no series is called 'los'. Did you mean 'loss'\?"):
            call()


def test_several_numbers_are_as_many_as_are_asked_for_and_finite():
    assert several("1,-2", 2) == (1, -2)
    for odd in ("1", "1,2,3", "1,nan", "1,inf", "a,b", (1, None), (1, 2, 3), [True, 1]):
        assert several(odd, 2) is None


@pytest.mark.parametrize("name", surface_names())
def test_a_surface_is_found_however_its_name_is_written(name):
    for written in (name, name.upper(), f" {name.replace('-', '_')} "):
        assert load_surface(written).name == name


def test_who_races_unless_somebody_says():
    assert optviz.race("booth", lr=0.01, steps=1).labels == ("sgd", "momentum", "adagrad", "rmsprop", "adam")
