"""The attained level of each test is the one that writing out every sample gives."""

from functools import cache

import numpy as np
import pytest
from oracles.checks import binomial_agrees
from oracles.enumeration import changes_of, count_vectors, reference_pvalues, rejection
from oracles.samples import ONE_GROUP
from oracles.studies import analysis_id, make_analysis, make_task, small_study

from sim.cohorts import Population, role_arms, without_effect
from sim.cohorts.truth import change_pmf
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose
from sim.power.simulate import simulate
from sim.power.tally import Tally
from sim.study import Analysis

SIZES = (6, 10, 60)
ANALYSES = [
    make_analysis(test="signed_rank", zeros=zeros, p_value=p_value, continuity=continuity)
    for zeros in ("wilcox", "pratt")
    for p_value, continuity in (("exact", False), ("asymptotic", False), ("asymptotic", True))
] + [
    make_analysis(test="sign"),
    make_analysis(test="sign", p_value="mid_p"),
    make_analysis(test="sign", p_value="asymptotic"),
    make_analysis(test="sign_flip"),
    make_analysis(test="sign_flip", p_value="asymptotic"),
    make_analysis(test="paired_t"),
]
EVERY = pytest.mark.parametrize("analysis", ANALYSES, ids=analysis_id)


def null_people() -> Population:
    """People on whom mentoring has no effect: symmetric nine-valued changes."""
    study = small_study(questionnaire={"items": ("a", "b")}, correlation={"items": 0.4})
    return without_effect(role_arms(study, 0)[0])


@cache
def attained(index: int) -> Tally:
    """Tally of 20,000 null studies under one of the analyses."""
    task = make_task(null_people(), SIZES, ANALYSES[index], purpose=Purpose.NULL)
    return simulate(task, range(40), InProcessExecutor())


def tally_of(analysis: Analysis) -> Tally:
    """Tally of an analysis, simulated once."""
    return attained(ANALYSES.index(analysis))


def own_pvalues(counts: np.ndarray, analysis: Analysis) -> np.ndarray:
    """P-values of the code under test for every count vector."""
    changes = changes_of(counts).astype(np.int16)[:, :, None]
    return ONE_GROUP[analysis.test](changes, np.array([changes.shape[1]]), analysis).pvalue[:, 0, 0]


def level_agrees(pvalues: np.ndarray, counts: np.ndarray, tally: Tally) -> bool:
    """Tell whether both domains reject as often as p-values of all samples say."""
    n, pmf = int(counts[0].sum()), change_pmf(null_people())[0]
    level = rejection(pvalues, counts, pmf)
    seen = tally.rejected[SIZES.index(n), :2]
    return all(binomial_agrees(count, tally.replicates, level) for count in seen)


@EVERY
@pytest.mark.parametrize("n", SIZES[:2])
def test_level_is_the_enumerated_one(analysis: Analysis, n: int) -> None:
    """Null rejections fit the level over all samples, by an independent test and by our own."""
    counts, tally = count_vectors(n, 9), tally_of(analysis)
    reference, own = reference_pvalues(counts, analysis), own_pvalues(counts, analysis)
    assert np.allclose(own, reference, rtol=0, atol=1e-9)
    assert level_agrees(reference, counts, tally)
    assert level_agrees(own, counts, tally)


@EVERY
@pytest.mark.parametrize("n", SIZES[:2])
def test_a_test_that_never_rejects_fails(analysis: Analysis, n: int) -> None:
    """Against a p-value of 1 everywhere the same check fails, and so it does for one of 0."""
    counts, tally = count_vectors(n, 9), tally_of(analysis)
    assert not level_agrees(np.ones(len(counts)), counts, tally)
    assert not level_agrees(np.zeros(len(counts)), counts, tally)


def test_exact_and_asymptotic_levels_are_told_apart() -> None:
    """The check notices an exact test in the place of an asymptotic one, and the other way."""
    exact, asymptotic = make_analysis(), make_analysis(p_value="asymptotic")
    for n in SIZES[:2]:
        counts = count_vectors(n, 9)
        assert not level_agrees(reference_pvalues(counts, exact), counts, tally_of(asymptotic))
        assert not level_agrees(reference_pvalues(counts, asymptotic), counts, tally_of(exact))


@EVERY
def test_level_of_exact_tests_at_sixty(analysis: Analysis) -> None:
    """At n = 60 exact tests stay at or below alpha within error; the others come near it."""
    tally = tally_of(analysis)
    for count in tally.rejected[2, :2]:
        level, error = count / tally.replicates, np.sqrt(0.05 * 0.95 / tally.replicates)
        assert level <= 0.05 + 4.4 * error if analysis.p_value == "exact" else level <= 0.07
        assert level >= 0.025


@EVERY
@pytest.mark.parametrize("size", range(3))
def test_null_wins_are_half_the_rejections(analysis: Analysis, size: int) -> None:
    """Without effect a rejection is a win as often as not."""
    tally = tally_of(analysis)
    for endpoint in range(3):
        rejected, won = tally.rejected[size, endpoint], tally.won[size, endpoint]
        assert rejected > 0
        assert binomial_agrees(won, rejected, 0.5)


@pytest.mark.long
@EVERY
def test_level_by_many_replicates(analysis: Analysis) -> None:
    """With 400,000 null studies the levels at 6 and 12 still fit the enumerated ones."""
    task = make_task(null_people(), (6, 12), analysis, seed=6, purpose=Purpose.NULL)
    tally = simulate(task, range(800), InProcessExecutor())
    for n, row in ((6, 0), (12, 1)):
        counts = count_vectors(n, 9)
        level = rejection(reference_pvalues(counts, analysis), counts, change_pmf(null_people())[0])
        assert binomial_agrees(tally.rejected[row, 0], tally.replicates, level)


@pytest.mark.parametrize("alternative", ["two_sided", "greater", "less"])
def test_rejections_of_a_harmful_effect_are_no_wins(alternative: str) -> None:
    """Where scores fall, two-sided tests reject and do not win; one-sided ones say which way."""
    study = small_study(effect={"shift": -1.0})
    analysis = make_analysis(alternative=alternative)
    tally = simulate(
        make_task(role_arms(study, 0)[0], (20,), analysis), range(4), InProcessExecutor()
    )
    rejected, won = tally.rejected[0] / tally.replicates, tally.won[0] / tally.replicates
    if alternative == "greater":
        assert rejected.max() < 0.01
    else:
        assert rejected.min() > 0.5
    assert won.min() > 0.5 if alternative == "less" else won.max() < 0.01
