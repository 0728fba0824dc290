"""Power and level of Likert studies in sites: as the intraclass correlation foretells."""

from dataclasses import fields, replace

import numpy as np
import pytest
from oracles.samples import analyse, endpoint_changes
from oracles.studies import make_analysis, small_study, task_of
from oracles.totals import mean_changes, observed_icc
from scipy.stats import nct
from scipy.stats import t as student

from sim import compose_study
from sim.cohorts import Population, arms_by_role, draw_cohort, role_arms, without_effect
from sim.inference.rules import decision_rules
from sim.power.monte_carlo import simulate_block
from sim.power.task import BlockTask

SITES = {
    "stated_as": "latent", "icc": 0.2, "shared_icc": 0.0,
    "accrual": "round_robin", "sites": 30, "per_site": 10, "size_variation": 0.0,
}  # fmt: skip
REPLICATES = 10_000


def people(shift: float = 0.25, **changed: object) -> Population:
    """Mentors of three domains at thirty sites."""
    effect = {"shift": (shift, 0.0, 1.2 * shift)}
    return role_arms(small_study(clusters={"site": {**SITES, **changed}}, effect=effect), 0)[0]


def changes_of(population: Population, n: int, replicates: int, seed: int) -> np.ndarray:
    """Simulated changes, (R, N, E)."""
    rng = np.random.default_rng(seed)
    return endpoint_changes(draw_cohort(population, n, replicates, rng).scores)


@pytest.mark.parametrize("effect", [True, False])
def test_power_is_that_of_the_inflated_variance(effect: bool) -> None:  # noqa: FBT001
    """With 30 sites of 10 the power is the non-central t with 1 + 9 times the observed ICC."""
    population = people() if effect else without_effect(people())
    assert population.clusters is not None
    cuts = population.pre_cuts, population.post_cuts[:, 0]
    icc = observed_icc(population.clusters.levels[0].share, *cuts, population.correlation)
    changes = changes_of(population, 300, REPLICATES, 41)
    variance = changes[:, :20].astype(float).var(axis=(0, 1))
    shift = mean_changes(population) / np.sqrt(variance * (1 + 9 * icc) / 300)
    critical = student.ppf(0.975, 29)
    power = nct.sf(critical, 29, shift) + nct.cdf(-critical, 29, shift)
    analysis = make_analysis(test="cluster_mean_t", p_value="auto")
    found = analyse(changes, np.array([300]), analysis, population.clusters.sites(300))
    rejected = (found.pvalue[:, 0] <= 0.05).mean(axis=0)
    assert (np.abs(rejected - power) < 4 * np.sqrt(power * (1 - power) / REPLICATES)).all()


@pytest.mark.parametrize("test", ["clustered_signed_rank", "cluster_mean_t"])
@pytest.mark.parametrize("variation", [0.0, 0.6])
def test_levels_of_clustered_tests(test: str, variation: float) -> None:
    """With 30 sites, equal or not, and a latent correlation of .2 the level is nominal."""
    population = without_effect(people(size_variation=variation))
    assert population.clusters is not None
    changes = changes_of(population, 300, REPLICATES, 42)
    analysis = make_analysis(test=test, p_value="auto")
    found = analyse(changes, np.array([300]), analysis, population.clusters.sites(300))
    level = (found.pvalue[:, 0] <= 0.05).mean(axis=0)
    # .003: the normal and t approximations with 30 sites (20,000 runs gave .049 to .051)
    assert (np.abs(level - 0.05) < 4 * np.sqrt(0.05 * 0.95 / REPLICATES) + 0.003).all()


def test_mentees_shared_across_sites_inflate_the_level() -> None:
    """Where mentors of different sites share mentees, a test that looks at sites is too bold."""
    stated = {"icc": 0.0, "shared_icc": 0.4, "sites": 10}
    population = without_effect(people(**stated))
    assert population.clusters is not None
    changes = changes_of(population, 120, 4 * REPLICATES, 43)[..., -1:]
    analysis = make_analysis(test="cluster_mean_t", p_value="auto")
    found = analyse(changes, np.array([120]), analysis, population.clusters.sites(120))
    level = (found.pvalue <= 0.05).mean()
    assert level > 0.05 + 4 * np.sqrt(0.05 * 0.95 / (4 * REPLICATES))
    assert level < 0.08


def task(words: list[str]) -> BlockTask:
    """Both roles of a study in sites, at two sizes."""
    study = compose_study(["experiment=scale_up", "effect.prior=null", *words])
    populations = [arms[0] for arms in arms_by_role(study)]
    sizes = tuple(tuple(study.participants(r, p) for p in (12, 30)) for r in range(2))
    return task_of(populations, sizes, study.analysis, decision_rules(study), 3, 200)


def test_a_role_does_not_move_the_other() -> None:
    """Clusters and missing answers of the mentors leave every count of the mentees as it was."""
    plain, changed = task([]), task(["clusters=sites", "missing=mar", "missing.item_rate=0.05"])
    mixed = replace(plain, roles=(changed.roles[0], plain.roles[1]))
    before, after = simulate_block(plain, 0), simulate_block(mixed, 0)
    moved = 0
    for field in fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name in ("replicates", "rule_rejected", "rule_won"):
            continue
        if field.name == "families":
            assert np.array_equal(old[:, 1], new[:, 1])
            continue
        assert np.array_equal(old[:, 8:], new[:, 8:]), field.name
        moved += not np.array_equal(old[:, :8], new[:, :8])
    assert moved > 5


def test_a_longer_study_begins_with_the_shorter() -> None:
    """With sites, shared mentees and every kind of missing answer, sizes do not know each other."""
    words = ["clusters=sites", "clusters.site.shared_icc=0.1", "clusters.site.size_variation=0.5"]
    words += ["clusters.site.accrual=in_turn", "missing=mnar", "missing.item_rate=0.05"]
    words += ["analysis.test=clustered_signed_rank"]
    whole = task(words)
    roles = tuple((replace(arm, sizes=arm.sizes[:1]),) for (arm,) in whole.roles)
    short = replace(whole, roles=roles)
    some, every = simulate_block(short, 1), simulate_block(whole, 1)
    for field in fields(some):
        if field.name != "replicates":
            assert np.array_equal(getattr(some, field.name)[0], getattr(every, field.name)[0])
