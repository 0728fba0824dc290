"""Populations drawn from what is believed of them: a posterior, or a prior."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from sim.arrays import FloatArray
from sim.cohorts.marginals import shifted
from sim.cohorts.population import Population, populations_of

TOGETHER = 50
"""Populations that are assembled at once."""


@dataclass(frozen=True, eq=False)
class PopulationDraws:
    """S equally likely populations of one role.

    Attributes
    ----------
    shift : ndarray, shape (S, D)
        Latent shifts in standard deviations.
    pre_post : ndarray, shape (S, D)
        Latent correlations of before and after, 0 to 1.
    pre : ndarray, shape (S, D, K)
        Probabilities of the points before.
    between : ndarray, shape (D, D)
        Latent correlations between domains, which are not drawn.
    correlation : ndarray, shape (2 D, 2 D), or None
        Latent correlations of all answers, where none is drawn; `pre_post`
        and `between` then only repeat parts of it.
    """

    shift: FloatArray
    pre_post: FloatArray
    pre: FloatArray
    between: FloatArray
    correlation: FloatArray | None = None

    def __len__(self) -> int:
        """Number of populations."""
        return len(self.shift)

    def first(self, most: int) -> PopulationDraws:
        """Keep the first so many at the most."""
        return replace(
            self, shift=self.shift[:most], pre_post=self.pre_post[:most], pre=self.pre[:most]
        )

    def population(self, draw: int) -> Population:
        """One of the populations.

        Parameters
        ----------
        draw : int
            Which, 0 to S - 1.

        Returns
        -------
        Population
        """
        return _populations(self, draw // TOGETHER)[draw % TOGETHER]


@lru_cache(maxsize=4)
def _populations(draws: PopulationDraws, part: int) -> tuple[Population, ...]:
    """Assemble those of one part of the draws, which takes little more time than a few of them."""
    at = slice(part * TOGETHER, (part + 1) * TOGETHER)
    pre = draws.pre[at] / draws.pre[at].sum(axis=2, keepdims=True)
    post = shifted(pre, draws.shift[at, :, None])
    correlation = draws.correlation
    if correlation is None:
        correlation = person_correlation(draws.pre_post[at], draws.between)
    return populations_of(pre, post, correlation)


def person_correlation(pre_post: FloatArray, between: FloatArray) -> FloatArray:
    """Latent correlation of all answers where each domain has its pre-post correlation.

    Every answer is the square root of rho times a part that the person keeps,
    plus a part of the moment; both parts are correlated between domains as
    given. So the matrix is valid whatever the correlations; where all rho are
    equal it is the Kronecker product of the two.

    Parameters
    ----------
    pre_post : ndarray, shape (..., D)
        Pre-post correlation rho of each domain, 0 to 1; of one population or several.
    between : ndarray, shape (D, D)
        Correlation between domains.

    Returns
    -------
    ndarray, shape (..., 2 D, 2 D)
        Domains before, then domains after.
    """
    kept, moment = np.sqrt(pre_post), np.sqrt(1 - pre_post)
    across = between * (kept[..., None] * kept[..., None, :])
    within = across + between * (moment[..., None] * moment[..., None, :])
    each = np.arange(len(between))
    within[..., each, each] = 1.0
    return np.block([[within, across], [across, within]])


def normal_shifts(
    mean: float, sd: float, between_sd: float, number: int, population: Population, stream: int = 0
) -> PopulationDraws:
    """Populations whose shift is normally distributed around a mean, all else as it is.

    Parameters
    ----------
    mean, sd : float
        Mean and standard deviation of the shift that all domains share.
    between_sd : float
        Standard deviation of the domains around it.
    number : int
        How many; they stand at evenly spaced quantiles of the shared shift, in
        an order of chance.
    population : Population
        Stated population: answers before, correlations.
    stream : int
        Draws of one stream go together; those of another are independent.

    Returns
    -------
    PopulationDraws
    """
    count = len(population.tables)
    # a fixed seed: which draws stand for the prior is no part of the simulation
    rng = np.random.default_rng((0, stream))
    # in an order of chance, for draws of two roles meet by their places
    shared = mean + sd * ndtri((rng.permutation(number) + 0.5) / number)
    between_domains = between_sd * rng.standard_normal((number, count))
    correlation = population.correlation
    pre_post = np.clip(np.diagonal(correlation, offset=count)[:count], 0.0, 1.0)
    return PopulationDraws(
        shift=shared[:, None] + between_domains,
        pre_post=np.tile(pre_post, (number, 1)),
        pre=np.tile(population.pre_of_everybody, (number, 1, 1)),  # draws are selected later
        between=correlation[:count, :count],
        correlation=correlation,
    )
