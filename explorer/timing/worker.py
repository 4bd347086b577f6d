"""The race in a process of its own: `python -m explorer.timing.worker el`.

Its job is a line of JSON, then the numbers as .npz. The graph arrives as text in the graph language and is parsed, like
any other; nothing is evaluated.
"""

from __future__ import annotations

import io
import json
import math
import os
import platform
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

import numpy as np

from explorer.engine.errors import GraphError
from explorer.engine.graph import Graph
from explorer.locale import retold, tell
from explorer.timing.contenders import TOLERANCE, Numbers, Unfit, check, contenders, device_name, wanted_gradients
from explorer.timing.messages import Event, Finished, Limits, Machine, Started
from explorer.timing.race import grown, race
from explorer.workers.lifeline import serve
from explorer.workers.messages import Failed

CHECKED = 5  # samples that everyone computes before the race


def encode(graph: Graph, data: Numbers, params: Numbers, limits: Limits) -> bytes:
    """A job as the worker reads it. Of the data no more samples than the largest batch are sent."""
    most = max(limits.sizes)
    packed = io.BytesIO()
    tables: dict[str, Any] = {f"data/{name}": array[:most] for name, array in data.items()}
    tables |= {f"params/{name}": array for name, array in params.items()}
    np.savez(packed, **tables)
    numbers = packed.getvalue()
    head = {"source": graph.source, "limits": limits.model_dump(), "bytes": len(numbers)}
    return json.dumps(head).encode() + b"\n" + numbers


def decode(stream: BinaryIO) -> tuple[Graph, dict[str, np.ndarray], dict[str, np.ndarray], Limits]:
    """The job that `encode` wrote. Raises: ValueError for anything else."""
    head = json.loads(stream.readline())
    with np.load(io.BytesIO(stream.read(head["bytes"])), allow_pickle=False) as file:
        tables = {name: file[name] for name in file.files}
    part = {of: {name.split("/", 1)[1]: array for name, array in tables.items() if name.startswith(of)}
            for of in ("data/", "params/")}  # fmt: skip
    return Graph.parse(head["source"]), part["data/"], part["params/"], Limits.model_validate(head["limits"])


def work(graph: Graph, data: Numbers, params: Numbers, limits: Limits) -> Iterator[Event]:
    """Everything that the worker says about a job, in order. What cannot be timed ends in Failed."""
    sizes = tuple(size for size in limits.sizes if size * numbers_a_sample(graph) <= limits.numbers)
    if not sizes or any(len(array) == 0 for array in data.values()):
        yield Failed(reason=tell("There is no sample, or one sample has too many numbers."))
        return
    try:
        present, entrants = contenders(graph, params)
        check(present, {name: array[:CHECKED] for name, array in data.items()})
    except (Unfit, GraphError) as error:
        yield Failed(reason=retold(error.message) if isinstance(error, GraphError) else str(error))
        return
    yield Started(machine=machine(), entrants=entrants, sizes=sizes, wanted=wanted_gradients(graph), checked=TOLERANCE)
    yield from race(present, partial(grown, data, graph.inputs), limits.model_copy(update={"sizes": sizes}))
    yield Finished()


def numbers_a_sample(graph: Graph) -> int:
    """How many numbers one sample of data has, at least 1."""
    return max(1, sum(math.prod(graph.nodes[name].shape) for name in (*graph.inputs, *graph.targets)))


def machine() -> Machine:
    """What this runs on."""
    affinity = getattr(os, "sched_getaffinity", None)  # the cores that this process may use, where that is known
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return Machine(
        cores=cores,
        processor=platform.machine(),
        python=platform.python_version(),
        numpy=np.__version__,
        device=device_name(),
    )


def main() -> None:
    serve(decode, lambda job: work(*job))


if __name__ == "__main__":
    main()
