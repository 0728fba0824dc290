"""Where a power that grows reaches its target, by few powers."""

from collections.abc import Callable
from math import isnan, nan

import pytest
from scipy.special import ndtr

from sim.power.crossing import crossing


def line(slope: float, start: float = -2.0, top: float = 1.0) -> Callable[[float], float]:
    """A power that is nearly a line in probits, up to a limit."""
    return lambda multiple: top * float(ndtr(start + slope * multiple))


@pytest.mark.parametrize("slope", [1e-3, 0.1, 2.8, 100.0])
@pytest.mark.parametrize("target", [0.05, 0.8, 0.99])
def test_it_is_where_power_is_the_target(slope: float, target: float) -> None:
    """However far from the first multiple tried; and the slope is that of the curve."""
    tried = []

    def power(multiple: float) -> float:
        tried.append(multiple)
        return line(slope)(multiple)

    known = crossing(power, target, 1.0, 1e5, 1e-6)
    assert known.power == pytest.approx(target, abs=1e-6)
    step = 1e-4 / slope
    exact = (power(known.multiple + step) - power(known.multiple - step)) / (2 * step)
    assert known.slope == pytest.approx(exact, rel=0.05)
    assert len(set(tried)) < 25


def test_a_straight_curve_takes_few_powers() -> None:
    """As many as the progress bar plans for, or fewer."""
    tried = []
    known = crossing(lambda m: tried.append(m) or line(2.8)(m), 0.8, 1.0, 10.0, 4e-4)
    assert known.multiple == pytest.approx(2.8416 / 2.8, abs=2e-3)
    assert len(tried) <= 8


def test_it_says_where_none_is_enough() -> None:
    """Power that levels off below the target is that at the largest multiple."""
    known = crossing(line(3.0, top=0.6), 0.8, 1.0, 7.5, 1e-4)
    assert known.multiple is None
    assert known.power == pytest.approx(0.6)
    assert isnan(known.slope)


def test_it_says_where_nothing_is_needed() -> None:
    """Power that starts at the target needs no effect."""
    known = crossing(line(1.0, start=1.0), 0.8, 1.0, 5.0, 1e-4)
    assert (known.multiple, known.power) == (0.0, known.without)


@pytest.mark.parametrize(("last", "answer"), [(1.5, 2.8416 / 2.8), (0.7, None)])
def test_effects_that_cannot_be_are_kept_away_from(last: float, answer: float | None) -> None:
    """Where power is not defined beyond a multiple the answer lies below it, or is none."""
    curve = line(2.8)
    known = crossing(lambda m: curve(m) if m <= last else nan, 0.8, 3.0, 6.0, 1e-5)
    assert known.multiple == (answer and pytest.approx(answer, abs=1e-3))
    assert known.power == pytest.approx(min(0.8, curve(last)), abs=0.1)


def test_steps_of_a_simulated_power() -> None:
    """Of a power in steps, the multiple is where it comes to the target, to within a step."""
    known = crossing(lambda m: round(line(2.8)(m) * 100) / 100, 0.805, 1.0, 5.0, 1e-5)
    assert line(2.8)(known.multiple) == pytest.approx(0.805, abs=1e-3)
