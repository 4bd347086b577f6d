"""Displayed numbers, with the bounds that their digits leave open."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from tests.recombine.intervals import Interval, exact

DIGITS = 4
FEWEST = 3  # of a number that is too long for its cell


class Unreadable(ValueError):
    """Something on the page that nobody has taught this reader."""


def number(text: str) -> float:
    """The number that a text writes. Raises: Unreadable."""
    plain = text.strip().replace("−", "-").replace("∞", "inf").replace("NaN", "nan")
    try:
        return float(plain)
    except ValueError:
        raise Unreadable(f"“{text}” is no number") from None


@cache
def bounds(text: str, whole: str = "", digits: int = DIGITS) -> Interval:
    """All numbers that show as `text`: half a unit of the last of `digits` significant digits (or more) either way.

    Zeros at the end are not shown, so 0.5 stands for 0.49995 to 0.5005 by itself; where the whole number, which the
    page tells on pointing at it, is just what is shown, it is that number alone.
    """
    value = number(text)
    if value == 0 or not math.isfinite(value):
        return exact(value)  # only 0 itself shows as 0
    if whole and abs(number(whole)) == abs(value):
        return exact(value)
    size = abs(value)
    exponent = math.floor(math.log10(size) + 1e-12)
    figures = len(text.partition("e")[0].lstrip("−0.").replace(".", ""))
    half = 0.5 * 10.0 ** (exponent - max(digits, figures if "." in text else 0) + 1)
    at_power_of_ten = math.isclose(size, 10.0**exponent, rel_tol=1e-9)
    below = half / 10 if at_power_of_ten else half
    low, high = size - below, size + half
    ends = (low, high) if value > 0 else (-high, -low)
    return Interval(np.array([[ends[0]]]), np.array([[ends[1]]]))


def cell(text: str, whole: str = "") -> Interval:
    """A number in a cell of the stage, where a long one gives up digits."""
    long = "e" in text and len(text) > len("−1.2e−12")
    return bounds(text, whole, FEWEST if long else DIGITS)
