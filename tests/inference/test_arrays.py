"""What the public tests take from a notebook, and what they refuse in words."""

from collections.abc import Callable
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim import (
    adjust,
    exact_power,
    graphical,
    max_t,
    mcnemar,
    mcnemar_table,
    paired_t,
    sign_flip,
    sign_test,
    signed_rank,
)


def as_it_is(values: Any) -> Any:
    """Make an array of a list, and leave a masked array masked."""
    return values if np.ma.isMaskedArray(values) else np.array(values)


OF_CHANGES: dict[str, Callable[[Any], Any]] = {
    "signed_rank": signed_rank,
    "sign_test": sign_test,
    "sign_flip": sign_flip,
    "paired_t": paired_t,
    "mcnemar": lambda scores: mcnemar(scores, scores, cut=2),
    "max_t": lambda changes: max_t(as_it_is(changes)[:, None]),
    "mcnemar_table": lambda counts: mcnemar_table(as_it_is(counts).reshape(2, 2)),
    "adjust": lambda values: adjust(values, "holm"),
    "graphical": lambda values: graphical(values, [1, 0, 0, 0], [[0] * 4] * 4),
}


@pytest.mark.parametrize("name", OF_CHANGES)
def test_what_is_no_number_is_refused_in_words(name: str) -> None:
    """None, text and masked values are a ValueError of one line, never read as something else."""
    for wrong in ([1, None, 0, 1], ["a", 1, 0, 1], [pd.NA, 1, 0, 1]):
        with pytest.raises(ValueError, match=r"must be numbers; leave out"):
            OF_CHANGES[name](wrong)
    masked = np.ma.masked_array([1, 0, 1, 1], mask=[False, True, False, False])
    with pytest.raises(ValueError, match="masked values"):
        OF_CHANGES[name](masked)


@pytest.mark.parametrize("name", ["signed_rank", "sign_test", "sign_flip", "paired_t"])
def test_arrays_series_and_lists_are_alike(name: str) -> None:
    """Lists, arrays of any number type, series and masked arrays without a mask agree."""
    changes = [1, 1, 2, 2, 3, 0, -1]
    expected = float(OF_CHANGES[name](changes).pvalue)
    for same in (
        np.array(changes, np.int8),
        np.array(changes, np.float32),
        pd.Series(changes),
        pd.Series(changes, dtype="Int64"),
        np.ma.masked_array(changes),
    ):
        assert float(OF_CHANGES[name](same).pvalue) == expected


def t_by_fractions(changes: list[int]) -> float:
    """Two-sided p of the paired t test, its sums in exact fractions."""
    n, mean = len(changes), Fraction(sum(changes), len(changes))
    variance = sum((Fraction(own) - mean) ** 2 for own in changes) / (n - 1)
    return float(2 * stats.t.sf(abs(float(mean)) / sqrt(float(variance / n)), n - 1))


@pytest.mark.parametrize("factor", [1, 10**5, 10**9, 2**50])
def test_the_t_test_does_not_overflow(factor: int) -> None:
    """Large changes give the p of the same changes in smaller units."""
    for changes in ([1, 2, 3, 4], [-3, 5, 1, 0, 2, 2], [2, 2, 2]):
        large = [factor * own for own in changes]
        found = float(paired_t(large).pvalue)
        expected = 0.0 if len(set(changes)) == 1 else t_by_fractions(changes)
        assert found == pytest.approx(expected, rel=1e-12)
        both = paired_t([large, large]).pvalue
        assert both.tolist() == [found, found]
    apart = [10**9 + own for own in (0, 1, 2, 4)]
    assert float(paired_t(apart).pvalue) == pytest.approx(t_by_fractions(apart), rel=1e-9)


def test_the_signed_rank_test_does_not_wrap() -> None:
    """More different changes than ranks can be held apart are refused; the most held are right."""
    rng = np.random.default_rng(7)
    signs = rng.choice([-1, 1], 32767, p=[0.49, 0.51])
    changes = signs * np.arange(1, 32768)
    p = float(signed_rank(changes, p_value="asymptotic").pvalue)
    expected = stats.wilcoxon(changes, correction=False, method="asymptotic").pvalue
    assert p == pytest.approx(expected, rel=1e-9)
    with pytest.raises(ValueError, match="at most 32767 different sizes"):
        signed_rank(np.arange(1, 32769), p_value="asymptotic")


def test_numbers_too_large_are_refused() -> None:
    """Beyond 2^53 neighbours are not told apart, so such numbers are refused."""
    for wrong in ([2**60, 1], [1e300, 1.0], np.array([2**64 - 1, 1], np.uint64)):
        with pytest.raises(ValueError, match=r"2\^53"):
            paired_t(wrong)


PMF = [0.2, 0.3, 0.5]


@pytest.mark.parametrize("sizes", [np.array([5, 20]), (5, 20), np.array([5.0, 20.0]), range(5, 7)])
def test_exact_power_takes_any_sizes(sizes: Any) -> None:
    """Arrays, tuples and ranges of whole numbers are sizes."""
    found = exact_power(PMF, sizes)
    assert found.sizes == tuple(int(n) for n in sizes)
    assert found.power.tolist() == exact_power(PMF, [int(n) for n in sizes]).power.tolist()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"sizes": [20.9]}, "sizes must be whole numbers"),
        ({"sizes": [None]}, "sizes must be numbers"),
        ({"sizes": None}, "sizes must be numbers"),
        ({"sizes": 5}, "sizes must list"),
        ({"sizes": np.array([])}, "sizes must list"),
        ({"p_value": "mid_p"}, "p_value='mid_p': test: 'signed_rank' must be one of sign, mcnemar"),
        ({"p_value": "mid_p", "test": "sign_flip"}, "must be one of sign, mcnemar"),
        ({"pmf": [None, 0.5, 0.5]}, "pmf must be numbers"),
    ],
)
def test_exact_power_refuses_in_words(more: dict[str, Any], words: str) -> None:
    """What it does not take is a ValueError that names the argument."""
    with pytest.raises(ValueError, match=words):
        exact_power(**{"pmf": PMF, "sizes": [5], **more})


def test_exact_power_still_takes_mid_p_where_there_is_one() -> None:
    """The sign test's mid-p stays."""
    assert exact_power(PMF, [20], test="sign", p_value="mid_p").power[0] > 0
