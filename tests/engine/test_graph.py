"""The graph as data: frozen, ordered, with every reading of its own."""

import dataclasses

import networkx
import pytest

from explorer.engine import Graph, GraphError, ShapeError, Step
from explorer.engine.steps import steps_of
from tests.engine.golden import NAMES, case

FAN_OUT = """
s = input(2)
t = target(2)
u = s * s
v = sin(s)
loss = sqerr(u + v, t)
unused = sum(s)
end = loss + 0
"""


def test_names_by_kind_and_the_objective():
    graph = Graph.parse(case("bce_mlp")["source"])
    assert (graph.inputs, graph.targets, graph.parameters) == (("x",), ("y",), ("W", "b1", "U", "b2"))
    assert graph.objective == "loss"
    assert graph.reached == set(graph.nodes) - {"y"}
    assert "unused" not in Graph.parse(FAN_OUT).reached


def test_nothing_in_it_can_be_changed():
    graph = Graph.parse(FAN_OUT)
    node = graph.nodes["u"]
    with pytest.raises(TypeError):
        graph.nodes["u"] = node  # type: ignore[index]
    for thing, field in ((graph, "source"), (node, "shape"), (node.code[0], "op")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, field, None)


def test_readers_and_networkx_know_every_reading():
    graph = Graph.parse(FAN_OUT)
    assert graph.readers("s") == (("u", 0), ("u", 1), ("v", 0), ("unused", 0))
    drawn = graph.to_networkx()
    assert list(drawn.nodes) == list(graph.nodes)
    assert drawn.number_of_edges("s", "u") == 2
    assert sorted(data["slot"] for _, _, data in drawn.out_edges("s", data=True)) == [0, 0, 0, 1]
    assert networkx.is_directed_acyclic_graph(drawn)
    with pytest.raises(GraphError, match="Did you mean s"):
        graph.readers("ss")


def test_steps_in_order_with_sums_where_they_become_whole():
    assert steps_of(Graph.parse(FAN_OUT)) == (
        Step("forward", "u", ("s",)), Step("forward", "v", ("s",)), Step("forward", "loss", ("u", "v", "t")),
        Step("forward", "unused", ("s",)), Step("forward", "end", ("loss",)),
        Step("seed", "end", ()),
        Step("backward", "end", ("loss",)), Step("backward", "loss", ("u", "v")), Step("backward", "v", ("s",)),
        Step("backward", "u", ("s",)), Step("accumulate", "s", ("v", "u")),
    )


def test_a_square_is_one_step_back_and_one_sum():
    assert steps_of(Graph.parse("a = param()\nloss = a * a"))[1:] == (
        Step("seed", "loss", ()), Step("backward", "loss", ("a",)), Step("accumulate", "a", ("loss",)))


@pytest.mark.parametrize("name", NAMES)
def test_each_golden_node_is_computed_once_and_differentiated_once(name):
    graph = Graph.parse(case(name)["source"])
    steps = steps_of(graph)
    lines = [node.name for node in graph.nodes.values() if node.code]
    assert [step.node for step in steps if step.kind == "forward"] == lines
    assert [step.node for step in steps if step.kind == "backward"] == lines[::-1]


@pytest.mark.parametrize(("text", "found"), [
    ("x = input(3)", "declaration"),
    ("t = target()", "declaration"),
    ("x = input(3)\ny = x + 1", r"shape \(3,\)"),
])
def test_an_objective_that_is_no_scalar_is_refused_when_it_is_needed(text, found):
    graph = Graph.parse(text)
    for run in (graph.trace, graph.gradients):
        with pytest.raises(ShapeError, match=found) as caught:
            run({})
        assert (caught.value.node, caught.value.line) == (graph.objective, len(graph.nodes))


def test_an_objective_of_one_element_is_a_scalar():
    graph = Graph.parse("x = input(1, 1)\ny = 3 * x")
    trace = graph.trace({"x": [[[2.0]], [[4.0]]]})
    assert (trace.loss, trace.values["y"].shape) == (9.0, (2, 1, 1))
    assert trace.gradients["x"].tolist() == [[[1.5]], [[1.5]]]
