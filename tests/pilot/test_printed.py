"""Printed numbers: the interval from which each can have been rounded."""

import numpy as np
import pytest

from sim.errors import StudyError
from sim.pilot.printed import printed_number, printed_pvalue


@pytest.mark.parametrize(
    ("text", "rounding", "low", "high"),
    [
        ("3", "exact", 3, 3),
        ("2.5", "exact", 2.5, 2.5),
        ("3", "rounded", 2.5, 3.5),
        ("3.50", "rounded", 3.495, 3.505),
        ("-1.0", "rounded", -1.05, -0.95),
        ("+2", "exact", 2, 2),
        (".5", "rounded", 0.45, 0.55),
    ],
)
def test_the_interval_of_a_number(text: str, rounding: str, low: float, high: float) -> None:
    """A number stands for itself, or for all that round to its decimals; both ends belong."""
    number = printed_number(text, "place", rounding)  # type: ignore[arg-type]
    assert (number.low, number.high) == pytest.approx((low, high))
    values = np.array([low - 1e-6, low, (low + high) / 2, high, high + 1e-6])
    assert number.matches(values).tolist() == [False, True, True, True, False]


@pytest.mark.parametrize("text", ["", "abc", "3,5", "1e3", "nan", "3.", ".", "٣", "3 5"])
def test_no_number(text: str) -> None:
    """What is no printed number is refused in one line that names the field."""
    with pytest.raises(StudyError) as refusal:
        printed_number(text, "pilot.outcomes[0].pre", "rounded")
    assert str(refusal.value).startswith(f"pilot.outcomes[0].pre: {text!r} must be a number")


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("0.041", (0.0405, 0.041, 0.0415), (0.04049, 0.04151)),
        (".041", (0.0405, 0.0415), (0.04049, 0.04151)),
        ("0.04", (0.035, 0.045), (0.0349, 0.0451)),
        ("<0.05", (0.0, 0.04999), (0.05, 0.0501)),
        ("< .001", (0.0, 0.00099), (0.001, 0.0011)),
        (">0.1", (0.10001, 1.0), (0.1, 0.0999)),
        ("not significant", (0.0501, 1.0), (0.05, 0.04)),
        ("NS", (0.0501, 1.0), (0.05, 0.04)),
        (" n.s. ", (0.0501, 1.0), (0.05, 0.04)),
        ("0.000", (0.0, 0.0005), (0.00051,)),
        ("1", (0.5, 1.0), (0.49,)),
    ],
)
def test_the_interval_of_a_pvalue(
    text: str, inside: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    """A p-value is a number, a bound that excludes its end, or not significant."""
    number = printed_pvalue(text, "place")
    assert number.matches(inside).all()
    assert not number.matches(outside).any()


def test_significant_and_not_are_apart() -> None:
    """No p-value is both below .05 and not significant, and only .05 itself is neither."""
    values = np.array([0.05 - 1e-6, 0.05, 0.05 + 1e-6])
    assert printed_pvalue("<0.05", "p").matches(values).tolist() == [True, False, False]
    assert printed_pvalue("not significant", "p").matches(values).tolist() == [False, False, True]


@pytest.mark.parametrize("text", ["1.2", "-0.04", "<2", "=0.04", "p", "<", "significant"])
def test_no_pvalue(text: str) -> None:
    """What is no p-value is refused in one line that names the field."""
    with pytest.raises(StudyError) as refusal:
        printed_pvalue(text, "pilot.outcomes[0].p")
    assert str(refusal.value).startswith("pilot.outcomes[0].p: ")
    assert "\n" not in str(refusal.value)
