"""Who takes part: Python loops, NumPy, and CuPy where there is a GPU. All three compute the very same gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from explorer.engine.arrays import namespace, to_host
from explorer.engine.errors import DataError
from explorer.engine.graph import Graph
from explorer.locale import tell
from explorer.timing.loops import LoopPass, NoLoopForm
from explorer.timing.messages import Entrant, Name

Numbers: TypeAlias = Mapping[str, np.ndarray]
Pass: TypeAlias = Callable[[], tuple[float, Mapping[str, Any]]]
Contender: TypeAlias = Callable[[Numbers], Pass]
"""Lays a batch out in its own way, which is not timed, and returns the pass over it, which is."""

TOLERANCE = 1e-9


class Unfit(ValueError):
    """The passes cannot be compared: numbers that are not finite, or results that differ."""


def wanted_gradients(graph: Graph) -> tuple[str, ...]:
    """What the pass differentiates by: all parameters, or the inputs where there are none."""
    return graph.parameters or graph.inputs


def contenders(graph: Graph, params: Numbers) -> tuple[dict[Name, Contender], tuple[Entrant, ...]]:
    """Those who take part, and all with the reasons of those who do not."""
    makers: dict[Name, Callable[[Graph, Numbers], Contender]] = {"loops": _loops, "numpy": _numpy, "cupy": _cupy}
    present: dict[Name, Contender] = {}
    entrants = []
    for name, make in makers.items():
        try:
            present[name] = make(graph, params)
            entrants.append(Entrant(name=name))
        except NoLoopForm as error:
            entrants.append(Entrant(name=name, absent=str(error)))
        except DataError:
            entrants.append(Entrant(name=name, absent=tell("no GPU here")))
    return present, tuple(entrants)


def _loops(graph: Graph, params: Numbers) -> Contender:
    loops = LoopPass(graph, wanted_gradients(graph))
    weights = {name: array.ravel().tolist() for name, array in params.items()}

    def lay_out(data: Numbers) -> Pass:
        rows = {name: array.reshape(len(array), -1).tolist() for name, array in data.items()}
        return lambda: loops.gradients(rows, weights)

    return lay_out


def _numpy(graph: Graph, params: Numbers) -> Contender:
    wanted = wanted_gradients(graph)

    def lay_out(data: Numbers) -> Pass:
        batch = graph.batch(data, backend="numpy")
        return lambda: graph.gradients(batch, params, wrt=wanted)

    return lay_out


def _cupy(graph: Graph, params: Numbers) -> Contender:
    """Raises: DataError where there is no device."""
    wanted, xp = wanted_gradients(graph), namespace("cupy")[1]
    weights = {name: xp.asarray(array) for name, array in params.items()}   # on the device, as the batch is

    def lay_out(data: Numbers) -> Pass:
        batch = graph.batch(data, backend="cupy")

        def run() -> tuple[float, Mapping[str, Any]]:
            found = graph.gradients(batch, weights, wrt=wanted)
            xp.cuda.get_current_stream().synchronize()  # a GPU is still at work when its calls return
            return found

        return run

    return lay_out


def device_name() -> str | None:
    """The GPU's name, or None where there is none."""
    try:
        xp = namespace("cupy")[1]
    except DataError:
        return None
    return str(xp.cuda.runtime.getDeviceProperties(xp.cuda.Device().id)["name"].decode())


def check(present: Mapping[Name, Contender], data: Numbers) -> None:
    """Let everyone compute the same batch. Raises: Unfit when results are not finite or differ by over TOLERANCE."""
    reference = _flat(present["numpy"](data)())
    if not all(np.isfinite(numbers).all() for numbers in reference.values()):
        raise Unfit(tell("The pass has numbers that are infinite or not a number. Reset them, then start again."))
    for name in present.keys() - {"numpy"}:
        for what, numbers in _flat(present[name](data)()).items():
            if not np.allclose(numbers, reference[what], rtol=TOLERANCE, atol=TOLERANCE):
                raise Unfit(_differing(name, what))


def _differing(name: str, line: str | None) -> str:
    if line is None:
        return tell("{name} and numpy differ on the loss. The same numbers are expected.", name=name)
    return tell("{name} and numpy differ on the gradient of {line}. The same numbers are expected.",
                name=name, line=line)  # fmt: skip


def _flat(result: tuple[float, Mapping[str, Any]]) -> dict[str | None, np.ndarray]:
    """The gradients by their lines, and the loss, which has none."""
    loss, gradients = result
    found: dict[str | None, np.ndarray] = {None: np.array([loss])}
    for name, array in gradients.items():
        found[name] = to_host(np.asarray(array) if isinstance(array, Sequence) else array).ravel()
    return found
