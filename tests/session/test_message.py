"""The bytes of a reply: a large film is small, and its words come when they are asked for."""

from typing import Any

import numpy as np
import pytest

from benchmarks.big_graph import with_numbers
from explorer import lessons
from explorer.film import MOST_TOLD, make_film, make_words
from explorer.lessons.own import own_lesson
from explorer.session.conversation import MOST_WORDS, Conversation, Later
from explorer.session.message import encode

WORDS = {"tick", "place", "identity", "sentence", "notes"}


def large(nodes=100):
    return own_lesson(*with_numbers(nodes), 0.1, None)


def film_on_show(talk: Conversation) -> dict[str, Any]:
    [film] = talk.receive({"type": "open", "request": 1, "fragment": {}})
    assert isinstance(film, dict)
    return film


def test_the_film_of_a_thousand_nodes_is_at_most_300_kilobytes():
    film = film_on_show(Conversation(large(1000)))
    assert len(film["film"]["nodes"]) == 1000
    assert encode(film).size <= 300_000


@pytest.mark.parametrize("case", lessons.catalogue().lessons)
def test_a_lesson_s_film_brings_all_its_words(case):
    lesson = lessons.load(case)
    film = make_film(lesson, lesson.graph.trace(lesson.data, lesson.params))
    assert len(film["steps"]) <= MOST_TOLD
    assert all(step.keys() >= WORDS and step["sentence"] for step in film["steps"])


def test_a_long_film_leaves_its_words_for_later_unless_it_is_to_be_complete():
    lesson = large()
    trace = lesson.graph.trace(lesson.data, lesson.params)
    film, complete = make_film(lesson, trace), make_film(lesson, trace, complete=True)
    assert len(film["steps"]) == len(complete["steps"]) > MOST_TOLD
    assert not any(step.keys() & WORDS for step in film["steps"])
    words = [{key: step[key] for key in WORDS} for step in complete["steps"]]
    assert all(one["sentence"] for one in words)
    for first, last in ((1, 1), (65, 128), (len(words), len(words))):
        assert make_words(lesson, trace, 0, first, last) == words[first - 1 : last]
    bare = [{key: one for key, one in step.items() if key not in WORDS} for step in complete["steps"]]
    np.testing.assert_array_equal(complete["numbers"], film["numbers"])
    assert {**complete, "steps": bare, "numbers": None} == {**film, "numbers": None}


def test_words_are_told_on_another_thread_of_the_film_on_show():
    lesson = large()
    talk = Conversation(lesson)
    film_on_show(talk)
    [later] = talk.receive({"type": "words", "request": 2, "first": 65, "last": 128})
    assert isinstance(later, Later)
    [reply] = later.work()
    trace = lesson.graph.trace(lesson.data, lesson.params)
    assert reply == {"type": "words", "request": 2, "first": 65, "words": make_words(lesson, trace, 0, 65, 128)}


@pytest.mark.parametrize("steps", [(1, MOST_WORDS + 1), (0, 3)])
def test_words_of_too_many_steps_or_of_none_are_refused(steps):
    talk = Conversation(large())
    film_on_show(talk)
    [reply] = talk.receive({"type": "words", "request": 2, "first": steps[0], "last": steps[1]})
    assert isinstance(reply, dict) and reply["type"] == "refused"


def test_nothing_has_words_before_it_is_open():
    [reply] = Conversation().receive({"type": "words", "request": 1, "first": 1, "last": 2})
    assert isinstance(reply, dict) and reply["type"] == "refused"
