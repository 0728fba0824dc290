"""Rows do not leak, people have no order within a size, and sizes do not know of each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.likert import change_blocks, rows_alike
from oracles.samples import analyse, conclude, endpoint_changes
from oracles.studies import analysis_id, make_analysis, offered_analyses

from sim.inference.adjust import ADJUSTMENTS, adjust
from sim.study import Analysis

ARRAYS = "pvalue", "statistic", "direction", "informative"
EVERY = pytest.mark.parametrize("analysis", offered_analyses(), ids=analysis_id)
ANALYSES = st.sampled_from(offered_analyses())


def every_size(block: np.ndarray) -> np.ndarray:
    """List all sizes up to the number of people."""
    return np.arange(1, block.shape[1] + 1)


@EVERY
@settings(max_examples=15)
@given(block=change_blocks())
def test_rows_do_not_leak(analysis: Analysis, block: np.ndarray) -> None:
    """Each row of a batch equals that row alone, bit for bit, in p-values and conclusions."""
    for work in (analyse, conclude):
        batch = work(block, every_size(block), analysis)
        for row in range(len(block)):
            assert rows_alike(work(block[row : row + 1], every_size(block), analysis), batch, row)


@settings(max_examples=120)
@given(analysis=ANALYSES, block=change_blocks())
def test_endpoints_do_not_leak(analysis: Analysis, block: np.ndarray) -> None:
    """Each endpoint of a batch equals that endpoint alone, bit for bit."""
    batch = analyse(block, every_size(block), analysis)
    for endpoint in range(block.shape[2]):
        alone = analyse(block[..., endpoint : endpoint + 1], every_size(block), analysis)
        for name in ARRAYS:
            assert np.array_equal(getattr(alone, name)[..., 0], getattr(batch, name)[..., endpoint])


@settings(max_examples=120)
@given(analysis=ANALYSES, block=change_blocks(), data=st.data())
def test_order_within_a_size_is_nothing(
    analysis: Analysis, block: np.ndarray, data: st.DataObject
) -> None:
    """Permuting the first n people leaves the result at size n, and beyond, unchanged."""
    total = block.shape[1]
    n = data.draw(st.integers(1, total))
    order = [*data.draw(st.permutations(range(n))), *range(n, total)]
    sizes = np.arange(n, total + 1)
    before, after = analyse(block, sizes, analysis), analyse(block[:, order], sizes, analysis)
    for name, value in vars(before).items():
        assert np.array_equal(value, getattr(after, name))


@settings(max_examples=120)
@given(analysis=ANALYSES, block=change_blocks())
def test_sizes_alone_and_together(analysis: Analysis, block: np.ndarray) -> None:
    """A size asked alone, of no more people than it needs, equals that size among others."""
    for work in (analyse, conclude):
        together = work(block, every_size(block), analysis)
        for k, n in enumerate(every_size(block)):
            alone = work(block[:, :n], np.array([n]), analysis)
            for name, value in vars(alone).items():
                if value is not None:
                    assert np.array_equal(value[:, 0], getattr(together, name)[:, k])


@settings(max_examples=30)
@given(block=change_blocks())
@pytest.mark.parametrize("adjustment", ADJUSTMENTS)
def test_adjusted_conclusions_do_not_leak(adjustment: str, block: np.ndarray) -> None:
    """Under every adjustment a study's conclusions are those of the study alone."""
    analysis = make_analysis(adjustment=adjustment, alpha=0.3)
    wide = np.concatenate([block, block[..., ::-1]], axis=2)
    batch = conclude(wide, every_size(wide), analysis)
    for row in range(len(wide)):
        alone = conclude(wide[row : row + 1], every_size(wide), analysis)
        assert rows_alike(alone, batch, row)


@settings(max_examples=40)
@given(rows=st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=2, max_size=5))
@pytest.mark.parametrize("adjustment", ADJUSTMENTS)
def test_adjusted_rows_do_not_leak(adjustment: str, rows: list[list[float]]) -> None:
    """Each family of a batch is adjusted as it is alone, bit for bit."""
    batch = adjust(rows, adjustment)
    assert all(np.array_equal(adjust(row, adjustment), batch[r]) for r, row in enumerate(rows))


@given(seed=st.integers(0, 2**32 - 1))
def test_changes_do_not_leak(seed: int) -> None:
    """Each study's changes are those of the study alone, with missing answers."""
    scores = np.random.default_rng(seed).integers(0, 6, (3, 4, 2, 2)).astype(np.int8)
    batch = endpoint_changes(scores)
    for row in range(3):
        assert np.array_equal(endpoint_changes(scores[row : row + 1])[0], batch[row])
