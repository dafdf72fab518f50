"""Numbers as a reader is told of them: in few digits and rounded as one learns it at school, or as they were given.

A number is rounded from the shortest decimal that stands for it, which is what its user wrote: half a digit goes away
from zero, so that 0.0195 is 0.02 in two digits, though the nearest double lies a little below. The player's
``numbers.js`` does the same; one table of cases tests both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import pairwise

_GIVEN = 8  # digits of a number that was given, at the most
_ALL = Context(prec=800, rounding=ROUND_HALF_UP)  # of any double


def rounded(value: float, digits: int) -> Decimal:
    """A finite number in so many significant digits.

    Example:
        >>> rounded(0.0195, 2), rounded(133.79, 3)
        (Decimal('0.020'), Decimal('134'))
    """
    return Context(prec=digits, rounding=ROUND_HALF_UP).plus(Decimal(repr(float(value))))


def fixed(value: float, places: int) -> str:
    """A finite number with so many decimals.

    Example:
        >>> fixed(24.25, 1), fixed(-0.004, 2)
        ('24.3', '0.00')
    """
    return _signed(f"{_cut(Decimal(repr(float(value))), places):f}")


def tick_label(value: float, digits: int = 6) -> str:
    """A number in so many digits, as far as it needs them; as a power of ten where that is shorter by far.

    Example:
        >>> tick_label(-0.5), tick_label(100000.0), tick_label(-2e6)
        ('−0.5', '100000', '−2e6')
    """
    number = rounded(value, digits)
    return _plain(number) if not number or -5 < number.adjusted() < max(6, digits) else _power(number)


def power_labels(values: Sequence[float]) -> list[str]:
    """Numbers as powers of ten, in as few digits as tell them apart and are exact.

    Example:
        >>> power_labels([-200000.0, -100000.0, 0.0])
        ['−2e5', '−1e5', '0']
    """
    found: list[str] = []
    for digits in range(1, 18):
        numbers = [rounded(value, digits) for value in values]
        found = [_power(number) if number else "0" for number in numbers]
        exact = all(
            math.isclose(float(number), value, rel_tol=1e-12) for number, value in zip(numbers, values, strict=True)
        )
        if exact and len(set(found)) == len(found):
            break
    return found


def exact_label(value: float) -> str:
    """A number in all its digits, as a power of ten where that is shorter.

    Example:
        >>> exact_label(1e9), exact_label(1234567.0)
        ('1e9', '1234567')
    """
    number = Decimal(repr(float(value)))
    return min(_plain(number), _power(number), key=len) if number else "0"


def apart(values: Sequence[float]) -> list[str]:
    """Numbers in as many digits, six at least, as give them to a tenth of their smallest distance.

    Example:
        >>> apart([1000000000.0, 1000000000.5]), apart([])
        (['1000000000', '1000000000.5'], [])
    """
    each = sorted(set(values))
    least = min((high - low for low, high in pairwise(each)), default=math.inf)
    for digits in range(6, 17):
        found = [tick_label(value, digits) for value in values]
        aside = (abs(float(words.replace("−", "-")) - value) for words, value in zip(found, values, strict=True))
        if len(set(found)) == len(each) and max(aside, default=0.0) < 0.1 * least:
            return found
    return [exact_label(value) for value in values]


def loss_label(value: float) -> str:
    """A loss in three digits.

    Example:
        >>> [loss_label(value) for value in (24.2, -0.5, 0.00012, 1234567.0, float("nan"))]
        ['24.2', '−0.500', '1.2e−4', '1.2e6', 'diverged']
    """
    if not math.isfinite(value):
        return "diverged"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 9999.5:
        return fixed(value, max(0, 2 - rounded(value, 3).adjusted()))
    number = rounded(value, 2)
    return f"{_signed(f'{number.scaleb(-number.adjusted()):.1f}')}e{_signed(str(number.adjusted()))}"


def rate_cell(rate: float, rule: str) -> str:
    """A learning rate as tables have it, which programs read, too.

    Example:
        >>> rate_cell(0.031622776, "tuned"), rate_cell(0.00001234567, "given")
        ('0.0316', '1.234567e-5')
    """
    return rate_text(rate, rule, 3).replace("−", "-")


def percent_label(share: float) -> str:
    """A share in percent, with one decimal.

    Example:
        >>> percent_label(0.98765)
        '98.8 %'
    """
    return f"{_signed(str(_cut(Decimal(repr(float(share))).scaleb(2), 1)))} %"


def rate_text(rate: float, rule: str = "tuned", digits: int = 2) -> str:
    """A learning rate: a tuned one in so many digits, one that was given by rule ``given`` or ``same`` as it was given.

    A power of ten only below 0.0001 or above 10000.

    Example:
        >>> [rate_text(rate) for rate in (0.0316, 1.0, 100.0, 316.2, 1e5, 2.5e-5, 1e30)]
        ['0.032', '1', '100', '316', '1e5', '2.5e−5', '1e30']
        >>> rate_text(0.0195, "given")
        '0.0195'
    """
    given = rule != "tuned"
    if given:
        number = rounded(rate, _GIVEN)
    else:
        number = rounded(rate, digits)
        if 10 ** (digits - 0.5) <= abs(rate) <= 1e4:
            number = _cut(Decimal(repr(float(rate))), 0)
    plain = _plain(number)
    if rate == 0 or 1e-4 <= abs(rate) <= 1e4:
        return plain
    power = _power(number)
    return power if len(power) < len(plain) or not given else plain


def _cut(number: Decimal, places: int) -> Decimal:
    """A number with so many decimals; none is a zero with a sign."""
    return _ALL.plus(number.quantize(Decimal(1).scaleb(-places), context=_ALL))


def _plain(number: Decimal) -> str:
    return _signed(f"{number.normalize(_ALL) if number else Decimal(0):f}")


def _power(number: Decimal) -> str:
    """A number as a mantissa and a power of ten."""
    exponent = number.adjusted()
    return f"{_plain(number.scaleb(-exponent))}e{_signed(str(exponent))}"


def _signed(number: str) -> str:
    """A number with a true minus."""
    return number.replace("-", "−")
