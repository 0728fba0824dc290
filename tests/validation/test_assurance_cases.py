"""Published assurances, met by averaging power over the prior's own nodes."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from oracles.cases import CASES, agrees
from scipy import stats
from scipy.integrate import quad

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))  # shadows nothing
assurances = import_module("published.assurances")


def test_as01_beta_prior() -> None:
    """AS01-singlearm-spreadsheet: a fine grid over the Beta prior gives the beta-binomial tail."""
    case = "AS01-singlearm-spreadsheet"
    n = CASES[case]["inputs"]["n_new"]
    grid = (np.arange(20_000) + 0.5) / 20_000
    found = assurances.weighted_assurance(stats.binom.sf(22, n, grid), stats.beta(19, 31).pdf(grid))
    assert agrees(case, "assurance", found)
    assert abs(float(found) - stats.betabinom(n, 19, 31).sf(22)) < 1e-8


def test_as05_normal_prior() -> None:
    """AS05-OHagan-formula: adaptive integration over the normal prior gives the closed form."""
    case = "AS05-OHagan-formula"
    stated = CASES[case]["inputs"]
    sampling = np.sqrt(2 / stated["n_per_arm"])
    z = stats.norm.isf(stated["alpha_one_sided"])
    for place, sd in enumerate(stated["prior_sd"]):
        closed = stats.norm.cdf((0.5 - z * sampling) / np.hypot(sampling, sd))
        assert abs(CASES[case]["expected"]["assurance"][place] - closed) < 1e-9
        ours = assurances.normal_assurance(0.5, sd, sampling, stated["alpha_one_sided"])
        assert abs(ours - closed) < 1e-6
        if sd:
            integral, _ = quad(
                lambda d, sd=sd: stats.norm.sf(z - d / sampling) * stats.norm.pdf(d, 0.5, sd),
                0.5 - 8 * sd, 0.5 + 8 * sd, epsabs=1e-10,
            )  # fmt: skip
            assert abs(integral - closed) < 1e-8


@pytest.mark.parametrize("mean", [-0.2, 0.5, 1.0])
def test_as05_limits(mean: float) -> None:
    """Without uncertainty assurance is the power; with no knowledge at all it is one half."""
    sampling, z = np.sqrt(2 / 64), stats.norm.isf(0.025)
    power = stats.norm.sf(z - mean / sampling)
    assert abs(assurances.normal_assurance(mean, 0.0, sampling, 0.025) - power) < 1e-12
    effects = mean + 1e4 * stats.norm.ppf((np.arange(10_000) + 0.5) / 10_000)
    found = assurances.weighted_assurance(stats.norm.sf(z - effects / sampling), np.ones(10_000))
    assert abs(float(found) - 0.5) < 1e-3


def test_weighted_mean() -> None:
    """Weights are brought to add up to 1, over the first axis."""
    power, average = np.array([[0.2, 0.4], [0.6, 1.0]]), assurances.weighted_assurance
    assert np.allclose(average(power, [1, 3]), [0.5, 0.85], rtol=0, atol=1e-15)
    assert np.allclose(average(power, [0, 7]), power[1], rtol=0, atol=1e-15)
