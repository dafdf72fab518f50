"""Numbers in words: what they keep of a value, whatever it is."""

import itertools
import math
import random

import pytest

from optviz.numerals import apart, exact_label, loss_label, percent_label, power_labels, rate_text


def read(words):
    return float(words.replace("−", "-").removesuffix(" %"))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_says_so(value):
    assert loss_label(value) == "diverged"


@pytest.mark.parametrize("power", range(-12, 13))
def test_a_loss_keeps_its_size(power):
    for digits in (1.0, 2.344, 9.874):
        value = digits * 10.0**power
        assert read(loss_label(value)) == pytest.approx(value, rel=0.005 if -3 <= power <= 3 else 0.05)
        assert read(loss_label(-value)) == -read(loss_label(value))
        assert len(loss_label(value)) <= 7


def test_a_share_is_told_in_percent():
    for thousandths in range(1001):
        assert read(percent_label(thousandths / 1000)) == thousandths / 10


def test_values_that_differ_have_words_that_differ_by_nearly_as_much():
    draw = random.Random(5)
    for _ in range(300):
        middle, width = draw.choice([0, 1, -1]) * 10 ** draw.uniform(-3, 9), 10 ** draw.uniform(-5, 5)
        values = [middle + width * share for share in (0.0, 0.11, 0.5, 1.0)]
        words = apart(values)
        least = min(high - low for low, high in itertools.pairwise(values))
        assert len(set(words)) == 4
        for value, said in zip(values, words, strict=True):
            assert abs(read(said) - value) <= 0.1 * least


def test_words_of_what_is_exact_are_exact():
    for value in (1e9, 1234567.0, -0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 0.0):
        assert read(exact_label(value)) == value
    steps = [-250000.0, -125000.0, 0.0, 125000.0]
    assert [read(each) for each in power_labels(steps)] == steps


@pytest.mark.parametrize("rule", ["same", "given"])
def test_a_rate_that_somebody_named_is_told_as_it_was(rule):
    for rate in (0.0195, 133.79, 0.012345, 12345.678, 0.00001234):
        assert read(rate_text(rate, rule)) == rate
    assert read(rate_text(0.0195, "tuned")) == 0.02
