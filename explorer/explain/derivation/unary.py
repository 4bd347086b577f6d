"""An element-wise gate, one entry at a time: what it does to the entry, and its slope there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.engine import jacobians as j
from explorer.engine.graph import Apply, Literal, Operand, Read
from explorer.explain import formula as f
from explorer.explain.definitions import BINARY
from explorer.explain.derivation.places import Places, indices
from explorer.explain.derivation.way import Way
from explorer.explain.derived import Derivative, label_of
from explorer.explain.expression import function_label
from explorer.explain.scene import Scene
from explorer.explain.slopes import SLOPES

CLOSE = 1e-9


@dataclass(frozen=True, eq=False)
class Gate:
    """The one operation of a line, element-wise in what stands in `slot`."""

    way: Way
    slot: int

    @property
    def apply(self) -> Apply:
        return self.way.scene.node.code[0]

    def applied(self, places: Places) -> f.Formula:
        """σ(s_i), or s_i · t_i."""
        operands = [self._operand(operand, places) for operand in self.apply.operands]
        if len(operands) == 2 and self.apply.op.name in BINARY:
            return BINARY[self.apply.op.name](*operands)
        number = np.asarray(self.way.scene.value_of(self.way.of)[indices(places)])
        return f.Call(function_label(self.apply), tuple(operands), number)

    def _operand(self, operand: Operand, places: Places) -> f.Formula:
        match operand:
            case Read(slot):
                name = self.way.scene.node.inputs[slot]
                return self.way.value(name, places if self.way.scene.graph.nodes[name].shape else ())
            case Literal(value):
                return f.Number(value)
        raise TypeError("an operation alone in its line reads lines and numbers only")

    def slope(self, places: Places, short: bool = False) -> f.Formula:
        """σ(s_i)(1 − σ(s_i)), or `short` o_i (1 − o_i); f′(s_i) where no rule gives the engine's number."""
        out = self.way.value(self.way.of, places) if short else self.applied(places)
        operands = [self._operand(operand, places) for operand in self.apply.operands]
        return self._by_rule(out, operands, self.number(places)) or self.prime(places)

    def _by_rule(self, out: f.Formula, operands: list[f.Formula], number: f.Array) -> f.Formula | None:
        rules = SLOPES.get(self.apply.op.name, ())
        if self.slot >= len(rules):
            return None
        with np.errstate(all="ignore"):
            written = rules[self.slot](out, *operands)
            same = np.allclose(written.evaluate(), number, rtol=CLOSE, atol=1e-300, equal_nan=True)
        return juxtaposed(written) if same else None

    def number(self, places: Places) -> f.Array:
        """The engine's own slope of an entry."""
        return np.asarray(self.way.slope(indices(places), indices(places)))

    def prime(self, places: Places) -> f.Formula:
        """σ′(s_i)."""
        return self.named_prime(self.way.value(self.way.wrt, places), self.number(places))

    def named_prime(self, argument: f.Formula, numbers: f.Array) -> f.Formula:
        """σ′ of something, with the numbers that it comes to."""
        name = self.apply.op.symbol if len(self.apply.op.symbol) == 1 else "f"
        return f.Call(label_of(f"{name}′"), (argument,), numbers)

    def differentiated(self, places: Places) -> f.Formula:
        """∂σ(s_i)/∂s_i."""
        return Derivative(self.applied(places), self.way.value(self.way.wrt, places), self.number(places))

    def of_a_letter(self, places: Places) -> tuple[f.Formula, f.Formula] | None:
        """dσ(x)/dx and σ(x)(1 − σ(x)), for a gate of one operand that has a rule."""
        if len(self.apply.operands) != 1:
            return None
        at = indices(places)
        x = f.Symbol(label_of("x"), np.asarray(self.way.scene.value_of(self.way.wrt)[at]))
        out = f.Call(function_label(self.apply), (x,), np.asarray(self.way.scene.value_of(self.way.of)[at]))
        written = self._by_rule(out, [x], self.number(places))
        return None if written is None else (Derivative(out, x, self.number(places), d="d"), written)

    def of_batch(self) -> f.Formula | None:
        """The slopes of all samples, a row each, as the rule writes them; None where there is no rule."""
        scene, rules = self.way.scene, SLOPES.get(self.apply.op.name, ())
        if self.slot >= len(rules):
            return None
        operands: list[f.Formula] = []
        for operand in self.apply.operands:
            match operand:
                case Read(slot) if scene.graph.nodes[scene.node.inputs[slot]].batched:
                    operands.append(scene.stack_of(scene.node.inputs[slot], "value"))
                case Literal(value):
                    operands.append(f.Number(value))
                case _:
                    return None
        return rules[self.slot](scene.stack_of(self.way.of, "value"), *operands)


def juxtaposed(formula: f.Formula) -> f.Formula:
    """A product of numbers without signs between its factors: σ(s)(1 − σ(s))."""
    return f.Product(formula.factors) if isinstance(formula, f.Product) else formula


def gate(scene: Scene, name: str) -> Gate | None:
    """The gate of a line of one element-wise operation that reads `name` once; None for another line."""
    code, shape = scene.node.code, scene.node.shape
    if len(code) != 1 or len(shape) > 1 or scene.node.inputs.count(name) != 1:
        return None
    slots = [slot for slot, operand in enumerate(code[0].operands) if scene.reads(operand, name)]
    local = scene.jacobian(0, slots[0])
    if not isinstance(local, j.Diagonal) or scene.graph.nodes[name].shape != shape or local.in_shape != local.out_shape:
        return None
    factors = np.broadcast_to(np.asarray(local.factor)[..., 0], shape)

    def slope(out: f.Shape, into: f.Shape) -> float:
        return float(factors[out]) if out == into else 0.0

    return Gate(Way(scene, name, slope), slots[0])
