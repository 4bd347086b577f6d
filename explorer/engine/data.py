"""What the caller brings: data and parameters, checked against the graph and laid out as engine arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import array_api_compat
import numpy as np

from explorer.engine.arrays import (
    Array,
    Namespace,
    engine_view,
    frozen,
    is_numpy,
    is_own,
    namespace,
    own_engine_view,
    to_host,
)
from explorer.engine.errors import DataError, Message, did_you_mean
from explorer.engine.nodes import Node, as_read

if TYPE_CHECKING:
    from explorer.engine.graph import Graph

DTYPES = ("float64", "float32")


@dataclass(frozen=True, eq=False)
class Batch:
    """Data laid out once: `arrays` are engine arrays (one sample's axes, then the batch), `size` samples of them."""

    graph: Graph
    arrays: Mapping[str, Array] = field(repr=False)
    size: int
    dtype: str
    backend: str
    xp: Namespace = field(repr=False)


def lay_out(
    graph: Graph, data: Mapping[str, Any], dtype: Any = None, backend: str | None = None, *, copy: bool = True
) -> Batch:
    """Check data against a graph and lay them out. Raises: DataError: what was found, what is expected, a next step.

    Without `copy` the arrays may be views of the caller's, of another dtype: for whoever copies them at once.
    """
    name, xp = namespace("auto" if backend is None else backend)
    kind = _dtype(dtype)
    if not copy and is_numpy(xp) and (ready := _ready(graph, data, np.dtype(kind))) is not None:
        return Batch(graph, *ready, kind, name, xp)
    nodes = [node for node in graph.nodes.values() if node.kind in ("input", "target")]
    arrays = _arrays(xp, kind, Message("Data"), data, nodes, copy)
    sizes = {node.name: arrays[node.name].shape[-1] for node in nodes}
    if len(set(sizes.values())) > 1:
        found = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise DataError(
            Message(
                "Data: batches of different sizes: {found}. Expected as many samples of each. Cut them to one length.",
                found=found,
            )
        )
    return Batch(graph, arrays, next(iter(sizes.values()), 1), kind, name, xp)


def _ready(graph: Graph, data: Mapping[str, Any], dtype: np.dtype) -> tuple[dict[str, Array], int] | None:
    """Engine views of the data, and the batch size, if all are arrays of that dtype and of the right shapes."""
    if type(data) is not dict or len(data) != len(graph.data_shapes):
        return None
    found, size = {}, -1
    for name, shape in graph.data_shapes:
        array = data.get(name)
        if type(array) is not np.ndarray or array.dtype is not dtype or not array.ndim or array.shape[1:] != shape:
            return None
        if len(array) != size != -1:
            return None
        size = len(array)
        found[name] = engine_view(array, True)
    return (found, size) if found else None


def as_batch(
    graph: Graph, data: Mapping[str, Any] | Batch, dtype: Any, backend: str | None, *, copy: bool = True
) -> Batch:
    """Data laid out now, or earlier; then it must be of this graph and as it is asked for."""
    if not isinstance(data, Batch):
        return lay_out(graph, data, dtype, backend, copy=copy)
    if data.graph is not graph:
        raise DataError(
            Message("Data: laid out for another graph. Expected a batch of this one. Call graph.batch(data).")
        )
    if dtype is not None and _dtype(dtype) != data.dtype or backend not in (None, "auto", data.backend):
        raise DataError(
            Message(
                "Data: laid out as {dtype} for {backend}. Expected {dtype2} for {backend2}. Call graph.batch "
                "with these, or leave them out here.",
                dtype=data.dtype,
                backend=data.backend,
                dtype2=dtype or data.dtype,
                backend2=backend or data.backend,
            )
        )
    return data


def lay_out_parameters(graph: Graph, params: Mapping[str, Any], batch: Batch, *, copy: bool = True) -> dict[str, Array]:
    """Parameters as engine arrays, in the batch's dtype and place. Raises: DataError. `copy` as in `lay_out`."""
    nodes = [graph.nodes[name] for name in graph.parameters]
    return _arrays(batch.xp, batch.dtype, Message("Parameter"), params, nodes, copy)


class Parameters:
    """Reads the parameters of one graph, at once where they are arrays of the right dtype and shapes already."""

    def __init__(self, graph: Graph, xp: Namespace, dtype: Any) -> None:
        self._graph, self._kind, self._dtype = graph, getattr(xp, "ndarray", None), np.dtype(dtype)
        self._shapes = [(name, graph.nodes[name].shape) for name in graph.parameters]

    def read(self, params: Mapping[str, Any], batch: Batch) -> list[Array]:
        """In the graph's order, in their own shapes; perhaps the caller's own arrays. Raises: DataError."""
        kind, dtype = self._kind, self._dtype
        if type(params) is dict and len(params) == len(self._shapes):
            found = []
            for name, shape in self._shapes:
                array: Array = params.get(name)
                if type(array) is not kind or array.shape != shape or array.dtype is not dtype:
                    break
                found.append(array)
            else:
                return found
        laid_out = lay_out_parameters(self._graph, params, batch, copy=False)
        return [array[..., 0] for array in laid_out.values()]


def _dtype(dtype: Any) -> str:
    if dtype is None:
        return "float64"
    if type(dtype) is str and dtype in DTYPES:  # the name of a dtype takes NumPy as long as ten other questions
        return dtype
    try:
        name = np.dtype(dtype).name
    except TypeError:
        name = str(dtype)
    if name not in DTYPES:
        raise DataError(
            Message(
                "dtype {name}: not supported. Expected {all}. Leave it out for float64.",
                name=name,
                all=" or ".join(DTYPES),
            )
        )
    return name


def _arrays(
    xp: Namespace, dtype: str, what: Message, given: Mapping[str, Any], nodes: list[Node], copy: bool
) -> dict[str, Array]:
    if not isinstance(given, Mapping):
        raise DataError(
            Message(
                "{what}: a {kind}. Expected a mapping from names to arrays. Pass a dict.",
                what=what,
                kind=type(given).__name__,
            )
        )
    expected = {node.name: node for node in nodes}
    if given.keys() != expected.keys():
        # Python reads identifiers in their NFKC form, so the names given must be read the same way.
        given = {as_read(str(name)): value for name, value in given.items()}
    for name in given:
        if name not in expected:
            raise DataError(
                Message(
                    "{what} '{name}': unknown to the graph. Expected {all}. {hint}",
                    what=what,
                    name=name,
                    all=", ".join(expected) or Message("none"),
                    hint=did_you_mean(name, expected),
                )
            )
    for name, node in expected.items():
        if name not in given:
            raise DataError(
                Message(
                    "{what} '{name}' (line {line}): missing. Expected an array of shape {wanted}. Add it to "
                    "the mapping.",
                    what=what,
                    name=name,
                    line=node.line,
                    wanted=_wanted(node),
                ),
                line=node.line,
                node=name,
            )
    found = {name: _engine_view(what, given[name], node, xp) for name, node in expected.items()}
    if not copy and is_numpy(xp):
        return found
    with np.errstate(over="ignore"):  # 1e300 is infinite in float32: the trace shows it
        return {name: _laid_out(xp, array, dtype, copy) for name, array in found.items()}


def _laid_out(xp: Namespace, array: Array, dtype: str, copy: bool) -> Array:
    """An engine array in C order, where the namespace has its arrays; one that is there already never leaves it."""
    if not is_own(xp, array):
        return frozen(xp.asarray(np.array(array, dtype=dtype, order="C")))
    kind = getattr(xp, dtype)
    if array.dtype == kind and not copy:
        return array
    laid_out = xp.empty(array.shape, dtype=kind)
    laid_out[...] = xp.astype(array, kind)
    return laid_out


def _engine_view(what: Message, value: Any, node: Node, xp: Namespace) -> Array:
    """The value as an array in the engine's layout, a view where it can be; checked against the line.

    It is NumPy's, but for one that is of the namespace already.
    """
    where = Message("{what} '{name}' (line {line})", what=what, name=node.name, line=node.line)
    own = is_own(xp, value)
    try:
        array = value if own else to_host(value) if array_api_compat.is_array_api_obj(value) else np.asarray(value)
    except (ValueError, TypeError, RuntimeError, OverflowError, BufferError) as error:
        raise DataError(
            Message(
                "{where}: no array of numbers ({error}). Expected shape {wanted}. Give every row the same length.",
                where=where,
                error=error,
                wanted=_wanted(node),
            ),
            line=node.line,
            node=node.name,
        ) from None
    if array.shape == (0,) and node.batched:
        array = (xp if own else np).reshape(array, (0, *node.shape))  # an empty list has no way to say its other axes
    real = xp.isdtype(array.dtype, ("bool", "integral", "real floating")) if own else array.dtype.kind in "biuf"
    if not real:
        kind = getattr(array.dtype, "name", array.dtype)
        raise DataError(
            Message(
                "{where}: entries of kind {kind}. Expected real numbers. Convert them first.", where=where, kind=kind
            ),
            line=node.line,
            node=node.name,
        )
    if array.ndim != len(node.shape) + node.batched or array.shape[int(node.batched) :] != node.shape:
        raise DataError(
            Message(
                "{where}: shape {shape}. Expected {wanted}. Reshape it, or declare '{name}' with other sizes.",
                where=where,
                shape=array.shape,
                wanted=_wanted(node),
                name=node.name,
            ),
            line=node.line,
            node=node.name,
        )
    return own_engine_view(xp, array, node.batched) if own else engine_view(array, node.batched)


def _wanted(node: Node) -> Message | str:
    if not node.batched:
        return str(node.shape)
    shape = f"({', '.join(map(str, ('B', *node.shape)))}{',' if not node.shape else ''})"
    return Message("{shape}, B samples", shape=shape)
