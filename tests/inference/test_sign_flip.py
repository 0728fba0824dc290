"""The sign-flip test against sign patterns written out."""

import numpy as np
import pytest
from oracles.likert import random_samples
from oracles.paired import exact_by_signs

from sim.inference.sign_flip import sign_flip

SIDES = ["two_sided", "greater", "less"]


@pytest.mark.parametrize("alternative", SIDES)
def test_exact_is_brute_force(alternative: str) -> None:
    """The exact p equals the share of all 2^m sign patterns, to 1e-12, for n up to 12."""
    for changes in random_samples(300, 12, 41):
        found = sign_flip(changes, alternative=alternative).pvalue
        expected = exact_by_signs(changes, np.abs(changes), alternative)
        assert found == pytest.approx(expected, rel=0, abs=1e-12)


@pytest.mark.parametrize("reach", [28, 3000, 32767])
def test_exact_of_wide_changes(reach: int) -> None:
    """Changes of totals and other wide ones are exact too."""
    for changes in np.random.default_rng(42).integers(-reach, reach + 1, (20, 12)):
        expected = exact_by_signs(changes, np.abs(changes), "two_sided")
        assert sign_flip(changes).pvalue == pytest.approx(expected, rel=0, abs=1e-12)


@pytest.mark.parametrize("factor", [2, 420, 10**6])
def test_unit_does_not_matter(factor: int) -> None:
    """Changes times a common factor have the same p-value, and a statistic times the factor."""
    for changes in random_samples(30, 12, 43):
        one, many = sign_flip(changes), sign_flip(factor * changes)
        assert many.pvalue == one.pvalue
        assert many.statistic == factor * one.statistic


def test_statistic_is_the_sum_of_rises() -> None:
    """The statistic sums the rises, the direction is the sign of the sum of all."""
    result = sign_flip([3, -1, -4, 2, 0])
    assert (float(result.statistic), int(result.direction), int(result.informative)) == (5, 0, 4)


def test_refuses_changes_too_wide() -> None:
    """Changes without a common factor that are too wide for the sums are refused."""
    with pytest.raises(ValueError, match="at most 32767"):
        sign_flip([100_000, 99_999])
