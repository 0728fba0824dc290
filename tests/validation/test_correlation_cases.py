"""Published correlations of ordinal scores, both ways, and the bounds they cannot pass."""

import numpy as np
from oracles.cases import CASES, agrees

from sim.cohorts.observed import (
    attainable_correlations,
    latent_for_observed,
    observed_correlation,
)


def marginals(case: str) -> list[np.ndarray]:
    """Probabilities of the points, from the case's cumulative ones."""
    return [np.diff([0, *row, 1]) for row in CASES[case]["inputs"]["cum_marginals"]]


def test_ge01_observed_from_latent() -> None:
    """GE01-GenOrd-contord: a latent .5 gives the published Pearson correlations."""
    case = "GE01-GenOrd-contord"
    scores, stated = marginals(case), CASES[case]["inputs"]
    found = [
        observed_correlation(scores[i], scores[j], stated["latent_rho"]) for i, j in stated["pairs"]
    ]
    assert agrees(case, "ordinal_r", found)


def test_ge02_latent_from_observed() -> None:
    """GE02-GenOrd-ordcont-uniform: the published latent correlations give the targets."""
    case = "GE02-GenOrd-ordcont-uniform"
    scores, stated = marginals(case), CASES[case]["inputs"]
    found = [
        latent_for_observed(scores[i], scores[j], target)
        for (i, j), target in zip(stated["pairs"], stated["target_r"], strict=True)
    ]
    assert agrees(case, "latent_rho", found)


def test_ge04_latent_and_bounds() -> None:
    """GE04-GenOrd-4cat: the latent correlation and the feasible range are the published ones."""
    case = "GE04-GenOrd-4cat"
    first, second = marginals(case)
    target = CASES[case]["inputs"]["target_r"]
    assert agrees(case, "latent_rho", latent_for_observed(first, second, target))
    assert agrees(case, "bounds", attainable_correlations(first, second))


def test_ge05_bounds() -> None:
    """GE05-GenOrd-corrcheck: the feasible ranges are the published ones."""
    case = "GE05-GenOrd-corrcheck"
    scores = marginals(case)
    pairs = CASES[case]["inputs"]["pairs"]
    found = np.array([attainable_correlations(scores[i], scores[j]) for i, j in pairs])
    assert agrees(case, "lower", found[:, 0])
    assert agrees(case, "upper", found[:, 1])


def test_ge10_both_ways() -> None:
    """GE10-5point-attenuation: latent to Pearson as published, and back."""
    case = "GE10-5point-attenuation"
    stated = CASES[case]["inputs"]
    marginal = np.diff([0, *stated["cum"], 1])
    found = [observed_correlation(marginal, marginal, rho) for rho in stated["latent_rho"]]
    assert agrees(case, "pearson", found)
    back = [latent_for_observed(marginal, marginal, value) for value in found]
    assert np.allclose(back, stated["latent_rho"], atol=1e-10)
