"""Colours, sizes and stages are what enumeration and simulation say."""

import numpy as np
import pytest
from scipy import stats

from sim.feasibility.colours import TrafficLight, colour_probabilities, cuts, mixed
from sim.feasibility.counts import recruits_pmf, share_pmf, site_sizes, thinned
from sim.feasibility.sizes import pilot_size
from sim.feasibility.three_outcomes import share_design
from sim.feasibility.two_stage import TwoStages, simon_design, stage_errors

SIZES = np.arange(1, 41)


@pytest.mark.parametrize("alpha", [None, 0.05])
def test_colours_are_sums_of_binomial_probabilities(alpha: float | None) -> None:
    """Each colour's probability is that of the counts whose estimate has it."""
    light, truths = TrafficLight("share", 0.4, 0.7, alpha), [0.0, 0.35, 0.7, 1.0]
    seen = colour_probabilities(light, SIZES, truths)
    for k, n in enumerate(SIZES):
        x = np.arange(n + 1)
        red, green = x / n <= 0.4 + 1e-12, x / n >= 0.7 - 1e-12
        if alpha is not None:
            significant = stats.binom.sf(x - 1, n, 0.4) <= alpha
            green &= significant
            assert seen.tested is not None
            expected = [stats.binom.pmf(x, n, p)[significant].sum() for p in truths]
            np.testing.assert_allclose(seen.tested[:, k], expected, atol=1e-12)
        pmf = np.array([stats.binom.pmf(x, n, p) for p in truths])
        np.testing.assert_allclose(seen.red[:, k], pmf[:, red].sum(1), atol=1e-12)
        np.testing.assert_allclose(seen.green[:, k], pmf[:, green].sum(1), atol=1e-12)
    np.testing.assert_allclose(seen.red + seen.amber + seen.green, 1, atol=1e-12)


def test_shares_by_site_are_sums_of_beta_binomials() -> None:
    """A share by site has the distribution of a sum of beta-binomials with the stated ICC."""
    p, icc = 0.3, 0.05
    a, b = p * (1 / icc - 1), (1 - p) * (1 / icc - 1)
    expected = np.ones(1)
    for size in site_sizes(17, 4):
        expected = np.convolve(expected, stats.betabinom.pmf(np.arange(size + 1), size, a, b))
    assert 1 / (a + b + 1) == pytest.approx(icc)
    np.testing.assert_allclose(share_pmf(17, p, icc, 4)[0], expected, atol=1e-14)


def test_rates_are_counts_of_a_poisson_or_negative_binomial() -> None:
    """A rate's colours are those of a count with the variance that its variation says."""
    exposure, rate = 12.0, 1.5
    plain = colour_probabilities(TrafficLight("rate", 1.0, 2.0), [exposure], [rate])
    assert plain.red[0, 0] == pytest.approx(stats.poisson.cdf(12, 18))
    assert plain.green[0, 0] == pytest.approx(stats.poisson.sf(23, 18))
    varied = colour_probabilities(
        TrafficLight("rate", 1.0, 2.0, variation=0.5, sites=3), [exposure], [rate]
    )
    shape = 3 / 0.5**2
    count = stats.nbinom(shape, shape / (shape + 18))
    assert varied.red[0, 0] == pytest.approx(count.cdf(12))
    assert count.var() == pytest.approx(18 + 18**2 * 0.25 / 3)
    pmf = recruits_pmf(18, 0.5, 3)
    np.testing.assert_allclose(pmf, count.pmf(np.arange(len(pmf))), atol=1e-12)


def test_random_denominators_are_mixed() -> None:
    """A share of those recruited is averaged over how many are; nobody to judge by is red."""
    light = TrafficLight("share", 0.5, 0.8)
    recruited = thinned(np.eye(13)[12], 0.6)
    seen = mixed(colour_probabilities(light, np.arange(13), [0.7]), recruited[None])
    expected = 0.0
    for m in range(13):
        green = max(int(np.ceil(0.8 * m - 1e-9)), 1)
        expected += stats.binom.pmf(m, 12, 0.6) * stats.binom.sf(green - 1, m, 0.7)
    assert seen.green[0, 0] == pytest.approx(expected, abs=1e-12)
    assert colour_probabilities(light, [0], [0.9]).red[0, 0] == 1
    twice = thinned(recruited, 0.5)
    np.testing.assert_allclose(twice, stats.binom.pmf(np.arange(13), 12, 0.3), atol=1e-12)


def test_size_by_estimate_keeps_both_errors() -> None:
    """From the size that stays on, neither error exceeds its limit; one size below, one does."""
    light = TrafficLight("share", 0.5, 0.75)
    size = pilot_size(light, 0.1, 0.9)
    assert size.stays is not None
    n = np.arange(size.stays - 1, 400)
    at = cuts(light, n)
    wrong_go, wrong_stop = stats.binom.sf(at.green - 1, n, 0.5), stats.binom.cdf(at.red, n, 0.75)
    passes = np.asarray((wrong_go <= 0.1) & (wrong_stop <= 0.1))
    assert not passes[0]
    assert passes[1:].all()


def test_one_person_tells_none_from_all() -> None:
    """Between nobody and everybody nothing varies: one person is enough, by any reckoning."""
    size = pilot_size(TrafficLight("share", 0.0, 1.0), 0.05, 0.9)
    assert (size.stays, size.first, size.formula) == (1, 1, pytest.approx(0.5))


def test_sites_that_resemble_each_other_need_more_people() -> None:
    """An ICC enlarges the pilot; where one site alone is looked at, no size may suffice."""
    alone, by_site = (
        pilot_size(TrafficLight("share", 0.4, 0.7, 0.05, icc, sites=8), 0.05, 0.9, limit=110).stays
        for icc in (0.0, 0.05)
    )
    assert alone is not None
    assert by_site is not None
    assert by_site > alone
    one = TrafficLight("share", 0.4, 0.7, 0.05, 0.2)
    assert pilot_size(one, 0.05, 0.9, limit=64).stays is None


def test_three_outcomes_are_within_their_limits() -> None:
    """Errors of the design are those of a count of people, and no smaller size has one."""
    design = share_design(0.3, 0.6, alpha=0.1, beta=0.1, gamma=0.8)
    assert design is not None
    low = stats.binom(design.n, 0.3)
    pause = low.cdf(design.pause) - low.cdf(design.stop)
    assert design.alpha == pytest.approx(low.sf(design.pause) + pause / 2)
    assert max(design.alpha, design.beta) <= 0.1
    tried = share_design(0.3, 0.6, alpha=0.1, beta=0.1, gamma=0.8, limit=design.n - 1)
    assert tried is None


def test_two_stages_are_what_a_simulation_does() -> None:
    """Chances of a two-stage design are those of studies that are played."""
    design, rng = TwoStages(10, 1, 29, 5), np.random.default_rng(1)
    first, second = rng.binomial(10, 0.3, 40_000), rng.binomial(19, 0.3, 40_000)
    going = first > 1
    seen, go = stage_errors(design, 0.3), going & (first + second > 5)
    for expected, shown in ((seen.go, go), (seen.early_stop, ~going)):
        assert abs(shown.mean() - expected) < 4.4 * np.sqrt(expected * (1 - expected) / 40_000)


def test_smallest_two_stage_design() -> None:
    """The design with the fewest people at most is Simon's (1989), whose errors are kept."""
    assert simon_design(0.05, 0.25, 0.05, 0.8, "largest") == TwoStages(12, 0, 16, 2)
    assert simon_design(0.4, 0.5, 0.05, 0.8, limit=20) is None


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_two_stages_that_never_stop_are_one(share: float) -> None:
    """Without a count that stops, P(go) is that of all people at once, at 0 and 1 too."""
    seen = stage_errors(TwoStages(7, -1, 20, 8), share)
    assert seen.go == pytest.approx(stats.binom.sf(8, 20, share), abs=1e-12)
    assert (seen.early_stop, seen.expected_n) == (0, 20)
