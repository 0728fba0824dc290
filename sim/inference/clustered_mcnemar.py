"""McNemar's test for people who come in sites.

References
----------
Durkalski VL, Palesch YY, Lipsitz SR, Rust PF (2003). Analysis of clustered
matched-pair data. Statistics in Medicine 22, 2417-2428.
"""

import numpy as np

from sim.inference.result import SIDE, TestResult, normal_pvalue
from sim.inference.sample import Samples, Sizes
from sim.inference.unit_means import means_of_units
from sim.study import Analysis

ROUNDING = 1e-12
"""Sum of squares of site means below which nobody changes."""


def clustered_mcnemar_curve(samples: Samples, sizes: Sizes, analysis: Analysis) -> TestResult:
    """Test at every size whether as many people come to succeed as cease to, site by site.

    Of each site the share that comes to succeed less the share that ceases
    to is one observation, so that sites count alike; under the null its sign
    is a coin.

    Parameters
    ----------
    samples, sizes : sequence of Sample, sequence of ndarray
        The one group and its sizes; changes of success, -1, 0 or 1.
    analysis : Analysis
        Its alternative.

    Returns
    -------
    TestResult
        Fields of shape (R, K, E); the statistic is z, whose square is the
        chi-square of Durkalski et al. Below two sites, or where none changes
        on balance, there is no information; `informative` counts sites.
    """
    number, mean, squares = means_of_units(samples[0], sizes[0])
    around_zero = squares + number * mean**2
    known = (number >= 2) & (around_zero > ROUNDING)
    z = np.where(known, number * mean / np.sqrt(np.where(known, around_zero, 1.0)), 0.0)
    return TestResult(
        np.where(known, normal_pvalue(z, SIDE[analysis.alternative]), 1.0),
        z,
        np.where(known, np.sign(mean), 0).astype(np.int8),
        np.where(known, number, 0).astype(np.int32),
    )
