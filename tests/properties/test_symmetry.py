"""Reversing the scale flips the sign and nothing else."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.likert import MISSING, change_blocks
from oracles.samples import analyse, conclude, endpoint_changes
from oracles.studies import offered_analyses

from sim.study import Analysis

OPPOSITE = {"two_sided": "two_sided", "greater": "less", "less": "greater"}
ANALYSES = st.sampled_from(offered_analyses())


def reversed_changes(block: np.ndarray) -> np.ndarray:
    """Turn rises into falls; who is missing stays missing."""
    return np.where(block == MISSING, block, -block).astype(np.int16)


@settings(max_examples=300)
@given(analysis=ANALYSES, block=change_blocks())
def test_reversed_scale_flips_the_direction(analysis: Analysis, block: np.ndarray) -> None:
    """On the reversed scale the opposite alternative has the same p-value, direction negated."""
    sizes = np.array([block.shape[1]])
    mirrored = analysis.model_copy(update={"alternative": OPPOSITE[analysis.alternative]})
    here = analyse(block, sizes, analysis)
    there = analyse(reversed_changes(block), sizes, mirrored)
    assert np.allclose(here.pvalue, there.pvalue, rtol=1e-12, atol=0)
    assert np.array_equal(here.direction, -there.direction)
    assert np.array_equal(here.informative, there.informative)


@settings(max_examples=300)
@given(analysis=ANALYSES, block=change_blocks())
def test_reversed_scale_keeps_conclusions(analysis: Analysis, block: np.ndarray) -> None:
    """Rejections stay the same on the reversed scale, and one-sided wins with them."""
    sizes = np.array([block.shape[1]])
    mirrored = analysis.model_copy(update={"alternative": OPPOSITE[analysis.alternative]})
    here = conclude(block, sizes, analysis)
    there = conclude(reversed_changes(block), sizes, mirrored)
    assert np.array_equal(here.rejected, there.rejected)
    if analysis.alternative != "two_sided":
        assert np.array_equal(here.won, there.won)
    else:
        assert not (here.won & there.won).any()


@given(block=change_blocks())
def test_reversed_scores_negate_changes(block: np.ndarray) -> None:
    """Scores counted from the other end of a five-point scale have changes of the other sign."""
    scores = (np.abs(block.astype(int)) % 6).astype(np.int8)
    pairs = np.stack([scores, np.roll(scores, 1, axis=1)], axis=-1)
    backwards = np.where(pairs == 0, 0, 6 - pairs).astype(np.int8)
    assert np.array_equal(endpoint_changes(backwards), reversed_changes(endpoint_changes(pairs)))
