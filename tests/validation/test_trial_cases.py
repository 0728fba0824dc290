"""Published cases of clustered studies and of drop-out."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from oracles.cases import CASES, agrees
from oracles.studies import make_analysis
from scipy.stats import binom, nct
from scipy.stats import t as student

from sim.power.exact import CUT, exact_rejection
from sim.power.thinned import thinned_rejection

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))  # shadows nothing
trials = import_module("published.trials")


def test_cl03_closed_form() -> None:
    """CL03-clusterPower-16x10: the non-central t with the design effect gives the power."""
    stated = CASES["CL03-clusterPower-16x10"]["inputs"]
    sites, m, k = 31, stated["m"], stated["k_per_arm"]
    inflated = stated["total_var"] * (1 + (m - 1) * stated["icc"])
    two_arms = stated["d"] / np.sqrt(2 * inflated / (k * m))
    critical = student.ppf(1 - stated["alpha"] / 2, 2 * (k - 1))
    power = nct.sf(critical, 30, two_arms) + nct.cdf(-critical, 30, two_arms)
    assert agrees("CL03-clusterPower-16x10", "power", power)
    # the one arm that is simulated has the same effect in standard errors
    changes = trials.clustered_changes(sites, 2000, 99) / trials.MILLI
    one_arm = stated["d"] * np.sqrt(k / (2 * sites)) / np.sqrt(inflated / (sites * m))
    assert one_arm == pytest.approx(two_arms)
    means = changes.reshape(2000, sites, m).mean(axis=2)
    assert means.var() == pytest.approx(inflated / m, rel=4 * np.sqrt(2 / means.size))


def test_cl03_simulated() -> None:
    """CL03-clusterPower-16x10: our t test of site means has the published power."""
    (found,) = trials.cluster_means()
    assert found.simulated
    assert found.tolerance < 0.01
    assert found.passed


def test_dr01_recruited() -> None:
    """DR01-dropout-inflation: enough are analysable of the published number, not of one fewer."""
    case = CASES["DR01-dropout-inflation"]
    (found,) = trials.dropping_out()
    assert found.passed
    published = case["expected"]["n_recruit"]
    inputs = zip(case["inputs"]["n_needed"], case["inputs"]["dropout"], published, strict=True)
    for needed, dropout, number in inputs:
        assert number * (1 - dropout) >= needed - 1e-9
        assert (number - 1) * (1 - dropout) < needed


@pytest.mark.parametrize("place", [0, 1])
def test_dr01_mixture(place: int) -> None:
    """DR01-dropout-inflation: power at n recruited is the mean over the binomial number left."""
    case = CASES["DR01-dropout-inflation"]
    n, gone = case["expected"]["n_recruit"][place], case["inputs"]["dropout"][place]
    pmf, analysis = np.array([0.1, 0.2, 0.35, 0.25, 0.1]), make_analysis(test="sign")
    power = exact_rejection(pmf, range(1, n + 1), analysis).power
    mixture = binom.pmf(np.arange(1, n + 1), n, 1 - gone) @ power
    found = thinned_rejection(pmf, np.array([n]), analysis, gone, 1e12, CUT)
    assert found.power[0] == pytest.approx(mixture, abs=1e-10)
    needed = case["inputs"]["n_needed"][place]
    assert found.power[0] == pytest.approx(power[needed - 1], abs=0.02)
