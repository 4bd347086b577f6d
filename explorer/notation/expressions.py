"""A line of the graph as a short title, W·x + b₁, from its instructions and the ops' own patterns."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from explorer.notation.labels import Label, plain

if TYPE_CHECKING:
    from explorer.engine.graph import Apply, Node, Operand
    from explorer.engine.ops import Op

OPTION = re.compile(r"\{op\.(\w+)\}")
SLOT = re.compile(r"\{(\d+)\}")
NESTED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|‖[^‖]*‖|\|[^|]*\|")
SUM, PRODUCT, SCRIPT, ATOM = 1, 2, 3, 4
ELLIPSIS = "…"
# Losses by the names that the handouts give to their gates.
FUNCTIONS = {
    "sqerr": "SqErr",
    "mse": "MSE",
    "bce": "BCE",
    "cross_entropy": "CE",
    "hinge": "hinge",
    "bce_with_logits": "σ · BCE",
    "cross_entropy_with_logits": "softmax · CE",
}
LONGEST = 24


def title(node: Node, symbol: Callable[[str], Label], longest: int = LONGEST) -> Label:
    """What heads a card: the symbol of a lone function (σ, softmax, BCE), else the whole expression.

    A line that was only declared has its own symbol. Expressions longer than `longest` characters end in …
    """
    if not node.code:
        return symbol(node.name)
    last = node.code[-1]
    if len(node.code) == 1 and is_function(last.op):
        return function_name(last.op)
    return shorten(expression(node, symbol), longest)


def is_function(op: Op) -> bool:
    """Whether an op is written as a named function of its operands, not with a sign between them."""
    return op.name in FUNCTIONS or (op.name.isidentifier() and op.symbol.replace(" ", "").isalpha())


def function_name(op: Op) -> Label:
    """The name of an op's function: σ, softmax, BCE."""
    return ((FUNCTIONS.get(op.name, op.symbol), ""),)


def expression(node: Node, symbol: Callable[[str], Label]) -> Label:
    """The whole right-hand side of a line, with parentheses where they are needed."""
    written: list[tuple[Label, int]] = []

    def operand(reference: Operand) -> tuple[Label, int]:
        match reference:
            case _ if hasattr(reference, "slot"):
                return symbol(node.inputs[reference.slot]), ATOM
            case _ if hasattr(reference, "index"):
                return written[reference.index]
        text = f"{reference.value:g}".replace("-", "−")
        return ((text, ""),), SUM if text.startswith("−") else ATOM

    for apply in node.code:
        written.append(_apply(apply, [operand(reference) for reference in apply.operands]))
    return merge(written[-1][0]) if written else symbol(node.name)


def _apply(apply: Apply, operands: list[tuple[Label, int]]) -> tuple[Label, int]:
    """One op's pattern with its operands put in."""
    pattern = _spelled_out(apply)
    level = binding(pattern)
    parts: list[tuple[str, str]] = []
    position = 0
    for slot in SLOT.finditer(pattern):
        before = pattern[position : slot.start()].replace(" · ", "·")
        parts.append((before, ""))
        label, inner = operands[int(slot[1])]
        needs = level != ATOM and (inner < level or (inner == level and _binds_left(before)))
        parts.extend((("(", ""), *label, (")", "")) if needs else label)
        position = slot.end()
    parts.append((pattern[position:], ""))
    return tuple(part for part in parts if part[0]), level


def _spelled_out(apply: Apply) -> str:
    """The op's pattern with its options, {op.written}, and all its operands, {all}, put in."""
    slots = ", ".join(f"{{{slot}}}" for slot in range(len(apply.operands)))
    pattern = apply.op.pattern.replace("{all}", slots)
    return OPTION.sub(lambda option: str(getattr(apply.op, option[1])), pattern)


def _binds_left(before: str) -> bool:
    """Whether an operand after this text needs parentheses at equal precedence: a − (b + c), a / (b · c)."""
    return any(sign in before for sign in "−-/^")


@cache
def binding(pattern: str) -> int:
    """How tightly a pattern holds its operands together: SUM < PRODUCT < SCRIPT < ATOM."""
    bare = SLOT.sub("", pattern)
    while NESTED.search(bare):
        bare = NESTED.sub("", bare)
    if any(sign in bare for sign in "+−"):
        return SUM
    if any(sign in bare for sign in "·∘×/@*⊙"):
        return PRODUCT
    hangs_on_its_operand = pattern.startswith("{0}") and pattern != "{0}"
    return SCRIPT if hangs_on_its_operand else ATOM


def shorten(label: Label, longest: int) -> Label:
    """The label cut to `longest` characters, the last of them …"""
    if len(plain(label)) <= longest:
        return label
    kept: list[tuple[str, str]] = []
    room = longest - 1
    for text, script in label:
        if room <= 0 or (script and len(text) > room):
            break
        kept.append((text[:room], script))
        room -= len(text)
    return merge((*kept, (ELLIPSIS, "")))


def merge(label: Label) -> Label:
    """Neighbouring parts of one script as one part."""
    parts: list[tuple[str, str]] = []
    for text, script in label:
        if parts and parts[-1][1] == script:
            parts[-1] = (parts[-1][0] + text, script)
        else:
            parts.append((text, script))
    return tuple(parts)
