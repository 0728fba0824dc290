"""The effect dictionary against brute-force sums over the table."""

import numpy as np
import pytest
from oracles.checks import within_error
from oracles.latent import cell_table, changes_of_table
from oracles.studies import PRE, small_study
from oracles.totals import true_effects
from scipy import stats

from sim.cohorts import Population, change_pmf, draw_cohort, role_arms, without_effect

SKEWED = (0.05, 0.10, 0.20, 0.25, 0.40)
TABLE = ((0.1, 0.1, 0.0), (0.0, 0.3, 0.2), (0.05, 0.0, 0.25))
CYCLE = ((0.1, 0.2, 0.0), (0.0, 0.2, 0.2), (0.2, 0.0, 0.1))


def people(effect: dict, pre: tuple = PRE, **correlation: object) -> Population:
    """Mentors of a small study."""
    study = small_study(
        effect=effect,
        questionnaire={"points": len(pre)},
        roles={"mentor": {"pre": pre}, "mentee": None},
        correlation=correlation,
    )
    return role_arms(study, 0)[0]


def brute_table(post: np.ndarray, rho: float = 0.5) -> np.ndarray:
    """Table of the default people before and a distribution after."""
    cuts = [stats.norm.ppf(np.cumsum(marginal)[:-1]) for marginal in (np.array(PRE), post)]
    return cell_table(cuts[0], cuts[1], rho)


EFFECTS = {
    "shift": {"shift": 0.5},
    "odds_ratio": {"odds_ratio": 2.0},
    "post": {"post": SKEWED},
    "median": {"median": 4},
    "worse": {"shift": -0.7},
}


@pytest.mark.parametrize("pre", [PRE, (0.092, 0.908), (0.3, 0.1, 0.6)])
def test_changes_without_variance(pre: tuple) -> None:
    """Where before and after are one, no change varies, whatever rounding leaves."""
    found = true_effects(people({}, pre, pre_post=1.0, items=1.0))
    assert np.array_equal(found.sd_change, np.zeros(4))
    assert np.isnan(found.standardised).all()


@pytest.mark.parametrize("effect", EFFECTS)
def test_changes_by_brute_force(effect: str) -> None:
    """Better, same, worse, mean change, SD and d_z follow from an integrated table."""
    population = people(EFFECTS[effect])
    found = true_effects(population)
    pmf = changes_of_table(brute_table(population.post[0]))
    mean = sum(change * p for change, p in pmf.items())
    spread = np.sqrt(sum(change**2 * p for change, p in pmf.items()) - mean**2)
    better = sum(p for change, p in pmf.items() if change > 0)
    worse = sum(p for change, p in pmf.items() if change < 0)
    assert np.allclose(change_pmf(population)[0], [pmf[c] for c in range(-4, 5)], atol=1e-9)
    assert found.better[0] == pytest.approx(better, abs=1e-9)
    assert found.worse[0] == pytest.approx(worse, abs=1e-9)
    assert found.same[0] == pytest.approx(pmf[0], abs=1e-9)
    assert found.superiority[0] == pytest.approx(better + pmf[0] / 2, abs=1e-9)
    assert found.mean_change[0] == pytest.approx(mean, abs=1e-9)
    assert found.sd_change[0] == pytest.approx(spread, abs=1e-9)
    assert found.standardised[0] == pytest.approx(mean / spread, abs=1e-8)


def test_what_was_stated_is_said_back() -> None:
    """A shift and an odds ratio are the same at every cut, as stated; a post marginal need not."""
    by_shift, by_odds = (true_effects(people(EFFECTS[kind])) for kind in ("shift", "odds_ratio"))
    assert np.allclose(by_shift.shift, 0.5)
    assert np.allclose(by_odds.odds_ratio, 2.0)
    assert np.ptp(true_effects(people(EFFECTS["post"])).shift[0]) > 0.05


def test_medians_ceiling_and_start() -> None:
    """Medians, mean before and the share at the top are those of the marginals."""
    found = true_effects(people(EFFECTS["median"]))
    assert found.pre_median.tolist() == [3, 3, 3]
    assert found.post_median.tolist() == [4, 4, 4]
    assert np.allclose(found.ceiling, 0.1)
    assert np.allclose(found.pre_mean, [3, 3, 3, 9])
    assert true_effects(people({}, SKEWED)).pre_median[0] == 4


def test_median_between_two_points() -> None:
    """Where exactly half lie on either side the median before is the midpoint."""
    halves = (0.2, 0.3, 0.3, 0.1, 0.1)
    assert true_effects(people({}, halves)).pre_median[0] == 2.5


@pytest.mark.parametrize("domains", [-0.4, 0.0, 0.5, 1.0])
def test_total_by_simulation(domains: float) -> None:
    """Mean and SD of the total's change fit drawn people within their standard error."""
    population = people(EFFECTS["shift"], items=domains, pre_post=0.3)
    found = true_effects(population)
    scores = draw_cohort(population, 50, 1000, np.random.default_rng(9)).scores.astype(int)
    totals = np.diff(scores.sum(axis=2), axis=-1).ravel()
    squares = (totals - found.mean_change[-1]) ** 2
    count = np.sqrt(totals.size)
    assert found.mean_change[-1] == pytest.approx(found.mean_change[:-1].sum())
    assert within_error(totals.mean(), found.mean_change[-1], totals.std() / count)
    assert within_error(squares.mean(), found.sd_change[-1] ** 2, squares.std() / count)


def test_total_of_one_and_the_same_domain() -> None:
    """Domains that are one and the same add their SDs; independent ones their variances."""
    same = true_effects(people(EFFECTS["shift"], items=1.0))
    apart = true_effects(people(EFFECTS["shift"], items=0.0))
    assert same.sd_change[-1] == pytest.approx(3 * same.sd_change[0])
    assert apart.sd_change[-1] == pytest.approx(np.sqrt(3) * apart.sd_change[0])


def test_true_nulls_and_symmetry() -> None:
    """No effect is a true null; equal marginals with lopsided changes are, but not symmetric."""
    nothing = true_effects(people({}))
    assert nothing.true_null.all()
    assert nothing.symmetric.all()
    cycle = true_effects(people({"joint": CYCLE}, (0.3, 0.4, 0.3)))
    assert cycle.true_null.all()
    assert not cycle.symmetric.any()
    mixed = {"items": {"a": {}}, "otherwise": EFFECTS["shift"]}
    assert true_effects(people(mixed)).true_null.tolist() == [True, False, False, False]


def test_changed_shape_with_equal_mean() -> None:
    """A distribution that widens around its mean is an effect, though the mean change is zero."""
    found = true_effects(people({"post": (0.2, 0.1, 0.4, 0.1, 0.2)}))
    assert np.allclose(found.mean_change, 0, atol=1e-12)
    assert not found.true_null.any()


def test_nobody_ever_changes() -> None:
    """Without change the standardised effect is undefined, not infinite."""
    found = true_effects(people({}, pre_post=1.0))
    assert np.allclose(found.same, 1)
    assert np.isnan(found.standardised[0])


@pytest.mark.parametrize("effect", [*EFFECTS, "joint", "cycle"])
def test_effect_removed(effect: str) -> None:
    """Without the effect every table is symmetric and the scores before are as they were."""
    tables = {"joint": TABLE, "cycle": CYCLE}
    if effect in tables:
        pre = tuple(np.sum(tables[effect], axis=1))
        population = people({"joint": tables[effect]}, pre)
    else:
        population = people(EFFECTS[effect])
    removed = without_effect(population)
    assert np.allclose(removed.tables, removed.tables.transpose(0, 2, 1), rtol=0, atol=1e-12)
    found = true_effects(removed)
    assert found.true_null.all()
    assert found.symmetric.all()
    if effect not in tables:
        assert np.allclose(removed.pre, population.pre, rtol=0, atol=1e-12)
        assert np.allclose(removed.correlation, population.correlation)


def test_effect_removed_from_a_table_keeps_the_sizes_of_change() -> None:
    """A table without its effect has the same absolute changes, in either direction alike."""
    population = people({"joint": TABLE}, (0.2, 0.5, 0.3))
    before, after = change_pmf(population)[0], change_pmf(without_effect(population))[0]
    assert np.allclose(after, (before + before[::-1]) / 2, rtol=0, atol=1e-12)
