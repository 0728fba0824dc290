"""Drawn scores have the stated marginals and correlations, however the study is stated."""

from itertools import combinations

import numpy as np
import pytest
from oracles.checks import counts_agree, within_error
from oracles.latent import cell_table
from oracles.studies import PRE, small_study

from sim.cohorts import Population, draw_cohort, role_arms, without_effect
from sim.cohorts.marginals import DomainMarginals
from sim.cohorts.population import build_population
from sim.cohorts.truth import score_covariance

PEOPLE, REPLICATES = 40, 1000
SKEWED = (0.05, 0.10, 0.20, 0.25, 0.40)
TABLE = (
    (0.03, 0.03, 0.03, 0.01, 0.00),
    (0.01, 0.05, 0.08, 0.05, 0.01),
    (0.01, 0.03, 0.18, 0.13, 0.05),
    (0.00, 0.01, 0.04, 0.10, 0.05),
    (0.00, 0.00, 0.01, 0.03, 0.06),
)
UNEQUAL = ((1.0, 0.7, 0.2), (0.7, 1.0, -0.3), (0.2, -0.3, 1.0))
MIXED = {
    "items": {"a": {"joint": TABLE}, "b": {"shift": -0.4}},
    "otherwise": {},
}
FULL = 0.3 * np.ones((6, 6)) + 0.7 * np.eye(6)
FULL[0, 3] = FULL[3, 0] = 0.8
FULL[1, 4] = FULL[4, 1] = -0.1
EFFECTS = {
    "shift": {"shift": (0.5, -0.3, 2.0)},
    "odds_ratio": {"odds_ratio": 2.5},
    "post": {"post": SKEWED},
    "median": {"median": (4, None, 5)},
    "joint": {"joint": TABLE},
    "none": {},
    "by_domain": MIXED,
}
CORRELATIONS = {
    "moderate": {"pre_post": 0.5, "items": 0.4},
    "independent": {"pre_post": 0.6, "items": 0.0},
    "one and the same": {"pre_post": 0.5, "items": 1.0},
    "as negative as can be": {"pre_post": 0.3, "items": -0.5},
    "unequal": {"pre_post": -0.4, "items": UNEQUAL},
    "never changing": {"pre_post": 1.0, "items": 0.5},
    "always reversed": {"pre_post": -1.0, "items": 0.5},
}


def people(effect: dict, correlation: dict) -> Population:
    """Mentors of a study of three domains with different marginals before."""
    before = (PRE, SKEWED, SKEWED[::-1])
    study = small_study(
        effect=effect,
        roles={"mentor": {"pre": before}, "mentee": None},
        correlation={"full": None, **correlation},
    )
    return role_arms(study, 0)[0]


def drawn(population: Population, seed: int = 1) -> np.ndarray:
    """Scores of many independent people, from 0; shape (people, domains, 2)."""
    cohort = draw_cohort(population, PEOPLE, REPLICATES, np.random.default_rng(seed))
    assert cohort.scores.shape == (REPLICATES, PEOPLE, len(population.tables), 2)
    assert cohort.scores.dtype == np.int8
    return cohort.scores.reshape(-1, len(population.tables), 2) - 1


def crossed(first: np.ndarray, second: np.ndarray, points: int = 5) -> np.ndarray:
    """Count pairs of scores."""
    counts = np.bincount(points * first.astype(int) + second, minlength=points**2)
    return counts.reshape(points, points)


@pytest.mark.parametrize(
    ("effect", "correlation"),
    [
        (effect, correlation)
        if effect == "shift" or correlation == "moderate"
        else pytest.param(effect, correlation, marks=pytest.mark.long)
        for effect in EFFECTS
        for correlation in CORRELATIONS
    ],
)
def test_table_of_before_by_after(effect: str, correlation: str) -> None:
    """In every domain the drawn pairs fit the exact table, and so both marginals."""
    population = people(EFFECTS[effect], CORRELATIONS[correlation])
    scores = drawn(population)
    assert scores.min() >= 0
    assert scores.max() <= 4
    for d, table in enumerate(population.tables):
        assert counts_agree(crossed(scores[:, d, 0], scores[:, d, 1]), table)


def latent_cuts(population: Population, domain: int, time: int) -> np.ndarray:
    """Cut points of one score."""
    return population.pre_cuts[domain] if time == 0 else population.post_cuts[domain, 0]


def pair_fits(population: Population, scores: np.ndarray, one: int, two: int, rho: float) -> bool:
    """Tell whether two of the 2 D scores are distributed as their latent correlation says."""
    count = len(population.tables)
    (t, d), (u, e) = divmod(one, count), divmod(two, count)
    cuts = latent_cuts(population, d, t), latent_cuts(population, e, u)
    if abs(rho) == 1:
        expected = score_table_of_one(population, d, t, e, u, rho)
    else:
        expected = cell_table(*cuts, rho)
    return counts_agree(crossed(scores[:, d, t], scores[:, e, u]), expected)


def score_table_of_one(
    population: Population, d: int, t: int, e: int, u: int, rho: float
) -> np.ndarray:
    """Joint distribution of two scores that share one latent normal, or its negative."""
    marginals = [
        (population.pre, population.post)[time][domain] for time, domain in ((t, d), (u, e))
    ]
    if rho < 0:
        marginals[1] = marginals[1][::-1]
    ends = [np.concatenate(([0], np.cumsum(marginal))) for marginal in marginals]
    low = np.maximum(ends[0][:-1, None], ends[1][None, :-1])
    high = np.minimum(ends[0][1:, None], ends[1][None, 1:])
    table = np.maximum(high - low, 0)
    return table if rho > 0 else table[:, ::-1]


@pytest.mark.parametrize("correlation", CORRELATIONS)
def test_every_pair_of_scores(correlation: str) -> None:
    """Each two of the six scores are distributed as T (x) C says, by plain integration."""
    stated = CORRELATIONS[correlation]
    population = people(EFFECTS["shift"], stated)
    between = np.array(stated["items"]) if correlation == "unequal" else np.eye(3)
    if correlation != "unequal":
        between = np.where(between == 1, 1.0, stated["items"])
    latent = np.kron([[1, stated["pre_post"]], [stated["pre_post"], 1]], between)
    scores = drawn(population, 2)
    for one, two in combinations(range(6), 2):
        assert pair_fits(population, scores, one, two, latent[one, two]), (one, two)


def test_every_pair_under_a_full_matrix() -> None:
    """A full matrix of latent correlations is drawn as stated, pair by pair."""
    full = tuple(map(tuple, FULL.tolist()))
    population = people(EFFECTS["odds_ratio"], {"full": full})
    scores = drawn(population, 3)
    for one, two in combinations(range(6), 2):
        assert pair_fits(population, scores, one, two, FULL[one, two]), (one, two)


def test_domains_with_tables_are_correlated_before() -> None:
    """Stated tables leave the correlation between domains before as it is stated."""
    population = people(EFFECTS["joint"], {"pre_post": 0.5, "items": 0.6})
    scores = drawn(population, 4)
    for one, two in combinations(range(3), 2):
        assert pair_fits(population, scores, one, two, 0.6)
        after = np.corrcoef(scores[:, one, 1], scores[:, two, 1])[0, 1]
        assert after > 0.3


@pytest.mark.parametrize("effect", ["shift", "post", "median"])
def test_correlations_of_scores(effect: str) -> None:
    """Observed covariances of all scores fit those worked out, within their standard error."""
    population = people(EFFECTS[effect], CORRELATIONS["moderate"])
    scores = drawn(population, 5).transpose(2, 1, 0).reshape(6, -1)  # before, then after
    exact = score_covariance(population)
    centred = scores - (np.concatenate([population.pre, population.post]) @ np.arange(5))[:, None]
    for i, j in combinations(range(6), 2):
        products = centred[i] * centred[j]
        error = products.std() / np.sqrt(products.size)
        assert within_error(products.mean(), exact[i, j], error)


@pytest.mark.parametrize("effect", EFFECTS)
def test_without_effect_is_drawn_symmetric(effect: str) -> None:
    """With the effect removed, rises and falls of each size are equally frequent."""
    population = without_effect(people(EFFECTS[effect], CORRELATIONS["moderate"]))
    changes = np.diff(drawn(population, 6).astype(int), axis=2)[..., 0]
    for d in range(3):
        for size in range(1, 5):
            pair = [(changes[:, d] == size).sum(), (changes[:, d] == -size).sum()]
            assert counts_agree(np.array(pair), np.array([0.5, 0.5])) or sum(pair) == 0


def test_people_are_independent() -> None:
    """Scores of consecutive people, and of consecutive replicates, are not correlated."""
    population = people(EFFECTS["shift"], CORRELATIONS["moderate"])
    scores = draw_cohort(population, 50, 1000, np.random.default_rng(7)).scores[..., 0, 0]
    assert abs(np.corrcoef(scores[:, :-1].ravel(), scores[:, 1:].ravel())[0, 1]) < 0.025
    assert abs(np.corrcoef(scores[:-1].ravel(), scores[1:].ravel())[0, 1]) < 0.025


def test_eleven_points_and_twenty_domains() -> None:
    """The widest scale and the most domains are drawn as stated."""
    names = tuple(f"d{i}" for i in range(20))
    flat = (1 / 11,) * 11
    study = small_study(
        questionnaire={"points": 11, "items": names},
        roles={"mentor": {"pre": flat}, "mentee": None},
    )
    population = role_arms(study, 0)[0]
    scores = draw_cohort(population, 20, 1000, np.random.default_rng(8)).scores - 1
    for d in (0, 19):
        pairs = scores[:, :, d].reshape(-1, 2)
        assert counts_agree(crossed(pairs[:, 0], pairs[:, 1], 11), population.tables[d])


def test_certain_scores() -> None:
    """People who all score the same, before and after, are drawn so."""
    certain = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
    population = build_population([DomainMarginals(certain, certain)] * 2, np.eye(4))
    assert (drawn(population) == 2).all()
    tied = np.kron(np.eye(2), [[1, 0.5], [0.5, 1]])
    assert (drawn(build_population([DomainMarginals(certain, certain)] * 2, tied)) == 2).all()
