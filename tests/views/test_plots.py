"""Plots of the page: empty until they stand in it, drawn in its own colours, and told what it is told."""

import math

import pytest
from pydantic import ValidationError

from explorer.session.conversation import Conversation
from explorer.views.losses import FEWEST, LossPlot, bounds, is_logarithmic
from explorer.views.plots import Plots

COLOURS = dict.fromkeys(("ink", "mute", "line", "card", "forward", "backward", "update"), "#102030")
ASK = {"type": "plot", "plot": "losses", "colours": COLOURS}


def film(losses, at=0):
    return {"type": "film", "run": {"losses": losses, "pass": at}}


def drawn(pane):
    return pane[0].object


@pytest.mark.parametrize(
    ("losses", "logarithmic"),
    [([], False), ([0.3], False), ([2.0, 0.1], False), ([2.0, 0.02], True), ([2.0, 0.0], False), ([5.0, -1.0], False),
     ([2.0, math.nan, 0.01], True), ([math.inf, 1.0], False)],
)  # fmt: skip
def test_losses_of_different_magnitude_stand_on_a_logarithmic_axis(losses, logarithmic):
    assert is_logarithmic(losses) is logarithmic


@pytest.mark.parametrize(
    "losses", [[0.3], [2.0, 1.0], [5.0, -1.0], [-3.0], [0.0], [0.01, 0.5], [math.nan, 1.0, math.inf], [1e-300, 1e300]]
)
def test_every_loss_is_within_the_axis_and_room_is_left(losses):
    finite = [loss for loss in losses if math.isfinite(loss)]
    start, end = bounds(losses, is_logarithmic(losses))
    assert start <= min(finite) <= max(finite) < end
    assert start < min(finite) or start == 0.0
    assert start >= 0 or min(finite) < 0


def test_without_a_finite_loss_the_axis_is_still_one():
    assert bounds([math.nan], False) == (0.0, 1.0)


def test_a_plot_is_empty_until_it_is_asked_for_again():
    plots = Plots()
    plots.hear(film([2.0, 1.5, 1.25], at=1))
    name, pane = plots.ask(ASK)
    assert (name, len(pane)) == ("losses", 0)
    assert plots.ask(ASK)[1] is pane
    line, dots, now = (renderer.data_source.data for renderer in drawn(pane).renderers)
    assert line["number"] == [1, 2, 3]
    assert dots["loss"] == [2.0, 1.5, 1.25]
    assert now == {"number": [2], "loss": [1.5]}


def test_a_plot_follows_the_films_and_keeps_its_figure():
    plots = Plots()
    plots.hear(film([2.0]))
    _, pane = plots.ask(ASK)
    plots.ask(ASK)
    figure = drawn(pane)
    assert figure.x_range.end == FEWEST + 0.5
    plots.hear({"type": "explanation"})
    plots.hear(film([2.0] * 8, at=7))
    assert drawn(pane) is figure
    assert (figure.x_range.end, figure.renderers[0].data_source.data["number"][-1]) == (8.5, 8)


def test_another_kind_of_axis_is_another_figure_in_the_same_pane():
    plot = LossPlot()
    plot.hear(film([2.0]))
    plots = Plots()
    plots.hear(film([2.0]))
    _, pane = plots.ask(ASK)
    plots.ask(ASK)
    for losses, kind in (([2.0, 0.01], "LogScale"), ([2.0], "LinearScale")):
        plots.hear(film(losses))
        assert type(drawn(pane).y_scale).__name__ == kind
        assert (drawn(pane).y_range.start, drawn(pane).y_range.end) == bounds(losses, kind == "LogScale")


def test_other_colours_are_another_figure():
    plots = Plots()
    plots.hear(film([2.0]))
    _, pane = plots.ask(ASK)
    plots.ask({**ASK, "colours": {**COLOURS, "forward": "#abcdef"}})
    assert drawn(pane).renderers[0].glyph.line_color == "#abcdef"


@pytest.mark.parametrize(
    "message",
    [{**ASK, "plot": "secrets"}, {**ASK, "colours": {**COLOURS, "ink": "url(http://x)"}}, {**ASK, "colours": {}},
     {**ASK, "colours": {**COLOURS, "more": "#000000"}}, {**ASK, "file": "x"}],
)  # fmt: skip
def test_nothing_else_can_be_asked_for(message):
    with pytest.raises(ValidationError):
        Plots().ask(message)


def test_the_numbers_of_a_real_run_arrive():
    talk, plots = Conversation(), Plots()
    for message in ({"type": "open", "request": 1}, {"type": "pass", "request": 2, "pass": 3}):
        for reply in talk.receive(message):
            assert isinstance(reply, dict)
            plots.hear(reply)
    _, pane = plots.ask(ASK)
    plots.ask(ASK)
    losses = drawn(pane).renderers[0].data_source.data["loss"]
    assert len(losses) == 4 and losses == sorted(losses, reverse=True)
