"""Shape rules: what they accept, and errors that say what is wrong, what is expected and what to do."""

from __future__ import annotations

import re
from typing import Any

import pytest

from explorer.engine.ops import REGISTRY, OperandError
from tests.engine.cases import NAMES

WRONG: list[tuple[str, tuple[tuple[int, ...], ...], dict[str, Any], str]] = [
    ("+", ((3,), (4,)), {}, "{0} has shape (3) and {1} has shape (4)."),
    ("*", ((2, 3), (2,)), {}, "{0} has shape (2, 3) and {1} has shape (2)."),
    ("@", ((4, 3), (2,)), {}, "{0} has shape (4, 3), {1} has 2 entries. Expected 3."),
    ("@", ((4, 3), (4, 3)), {}, "Expected 3 rows in {1}."),
    ("@", ((3,), (4,)), {}, "{0} has 3 entries, {1} has 4 entries. Expected 3."),
    ("@", ((), (4,)), {}, "{0} has shape (). Expected a vector or a matrix"),
    ("@", ((4,), (2, 2, 2)), {}, "{1} has shape (2, 2, 2)."),
    ("dot", ((4,), (3,)), {}, "Expected two vectors of one length."),
    ("dot", ((2, 2), (2, 2)), {}, "Expected two vectors of one length."),
    ("softmax", ((),), {}, "axis=-1 of {0}, which has shape () and no axis."),
    ("sum", ((3,),), {"axis": 1}, "axis=1 of {0}, which has shape (3) and axes -1 to 0."),
    ("mean", ((3, 2),), {"axis": -3}, "axes -2 to 1"),
    ("reshape", ((3, 2),), {"shape": (4,)}, "{0} has shape (3, 2) and 6 entries, which do not fill (4)."),
    ("reshape", ((4,),), {"shape": (-2, -2)}, "Expected positive lengths whose product is 4."),
    ("[]", ((3,),), {"key": (3,)}, "index 3 of {0}, which has shape (3). Expected -3 to 2."),
    ("[]", ((3,),), {"key": (0, 0)}, "2 indices are given. Expected at most 1."),
    ("[]", ((3,),), {"key": (slice(2, 2),)}, "{0}[2:2] of shape (3) has no entries."),
    ("concat", ((2, 3), (2, 2)), {}, "the operands have shapes (2, 3), (2, 2)."),
    ("concat", ((2,), (2, 2)), {}, "Expected shapes that differ only along axis 0."),
    ("concat", ((), ()), {}, "no axis"),
    ("stack", ((2,), (3,)), {}, "Expected one shape for all."),
    ("stack", ((2,), (2,)), {"axis": 2}, "axis=2"),
    ("sqerr", ((3,), (1,)), {}, "{0} has shape (3), {1} has shape (1)."),
    ("bce", ((1,), ()), {}, "Declare {1} with shape (1)."),
    ("cross_entropy_with_logits", ((), ()), {}, "one entry for each class"),
]


@pytest.mark.parametrize(("name", "shapes", "options", "part"), WRONG)
def test_errors_teach(name: str, shapes: tuple, options: dict[str, Any], part: str) -> None:
    with pytest.raises(OperandError) as caught:
        REGISTRY[name](**options).shape(*shapes)
    error = caught.value
    assert part in str(error.named("{0}", "{1}"))
    told = str(error.named("W", "x"))
    assert part.replace("{0}", "W").replace("{1}", "x") in told
    assert "{" not in told and "{" not in str(error)
    # What is wrong, what is expected, the next step: three sentences.
    assert re.fullmatch(r".+\. .*Expected .+\. [A-Z].+\.", told), told


def test_the_error_of_the_style_guide() -> None:
    with pytest.raises(OperandError) as caught:
        REGISTRY["@"]().shape((4, 3), (2,))
    assert str(caught.value.named("W", "x")) == (
        "W has shape (4, 3), x has 2 entries. Expected 3. Give x the shape (3) or W the shape (4, 2)."
    )


def test_names_beyond_nine_are_named_too() -> None:
    with pytest.raises(OperandError) as caught:
        REGISTRY["concat"]().shape(*[(2,)] * 12, (2, 2))
    assert "(2, 2)" in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_class_attributes(name: str) -> None:
    kind = REGISTRY[name]
    least, most = kind.arity
    assert least >= 1 and (most is None or most >= least)
    assert set(kind.options) <= {"axis"}
    assert kind.__doc__ and kind.pattern and kind.symbol
