"""Tests of two arms against SciPy and statsmodels, and by their level and power."""

from collections.abc import Callable

import numpy as np
import pytest
from oracles.samples import TWO_ARMS, Arm, Estimate, compared, estimated
from oracles.studies import make_analysis
from scipy import stats
from statsmodels.regression.linear_model import OLS

from sim.inference.result import MISSING, TestResult

SITES = np.array([0, 0, 1, 1, 1, 2, 3, 3, 4, 4, 5, 5, 5])
SIZES = np.array([0, 1, 2, 3, 3, 5, 8, 13])
OTHER_SIZES = np.array([0, 1, 1, 2, 4, 4, 7, 11])
SIDES = {"two_sided": "two-sided", "greater": "greater", "less": "less"}


def make_arm(
    before: np.ndarray, after: np.ndarray, sizes: np.ndarray, missing: np.ndarray | None = None
) -> Arm:
    """Make an arm of scores (R, N, D), with their total."""
    scores = [
        np.concatenate([own, own.sum(axis=2, keepdims=True)], axis=2) for own in (before, after)
    ]
    changes = (scores[1] - scores[0]).astype(np.int16)
    if missing is not None:
        changes[missing] = MISSING
    sites = np.resize(SITES, before.shape[1])
    return Arm(changes, scores[0].astype(np.int16), sizes, sites)


def random_arm(seed: int, sizes: np.ndarray, replicates: int = 25, shift: int = 0) -> Arm:
    """Draw thirteen people's answers to two questions of five points, some missing."""
    rng = np.random.default_rng(seed)
    before = rng.integers(1, 6, (replicates, 13, 2))
    after = np.clip(before + rng.integers(-1, 3, before.shape) + shift, 1, 5)
    missing = rng.random((replicates, 13, 3)) < 0.15
    missing[:3, :, 0] = True
    after[3:6, :, 1], before[3:6, :, 1] = 4, 2  # all tied
    after[6:9] = before[6:9] + 1  # residuals of 0
    before[9:12, :, 0] = 3  # nothing to adjust for
    return make_arm(before, after, sizes, missing)


def both_arms(shift: int = 1) -> tuple[Arm, Arm]:
    """Draw mentored and controls."""
    return random_arm(1, SIZES, shift=shift), random_arm(2, OTHER_SIZES)


def estimate_of(test: str, mentored: Arm, controls: Arm) -> Estimate:
    """Give the estimate that goes with a test."""
    return estimated(test, mentored, controls, make_analysis(test=test))


def constant_change(values: np.ndarray) -> Arm:
    """One replicate and one endpoint of given changes from 3, analysed whole."""
    changes = np.asarray(values, np.int16).reshape(1, -1, 1)
    n = changes.shape[1]
    return Arm(changes, np.full_like(changes, 3), np.array([n]), np.arange(n))


def observed(arm: Arm, r: int, k: int, e: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Changes, scores before and sites of those observed among the first n."""
    n = arm.sizes[k]
    seen = arm.changes[r, :n, e] != MISSING
    own = arm.changes[r, :n, e][seen].astype(float)
    return own, arm.before[r, :n, e][seen].astype(float), arm.sites[:n][seen]


Found = tuple[float, float, float, float]
"""p-value, statistic, estimate, standard error."""
NOTHING = 1.0, 0.0, 0.0, 0.0


def rank_reference(a: np.ndarray, b: np.ndarray, side: str, *, continuity: bool) -> Found:
    """SciPy's Mann-Whitney test."""
    u = float((a[:, None] > b).sum() + (a[:, None] == b).sum() / 2)
    estimate = t_reference(a, b, side)[2:]
    if not a.size or not b.size or np.ptp([*a, *b]) == 0:
        return 1.0, u, *estimate
    found = stats.mannwhitneyu(
        a, b, method="asymptotic", use_continuity=continuity, alternative=SIDES[side]
    )
    return float(found.pvalue), float(found.statistic), *estimate


def t_reference(a: np.ndarray, b: np.ndarray, side: str) -> Found:
    """SciPy's two-sample t test."""
    if not a.size or not b.size or a.size + b.size < 3:
        return NOTHING
    difference = a.mean() - b.mean()
    if np.ptp(a) < 1e-12 and np.ptp(b) < 1e-12:
        return one_way(0.0 if abs(difference) < 1e-12 else difference, side)
    # by way of means and deviations, for ttest_ind warns of an arm that is constant
    described = [(x.mean(), x.std(ddof=1) if x.size > 1 else 0.0, x.size) for x in (a, b)]
    found = stats.ttest_ind_from_stats(*described[0], *described[1], alternative=SIDES[side])
    squares = ((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()
    error = np.sqrt(squares / (a.size + b.size - 2) * (1 / a.size + 1 / b.size))
    return found.pvalue, found.statistic, difference, error


def welch_reference(a: np.ndarray, b: np.ndarray, side: str) -> Found:
    """SciPy's t test of unequal variances."""
    if min(a.size, b.size) < 2:
        return NOTHING
    difference = a.mean() - b.mean()
    if np.ptp(a) < 1e-12 and np.ptp(b) < 1e-12:
        return one_way(0.0 if abs(difference) < 1e-12 else difference, side)
    described = [(x.mean(), x.std(ddof=1), x.size) for x in (a, b)]
    found = stats.ttest_ind_from_stats(
        *described[0], *described[1], equal_var=False, alternative=SIDES[side]
    )
    error = np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size)
    return found.pvalue, found.statistic, difference, error


def satterthwaite(a: np.ndarray, b: np.ndarray) -> float:
    """Degrees of freedom of Welch's test, by their definition."""
    if min(a.size, b.size) < 2:
        return 0.0
    first, second = (x.var(ddof=1) / x.size for x in (a, b))
    if first + second == 0:
        return a.size + b.size - 2
    return (first + second) ** 2 / (first**2 / (a.size - 1) + second**2 / (b.size - 1))


def one_way(difference: float, side: str) -> Found:
    """Give what holds where there are no residuals."""
    wanted = {"two_sided": abs(difference), "greater": difference, "less": -difference}[side]
    t = np.inf * np.sign(difference) if difference else 0.0
    return (0.0 if wanted > 0 else 1.0), float(t), difference, 0.0


def ancova_reference(a: tuple[np.ndarray, ...], b: tuple[np.ndarray, ...], side: str) -> Found:
    """Least squares of statsmodels."""
    arm = np.repeat([1.0, 0.0], [a[0].size, b[0].size])
    before = np.concatenate([a[1], b[1]])
    after = before + np.concatenate([a[0], b[0]])
    level = not a[0].size or not b[0].size or (np.ptp(a[1]) == 0 and np.ptp(b[1]) == 0)
    columns = [np.ones_like(arm), arm] if level else [np.ones_like(arm), arm, before]
    if not a[0].size or not b[0].size or len(arm) <= len(columns):
        return NOTHING
    fit = OLS(after, np.column_stack(columns)).fit()
    if fit.ssr < 1e-9:
        return one_way(0.0 if abs(fit.params[1]) < 1e-9 else fit.params[1], side)
    t = fit.tvalues[1]
    tails = {"two_sided": fit.pvalues[1], "greater": stats.t.sf(t, fit.df_resid)}
    p = tails.get(side, stats.t.cdf(t, fit.df_resid))
    return p, t, fit.params[1], fit.bse[1]


def site_means(changes: np.ndarray, sites: np.ndarray) -> np.ndarray:
    """Mean change of every site that has one."""
    return np.array([changes[sites == s].mean() for s in np.unique(sites)])


Observed = tuple[np.ndarray, ...]
REFERENCES: dict[str, Callable[[Observed, Observed, str], Found]] = {
    "mann_whitney": lambda a, b, side: rank_reference(a[0], b[0], side, continuity=False),
    "ancova": ancova_reference,
    "two_sample_t": lambda a, b, side: t_reference(a[0], b[0], side),
    "welch_t": lambda a, b, side: welch_reference(a[0], b[0], side),
    "cluster_mean_two_sample_t": lambda a, b, side: t_reference(
        site_means(a[0], a[2]), site_means(b[0], b[2]), side
    ),
}
"""An independent implementation of every registered test, by its name."""


def same(one: TestResult, other: TestResult) -> bool:
    """Tell whether two results agree in every field, to the last digits."""
    return all(
        np.allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-14)
        for name in ("pvalue", "statistic", "direction", "informative")
    )


def test_every_test_has_a_reference() -> None:
    """A test that is registered without a reference fails here."""
    assert TWO_ARMS.keys() == REFERENCES.keys()


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("test", REFERENCES)
def test_every_size_is_the_reference_on_the_first_n(test: str, side: str) -> None:
    """p-value, statistic, direction and estimate are the reference's on the first n of each arm."""
    arms = both_arms()
    found = TWO_ARMS[test](*arms, make_analysis(alternative=side))
    estimated = estimate_of(test, *arms)
    for place in np.ndindex(found.pvalue.shape):
        own, other = (observed(arm, *place) for arm in arms)
        p, statistic, estimate, error = REFERENCES[test](own, other, side)
        assert found.pvalue[place] == pytest.approx(p, abs=1e-9), place
        assert found.statistic[place] == pytest.approx(statistic, abs=1e-7), place
        assert estimated.estimate[place] == pytest.approx(estimate, abs=1e-9)
        assert estimated.standard_error[place] == pytest.approx(error, abs=1e-9)
        centre = len(own[0]) * len(other[0]) / 2 if test == "mann_whitney" else 0
        ahead = statistic - centre if found.informative[place] else 0.0
        assert found.direction[place] == (0 if abs(ahead) < 1e-9 else np.sign(ahead))


@pytest.mark.parametrize("side", SIDES)
def test_continuity_correction(side: str) -> None:
    """With the correction the Mann-Whitney p-values are SciPy's with it."""
    arms = both_arms()
    analysis = make_analysis(alternative=side, continuity=True)
    found = TWO_ARMS["mann_whitney"](*arms, analysis)
    for place in np.ndindex(found.pvalue.shape):
        own, other = (observed(arm, *place)[0] for arm in arms)
        expected = rank_reference(own, other, side, continuity=True)[0]
        assert found.pvalue[place] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("test", REFERENCES)
def test_informative_counts_who_is_observed(test: str) -> None:
    """Where there is information it is the number of people, or sites, of both arms."""
    arms = both_arms()
    found = TWO_ARMS[test](*arms, make_analysis())
    assert (found.informative > 0).any()
    for place in zip(*np.nonzero(found.informative), strict=True):
        seen = [observed(arm, *place) for arm in arms]
        counted = [len(np.unique(s)) if "cluster" in test else len(c) for c, _, s in seen]
        assert found.informative[place] == sum(counted)
    assert (found.pvalue[found.informative == 0] == 1).all()
    assert not found.direction[found.informative == 0].any()


@pytest.mark.parametrize("test", REFERENCES)
def test_freedom_says_where_there_is_an_estimate(test: str) -> None:
    """Degrees of freedom are the numbers less two, or three; 0 where nothing is estimable."""
    arms = both_arms()
    found = estimate_of(test, *arms)
    for place in np.ndindex(found.freedom.shape):
        seen = [observed(arm, *place) for arm in arms]
        counted = [len(np.unique(s)) if "cluster" in test else len(c) for c, _, s in seen]
        level = all(len(set(before)) <= 1 for _, before, _ in seen)
        fitted = 3 if test == "ancova" and not level else 2
        expected = max(sum(counted) - fitted, 0) if min(counted) else 0
        if test == "welch_t":
            expected = satterthwaite(*(changes for changes, _, _ in seen))
        assert found.freedom[place] == pytest.approx(expected, rel=1e-12)
    nothing = found.freedom == 0
    assert nothing.any()
    assert not found.estimate[nothing].any()
    assert not found.standard_error[nothing].any()


@pytest.mark.parametrize("test", REFERENCES)
def test_rows_and_sizes_do_not_leak(test: str) -> None:
    """A replicate, and a size, gives alone what it gives among others."""
    arms, analysis = both_arms(), make_analysis()
    whole = TWO_ARMS[test](*arms, analysis)
    for r in range(0, 25, 4):
        part = [Arm(a.changes[r : r + 1], a.before[r : r + 1], a.sizes, a.sites) for a in arms]
        assert same(TWO_ARMS[test](*part, analysis), at_replicate(whole, r))
    for k in range(len(SIZES)):
        short = [
            Arm(a.changes[:, :n], a.before[:, :n], a.sizes[k : k + 1], a.sites[:n])
            for a in arms
            for n in [max(1, a.sizes[k])]
        ]
        assert same(TWO_ARMS[test](*short, analysis), at_size(whole, k))


def at_replicate(result: TestResult, r: int) -> TestResult:
    """Take one replicate out."""
    fields = result.pvalue, result.statistic, result.direction, result.informative
    return TestResult(*(field[r : r + 1] for field in fields))


def at_size(result: TestResult, k: int) -> TestResult:
    """Take one size out."""
    fields = result.pvalue, result.statistic, result.direction, result.informative
    return TestResult(*(field[:, k : k + 1] for field in fields))


@pytest.mark.parametrize("test", REFERENCES)
def test_who_is_not_observed_has_no_say(test: str) -> None:
    """Scores before of those whose change is missing may be anything."""
    arms, analysis = both_arms(), make_analysis()
    others = [
        Arm(a.changes, np.where(a.changes == MISSING, 77, a.before), a.sizes, a.sites) for a in arms
    ]
    assert same(TWO_ARMS[test](*others, analysis), TWO_ARMS[test](*arms, analysis))


@pytest.mark.parametrize("test", REFERENCES)
def test_swapping_the_arms(test: str) -> None:
    """Swapped arms have the opposite direction and estimate, and the same two-sided p."""
    arms = both_arms()
    found, swapped = (TWO_ARMS[test](*own, make_analysis()) for own in (arms, arms[::-1]))
    assert np.allclose(found.pvalue, swapped.pvalue, atol=1e-12)
    assert np.array_equal(found.direction, -swapped.direction)
    greater = TWO_ARMS[test](*arms, make_analysis(alternative="greater"))
    less = TWO_ARMS[test](*arms[::-1], make_analysis(alternative="less"))
    assert np.allclose(greater.pvalue, less.pvalue, atol=1e-12)
    one, other = estimate_of(test, *arms), estimate_of(test, *arms[::-1])
    assert np.allclose(one.estimate, -other.estimate, atol=1e-12)
    assert np.allclose(one.standard_error, other.standard_error, atol=1e-12)


@pytest.mark.parametrize("alternative", SIDES)
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.4, 0.7])
@pytest.mark.parametrize("test", TWO_ARMS)
def test_decisions_need_no_large_pvalues(test: str, alpha: float, alternative: str) -> None:
    """Comparing arms gives the test's own p-values up to alpha, and larger ones beyond."""
    arms = both_arms(shift=0)
    analysis = make_analysis(test=test, p_value="auto", alpha=alpha, alternative=alternative)
    found, whole = compared(test, *arms, analysis), TWO_ARMS[test](*arms, analysis)
    counts = whole.pvalue <= alpha
    assert counts.any()
    assert not counts.all()
    assert np.array_equal(found.pvalue <= alpha, counts)
    assert np.array_equal(found.pvalue[counts], whole.pvalue[counts])


def test_ranks_are_all_that_counts() -> None:
    """A relabelling of the changes that keeps their order leaves the Mann-Whitney test alone."""
    arms, analysis = both_arms(), make_analysis()
    others = [
        Arm(
            np.where(a.changes == MISSING, MISSING, np.sign(a.changes) * 7 * a.changes**2 - 40)
            .astype(np.int16), a.before, a.sizes, a.sites,
        )
        for a in arms
    ]  # fmt: skip
    assert same(
        TWO_ARMS["mann_whitney"](*others, analysis), TWO_ARMS["mann_whitney"](*arms, analysis)
    )


@pytest.mark.parametrize("test", REFERENCES)
@pytest.mark.parametrize(
    ("mentored", "controls"),
    [
        ([2, 2, 2], [2, 2, 2, 2]),
        ([MISSING] * 3, [1, 2, 3]),
        ([1, 2, 3], [MISSING]),
        ([MISSING], [MISSING] * 2),
        ([2], [2]),
    ],
)
def test_where_there_is_nothing_to_go_by(
    test: str, mentored: list[int], controls: list[int]
) -> None:
    """All tied, or an arm without anybody: p = 1, no direction, no information, on either side."""
    for side in SIDES:
        arms = constant_change(np.array(mentored)), constant_change(np.array(controls))
        found = TWO_ARMS[test](*arms, make_analysis(alternative=side))
        assert found.pvalue.item() == 1
        assert found.direction.item() == found.informative.item() == 0


def test_arms_of_one() -> None:
    """Of two people, one an arm, ranks know a little, and models with no residuals nothing."""
    arms = constant_change(np.array([2])), constant_change(np.array([1]))
    found = TWO_ARMS["mann_whitney"](*arms, make_analysis())
    assert found.pvalue.item() == pytest.approx(2 * stats.norm.sf(1))
    for test in TWO_ARMS.keys() - {"mann_whitney"}:
        assert TWO_ARMS[test](*arms, make_analysis()).informative.item() == 0


@pytest.mark.parametrize("test", sorted(TWO_ARMS.keys() - {"mann_whitney"}))
def test_arms_that_are_constant_and_differ(test: str) -> None:
    """Without any residual a difference is certain: p = 0 on its side and 1 on the other."""
    arms = constant_change(np.array([2, 2, 2])), constant_change(np.array([1, 1]))
    for side, expected in (("two_sided", 0), ("greater", 0), ("less", 1)):
        found = TWO_ARMS[test](*arms, make_analysis(alternative=side))
        assert found.pvalue.item() == expected
        assert found.direction.item() == 1
        assert found.statistic.item() == np.inf


def test_site_means_in_another_order() -> None:
    """Arms with the same site means in another order do not differ, whatever rounding says."""
    thirds = [0, 1, 2, 3, -2, -2, 2, 3, -1, -1, 3, 0]
    sites = np.repeat(range(4), 3)
    arms = [
        Arm(a.changes, a.before, a.sizes, sites)
        for a in (constant_change(np.array(thirds)), constant_change(np.array(thirds[::-1])))
    ]
    found = TWO_ARMS["cluster_mean_two_sample_t"](*arms, make_analysis())
    assert found.pvalue.item() == pytest.approx(1)
    assert found.direction.item() == 0
    assert found.informative.item() == 8


def test_site_means_all_alike() -> None:
    """Sites of an arm with the same mean leave no residual, whatever rounding says."""
    sites = np.repeat(range(6), 5)
    arms = [
        Arm(a.changes, a.before, a.sizes, sites)
        for a in (
            constant_change(np.array(fifths * 6)) for fifths in ([1, 1, 0, 0, 0], [1, 0, 0, 0, 0])
        )
    ]
    found = TWO_ARMS["cluster_mean_two_sample_t"](*arms, make_analysis())
    assert found.statistic.item() == np.inf
    assert found.pvalue.item() == 0


@pytest.mark.parametrize("slope", [0, 1, 2, 3])
@pytest.mark.parametrize("gap", [0, 1])
def test_scores_on_a_line(slope: int, gap: int) -> None:
    """Scores after that lie exactly on parallel lines give p = 0, on one line p = 1."""
    rng = np.random.default_rng(slope)
    before = [rng.integers(1, 90, (200, n, 1)) for n in (7, 6)]
    after = [slope * before[0] + gap, slope * before[1]]
    arms = [
        make_arm(own, then, np.array([n]))
        for own, then, n in zip(before, after, (7, 6), strict=True)
    ]
    found = TWO_ARMS["ancova"](*arms, make_analysis())
    assert (found.pvalue == (0 if gap else 1)).all()
    assert (found.direction == gap).all()
    assert np.allclose(estimate_of("ancova", *arms).estimate, gap)


def likert_arm(seed: int, shift: float, replicates: int, correlation: float = 0.6) -> Arm:
    """Draw thirty people's correlated answers of five points."""
    rng = np.random.default_rng(seed)
    first, own = rng.standard_normal((2, replicates, 30, 1))
    second = correlation * first + np.sqrt(1 - correlation**2) * own + shift
    before, after = (1 + np.digitize(x, [-1.5, -0.5, 0.5, 1.5]) for x in (first, second))
    return make_arm(before, after, np.array([30]))


def rejections(test: str, arms: tuple[Arm, Arm]) -> float:
    """Share of replicates with p <= .05 in the one question."""
    return float((TWO_ARMS[test](*arms, make_analysis()).pvalue[:, 0, 0] <= 0.05).mean())


@pytest.mark.parametrize("test", REFERENCES)
def test_level(test: str) -> None:
    """Without an effect 5% are rejected, but for Monte Carlo error and .004 of approximation."""
    replicates = 20_000
    level = rejections(test, (likert_arm(3, 0, replicates), likert_arm(4, 0, replicates)))
    assert abs(level - 0.05) < 4.4 * np.sqrt(0.05 * 0.95 / replicates) + 0.004


def test_adjusting_for_the_score_before_pays() -> None:
    """With correlated scores analysis of covariance has more power than the t test of changes."""
    replicates = 4000
    for correlation in (0.3, 0.6):
        arms = (
            likert_arm(5, 0.5, replicates, correlation),
            likert_arm(6, 0, replicates, correlation),
        )
        adjusted, plain = (rejections(test, arms) for test in ("ancova", "two_sample_t"))
        assert adjusted > plain + 4.4 * np.sqrt(2 * 0.25 / replicates)


@pytest.mark.parametrize("test", REFERENCES)
def test_intervals_cover(test: str) -> None:
    """Estimates are right on average, and 95% of their intervals hold the difference.

    The true difference of two arms that are drawn alike is 0; coverage is
    allowed .004 beyond Monte Carlo error, for scores are not normal.
    """
    replicates = 20_000
    arms = likert_arm(7, 0, replicates), likert_arm(8, 0, replicates)
    found = estimate_of(test, *arms)
    estimate, error = found.estimate[:, 0, 0], found.standard_error[:, 0, 0]
    assert abs(estimate.mean()) < 4.4 * estimate.std() / np.sqrt(replicates)
    covered = np.abs(estimate) <= stats.t.ppf(0.975, found.freedom[:, 0, 0]) * error
    assert abs(covered.mean() - 0.95) < 4.4 * np.sqrt(0.05 * 0.95 / replicates) + 0.004


def test_welch_keeps_its_level_where_arms_spread_unequally() -> None:
    """Where the fewer people vary more, Welch's test rejects at alpha, Student's too often."""
    rng, replicates, level = np.random.default_rng(31), 8000, {}
    few = np.rint(rng.normal(0, 3, (replicates, 15, 1))).astype(np.int16)
    many = np.rint(rng.normal(0, 1, (replicates, 45, 1))).astype(np.int16)
    arms = [Arm(part, np.zeros_like(part), np.array([part.shape[1]]), np.arange(part.shape[1]))
            for part in (few, many)]  # fmt: skip
    for test in ("welch_t", "two_sample_t"):
        level[test] = (TWO_ARMS[test](*arms, make_analysis()).pvalue <= 0.05).mean()
    error = np.sqrt(0.05 * 0.95 / replicates)
    assert abs(level["welch_t"] - 0.05) < 4 * error + 0.004
    assert level["two_sample_t"] > 0.1
