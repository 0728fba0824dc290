"""Posterior of a domain's parameters given the answers: importance sampling that adapts.

Answers that move together leave a narrow ridge in the space of shift, correlation and
probabilities, which draws near the margins miss. So the draws come from t distributions of
unbounded parameters, fitted to draws of the round before (population Monte Carlo), whose weights
are tempered as long as too few draws carry them. One t distribution for each prior keeps every
posterior covered; the weights are those of the whole mixture, so evidence comes out as well.

References
----------
Cappé O, Douc R, Guillin A, Marin J-M, Robert CP (2008). Statistics and Computing 18, 447-459.
Koblents E, Míguez J (2015). Statistics and Computing 25, 407-425 (tempered weights).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, logsumexp, ndtri, polygamma

from sim.arrays import FloatArray
from sim.pilot.likelihood import log_data_probability
from sim.pilot.parameters import WIDEST, unbounded_draws
from sim.pilot.posterior import DomainEvidence, shift_beliefs
from sim.pilot.priors import ShiftPrior, bin_of

EXPLORED = 2048
"""Draws of each domain in a round of adaptation."""
CARRIED = 0.1
"""Effective share of them from which the next round's distributions are fitted, at the least."""
SETTLED = 4
"""Rounds of which the weights need no tempering, before the draws that are kept."""
MOST_ROUNDS = 24
"""Rounds at the most."""
DEGREES = 8.0
"""Degrees of freedom of the t distributions: tails heavier than any posterior's."""
FAINT = 1e-300
"""Least belief in a shift while draws adapt, so that they are drawn towards what is believed."""
CHUNK = 4096
"""Draws whose tables are held at a time."""


def data_evidence(
    tables: NDArray[np.int64],
    priors: Sequence[ShiftPrior],
    number: int,
    concentration: float,
    seed: int,
) -> tuple[DomainEvidence, ...]:
    """Likelihood of every domain's parameters given the answers themselves.

    Parameters
    ----------
    tables : ndarray of int, shape (D, K, K)
        Pairs of answers by (before, after).
    priors : sequence of ShiftPrior
        Priors under which the draws are to carry the posterior.
    number : int
        Draws of each domain.
    concentration : float
        Of the Dirichlet prior of the probabilities before.
    seed : int
        Fixes the draws.

    Returns
    -------
    tuple of DomainEvidence
        With one test, since no p-value has to be explained.
    """
    domains = [
        _Domain(counts, concentration, np.random.default_rng((seed, 1, place)))
        for place, counts in enumerate(tables)
    ]
    for _ in range(MOST_ROUNDS):
        unsettled = [domain for domain in domains if domain.settled < SETTLED]
        if not unsettled:
            break
        for domain in unsettled:
            domain.explore()
        evidence = tuple(domain.explored for domain in domains)
        beliefs = [shift_beliefs(prior, evidence) for prior in priors]
        for place, domain in enumerate(domains):
            if domain.settled < SETTLED:
                domain.adapt([of_prior[place] for of_prior in beliefs])
    return tuple(domain.draw(number)[1] for domain in domains)


@dataclass(frozen=True, eq=False)
class Proposal:
    """Mixture of t distributions in equal parts.

    Attributes
    ----------
    mean : ndarray, shape (C, P)
        Their centres.
    root : ndarray, shape (C, P, P)
        Lower triangular; each times its transpose is a scale matrix.
    """

    mean: FloatArray
    root: FloatArray

    def draw(self, number: int, rng: np.random.Generator) -> FloatArray:
        """Draw from each in turn, (N, P)."""
        count, size = self.mean.shape
        step = rng.standard_normal((number, size))
        for part, root in enumerate(self.root):
            step[part::count] = step[part::count] @ root.T
        stretch = np.sqrt(DEGREES / rng.chisquare(DEGREES, number))
        return np.asarray(self.mean[np.arange(number) % count] + stretch[:, None] * step)

    def log_density(self, values: FloatArray) -> FloatArray:
        """Logarithm of the density at values (N, P); (N,)."""
        half = (DEGREES + values.shape[1]) / 2
        constant = gammaln(half) - gammaln(DEGREES / 2)
        constant -= values.shape[1] / 2 * np.log(DEGREES * np.pi)
        parts = []
        for mean, root in zip(self.mean, self.root, strict=True):
            away = np.linalg.solve(root, (values - mean).T)
            spread = np.log1p((away**2).sum(axis=0) / DEGREES)
            parts.append(constant - np.log(np.diag(root)).sum() - half * spread)
        return np.asarray(logsumexp(parts, axis=0) - np.log(len(parts)))


class _Domain:
    """One domain's answers, and where its draws come from."""

    def __init__(
        self, counts: NDArray[np.int64], concentration: float, rng: np.random.Generator
    ) -> None:
        self.counts, self.concentration, self.rng = counts, concentration, rng
        self.proposal = _start(counts, concentration)
        self.settled = 0

    def draw(self, number: int) -> tuple[FloatArray, DomainEvidence]:
        """Draw: unbounded parameters (N, P), and what they are with the answers' likelihood."""
        values = self.proposal.draw(number, self.rng)
        draws = unbounded_draws(values, self.concentration, self.proposal.log_density(values))
        logs = np.concatenate(
            [
                log_data_probability(self.counts, draws.part(start, start + CHUNK).tables())
                for start in range(0, number, CHUNK)
            ]
        )
        top = float(logs.max())
        return values, DomainEvidence(draws, np.exp(logs - top)[None], top)

    def explore(self) -> None:
        """Draw a round of adaptation."""
        self.values, self.explored = self.draw(EXPLORED)

    def adapt(self, beliefs: list[FloatArray]) -> None:
        """Fit a t distribution to the round's draws under each belief in the shift, (BINS,)."""
        draws = self.explored.draws
        known = draws.log_weight + np.log(np.maximum(self.explored.likelihood[0], FAINT))
        bins = bin_of(draws.shift)
        raised = [tempered(known + np.log(np.maximum(belief[bins], FAINT))) for belief in beliefs]
        self.proposal = _fitted(self.values, [weight for _, weight in raised])
        self.settled += all(power == 1 for power, _ in raised)


def _start(counts: NDArray[np.int64], concentration: float) -> Proposal:
    """Draws around what the margins say, as if before and after had nothing in common."""
    n = max(int(counts.sum()), 1)
    before, after = (counts.sum(axis=axis) + concentration for axis in (1, 0))
    cuts = [ndtri(np.cumsum(margin)[:-1] / margin.sum()) for margin in (before, after)]
    shift = np.clip(np.mean(cuts[0] - cuts[1]), -0.9 * WIDEST, 0.9 * WIDEST)
    relative = digamma(before[:-1]) - digamma(before[-1])
    mean = np.array([WIDEST * np.arctanh(shift / WIDEST), 0.5, *relative])
    spread = np.diag([0.04 + 6 / n, 1.3, *polygamma(1, before[:-1])])
    spread[2:, 2:] += polygamma(1, before[-1])
    return Proposal(mean[None], np.linalg.cholesky(spread)[None])


def tempered(logs: FloatArray) -> tuple[float, FloatArray]:
    """Raise weights to the largest power up to 1 that enough draws carry.

    Parameters
    ----------
    logs : ndarray, shape (N,)
        Logarithms of the weights.

    Returns
    -------
    power : float
        Above 0, at most 1.
    weight : ndarray, shape (N,)
        The weights so raised; they sum to 1.
    """

    def raised(power: float) -> FloatArray:
        weight = np.exp(power * (logs - logs.max()))
        return np.asarray(weight / weight.sum())

    def carried(power: float) -> bool:
        return bool(1 / (raised(power) ** 2).sum() >= CARRIED * len(logs))

    if carried(1.0):
        return 1.0, raised(1.0)
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if carried(middle) else (low, middle)
    return low, raised(low)


def _fitted(values: FloatArray, weights: list[FloatArray]) -> Proposal:
    """Give t distributions the moments of the draws, one under each of the weights."""
    means = np.array([weight @ values for weight in weights])
    roots = []
    for weight, mean in zip(weights, means, strict=True):
        away = values - mean
        spread = (weight[:, None] * away).T @ away
        roots.append(np.linalg.cholesky(spread + 1e-9 * np.eye(len(mean))))
    return Proposal(means, np.array(roots))
