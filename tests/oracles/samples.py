"""Plain changes put into the samples that tests are given, the last endpoint being a total."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.inference.arm_differences import mean_difference
from sim.inference.decide import Decisions, collect, counted, decide
from sim.inference.registry import TESTS
from sim.inference.result import TestResult
from sim.inference.sample import Sample
from sim.inference.sample import endpoint_changes as changes_of_endpoints
from sim.inference.testing_order import TestingOrder
from sim.study import Analysis
from sim.study.endpoints import Endpoints
from sim.study.methods import TESTS as FACTS


def sample_of(
    changes: np.ndarray, sites: np.ndarray | None = None, before: np.ndarray | None = None
) -> Sample:
    """Put changes (R, N, E), perhaps with answers before, into a sample without scores."""
    replicates, people, endpoints = changes.shape
    sample = Sample(
        np.asarray(changes, np.int16),
        np.zeros((replicates, people, 0, 2), np.int8),
        np.zeros(people, np.int64) if sites is None else np.asarray(sites),
        Endpoints.with_total(endpoints - 1),
        np.ones(endpoints),
    )
    if before is not None:
        vars(sample)["before"] = np.asarray(before, np.int16)  # in the place of what scores say
    return sample


def analyse(
    changes: np.ndarray, sizes: np.ndarray, analysis: Analysis, sites: np.ndarray | None = None
) -> TestResult:
    """Test the changes (R, N, E) of one group at every size."""
    return TESTS[analysis.test]((sample_of(changes, sites),), (sizes,), analysis)


def conclude(
    changes: np.ndarray,
    sizes: np.ndarray,
    analysis: Analysis,
    order: TestingOrder | None = None,
    flip_seeds: np.ndarray | None = None,
) -> Decisions:
    """Decide every endpoint of one group at every size."""
    sample = sample_of(changes)
    procedure = counted(analysis, sample.endpoints.domains)
    evidence = collect((sample,), (sizes,), analysis, order, flip_seeds, procedure=procedure)
    return decide(evidence, analysis.alpha, analysis.side)


def endpoint_changes(scores: np.ndarray) -> np.ndarray:
    """Changes of the domains and the total."""
    return changes_of_endpoints(scores, Endpoints.with_total(scores.shape[2]))


def changes_tested(scores: np.ndarray, analysis: Analysis) -> np.ndarray:
    """Changes of the domains and the total in the form that the analysis's test reads."""
    endpoints = Endpoints.with_total(scores.shape[2], analysis.total_cut)
    return Sample.of(scores, endpoints).as_tested(analysis).changes


@dataclass(frozen=True, eq=False)
class Arm:
    """One arm of a study: changes and answers before (R, N, E), sizes (K,), sites (N,)."""

    changes: np.ndarray
    before: np.ndarray
    sizes: np.ndarray
    sites: np.ndarray

    @property
    def sample(self) -> Sample:
        """What a test is given of it."""
        return sample_of(self.changes, self.sites, self.before)


def two_arm_test(test: str) -> Callable[[Arm, Arm, Analysis], TestResult]:
    """Give a test of two arms as a function of them, its p-values exact above alpha too."""

    def tested(treated: Arm, controls: Arm, analysis: Analysis) -> TestResult:
        whole = analysis.model_copy(update={"alpha": 0.999})
        return compared(test, treated, controls, whole)

    return tested


def compared(test: str, treated: Arm, controls: Arm, analysis: Analysis) -> TestResult:
    """Compare two arms as the engine does."""
    samples, sizes = (treated.sample, controls.sample), (treated.sizes, controls.sizes)
    return TESTS[test](samples, sizes, analysis)


@dataclass(frozen=True, eq=False)
class Estimate:
    """A difference and its standard error, 0 where there are no degrees of freedom."""

    estimate: np.ndarray
    standard_error: np.ndarray
    freedom: np.ndarray


def estimated(test: str, treated: Arm, controls: Arm, analysis: Analysis) -> Estimate:
    """Give the difference that goes with a test."""
    found = compared(test, treated, controls, analysis).difference
    samples, sizes = (treated.sample, controls.sample), (treated.sizes, controls.sizes)
    difference = mean_difference(samples, sizes) if found is None else found
    known = difference.freedom > 0
    error = np.sqrt(np.where(known, difference.variance, 0.0))
    return Estimate(np.where(known, difference.estimate, 0.0), error, difference.freedom)


def one_group_test(test: str) -> Callable[[np.ndarray, np.ndarray, Analysis], TestResult]:
    """Give a test of one group as a function of changes and sizes."""
    return lambda changes, sizes, analysis: TESTS[test]((sample_of(changes),), (sizes,), analysis)


TWO_ARMS = {test: two_arm_test(test) for test, facts in FACTS.items() if facts.arms == 2}
ONE_GROUP = {
    test: one_group_test(test)
    for test, facts in FACTS.items()
    if facts.arms == 1 and facts.unit == "person" and facts.reads != "scores"
}
CLUSTERED = [test for test, facts in FACTS.items() if facts.arms == 1 and facts.unit == "site"]
FITTED = [test for test, facts in FACTS.items() if facts.fitted]
