"""Lines that are sums of vectors and of one product W·x or x·W: a + b, W·o, w + W·x, x·W + b."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from explorer.engine.graph import Literal, Operand, Read
from explorer.explain import formula as f
from explorer.explain.derivation.places import Places, numbered
from explorer.explain.derivation.way import Way, times
from explorer.explain.derived import Series
from explorer.explain.scene import Scene


@dataclass(frozen=True)
class Term:
    """One term of the sum, with its sign: a line as it is, a number, or matrix · vector."""

    sign: int
    name: str = ""
    number: float = 0.0
    matrix: str = ""
    matrix_first: bool = True

    @property
    def vector(self) -> str:
        """The vector of a product."""
        return self.name if self.matrix else ""


@dataclass(frozen=True, eq=False)
class Linear:
    """The terms of a line, and the one that reads `name`."""

    scene: Scene
    terms: tuple[Term, ...]
    name: str

    @cached_property
    def term(self) -> Term:
        return next(term for term in self.terms if self.name in (term.name, term.matrix))

    @property
    def product(self) -> Term | None:
        return next((term for term in self.terms if term.matrix), None)

    # -- one entry of the line ---------------------------------------------------------------------------------------
    def weight(self, way: Way, term: Term, out: Places, at: Places) -> f.Symbol:
        """w_{i,j}, which takes entry `at` of the vector to entry `out` of the line."""
        return way.value(term.matrix, (*out, *at) if term.matrix_first else (*at, *out))

    def products(self, way: Way, term: Term, out: Places) -> tuple[f.Formula, ...]:
        """w_{1,j} o_1, w_{2,j} o_2, …"""
        count = self.scene.graph.nodes[term.vector].shape[0]

        def one(i: int) -> f.Formula:
            weight, entry = self.weight(way, term, out, (numbered(i),)), way.value(term.vector, (numbered(i),))
            return times(weight, entry) if term.matrix_first else times(entry, weight)

        return tuple(one(i) for i in range(count))

    def entry(self, way: Way, out: Places, keep: int = 0) -> f.Formula:
        """The right-hand side of one entry of the line: w_{1,j} o_1 + w_{2,j} o_2 + … + b_j."""
        found: list[f.Formula] = []
        place = 0
        for term in self.terms:
            if term.matrix:
                place = len(found) + keep
                many = self.products(way, term, out)
                found += [f.Negative(one) for one in many] if term.sign < 0 else many
                continue
            one: f.Formula = way.value(term.name, out) if term.name else f.Number(term.number)
            found.append(f.Negative(one) if term.sign < 0 else one)
        return found[0] if len(found) == 1 else Series(tuple(found), place)


def linear(scene: Scene, name: str) -> Linear | None:
    """The terms of the scene's line, if it is such a sum and reads `name` in one term only; else None."""
    if len(scene.node.shape) > 1 or not scene.readable or scene.node.inputs.count(name) != 1:
        return None
    found: list[tuple[Term, ...] | None] = []
    for apply in scene.node.code:
        operands = [_terms(scene, operand, found) for operand in apply.operands]
        match apply.op.name, operands:
            case "+", [tuple(a), tuple(b)]:
                found.append((*a, *b))
            case "-", [tuple(a), tuple(b)]:
                found.append((*a, *_negated(b)))
            case "-x", [tuple(a)]:
                found.append(_negated(a))
            case "@", [_, _]:
                found.append(_product(scene, *apply.operands))
            case _:
                found.append(None)
    terms = found[-1] if found else None
    if terms is None or sum(bool(term.matrix) for term in terms) > 1:
        return None
    shapes = {scene.graph.nodes[term.name].shape for term in terms if term.name and not term.matrix}
    return Linear(scene, terms, name) if shapes <= {scene.node.shape} else None


def _terms(scene: Scene, operand: Operand, found: list[tuple[Term, ...] | None]) -> tuple[Term, ...] | None:
    match operand:
        case Read(slot):
            return (Term(1, scene.node.inputs[slot]),)
        case Literal(value):
            return (Term(1, number=value),)
    return found[operand.index]


def _negated(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    return tuple(Term(-t.sign, t.name, t.number, t.matrix, t.matrix_first) for t in terms)


def _product(scene: Scene, left: Operand, right: Operand) -> tuple[Term, ...] | None:
    """W·o or x·W of two lines as they are; None for what is more than that."""
    if not (isinstance(left, Read) and isinstance(right, Read)):
        return None
    names = scene.node.inputs[left.slot], scene.node.inputs[right.slot]
    ranks = tuple(len(scene.graph.nodes[name].shape) for name in names)
    if ranks == (2, 1):
        return (Term(1, names[1], matrix=names[0]),)
    return (Term(1, names[0], matrix=names[1], matrix_first=False),) if ranks == (1, 2) else None
