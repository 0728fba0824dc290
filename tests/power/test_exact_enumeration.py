"""The exact engine against every sample written out, for every test and option."""

import numpy as np
import pytest
from oracles.enumeration import changes_of, count_vectors, weights
from oracles.samples import ONE_GROUP
from oracles.studies import analysis_id, offered_analyses

from sim.power.exact import _Conditional, exact_rejection
from sim.study import Analysis

PMFS = {
    "lopsided": (0.02, 0.05, 0.2, 0.3, 0.25, 0.13, 0.05),
    "three values": (0.25, 0.5, 0.25),
    "never far down": (0.0, 0.1, 0.3, 0.3, 0.3),
    "never up": (0.6, 0.3, 0.1, 0.0, 0.0),
}
SIZES = (1, 2, 4, 7)


def written_out(pmf: tuple[float, ...], n: int, analysis: Analysis) -> tuple[float, float]:
    """Probabilities of rejection and win over all samples of n changes."""
    counts = count_vectors(n, len(pmf))
    changes = changes_of(counts).astype(np.int16)[:, :, None]
    result = ONE_GROUP[analysis.test](changes, np.array([n]), analysis)
    chance = weights(counts, np.array(pmf))
    rejected = result.pvalue[:, 0, 0] <= analysis.alpha
    won = rejected & (result.direction[:, 0, 0] == (-1 if analysis.alternative == "less" else 1))
    return float(chance @ rejected), float(chance @ won)


@pytest.mark.parametrize("analysis", offered_analyses(), ids=analysis_id)
@pytest.mark.parametrize("alpha", [0.05, 0.0625, 0.3, 0.5, 0.6])
def test_exact_power_is_the_enumerated_one(analysis: Analysis, alpha: float) -> None:
    """Power and win equal the sums over all samples to 1e-12, at dyadic and silly levels too."""
    stated = analysis.model_copy(update={"alpha": alpha})
    for pmf in PMFS.values():
        found = exact_rejection(pmf, SIZES, stated)
        expected = np.array([written_out(pmf, n, stated) for n in SIZES])
        assert np.allclose(found.power, expected[:, 0], rtol=0, atol=1e-12)
        assert np.allclose(found.win, expected[:, 1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("alternative", ["two_sided", "less"])
def test_ways_with_the_same_small_changes_share_their_sum(alternative: str) -> None:
    """Worked out together, where sums are shared, ways have the tails that they have alone."""
    analysis = Analysis(test="signed_rank", alternative=alternative)
    few = np.array([[12, 9, others, 20 - others] for others in range(21)])
    ways = np.concatenate([few + np.eye(4, dtype=int)[1], few])[::-1]  # not in order
    pmf = np.array([0.01, 0.03, 0.1, 0.2, 0.2, 0.25, 0.14, 0.05, 0.02])
    pmf = pmf if alternative == "two_sided" else pmf[::-1]
    conditional, zeros = _Conditional(pmf, 42, analysis), np.zeros(1, np.int64)
    alone = np.concatenate([conditional.tails(way[None], zeros) for way in ways], axis=1)
    assert np.ptp(alone[..., 1 if alternative == "two_sided" else 0]) > 0.1
    assert np.allclose(conditional.tails(ways, zeros), alone, rtol=0, atol=1e-13)
