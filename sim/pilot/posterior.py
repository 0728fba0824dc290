"""What the pilot supports: posterior of the effects and of the tests, under several priors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray
from sim.errors import StudyError
from sim.pilot.parameters import WIDEST, Draws, power_of_two
from sim.pilot.priors import BINS, ShiftPrior, bin_of
from sim.study.calibration import MOST_DRAWS

FEWEST_EFFECTIVE = 200
"""Effective sample size below which a posterior is refused."""
FEW_EFFECTIVE = 1000
"""Effective sample size below which it is warned of."""


@dataclass(frozen=True, eq=False)
class DomainEvidence:
    """Draws of one domain and the likelihood of what is known of it.

    Attributes
    ----------
    draws : Draws
        N draws.
    likelihood : ndarray, shape (T, N)
        Under each of T candidate tests, over exp(`log_scale`).
    log_scale : float
        Keeps the likelihood of many answers within what numbers can hold.
    """

    draws: Draws
    likelihood: FloatArray
    log_scale: float = 0.0

    def by_bin(self) -> FloatArray:
        """Likelihood of the shift in each bin, the other parameters integrated out; (T, BINS)."""
        bins = bin_of(self.draws.shift)
        weight = np.exp(self.draws.log_weight) / len(self.draws)
        width = 2 * WIDEST / BINS
        return np.stack(
            [np.bincount(bins, weight * row, minlength=BINS) / width for row in self.likelihood]
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Belief:
    """What is believed of one domain's latent shift and correlation.

    Attributes
    ----------
    shift_quantiles, correlation_quantiles : ndarray, shape (3,)
        2.5%, 50% and 97.5%.
    rises : float
        P(shift > 0).
    effective : float
        Effective sample size.
    largest : float
        Largest weight of a draw.
    """

    shift_quantiles: FloatArray
    correlation_quantiles: FloatArray
    rises: float
    effective: float
    largest: float


@dataclass(frozen=True, eq=False, kw_only=True)
class DomainPosterior(Belief):
    """Posterior of one domain: what is believed, and the draws' weights behind it.

    Attributes
    ----------
    weight : ndarray, shape (N,)
        Weights of the domain's draws; they sum to 1.
    """

    weight: FloatArray


@dataclass(frozen=True, eq=False)
class Posterior:
    """Posterior under one prior.

    Attributes
    ----------
    prior : str
        Its name.
    node : ndarray, shape (T, G)
        Joint posterior of tests and the prior's nodes.
    domains : tuple of DomainPosterior
        One per domain.
    log_evidence : float
        Logarithm of the probability of all that was published.
    """

    prior: str
    node: FloatArray
    domains: tuple[DomainPosterior, ...]
    log_evidence: float

    @property
    def tests(self) -> FloatArray:
        """Posterior probabilities of the candidate tests, shape (T,)."""
        return np.asarray(self.node.sum(axis=1))

    @property
    def effective(self) -> float:
        """Smallest effective sample size of any domain."""
        return min(domain.effective for domain in self.domains)


def posterior(
    prior: ShiftPrior, evidence: tuple[DomainEvidence, ...], test_weights: FloatArray
) -> Posterior:
    """Weigh the draws of all domains by what was published.

    Parameters
    ----------
    prior : ShiftPrior
        Prior of the shifts.
    evidence : tuple of DomainEvidence
        One per domain; tests in one order throughout.
    test_weights : ndarray, shape (T,)
        Prior weights of the candidate tests.

    Returns
    -------
    Posterior

    Raises
    ------
    StudyError
        Where the draws carry too little of the posterior.
    """
    mass = prior.bin_mass  # (G, BINS)
    binned = [domain.by_bin() for domain in evidence]  # each (T, BINS)
    node, log_evidence = _nodes(prior, mass, binned, test_weights)
    log_evidence += sum(domain.log_scale for domain in evidence)
    if np.isneginf(log_evidence):  # no draw can have given what was published
        raise _nothing_fits(prior.name, evidence)
    domains = tuple(
        _domain(domain, bins, mass, node) for domain, bins in zip(evidence, binned, strict=True)
    )
    return require_effective(Posterior(prior.name, node, domains, log_evidence), evidence)


def require_effective(result: Posterior, evidence: tuple[DomainEvidence, ...]) -> Posterior:
    """Give a posterior that enough draws carry, or refuse it.

    Raises
    ------
    StudyError
        Where the effective sample size of any domain is below 200.
    """
    if result.effective < FEWEST_EFFECTIVE:
        draws = len(evidence[0].draws)
        needed = power_of_two(int(1.5 * draws * FEWEST_EFFECTIVE / result.effective))
        remedy = f"{needed} would do" if needed <= MOST_DRAWS else "no number allowed will do"
        raise StudyError(
            f"calibration.draws: {draws} draws leave an effective sample of {result.effective:.0f} "
            f"under the {result.prior} prior, fewer than {FEWEST_EFFECTIVE}; {remedy}, or widen "
            f"calibration.{result.prior}"
        )
    return result


def _nothing_fits(prior: str, evidence: tuple[DomainEvidence, ...]) -> StudyError:
    """Tell what no draw can have given from what the prior leaves no room for."""
    if all(domain.likelihood.any() for domain in evidence):
        return StudyError(
            f"calibration.{prior}: the prior leaves no probability to any shift that can have "
            "given what is known of the pilot; widen it"
        )
    draws = len(evidence[0].draws)
    return StudyError(
        f"calibration.draws: none of {draws} draws can have given what was published; "
        + ("raise it, up to " + str(MOST_DRAWS) if draws < MOST_DRAWS else "check pilot.outcomes")
    )


def _domain(
    domain: DomainEvidence, binned: FloatArray, mass: FloatArray, node: FloatArray
) -> DomainPosterior:
    """Posterior of one domain: its nodes are known but for their probabilities."""
    density = _belief(binned, mass, node)
    bins = bin_of(domain.draws.shift)
    weight = np.exp(domain.draws.log_weight) * (density[:, bins] * domain.likelihood).sum(axis=0)
    return summarised(domain, weight / weight.sum())


def _nodes(
    prior: ShiftPrior, mass: FloatArray, binned: list[FloatArray], test_weights: FloatArray
) -> tuple[FloatArray, float]:
    """Joint posterior of tests and nodes (T, G), and the logarithm of the evidence."""
    with np.errstate(divide="ignore"):
        logs = sum(np.log(likelihood @ mass.T) for likelihood in binned)  # (T, G)
        logs = logs + np.log(test_weights / test_weights.sum())[:, None] + np.log(prior.weight)
    top = float(np.max(logs))
    if np.isneginf(top):
        return np.zeros_like(logs), top
    node = np.exp(logs - top)
    total = float(node.sum())
    return node / total, top + float(np.log(total))


def _belief(binned: FloatArray, mass: FloatArray, node: FloatArray) -> FloatArray:
    """What prior and other domains say of a domain's shift, times a constant, (T, BINS)."""
    normal = binned @ mass.T  # (T, G)
    share = np.divide(node, normal, out=np.zeros_like(node), where=normal > 0)
    return np.asarray(share @ mass)


def shift_beliefs(prior: ShiftPrior, evidence: tuple[DomainEvidence, ...]) -> list[FloatArray]:
    """What prior and other domains say of each domain's shift, under a single test.

    Parameters
    ----------
    prior : ShiftPrior
        Prior of the shifts.
    evidence : tuple of DomainEvidence
        One per domain.

    Returns
    -------
    list of ndarray, shape (BINS,)
        One per domain, each times some constant. Where the draws carry nothing, the
        prior alone.
    """
    mass = prior.bin_mass
    binned = [domain.by_bin() for domain in evidence]
    node, log_evidence = _nodes(prior, mass, binned, np.ones(1))
    if np.isneginf(log_evidence):
        return [prior.weight @ mass] * len(evidence)
    return [_belief(likelihood, mass, node)[0] for likelihood in binned]


def summarised(domain: DomainEvidence, weight: FloatArray) -> DomainPosterior:
    """Summarise a domain's draws with weights that sum to 1, (N,)."""
    return DomainPosterior(
        weight=weight,
        shift_quantiles=weighted_quantiles(domain.draws.shift, weight),
        correlation_quantiles=weighted_quantiles(domain.draws.pre_post, weight),
        rises=float(weight[domain.draws.shift > 0].sum()),
        effective=float(1 / (weight**2).sum()),
        largest=float(weight.max()),
    )


def weighted_quantiles(
    values: FloatArray, weight: FloatArray, shares: tuple[float, ...] = (0.025, 0.5, 0.975)
) -> FloatArray:
    """Quantiles of weighted values.

    Parameters
    ----------
    values, weight : ndarray, shape (N,)
        Values, and weights that sum to 1.
    shares : tuple of float
        Which quantiles.

    Returns
    -------
    ndarray
        One per share.
    """
    order = np.argsort(values)
    below = np.cumsum(weight[order])
    place = np.searchsorted(below, np.asarray(shares) * below[-1])
    return np.asarray(values[order][np.minimum(place, len(values) - 1)])
