"""The signed-rank test against sign patterns written out, SciPy, and hand examples."""

import numpy as np
import pytest
from oracles.likert import random_samples
from oracles.paired import exact_signed_rank, normal_signed_rank
from scipy import stats

from sim import signed_rank

SIDES = ["two_sided", "greater", "less"]


@pytest.mark.parametrize("alternative", SIDES)
@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
def test_exact_is_brute_force(zeros: str, alternative: str) -> None:
    """The exact p equals the share of all 2^m sign patterns, to 1e-12, for n up to 12."""
    for changes in random_samples(300, 12, 12):
        found = signed_rank(changes, zeros=zeros, p_value="exact", alternative=alternative)
        assert found.pvalue == pytest.approx(
            exact_signed_rank(changes, zeros, alternative), rel=0, abs=1e-12
        )


@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
def test_exact_of_many_tie_groups(zeros: str) -> None:
    """The exact p is right for changes of totals, with few ties, and for changes in millions."""
    rng = np.random.default_rng(4)
    for reach in (9, 28, 10**6):
        for changes in rng.integers(-reach, reach + 1, (40, 12)):
            found = signed_rank(changes, zeros=zeros, p_value="exact").pvalue
            expected = exact_signed_rank(changes, zeros, "two_sided")
            assert found == pytest.approx(expected, rel=0, abs=1e-12)


def test_exact_without_ties_is_scipy_s() -> None:
    """Without ties or zeros the exact p equals SciPy's, for up to 40 people."""
    rng = np.random.default_rng(5)
    for n in (3, 10, 25, 40):
        changes = rng.permutation(np.arange(1, n + 1)) * rng.choice([-1, 1], n)
        for side in SIDES:
            found = signed_rank(changes, p_value="exact", alternative=side)
            scipy = stats.wilcoxon(changes, method="exact", alternative=side.replace("_", "-"))
            assert found.pvalue == pytest.approx(scipy.pvalue, rel=1e-10)


def test_exact_of_one_large_tie_group() -> None:
    """With all changes of one size the signed-rank test is the exact sign test."""
    for rises, falls in ((30, 20), (60, 40), (9, 0), (200, 150)):
        changes = [2] * rises + [-2] * falls
        expected = stats.binomtest(rises, rises + falls).pvalue
        assert signed_rank(changes, p_value="exact").pvalue == pytest.approx(expected, rel=1e-9)


def test_exact_by_convolution_of_large_likert_samples() -> None:
    """For 80 Likert changes the exact p equals a convolution over the tie groups."""
    rng = np.random.default_rng(6)
    for changes in rng.choice([-2, -1, 0, 1, 2, 3], (20, 80), p=[0.1, 0.2, 0.2, 0.3, 0.1, 0.1]):
        found = signed_rank(changes, p_value="exact", alternative="greater").pvalue
        assert found == pytest.approx(convolved(changes), rel=1e-9, abs=1e-12)


def convolved(changes: np.ndarray) -> float:
    """P(W+ >= observed) as a product of polynomials in the doubled rank sum."""
    kept = changes[changes != 0]
    doubled = np.rint(2 * stats.rankdata(np.abs(kept))).astype(int)
    distribution = np.ones(1)
    for rank in np.unique(doubled):
        group = np.zeros(rank * (doubled == rank).sum() + 1)
        size = (doubled == rank).sum()
        group[::rank] = stats.binom(size, 0.5).pmf(np.arange(size + 1))
        distribution = np.convolve(distribution, group)
    return float(distribution[doubled[kept > 0].sum() :].sum())


@pytest.mark.parametrize("alternative", SIDES)
@pytest.mark.parametrize("continuity", [False, True])
@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
def test_normal_is_by_definition(zeros: str, alternative: str, *, continuity: bool) -> None:
    """The normal p follows from midranks and their squares, corrected or not."""
    for changes in random_samples(200, 60, 13):
        found = signed_rank(
            changes, zeros=zeros, p_value="asymptotic", continuity=continuity,
            alternative=alternative,
        )  # fmt: skip
        expected = normal_signed_rank(changes, zeros, alternative, continuity=continuity)
        assert found.pvalue == pytest.approx(expected, rel=0, abs=1e-12)


@pytest.mark.parametrize("alternative", SIDES)
@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
def test_normal_is_scipy_s(zeros: str, alternative: str) -> None:
    """The uncorrected normal p equals SciPy's."""
    for changes in random_samples(60, 40, 14):
        if not changes.any():
            continue
        scipy = stats.wilcoxon(
            changes, zero_method=zeros, correction=False, method="asymptotic",
            alternative=alternative.replace("_", "-"),
        )  # fmt: skip
        found = signed_rank(changes, zeros, "asymptotic", alternative=alternative)
        assert found.pvalue == pytest.approx(scipy.pvalue, rel=0, abs=1e-12)


def test_pilot_example() -> None:
    """(1, 1, 2, 2, 3, 0) gives exact .0625 and asymptotic .0412, the pilot's .041."""
    changes = [1, 1, 2, 2, 3, 0]
    assert signed_rank(changes, p_value="exact").pvalue == 0.0625
    assert f"{signed_rank(changes, p_value='asymptotic').pvalue:.4f}" == "0.0412"
    assert f"{signed_rank(changes, p_value='asymptotic').pvalue:.3f}" == "0.041"


def test_auto_changes_over_at_the_limit() -> None:
    """Auto is exact up to the limit of non-zero changes and asymptotic above, row by row."""
    rows = np.array([[1, 2, 3, 0, 0], [1, 2, 3, -1, 0], [1, 2, 3, -1, 4]])
    auto = signed_rank(rows, exact_limit=4).pvalue
    exact = signed_rank(rows, p_value="exact").pvalue
    asymptotic = signed_rank(rows, p_value="asymptotic").pvalue
    assert auto.tolist() == [exact[0], exact[1], asymptotic[2]]
    assert exact[2] != asymptotic[2]


def test_dyadic_pvalues_are_exact_floats() -> None:
    """Exact p-values are whole multiples of 2^-m, so a dyadic alpha meets them exactly."""
    for changes in random_samples(200, 12, 15):
        m = np.count_nonzero(changes)
        found = float(signed_rank(changes, p_value="exact").pvalue)
        assert (found * 2.0**m).is_integer()
    assert signed_rank([1, 2, 3, 4, 5], p_value="exact").pvalue <= 0.0625


def test_shapes_are_kept() -> None:
    """Leading axes of the input come back, the participants' axis does not."""
    result = signed_rank(np.zeros((2, 3, 6), int))
    assert result.pvalue.shape == result.direction.shape == (2, 3)
    assert signed_rank([1, 2, 3]).pvalue.shape == ()


@pytest.mark.parametrize(
    ("changes", "options"),
    [
        ([0.5, 1], {}),
        ([], {}),
        (3, {}),
        ([np.nan, 1], {}),
        ([1, 2], {"zeros": "zsplit"}),
        ([1, 2], {"p_value": "mid_p"}),
        ([1, 2], {"alternative": "two-sided"}),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
def test_refuses_what_it_cannot_test(changes: object, options: dict) -> None:
    """Fractions, emptiness and unknown options are refused."""
    with pytest.raises(ValueError, match=r"must|changes"):
        signed_rank(changes, **options)
