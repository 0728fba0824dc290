"""McNemar's test of scores and of tables, against other software and by definition."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from oracles.samples import changes_tested, endpoint_changes
from oracles.studies import CUTS, make_analysis
from scipy import stats
from statsmodels.stats import contingency_tables

from sim import mcnemar, mcnemar_table, sign_test
from sim.inference.result import MISSING

SIDES = ["two_sided", "greater", "less"]
RNG = np.random.default_rng(60)
SAMPLES = [RNG.integers(1, 6, (2, n)) for n in RNG.integers(1, 60, 120)]
"""Scores before and after of samples of up to 60 people."""


def crosstab(pre: np.ndarray, post: np.ndarray, cut: int) -> np.ndarray:
    """Count people by success before and after."""
    before, after = pre >= cut, post >= cut
    cells = [(before == i) & (after == j) for i in (False, True) for j in (False, True)]
    return np.array([int(cell.sum()) for cell in cells]).reshape(2, 2)


@pytest.mark.parametrize(
    ("options", "theirs"),
    [
        ({"p_value": "exact"}, {"exact": True}),
        ({"p_value": "asymptotic"}, {"exact": False, "correction": False}),
        ({"p_value": "asymptotic", "continuity": True}, {"exact": False, "correction": True}),
    ],
)
@pytest.mark.parametrize("cut", [2, 3, 5])
def test_agrees_with_statsmodels(options: dict, theirs: dict, cut: int) -> None:
    """Two-sided p-values of scores and of their tables equal those of statsmodels."""
    for pre, post in SAMPLES:
        table = crosstab(pre, post, cut)
        rises, falls = table[0, 1], table[1, 0]
        # statsmodels divides by zero without discordant pairs, and corrects a difference of 0
        known = contingency_tables.mcnemar(table, **theirs).pvalue if rises != falls else 1.0
        assert mcnemar(pre, post, cut, **options).pvalue == pytest.approx(known, abs=1e-12)
        assert mcnemar_table(table, **options).pvalue == pytest.approx(known, abs=1e-12)


@pytest.mark.parametrize("alternative", SIDES)
def test_exact_is_binomial(alternative: str) -> None:
    """The exact test equals SciPy's binomial test of the rises, on each side."""
    for pre, post in SAMPLES:
        rises = int(((pre < 4) & (post >= 4)).sum())
        falls = int(((pre >= 4) & (post < 4)).sum())
        found = mcnemar(pre, post, 4, alternative=alternative)
        assert (int(found.statistic), int(found.informative)) == (rises, rises + falls)
        assert found.direction == np.sign(rises - falls)
        if rises + falls:
            exact = stats.binomtest(rises, rises + falls, alternative=alternative.replace("_", "-"))
            assert found.pvalue == pytest.approx(exact.pvalue, rel=1e-12)


def test_exact_by_exchanging_before_and_after() -> None:
    """The exact p is the share of all exchanges of before and after that are as extreme."""
    for pre, post in SAMPLES[:40]:
        pairs = np.stack([pre, post])[:, :9] >= 3  # (2, n)
        seen = np.diff(pairs.astype(int), axis=0).sum()
        swaps = np.array(list(product([1, -1], repeat=pairs.shape[1])))
        sums = swaps @ np.diff(pairs.astype(int), axis=0)[0]
        by_swaps = min(1.0, 2 * min(np.mean(sums >= seen), np.mean(sums <= seen)))
        assert mcnemar(pre[:9], post[:9], 3).pvalue == pytest.approx(by_swaps, abs=1e-12)


def test_mid_p_counts_half_the_outcome() -> None:
    """The mid-p of 5 rises and 1 fall is 2 (P(X = 0) + P(X = 1) / 2), computed by hand."""
    assert mcnemar_table([[9, 5], [1, 9]], p_value="mid_p").pvalue == 2 * (1 + 6 / 2) / 64
    assert mcnemar_table([[9, 2], [2, 9]], p_value="mid_p").pvalue == 1


def test_continuity_goes_towards_zero_and_no_further() -> None:
    """A difference of 0 or 1 has a corrected two-sided p of 1; one-sided z is moved by 1."""
    options: dict[str, Any] = {"p_value": "asymptotic", "continuity": True}
    for table in ([[0, 3], [3, 0]], [[0, 4], [3, 0]], [[0, 3], [4, 0]], [[5, 0], [0, 5]]):
        assert mcnemar_table(table, **options).pvalue == 1
    upper = mcnemar_table([[0, 9], [3, 0]], alternative="greater", **options).pvalue
    lower = mcnemar_table([[0, 9], [3, 0]], alternative="less", **options).pvalue
    assert upper == pytest.approx(stats.norm.sf(5 / np.sqrt(12)), rel=1e-12)
    assert lower == pytest.approx(stats.norm.cdf(7 / np.sqrt(12)), rel=1e-12)


def test_auto_is_exact_up_to_the_limit() -> None:
    """With `exact_limit` discordant pairs auto is exact, with one more the approximation."""
    tables = [[[0, 7], [3, 0]], [[0, 8], [3, 0]]]
    auto = mcnemar_table(tables, p_value="auto", exact_limit=10).pvalue
    assert auto[0] == mcnemar_table(tables[0]).pvalue
    assert auto[1] == mcnemar_table(tables[1], p_value="asymptotic").pvalue


def test_it_is_the_sign_test_of_successes() -> None:
    """On a scale of two points McNemar's test is the sign test of the changes."""
    for pre, post in SAMPLES:
        low, high = np.where(pre >= 3, 2, 1), np.where(post >= 3, 2, 1)
        assert mcnemar(low, high, 2).pvalue == sign_test(high - low).pvalue
        assert mcnemar(low, high, 2).pvalue == mcnemar(pre, post, 3).pvalue


def test_missing_pairs_are_left_out() -> None:
    """A pair with a missing score before or after does not exist; without any pair p = 1."""
    pre, post = np.array([1, 0, 2, 5, 1, 1]), np.array([4, 5, 4, 0, 5, 4])
    found = mcnemar(pre, post, 4)
    assert (int(found.statistic), float(found.pvalue)) == (4, 0.125)
    assert mcnemar([0, 0], [5, 1], 3).pvalue == 1
    assert mcnemar([0, 0], [5, 1], 3).informative == 0


def test_rows_do_not_leak() -> None:
    """Each row of a batch equals the row alone, far tables among near ones too."""
    pre, post = RNG.integers(0, 6, (2, 4, 3, 7))
    batch = mcnemar(pre, post, 3)
    assert batch.pvalue.shape == (4, 3)
    assert all(
        batch.pvalue[i, j] == mcnemar(pre[i, j], post[i, j], 3).pvalue
        for i in range(4)
        for j in range(3)
    )
    tables = np.array([[[0, 5], [1, 0]], [[0, 5200], [5000, 0]]])
    assert mcnemar_table(tables).pvalue[0] == mcnemar_table(tables[0]).pvalue


@pytest.mark.parametrize("rises", [5100, 5300, 6000])
def test_large_tables(rises: int) -> None:
    """Beyond the table of binomials the exact p equals SciPy's, and mid-p is half a term less."""
    table, total = [[10, rises], [5000, 10]], rises + 5000
    exact = stats.binomtest(rises, total).pvalue
    own = stats.binom.pmf(rises, total, 0.5)
    assert mcnemar_table(table).pvalue == pytest.approx(exact, rel=1e-9)
    mid = mcnemar_table(table, p_value="mid_p").pvalue
    assert mid == pytest.approx(exact - own, rel=1e-8)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mcnemar([1, 2], [1, 2, 3], 2), "one shape"),
        (lambda: mcnemar([1, 2.5], [1, 2], 2), "pre must be whole numbers"),
        (lambda: mcnemar([1, 2], [1, -2], 2), "post must hold whole numbers, 0 or more"),
        (lambda: mcnemar([1, np.nan], [1, 2], 2), "pre must be finite"),
        (lambda: mcnemar(["a"], [1], 2), "pre must be numbers"),
        (lambda: mcnemar([], [], 2), "at least one participant"),
        (lambda: mcnemar(3, 4, 2), "at least one participant"),
        (lambda: mcnemar([1], [2], 0), "cut: 0 must be a score"),
        (lambda: mcnemar([1], [2], 2, p_value="fast"), "p_value: 'fast' must be one of"),
        (lambda: mcnemar([1], [2], 2, alternative="up"), "alternative: 'up' must be one of"),
        (lambda: mcnemar([1], [2], 2, continuity=True), "continuity applies to"),
        (lambda: mcnemar_table([1, 2, 3, 4]), "2 x 2"),
        (lambda: mcnemar_table([[1, 2, 3]] * 3), "2 x 2"),
        (lambda: mcnemar_table([[1, -2], [3, 4]]), "table must hold whole numbers"),
    ],
)
def test_refuses(call: Any, words: str) -> None:
    """What is no score, table or option is refused in words."""
    with pytest.raises(ValueError, match=words):
        call()


# ------------------------------------------------------------------ what a study tests


def random_scores() -> np.ndarray:
    """Scores (R, N, D, 2) of which some are missing."""
    scores = RNG.integers(1, 6, (5, 12, 3, 2)).astype(np.int8)
    scores[RNG.random(scores.shape) < 0.08] = 0
    return scores


@pytest.mark.parametrize("cut", [2, 4, 5])
def test_domains_are_dichotomised(cut: int) -> None:
    """The tested change of a domain is that of success, missing where a score is."""
    scores, analysis = random_scores(), make_analysis(test="mcnemar", cut=cut)
    found = changes_tested(scores, analysis)
    success = scores >= cut
    change = success[..., 1].astype(int) - success[..., 0]
    expected = np.where((scores > 0).all(axis=-1), change, MISSING)
    assert found.dtype == np.int16
    assert np.array_equal(found[..., :-1], expected)


def test_total_is_dichotomised_at_its_own_cut() -> None:
    """The total's success is a sum at or above its cut, of people without a missing answer."""
    scores = random_scores()
    found = changes_tested(scores, make_analysis(test="mcnemar"))
    total = scores.astype(int).sum(axis=2)
    change = (total[..., 1] >= CUTS["total_cut"]).astype(int) - (total[..., 0] >= CUTS["total_cut"])
    complete = (scores > 0).all(axis=(2, 3))
    assert np.array_equal(found[..., -1], np.where(complete, change, MISSING))


def test_total_without_a_cut_is_not_tested() -> None:
    """Without a cut of its own the total is missing from everybody."""
    scores, analysis = random_scores(), make_analysis(test="mcnemar", total_cut=None)
    found = changes_tested(scores, analysis)
    assert (found[..., -1] == MISSING).all()
    assert (found[..., :-1] != MISSING).any()


def test_without_a_cut_changes_stay() -> None:
    """Other tests look at the changes of the scores."""
    scores = random_scores()
    assert np.array_equal(changes_tested(scores, make_analysis()), endpoint_changes(scores))


def test_dichotomised_rows_do_not_leak() -> None:
    """Each study's tested changes are those of the study alone."""
    scores, analysis = random_scores(), make_analysis(test="mcnemar")
    batch = changes_tested(scores, analysis)
    for row in range(len(scores)):
        own = scores[row : row + 1]
        alone = changes_tested(own, analysis)
        assert np.array_equal(alone[0], batch[row])
