"""Posterior of one domain by random-walk Metropolis: plain NumPy, nothing from the product.

The model once more: answers before have probabilities pre ~ Dirichlet, a latent normal is cut at
their quantiles, the latent normal after lies higher by a shift and has correlation rho ~ .95
Beta(2, 2) with it, and the cuts are common to both times. Cell probabilities are integrated over
the latent value before (Gauss-Legendre in its distribution function), probabilities are gamma
variables over their sum.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

STRONGEST, WIDEST = 0.95, 4.0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class Chains:
    """What Metropolis chains have visited, chains on the rows.

    Attributes
    ----------
    shift, correlation : ndarray, shape (C, S)
        Parameters.
    """

    shift: Floats
    correlation: Floats


def cells(shift: Floats, rho: Floats, pre: Floats) -> Floats:
    """Cell probabilities (C, K, K), before on the rows."""
    edges = np.concatenate([np.zeros((len(pre), 1)), np.cumsum(pre, axis=1)], axis=1)
    edges[:, -1] = 1.0
    inner = edges[:, :-1, None] + pre[..., None] * (NODES + 1) / 2  # (C, K, nodes)
    latent = ndtri(np.clip(inner, 1e-15, 1 - 1e-15))
    cuts = ndtri(edges)  # (C, K + 1)
    mean = shift[:, None, None] + rho[:, None, None] * latent
    spread = np.sqrt(1 - rho**2)[:, None, None, None]
    below = ndtr((cuts[:, None, None, :] - mean[..., None]) / spread)  # (C, K, nodes, K + 1)
    chance = np.einsum("ckna,n->cka", np.diff(below, axis=-1), WEIGHTS / 2)
    return np.asarray(chance * pre[..., None])


def parameters(place: Floats) -> tuple[Floats, Floats, Floats]:
    """Shift, correlation and probabilities before, of coordinates (C, K + 2)."""
    weight = np.exp(place[:, 2:] - place[:, 2:].max(axis=1, keepdims=True))
    return place[:, 0], STRONGEST / (1 + np.exp(-place[:, 1])), weight / weight.sum(axis=1)[:, None]


def log_posterior(
    place: Floats, counts: NDArray[np.int64], mean: float, sd: float, concentration: float
) -> Floats:
    """Logarithm of the posterior density of the coordinates, but for a constant; (C,)."""
    shift, rho, pre = parameters(place)
    share = rho / STRONGEST
    with np.errstate(divide="ignore"):
        beta = 2 * np.log(share) + 2 * np.log1p(-share)  # Beta(2, 2), of the logit
    gammas = (concentration * place[:, 2:] - np.exp(place[:, 2:])).sum(axis=1)  # of logarithms
    table = np.maximum(cells(shift, rho, pre), 1e-15)
    likelihood = (counts * np.log(table)).sum(axis=(1, 2))
    inside = np.abs(shift) < WIDEST
    prior = -0.5 * ((shift - mean) / sd) ** 2
    return np.where(inside, prior + beta + gammas + likelihood, -np.inf)


def metropolis(
    counts: NDArray[np.int64],
    rng: np.random.Generator,
    mean: float = 0.0,
    sd: float = 1.0,
    concentration: float = 1.5,
    chains: int = 200,
    steps: int = 4000,
) -> Chains:
    """Walk; the first third of the steps shapes the steps of the rest and is dropped.

    Parameters
    ----------
    counts : ndarray of int, shape (K, K)
        People by (before, after).
    rng : numpy.random.Generator
        Random numbers.
    mean, sd : float
        Normal prior of the shift.
    concentration : float
        Dirichlet prior of the probabilities before.
    chains, steps : int
        How many.
    """
    size = len(counts) + 2
    place = rng.normal(0, 0.5, (chains, size))
    place[:, 2:] += np.log(counts.sum(axis=1) + counts.sum(axis=0) + 1.0)
    here = log_posterior(place, counts, mean, sd, concentration)
    root, kept = 0.05 * np.eye(size), []
    for step in range(steps):
        if step % 50 == 49 and step < steps // 3:  # the chains show each other how to step
            spread = np.cov(place.T) + 1e-6 * np.eye(size)
            root = 2.0 / np.sqrt(size) * np.linalg.cholesky(spread)
        far = rng.choice([0.3, 1.0], (chains, 1))
        there = place + far * rng.standard_normal((chains, size)) @ root.T
        new = log_posterior(there, counts, mean, sd, concentration)
        moved = np.log(rng.random(chains)) < new - here
        place[moved], here[moved] = there[moved], new[moved]
        if step >= steps // 3:
            kept.append(np.stack(parameters(place)[:2]))
    walked = np.array(kept)  # (S, 2, C)
    return Chains(walked[:, 0].T.copy(), walked[:, 1].T.copy())


def spread_between(values: Floats) -> float:
    """Tell how far the chains are from one distribution: split R-hat of Gelman and Rubin."""
    half = values.shape[1] // 2
    parts = np.concatenate([values[:, :half], values[:, half : 2 * half]])
    within = parts.var(axis=1, ddof=1).mean()
    between = half * parts.mean(axis=1).var(ddof=1)
    return float(np.sqrt((half - 1) / half + between / within / half))
