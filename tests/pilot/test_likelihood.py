"""Parameters, and the probability of what was published given them."""

import numpy as np
import pytest
from oracles.checks import within_error
from oracles.pilots import printed
from scipy import stats

from sim.cohorts.marginals import shifted
from sim.cohorts.normal import rectangle_table
from sim.pilot import likelihood
from sim.pilot.candidates import CANDIDATES
from sim.pilot.forensics import Printed, consistent
from sim.pilot.likelihood import (
    as_divisor,
    data_set_probability,
    given_significant,
    outcome_probability,
    prints_so,
    significance_probability,
    simulated_share,
)
from sim.pilot.parameters import change_pmfs, pair_tables, prior_draws
from sim.pilot.printed import PrintedNumber
from sim.power.exact_api import exact_power

ANY_P = PrintedNumber("any", 0.0, 1.0)
OPTIONS = {
    "signed_rank_asymptotic": {"p_value": "asymptotic"},
    "signed_rank_continuity": {"p_value": "asymptotic", "continuity": True},
    "signed_rank_exact": {"p_value": "exact"},
    "pratt_asymptotic": {"p_value": "asymptotic", "zeros": "pratt"},
    "pratt_exact": {"p_value": "exact", "zeros": "pratt"},
    "sign": {"test": "sign", "p_value": "exact"},
    "paired_t": {"test": "paired_t"},
}


def some_tables(number: int, points: int, seed: int = 1) -> np.ndarray:
    """Draw tables from a prior, effects moderate."""
    rng = np.random.default_rng(seed)
    pre = rng.dirichlet(np.full(points, 2.0), number)
    return pair_tables(rng.normal(0.5, 0.7, number), 0.95 * rng.beta(2, 2, number), pre)


def test_tables_have_their_margins() -> None:
    """The answers before are as stated, those after are shifted, and all cells sum to 1."""
    rng = np.random.default_rng(2)
    pre = rng.dirichlet(np.full(5, 1.5), 200)
    shift, rho = rng.uniform(-4, 4, 200), rng.uniform(0, 0.95, 200)
    pre[0], rho[1] = (0, 0.5, 0.5, 0, 0), 0
    tables = pair_tables(shift, rho, pre)
    assert tables.shape == (200, 5, 5)
    assert (tables >= 0).all()
    assert np.allclose(tables.sum(axis=2), pre, rtol=0, atol=1e-12)
    after = np.array([shifted(own, by) for own, by in zip(pre, shift, strict=True)])
    assert np.allclose(tables.sum(axis=1), after, rtol=0, atol=1e-12)
    assert np.allclose(tables[1], np.outer(pre[1], after[1]), rtol=0, atol=1e-12)
    cuts = stats.norm.ppf(np.cumsum(pre[5])[:-1])
    assert np.allclose(tables[5], rectangle_table(cuts, cuts - shift[5], rho[5]), atol=1e-12)


def test_changes_of_tables() -> None:
    """Changes have the probabilities of their diagonals, which sum to 1."""
    tables = some_tables(20, 4)
    found = change_pmfs(tables)
    assert found.shape == (20, 7)
    assert np.allclose(found.sum(axis=1), 1)
    for change in range(-3, 4):
        own = sum(tables[:, a, a + change] for a in range(4) if 0 <= a + change < 4)
        assert np.allclose(found[:, change + 3], own)


def ecdf_distance(values: np.ndarray, cdf: np.ndarray) -> float:
    """Kolmogorov's distance times the square root of the number of values."""
    return float(stats.kstest(cdf, "uniform").statistic * np.sqrt(len(values)))


def test_prior_draws() -> None:
    """Draws have shifts even over -4 to 4, correlations .95 Beta(2, 2), probabilities Dirichlet."""
    number, points, a = 8192, 5, 1.5
    draws = prior_draws(number, points, a, seed=4)
    assert len(draws) == number
    assert np.allclose(draws.log_weight, np.log(8))
    assert np.allclose(draws.pre.sum(axis=1), 1)
    whole = a * points
    laws = [
        (draws.shift, stats.uniform(-4, 8)),
        (draws.pre_post, stats.beta(2, 2, scale=0.95)),
        *((own, stats.beta(a, whole - a)) for own in draws.pre.T),
    ]
    for values, law in laws:
        assert ecdf_distance(values, law.cdf(values)) < 1.63  # 1% of independent draws
        assert within_error(values.mean(), law.mean(), law.std() / np.sqrt(number))
        spread = law.var() * np.sqrt((law.stats("k") + 2) / number)
        assert within_error(values.var(), law.var(), spread)
    covariance = -a * a / (whole**2 * (whole + 1))
    assert np.cov(draws.pre.T)[0, 1] == pytest.approx(covariance, abs=4 * 0.0222 / number**0.5)
    others = np.corrcoef(np.vstack([draws.shift, draws.pre_post, draws.pre[:, 0]]))
    assert np.abs(others[np.triu_indices(3, 1)]).max() < 4 / number**0.5


def test_all_data_sets_together_are_certain() -> None:
    """The probabilities of all data sets sum to 1."""
    for n, points in ((3, 4), (4, 3), (2, 5)):
        every = consistent(Printed("all", n, points, (), (), ANY_P), "sign")
        assert np.allclose(data_set_probability(every.counts, some_tables(7, points)), 1)


def test_data_sets_are_multinomial() -> None:
    """The probability of data sets is the sum of SciPy's multinomial probabilities."""
    found = consistent(printed(6, 5, {"median": "3"}, {"median": "4"}, "0.041"), "paired_t")
    tables = some_tables(6, 5)
    expected = [
        stats.multinomial.pmf(found.counts, 6, table.ravel() / table.sum()).sum()
        for table in tables
    ]
    assert data_set_probability(found.counts, tables) == pytest.approx(expected, rel=1e-9)
    none = np.empty((0, 25), np.int8)
    assert data_set_probability(none, tables).tolist() == [0] * 6


def test_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probabilities are the same however few numbers are held at a time."""
    found = consistent(printed(4, 4, {"median": "2"}, {"median": "3"}, ">0.05"), "sign")
    tables = some_tables(50, 4)
    whole = data_set_probability(found.counts, tables)
    monkeypatch.setattr(likelihood, "CHUNK", 3 * len(found.counts))
    assert data_set_probability(found.counts, tables) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("test", OPTIONS)
def test_significance_is_exact_power(test: str) -> None:
    """The probability of significance is the power that the exact engine gives."""
    tables = some_tables(5, 4)
    pmfs = change_pmfs(tables)
    for n in (4, 7):
        found = significance_probability(test, n, tables, np.random.default_rng(0))
        powers = [
            float(exact_power(pmf / pmf.sum(), [n], **OPTIONS[test]).power[0])  # type: ignore[arg-type]
            for pmf in pmfs
        ]
        assert found == pytest.approx(powers, abs=1e-9)


@pytest.mark.parametrize("test", ["signed_rank_asymptotic", "paired_t", "mann_whitney"])
def test_simulated_significance(test: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be summed, significance is simulated without bias."""
    n, tables = 5, some_tables(4, 4)
    significant = Printed("x", n, 4, (), (), PrintedNumber("<=.05", 0.0, 0.05))
    truth = data_set_probability(consistent(significant, test).counts, tables)
    monkeypatch.setattr(likelihood, "MOST_TERMS", 0)
    sets = 20_000
    found = significance_probability(test, n, tables, np.random.default_rng(1), sets)
    error = np.sqrt(truth * (1 - truth) / sets)
    assert (np.abs(found - truth) < 4 * error).all()
    assert truth.min() > 0.005


def test_large_pilots_are_simulated() -> None:
    """Forty pairs are simulated, and agree with the exact engine on average."""
    table = some_tables(1, 5, seed=8)
    copies = np.repeat(table, 5000, axis=0)  # too many products to be summed
    found = significance_probability("sign", 40, copies, np.random.default_rng(3))
    power = float(exact_power(change_pmfs(table)[0], [40], test="sign", p_value="exact").power[0])
    assert within_error(found.mean(), power, np.sqrt(power * (1 - power) / (64 * 5000)))


@pytest.mark.parametrize("test", ["signed_rank_asymptotic", "mann_whitney"])
def test_likelihood_summed_and_simulated(test: str) -> None:
    """The likelihood of a comparison is the same summed over its data sets and simulated."""
    stated = printed(5, 4, {"median": "2"}, {"mean": "2.8"}, ">0.1", "rounded")
    found = consistent(stated, test)
    rng = np.random.default_rng(5)
    for table in some_tables(3, 4, seed=6):
        copies = np.repeat(table[None], 1000, axis=0)
        exact = float(outcome_probability(stated, test, found, copies, rng)[0])
        simulated = outcome_probability(stated, test, None, copies, rng)
        assert 0.002 < exact < 0.998
        assert within_error(simulated.mean(), exact, np.sqrt(exact * (1 - exact) / 64_000))


def test_simulated_data_sets_have_the_tables_cells() -> None:
    """Each draw's data sets come from its own table, in chunks as well."""
    tables = some_tables(3, 3, seed=9)
    tables[1] = np.diag([0.0, 1.0, 0.0])
    shares = [
        simulated_share(
            tables, 1, lambda pre, post, c=cell: (pre[:, 0] == c[0]) & (post[:, 0] == c[1]),
            np.random.default_rng(4), 20_000,
        )
        for cell in np.ndindex(3, 3)
        for cell in [(cell[0] + 1, cell[1] + 1)]
    ]  # fmt: skip
    found = np.array(shares).T.reshape(3, 3, 3)
    assert found[1].tolist() == tables[1].tolist()
    assert (np.abs(found - tables) <= 4 * np.sqrt(tables * (1 - tables) / 20_000)).all()


def test_prints_so_is_consistency() -> None:
    """A data set prints so where it is among those that were listed."""
    stated = printed(4, 3, {"median": "2", "q3": "2.5"}, {"mean": "2.2"}, "not significant")
    every = consistent(Printed("all", 4, 3, (), (), ANY_P), "sign").counts
    cells = np.array([np.repeat(np.arange(9), row) for row in every])
    pre, post = cells // 3 + 1, cells % 3 + 1
    for test in CANDIDATES:
        fits = prints_so(stated, test, pre, post)
        listed = {tuple(row) for row in consistent(stated, test).counts.tolist()}
        assert {tuple(row) for row in every[fits].tolist()} == listed


def test_given_significance() -> None:
    """A significant comparison is weighed given that it was, with at most 1; another one is not."""
    probability = np.array([0.2, 1e-6, 0.1])
    significant = np.array([0.5, 1e-5, 0.05])
    sure = printed(6, 5, {}, {}, "0.041")
    assert given_significant(sure, probability, significant) == pytest.approx([0.4, 0.1, 1])
    not_so = printed(6, 5, {}, {}, "0.3")
    assert given_significant(not_so, probability, significant) is probability
    assert as_divisor(np.zeros(1))[0] == pytest.approx(0.5 / 512)
