"""Published correlations of ordinal scores, and intervals of proportions."""

import numpy as np
import pytest
from oracles.cases import CASES, agrees

from sim.cohorts.marginals import DomainMarginals, cut_points
from sim.cohorts.normal import rectangle_table
from sim.cohorts.population import build_population
from sim.cohorts.truth import score_covariance
from sim.power.estimates import proportion


def pearson(first: list[float], second: list[float], rho: float) -> float:
    """Pearson correlation of two scores, from the cells of the bivariate normal."""
    marginals = [np.diff([0, *cumulative, 1]).astype(float) for cumulative in (first, second)]
    table = rectangle_table(*map(cut_points, marginals), rho)
    values = [np.arange(len(marginal)) for marginal in marginals]
    mean = [v @ m for v, m in zip(values, marginals, strict=True)]
    spread = [v**2 @ m - (v @ m) ** 2 for v, m in zip(values, marginals, strict=True)]
    product = values[0] @ table @ values[1] - mean[0] * mean[1]
    return float(product / np.sqrt(spread[0] * spread[1]))


def test_ge01_ordinal_correlations() -> None:
    """GE01-GenOrd-contord: a latent .5 gives the published Pearson correlations."""
    stated = CASES["GE01-GenOrd-contord"]["inputs"]
    cumulative = stated["cum_marginals"]
    found = [pearson(cumulative[i], cumulative[j], 0.5) for i, j in stated["pairs"]]
    assert agrees("GE01-GenOrd-contord", "ordinal_r", found)


def test_ge10_attenuation() -> None:
    """GE10-5point-attenuation: Pearson correlations fall short of latent ones as published."""
    stated = CASES["GE10-5point-attenuation"]["inputs"]
    found = [pearson(stated["cum"], stated["cum"], rho) for rho in stated["latent_rho"]]
    assert agrees("GE10-5point-attenuation", "pearson", found)


@pytest.mark.parametrize("place", range(4))
def test_ge10_covariance_of_scores(place: int) -> None:
    """GE10-5point-attenuation: the population's own covariance matrix says the same."""
    case = CASES["GE10-5point-attenuation"]
    marginal = np.diff([0, *case["inputs"]["cum"], 1]).astype(float)
    rho = case["inputs"]["latent_rho"][place]
    people = build_population([DomainMarginals(marginal, marginal)], np.array([[1, rho], [rho, 1]]))
    covariance = score_covariance(people)
    found = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert abs(found - case["expected"]["pearson"][place]) < 1e-4


def test_pr03_wilson() -> None:
    """PR03-binomial-CIs: 50 of 100 has the published Wilson interval."""
    stated = CASES["PR03-binomial-CIs"]["inputs"]
    found = proportion(stated["x"], stated["n"])
    assert agrees("PR03-binomial-CIs", "wilson", [found.low, found.high])
