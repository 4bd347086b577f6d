"""Views of a recording: where they lie in memory, for any number of samples, and that only real ones are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import array_api_compat.numpy as xp
import numpy as np
import pytest

from explorer.engine.device.cuda import leading
from explorer.engine.device.expression import BATCH, Slot
from explorer.engine.device.forms import Form, ordered
from explorer.engine.device.namespace import Namespace
from explorer.engine.device.operations import mapped
from explorer.engine.device.plan import DevicePlan
from explorer.engine.device.recipe import Recipe, assembled
from explorer.engine.device.recording import Recording
from explorer.engine.device.slots import Slots
from tests.engine.host_device import NumpyDevice

Move = Callable[[Any], Any]
CHAINS: dict[str, tuple[Move, ...]] = {
    "transposed": (lambda a: a.transpose(1, 2, 0),),
    "one entry": (lambda a: a[2],),
    "some entries, turned": (lambda a: a[1:4:2], lambda a: a.transpose(2, 0, 1)),
    "backwards": (lambda a: a[::-1], lambda a: a[:, ::-2]),
    "an axis more, and elsewhere": (lambda a: a[:, None], lambda a: np.moveaxis(a, 1, 3), lambda a: a[3:]),
    "the last row, as a column": (lambda a: a[-1], lambda a: a[..., None], lambda a: a.transpose(1, 0, 2)),
}


@pytest.mark.parametrize("rows", [0, 1, 7])
@pytest.mark.parametrize("moves", CHAINS.values(), ids=CHAINS.keys())
def test_a_chain_of_views_is_one(moves: tuple[Move, ...], rows: int) -> None:
    form, array = ordered((5, 8, BATCH)), np.arange(5 * 8 * rows).reshape(5, 8, rows)
    expected = array
    for move in moves:
        form, expected = form.moved(move), move(expected)
    real = form.real(rows)
    strides = [stride * array.itemsize for stride in real.full_strides]
    seen = np.ndarray(real.shape, array.dtype, array, real.offset * array.itemsize, strides) if rows else expected
    assert real.shape == expected.shape and np.array_equal(seen, expected)


def test_views_that_come_to_the_same_are_one_and_those_that_change_nothing_none() -> None:
    recording = Recording("float64")
    functions, slot = Namespace(recording), recording.slot((40, BATCH), 0, given=True)
    array = recording.array(slot)
    there_and_back = functions.reshape(functions.moveaxis(functions.expand_dims(array, 1), 1, 0), (40, BATCH))
    assert recording.slot_of(there_and_back) == slot
    assert recording.slot_of(array.T.T) == slot
    once, twice = recording.slot_of(array.T), recording.slot_of(functions.permute_dims(array, (1, 0)))
    assert once == twice != slot
    assert recording.slots[once].views == slot and recording.steps == []


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_entries_out_of_order_are_copied_for_what_needs_them_in_order(rows: int) -> None:
    recording = Recording("float64")
    functions, slot = Namespace(recording), recording.slot((6, 8, BATCH), 0, given=True)
    turned = functions.permute_dims(recording.array(slot), (1, 0, 2))
    flat, doubled = functions.reshape(turned, (48, BATCH)), mapped("+", turned, turned)
    by_sample = functions.permute_dims(functions.reshape(recording.array(slot), (48, BATCH)), (1, 0))
    first = functions.reshape(by_sample, (BATCH, 12, 4))
    total = functions.sum(turned, axis=-1, keepdims=True)
    results = [recording.slot_of(one) for one in (flat, doubled, turned, turned, first, total)]
    recipe = assembled(recording, {0: slot}, results[1], results, [True] * 6)
    array = np.arange(48.0 * rows).reshape(6, 8, rows)
    _, found = DevicePlan(recipe, NumpyDevice("float64"), rows, 1).block({0: array}, 0, rows)
    expected = array.transpose(1, 0, 2)
    wanted = [expected.reshape(48, rows), 2 * expected, expected, expected,
              array.reshape(48, rows).T.reshape(rows, 12, 4), expected.sum(axis=-1, keepdims=True)]
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, np.moveaxis(other, -1, 0))
        assert one is not None and not np.shares_memory(one, array)
    assert not np.shares_memory(found[2], found[3])


def test_a_view_of_what_lies_in_another_s_memory_begins_there() -> None:
    inner, view = ordered((6, BATCH), 4), ordered((2, BATCH), 3 * BATCH)
    slots = (Slot((2 * BATCH,), 0), Slot(inner.shape, 0, views=0, form=inner), Slot(view.shape, 0, views=1, form=view))
    recipe = Recipe(slots, {}, (), 0, (), (), np.dtype("float64"))
    root, start, _, shape, strides = Slots(recipe, xp, 7).seen(2)
    assert (root, start, shape, strides) == (0, 8 * (4 + 3 * 7), (2, 7), (56, 8))


@pytest.mark.parametrize(("form", "expected"), [
    (Form((3, 5), (5, 1)), (0, 5)), (Form((5, 3), (1, 5)), (1, 5)), (Form((3, 5), (9, 1)), (0, 9)),
    (Form((3, 1), (1, 1)), (0, 1)), (Form((1, 5), (1, 1)), (0, 5)), (Form((3, 5), (10, 2)), None),
    (Form((3, 5), (1, 1)), None), (Form((3, 5), (-5, 1)), None), (Form((3, 1), (4, 0)), (0, 4)),
    (Form((1, 5), (0, 3)), (1, 3)),
], ids=str)
def test_how_a_matrix_lies_for_cublas(form: Form, expected: tuple[int, int] | None) -> None:
    assert leading(form) == expected
