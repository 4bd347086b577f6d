"""The plot of the timings hears what the browser is told, and draws it in the page's colours."""

import pytest

from explorer.views.explorer import Explorer
from explorer.views.figures import Palette
from explorer.views.timing_plot import LOOKS, TimingPlot, in_words

LIGHT = Palette(**{name: "#102030" for name in Palette.model_fields})
DARK = Palette(**{name: "#d0e0f0" for name in Palette.model_fields})
STARTED = {
    "type": "timing",
    "kind": "started",
    "sizes": (1, 10, 1000),
    "entrants": [{"name": "loops", "absent": None}, {"name": "numpy", "absent": None}, {"name": "cupy", "absent": "x"}],
}


def timed(name, size, seconds):
    return {"type": "timing", "kind": "timed", "name": name, "size": size, "seconds": seconds, "rounds": 3}


def points(plot, name):
    return plot.pane[0].object.select_one({"name": name}).data


@pytest.fixture
def plot():
    made = TimingPlot()
    made.hear({"type": "film", "film": {"case": "mlp/bce_mlp"}})
    made.paint(LIGHT)
    for said in (STARTED, timed("loops", 1, 2e-5), timed("numpy", 1, 5e-5), timed("loops", 1000, 0.02)):
        made.hear(said)
    return made


def test_a_page_that_never_opens_it_has_no_plot():
    assert Explorer().timings is None


def test_results_are_points_and_hovering_says_the_time_of_a_sample(plot):
    assert points(plot, "loops") == {
        "size": [1, 1000], "seconds": [2e-5, 0.02], "pass": ["20 µs", "20 ms"], "sample": ["20 µs", "20 µs"]
    }  # fmt: skip
    assert points(plot, "numpy")["seconds"] == [5e-5]


def test_the_axes_hold_every_point_and_label_whole_decades(plot):
    figure = plot.pane[0].object
    assert figure.x_range.start < 1 and figure.x_range.end > 1000
    assert (figure.y_range.start, figure.y_range.end) == (1e-5, 0.1)
    assert figure.xaxis[0].ticker.ticks == [1, 10, 100, 1000]
    assert figure.yaxis[0].ticker.ticks == [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    assert figure.yaxis[0].major_label_overrides[1e-5] == "10 µs"


def test_the_legend_names_those_who_take_part(plot):
    items = plot.pane[0].object.legend[0].items
    assert [item.label.value for item in items if item.visible] == ["Python loops", "NumPy"]


def test_contenders_differ_in_more_than_colour():
    assert len({marker for _, _, marker, _ in LOOKS.values()}) == len({dash for *_, dash in LOOKS.values()}) == 3


def test_other_colours_keep_the_points(plot):
    before = dict(points(plot, "loops"))
    plot.paint(DARK)
    assert points(plot, "loops") == before
    assert plot.pane[0].object.xaxis[0].major_label_text_color == "#d0e0f0"
    plot.hear(timed("numpy", 10, 6e-5))
    assert points(plot, "numpy")["size"] == [1, 10]


def test_a_new_race_and_another_lesson_take_the_points_away(plot):
    plot.hear({"type": "film", "film": {"case": "mlp/bce_mlp"}})
    assert points(plot, "loops")["size"] == [1, 1000]
    plot.hear(STARTED)
    assert points(plot, "loops")["size"] == []
    plot.hear(timed("loops", 1, 2e-5))
    plot.hear({"type": "film", "film": {"case": "gates/add_gate"}})
    assert points(plot, "loops")["size"] == []
    assert not any(item.visible for item in plot.pane[0].object.legend[0].items)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2, "2 s"), (0.9996, "1 s"), (0.0199, "19.9 ms"), (1.23456e-5, "12.3 µs"), (9.996e-4, "1 ms"), (3e-10, "0.3 ns")],
)
def test_times_are_told_in_the_unit_that_fits_them(seconds, text):
    assert in_words(seconds) == text
