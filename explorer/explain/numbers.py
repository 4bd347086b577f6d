"""Numbers on their way to a page that speaks JSON, and to a sentence."""

from __future__ import annotations

import math

JsonNumber = float | str


def json_number(value: float) -> JsonNumber:
    """A float as JSON can carry it: NaN and the infinities travel as text."""
    value = float(value)
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def spoken(value: float, digits: int = 4) -> str:
    """A float in running text: four significant digits, a real minus sign, −0.07476."""
    value = float(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    return f"{value + 0.0:.{digits}g}".replace("-", "−").replace("e+0", "e").replace("e−0", "e−").replace("e+", "e")
