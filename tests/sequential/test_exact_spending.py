"""Levels spent exactly given the absolute changes, against signs written out one by one."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from oracles.studies import make_analysis
from scipy.stats import rankdata

from sim.errors import StudyError
from sim.inference.result import MISSING
from sim.sequential.boundaries import solve_boundaries
from sim.sequential.exact_looks import ExactLooks
from sim.sequential.exact_spending import (
    exact_decisions,
    exact_spending_stops,
    spendable,
)

TESTS: list[dict[str, Any]] = [
    {"test": "signed_rank"},
    {"test": "signed_rank", "zeros": "pratt"},
    {"test": "sign_flip"},
    {"test": "sign"},
]
SHARP = np.array([0.02, 0.05, 0.1])
"""A level of one side by each look, large enough for few people."""
NULLS = [
    [0.1, 0.2, 0.4, 0.2, 0.1],
    [0.2, 0.25, 0.1, 0.25, 0.2],
    [0.02, 0.18, 0.6, 0.18, 0.02],
    [0.3, 0.15, 0.1, 0.15, 0.3],
    [0.5, 0.0, 0.5],
]
DESIGNS: list[tuple[list[int], Any]] = [
    ([6, 12], "pocock"),
    ([7, 11], "obrien_fleming_spending"),
    ([4, 7, 10], "pocock_spending"),
]


def scores_of(changes: np.ndarray, test: dict[str, Any]) -> np.ndarray:
    """Score every change of a look, by other code than the package's; zeros score nothing."""
    sizes = np.abs(changes)
    if test["test"] == "sign_flip":
        return sizes
    if test["test"] == "sign":
        return (sizes > 0).astype(float)
    ranked = np.ones(len(sizes), bool) if "zeros" in test else sizes > 0
    scores = np.zeros(len(sizes))
    scores[ranked] = rankdata(sizes[ranked])
    return np.where(sizes > 0, scores, 0)


@pytest.mark.parametrize("test", TESTS, ids=str)
def test_each_look_spends_as_much_as_it_may(test: dict[str, Any]) -> None:
    """Over all signs no look exceeds its level, and the next larger region would."""
    rng, sizes = np.random.default_rng(3), [4, 6, 9]
    for _ in range(4):
        absolute = rng.choice([0, 1, 1, 2, 2, 3], 9)
        moved = np.flatnonzero(absolute)
        signs = np.ones((2 ** len(moved), 9), int)
        signs[:, moved] = list(product((-1, 1), repeat=len(moved)))
        changes = signs * absolute
        decided = exact_decisions(
            changes.astype(np.int16)[:, :, None], sizes, make_analysis(**test), SHARP
        )[:, :, 0]
        going, spent = np.ones(len(changes), bool), 0.0
        for j, n in enumerate(sizes):
            scores = scores_of(absolute[:n], test)
            statistic = (changes[:, :n] > 0) @ scores
            high = going & (decided[:, j] > 0)
            below = statistic[going & (decided[:, j] == 0)]
            assert (going & (decided[:, j] < 0)).sum() == high.sum()
            assert not high.any() or statistic[high].min() > below.max(initial=-1)
            spent += high.mean()
            assert spent <= SHARP[j] + 1e-12
            more = going & (statistic == below.max(initial=-1))
            assert below.size == 0 or spent + more.mean() > SHARP[j]
            going &= decided[:, j] == 0


@pytest.mark.parametrize("sizes_kind", DESIGNS, ids=str)
@pytest.mark.parametrize("pmf", NULLS, ids=str)
def test_never_above_alpha(sizes_kind: tuple[list[int], Any], pmf: list[float]) -> None:
    """Enumerated, two tests a design: the level is at most alpha, and never below the usual one."""
    sizes, kind = sizes_kind
    looks = solve_boundaries(np.array(sizes) / sizes[-1], 0.05, 2, kind)
    for name in ("signed_rank", "sign_flip"):
        analysis = make_analysis(test=name)
        exact = exact_spending_stops(pmf, sizes, analysis, spendable(looks)).rejected
        usual = ExactLooks(pmf, sizes[-1], analysis).stops(sizes, looks.nominal).rejected
        assert (exact.cumsum() <= looks.spent + 1e-12).all()
        assert exact.sum() >= usual.sum() - 1e-12
        assert exact.sum() > 0


def test_the_level_that_was_wasted_is_spent() -> None:
    """Pocock's levels at 10 and 20 attain .0227; spent exactly .0354, and more power."""
    looks, analysis = solve_boundaries([0.5, 1], 0.05, 2, "pocock"), make_analysis()
    null = exact_spending_stops([0.1, 0.2, 0.4, 0.2, 0.1], [10, 20], analysis, spendable(looks))
    truth = exact_spending_stops(
        [0.03, 0.12, 0.35, 0.35, 0.15], [10, 20], analysis, spendable(looks)
    )
    assert round(null.rejected.sum(), 4) == 0.0354
    assert round(truth.won.sum(), 3) == 0.441


@pytest.mark.parametrize("alternative", ["two_sided", "greater", "less"])
def test_decisions_have_the_enumerated_power(alternative: str) -> None:
    """Simulated studies stop as often as the enumeration says, on each side."""
    pmf, sizes, budget = [0.05, 0.1, 0.25, 0.35, 0.25], [6, 11], [0.02, 0.05]
    analysis = make_analysis(alternative=alternative)
    if alternative == "less":
        pmf.reverse()
    stops = exact_spending_stops(pmf, sizes, analysis, budget)
    changes = np.random.default_rng(8).choice(np.arange(-2, 3), (8_000, 11, 1), p=pmf)
    decided = exact_decisions(changes.astype(np.int16), sizes, analysis, budget)[:, :, 0]
    first = decided[:, 0] != 0
    seen = [first.mean(), (~first & (decided[:, 1] != 0)).mean()]
    np.testing.assert_allclose(stops.rejected, seen, atol=4 * (0.25 / 8_000) ** 0.5)
    side = -1 if alternative == "less" else 1
    assert abs((decided[:, 0] == side).mean() - stops.won[0]) < 4 * (0.25 / 8_000) ** 0.5
    assert alternative == "two_sided" or (decided * side >= 0).all()


def test_missing_answers_are_left_out() -> None:
    """A study with missing answers decides as one of those who answered, in the same order."""
    rng = np.random.default_rng(4)
    answered = rng.choice([-1, 1, 2, 3], (50, 12, 1)).astype(np.int16)
    gaps = np.full((50, 18, 1), MISSING, np.int16)
    gaps[:, [0, 2, 3, 5, 6, 8, 9, 10, 12, 14, 16, 17]] = answered
    analysis, budget = make_analysis(), [0.05, 0.1]
    whole = exact_decisions(answered, [6, 12], analysis, budget)
    assert (exact_decisions(gaps, [9, 18], analysis, budget) == whole).all()
    assert (whole != 0).any()


def test_what_cannot_be_spent_exactly_is_refused() -> None:
    """Fitted and t tests do not rest on signs; ranks of sums have too many outcomes."""
    can = [make_analysis(test=name).test_facts.rests_on_signs for name in ("sign", "paired_t")]
    assert can == [True, False]
    changes = np.full((1, 60, 1), 20, np.int16)
    with pytest.raises(StudyError, match="too many outcomes"):
        exact_decisions(changes, [40, 60], make_analysis(), [0.02, 0.025])
    assert exact_decisions(changes, [40, 60], make_analysis(test="sign"), [0.02, 0.025]).all()
