"""A one-sided alpha above one half is decided by p-values too."""

import numpy as np
import pytest
from oracles.enumeration import changes_of, count_vectors
from oracles.samples import analyse, conclude
from oracles.studies import make_analysis


@pytest.mark.parametrize("alternative", ["greater", "less"])
@pytest.mark.parametrize("p_value", ["exact", "asymptotic"])
def test_one_sided_alpha_above_a_half(p_value: str, alternative: str) -> None:
    """An alpha above one half is silly and allowed: p <= alpha rejects on either side."""
    analysis = make_analysis(p_value=p_value, alternative=alternative, alpha=0.6)
    samples = changes_of(count_vectors(5, 5)).astype(np.int16)[:, :, None].repeat(2, axis=2)
    sizes = np.array([5])
    rejected = analyse(samples, sizes, analysis).pvalue <= 0.6
    assert np.array_equal(conclude(samples, sizes, analysis).rejected, rejected)
