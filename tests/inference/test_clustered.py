"""Tests of clustered changes against plain implementations, and by their level and power."""

from dataclasses import replace

import numpy as np
import pytest
from oracles.samples import CLUSTERED, analyse, sample_of
from oracles.studies import make_analysis
from scipy.stats import nct, norm, rankdata, ttest_1samp
from scipy.stats import t as student

from sim.inference.result import MISSING
from sim.inference.sample import prorated_changes, unit

SITES = np.array([0, 0, 0, 1, 1, 2, 3, 3, 4, 4, 4, 4])


def rosner_glynn_lee(changes: list[int], sites: list[int]) -> float:
    """Plain z of the clustered signed-rank test, one data set."""
    kept = [(c, s) for c, s in zip(changes, sites, strict=True) if c not in (0, MISSING)]
    absolute = sorted(abs(c) for c, _ in kept)
    ranks = {a: np.mean([i + 1 for i, b in enumerate(absolute) if a == b]) for a in absolute}
    groups = {s: [np.sign(c) * ranks[abs(c)] for c, t in kept if t == s] for _, s in kept}
    parts = list(groups.values())
    g, n = len(parts), len(kept)
    if g < 2:
        return 0.0
    grand = sum(map(sum, parts)) / n
    correlation = 0.0
    if n > g:
        between = sum(len(p) * (np.mean(p) - grand) ** 2 for p in parts) / (g - 1)
        within = sum(((np.array(p) - np.mean(p)) ** 2).sum() for p in parts) / (n - g)
        size = (n - sum(len(p) ** 2 for p in parts) / n) / (g - 1)
        spread = between + (size - 1) * within
        correlation = min(max((between - within) / spread, 0), 1) if spread > 0 else 0.0
    weighted = [len(p) / (1 + (len(p) - 1) * correlation) * np.mean(p) for p in parts]
    whole = np.sqrt(sum(w**2 for w in weighted))
    return sum(weighted) / whole if whole > 0 else 0.0


def random_changes(seed: int, replicates: int = 60) -> np.ndarray:
    """Changes of twelve people in two endpoints, some missing."""
    rng = np.random.default_rng(seed)
    changes = rng.integers(-2, 4, (replicates, len(SITES), 2)).astype(np.int16)
    changes[rng.random(changes.shape) < 0.15] = MISSING
    changes[0, :, 0], changes[0, :, 1] = 0, MISSING
    return changes


def signed_rank_p(changes: np.ndarray) -> float:
    """Two-sided p-value of the plain implementation."""
    return float(2 * norm.sf(abs(rosner_glynn_lee(changes.tolist(), SITES.tolist()))))


def mean_t_p(changes: np.ndarray) -> float:
    """Two-sided p-value of SciPy's t test of the sites' means."""
    seen = changes != MISSING
    means = [changes[seen & (s == SITES)].mean() for s in np.unique(SITES[seen])]
    return float(ttest_1samp(means, 0).pvalue) if len(means) > 1 and np.ptp(means) > 0 else 1.0


def balances_p(changes: np.ndarray) -> float:
    """Two-sided p-value of the sites' means, each under the null as likely on the other side."""
    seen = changes != MISSING
    means = np.array([changes[seen & (s == SITES)].mean() for s in np.unique(SITES[seen])])
    return float(2 * norm.sf(abs(means.sum()) / np.sqrt((means**2).sum()))) if means.any() else 1.0


REFERENCES = {"clustered_signed_rank": signed_rank_p, "cluster_mean_t": mean_t_p,
              "clustered_mcnemar": balances_p}  # fmt: skip
"""An independent p-value for every registered test, by its name."""


def test_every_clustered_test_has_a_reference() -> None:
    """A test that is registered without a reference fails here."""
    assert set(CLUSTERED) == REFERENCES.keys()


@pytest.mark.parametrize("test", REFERENCES)
def test_pvalues_are_those_of_a_plain_implementation(test: str) -> None:
    """Every p-value equals the reference's; all-zero and all-missing changes give 1."""
    changes = random_changes(4)
    found = analyse(changes, np.array([12]), make_analysis(test=test), SITES)
    for r in range(len(changes)):
        for e in range(2):
            expected = REFERENCES[test](changes[r, :, e])
            assert found.pvalue[r, 0, e] == pytest.approx(expected, abs=1e-12)
    assert (found.pvalue[0] == 1).all()


@pytest.mark.parametrize("test", REFERENCES)
def test_rows_and_sizes_do_not_leak(test: str) -> None:
    """A replicate, and a size, gives alone what it gives among others."""
    changes, analysis = random_changes(5), make_analysis(test=test)
    whole = analyse(changes, np.array([4, 9, 12]), analysis, SITES)
    for r in range(5):
        alone = analyse(changes[r : r + 1], np.array([4, 9, 12]), analysis, SITES)
        assert np.array_equal(alone.pvalue[0], whole.pvalue[r])
    short = analyse(changes[:, :9], np.array([9]), analysis, SITES[:9])
    assert np.allclose(short.pvalue[:, 0], whole.pvalue[:, 1], atol=1e-14)


@pytest.mark.parametrize("test", REFERENCES)
def test_directions(test: str) -> None:
    """Turning every change around turns the one-sided tests around."""
    changes = random_changes(6)
    turned = np.where(changes == MISSING, MISSING, -changes).astype(np.int16)
    sizes = np.array([12])
    up = analyse(changes, sizes, make_analysis(test=test, alternative="greater"), SITES)
    down = analyse(turned, sizes, make_analysis(test=test, alternative="less"), SITES)
    assert np.allclose(up.pvalue, down.pvalue)
    assert np.array_equal(up.direction, -down.direction)


def test_equal_sites_are_the_balanced_test() -> None:
    """With as many changes at every site z is the sum of the sites' sums over its root square."""
    rng = np.random.default_rng(12)
    changes = rng.choice([-3, -2, -1, 1, 2, 3, 4], (50, 12, 1)).astype(np.int16)
    sites = np.arange(12) % 4
    found = analyse(changes, np.array([12]), make_analysis(test="clustered_signed_rank"), sites)
    for r in range(50):
        ranks = np.sign(changes[r, :, 0]) * rankdata(np.abs(changes[r, :, 0]))
        sums = np.bincount(sites, ranks)
        assert found.statistic[r, 0, 0] == pytest.approx(sums.sum() / np.sqrt((sums**2).sum()))


@pytest.mark.parametrize("test", REFERENCES)
def test_where_there_is_nothing_to_go_by(test: str) -> None:
    """One site, or sites that each add up to zero, give p = 1, no direction, no information."""
    analysis, sites = make_analysis(test=test, alternative="greater"), np.array([0, 0, 1, 1])
    changes = np.array([[1, 2, MISSING, MISSING], [1, -1, -2, 2], [0, 0, 0, 0]], np.int16)
    found = analyse(changes[..., None], np.array([2, 4]), analysis, sites)
    assert (found.pvalue == 1).all()
    assert not found.direction.any()
    assert not found.informative.any()


def test_sites_that_cancel_out() -> None:
    """Sites whose sums cancel give z = 0: p is 1 two-sided and one half on either side."""
    changes, sites = np.array([[[2], [2], [-2], [-2]]], np.int16), np.array([0, 0, 1, 1])
    for alternative, expected in (("two_sided", 1.0), ("greater", 0.5), ("less", 0.5)):
        for test in REFERENCES:
            analysis = make_analysis(test=test, alternative=alternative)
            found = analyse(changes, np.array([4]), analysis, sites)
            assert found.pvalue[0, 0, 0] == pytest.approx(expected)
            assert found.informative[0, 0, 0] == 2


def test_means_all_alike() -> None:
    """Site means that are all the same, and not zero, give p = 0 on their side."""
    changes, sites = np.array([[[1], [2], [0], [1], [2], [0]]], np.int16), np.repeat([0, 1], 3)
    for alternative, expected in (("two_sided", 0.0), ("greater", 0.0), ("less", 1.0)):
        analysis = make_analysis(test="cluster_mean_t", alternative=alternative)
        assert analyse(changes, np.array([6]), analysis, sites).pvalue[0, 0, 0] == expected


def test_one_member_a_site_is_the_ordinary_test() -> None:
    """With one person per site the clustered z is that of the tie-corrected signed-rank test."""
    changes = random_changes(7)
    alone = analyse(
        changes, np.array([12]), make_analysis(test="clustered_signed_rank"), np.arange(12)
    )
    plain = analyse(changes, np.array([12]), make_analysis(p_value="asymptotic"))
    enough = alone.informative >= 2
    assert np.allclose(alone.pvalue[enough], plain.pvalue[enough])


def clustered_normal(replicates: int, sites: int, each: int, icc: float, mean: float) -> np.ndarray:
    """Changes in hundredths of a normal model with equal clusters; (R, N, 1)."""
    rng = np.random.default_rng(sites + each)
    shared = np.sqrt(icc) * rng.standard_normal((replicates, sites, 1))
    own = np.sqrt(1 - icc) * rng.standard_normal((replicates, sites, each))
    values = mean + (shared + own).reshape(replicates, -1, 1)
    return np.rint(100 * values).astype(np.int16)


@pytest.mark.parametrize("mean", [0.0, 0.25])
def test_cluster_means_have_the_power_of_a_noncentral_t(mean: float) -> None:
    """For equal clusters the power is the non-central t with the variance inflated by the ICC."""
    replicates, sites, each, icc = 20_000, 30, 10, 0.1
    changes = clustered_normal(replicates, sites, each, icc, mean)
    found = analyse(
        changes, np.array([300]), make_analysis(test="cluster_mean_t"), np.repeat(range(30), 10)
    )
    critical = student.ppf(0.975, sites - 1)
    inflation = 1 + (each - 1) * icc
    shift = mean * np.sqrt(sites * each / inflation)
    power = nct.sf(critical, sites - 1, shift) + nct.cdf(-critical, sites - 1, shift)
    error = np.sqrt(power * (1 - power) / replicates)
    assert abs((found.pvalue <= 0.05).mean() - power) < 4 * error


def test_levels_with_and_without_regard_to_sites() -> None:
    """Thirty sites: the clustered test keeps its level about; the ordinary one exceeds it far."""
    replicates = 20_000
    changes = clustered_normal(replicates, 30, 10, 0.2, 0.0)
    sites, sizes = np.repeat(range(30), 10), np.array([300])
    level = {
        test: (analyse(changes, sizes, make_analysis(test=test, p_value="asymptotic"), sites)
               .pvalue <= 0.05).mean()
        for test in ("clustered_signed_rank", "signed_rank")
    }  # fmt: skip
    error = np.sqrt(0.05 * 0.95 / replicates)
    # the normal approximation with 30 sites: its own level is not exactly .05
    assert abs(level["clustered_signed_rank"] - 0.05) < 4 * error + 0.01
    assert level["signed_rank"] > 0.2


def test_prorated_totals() -> None:
    """A prorated total is D times the mean of what was answered, if that is half at least."""
    rng = np.random.default_rng(8)
    scores = rng.integers(0, 6, (40, 9, 7, 2)).astype(np.int8)
    found = prorated_changes(scores)
    for r in range(40):
        for i in range(9):
            times = [scores[r, i, :, t][scores[r, i, :, t] > 0] for t in (0, 1)]
            if min(map(len, times)) < 4:
                assert found[r, i] == MISSING
            else:
                expected = 7 * (times[1].mean() - times[0].mean())
                assert found[r, i] / unit(7) == pytest.approx(expected)


def test_ranked_totals_give_the_same_test() -> None:
    """Coding prorated changes by their order leaves every rank test as it is."""
    rng = np.random.default_rng(9)
    changes = rng.integers(-60, 90, (30, 12, 3)).astype(np.int16)
    changes[rng.random(changes.shape) < 0.1] = MISSING
    for test in ("signed_rank", "clustered_signed_rank"):
        analysis = make_analysis(test=test)
        whole = replace(sample_of(changes, SITES), units=np.array([1, 1, 0.1]))
        coded = whole.as_tested(analysis).changes
        assert not np.array_equal(coded, changes)
        plain, ranked = (analyse(c, np.array([12]), analysis, SITES) for c in (changes, coded))
        assert np.array_equal(plain.pvalue, ranked.pvalue)
