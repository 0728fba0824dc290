"""The sign test and the paired t test against SciPy, and their degenerate cases."""

import numpy as np
import pytest
from oracles.likert import random_samples
from scipy import stats

from sim import paired_t, sign_test

SIDES = ["two_sided", "greater", "less"]


@pytest.mark.parametrize("alternative", SIDES)
def test_t_is_scipy_s(alternative: str) -> None:
    """The t test equals SciPy's paired t test of the scores, on each side."""
    rng = np.random.default_rng(21)
    for n in (2, 3, 6, 40):
        pre, post = rng.integers(1, 6, (2, 50, n))
        varied = np.ptp(post - pre, axis=1) > 0
        found = paired_t((post - pre)[varied], alternative)
        side = alternative.replace("_", "-")
        scipy = stats.ttest_rel(post[varied], pre[varied], axis=1, alternative=side)
        assert np.allclose(found.pvalue, scipy.pvalue, rtol=0, atol=1e-12)
        assert np.allclose(found.statistic, scipy.statistic, rtol=1e-12)


@pytest.mark.parametrize(
    ("changes", "pvalues"),
    [([1] * 6, (0, 0, 1)), ([-2] * 6, (0, 1, 0)), ([0] * 6, (1, 1, 1)), ([3], (1, 1, 1))],
)
def test_t_without_spread(changes: list[int], pvalues: tuple[float, ...]) -> None:
    """Constant changes reject with p = 0 on their side; none, or one person, give p = 1."""
    assert tuple(float(paired_t(changes, side).pvalue) for side in SIDES) == pvalues


def test_t_without_spread_wins_on_its_side() -> None:
    """Constant rises point up, constant falls down, and carry as many people as there are."""
    up, down = paired_t([1] * 6), paired_t([-2] * 4)
    assert (int(up.direction), int(up.informative)) == (1, 6)
    assert (int(down.direction), int(down.informative)) == (-1, 4)


@pytest.mark.parametrize("alternative", SIDES)
def test_sign_is_binomial(alternative: str) -> None:
    """The sign test equals SciPy's exact binomial test of the rises."""
    for changes in random_samples(200, 60, 22):
        rises, falls = int((changes > 0).sum()), int((changes < 0).sum())
        if rises + falls == 0:
            continue
        exact = stats.binomtest(rises, rises + falls, alternative=alternative.replace("_", "-"))
        found = sign_test(changes, alternative=alternative).pvalue
        assert found == pytest.approx(exact.pvalue, rel=1e-12)


def test_mid_p_counts_half_the_outcome() -> None:
    """The mid-p of 5 rises and 1 fall is 2 (P(X = 0) + P(X = 1) / 2), computed by hand."""
    assert sign_test([1, 1, 1, 1, 1, -1], p_value="mid_p").pvalue == 2 * (1 + 6 / 2) / 64
    assert sign_test([1, 1, -1, -1], p_value="mid_p").pvalue == 1


def test_sign_of_thousands() -> None:
    """Large samples neither overflow nor lose the tail."""
    changes = [1] * 560 + [-1] * 440
    assert sign_test(changes).pvalue == pytest.approx(stats.binomtest(560, 1000).pvalue, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "options"),
    [
        (sign_test, {"p_value": "fast"}),
        (sign_test, {"alternative": "up"}),
        (paired_t, {"alternative": "up"}),
    ],
)
def test_refuses_unknown_options(call: object, options: dict) -> None:
    """Unknown options are refused by name."""
    with pytest.raises(ValueError, match="must be one of"):
        call([1, 2], **options)
