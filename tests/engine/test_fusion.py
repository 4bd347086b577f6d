"""Losses on logits: exact at saturation, the same numbers everywhere else, and shown as the text has it."""

import math

import mpmath
import numpy as np
import pytest

from explorer.engine import Graph
from tests.engine.golden import assert_close

SIGMOID = "z = input({n})\ny = target({n})\np = sigmoid(z)\nloss = bce(p, y)"
SOFTMAX = "z = input({n})\ny = target({n})\np = softmax(z)\nloss = cross_entropy(p, y)"
ONE_LINE = "z = input({n})\ny = target({n})\nloss = bce(sigmoid(z), y)"
DEEP = """
z = input({n})
y = target({n})
W = param({n}, {n})
p = sigmoid(W @ z + 1)
q = p * p
loss = bce(p, y) + 0.1 * sum(q) + bce(p, y)
"""


def both(text, z, y, **params):
    graph = Graph.parse(text.format(n=np.shape(z)[1]))
    data = {"z": z, "y": y}
    return graph.trace(data, params), graph.trace(data, params, fuse=True), graph


@pytest.mark.parametrize("text", [SIGMOID, SOFTMAX, ONE_LINE, DEEP])
def test_fused_or_not_the_numbers_are_the_same(text):
    rng = np.random.default_rng(5)
    z, y = rng.normal(size=(7, 3)), rng.random((7, 3))
    params = {"W": rng.normal(size=(3, 3))} if "param" in text else {}
    plain, fused, graph = both(text, z, y, **params)
    assert_close(fused.loss, plain.loss)
    assert set(fused.values) == set(plain.values)
    for name in plain.values:
        assert_close(fused.values[name], plain.values[name])
    for name in plain.gradients:
        assert_close(fused.gradients[name], plain.gradients[name])
    assert list(fused.contributions) == list(plain.contributions)
    for edge in plain.contributions:
        assert_close(fused.contributions[edge], plain.contributions[edge])
    names = list(plain.gradients)
    loss, found = graph.gradients({"z": z, "y": y}, params, wrt=names)
    assert_close(loss, plain.loss)
    for name in names:
        assert_close(found[name], plain.gradients[name])


def test_a_saturated_sigmoid():
    """At θ = 40 a float64 σ(θ) is 1: the probability has lost what the logit still knows."""
    plain, fused, graph = both(SIGMOID, [[40.0]], [[0.0]])
    assert plain.loss == math.inf
    assert plain.nonfinite == ("loss", 0, "inf")
    assert fused.loss == 40.0
    assert fused.values["p"].tolist() == [[1.0]]
    assert fused.gradients["z"].tolist() == [[1.0]]
    assert fused.contributions["p", "z"].tolist() == [[1.0]]
    assert not np.isfinite(fused.gradients["p"]).any()
    loss, found = graph.gradients({"z": [[40.0]], "y": [[0.0]]}, wrt=["z", "p"])
    assert (loss, found["z"].tolist()) == (40.0, [[1.0]])
    assert not np.isfinite(found["p"]).any()


def test_a_saturated_softmax():
    plain, fused, graph = both(SOFTMAX, [[800.0, 0.0]], [[0.0, 1.0]])
    assert plain.loss == math.inf
    assert fused.loss == 800.0
    assert fused.gradients["z"].tolist() == [[1.0, -1.0]]
    assert graph.gradients({"z": [[800.0, 0.0]], "y": [[0.0, 1.0]]}, wrt="z")[0] == 800.0


def test_small_probabilities_keep_their_digits():
    for z in (-40.0, -300.0):
        _, fused, _ = both(SIGMOID, [[z]], [[0.0]])
        assert_close(fused.loss, math.exp(z))
        assert_close(fused.gradients["z"], [[math.exp(z)]])


@pytest.mark.parametrize(("text", "fuses"), [
    (SIGMOID, True), (SOFTMAX, True), (ONE_LINE, True),
    ("z = input(3)\ny = target(2)\np = sigmoid(z)\nloss = bce(p[0:2], y)", False),
    ("z = input(3)\ny = target(3)\np = softmax(z)\nloss = bce(p, y)", False),
    ("z = input(2, 3)\ny = target(2, 3)\np = softmax(z, axis=0)\nloss = cross_entropy(p, y)", False),
    ("z = input(2, 3)\ny = target(2, 3)\np = softmax(z, axis=1)\nloss = cross_entropy(p, y)", True),
    ("p = input(3)\ny = target(3)\nloss = bce(p, y)", False),
])
def test_what_fuses(text, fuses):
    assert bool(Graph.parse(text.format(n=3)).fusions) == fuses


def test_nothing_goes_back_to_a_target_past_its_probability():
    graph = Graph.parse("t = target(1)\ny = target(1)\nw = param()\np = sigmoid(t)\nloss = bce(p, y) * w")
    trace = graph.trace({"t": [[0.5]], "y": [[1.0]]}, {"w": 2.0}, fuse=True)
    assert set(trace.gradients) == {"w", "p", "loss"}
    assert ("p", "t") not in trace.contributions


def test_a_soft_target_that_is_computed_gets_its_gradient():
    text = "z = input(2)\nu = input(2)\np = sigmoid(z)\nq = sigmoid(u)\nloss = bce(p, q)"
    data = {"z": [[0.3, -2.0]], "u": [[1.0, 0.5]]}
    graph = Graph.parse(text)
    plain, fused = graph.trace(data), graph.trace(data, fuse=True)
    assert_close(fused.gradients["u"], plain.gradients["u"])
    assert_close(fused.contributions["loss", "q"], plain.contributions["loss", "q"])
    assert_close(graph.gradients(data, wrt=["u"])[1]["u"], plain.gradients["u"])


@pytest.mark.parametrize("lead", [0.0, 1.0, 6.9, 7.0, 20.0, 36.0, 40.0, 700.0])
@pytest.mark.parametrize("hot", [0, 1, 2])
def test_a_saturated_softmax_keeps_the_digits_of_what_is_left_to_lose(lead, hot):
    """Where s is 1 to all digits, the loss −ln s and the slope s − 1 are not 0: they are what the others still have."""
    with mpmath.workdps(400):
        powers = [mpmath.exp(z) for z in (lead, -lead, 0.5)]
        shares = [power / mpmath.fsum(powers) for power in powers]
        loss = float(-mpmath.log(shares[hot]))
        slopes = [float(share - (place == hot)) for place, share in enumerate(shares)]
    # Beside samples that are not saturated, and where two classes lead together.
    z = [[lead, -lead, 0.5], [0.1, 0.2, 0.3], [lead, lead, -lead]]
    y = [[float(place == hot) for place in range(3)], [0.2, 0.5, 0.3], [1.0, 0.0, 0.0]]
    plain, fused, graph = both(SOFTMAX, z, y)
    together = math.log1p(1 + math.exp(-2 * lead))
    _, alone = graph.gradients({"z": z[:1], "y": y[:1]}, wrt="z")
    found, among = graph.gradients({"z": z, "y": y}, wrt="z", reduction="sum")
    np.testing.assert_allclose(fused.values["loss"], [loss, plain.values["loss"][1], together], rtol=1e-13)
    np.testing.assert_allclose(found, math.fsum(fused.values["loss"]), rtol=1e-13)
    for slope in (fused.gradients["z"][0] * 3, alone["z"][0], among["z"][0]):
        np.testing.assert_allclose(slope, slopes, rtol=1e-12)
    np.testing.assert_allclose(graph.gradients({"z": z[:1], "y": y[:1]})[0], loss, rtol=1e-13)
    np.testing.assert_allclose(among["z"][1:], fused.gradients["z"][1:] * 3, rtol=1e-12)


@pytest.mark.parametrize("lead", [40.0, 800.0])
def test_log_softmax_and_logsumexp_keep_them_too(lead):
    small = math.exp(-lead) + math.exp(-lead - 1)
    log_share = Graph.parse("z = input(3)\nloss = log_softmax(z)[1]").trace({"z": [[-lead, 0.0, -lead - 1]]}, {})
    assert_close(log_share.loss, -math.log1p(small))
    smooth = Graph.parse("z = input(3)\nloss = logsumexp(z)").trace({"z": [[-lead, 0.0, -lead - 1]]}, {})
    assert_close(smooth.loss, math.log1p(small))


@pytest.mark.parametrize(("activation", "text"), [
    ("sigmoid", "loss = bce_with_logits(z, y)"), ("softmax", "loss = cross_entropy_with_logits(z, y)"),
])
def test_the_probability_inside_a_loss_on_logits(activation, text):
    """It is what the activation alone would give, to the last bit, saturated or not."""
    data = {"z": [[0.3, -1.0, 900.0], [0.2, -0.2, 0.1]], "y": [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]}
    head = "z = input(3)\ny = target(3)\n"
    trace = Graph.parse(head + text).trace(data, kernels=False)
    alone = Graph.parse(f"{head}p = {activation}(z)\nloss = sum(p)").trace(data, kernels=False)
    np.testing.assert_array_equal(trace.inside("loss"), alone.values["p"])
    assert trace.inside("z") is None and alone.inside("p") is None
    together = Graph.parse(f"{head}{text} + 0.1 * sum(z)").trace(data, kernels=False)
    assert together.inside("loss") is None
