"""Draws of all domains together, and a likelihood that only those can have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.pilot.posterior import DomainEvidence, Posterior, require_effective, summarised
from sim.pilot.priors import ShiftPrior, bin_of


def joint_draws(
    known: Posterior,
    prior: ShiftPrior,
    evidence: tuple[DomainEvidence, ...],
    number: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw all domains together: a test and a node, then each domain given them.

    Parameters
    ----------
    known : Posterior
        The posterior.
    prior : ShiftPrior
        Its prior.
    evidence : tuple of DomainEvidence
        What it rests on.
    number : int
        How many.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    place : ndarray, shape (number, D)
        Which draw of each domain.
    cell : ndarray of int, shape (number,)
        Which place of the raveled joint posterior of tests and nodes.
    """
    mass = prior.bin_mass
    flat = known.node.ravel()
    cells = np.sort(rng.choice(flat.size, number, p=flat / flat.sum()))
    test, node = np.divmod(cells, known.node.shape[1])
    place = np.empty((number, len(evidence)), np.int64)
    for d, domain in enumerate(evidence):
        bins, scale = bin_of(domain.draws.shift), np.exp(domain.draws.log_weight)
        for t in np.unique(test):
            weight = scale * domain.likelihood[t]
            for g in np.unique(node[test == t]):
                chosen = np.flatnonzero((test == t) & (node == g))
                below = np.cumsum(weight * mass[g][bins])
                place[chosen, d] = np.searchsorted(below, rng.random(chosen.size) * below[-1])
    order = rng.permutation(number)
    return place[order], cells[order]


def reweighted(
    before: Posterior,
    evidence: tuple[DomainEvidence, ...],
    place: NDArray[np.int64],
    cell: NDArray[np.int64],
    factor: FloatArray,
) -> Posterior:
    """Posterior after a further factor of the likelihood, known at joint draws only.

    Parameters
    ----------
    before : Posterior
        Without the factor.
    evidence : tuple of DomainEvidence
        One per domain.
    place : ndarray of int, shape (M, D)
        Which draw of each domain, as from :func:`joint_draws`.
    cell : ndarray of int, shape (M,)
        Which test and node, as from there.
    factor : ndarray, shape (M,)
        What the likelihood is multiplied by.

    Returns
    -------
    Posterior

    Raises
    ------
    StudyError
        Where the draws carry too little of it.
    """
    weight = factor / factor.sum()
    node = np.bincount(cell, weight, before.node.size).astype(np.float64).reshape(before.node.shape)
    domains = tuple(
        summarised(domain, np.bincount(place[:, d], weight, len(domain.draws)).astype(np.float64))
        for d, domain in enumerate(evidence)
    )
    log_evidence = before.log_evidence + float(np.log(factor.mean()))
    return require_effective(Posterior(before.prior, node, domains, log_evidence), evidence)
