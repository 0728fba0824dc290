"""The exact distribution of a total against plain integration, its moments, and drawn people."""

from itertools import product

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from oracles.checks import counts_agree
from oracles.studies import default_study, make_analysis, small_study
from scipy.stats import binom, norm

from sim.cohorts import Population, draw_cohort, role_arms
from sim.cohorts.totals import OneFactor, change_of_total, loadings
from sim.cohorts.truth import score_covariance
from sim.power.exact import exact_rejection
from sim.study import Study

SKEWED = (0.05, 0.10, 0.20, 0.25, 0.40)
TABLE = (
    (0.03, 0.03, 0.03, 0.01, 0.00),
    (0.01, 0.05, 0.08, 0.05, 0.01),
    (0.01, 0.03, 0.18, 0.13, 0.05),
    (0.00, 0.01, 0.04, 0.10, 0.05),
    (0.00, 0.00, 0.01, 0.03, 0.06),
)
UNEQUAL = ((1.0, 0.42, 0.3), (0.42, 1.0, 0.35), (0.3, 0.35, 1.0))


def people_of(study: Study) -> Population:
    """People of the first role who are treated."""
    return role_arms(study, 0)[0]


def moments(pmf: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation of a distribution around its middle."""
    values = np.arange(len(pmf)) - len(pmf) // 2
    mean = float(pmf @ values)
    return mean, float(np.sqrt(pmf @ values**2 - mean**2))


def test_moments_at_the_default() -> None:
    """Mean and variance follow from the domains' means and covariances alone."""
    people = people_of(default_study())
    mean, sd = moments(change_of_total(people, tuple(range(7))))
    points = np.arange(1, 6)
    sign = np.repeat([-1, 1], 7)
    assert mean == pytest.approx(float(((people.post - people.pre) @ points).sum()), abs=1e-9)
    assert sd**2 == pytest.approx(sign @ score_covariance(people) @ sign, abs=1e-7)
    assert (round(mean, 4), round(sd, 4)) == (1.7768, 5.5835)


def conditional(cuts: np.ndarray, at: float, spread: float) -> np.ndarray:
    """Probabilities of the scores of a normal with a mean and a standard deviation."""
    ends = np.concatenate([[-np.inf], cuts, [np.inf]])
    return np.diff(norm.cdf((ends - at) / spread))


def plainly(people: Population, members: tuple[int, ...], shared: float) -> np.ndarray:
    """Change of a sum whose domains correlate by one number, each answered anew after.

    With no correlation from before to after, totals before and after are independent, and
    each is an integral over one factor of a product, taken by Gauss's rule and written out.
    """
    nodes, weights = hermegauss(180)
    weights = weights / weights.sum()
    totals = []
    for cuts in (people.pre_cuts, people.post_cuts[:, 0]):
        total = np.zeros(len(members) * (people.points - 1) + 1)
        for node, weight in zip(nodes, weights, strict=True):
            at, spread = np.sqrt(shared) * node, np.sqrt(1 - shared)
            chances = [conditional(cuts[d], at, spread) for d in members]
            for scores in product(range(people.points), repeat=len(members)):
                chance = np.prod([c[s] for c, s in zip(chances, scores, strict=True)])
                total[sum(scores)] += weight * chance
        totals.append(total)
    return np.correlate(totals[1], totals[0], "full")


@pytest.mark.parametrize("shared", [0.0, 0.3, 0.6])
def test_two_domains_written_out(shared: float) -> None:
    """Where nothing is carried from before to after, every cell is that of plain integration."""
    correlation = {"pre_post": 0.0, "items": shared}
    study = small_study(effect={"shift": (0.2, 0.9, -0.4)}, correlation=correlation)
    people = people_of(study)
    for members in ((0, 1), (1, 2)):
        found = change_of_total(people, members)
        assert np.abs(found - plainly(people, members, shared)).max() < 1e-9


def test_what_is_carried_over_alone() -> None:
    """Without correlation between domains the sum is the convolution of the domains' changes."""
    people = people_of(
        small_study(effect={"shift": (0.2, 0.9, -0.4)}, correlation={"pre_post": 0.7, "items": 0})
    )
    changes = [np.array([np.trace(t, k) for k in range(-4, 5)]) for t in people.tables]
    expected = np.convolve(np.convolve(changes[0], changes[1]), changes[2])
    assert np.abs(change_of_total(people, (0, 1, 2)) - expected).max() < 1e-9


DESIGNS = {
    "like the default": {},
    "marginals and effects that differ": {
        "effect": {"shift": (0.5, -0.3, 1.2)},
        "roles": {"mentor": {"pre": (SKEWED, SKEWED[::-1], (0.1, 0.2, 0.4, 0.2, 0.1))},
                  "mentee": None},
    },
    "unequal correlations": {"correlation": {"pre_post": 0.4, "items": UNEQUAL}},
    "negative before to after": {"correlation": {"pre_post": -0.4, "items": 0.4}},
    "hardly any change": {"correlation": {"pre_post": 0.97, "items": 0.8}, "effect": {}},
    "tables": {"effect": {"joint": TABLE}, "correlation": {"pre_post": 0.5, "items": 0.6}},
    "response shift": {"uncontrolled": {"response_shift": 0.3}},
}  # fmt: skip


def drawn_totals(people: Population, members: tuple[int, ...], replicates: int) -> np.ndarray:
    """Totals before and after of drawn people, (N, 2)."""
    cohort = draw_cohort(people, replicates, 100, np.random.default_rng(12))
    return cohort.scores[:, :, list(members)].sum(axis=2, dtype=int).reshape(-1, 2)


@pytest.mark.parametrize("design", DESIGNS)
def test_drawn_people(design: str) -> None:
    """Changes of drawn people, and crossings of a cut, have the distribution worked out."""
    people, members = people_of(small_study(**DESIGNS[design])), (0, 2)
    totals = drawn_totals(people, members, 2_000)
    before, after = totals.T
    pmf = change_of_total(people, members)
    assert counts_agree(np.bincount(after - before + len(pmf) // 2, minlength=len(pmf)), pmf)
    crossing = (after >= 7).astype(int) - (before >= 7)
    crossings = change_of_total(people, members, 7)
    assert counts_agree(np.bincount(crossing + 1, minlength=3), crossings)
    assert crossings.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
def test_random_designs(seed: int) -> None:
    """A million studies of twenty people: every cell, and the sign test's power, as worked out."""
    rng = np.random.default_rng([3, seed])
    loading = rng.uniform(0.1, 0.9, 7)
    between = np.outer(loading, loading) + np.diag(1 - loading**2)
    study = small_study(
        questionnaire={"points": 5, "items": tuple("abcdefg"), "totals": None},
        effect={"shift": tuple(np.round(rng.normal(0.3, 0.4, 7), 3).tolist())},
        correlation={"pre_post": round(rng.uniform(-0.2, 0.9), 2),
                     "items": tuple(map(tuple, between.tolist()))},
        roles={"mentor": {"pre": tuple(map(tuple, rng.dirichlet(np.full(5, 3), 7).tolist()))},
               "mentee": None},
    )  # fmt: skip
    people, members, size = people_of(study), tuple(range(7)), 20
    pmf = change_of_total(people, members)
    seen, rejected, studies = np.zeros(57), 0, 0
    for _ in range(20):
        scores = draw_cohort(people, size, 50_000, rng).scores.sum(axis=2, dtype=int)  # (R, N, 2)
        change = scores[..., 1] - scores[..., 0]
        seen += np.bincount(change.ravel() + 28, minlength=57)
        rises, falls = (change > 0).sum(axis=1), (change < 0).sum(axis=1)
        p = 2 * binom.cdf(np.minimum(rises, falls), rises + falls, 0.5)
        rejected, studies = rejected + int((p <= 0.05).sum()), studies + len(change)
    number = seen.sum()
    error = np.sqrt(pmf * (1 - pmf) / number) + 1 / number
    assert (np.abs(seen / number - pmf) < 4.5 * error).all()  # 57 cells of 40 designs
    power = exact_rejection(pmf, [size], make_analysis(test="sign")).power[0]
    assert abs(rejected / studies - power) < 4 * np.sqrt(power * (1 - power) / studies)


def test_loadings() -> None:
    """One factor's loadings are told from its correlations; other correlations have none."""
    loading = np.array([0.9, -0.5, 0.0, 0.3])
    between = np.outer(loading, loading)
    np.fill_diagonal(between, 1.0)
    assert np.abs(loadings(between)) == pytest.approx(np.abs(loading))
    pair = np.array([[1, -0.36], [-0.36, 1]])
    assert np.prod(loadings(pair)) == pytest.approx(-0.36)
    assert loadings(np.eye(4)).tolist() == [0] * 4
    for other in ((0.5, 0.5, -0.5), (0.9, 0.9, 0.2), (0.5, 0.5, 0.0)):  # no real, too large, none
        matrix = np.eye(3)
        matrix[np.triu_indices(3, 1)] = matrix[np.tril_indices(3, -1)] = other
        assert loadings(matrix) is None
    twins = np.full((4, 4), 0.2) + np.diag([0.8] * 4)
    twins[0, 1] = twins[1, 0] = 0.6
    assert loadings(twins) is None


def test_where_there_is_no_answer() -> None:
    """Domains that are one and the same, negative ones and full matrices are not worked out."""
    one = small_study(correlation={"pre_post": 0.5, "items": 1.0})
    assert change_of_total(people_of(one), (0, 1, 2)) is None
    negative = small_study(correlation={"pre_post": 0.3, "items": -0.4})
    assert OneFactor.of(people_of(negative), (0, 1, 2)) is None
    assert change_of_total(people_of(negative), (0, 1)) is not None  # two have one factor always
    full = 0.3 * np.ones((6, 6)) + 0.7 * np.eye(6)
    full[0, 3] = full[3, 0] = 0.8
    study = small_study(correlation={"full": tuple(map(tuple, full.tolist()))})
    assert change_of_total(people_of(study), (0, 1)) is None
