"""Assurance, published and ours."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtrc, ndtr, ndtri, roots_hermitenorm, roots_jacobi

from published.data import CASES, Comparison, Evaluation, compare

NODES = 64
"""Nodes of a quadrature over a prior."""
RESPONSES, FAILURES = 19, 31
"""Parameters of the Beta prior that the case states in words: 1 + 18 and 1 + 30."""
NEEDED = 23
"""Responses that count as a success there."""


def beta_binomial() -> list[Comparison]:
    """A single arm whose response rate has a Beta prior."""
    case = "AS01-singlearm-spreadsheet"
    n = CASES[case]["inputs"]["n_new"]
    places, weights = roots_jacobi(NODES, FAILURES - 1, RESPONSES - 1)
    power = bdtrc(NEEDED - 1, n, (1 + places) / 2)
    return [compare(case, "assurance", weighted_assurance(power, weights))]


def weighted_assurance(power: ArrayLike, weight: ArrayLike) -> NDArray[np.float64]:
    """Average power over weighted parameter values.

    Parameters
    ----------
    power : array_like, shape (S, ...)
        Power at each value.
    weight : array_like, shape (S,)
        Weights, not all 0.

    Returns
    -------
    ndarray
    """
    weights = np.asarray(weight, dtype=np.float64)
    return np.asarray(np.tensordot(weights / weights.sum(), np.asarray(power), axes=1))


def normal_assurance(mean: float, sd: float, sampling: float, alpha: float) -> float:
    """Assurance of a one-sided z test under a normal prior, by quadrature.

    Parameters
    ----------
    mean, sd : float
        Of the prior.
    sampling : float
        Standard error of the estimate.
    alpha : float
        One-sided level.
    """
    places, weights = roots_hermitenorm(NODES)
    power = ndtr((mean + sd * places) / sampling - ndtri(1 - alpha))
    return float(weighted_assurance(power, weights))


def normal_prior() -> list[Comparison]:
    """Two arms whose difference has a normal prior."""
    case = "AS05-OHagan-formula"
    stated = CASES[case]["inputs"]
    sampling = stated["sd"] * float(np.sqrt(2 / stated["n_per_arm"]))
    pairs = zip(stated["delta_mean"], stated["prior_sd"], strict=True)
    found = [normal_assurance(m, v, sampling, stated["alpha_one_sided"]) for m, v in pairs]
    return [compare(case, "assurance", found)]


EVALUATIONS: dict[str, Evaluation] = {
    "AS01-singlearm-spreadsheet": beta_binomial,
    "AS05-OHagan-formula": normal_prior,
}
