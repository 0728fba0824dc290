"""People selected by their total are drawn as stated, and change as an integral says."""

import numpy as np
import pytest
from oracles.checks import binomial_agrees
from oracles.studies import PRE, small_study
from oracles.totals import mean_changes, regression_alone, true_effects
from scipy.stats import norm

from sim.cohorts import draw_cohort, role_arms, without_effect
from sim.cohorts.population import Population
from sim.cohorts.truth import true_nulls
from sim.errors import StudyError

SEVEN = tuple("abcdefg")
BETWEEN, PRE_POST = 0.5, 0.4
SELECTED = {"kind": "baseline", "at_least": None, "at_most": 18, "assumption": None}
SCREENED = {**SELECTED, "kind": "screening", "retest": None}


def people(selection: dict[str, object], **changes: object) -> Population:
    """Mentors of seven domains, selected, without effect unless one is stated."""
    stated = {
        "questionnaire": {"items": SEVEN},
        "correlation": {"items": BETWEEN, "pre_post": PRE_POST},
        "effect": {},
        "selection": selection,
        **changes,
    }
    return role_arms(small_study(**stated), 0)[0]


def regression_by_quadrature(low: int, high: int) -> tuple[float, float]:
    """Share taking part, and a domain's mean change without effect, from one common factor.

    Given the factor that the domains before share, they are independent: the
    total is a convolution. The score after follows from its own domain's
    latent score before.
    """
    factors, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    edges = np.concatenate([[-9.0], norm.ppf(np.cumsum(PRE)[:-1]), [9.0]])
    nodes, node_weights = np.polynomial.legendre.leggauss(60)
    share = change = 0.0
    for factor, weight in zip(factors, weights, strict=True):
        cell, after = np.empty(5), np.empty(5)
        for a in range(5):
            z = (edges[a + 1] - edges[a]) / 2 * nodes + (edges[a + 1] + edges[a]) / 2
            own = norm.pdf(z, np.sqrt(BETWEEN) * factor, np.sqrt(1 - BETWEEN))
            own = own * node_weights * (edges[a + 1] - edges[a]) / 2
            above = norm.sf((edges[1:-1, None] - PRE_POST * z) / np.sqrt(1 - PRE_POST**2))
            cell[a] = own.sum()
            after[a] = (own * (1 + above.sum(axis=0))).sum()
        others = np.ones(1)
        for _ in range(6):
            others = np.convolve(others, cell)  # sums of six domains, from 6
        for a in range(5):
            rest = np.arange(6, 6 + len(others))
            inside = others[(rest + a + 1 >= low) & (rest + a + 1 <= high)].sum()
            share += weight * inside * cell[a]
            change += weight * inside * (after[a] - (a + 1) * cell[a])
    return share, change / share


def test_truth_is_the_integral() -> None:
    """Share, domains' and total's regression to the mean equal a quadrature."""
    population = people(SELECTED)
    share, change = regression_by_quadrature(7, 18)
    assert change > 0.4
    assert np.allclose(mean_changes(population)[:-1], change, rtol=0, atol=0.004)
    assert mean_changes(population)[-1] == pytest.approx(7 * change, abs=0.015)
    assert np.allclose(regression_alone(population), mean_changes(population))
    found = draw_shares(population, 18)
    assert found[0] == pytest.approx(share, abs=0.002)


def draw_shares(population: Population, limit: int) -> tuple[float, int]:
    """Share of unselected people whose total is within the limit."""
    everybody = people({})
    scores = draw_cohort(everybody, 50, 8000, np.random.default_rng(3)).scores
    totals = scores[..., 0].sum(axis=2)
    assert population.recruitment is not None
    return float((totals <= limit).mean()), totals.size


def test_people_drawn_change_as_the_integral_says() -> None:
    """Simulated regression to the mean fits the quadrature within four standard errors."""
    scores = draw_cohort(people(SELECTED), 40, 4000, np.random.default_rng(1)).scores
    before, after = scores[..., 0].astype(int), scores[..., 1].astype(int)
    assert before.sum(axis=2).max() == 18
    change = (after - before).sum(axis=2)
    error = change.std() / np.sqrt(change.size)
    assert abs(change.mean() - 7 * regression_by_quadrature(7, 18)[1]) < 4 * error
    assert change.std() == pytest.approx(true_effects(people(SELECTED)).sd_change[-1], rel=0.01)


def test_selected_people_are_those_of_everybody_who_qualify() -> None:
    """Drawing until somebody qualifies gives the same tables as keeping who does."""
    narrow = {**SELECTED, "at_least": 16, "at_most": 20}
    population = people(narrow, effect={"shift": 0.5})
    everybody = people({}, effect={"shift": 0.5})
    own = draw_cohort(population, 20, 4000, np.random.default_rng(1)).scores.reshape(-1, 7, 2)
    scores = draw_cohort(everybody, 50, 4000, np.random.default_rng(2)).scores.reshape(-1, 7, 2)
    totals = scores[..., 0].sum(axis=1)
    kept = scores[(totals >= 16) & (totals <= 20)]
    for d in (0, 6):
        for a in range(1, 6):
            for b in range(1, 6):
                share = np.mean((kept[:, d, 0] == a) & (kept[:, d, 1] == b))
                count = int(((own[:, d, 0] == a) & (own[:, d, 1] == b)).sum())
                assert (
                    abs(count / len(own) - share)
                    < 4.4 * np.sqrt(share * (1 - share) * (1 / len(own) + 1 / len(kept))) + 1e-9
                )
                assert population.tables[d, a - 1, b - 1] == pytest.approx(share, abs=0.004)


def test_a_separate_baseline_does_not_regress() -> None:
    """People selected by a screening as like the baseline as the answers after do not regress."""
    population = people(SCREENED)
    assert np.abs(mean_changes(population)).max() < 1e-12  # alike before and after, exactly
    assert np.array_equal(population.tables, population.tables.transpose(0, 2, 1))
    scores = draw_cohort(population, 40, 2000, np.random.default_rng(1)).scores.astype(int)
    change = (scores[..., 1] - scores[..., 0]).sum(axis=2)
    assert abs(change.mean()) < 4.4 * change.std() / np.sqrt(change.size)
    assert scores[..., 0].sum(axis=2).max() > 18


def test_a_screening_nearer_to_the_baseline_leaves_some_regression() -> None:
    """With a retest correlation above that of before and after, part of the regression is left."""
    nearer = mean_changes(people({**SCREENED, "retest": 0.7}))[-1]
    assert 0.2 < nearer / mean_changes(people(SELECTED))[-1] < 0.8


def test_a_longer_accrual_begins_with_the_shorter() -> None:
    """The first people are the same however many follow."""
    for selection in (SELECTED, SCREENED):
        population = people(selection)
        short = draw_cohort(population, 5, 300, np.random.default_rng(9)).scores
        long = draw_cohort(population, 12, 300, np.random.default_rng(9)).scores
        assert np.array_equal(short, long[:, :5])


def test_nulls_are_told_by_mentoring_alone() -> None:
    """Regression and response shift make no effect of mentoring, and hide none."""
    moved = {"uncontrolled": {"response_shift": 0.3}}
    nobody = people(SELECTED, **moved)
    assert true_nulls(nobody).all()
    assert mean_changes(nobody)[0] > mean_changes(people(SELECTED))[0] + 0.2
    assert np.array_equal(without_effect(nobody).tables, nobody.tables)
    some = people(SELECTED, effect={"shift": (0.4, *(0.0,) * 6)}, **moved)
    assert true_nulls(some).tolist() == [False] + [True] * 6
    assert np.allclose(without_effect(some).tables, nobody.tables)


def test_response_shift_adds_to_the_effect() -> None:
    """A shift of .3 by mentoring and one of .2 in everybody are a shift of .5 together."""
    none = {}
    both = people(none, effect={"shift": 0.3},
                  uncontrolled={"response_shift": 0.2})  # fmt: skip
    plain = people(none, effect={"shift": 0.5})
    assert np.allclose(both.tables, plain.tables, atol=1e-12)
    assert not true_nulls(both).any()
    one = draw_cohort(both, 5, 200, np.random.default_rng(2)).scores
    assert np.array_equal(one, draw_cohort(plain, 5, 200, np.random.default_rng(2)).scores)


@pytest.mark.parametrize("kind", ["mar", "mnar"])
def test_missing_rates_hold_among_those_selected(kind: str) -> None:
    """Dropping out is calibrated on the people who take part."""
    missing = {"kind": kind, "rate": 0.2, "slope": -0.9, "item_rate": 0.0}
    for selection in (SELECTED, SCREENED):
        population = people(selection, missing=missing)
        scores = draw_cohort(population, 30, 2000, np.random.default_rng(4)).scores
        gone = int((scores[:, :, 0, 1] == 0).sum())
        assert binomial_agrees(gone, 60_000, 0.2)


def test_hopeless_selection_is_refused() -> None:
    """Where hardly anybody qualifies, or a screening cannot be correlated so, one line says it."""
    with pytest.raises(StudyError, match=r"selection: only 0\.\d+% of the people asked"):
        people({**SELECTED, "at_most": 7})
    with pytest.raises(StudyError, match=r"selection\.retest: -0\.9 cannot be had"):
        people({**SCREENED, "retest": -0.9})
