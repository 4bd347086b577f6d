"""Reading a number that a person typed. Nothing is evaluated."""

from __future__ import annotations

import math
import re

from explorer.locale import tell

NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
LONGEST = 64


def read_number(text: str) -> float:
    """A finite decimal number: 0.5, -3, 1e-4; a comma may stand for the point and − for the minus.

    Raises: ValueError that quotes what was found and says what is expected.
    """
    plain = text.strip().replace("−", "-")
    shown = plain if len(plain) <= 24 else plain[:24] + "…"
    if len(plain) > LONGEST or not NUMBER.fullmatch(plain):
        if not plain:
            raise ValueError(tell("Nothing was typed. Type a number such as 0.5, −3 or 1e−4."))
        raise ValueError(tell("“{text}” is not a number. Type one such as 0.5, −3 or 1e−4.", text=shown))
    number = float(plain.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(tell("“{text}” is too large. Type a number below 1.8e308.", text=shown))
    return number
