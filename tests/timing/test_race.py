"""The measuring: under a clock of the tests' own, whose only time is the passes'."""

import numpy as np
import pytest

from explorer import Graph, lessons
from explorer.timing.contenders import Unfit, check, contenders, device_name
from explorer.timing.messages import Left, Limits, Progress, Timed
from explorer.timing.race import grown, race

LIMITS = Limits(
    sizes=(1, 10, 100), rounds=3, batch_seconds=1.0, slice_seconds=0.01, pass_seconds=4.0, total_seconds=1000.0
)


class Track:
    """A clock that only passes move, and contenders whose passes take what they are told to."""

    def __init__(self, **seconds):
        self.now = 0.0
        self.ran = []
        self._seconds = seconds

    def clock(self):
        return self.now

    def present(self):
        return {name: self._contender(name) for name in self._seconds}

    def _contender(self, name):
        def lay_out(data):
            size = len(data["x"])

            def run():
                self.ran.append((name, size))
                self.now += self._seconds[name](size, len(self.ran))

            return run

        return lay_out

    def race(self, limits=LIMITS):
        return list(race(self.present(), lambda size: {"x": np.zeros((size, 1))}, limits, self.clock))


def of_kind(kind, events):
    return [event for event in events if isinstance(event, kind)]


def test_everyone_is_timed_at_every_size():
    track = Track(loops=lambda size, _: 0.02 * size, numpy=lambda size, _: 0.015)
    timed = of_kind(Timed, track.race())
    assert [(event.name, event.size) for event in timed] == [
        (name, size) for size in (1, 10, 100) for name in ("loops", "numpy")
    ]
    assert [event.seconds for event in timed] == pytest.approx([0.02, 0.015, 0.2, 0.015, 2.0, 0.015])


def test_rounds_are_interleaved():
    track = Track(loops=lambda *_: 0.3, numpy=lambda *_: 0.3)
    track.race()
    warm_up = [("loops", 1), ("numpy", 1)]  # later ones are known to be long
    both = ("loops", "numpy")
    assert track.ran == warm_up + [(name, size) for size in LIMITS.sizes for _ in range(3) for name in both]


def test_the_median_is_told_so_that_one_slow_moment_does_not_count():
    # The first run at this size is the warm-up; the third of the nine measured passes is held up.
    track = Track(numpy=lambda size, ran: 100.0 if ran == 4 else 0.2)
    (timed,) = of_kind(Timed, track.race(LIMITS.model_copy(update={"sizes": (1,), "batch_seconds": 101.5})))
    assert (timed.seconds, timed.rounds) == (pytest.approx(0.2), 9)


def test_a_measurement_of_a_quick_pass_repeats_it():
    track = Track(numpy=lambda *_: 0.001)
    track.race(LIMITS.model_copy(update={"sizes": (1,), "batch_seconds": 0.001}))
    assert len(track.ran) == 1 + 3 * 10


def test_who_would_take_too_long_leaves_and_the_others_go_on():
    track = Track(loops=lambda size, _: 0.3 * size, numpy=lambda *_: 0.1)
    events = track.race()
    (left,) = of_kind(Left, events)
    assert (left.name, left.size, left.expected) == ("loops", 100, pytest.approx(30.0))
    assert ("loops", 100) not in track.ran
    assert [(event.name, event.size) for event in of_kind(Timed, events)][-1] == ("numpy", 100)


def test_what_is_left_of_the_whole_time_counts_too():
    track = Track(loops=lambda size, _: 0.03 * size)
    events = track.race(LIMITS.model_copy(update={"total_seconds": 10.0}))
    assert [event.size for event in of_kind(Timed, events)] == [1, 10]
    assert of_kind(Left, events)[0].expected == pytest.approx(3.0)  # within a pass's limit, but three do not fit


def test_when_the_time_is_over_no_further_round_begins():
    track = Track(loops=lambda size, ran: 0.2 if ran == 1 else 60.0, numpy=lambda *_: 0.2)
    timed = of_kind(Timed, track.race(LIMITS.model_copy(update={"sizes": (1,), "total_seconds": 10.0})))
    assert [event.rounds for event in timed] == [1, 1]


def test_progress_goes_from_little_to_all_and_never_back():
    track = Track(loops=lambda size, _: 0.02 * size, numpy=lambda *_: 0.015)
    done = [event.done for event in of_kind(Progress, track.race())]
    assert done == sorted(done) and done[0] == 0.0 and done[-1] == 1.0
    assert 10 < len(done) <= 60


def test_a_batch_is_the_samples_repeated_and_repetitions_of_inputs_are_moved_a_little():
    data = {"x": np.array([[1.0, -2.0], [3.0, 0.0]]), "t": np.array([[0.0], [1.0]])}
    batch = grown(data, ("x",), 7)
    np.testing.assert_array_equal(batch["x"][:2], data["x"])
    np.testing.assert_array_equal(batch["t"][:, 0], [0, 1, 0, 1, 0, 1, 0])
    assert batch["x"].shape == (7, 2) and len(np.unique(batch["x"][:, 0])) == 7
    np.testing.assert_allclose(batch["x"], data["x"][np.arange(7) % 2], rtol=0.1)
    np.testing.assert_array_equal(grown(data, ("x",), 1)["x"], data["x"][:1])
    np.testing.assert_array_equal(data["x"], [[1.0, -2.0], [3.0, 0.0]])


@pytest.mark.parametrize("case", lessons.catalogue().lessons)
def test_the_contenders_agree_on_every_case(case):
    lesson = lessons.load(case)
    present, entrants = contenders(lesson.graph, lesson.params)
    assert [entrant.name for entrant in entrants] == ["loops", "numpy", "cupy"]
    assert {"loops", "numpy"} <= present.keys()
    check(present, grown(lesson.data, lesson.graph.inputs, 7))


def test_contenders_that_differ_are_not_timed():
    lesson = lessons.load("mlp")
    present, _ = contenders(lesson.graph, lesson.params)
    others, _ = contenders(lesson.graph, {**lesson.params, "b2": lesson.params["b2"] + 1e-6})
    with pytest.raises(Unfit, match="loops and numpy differ on the loss"):
        check(present | {"loops": others["loops"]}, lesson.data)


def test_numbers_that_are_not_finite_are_not_timed():
    graph = Graph.parse("x = input()\nw = param()\nloss = w * x\n")
    present, _ = contenders(graph, {"w": np.array(1.0)})
    with pytest.raises(Unfit, match="infinite or not a number"):
        check(present, {"x": np.array([np.inf])})


def test_who_stays_away_has_a_reason():
    graph = Graph.parse("x = input()\nw = param()\nloss = exp(w * x)\n")
    present, entrants = contenders(graph, {"w": np.array(1.0)})
    assert "loops" not in present and "numpy" in present
    assert entrants[0].absent == "no loop form of 'exp'" and entrants[1].absent is None


@pytest.mark.gpu
@pytest.mark.parametrize("case", lessons.catalogue().lessons)
def test_a_gpu_takes_part_and_computes_the_same(case):
    lesson = lessons.load(case)
    present, entrants = contenders(lesson.graph, lesson.params)
    assert entrants[-1].absent is None and device_name()
    check(present, grown(lesson.data, lesson.graph.inputs, 7))


def test_without_a_gpu_cupy_stays_away(monkeypatch):
    monkeypatch.setattr("explorer.engine.arrays._cupy", lambda: None)
    lesson = lessons.load("mlp")
    present, entrants = contenders(lesson.graph, lesson.params)
    assert "cupy" not in present and device_name() is None
    assert entrants[-1].absent == "no GPU here"
