"""The tests by name; what must be known of each stands in :mod:`sim.study.methods`."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.inference.answer_distribution import Arms
from sim.inference.clustered import (
    cluster_mean_t_curve,
    cluster_mean_t_estimand,
    clustered_signed_rank_curve,
    clustered_signed_rank_estimand,
)
from sim.inference.clustered_mcnemar import clustered_mcnemar_curve
from sim.inference.munzel_brunner import munzel_brunner_curve, munzel_brunner_estimand
from sim.inference.ordinal_gee import ordinal_gee_curve
from sim.inference.paired_t import paired_t_curve, paired_t_estimand
from sim.inference.result import TestResult
from sim.inference.sample import Samples, Sizes
from sim.inference.sign import sign_curve, sign_estimand
from sim.inference.sign_flip import sign_flip_curve, sign_flip_estimand, sign_flip_threshold_counts
from sim.inference.signed_rank import (
    signed_rank_curve,
    signed_rank_estimand,
    signed_rank_threshold_counts,
)
from sim.inference.thresholds import Procedure
from sim.inference.two_arms import (
    ancova_curve,
    ancova_estimand,
    cluster_mean_two_sample_t_curve,
    mann_whitney_curve,
    mann_whitney_estimand,
    two_sample_t_curve,
    two_sample_t_estimand,
)
from sim.inference.welch_t import welch_t_curve
from sim.study import Analysis

Test = Callable[[Samples, Sizes, Analysis], TestResult]
"""One sample or two, their sizes (K,), options -> fields of shape (R, K, E)."""

TESTS: Mapping[str, Test] = {
    "signed_rank": signed_rank_curve,
    "sign": sign_curve,
    "mcnemar": sign_curve,  # of changes of success, as `Sample.as_tested` gives them
    "sign_flip": sign_flip_curve,
    "paired_t": paired_t_curve,
    "munzel_brunner": munzel_brunner_curve,
    "clustered_signed_rank": clustered_signed_rank_curve,
    "clustered_mcnemar": clustered_mcnemar_curve,
    "cluster_mean_t": cluster_mean_t_curve,
    "ordinal_gee": ordinal_gee_curve,
    "mann_whitney": mann_whitney_curve,
    "ancova": ancova_curve,
    "two_sample_t": two_sample_t_curve,
    "welch_t": welch_t_curve,
    "cluster_mean_two_sample_t": cluster_mean_two_sample_t_curve,
}

CountsThresholds = Callable[[Samples, Sizes, Analysis, Procedure], NDArray[np.int8]]
"""The same test compared with thresholds only -> threshold counts (R, K, E)."""

THRESHOLD_COUNTS: Mapping[str, CountsThresholds] = {
    "signed_rank": signed_rank_threshold_counts,
    "sign_flip": sign_flip_threshold_counts,
}
"""Tests that can tell which thresholds a p-value meets without computing it."""

Estimand = Callable[[Arms, Analysis], FloatArray]
"""Answers of each arm, options -> number whose sign the test finds as people are added, (B,)."""

ESTIMANDS: Mapping[str, Estimand] = {
    "signed_rank": signed_rank_estimand,
    "sign": sign_estimand,
    "mcnemar": sign_estimand,
    "sign_flip": sign_flip_estimand,
    "paired_t": paired_t_estimand,
    "munzel_brunner": munzel_brunner_estimand,
    "clustered_signed_rank": clustered_signed_rank_estimand,
    "clustered_mcnemar": sign_estimand,
    "cluster_mean_t": cluster_mean_t_estimand,
    "mann_whitney": mann_whitney_estimand,
    "ancova": ancova_estimand,
    "two_sample_t": two_sample_t_estimand,
    "welch_t": two_sample_t_estimand,
    "cluster_mean_two_sample_t": two_sample_t_estimand,
}
"""What the tests estimate; of a model that is not named nothing is claimed."""
