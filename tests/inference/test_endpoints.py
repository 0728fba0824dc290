"""Changes of every endpoint, and what is concluded from p-values."""

import numpy as np
import pytest
from oracles.samples import ONE_GROUP, conclude, endpoint_changes
from oracles.studies import make_analysis
from scipy import stats

from sim import adjust
from sim.inference.decide import Decisions
from sim.inference.result import MISSING
from sim.study import Analysis


def test_total_is_the_sum_of_complete_cases() -> None:
    """The total is the sum of the domains' changes, missing where any domain is."""
    rng = np.random.default_rng(31)
    scores = rng.integers(0, 6, (5, 7, 3, 2)).astype(np.int8)
    found = endpoint_changes(scores)
    seen = (scores > 0).all(axis=-1)
    change = scores[..., 1].astype(int) - scores[..., 0]
    assert found.dtype == np.int16
    assert np.array_equal(found[..., :-1], np.where(seen, change, MISSING))
    complete = seen.all(axis=-1)
    assert np.array_equal(found[..., -1], np.where(complete, change.sum(axis=-1), MISSING))


def test_total_of_sixty_wide_domains() -> None:
    """Sixty domains of eleven points do not overflow the total."""
    scores = np.ones((1, 2, 60, 2), np.int8)
    scores[..., 1] = 11
    assert endpoint_changes(scores)[0, 0, -1] == 600


@pytest.mark.parametrize("adjustment", ["holm", "benjamini_hochberg"])
def test_sixty_wide_domains_are_tested_as_one(adjustment: str) -> None:
    """Of sixty domains of eleven points, each and the total are decided as by scipy's p-values."""
    rng = np.random.default_rng(32)
    latent = rng.normal(0, 3, (12, 40, 60, 2)) + rng.normal(0.4, 1, (1, 1, 60, 1)) * [0, 1]
    changes = endpoint_changes((np.clip(np.rint(latent), -5, 5) + 6).astype(np.int8))
    analysis = make_analysis(p_value="asymptotic", adjustment=adjustment)
    found = conclude(changes, np.array([40]), analysis)
    p = stats.wilcoxon(changes.astype(float), axis=1, method="asymptotic", correction=False).pvalue
    assert np.array_equal(found.rejected[:, 0], p <= 0.05)
    adjusted = [adjust(row[:-1], adjustment) <= 0.05 for row in p]
    assert np.array_equal(found.adjusted_rejected[:, 0, :-1], adjusted)
    assert 0 < np.mean(adjusted) < 1


SIX_UP, SIX_DOWN, MIXED = [1] * 6, [-1] * 6, [1, -1, 1, -1, 1, 0]
"""Exact two-sided p = .03125 upwards, .03125 downwards, and 1."""


def concluded(columns: list[list[int]], analysis: Analysis) -> Decisions:
    """Conclude from one study; its endpoints' changes, the total's last."""
    changes = np.array(columns, np.int16).T[None]  # (1, N, E)
    return conclude(changes, np.array([changes.shape[1]]), analysis)


@pytest.mark.parametrize("test", ONE_GROUP)
@pytest.mark.parametrize(
    ("alternative", "rejected", "won"),
    [
        ("two_sided", [True, True, False], [True, False, False]),
        ("greater", [True, False, False], [True, False, False]),
        ("less", [False, True, False], [False, True, False]),
    ],
)
def test_a_win_lies_on_the_stated_side(
    test: str, alternative: str, rejected: list[bool], won: list[bool]
) -> None:
    """Two-sided tests reject in both directions and win upwards; one-sided ones on their side."""
    analysis = make_analysis(test=test, alternative=alternative)
    found = concluded([SIX_UP, SIX_DOWN, MIXED], analysis)
    assert found.rejected[0, 0].tolist() == rejected
    assert found.won[0, 0].tolist() == won


@pytest.mark.parametrize("test", ["signed_rank", "sign"])
def test_domains_are_one_family_and_the_total_none(test: str) -> None:
    """The adjustment counts the domains only; the total keeps its own p-value."""
    analysis = make_analysis(test=test, adjustment="holm")
    found = concluded([SIX_UP, MIXED, SIX_DOWN], analysis)
    assert found.rejected[0, 0].tolist() == [True, False, True]
    assert found.adjusted_rejected[0, 0].tolist() == [False, False, True]
    assert not found.adjusted_won.any()


def test_no_information_is_not_a_rejection() -> None:
    """A sample without any change is counted as uninformative, and never as a rejection."""
    changes = np.zeros((1, 8, 2), np.int16)
    for test in ONE_GROUP:
        analysis = make_analysis(test=test, alpha=0.999)
        found = conclude(changes, np.array([4, 8]), analysis)
        assert found.uninformative.all()
        assert not found.rejected.any()
        assert not found.won.any()


@pytest.mark.parametrize(("alpha", "rejects"), [(0.0625, True), (0.0624, False)])
def test_float_equality_at_a_dyadic_alpha(alpha: float, *, rejects: bool) -> None:
    """Five rises have p = .0625 exactly: alpha = .0625 rejects, anything less does not."""
    changes = np.array([1, 1, 2, 2, 3, 0], np.int16)[None, :, None].repeat(2, axis=2)
    for test in ("signed_rank", "sign"):
        analysis = make_analysis(test=test, alpha=alpha)
        found = conclude(changes, np.array([6]), analysis)
        assert bool(found.rejected[0, 0, 0]) is rejects


def test_float_equality_under_holm() -> None:
    """With four domains, six rises and alpha = 4/32, Holm rejects at equality."""
    changes = np.ones((1, 6, 5), np.int16)
    analysis = make_analysis(alpha=0.125, adjustment="holm")
    found = conclude(changes, np.array([6]), analysis)
    assert found.adjusted_won.all()
