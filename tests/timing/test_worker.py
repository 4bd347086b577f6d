"""The worker as a process: what it says, and that it is never left behind."""

import gettext
import io
import json
import subprocess
import sys

import numpy as np
import pytest

from explorer import Graph, lessons, locale
from explorer.timing.messages import Finished, Left, Limits, Progress, Started, Timed, read_event
from explorer.timing.worker import decode, encode, work
from explorer.workers.messages import Failed

QUICK = Limits(sizes=(1, 3, 10), rounds=1, batch_seconds=0.001, slice_seconds=0.001)
ENDLESS = Limits(sizes=(1, 10), batch_seconds=3600.0, total_seconds=36000.0)


def job(case, limits):
    lesson = lessons.load(case)
    return encode(lesson.graph, lesson.data, lesson.params, limits)


@pytest.fixture
def start():
    """Starts a worker with a job; whatever a test leaves behind is ended."""
    workers = []

    def starter(packed):
        command = [sys.executable, "-m", "explorer.timing.worker"]
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        workers.append(worker)
        assert worker.stdin is not None
        worker.stdin.write(packed)
        worker.stdin.flush()
        return worker

    yield starter
    for worker in workers:
        worker.kill()
        worker.wait()
        for stream in (worker.stdin, worker.stdout):
            assert stream is not None
            stream.close()


def test_a_job_arrives_as_it_was_sent():
    lesson = lessons.load("batch")
    stream = io.BytesIO(encode(lesson.graph, lesson.data, lesson.params, QUICK))
    graph, data, params, limits = decode(stream)
    assert graph.source == lesson.graph.source and limits == QUICK
    for sent, came in ((lesson.data, data), (lesson.params, params)):
        assert sent.keys() == came.keys()
        for name in sent:
            np.testing.assert_array_equal(sent[name], came[name])


def test_no_more_samples_are_sent_than_the_largest_batch_has():
    graph = Graph.parse("x = input()\nloss = x * x\n")
    packed = encode(graph, {"x": np.arange(1000.0)}, {}, QUICK)
    assert len(decode(io.BytesIO(packed))[1]["x"]) == 10


def test_it_tells_the_machine_the_progress_and_every_result(start):
    worker = start(job("mlp", QUICK))
    events = [read_event(line) for line in worker.stdout]
    assert worker.wait() == 0
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert events[0].sizes == QUICK.sizes and events[0].wanted == ("W", "b1", "U", "b2")
    assert events[0].machine.cores > 0 and events[0].machine.numpy == np.__version__
    present = [entrant.name for entrant in events[0].entrants if entrant.absent is None]
    timed = [event for event in events if isinstance(event, Timed)]
    assert [(event.name, event.size) for event in timed] == [(name, size) for size in QUICK.sizes for name in present]
    assert all(event.seconds > 0 for event in timed)
    assert [event.done for event in events if isinstance(event, Progress)][-1] == 1.0


@pytest.mark.parametrize("case", ["gates/sqerr_gate", "gates/fan_out", "lecture20", "matrix-language", "batch"])
def test_every_lesson_can_be_timed(case):
    lesson = lessons.load(case)
    events = list(work(lesson.graph, lesson.data, lesson.params, QUICK))
    assert isinstance(events[-1], Finished)
    assert {event.name for event in events if isinstance(event, Timed)} >= {"loops", "numpy"}


def test_a_graph_with_an_op_that_has_no_loops_is_timed_without_them():
    graph = Graph.parse("x = input()\nw = param()\nloss = exp(w * x)\n")
    events = list(work(graph, {"x": np.array([0.5])}, {"w": np.array(2.0)}, QUICK))
    assert isinstance(events[0], Started) and events[0].entrants[0].absent == "no loop form of 'exp'"
    assert "loops" not in {event.name for event in events if isinstance(event, Timed | Left)}
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize(
    ("source", "data", "reason"),
    [
        ("x = input()\nloss = x * x\n", np.array([np.nan]), "infinite or not a number"),
        ("x = input()\nloss = x * x\n", np.zeros(0), "There is no sample"),
        ("x = input(1000)\nloss = sqerr(x, x)\n", np.zeros((1, 1000)), "too many numbers"),
        ("x = input(2)\ny = x * x\n", np.zeros((1, 2)), "The objective 'y'"),
    ],
)
def test_what_cannot_be_timed_is_said(source, data, reason):
    (event,) = work(Graph.parse(source), {"x": data}, {}, QUICK.model_copy(update={"numbers": 100}))
    assert isinstance(event, Failed) and reason in event.reason


def test_batches_with_too_many_numbers_are_left_out():
    lesson = lessons.load("mlp")  # 3 inputs and a target
    events = list(work(lesson.graph, lesson.data, lesson.params, QUICK.model_copy(update={"numbers": 12})))
    assert isinstance(events[0], Started) and events[0].sizes == (1, 3)


def test_text_that_is_no_graph_is_parsed_and_refused_never_run(start, tmp_path):
    mark = tmp_path / "mark"
    head = json.loads(job("mlp", QUICK).split(b"\n", 1)[0])
    head |= {"source": f"open({str(mark)!r}, 'w')", "bytes": 0}
    worker = start(json.dumps(head).encode() + b"\n")
    worker.stdin.close()
    assert worker.wait(timeout=60) != 0 and not mark.exists()
    worker.stdin = io.BytesIO()


def test_it_ends_when_its_starter_lets_go(start):
    worker = start(job("mlp", ENDLESS))
    assert isinstance(read_event(worker.stdout.readline()), Started)
    assert isinstance(read_event(worker.stdout.readline()), Progress)
    assert worker.poll() is None
    worker.stdin.close()
    assert worker.wait(timeout=60) == 1


def test_reasons_are_given_in_the_language_that_is_spoken(monkeypatch):
    class Marked(gettext.NullTranslations):
        def gettext(self, message):
            return f"‹{message}›"

    monkeypatch.setattr(locale, "_catalogue", lambda language: Marked())
    graph, params = Graph.parse("x = input()\nw = param()\nloss = exp(w * x)\n"), {"w": np.array(2.0)}
    (started, *_) = work(graph, {"x": np.array([0.5])}, params, QUICK)
    assert isinstance(started, Started) and started.entrants[0].absent == "‹no loop form of 'exp'›"
    (failed,) = work(graph, {"x": np.zeros(0)}, params, QUICK)
    assert isinstance(failed, Failed) and failed.reason.startswith("‹There is no sample")
