"""Exact power at looks against published enumeration, brute force and a single look."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from oracles.studies import make_analysis
from scipy.special import ndtri

from sim.errors import StudyError
from sim.inference.sign import sign_test
from sim.power.exact import exact_rejection
from sim.sequential.boundaries import solve_boundaries
from sim.sequential.exact_looks import ExactLooks, states


def test_documented_attained_levels() -> None:
    """Pocock's .0294 attains .0162 at 8 and 16 of the null (.1, .2, .4, .2, .1)."""
    exact = ExactLooks([0.1, 0.2, 0.4, 0.2, 0.1], 16, make_analysis())
    assert round(exact.stops([8, 16], [0.0294] * 2).rejected.sum(), 4) == 0.0162
    assert exact.stops([8, 16], [0.0052, 0.048]).rejected[0] == 0.0


@pytest.mark.parametrize(
    "options",
    [
        {"test": "signed_rank", "zeros": "pratt"},
        {"test": "sign", "p_value": "mid_p"},
        {"test": "sign_flip", "alternative": "greater"},
        {"test": "paired_t"},
        {"test": "signed_rank", "p_value": "asymptotic", "continuity": True},
    ],
    ids=str,
)
def test_one_look_is_the_exact_engine(options: dict[str, Any]) -> None:
    """A single look has the power that the fixed design's enumeration gives."""
    pmf, analysis = [0.02, 0.12, 0.36, 0.35, 0.15], make_analysis(**options)
    fixed = exact_rejection(pmf, [9, 14], analysis)
    exact = ExactLooks(pmf, 14, analysis)
    stops = [exact.stops([n], [analysis.alpha]) for n in (9, 14)]
    np.testing.assert_allclose([s.rejected[0] for s in stops], fixed.power, atol=1e-12)
    np.testing.assert_allclose([s.won[0] for s in stops], fixed.win, atol=1e-12)


@pytest.mark.parametrize("null", [(0.1, 0.2, 0.4, 0.2, 0.1), (0.3, 0.1, 0.2, 0.1, 0.3)], ids=str)
@pytest.mark.parametrize("p_value", ["exact", "asymptotic"])
def test_levels_of_the_normal_process_exceed_alpha_hardly(
    null: tuple[float, ...], p_value: str
) -> None:
    """Under no effect discrete p-values compared with them reject at most .002 too often."""
    exact = ExactLooks(null, 30, make_analysis(p_value=p_value))
    for kind in ("pocock", "obrien_fleming_spending"):
        for looks in (2, 3):
            levels = solve_boundaries(np.arange(1, looks + 1) / looks, 0.05, 2, kind).nominal
            for size in (12, 18, 24, 30):
                sizes = [size * look // looks for look in range(1, looks + 1)]
                assert 0.002 < exact.stops(sizes, levels).rejected.sum() < 0.052


def test_every_sequence_written_out() -> None:
    """Three looks of the sign test: all 3^8 sequences of changes, one by one."""
    pmf, levels, bounds = [0.15, 0.3, 0.55], [0.2, 0.15, 0.1], [0.0, 0.3]
    stops = ExactLooks(pmf, 8, make_analysis(test="sign")).stops([4, 6, 8], levels, bounds)
    sequences = np.array(list(product((-1, 0, 1), repeat=8)))
    chance = np.prod(np.array(pmf)[sequences + 1], axis=1)
    going = np.ones(len(sequences), bool)
    for j, n in enumerate((4, 6, 8)):
        result = sign_test(sequences[:, :n])
        rejected, rises = result.pvalue <= levels[j], result.direction > 0
        tail = np.where(rises, result.pvalue / 2, 1 - result.pvalue / 2)
        hopeless = ~rejected & (-ndtri(tail) < bounds[j] - 1e-9 if j < 2 else False)
        for ends, computed in (
            (rejected, stops.rejected), (rejected & rises, stops.won), (hopeless, stops.futility)
        ):  # fmt: skip
            assert abs((chance * (going & ends)).sum() - computed[j]) < 1e-12
        going &= ~(rejected | hopeless)


def test_a_sign_test_sees_signs_alone() -> None:
    """Changes of nine values and many people are as quickly enumerated as those of three."""
    pmf, analysis = np.array([1, 1, 2, 3, 4, 4, 3, 2, 1]) / 21, make_analysis(test="sign")
    stops = ExactLooks(pmf, 60, analysis).stops([30, 60], [0.03, 0.03])
    signs = ExactLooks([7 / 21, 4 / 21, 10 / 21], 60, analysis).stops([30, 60], [0.03, 0.03])
    np.testing.assert_allclose(stops.rejected, signs.rejected, atol=1e-14)


def test_states_follow_each_other() -> None:
    """Every state's follower has one more of a value, and the states of few changes come first."""
    listed = states(4, 6)
    fewer = listed.counts[: len(listed.following)]
    for value in range(4):
        more = listed.counts[listed.following[:, value]] - fewer
        assert (more == np.eye(4, dtype=int)[value]).all()
    assert (listed.counts[: listed.within(3)].sum(axis=1) <= 3).all()
    assert len(np.unique(listed.counts, axis=0)) == len(listed.counts) == listed.within(6)


def test_too_many_outcomes_are_refused() -> None:
    """Changes of up to four points at 60 participants are not enumerated, and that is said."""
    with pytest.raises(StudyError, match="too many outcomes"):
        ExactLooks(np.full(9, 1 / 9), 60, make_analysis())
