"""What is said of a pilot, against SciPy and by simulation."""

from dataclasses import fields

import numpy as np
import pytest
from scipy import stats

from sim.cohorts.draw import draw_cohort
from sim.cohorts.marginals import DomainMarginals, shifted
from sim.cohorts.population import build_population
from sim.errors import StudyError
from sim.pilot.between import between_domains, nearby_correlation
from sim.pilot.data import PilotData
from sim.pilot.describe import Interval, PilotDescription, describe, smoothed
from sim.pilot.paired import pearson, spearman
from sim.pilot.polychoric import polychoric

PRE = np.array([0.1, 0.25, 0.35, 0.2, 0.1])
PRE_POST, BETWEEN = 0.6, 0.4


def draw_people(n: int, domains: int, seed: int, replicates: int = 1) -> np.ndarray:
    """Draw scores (R, N, D, 2) of people whose domains are all alike."""
    between = np.full((domains, domains), BETWEEN) + (1 - BETWEEN) * np.eye(domains)
    times = np.array([[1, PRE_POST], [PRE_POST, 1]])
    alike = [DomainMarginals(PRE, shifted(PRE, 0.5))] * domains
    population = build_population(alike, np.kron(times, between))
    return draw_cohort(population, n, replicates, np.random.default_rng(seed)).scores


def pilot(scores: np.ndarray, points: int = 5) -> PilotData:
    """Pilot of mentors with these scores, (N, D, 2)."""
    people = tuple(f"m{i}" for i in range(len(scores)))
    domains = tuple(f"domain {i}" for i in range(scores.shape[1]))
    return PilotData(points, domains, {"mentor": people}, {"mentor": scores.astype(np.int8)})


def with_gaps() -> np.ndarray:
    """Draw 14 people in 3 domains, some of whose answers are missing."""
    scores = draw_people(14, 3, seed=4)[0].copy()
    scores[0, 0, 0] = scores[3, 0, 1] = scores[5, 1] = scores[7, 2, 1] = 0
    return scores


SCORES = with_gaps()
FOUND = describe(pilot(SCORES), "mentor")


def complete_pairs(domain: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores before and after of those who gave both."""
    pairs = SCORES[(SCORES[:, domain] > 0).all(axis=1), domain].astype(float)
    return pairs[:, 0], pairs[:, 1]


def ends(interval: Interval, domain: int) -> tuple[float, float, float]:
    """Estimate and ends of one domain."""
    return interval.value[domain], interval.low[domain], interval.high[domain]


@pytest.mark.parametrize("domain", [0, 1, 2])
def test_counts_are_those_of_complete_pairs(domain: int) -> None:
    """Counts before and after are of the people who gave both scores."""
    pre, post = complete_pairs(domain)
    counts = FOUND.counts
    assert counts.complete.tolist() == [12, 13, 13]
    assert counts.participants == 14
    assert counts.pairs[domain].sum(axis=1).tolist() == [(pre == k).sum() for k in range(1, 6)]
    assert counts.pairs[domain].sum(axis=0).tolist() == [(post == k).sum() for k in range(1, 6)]


def test_marginals_weigh_one_more_answer() -> None:
    """Marginals are counts with one answer spread evenly; without smoothing they are shares."""
    before, complete = FOUND.counts.pairs.sum(axis=2), FOUND.counts.complete[:, None]
    assert np.allclose(FOUND.pre, (before + 0.2) / (complete + 1))
    assert np.allclose(FOUND.post.sum(axis=1), 1)
    assert (FOUND.post > 0).all()
    plain = describe(pilot(SCORES), "mentor", smoothing=0)
    assert np.allclose(plain.pre, before / complete)
    assert np.isnan(smoothed(np.zeros(5, dtype=int), 0)).all()
    assert np.allclose(smoothed(np.zeros(5, dtype=int), 1), 0.2)


@pytest.mark.parametrize("domain", [0, 1, 2])
def test_mean_change_is_scipy_s(domain: int) -> None:
    """The mean change and its interval are those of SciPy's t test."""
    pre, post = complete_pairs(domain)
    interval = stats.ttest_1samp(post - pre, 0).confidence_interval(0.95)
    expected = ((post - pre).mean(), interval.low, interval.high)
    assert ends(FOUND.mean_change, domain) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("domain", [0, 1, 2])
def test_correlations_are_scipy_s(domain: int) -> None:
    """Both correlations are SciPy's, as is Pearson's interval; Spearman's is by its formula."""
    pre, post = complete_pairs(domain)
    expected = stats.pearsonr(pre, post)
    interval = expected.confidence_interval(0.95)
    assert ends(FOUND.pearson, domain) == pytest.approx(
        (expected.statistic, interval.low, interval.high), abs=1e-12
    )
    r = stats.spearmanr(pre, post).statistic
    half = stats.norm.ppf(0.975) * np.sqrt((1 + r**2 / 2) / (len(pre) - 3))
    low, high = np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)
    assert ends(FOUND.spearman, domain) == pytest.approx((r, low, high), abs=1e-12)


@pytest.mark.parametrize("domain", [0, 1, 2])
def test_polychoric_is_that_of_the_table(domain: int) -> None:
    """The latent correlation is the polychoric one of the domain's table."""
    table = pilot(SCORES).tables("mentor")[domain]
    found = polychoric(table)
    assert ends(FOUND.polychoric, domain) == (found.rho, found.low, found.high)


def test_domains_are_correlated_over_whoever_answered_both_before() -> None:
    """Correlations between domains rest on the scores before, pair by pair."""
    raw, people = between_domains(SCORES[:, :, 0], 5)
    both = (SCORES[:, 0, 0] > 0) & (SCORES[:, 2, 0] > 0)
    table = np.zeros((5, 5))
    np.add.at(table, tuple(SCORES[both][:, [0, 2], 0].T - 1), 1)
    assert raw[0, 2] == raw[2, 0] == pytest.approx(polychoric(table).rho, abs=1e-6)
    assert people.tolist() == [[13, 12, 13], [12, 13, 13], [13, 13, 14]]
    assert FOUND.between_complete.tolist() == people.tolist()


def test_a_confidence_is_used_throughout() -> None:
    """Every interval at 80% lies within that at 95%."""
    narrow = describe(pilot(SCORES), "mentor", confidence=0.8)
    for name in ("mean_change", "pearson", "spearman", "polychoric"):
        inner, outer = getattr(narrow, name), getattr(FOUND, name)
        assert (outer.low < inner.low).all(), name
        assert (inner.high < outer.high).all(), name
        assert (inner.value == outer.value).all(), name


def test_many_people_are_described_as_they_are() -> None:
    """With 20,000 people every estimate nears its truth, and nothing is repaired."""
    n = 20_000
    found = describe(pilot(draw_people(n, 3, seed=11)[0]), "mentor")
    error = 4 * np.sqrt(0.25 / n)
    assert np.allclose(found.pre, PRE, atol=error)
    assert np.allclose(found.post, shifted(PRE, 0.5), atol=error)
    truth = (shifted(PRE, 0.5) - PRE) @ np.arange(1, 6)
    assert np.allclose(found.mean_change.value, truth, atol=4 * 1.2 / np.sqrt(n))
    # a polychoric correlation of 5 points has a standard error below 1.2 / sqrt(n)
    assert np.allclose(found.polychoric.value, PRE_POST, atol=4 * 1.2 / np.sqrt(n))
    assert np.allclose(found.between[np.triu_indices(3, 1)], BETWEEN, atol=4 * 1.2 / np.sqrt(n))
    assert not found.repaired
    assert found.largest_repair == 0


INDEFINITE = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])


def test_impossible_correlations_are_repaired() -> None:
    """A matrix that is no correlation matrix becomes one that is positive definite."""
    repaired = nearby_correlation(INDEFINITE)
    assert np.linalg.eigvalsh(repaired)[0] > 0
    assert np.allclose(np.diag(repaired), 1, atol=0)
    assert np.array_equal(repaired, repaired.T)
    assert (np.sign(repaired) == np.sign(INDEFINITE)).all()


def test_possible_correlations_are_left_alone() -> None:
    """A correlation matrix, of deficient rank too, is the same afterwards."""
    for matrix in (np.eye(3), np.ones((3, 3)), np.array([[1, 0.999], [0.999, 1]])):
        assert nearby_correlation(matrix) is matrix


def test_gaps_stay_where_they_are() -> None:
    """A domain without correlations keeps its gaps while the others are repaired."""
    matrix = np.full((4, 4), np.nan)
    matrix[1:, 1:] = INDEFINITE
    matrix[0, 0] = 1
    repaired = nearby_correlation(matrix)
    assert np.allclose(repaired[1:, 1:], nearby_correlation(INDEFINITE))
    assert np.isnan(repaired[0, 1:]).all()
    assert repaired[0, 0] == 1


def test_repairs_are_said() -> None:
    """A few people whose domains contradict each other make a repair, with its size."""
    pre = np.array([[1, 1, 5], [2, 2, 4], [3, 3, 3], [4, 4, 2], [5, 5, 1], [1, 2, 0], [4, 5, 0]])
    contradicting = np.vstack([pre, [[0, 1, 1], [0, 3, 3], [0, 5, 5], [0, 2, 2], [0, 4, 4]]])
    contradicting[:5, 1] = 0  # domains 0 and 1 agree, 1 and 2 agree, 0 and 2 are opposed
    scores = np.stack([contradicting, np.clip(contradicting + 1, 0, 5)], axis=2)
    found = describe(pilot(scores), "mentor")
    assert found.repaired
    assert 0 < found.largest_repair < 2
    assert np.linalg.eigvalsh(found.between)[0] > 0


def arrays(found: PilotDescription) -> dict[str, np.ndarray]:
    """Numbers of a description by name, those of intervals with their parts."""
    parts = {f.name: getattr(found, f.name) for f in fields(found)}
    named = {k: v for k, v in parts.items() if isinstance(v, np.ndarray)}
    for name, value in parts.items():
        if isinstance(value, Interval):
            named |= {f"{name}.{part}": x for part, x in vars(value).items()}
    return named


def test_constant_scores() -> None:
    """Where all answer alike correlations are undefined, and everything else is not."""
    scores = np.full((6, 2, 2), 3)
    scores[:, 0, 1] = 4
    scores[:3, 1] = [[1, 2], [2, 2], [5, 4]]
    found = describe(pilot(scores), "mentor")
    assert ends(found.mean_change, 0) == (1, 1, 1)
    for name in ("pearson", "spearman", "polychoric"):
        assert np.isnan(ends(getattr(found, name), 0)).all(), name
        assert np.isfinite(ends(getattr(found, name), 1)).all(), name
    assert np.isnan(found.between[0, 1])
    assert np.isfinite(found.pre).all()
    assert not found.repaired


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_people(n: int) -> None:
    """With hardly anybody what is undefined is NaN, without a warning."""
    scores = np.zeros((3, 1, 2), dtype=int)
    scores[:n, 0] = np.array([[1, 2], [3, 5], [2, 2]])[:n]
    found = arrays(describe(pilot(scores), "mentor"))
    assert np.isnan(found["mean_change.value"]).all() == (n < 1)
    assert np.isnan(found["mean_change.low"]).all() == (n < 2)
    assert np.isnan(found["pearson.value"]).all() == (n < 2)
    assert np.isnan(found["pearson.low"]).all()
    assert np.isnan(found["spearman.high"]).all()
    assert np.isnan(found["polychoric.value"]).all() == (n < 2)
    assert np.isfinite(found["pre"]).all()


def test_perfect_correlation() -> None:
    """Scores that agree have correlation 1 without an interval by Fisher's z."""
    scores = np.repeat(np.arange(1, 6)[:, None, None], 2, axis=2)
    found = describe(pilot(scores), "mentor")
    for name in ("pearson", "spearman"):
        value, low, high = ends(getattr(found, name), 0)
        assert value == pytest.approx(1, abs=1e-12)
        assert np.isnan([low, high]).all()
    assert found.at_bound.tolist() == [[True, False, True]]
    assert found.polychoric.value[0] == found.polychoric.high[0] == 0.999


def test_roles_that_take_no_part() -> None:
    """A role that is not in the pilot is refused in a line."""
    with pytest.raises(StudyError, match=r"^pilot: holds no mentee"):
        describe(pilot(SCORES), "mentee")


def test_intervals_by_fisher_s_z_cover() -> None:
    """Pearson's and Spearman's intervals hold the true correlation in about 95 of 100 pilots."""
    repeats, n = 1000, 30
    tables = [pilot(s).tables("mentor")[0] for s in draw_people(n, 1, 21, repeats)]
    many = pilot(draw_people(200_000, 1, seed=22)[0]).tables("mentor")[0]
    for estimate in (pearson, spearman):
        truth = estimate(many, 0.95)[0]
        held = np.mean(
            [low <= truth <= high for _, low, high in (estimate(t, 0.95) for t in tables)]
        )
        # Fisher's variance is that of normal scores: cut ones are allowed 2 in 100
        assert held == pytest.approx(0.95, abs=0.02 + 3 * np.sqrt(0.95 * 0.05 / repeats))
