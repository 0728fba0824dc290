"""Answers that move together are read: against published limits, Metropolis and plain sampling."""

import csv
from pathlib import Path

import numpy as np
import pytest
from oracles.checks import within_error
from oracles.metropolis import Chains, metropolis, spread_between
from scipy import stats

from sim.pilot.adaptive import CARRIED, Proposal, data_evidence, tempered
from sim.pilot.likelihood import data_set_probability
from sim.pilot.parameters import prior_draws, unbounded_draws
from sim.pilot.posterior import DomainEvidence, Posterior, posterior
from sim.pilot.priors import ShiftPrior, _hierarchical

PILOTS = Path(__file__).parent.parent / "data" / "pilots"
ONE = np.ones(1)
PRIORS = (
    ShiftPrior("neutral", ONE, np.zeros(1), np.ones(1)),
    ShiftPrior("sceptical", ONE, np.zeros(1), np.full(1, 0.3)),
    _hierarchical(0.5, 0.5),
)
CONCENTRATION = 1.5
QUANTILES = (0.025, 0.5, 0.975)
KNOWN = {
    "5pt_all_rise_one_n12": ((0.58, 1.13, 1.72), (0.42, 0.83, 0.94)),
    "5pt_16_rise_4_same_n20": ((0.66, 1.12, 1.67), (0.37, 0.80, 0.93)),
    "5pt_falls_n34": ((-1.42, -1.07, -0.76), (0.54, 0.82, 0.93)),
    "11pt_all_rise_one_n12": ((0.15, 0.53, 0.87), (0.61, 0.89, 0.94)),
}
"""Shift and correlation under the neutral prior: 2.5, 50, 97.5% (tests/data/README.md)."""
MORE = {
    "5 points, 12 people": (5, 12, 1, 0.97, 1.0),
    "5 points, 34 people, 3 items": (5, 34, 3, 0.95, -0.6),
    "5 points, 60 people, 10 items": (5, 60, 10, 0.93, 0.3),
    "6 points, 100 people, 2 items": (6, 100, 2, 0.98, 0.8),
    "7 points, 15 people, 3 items": (7, 15, 3, 0.99, 0.5),
    "7 points, 157 people, 6 items": (7, 157, 6, 0.9, 0.25),
    "9 points, 40 people, 4 items": (9, 40, 4, 0.95, -0.4),
    "11 points, 34 people": (11, 34, 1, 0.95, 0.4),
    "11 points, 12 people, 2 items": (11, 12, 2, 0.97, 0.7),
    "4 points, 200 people, 20 items": (4, 200, 20, 0.92, 0.4),
}
"""Points, people, items, latent correlation and shift of pilots that are drawn."""


def read_known(name: str) -> np.ndarray:
    """Count the answers of a pilot of one item, (1, K, K)."""
    points = int(name.split("pt", maxsplit=1)[0])
    table = np.zeros((1, points, points), np.int64)
    with (PILOTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table[0, int(row["pre"]) - 1, int(row["post"]) - 1] += 1
    return table


def drawn(name: str) -> np.ndarray:
    """Draw a pilot's answers, (D, K, K)."""
    points, people, items, rho, shift = MORE[name]
    rng = np.random.default_rng(list(MORE).index(name))
    tables = np.zeros((items, points, points), np.int64)
    for table in tables:
        cuts = stats.norm.ppf(np.cumsum(rng.dirichlet(np.full(points, 3.0)))[:-1])
        before, noise = rng.standard_normal((2, people))
        after = shift + rho * before + np.sqrt(1 - rho**2) * noise
        np.add.at(table, (np.searchsorted(cuts, before), np.searchsorted(cuts, after)), 1)
    return tables


def posteriors(tables: np.ndarray, number: int) -> list[Posterior]:
    """Read a pilot under every prior."""
    evidence = data_evidence(tables, PRIORS, number, CONCENTRATION, seed=2022)
    return [posterior(prior, evidence, ONE) for prior in PRIORS]


@pytest.mark.parametrize("name", KNOWN)
def test_known_posteriors(name: str) -> None:
    """Pilots whose answers move together have the posteriors that another sampler gave."""
    neutral, *others = posteriors(read_known(name), 8192)
    shift, correlation = KNOWN[name]
    assert neutral.domains[0].shift_quantiles == pytest.approx(shift, abs=0.05)
    assert neutral.domains[0].correlation_quantiles == pytest.approx(correlation, abs=0.05)
    assert min(own.effective for own in (neutral, *others)) >= 1000


def check_read(name: str, number: int) -> None:
    """Check that every item under every prior rests on draws enough."""
    assert min(own.effective for own in posteriors(drawn(name), number)) >= 1000


@pytest.mark.parametrize("name", ["7 points, 15 people, 3 items", "11 points, 34 people"])
def test_more_pilots_are_read(name: str) -> None:
    """Drawn pilots whose answers move together are read, whatever their scale and size."""
    check_read(name, 8192)


@pytest.mark.long
@pytest.mark.parametrize("name", MORE)
def test_more_pilots_are_read_at_length(name: str) -> None:
    """As above: all ten, with as many draws as the command takes."""
    check_read(name, 65_536)


def check_against_chains(tables: np.ndarray, number: int, chains: int, steps: int) -> None:
    """Compare the first item's limits with those of chains, under the two plain priors."""
    found = posteriors(tables, number)
    for prior, own in zip(PRIORS[:2], found[:2], strict=True):
        rng = np.random.default_rng(7)
        mean, sd = float(prior.mean[0]), float(prior.sd[0])
        walked = metropolis(tables[0], rng, mean, sd, CONCENTRATION, chains, steps)
        assert settled(walked)
        other = np.quantile(walked.shift, QUANTILES), np.quantile(walked.correlation, QUANTILES)
        assert own.domains[0].shift_quantiles == pytest.approx(other[0], abs=0.05)
        assert own.domains[0].correlation_quantiles == pytest.approx(other[1], abs=0.05)


def settled(walked: Chains) -> bool:
    """Tell whether all chains have come to one distribution."""
    return max(spread_between(own) for own in (walked.shift, walked.correlation)) < 1.1


def test_metropolis_agrees() -> None:
    """An independent sampler gives the same limits of shift and correlation."""
    table = np.array([[4, 5, 0], [0, 6, 9], [0, 0, 10]])
    check_against_chains(table[None], 8192, chains=60, steps=1500)


@pytest.mark.long
@pytest.mark.parametrize("name", MORE)
def test_metropolis_agrees_at_length(name: str) -> None:
    """As above, for each of the ten pilots."""
    check_against_chains(drawn(name), 65_536, chains=100, steps=4500)


def test_the_evidence_is_that_of_plain_sampling() -> None:
    """The probability of the answers is the mean of their likelihood over the prior."""
    table = np.array([[3, 2, 0], [0, 2, 3], [0, 0, 2]])
    adapted = data_evidence(table[None], PRIORS, 16_384, CONCENTRATION, seed=3)
    spread = prior_draws(2**17, 3, CONCENTRATION, seed=4)
    plain = DomainEvidence(
        spread, data_set_probability(table.reshape(1, -1), spread.tables())[None]
    )
    for prior in PRIORS:
        found, expected = (posterior(prior, (own,), ONE) for own in (adapted[0], plain))
        error = np.hypot(*(own.effective**-0.5 for own in (found, expected)))
        assert within_error(found.log_evidence, expected.log_evidence, error)


def test_the_weights_are_those_of_the_prior() -> None:
    """Weighted draws of any proposal integrate to the prior's probabilities."""
    proposal = Proposal(
        np.array([[0.5, 0.2, 0.1, -0.2], [-0.5, 1.0, 0.0, 0.3]]),
        np.array([np.diag([2.5, 1.5, 1.5, 1.5]), np.diag([2.0, 1.2, 1.3, 1.4])]),
    )
    number = 60_000
    values = proposal.draw(number, np.random.default_rng(5))
    draws = unbounded_draws(values, CONCENTRATION, proposal.log_density(values))
    # a shift that is even from -4 to 4 has density 1/8
    weight = np.exp(draws.log_weight) / 8
    truths = [
        (np.ones(number), 1.0),
        (draws.shift > 1, 3 / 8),
        (draws.pre_post, 0.95 / 2),
        (draws.pre[:, 0], 1 / 3),
        (draws.pre[:, 2] ** 2, CONCENTRATION * (CONCENTRATION + 1) / (4.5 * 5.5)),
    ]
    for values_of, truth in truths:
        terms = weight * values_of
        assert within_error(terms.mean(), truth, float(terms.std() / np.sqrt(number)))


def test_the_density_is_that_of_t_distributions() -> None:
    """The density of a proposal is the mean of its parts' multivariate t densities."""
    root = np.array([[1.0, 0.0], [0.6, 0.5]])
    proposal = Proposal(np.array([[0.0, 1.0], [2.0, -1.0]]), np.array([root, 2 * root]))
    values = np.random.default_rng(6).normal(0, 3, (50, 2))
    shape = root @ root.T
    expected = [
        stats.multivariate_t([0, 1], shape, 8).pdf(values),
        stats.multivariate_t([2, -1], 4 * shape, 8).pdf(values),
    ]
    assert np.exp(proposal.log_density(values)) == pytest.approx(np.mean(expected, axis=0))


def test_weights_are_tempered_as_far_as_needed() -> None:
    """Weights that enough draws carry are left alone; others are raised to what just does."""
    calm, wild = np.zeros(500), 40 * np.random.default_rng(8).standard_normal(500)
    power, weight = tempered(calm)
    assert (power, weight.tolist()) == (1.0, [1 / 500] * 500)
    power, weight = tempered(wild)
    assert 0 < power < 1
    assert weight.sum() == pytest.approx(1)
    assert 1 / (weight**2).sum() == pytest.approx(CARRIED * 500, rel=0.01)


def test_the_draws_are_those_of_the_seed() -> None:
    """One seed gives one posterior, to the last digit; another gives other draws."""
    table = read_known("5pt_falls_n34")
    same = [data_evidence(table, PRIORS, 1024, CONCENTRATION, seed)[0] for seed in (1, 1, 2)]
    assert np.array_equal(same[0].draws.shift, same[1].draws.shift)
    assert np.array_equal(same[0].likelihood, same[1].likelihood)
    assert not np.array_equal(same[0].draws.shift, same[2].draws.shift)


def test_many_people_who_fit_no_model_are_read() -> None:
    """Answers so many and so odd that their probability is no number still have a posterior."""
    table = np.random.default_rng(9).integers(0, 400, (1, 6, 6))
    neutral = posteriors(table, 2048)[0]
    assert np.exp(neutral.log_evidence) == 0
    assert neutral.effective >= 200
