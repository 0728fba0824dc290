"""Clustered studies and drop-out, published and ours."""

import numpy as np
from numpy.typing import NDArray

from published.data import CASES, Comparison, Evaluation, compare
from sim import compose_study
from sim.cohorts import role_arms
from sim.inference.clustered import cluster_mean_t_curve
from sim.inference.sample import Sample
from sim.power.participation import participation
from sim.study.endpoints import Endpoints

MILLI = 1000
"""Continuous changes enter as whole thousandths."""
REPLICATES = 40_000
CHUNK = 5000


def clustered_changes(sites: int, replicates: int, seed: int) -> NDArray[np.int16]:
    """Changes at equal sites with the power of the case's two arms; shape (R, N, 1).

    Two arms of k sites have 2 (k - 1) degrees of freedom and the effect
    d / sqrt(2 V (1 + (m - 1) ICC) / (k m)) in standard errors; one arm of
    2 k - 1 sites has as many, and is given the mean with the same effect.
    """
    stated = CASES["CL03-clusterPower-16x10"]["inputs"]
    m, k, icc, variance = stated["m"], stated["k_per_arm"], stated["icc"], stated["total_var"]
    mean = stated["d"] * np.sqrt(k / (2 * sites))
    rng = np.random.default_rng(seed)
    shared = np.sqrt(icc * variance) * rng.standard_normal((replicates, sites, 1))
    own = np.sqrt((1 - icc) * variance) * rng.standard_normal((replicates, sites, m))
    changes = np.rint(MILLI * (mean + shared + own)).reshape(replicates, sites * m, 1)
    return np.asarray(changes, dtype=np.int16)


def cluster_means() -> list[Comparison]:
    """Power of the t test of site means: the variance inflates by 1 + (m - 1) ICC."""
    case = "CL03-clusterPower-16x10"
    stated = CASES[case]["inputs"]
    sites = 2 * stated["k_per_arm"] - 1
    analysis = compose_study(["clusters=sites", "analysis.test=cluster_mean_t"]).analysis
    place, size = np.repeat(np.arange(sites), stated["m"]), np.array([sites * stated["m"]])
    whole, unit = Endpoints(1), np.ones(1)
    rejected = 0
    for seed in range(REPLICATES // CHUNK):
        changes = clustered_changes(sites, CHUNK, seed)
        scores = np.zeros((*changes.shape, 2), np.int8)  # not looked at
        sample = Sample(changes, scores, place, whole, unit)
        found = cluster_mean_t_curve([sample], [size], analysis).pvalue
        rejected += int((found <= stated["alpha"]).sum())
    power = rejected / REPLICATES
    return [compare(case, "power", power, error=np.sqrt(power * (1 - power) / REPLICATES))]


def recruited(needed: int, dropout: float) -> int:
    """Smallest number recruited of whom as many as needed can be expected to be analysable."""
    study = compose_study(["missing=mcar", f"missing.rate={dropout}"])
    share = participation(study, 0, role_arms(study, 0)[0]).analysable[0]
    return int(np.ceil(needed / share - 1e-9))


def dropping_out() -> list[Comparison]:
    """Recruited people of whom enough are analysable."""
    case = "DR01-dropout-inflation"
    stated = CASES[case]["inputs"]
    pairs = zip(stated["n_needed"], stated["dropout"], strict=True)
    return [compare(case, "n_recruit", [recruited(n, rate) for n, rate in pairs])]


EVALUATIONS: dict[str, Evaluation] = {
    "CL03-clusterPower-16x10": cluster_means,
    "DR01-dropout-inflation": dropping_out,
}
