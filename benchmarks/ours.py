"""Ours, by the public calls: a batch laid out once, plain dicts each time, and the trace that keeps everything."""

from __future__ import annotations

from benchmarks.networks import Problem
from benchmarks.peers import Contender, Result

SMALL = 1024    # plain dicts and traces are for batches up to this


class Ours:
    """`graph.gradients` by all parameters and inputs, on data that `graph.batch` laid out before."""

    def __init__(self, given: Problem) -> None:
        self.graph, self.dtype = given.network.graph, given.x.dtype.name
        parameters = self.graph.parameters
        matrices = [name for name in parameters if len(self.graph.nodes[name].shape) == 2]
        vectors = [name for name in parameters if len(self.graph.nodes[name].shape) == 1]
        self.data = {self.graph.inputs[0]: given.x, self.graph.targets[0]: given.t}
        self.params = dict(zip([*matrices, *vectors], [*given.weights, *given.biases], strict=True))
        self.names = [*matrices, *vectors, *self.graph.inputs]
        self.wrt = [*parameters, *self.graph.inputs]
        self.batch = self.graph.batch(self.data, dtype=self.dtype, backend="numpy")

    def __call__(self) -> None:
        self.found = self.graph.gradients(self.batch, self.params, wrt=self.wrt)

    def result(self) -> Result:
        loss, gradients = self.found
        return [loss, *(gradients[name] for name in self.names)]


class OursFromDicts(Ours):
    """The same with the caller's arrays as they are, checked and laid out in every call."""

    def __call__(self) -> None:
        self.found = self.graph.gradients(self.data, self.params, wrt=self.wrt, dtype=self.dtype, backend="numpy")


class OursTrace(Ours):
    """The pass with every value, gradient and contribution kept."""

    def __call__(self) -> None:
        self.trace = self.graph.trace(self.batch, self.params)

    def result(self) -> Result:
        return [self.trace.loss, *(self.trace.gradients[name] for name in self.names)]


def ours(given: Problem) -> dict[str, Contender]:
    """Our ways that are timed at the problem's batch."""
    found: dict[str, Contender] = {"ours": Ours(given)}
    if given.batch <= SMALL:
        found |= {"dicts": OursFromDicts(given), "trace": OursTrace(given)}
    return found
