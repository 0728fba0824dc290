"""Posteriors against published figures, quadrature, and samplers written here."""

import re

import numpy as np
import pytest
from oracles.checks import within_error
from oracles.pilots import printed
from scipy import integrate, stats

from sim.errors import StudyError
from sim.pilot.forensics import DataSets, consistent
from sim.pilot.joint import joint_draws
from sim.pilot.likelihood import data_set_probability
from sim.pilot.parameters import Draws, prior_draws
from sim.pilot.posterior import (
    DomainEvidence,
    DomainPosterior,
    posterior,
    weighted_quantiles,
)
from sim.pilot.priors import ShiftPrior, _hierarchical

NEUTRAL = ShiftPrior("neutral", np.ones(1), np.zeros(1), np.ones(1))
HIERARCHICAL = _hierarchical(0.5, 0.5)
ONE = np.ones(1)


def published(post: str) -> DataSets:
    """List the data sets of the published pilot under its likeliest test."""
    stated = printed(6, 5, {"median": "3"}, {"median": post}, "0.041")
    return consistent(stated, "signed_rank_asymptotic")


def evidence_of(found: DataSets, draws: Draws) -> DomainEvidence:
    """Weigh draws by the probability of data sets."""
    return DomainEvidence(draws, data_set_probability(found.counts, draws.tables())[None])


@pytest.fixture(scope="module")
def draws() -> Draws:
    """Draws as the default study has them, fewer."""
    return prior_draws(32_768, 5, 1.5, seed=11)


@pytest.mark.parametrize(("post", "known"), [("4", (0.28, 1.16, 2.08)), ("5", (0.51, 1.52, 2.78))])
def test_the_published_shifts(post: str, known: tuple[float, ...], draws: Draws) -> None:
    """The two posteriors of the design document come out, to .03."""
    found = posterior(NEUTRAL, (evidence_of(published(post), draws),), ONE)
    assert found.domains[0].shift_quantiles == pytest.approx(known, abs=0.03)


def cells_by_quadrature(shift: np.ndarray, rho: np.ndarray, pre: np.ndarray) -> np.ndarray:
    """Integrate the cell probabilities over the answer before, 24 nodes an interval."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    edges = np.concatenate([np.zeros((len(pre), 1)), np.cumsum(pre, axis=1)], axis=1)
    inner = edges[:, :-1, None] + pre[..., None] * (nodes + 1) / 2  # (N, K, nodes)
    latent = stats.norm.ppf(np.clip(inner, 1e-15, 1 - 1e-15))
    cuts = stats.norm.ppf(np.minimum(edges, 1.0))  # (N, K + 1)
    above = cuts[:, None, None, :] - shift[:, None, None, None]
    away = (above - rho[:, None, None, None] * latent[..., None]) / np.sqrt(
        1 - rho[:, None, None, None] ** 2
    )
    chance = np.diff(stats.norm.cdf(away), axis=-1)  # (N, K, nodes, K)
    return np.asarray(np.einsum("nakb,k,na->nab", chance, weights / 2, pre))


def test_a_direct_importance_sampler(draws: Draws) -> None:
    """Plain draws from the prior, weighed by multinomial probabilities, give the same posterior."""
    found, rng, number = published("4"), np.random.default_rng(5), 15_000
    shift, rho = rng.standard_normal(number), 0.95 * rng.beta(2, 2, number)
    pre = rng.dirichlet(np.full(5, 1.5), number)
    cells = np.maximum(cells_by_quadrature(shift, rho, pre).reshape(number, 25), 1e-300)
    ways = np.array([stats.multinomial(6, np.ones(25) / 25).logpmf(c) for c in found.counts])
    ways += 6 * np.log(25)  # the number of orders, its logarithm
    weight = np.exp(ways + np.log(cells) @ found.counts.T.astype(float)).sum(axis=1)
    own = posterior(NEUTRAL, (evidence_of(found, draws),), ONE)
    evidence, noise = weight.mean(), weight.std() / np.sqrt(number)
    assert within_error(np.exp(own.log_evidence), evidence, noise)
    theirs = own.domains[0].weight
    pairs = [(draws.shift, shift), (draws.pre_post, rho), (draws.pre[:, 2], pre[:, 2])]
    for mine, other in pairs:
        mean, again = float(theirs @ mine), float(weight @ other / weight.sum())
        errors = [
            np.sqrt(w**2 @ (x - m) ** 2) / w.sum()
            for w, x, m in ((theirs, mine, mean), (weight, other, again))
        ]
        assert within_error(mean, again, float(np.hypot(*errors)))


def flat(number: int, domains: int, tests: int = 1) -> tuple[DomainEvidence, ...]:
    """Give evidence that says nothing."""
    spread = prior_draws(number, 5, 1.5, seed=2)
    return tuple(DomainEvidence(spread, np.ones((tests, number))) for _ in range(domains))


def test_no_evidence_gives_a_normal_prior_back() -> None:
    """Where the likelihood is flat the posterior is the prior, of shift, correlation and tests."""
    found = posterior(NEUTRAL, flat(16_384, 2, 3), np.array([1.0, 2.0, 5.0]))
    assert found.tests == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert found.log_evidence == pytest.approx(0, abs=0.02)
    for domain in found.domains:
        assert domain.shift_quantiles == pytest.approx([-1.96, 0, 1.96], abs=0.03)
        expected = 0.95 * stats.beta(2, 2).ppf([0.025, 0.5, 0.975])
        assert domain.correlation_quantiles == pytest.approx(expected, abs=0.01)
        assert domain.rises == pytest.approx(0.5, abs=0.01)
        assert domain.weight.sum() == pytest.approx(1)


def hierarchical_cdf(value: float) -> float:
    """Integrate the marginal distribution of a shift over the spread, with mean and spread .5."""

    def given(spread: float) -> float:
        own = stats.norm.cdf(value / np.hypot(0.5, spread))
        return float(own * stats.halfnorm.pdf(spread, scale=0.5))

    return float(integrate.quad(given, 0, 5)[0])


def test_no_evidence_gives_the_hierarchical_prior_back() -> None:
    """A flat likelihood leaves the mixture, and shifts correlated as var(mean) over the whole."""
    evidence = flat(16_384, 2)
    found = posterior(HIERARCHICAL, evidence, ONE)
    for quantile, share in zip(found.domains[0].shift_quantiles, (0.025, 0.5, 0.975), strict=True):
        assert hierarchical_cdf(float(quantile)) == pytest.approx(share, abs=0.005)
    number = 20_000
    place, _ = joint_draws(found, HIERARCHICAL, evidence, number, np.random.default_rng(1))
    shifts = evidence[0].draws.shift[place]
    # .5^2 / (.5^2 + .5^2); its error is that of normal data, doubled for the heavier tails
    assert np.corrcoef(shifts.T)[0, 1] == pytest.approx(0.5, abs=4 * 2 * 0.75 / number**0.5)
    # midpoints of 41 x 24 equal slices leave out a little of the tails
    assert shifts.std() == pytest.approx(np.sqrt(0.5), rel=0.04)


def gaussian(values: tuple[float, ...], error: float, number: int) -> tuple[DomainEvidence, ...]:
    """Give evidence of one normal observation of each domain's shift."""
    spread = prior_draws(number, 3, 1.5, seed=3)
    return tuple(
        DomainEvidence(spread, stats.norm.pdf(y, spread.shift, error)[None]) for y in values
    )


def exact_gaussian(values: tuple[float, ...], error: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Means and SDs of the shifts, and the evidence, by quadrature over the spread."""
    count, y = len(values), np.array(values)
    spreads, step = np.linspace(1e-6, 4, 8001, retstep=True)
    likelihood, first, second = (np.zeros((len(spreads), *s)) for s in ((), (count,), (count,)))
    for i, spread in enumerate(spreads):
        prior = spread**2 * np.eye(count) + 0.25
        seen = prior + error**2 * np.eye(count)
        likelihood[i] = stats.multivariate_normal.pdf(y, np.zeros(count), seen)
        gain = prior @ np.linalg.inv(seen)
        first[i] = gain @ y
        second[i] = np.diagonal(prior - gain @ prior) + first[i] ** 2
    weight = likelihood * stats.halfnorm.pdf(spreads, scale=0.5) * step
    weight[0] /= 2
    mean = weight @ first / weight.sum()
    return mean, np.sqrt(weight @ second / weight.sum() - mean**2), float(weight.sum())


def moments(domain: DomainPosterior, shift: np.ndarray) -> tuple[float, float]:
    """Mean and SD of the shift."""
    mean = float(domain.weight @ shift)
    return mean, float(np.sqrt(domain.weight @ (shift - mean) ** 2))


def test_the_hierarchical_posterior_by_quadrature() -> None:
    """With normal observations the domains pull each other exactly as quadrature says."""
    values, error = (1.2, -0.1, 0.4), 0.5
    evidence = gaussian(values, error, 32_768)
    found = posterior(HIERARCHICAL, evidence, ONE)
    means, spreads, chance = exact_gaussian(values, error)
    for domain, own, mean, spread in zip(found.domains, evidence, means, spreads, strict=True):
        assert moments(domain, own.draws.shift) == pytest.approx((mean, spread), abs=0.01)
    assert found.log_evidence == pytest.approx(np.log(chance), abs=0.02)
    assert means[1] > -0.1 + 0.2  # the others draw it up


def test_the_posterior_of_tests() -> None:
    """Tests are weighed by their prior times the product of the domains' evidence under each."""
    spread = prior_draws(16_384, 3, 1.5, seed=4)
    curves = [
        np.stack([stats.norm.pdf(spread.shift, 0.2 * t + 0.3 * d, 0.4) for t in range(3)])
        for d in range(2)
    ]
    evidence = tuple(DomainEvidence(spread, own) for own in curves)
    prior = np.array([2.0, 1.0, 1.0])
    direct = prior.copy()
    for d in range(2):
        direct *= [stats.norm.pdf(0.2 * t + 0.3 * d, 0, np.hypot(1, 0.4)) for t in range(3)]
    found = posterior(NEUTRAL, evidence, prior)
    assert found.tests == pytest.approx(direct / direct.sum(), abs=0.002)
    assert found.log_evidence == pytest.approx(np.log(direct.sum() / 4), abs=0.01)


def test_joint_draws_have_the_posterior() -> None:
    """Joint draws come up with the posterior probabilities of tests and of each domain's draws."""
    spread = prior_draws(4096, 3, 1.5, seed=5)
    evidence = tuple(
        DomainEvidence(
            spread, np.stack([stats.norm.pdf(spread.shift, centre + t, 0.5) for t in range(2)])
        )
        for centre in (0.0, 0.8)
    )
    prior = ShiftPrior("two", np.array([0.3, 0.7]), np.array([-0.5, 0.5]), np.array([0.3, 0.6]))
    found = posterior(prior, evidence, np.ones(2))
    number = 20_000
    place, cell = joint_draws(found, prior, evidence, number, np.random.default_rng(6))
    seen = np.bincount(cell, minlength=4) / number
    expected = found.node.ravel()
    assert (np.abs(seen - expected) < 4 * np.sqrt(expected / number)).all()
    for d, domain in enumerate(found.domains):
        for values in (spread.shift, spread.pre_post, spread.shift**2):
            mean = float(domain.weight @ values)
            error = np.sqrt(domain.weight @ (values - mean) ** 2 / number)
            assert within_error(values[place[:, d]].mean(), mean, float(error))
    # given a test and a node the domains are independent
    chosen = place[cell == np.argmax(expected)]
    tied = np.corrcoef(spread.shift[chosen].T)[0, 1]
    assert abs(tied) < 4 / np.sqrt(len(chosen))


def test_weighted_quantiles() -> None:
    """Quantiles of weighted values are those of the values repeated."""
    values, times = np.array([3.0, 1.0, 2.0, 5.0]), np.array([2, 5, 1, 2])
    found = weighted_quantiles(values, times / 10, (0.05, 0.5, 0.55, 0.75, 0.95))
    repeated = np.repeat(values, times)
    expected = np.quantile(repeated, (0.05, 0.5, 0.55, 0.75, 0.95), method="inverted_cdf")
    assert found.tolist() == expected.tolist()


def test_few_effective_draws_are_refused() -> None:
    """Draws of which too few carry the posterior are refused with a number that would do."""
    with pytest.raises(StudyError) as refusal:
        posterior(NEUTRAL, gaussian((0.5,), 0.02, 1024), ONE)
    line = str(refusal.value)
    assert line.startswith("calibration.draws: 1024 draws leave an effective sample of ")
    advice = re.search(r"fewer than 200; (\d+) would do, or widen calibration.neutral$", line)
    assert advice is not None
    posterior(NEUTRAL, gaussian((0.5,), 0.02, int(advice[1])), ONE)


def test_no_number_of_draws_is_promised_beyond_the_most() -> None:
    """Where even the most draws that may be had would not do, the line says so."""
    with pytest.raises(StudyError, match="fewer than 200; no number allowed will do, or widen"):
        posterior(NEUTRAL, gaussian((0.5,), 1e-5, 4096), ONE)


def test_impossible_evidence_is_refused() -> None:
    """Where no draw can have given what was published, the line says that."""
    spread = prior_draws(1024, 3, 1.5, seed=1)
    evidence = (DomainEvidence(spread, np.zeros((2, 1024))),)
    with pytest.raises(StudyError, match="none of 1024 draws can have given what was published"):
        posterior(NEUTRAL, evidence, np.ones(2))


def test_a_prior_without_room_is_refused() -> None:
    """A prior that leaves nothing to the shifts that are possible is named; more draws are not."""
    narrow = ShiftPrior("sceptical", ONE, np.zeros(1), np.full(1, 0.02))
    spread = prior_draws(1024, 3, 1.5, seed=1)
    evidence = (DomainEvidence(spread, (spread.shift > 3)[None] * 1.0),)
    with pytest.raises(StudyError, match=r"^calibration\.sceptical: the prior leaves no prob"):
        posterior(narrow, evidence, ONE)


def test_both_tails_of_a_prior_count() -> None:
    """A prior centred at 0 gives a bin far above what it gives its mirror image far below."""
    mass = ShiftPrior("sceptical", ONE, np.zeros(1), np.full(1, 0.3)).bin_mass[0]
    assert mass[:10].min() > 0
    assert mass[::-1] == pytest.approx(mass, rel=1e-10)
