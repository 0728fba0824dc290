"""No test loses a digit with 100,000 people: each against SciPy, or the definition, on few samples.

Whole numbers that are summed over people, squared and multiplied by as many outgrow 32 bits, and
some 64, long before that.
"""

from collections.abc import Callable

import numpy as np
import pytest
from oracles.samples import TWO_ARMS, Arm, sample_of
from oracles.studies import make_analysis
from scipy import stats
from statsmodels.regression.linear_model import OLS

from sim.inference.registry import TESTS as REGISTERED
from sim.inference.sample import endpoint_changes
from sim.study.endpoints import Endpoints
from sim.study.methods import TESTS

N, OTHERS = 100_000, 60_000
SITES = np.arange(N) % 500
SIZES = np.array([40_000, N])


def answers(people: int, seed: int, rise: float) -> tuple[np.ndarray, np.ndarray]:
    """Answers of eleven points before and after, (N,), of whom a few rise more than others fall."""
    rng = np.random.default_rng(seed)
    before = rng.integers(1, 12, people)
    step = rng.choice([-10, -1, 0, 1, 10], people, p=[0.2, 0.2, 0.2 - rise, 0.2, 0.2 + rise])
    return before, np.clip(before + step, 1, 11)


BEFORE, AFTER = answers(N, 1, 0.005)
CHANGES = AFTER - BEFORE


def signed_rank(x: np.ndarray) -> float:
    """Two-sided p by SciPy's normal approximation."""
    return float(stats.wilcoxon(x, correction=False, method="asymptotic").pvalue)


def normal(z: float) -> float:
    """Two-sided p of a standard normal statistic."""
    return float(2 * stats.norm.sf(abs(z)))


def munzel_brunner(x: np.ndarray) -> float:
    """Paired ranks: half the t of the placements' differences, from SciPy's ranks."""
    pre, post = BEFORE[: len(x)], AFTER[: len(x)]
    whole = stats.rankdata(np.concatenate([pre, post]))
    within = [stats.rankdata(times) for times in (pre, post)]
    placed = (whole[len(x) :] - within[1]) - (whole[: len(x)] - within[0])
    # the relative effect is moved by half of what the two times' placements are apart
    t = stats.ttest_1samp(placed, 0.0).statistic / 2
    return float(2 * stats.t.sf(abs(t), len(x) - 1))


def site_means(x: np.ndarray) -> np.ndarray:
    """Mean of every site."""
    sites = SITES[: len(x)]
    return np.asarray(np.bincount(sites, x) / np.bincount(sites))


def clustered_signed_rank(x: np.ndarray) -> float:
    """Sites' sums of signed ranks, weighted by 1 / (1 + (m - 1) ICC), the ICC by anova."""
    moved, sites = x[x != 0], SITES[: len(x)][x != 0]
    ranks = np.sign(moved) * stats.rankdata(np.abs(moved))
    m, total = np.bincount(sites), np.bincount(sites, ranks)
    number, people = len(m), len(moved)
    mean = total / m
    between = (m * (mean - ranks.mean()) ** 2).sum() / (number - 1)
    inside = ((ranks - mean[sites]) ** 2).sum() / (people - number)
    size = (people - (m**2).sum() / people) / (number - 1)
    icc = np.clip((between - inside) / (between + (size - 1) * inside), 0, 1)
    weighted = total / (1 + (m - 1) * icc)
    return normal(weighted.sum() / np.sqrt((weighted**2).sum()))


ONE: dict[str, Callable[[np.ndarray], float]] = {
    "signed_rank": signed_rank,
    "sign": lambda x: normal(np.sign(x).sum() / np.sqrt((x != 0).sum())),
    "mcnemar": lambda x: normal(np.sign(x).sum() / np.sqrt((x != 0).sum())),
    "sign_flip": lambda x: normal(x.sum() / np.sqrt((x.astype(float) ** 2).sum())),
    "paired_t": lambda x: float(stats.ttest_1samp(x, 0.0).pvalue),
    "munzel_brunner": munzel_brunner,
    "cluster_mean_t": lambda x: float(stats.ttest_1samp(site_means(x), 0.0).pvalue),
    "clustered_signed_rank": clustered_signed_rank,
    "clustered_mcnemar": lambda x: normal(
        site_means(x).sum() / np.sqrt((site_means(x) ** 2).sum())
    ),
}


def test_every_test_of_one_group_is_among_them() -> None:
    """A new test is compared as well; models that are fitted are not run at such sizes."""
    tests = {name for name, facts in TESTS.items() if facts.arms == 1 and not facts.fitted}
    assert tests == set(ONE)


@pytest.mark.parametrize("test", ONE)
def test_one_group(test: str) -> None:
    """The p-value at 40,000 and at 100,000 people is the reference's."""
    values = np.sign(CHANGES) if TESTS[test].has_cut else CHANGES
    changes = np.repeat(values.astype(np.int16)[None, :, None], 2, axis=2)  # (1, N, 2)
    analysis = make_analysis(test=test, p_value="auto")
    before = np.repeat(BEFORE[None, :, None], 2, axis=2)
    found = REGISTERED[test]((sample_of(changes, SITES, before),), (SIZES,), analysis)
    expected = [ONE[test](values[:n]) for n in SIZES]
    assert 1e-100 < min(expected) < 0.9
    np.testing.assert_allclose(found.pvalue[0, :, 0], expected, rtol=1e-6)


def ancova(pre: list[np.ndarray], post: list[np.ndarray]) -> float:
    """The arm's coefficient in the regression of the answer after on that before."""
    arm = np.repeat([1.0, 0.0], [len(pre[0]), len(pre[1])])
    design = np.column_stack([np.ones(len(arm)), arm, np.concatenate(pre)])
    return float(OLS(np.concatenate(post).astype(float), design).fit().pvalues[1])


def two_arm_pvalue(test: str, n: int, others: int) -> float:
    """Two-sided p of the first n treated against so many controls."""
    pre, post = answers(OTHERS, 2, 0.0)
    x, y = CHANGES[:n], (post - pre)[:others]
    match test:
        case "mann_whitney":
            found = stats.mannwhitneyu(x, y, use_continuity=False, method="asymptotic")
        case "ancova":
            return ancova([BEFORE[:n], pre[:others]], [AFTER[:n], post[:others]])
        case "cluster_mean_two_sample_t":
            found = stats.ttest_ind(site_means(x), site_means(y))
        case _:
            found = stats.ttest_ind(x, y, equal_var=test == "two_sample_t")
    return float(found.pvalue)


@pytest.mark.parametrize("test", TWO_ARMS)
def test_two_arms(test: str) -> None:
    """The p-value of 100,000 treated and 60,000 controls is the reference's."""
    arms = []
    for people, seed, rise in ((N, 1, 0.005), (OTHERS, 2, 0.0)):
        before, after = answers(people, seed, rise)
        both = np.stack([before, after], axis=-1).astype(np.int8)[None, :, None]  # (1, N, 1, 2)
        changes = endpoint_changes(both, Endpoints.with_total(1))
        twice = np.repeat(before.astype(np.int16)[None, :, None], 2, axis=2)
        arms.append(Arm(changes, twice, np.array([people // 2, people]), SITES[:people]))
    found = TWO_ARMS[test](*arms, make_analysis(test=test, p_value="auto"))
    expected = [
        two_arm_pvalue(test, n, others)
        for n, others in zip(*(arm.sizes for arm in arms), strict=True)
    ]
    np.testing.assert_allclose(found.pvalue[0, :, 0], expected, rtol=1e-6)
