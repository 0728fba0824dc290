"""Adjusted p-values against statsmodels, against closed testing, and by hand."""

from itertools import combinations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from sim import adjust
from sim.inference.adjust import ADJUSTMENTS

STATSMODELS = {
    "bonferroni": "bonferroni",
    "sidak": "sidak",
    "holm": "holm",
    "holm_sidak": "holm-sidak",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "benjamini_hochberg": "fdr_bh",
    "benjamini_yekutieli": "fdr_by",
}


def families(m: int) -> np.ndarray:
    """Families of m p-values: spread out, small, tied, at the ends."""
    rng = np.random.default_rng(m)
    spread = rng.random((8, m))
    coarse = np.round(rng.random((8, m)), 1)
    return np.concatenate([spread, spread**4, coarse, np.zeros((1, m)), np.ones((1, m))])


def test_every_adjustment_has_an_oracle() -> None:
    """An adjustment cannot be added without one to compare it with."""
    assert ADJUSTMENTS.keys() == {"none", "fixed_sequence", *STATSMODELS}


@pytest.mark.parametrize("m", [1, 2, 3, 7, 20])
@pytest.mark.parametrize("method", STATSMODELS)
@pytest.mark.filterwarnings("ignore:divide by zero encountered in log1p:RuntimeWarning")
def test_agrees_with_statsmodels(method: str, m: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row equals statsmodels' adjustment of that row."""
    monkeypatch.setattr("gc.collect", lambda: 0)  # its Holm collects garbage on every call
    rows = families(m)
    expected = [multipletests(row, method=STATSMODELS[method])[1] for row in rows]
    assert np.allclose(adjust(rows, method), expected, rtol=0, atol=1e-12)


def closed_test(row: np.ndarray, local: str) -> np.ndarray:
    """Adjust by closed testing: the largest local p over all subsets with a hypothesis."""
    found = np.zeros(len(row))
    for size in range(1, len(row) + 1):
        for subset in combinations(range(len(row)), size):
            own = np.sort(row[list(subset)])
            by_simes = (size * own / np.arange(1, size + 1)).min()
            p = by_simes if local == "simes" else min(1, size * own[0])
            found[list(subset)] = np.maximum(found[list(subset)], p)
    return found


@pytest.mark.parametrize(("method", "local"), [("hommel", "simes"), ("holm", "bonferroni")])
def test_agrees_with_closed_testing(method: str, local: str) -> None:
    """Hommel is the closure of Simes' test, Holm that of Bonferroni's, over all subsets."""
    rows = families(6)
    expected = [closed_test(row, local) for row in rows]
    assert np.allclose(adjust(rows, method), expected, rtol=0, atol=1e-12)


def test_none_changes_nothing() -> None:
    """Without adjustment p-values come back as they are."""
    assert np.array_equal(adjust(families(7), "none"), families(7))


@pytest.mark.parametrize("m", [1, 2, 7])
def test_fixed_sequence_stops_at_the_first_not_rejected(m: int) -> None:
    """At every level that matters, the hypotheses up to the first p above it are rejected."""
    for row in families(m):
        for alpha in row:
            until = next((j for j, p in enumerate(row) if p > alpha), m)
            rejected = adjust(row, "fixed_sequence") <= alpha
            assert rejected.tolist() == [True] * until + [False] * (m - until)


def test_one_axis_and_many() -> None:
    """A family alone, and one deep inside an array, are adjusted alike."""
    rows = families(7)[:24].reshape(2, 3, 4, 7)
    for method in ADJUSTMENTS:
        assert np.array_equal(adjust(rows, method)[1, 2, 3], adjust(rows[1, 2, 3], method))


def test_input_is_left_alone() -> None:
    """Adjusting does not write into what it was given."""
    rows = families(5)
    for method in ADJUSTMENTS:
        adjust(rows, method)
    assert np.array_equal(rows, families(5))


@pytest.mark.parametrize("bad", [[0.1, 1.2], [-0.1, 0.5], [np.nan, 0.5]])
def test_refuses_what_is_no_pvalue(bad: list[float]) -> None:
    """Values outside 0 to 1, and NaN, are refused."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust(bad, "holm")


def test_refuses_unknown_method() -> None:
    """An unknown method is refused with the known ones."""
    with pytest.raises(ValueError, match=r"must be one of none, bonferroni"):
        adjust([0.1], "fdr")
