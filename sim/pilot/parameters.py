"""Parameters of one domain, drawn where their weight will matter, with their densities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import (
    betaincinv,
    expit,
    gammaincinv,
    gammaln,
    log_expit,
    logsumexp,
    ndtri,
)

from sim.arrays import FloatArray
from sim.cohorts.normal import bivariate_normal_cdf

WIDEST = 4.0
"""Latent shifts beyond this many standard deviations are left out."""
STRONGEST = 0.95
"""Largest pre-post correlation thought possible."""


@dataclass(frozen=True, eq=False)
class Draws:
    """N draws of one domain's parameters.

    Attributes
    ----------
    shift : ndarray, shape (N,)
        Latent shift in standard deviations, -4 to 4.
    pre_post : ndarray, shape (N,)
        Latent correlation of before and after.
    pre : ndarray, shape (N, K)
        Probabilities of the points before.
    log_weight : ndarray, shape (N,)
        Logarithm of the prior density of correlation and probabilities over
        the density from which the draw comes, the shift's included; with a
        prior density of the shift it is the importance weight.
    """

    shift: FloatArray
    pre_post: FloatArray
    pre: FloatArray
    log_weight: FloatArray

    def __len__(self) -> int:
        """Number of draws."""
        return len(self.shift)

    def part(self, start: int, stop: int) -> Draws:
        """Those from one place up to another."""
        some = slice(start, stop)
        return Draws(self.shift[some], self.pre_post[some], self.pre[some], self.log_weight[some])

    def tables(self) -> FloatArray:
        """Probabilities of (before, after), (N, K, K)."""
        return pair_tables(self.shift, self.pre_post, self.pre)


def pair_tables(shift: FloatArray, pre_post: FloatArray, pre: FloatArray) -> FloatArray:
    """Probabilities of (before, after) of a probit model whose cuts are common to both times.

    Parameters
    ----------
    shift, pre_post : ndarray, shape (N,)
        Latent shift and correlation.
    pre : ndarray, shape (N, K)
        Probabilities of the points before.

    Returns
    -------
    ndarray, shape (N, K, K)
    """
    below = np.clip(np.cumsum(pre, axis=1), 0.0, 1.0)
    below[:, -1] = 1.0
    edge = np.full((len(pre), 1), -np.inf)
    cuts = np.concatenate([edge, ndtri(below)], axis=1)  # (N, K + 1)
    grid = bivariate_normal_cdf(
        cuts[:, :, None], (cuts - shift[:, None])[:, None, :], pre_post[:, None, None]
    )
    cells = np.diff(np.diff(grid, axis=1), axis=2)  # (N, K, K)
    return np.maximum(cells, 0.0)


def change_pmfs(tables: FloatArray) -> FloatArray:
    """Probabilities of the changes -(K - 1) ... K - 1, (N, 2 K - 1)."""
    points = tables.shape[1]
    offsets = range(1 - points, points)
    return np.stack([np.trace(tables, k, axis1=1, axis2=2) for k in offsets], axis=1)


def power_of_two(number: int) -> int:
    """Round up to a power of two."""
    return 1 << (number - 1).bit_length()


def prior_draws(number: int, points: int, concentration: float, seed: int) -> Draws:
    """Spread draws over the prior: low-discrepancy points, shifts evenly from -4 to 4.

    Parameters
    ----------
    number : int
        How many; a power of 2.
    points : int
        Points K of the scale.
    concentration : float
        Of the Dirichlet prior of the probabilities before.
    seed : int
        Scrambles the points.

    Returns
    -------
    Draws
        With correlations .95 Beta(2, 2) and probabilities Dirichlet.
    """
    from scipy.stats import qmc

    unit = qmc.Sobol(points + 2, seed=seed).random(number)
    unit = np.clip(unit, 1e-12, 1 - 1e-12)
    shift = WIDEST * (2 * unit[:, 0] - 1)
    pre_post = STRONGEST * betaincinv(2, 2, unit[:, 1])
    gammas = np.maximum(gammaincinv(concentration, unit[:, 2:]), 1e-12)
    pre = gammas / gammas.sum(axis=1, keepdims=True)
    return Draws(shift, pre_post, pre, np.full(number, np.log(2 * WIDEST)))


def unbounded_draws(values: FloatArray, concentration: float, log_density: FloatArray) -> Draws:
    """Parameters of one domain from values that know no bounds.

    Parameters
    ----------
    values : ndarray, shape (N, K + 1)
        Shift as 4 artanh(shift / 4), correlation as logit(correlation / .95), and logarithms of
        the probabilities before over the last of them.
    concentration : float
        Of the Dirichlet prior of the probabilities before.
    log_density : ndarray, shape (N,)
        Logarithm of the density from which the values come.

    Returns
    -------
    Draws
    """
    place, strength = np.tanh(values[:, 0] / WIDEST), values[:, 1]
    relative = np.pad(values[:, 2:], ((0, 0), (0, 1)))
    log_pre = relative - logsumexp(relative, axis=1, keepdims=True)
    points = relative.shape[1]
    # densities of the values: Beta(2, 2) and Dirichlet, with the derivatives of the three maps
    log_weight = (
        np.log(6)
        + 2 * (log_expit(strength) + log_expit(-strength))
        + gammaln(points * concentration)
        - points * gammaln(concentration)
        + concentration * log_pre.sum(axis=1)
        + np.log1p(-(place**2))
        - log_density
    )
    return Draws(WIDEST * place, STRONGEST * expit(strength), np.exp(log_pre), log_weight)
