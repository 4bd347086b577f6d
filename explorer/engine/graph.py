"""A graph: frozen lines in order of definition, the last one the objective."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import networkx

from explorer.engine import passes
from explorer.engine.data import lay_out
from explorer.engine.errors import GraphError, Message, ShapeError, did_you_mean
from explorer.engine.fusion import Fusion, fusions
from explorer.engine.nodes import Apply, Literal, Node, Operand, Read, Shape, Temp
from explorer.engine.pool import Pool
from explorer.engine.program import Program, lower

if TYPE_CHECKING:
    from explorer.engine.data import Batch
    from explorer.engine.trace import Trace
__all__ = ["Apply", "Graph", "Literal", "Node", "Operand", "Read", "Shape", "Temp"]


@dataclass(frozen=True, eq=False)
class Graph:
    """A frozen directed acyclic graph of lines; the last one is the objective.

    `nodes` maps names to lines in order of definition; `source` is the text it was parsed from.
    """

    source: str
    nodes: MappingProxyType[str, Node] = field(repr=False)

    @classmethod
    def parse(cls, source: str) -> Graph:
        """The graph of a text in the graph language.

        Raises: ParseError, ShapeError or CycleError (all GraphError), with .line, .column and .node.
        """
        from explorer.engine.parser import parse

        return cls(source, MappingProxyType(parse(source)))

    def _of_kind(self, kind: str) -> tuple[str, ...]:
        return tuple(name for name, node in self.nodes.items() if node.kind == kind)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names declared with input(), in order."""
        return self._of_kind("input")

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """Names declared with target(), in order; they are never differentiated."""
        return self._of_kind("target")

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names declared with param(), in order."""
        return self._of_kind("param")

    @cached_property
    def objective(self) -> str:
        """The name of the last line."""
        return next(reversed(self.nodes))

    @cached_property
    def reached(self) -> frozenset[str]:
        """The lines that the objective depends on, itself included, targets left out."""
        found = {self.objective}
        for name in reversed(self.nodes):
            if name in found:
                found.update(self.nodes[name].inputs)
        return frozenset(name for name in found if self.nodes[name].kind != "target")

    @cached_property
    def _readers(self) -> Mapping[str, tuple[tuple[str, int], ...]]:
        found: dict[str, list[tuple[str, int]]] = {name: [] for name in self.nodes}
        for name, node in self.nodes.items():
            for slot, read in enumerate(node.inputs):
                found[read].append((name, slot))
        return {name: tuple(readings) for name, readings in found.items()}

    @cached_property
    def program(self) -> Program:
        """The graph flattened into instructions, for the passes."""
        return lower(self)

    @cached_property
    def fusions(self) -> Mapping[int, Fusion]:
        """The losses that can be evaluated on logits, by their place in the program."""
        return fusions(self.program)

    @cached_property
    def plans(self) -> Pool:
        """Plans of earlier calls of `gradients` and `trace`."""
        return Pool()

    def node(self, name: str) -> Node:
        """The line of that name. Raises: GraphError, offering near names, when there is none."""
        try:
            return self.nodes[name]
        except (KeyError, TypeError):
            raise GraphError(
                Message(
                    "{name} is no line of the graph. Expected the name of one. {hint}",
                    name=repr(name),
                    hint=did_you_mean(str(name), self.nodes),
                )
            ) from None

    def readers(self, name: str) -> tuple[tuple[str, int], ...]:
        """Every reading of a line: (line that reads it, slot in that line's inputs), in order."""
        self.node(name)
        return self._readers[name]

    def to_networkx(self) -> networkx.MultiDiGraph:
        """The same graph for NetworkX: an edge per reading, with its `slot`; nodes carry their `node`."""
        graph = networkx.MultiDiGraph()
        graph.add_nodes_from((name, {"node": node}) for name, node in self.nodes.items())
        for name, node in self.nodes.items():
            graph.add_edges_from((read, name, {"slot": slot}) for slot, read in enumerate(node.inputs))
        return graph

    @cached_property
    def data_shapes(self) -> tuple[tuple[str, Shape], ...]:
        """Inputs and targets with the shapes of one sample's."""
        return tuple((name, self.nodes[name].shape) for name in self.program.data)

    def scalar_objective(self) -> Node:
        """The last line, if it can be differentiated. Raises: ShapeError when it is no scalar computed from others."""
        return self._scalar_objective

    @cached_property
    def _scalar_objective(self) -> Node:
        node = self.nodes[self.objective]
        if node.kind != "op":
            problem = Message("is a declaration ({kind})", kind=node.kind)
        elif any(size != 1 for size in node.shape):
            problem = Message("has shape {shape}", shape=node.shape)
        else:
            return node
        raise ShapeError(
            Message(
                "The objective '{name}' (line {line}) {problem}. Expected one number per sample on the last "
                "line. End with a loss, as loss = sqerr({name}, y) or loss = sum({name}).",
                name=node.name,
                line=node.line,
                problem=problem,
            ),
            line=node.line,
            column=node.column,
            node=node.name,
        )

    def batch(self, data: Mapping[str, Any], *, dtype: Any = None, backend: str = "auto") -> Batch:
        """Lay data out once; `trace` and `gradients` take the result in place of the data.

        `data` maps every input and target to an array-like (B, *shape). Raises: DataError.
        """
        return lay_out(self, data, dtype, backend)

    def trace(
        self,
        data: Mapping[str, Any] | Batch,
        params: Mapping[str, Any] | None = None,
        *,
        fuse: bool = False,
        reduction: str = "mean",
        dtype: Any = None,
        backend: str | None = None,
        kernels: bool = True,
    ) -> Trace:
        """The whole pass with everything kept: values, gradients, contributions, steps.

        `data` as in `batch`; `params` maps every parameter to an array-like of its shape. The objective is the mean
        (or reduction="sum") of the last line over the batch. `fuse=True` evaluates sigmoid → bce and softmax →
        cross_entropy on the logits. With `kernels=False` every number comes from the rules themselves: what is sent
        back is the pullback of the very Jacobians that the trace shows, not of a quicker form that agrees with them.
        Raises: DataError, ShapeError.
        """
        return passes.trace(self, data, params or {}, fuse, reduction, dtype, backend, kernels)

    def gradients(
        self,
        data: Mapping[str, Any] | Batch,
        params: Mapping[str, Any] | None = None,
        *,
        wrt: Iterable[str] | None = None,
        reduction: str = "mean",
        dtype: Any = None,
        backend: str | None = None,
    ) -> tuple[float, dict[str, Any]]:
        """The objective and its gradients, fast: nothing is kept, losses are fused, the batch is taken in blocks.

        `wrt` names what to differentiate by (parameters, inputs, inner lines); all parameters when None.
        The same numbers as `trace`. Raises: DataError, ShapeError, GraphError for what has no gradient.
        """
        return passes.gradients(self, data, params or {}, wrt, reduction, dtype, backend)
