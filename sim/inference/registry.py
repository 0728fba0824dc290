"""The paired tests by name."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.inference.answer_distribution import AnswerDistribution
from sim.inference.clustered import (
    cluster_mean_t_curve,
    cluster_mean_t_estimand,
    clustered_signed_rank_curve,
    clustered_signed_rank_estimand,
)
from sim.inference.mcnemar import mcnemar_curve, mcnemar_estimand
from sim.inference.ordinal_gee import ordinal_gee_curve
from sim.inference.paired_t import paired_t_curve, paired_t_estimand
from sim.inference.result import FloatArray, IntArray, TestResult
from sim.inference.sign import sign_curve, sign_estimand
from sim.inference.sign_flip import sign_flip_curve, sign_flip_estimand, sign_flip_graded
from sim.inference.signed_rank import (
    signed_rank_curve,
    signed_rank_estimand,
    signed_rank_graded,
)
from sim.inference.thresholds import Procedure
from sim.study import Analysis

Curve = Callable[[IntArray, IntArray, Analysis], TestResult]
"""changes (R, N, E), rising sizes (K,), options -> fields of shape (R, K, E)."""

TESTS: dict[str, Curve] = {
    "signed_rank": signed_rank_curve,
    "sign": sign_curve,
    "mcnemar": mcnemar_curve,
    "sign_flip": sign_flip_curve,
    "paired_t": paired_t_curve,
}

ClusteredCurve = Callable[[IntArray, NDArray[np.int64], IntArray, Analysis], TestResult]
"""changes (R, N, E), sites (N,), rising sizes (K,), options -> fields of shape (R, K, E)."""

CLUSTERED: dict[str, ClusteredCurve] = {
    "clustered_signed_rank": clustered_signed_rank_curve,
    "cluster_mean_t": cluster_mean_t_curve,
}
"""Tests that look at who is at which site."""
BY_SITE = (*CLUSTERED, "cluster_mean_two_sample_t")
"""Tests whose information is in sites, of one group and of two arms."""

Model = Callable[[NDArray[np.int8], IntArray, Analysis], TestResult]
"""scores (R, N, D, 2), rising sizes (K,), options -> fields of shape (R, K, D + 1)."""

MODELS: dict[str, Model] = {"ordinal_gee": ordinal_gee_curve}
"""Models of the scores themselves; one data set is fitted at a time."""

Graded = Callable[[IntArray, IntArray, Analysis, Procedure], NDArray[np.int8]]
"""The same test compared with thresholds only -> grades (R, K, E)."""

GRADED: dict[str, Graded] = {
    "signed_rank": signed_rank_graded,
    "sign_flip": sign_flip_graded,
}
"""Tests that can tell a p-value's grade without computing it; the others go by their p-values."""

Estimand = Callable[[AnswerDistribution, Analysis], FloatArray]
"""answers, options -> the number whose sign the test finds as people, or sites, are added, (B,)"""

ESTIMANDS: dict[str, Estimand] = {
    "signed_rank": signed_rank_estimand,
    "sign": sign_estimand,
    "mcnemar": mcnemar_estimand,
    "sign_flip": sign_flip_estimand,
    "paired_t": paired_t_estimand,
    "clustered_signed_rank": clustered_signed_rank_estimand,
    "cluster_mean_t": cluster_mean_t_estimand,
}
"""What the tests of one group estimate; of a model that is not named nothing is claimed."""
