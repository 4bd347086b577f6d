"""The slope of a function of one number: right where there is one, and said not to be where there is a kink."""

import math

import pytest

from explorer.engine.differences import Difference, slope_of


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda x: math.exp(x), 1.0),
        (lambda x: math.sin(3 * x + 1), 3 * math.cos(1)),
        (lambda x: 7.0, 0.0),
        (lambda x: x**3, 0.0),
        (lambda x: 100 + x, 1.0),
        (lambda x: 1e-9 * math.tanh(x + 0.3), 1e-9 * (1 - math.tanh(0.3) ** 2)),
    ],
)
def test_smooth_functions(function, slope: float) -> None:
    found = slope_of(function)
    assert found.settled and not found.kinked
    assert found.value == pytest.approx(slope, rel=1e-9, abs=1e-17)


def test_a_student_can_compute_it_again_from_what_is_kept() -> None:
    found = slope_of(math.exp)
    first, second, third = (
        (plus - minus) / (2 * k * found.step)
        for k, (plus, minus) in enumerate(zip(found.ahead, found.behind, strict=True), start=1)
    )
    assert found.slopes == (first, second, third)
    assert found.value == pytest.approx(3 / 2 * first - 3 / 5 * second + 1 / 10 * third, rel=1e-14)
    assert abs(first - 1) > 1e-8 > abs(found.value - 1), "three differences tell more than one"


def test_a_kink_has_two_slopes() -> None:
    found = slope_of(lambda x: max(x, 0.0) + 2 * x)
    assert found.kinked and not found.settled
    assert (found.left, found.right) == pytest.approx((2, 3))


@pytest.mark.parametrize("distance", [2e-3, -1e-3, 4e-5, -4e-7])
def test_a_kink_nearby_is_stepped_around(distance: float) -> None:
    found = slope_of(lambda x: max(x - distance, 0.0))
    assert found.settled
    assert found.value == pytest.approx(float(distance < 0), abs=1e-6)


def test_it_keeps_to_the_domain() -> None:
    found = slope_of(lambda x: math.log(1e-5 + x) if x > -1e-5 else math.nan)
    assert found.settled and found.value == pytest.approx(1e5, rel=1e-7)


def test_the_scale_decides_the_step() -> None:
    found = slope_of(lambda x: math.log(1e-9 + x) if x > -1e-9 else math.nan, [1e-9, 1.0])
    assert found.settled and found.value == pytest.approx(1e9, rel=1e-8)
    wide = slope_of(lambda x: 1 + x / 1e6 + (x / 1e6) ** 2, [1.0, 1e6])
    assert wide.step == pytest.approx(1e3) and wide.value == pytest.approx(1e-6, rel=1e-10)


def test_no_number_is_no_slope() -> None:
    for found in (slope_of(lambda x: math.nan), slope_of(lambda x: math.inf)):
        assert not found.settled and not found.kinked


def test_the_best_of_several_steps_is_kept() -> None:
    assert isinstance(slope_of(math.exp, [1.0, 1e-3]), Difference)
    assert slope_of(math.exp, [1.0, 1e-3]).step == pytest.approx(1e-3)


def test_it_confirms_a_gradient_or_does_not() -> None:
    smooth, kinked = slope_of(math.exp), slope_of(lambda x: max(x, 0.0))
    assert smooth.confirms(1 + 1e-9) is True
    assert smooth.confirms(1.0001) is smooth.confirms(math.nan) is False
    assert slope_of(lambda x: 3.0).confirms(0.0) is True
    assert kinked.confirms(0.0) is kinked.confirms(1.0) is None
    assert kinked.confirms(-0.5) is False
    assert slope_of(lambda x: math.nan).confirms(0.0) is None
