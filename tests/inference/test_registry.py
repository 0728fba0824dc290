"""Every registered test passes the same checks; one without a reference fails here."""

import numpy as np
import pytest
from oracles.enumeration import changes_of, count_vectors, reference_pvalues, rejection
from oracles.likert import MISSING, random_samples, rows_alike
from oracles.paired import REFERENCES
from oracles.samples import ONE_GROUP
from oracles.studies import analysis_id, make_analysis, offered_analyses

from sim.inference.result import TestResult
from sim.study import Analysis

EVERY = pytest.mark.parametrize("analysis", offered_analyses(), ids=analysis_id)
BY_SIGNS = ("sign", "mcnemar")
"""Tests that look at the signs of the changes only."""
NULL = np.array([0.01, 0.04, 0.1, 0.15, 0.4, 0.15, 0.1, 0.04, 0.01])
"""A symmetric distribution of changes from -4 to 4."""


def run(changes: np.ndarray, analysis: Analysis, sizes: list[int] | None = None) -> TestResult:
    """Test changes (R, N) as one endpoint."""
    block = np.asarray(changes, dtype=np.int16)[:, :, None]
    return ONE_GROUP[analysis.test](block, np.array(sizes or [block.shape[1]]), analysis)


def test_every_test_has_a_reference() -> None:
    """A test cannot be registered without an independent reference, nor be unreachable."""
    assert ONE_GROUP.keys() == REFERENCES.keys()
    assert {analysis.test for analysis in offered_analyses()} == ONE_GROUP.keys()


@EVERY
def test_agrees_with_its_reference(analysis: Analysis) -> None:
    """P-values equal the reference's on random Likert samples of up to 10 people."""
    for changes in random_samples(40, 10, 77):
        found = run(changes[None], analysis).pvalue[0, 0, 0]
        assert found == pytest.approx(REFERENCES[analysis.test](changes, analysis), abs=1e-9)


@EVERY
def test_nothing_to_work_on(analysis: Analysis) -> None:
    """All-zero and all-missing changes give p = 1, no direction and no information."""
    result = run(np.array([[0] * 6, [MISSING] * 6, [0, MISSING] * 3]), analysis)
    assert (result.pvalue == 1).all()
    assert not result.direction.any()
    assert not result.informative.any()
    assert not result.statistic.any()


@EVERY
def test_missing_people_do_not_exist(analysis: Analysis) -> None:
    """A sample with missing people gives what the sample without them gives."""
    for changes in random_samples(20, 9, 78):
        gaps = np.insert(changes, [0, len(changes) // 2, len(changes)], MISSING)
        with_gaps, without = run(gaps[None], analysis), run(changes[None], analysis)
        assert rows_alike(without, with_gaps, 0)


@EVERY
def test_all_changes_tied(analysis: Analysis) -> None:
    """Changes that are all the same size agree with the reference, on either side."""
    for changes in ([2] * 7, [-2] * 7, [1, 1, 1, 1, -1, -1], [3], [-1, 0, 0, 0]):
        found = run(np.array([changes]), analysis).pvalue[0, 0, 0]
        expected = REFERENCES[analysis.test](np.array(changes), analysis)
        assert found == pytest.approx(expected, abs=1e-12)


@EVERY
def test_pvalues_are_probabilities(analysis: Analysis) -> None:
    """No sample of nine-valued changes gives a p-value outside 0 to 1, or none at all."""
    counts = count_vectors(4, 9)
    result = run(changes_of(counts), analysis, [1, 2, 4])
    assert ((result.pvalue >= 0) & (result.pvalue <= 1)).all()
    assert set(np.unique(result.direction)) <= {-1, 0, 1}


@EVERY
def test_level_is_the_enumerated_one(analysis: Analysis) -> None:
    """Under a symmetric null the level over all samples is that of the reference."""
    counts = count_vectors(6, 5)
    narrow = np.array([0.05, 0.2, 0.5, 0.2, 0.05])
    found = run(changes_of(counts), analysis).pvalue[:, 0, 0]
    expected = [REFERENCES[analysis.test](sample, analysis) for sample in changes_of(counts)]
    level = rejection(found, counts, narrow)
    assert 0 < level < 0.15
    assert level == pytest.approx(rejection(np.array(expected), counts, narrow), abs=1e-12)


@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
@pytest.mark.parametrize("n", [5, 6, 8])
def test_exact_level_never_exceeds_alpha(n: int, zeros: str) -> None:
    """The exact tests keep their level under any symmetric null, in truth and not by chance."""
    counts = count_vectors(n, 9)
    for analysis in (make_analysis(zeros=zeros), *(make_analysis(test=test) for test in BY_SIGNS)):
        pvalues = run(changes_of(counts), analysis).pvalue[:, 0, 0]
        level = rejection(pvalues, counts, NULL)
        assert level <= 0.05
        assert level == pytest.approx(
            rejection(reference_pvalues(counts, analysis), counts, NULL), abs=1e-12
        )
        assert (level > 0) == (n >= 6)
