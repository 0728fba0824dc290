"""Looks replicate by replicate, in plain loops: every stop must be the same."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from oracles.studies import CONTROL, small_study
from scipy.special import bdtrc, ndtr, stdtr
from scipy.stats import rankdata

from sim.cohorts import arms_by_role
from sim.compute.streams import Purpose
from sim.inference.result import MISSING
from sim.inference.sample import Sample
from sim.jobs.tasks import block_task
from sim.power.monte_carlo import simulate_block
from sim.power.role import draw_samples
from sim.power.tally import LookTally
from sim.sequential.boundaries import solve_boundaries
from sim.study import Study

STUDIES = 25
TESTS = ("paired_t", "sign", "signed_rank", "cluster_mean_t", "two_sample_t")
BOUNDARIES = (("pocock", None), ("obrien_fleming_spending", None), ("hwang_shih_decani", 1.0))
SITES = {"site": {"sites": 6, "accrual": "in_turn", "per_site": 1, "icc": 0.2}}


def random_study(seed: int) -> Study:
    """Draw a design: every test comes up once in five."""
    rng = np.random.default_rng([2026, seed])
    test = TESTS[seed % len(TESTS)]
    boundary, parameter = BOUNDARIES[rng.integers(len(BOUNDARIES))]
    shares = np.sort(rng.choice([0.3, 0.45, 0.6, 0.8], rng.integers(1, 4), replace=False))
    changes: dict[str, Any] = {
        "success": {"it": str(rng.choice(["any of items", "all of items", "at least 2 of items"]))},
        "primary": "it",
        "effect": {"shift": float(rng.choice([0.4, 0.6, 0.8]))},
        "analysis": {
            "test": test,
            "p_value": "asymptotic" if test == "signed_rank" else "auto",
            "alternative": str(rng.choice(["two_sided", "greater"])),
            "adjustment": str(rng.choice(["none", "bonferroni", "holm"])),
        },
        "interim": {
            "looks": tuple(shares.tolist()),
            "boundary": boundary,
            "parameter": parameter,
            "futility": {"p": 0.3} if rng.integers(2) else None,
        },
        "design": {"n": (14, 31)},
        "missing": {"rate": 0.2} if rng.integers(2) else {},
        "monte_carlo": {"block_size": STUDIES},
    }
    if test == "cluster_mean_t":
        changes["clusters"] = SITES
    if test == "two_sample_t":
        changes["control"] = CONTROL
    return small_study(**changes)


def one_sided(study: Study, arms: list[np.ndarray], sites: np.ndarray) -> tuple[float, float]:
    """P-values for a rise and for a fall of one endpoint, by their textbook formulae."""
    seen = [arm[arm != MISSING].astype(float) for arm in arms]
    test = study.analysis.test
    if test == "sign":
        rises, falls = (seen[0] > 0).sum(), (seen[0] < 0).sum()
        return tuple(float(bdtrc(k - 1, rises + falls, 0.5)) if k else 1.0 for k in (rises, falls))
    if test == "signed_rank":
        moved = seen[0][seen[0] != 0]
        if not len(moved):
            return 1.0, 1.0
        ranks = rankdata(np.abs(moved))
        z = (ranks * np.sign(moved)).sum() / np.sqrt((ranks**2).sum())
        return float(ndtr(-z)), float(ndtr(z))
    if test == "cluster_mean_t":
        here = sites[arms[0] != MISSING]
        seen = [np.array([seen[0][here == site].mean() for site in np.unique(here)])]
    freedom = sum(map(len, seen)) - len(seen)
    if freedom < 1 or min(map(len, seen)) < 1:
        return 1.0, 1.0
    change = seen[0].mean() - (seen[1].mean() if len(seen) > 1 else 0.0)
    pooled = sum(((part - part.mean()) ** 2).sum() for part in seen) / freedom
    if pooled < 1e-12:  # all alike
        return (1.0, 1.0) if abs(change) < 1e-12 else (float(change < 0), float(change > 0))
    t = change / np.sqrt(pooled * sum(1 / len(part) for part in seen))
    return float(stdtr(freedom, -t)), float(stdtr(freedom, t))


def passed(study: Study, pvalues: list[float], share: float, look: int) -> set[int]:
    """Endpoints that are significant at a look, by Bonferroni or Holm with local boundaries."""
    m, sides = len(pvalues), 2 if study.analysis.alternative == "two_sided" else 1
    interim, rejected = study.interim, set[int]()
    for step, place in enumerate(np.argsort(pvalues, kind="stable")):
        left = {"none": 1, "bonferroni": m, "holm": m - step}[study.analysis.adjustment]
        level = solve_boundaries(
            interim.shares, 0.05 / left, sides, interim.boundary, interim.parameter
        ).nominal[look]
        if pvalues[place] > level:
            break
        rejected.add(int(place))
    return rejected


def end_of(study: Study, samples: tuple[Sample, ...], r: int, size: int) -> tuple[int, str, bool]:
    """Look at which one replicate of one size ends, why, and whether the rule is won there."""
    shares, (rule,) = study.interim.shares, study.success.values()
    needed = {"any": 1, "all": 3, "at_least": 2}[rule.kind]
    for look, share in enumerate(shares):
        people = study.arm_participants(0, int(np.ceil(share * size - 1e-9)))
        arms = [part.changes[r, :n] for part, n in zip(samples, people, strict=True)]
        sites = samples[0].sites[: people[0]]
        both = [one_sided(study, [arm[:, e] for arm in arms], sites) for e in range(3)]
        two_sided = study.analysis.alternative == "two_sided"
        pvalues = [min(1.0, 2 * min(p)) if two_sided else p[0] for p in both]
        rejected = passed(study, pvalues, share, look)
        won = {e for e in rejected if both[e][0] < both[e][1]}
        if len(rejected) >= needed:
            return look, "met", len(won) >= needed
        futile = study.interim.futility is not None and look < len(shares) - 1
        if futile and sum(rise <= study.interim.futility.p[0] for rise, _ in both) < needed:
            return look, "futile", False
    return len(shares) - 1, "end", False


SEEDS = [pytest.param(seed, marks=[pytest.mark.long] if seed >= 5 else []) for seed in range(15)]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_study_ends_where_a_plain_loop_ends_it(seed: int) -> None:
    """Stops for success and for futility, and wins, are those of plain loops."""
    study = random_study(seed)
    task = block_task(study, arms_by_role(study), Purpose.MAIN, STUDIES)
    tally, samples = simulate_block(task, 0), draw_samples(task, 0, 0)
    assert isinstance(tally, LookTally)
    counts = {name: np.zeros_like(tally.ended_met) for name in ("met", "won", "futile")}
    for (k, size), r in product(enumerate(study.sizes), range(STUDIES)):
        look, why, won = end_of(study, samples, r, size)
        if why != "end":
            counts[why][k, look] += 1
        counts["won"][k, look] += won
    assert np.array_equal(tally.ended_met, counts["met"])
    assert np.array_equal(tally.ended_won, counts["won"])
    assert np.array_equal(tally.ended_futile, counts["futile"])
