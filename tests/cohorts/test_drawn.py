"""Drawn populations: their correlations, marginals and shifts are those that the draw states."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles.studies import PRE, population_of_changes, small_study
from scipy.stats import norm

from sim.cohorts import role_arms
from sim.cohorts.drawn import PopulationDraws, normal_shifts, person_correlation
from sim.cohorts.population import Population

RHO = arrays(np.float64, 4, elements=st.floats(0, 1))
LOADINGS = arrays(np.float64, (4, 3), elements=st.floats(-3, 3))


def correlation_of(loadings: np.ndarray) -> np.ndarray:
    """Turn loadings into a valid correlation matrix."""
    covariance = loadings @ loadings.T + 0.1 * np.eye(len(loadings))
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(scale, scale))


@given(RHO, LOADINGS)
def test_person_correlation_is_one(rho: np.ndarray, loadings: np.ndarray) -> None:
    """Whatever the correlations, the matrix is one of correlations, with the stated diagonals."""
    between = correlation_of(loadings)
    found = person_correlation(rho, between)
    assert np.linalg.eigvalsh(found).min() > -1e-9
    assert np.allclose(found, found.T, rtol=0, atol=1e-12)
    assert np.allclose(np.diagonal(found), 1, rtol=0, atol=1e-12)
    assert np.allclose(np.diagonal(found, offset=4), rho, rtol=0, atol=1e-12)


@given(st.floats(0, 1), LOADINGS)
def test_equal_correlations_are_a_kronecker_product(rho: float, loadings: np.ndarray) -> None:
    """With one pre-post correlation for all domains the matrix is T x C."""
    between = correlation_of(loadings)
    expected = np.kron([[1, rho], [rho, 1]], between)
    assert np.allclose(person_correlation(np.full(4, rho), between), expected, rtol=0, atol=1e-12)


def random_draws(number: int = 5, domains: int = 3) -> PopulationDraws:
    """Draws of chance, with correlated domains."""
    rng = np.random.default_rng(3)
    return PopulationDraws(
        shift=rng.normal(0.3, 0.6, (number, domains)),
        pre_post=rng.uniform(0, 1, (number, domains)),
        pre=rng.dirichlet(np.full(5, 1.5), (number, domains)),
        between=correlation_of(rng.normal(size=(domains, 2))),
    )


@pytest.mark.parametrize("draw", range(5))
def test_population_is_the_stated_one(draw: int) -> None:
    """Marginals before, shifted marginals after and correlations are those of the draw."""
    draws = random_draws()
    population = draws.population(draw)
    assert np.allclose(population.pre, draws.pre[draw], rtol=0, atol=1e-9)
    before = norm.ppf(np.cumsum(draws.pre[draw], axis=1)[:, :-1])
    after = norm.cdf(before - draws.shift[draw][:, None])
    assert np.allclose(np.cumsum(population.post, axis=1)[:, :-1], after, rtol=0, atol=1e-9)
    expected = person_correlation(draws.pre_post[draw], draws.between)
    assert np.array_equal(population.correlation, expected)


def test_rounded_probabilities_add_up() -> None:
    """Probabilities that were rounded in a file are brought back to add up to 1."""
    draws = random_draws()
    rounded = replace(draws, pre=np.round(draws.pre, 4))
    population = rounded.population(2)
    assert np.allclose(population.pre.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert np.allclose(population.pre, draws.pre[2], rtol=0, atol=1e-3)


def test_first_keeps_the_first() -> None:
    """Fewer draws are the first ones, and never more than there are."""
    draws = random_draws()
    kept = draws.first(2)
    assert (len(draws), len(kept), len(draws.first(99))) == (5, 2, 5)
    assert np.array_equal(kept.population(1).tables, draws.population(1).tables)


def stated(**changes: object) -> Population:
    """Mentors of a small study."""
    return role_arms(small_study(**changes), 0)[0]


def test_normal_shifts_are_the_quantiles() -> None:
    """The shared shifts are evenly spaced quantiles of their normal distribution, shuffled."""
    draws = normal_shifts(0.4, 0.2, 0.0, 200, stated())
    shared = draws.shift[:, 0]
    assert np.array_equal(draws.shift, np.tile(shared[:, None], (1, 3)))
    expected = norm.ppf((np.arange(200) + 0.5) / 200, 0.4, 0.2)
    assert np.allclose(np.sort(shared), expected, rtol=0, atol=1e-12)
    assert abs(np.corrcoef(shared, np.arange(200))[0, 1]) < 4.4 / np.sqrt(200)
    assert abs(shared[:50].mean() - 0.4) < 4.4 * 0.2 / np.sqrt(50)


def test_normal_shifts_between_domains() -> None:
    """Domains spread around what they share with the stated standard deviation, unrelated."""
    draws = normal_shifts(0.0, 0.3, 0.1, 4000, stated())
    assert np.allclose(draws.shift.std(axis=0), np.hypot(0.3, 0.1), rtol=0.05)
    own = draws.shift - draws.shift.mean(axis=1, keepdims=True)
    within = own.var(axis=1, ddof=1).mean()
    assert abs(within - 0.01) < 4.4 * 0.01 * np.sqrt(2 / (2 * 4000))


def test_streams_are_independent() -> None:
    """Draws of one stream are the same each time, those of another are unrelated to them."""
    first, again, other = (normal_shifts(0, 1, 0.5, 400, stated(), s) for s in (0, 0, 2))
    assert np.array_equal(first.shift, again.shift)
    related = np.corrcoef(first.shift[:, 0], other.shift[:, 0])[0, 1]
    assert abs(related) < 4.4 / np.sqrt(400)


@pytest.mark.parametrize(
    "correlation",
    [
        {"pre_post": 0.6, "items": 0.3},
        {"pre_post": -0.4, "items": 0.0},
        {"full": np.fromfunction(lambda i, j: 0.5 ** abs(i - j), (6, 6)).tolist()},
    ],
)
def test_normal_shifts_keep_the_stated_people(correlation: dict[str, object]) -> None:
    """All but the shift is as stated, negative and full correlations included."""
    population = stated(correlation=correlation, effect={"shift": 0.5})
    drawn = normal_shifts(0.5, 0.0, 0.0, 20, population).population(7)
    assert np.allclose(drawn.tables, population.tables, rtol=0, atol=1e-9)
    assert np.allclose(drawn.correlation, population.correlation, rtol=0, atol=1e-12)
    assert np.allclose(drawn.pre, [PRE] * 3, rtol=0, atol=1e-9)


def test_normal_shifts_of_a_stated_table() -> None:
    """Where a table was stated, the answers before are those of the table."""
    population = population_of_changes({-1: 0.2, 0: 0.3, 1: 0.5})
    drawn = normal_shifts(0.3, 0.1, 0.1, 20, population).population(0)
    assert np.allclose(drawn.pre, population.pre, rtol=0, atol=1e-12)
