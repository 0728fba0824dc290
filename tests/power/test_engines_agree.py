"""The exact engine and the simulation give the same powers, within the simulation's error."""

from typing import Any

import numpy as np
import pytest
from oracles.studies import PRE, make_analysis, make_task, population_of_changes, small_study

from sim.compute.executors import InProcessExecutor
from sim.inference.rules import decision_rules
from sim.jobs.search import Search
from sim.power.exact import exact_rejection
from sim.power.operating import OperatingCharacteristics
from sim.power.simulate import simulate
from sim.study import Analysis

ERRORS = 4.0
"""Monte Carlo standard errors allowed."""
BLOCKS, BLOCK = 20, 500
OPTIONS = {
    "signed_rank": ("exact", "auto", "asymptotic"),
    "sign": ("exact", "auto", "asymptotic", "mid_p"),
    "sign_flip": ("exact", "auto", "asymptotic"),
    "paired_t": ("auto",),
}


def random_analysis(rng: np.random.Generator) -> Analysis:
    """Draw a test with its options and level."""
    test = str(rng.choice(list(OPTIONS)))
    stated: dict[str, Any] = {
        "test": test,
        "p_value": str(rng.choice(OPTIONS[test])),
        "alternative": str(rng.choice(["two_sided", "greater", "less"])),
        "alpha": float(rng.choice([0.01, 0.05, 0.0625, 0.125, 0.2])),
        "exact_limit": int(rng.integers(3, 15)),
    }
    if test == "signed_rank":
        stated["zeros"] = str(rng.choice(["wilcox", "pratt"]))
        stated["continuity"] = bool(stated["p_value"] == "asymptotic" and rng.random() < 0.5)
    return make_analysis(**stated)


def random_changes(rng: np.random.Generator) -> dict[int, float]:
    """Draw a distribution of changes on a scale of two to five points, half of them upwards."""
    reach = int(rng.integers(1, 5))
    values = np.arange(-reach, reach + 1)
    chances = rng.dirichlet(np.ones(len(values))) * np.exp(rng.uniform(-0.5, 0.8) * values)
    return dict(zip(values.tolist(), (chances / chances.sum()).tolist(), strict=True))


def standard_errors(seed: int) -> np.ndarray:
    """Differences of rejection and win in standard errors, at three sizes of one random design."""
    rng = np.random.default_rng([77, seed])
    analysis, changes = random_analysis(rng), random_changes(rng)
    sizes = tuple(np.sort(rng.choice(np.arange(2, 31), 3, replace=False)).tolist())
    task = make_task(population_of_changes(changes), sizes, analysis, seed=seed, block_size=BLOCK)
    tally = simulate(task, range(BLOCKS), InProcessExecutor())
    exact = exact_rejection(list(changes.values()), sizes, analysis)
    truth = np.clip(np.array([exact.power, exact.win]), 0, 1)
    seen = np.array([tally.rejected[:, 0], tally.won[:, 0]]) / tally.replicates
    # a probability near 0 or 1 is allowed the one event in all replicates that it may bring
    spread = np.sqrt(truth * (1 - truth) / tally.replicates) + 1 / tally.replicates
    return np.abs(seen - truth) / spread


@pytest.mark.parametrize("seed", range(25))
def test_random_designs(seed: int) -> None:
    """Rejection and win agree within 4 standard errors at every size."""
    assert (standard_errors(seed) < ERRORS).all()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(25, 150))
def test_more_random_designs(seed: int) -> None:
    """The same for 125 more."""
    assert (standard_errors(seed) < ERRORS).all()


def test_errors_are_standard_ones() -> None:
    """Over the random designs the differences are as large as their errors say, not smaller."""
    found = np.concatenate([standard_errors(seed)[0] for seed in range(12)])
    assert 0.3 < np.sqrt(np.mean(found**2)) < 1.7


def searched(engine: str, adjustment: str) -> OperatingCharacteristics:
    """Operating characteristics of a rule on one domain of three."""
    rule = "b"
    study = small_study(
        engine=engine,
        primary="own",
        success={"own": rule},
        analysis={"adjustment": adjustment},
        design={"n": (8, 15, 24)},
        monte_carlo={"replicates": 10_000, "search_replicates": 10_000, "block_size": 500},
    )
    return Search(study, decision_rules(study), InProcessExecutor()).run().main


@pytest.mark.parametrize("adjustment", ["none", "bonferroni", "sidak"])
def test_adjusted_rule_on_one_domain(adjustment: str) -> None:
    """Under engine=auto such a rule is exact and equals its simulation within the error."""
    exact, simulated = searched("auto", adjustment), searched("monte_carlo", adjustment)
    assert (exact.rule_engines, simulated.rule_engines) == (("exact",), ("monte_carlo",))
    for name in ("rule_rejection", "rule_win"):
        truth, seen = getattr(exact, name), getattr(simulated, name)
        assert (truth.mcse == 0).all()
        assert (np.abs(seen.value - truth.value) < ERRORS * seen.mcse).all()
    assert (exact.rule_win.value < exact.roles[0].measures.win.value[:, [1]] + 1e-12).all()


def test_both_roles_in_a_ratio() -> None:
    """The sum of a role that has the same people at several sizes is sampled at all of them."""
    stated: dict[str, Any] = {
        "roles": {"mentor": {"pre": PRE}, "mentee": {"pre": PRE, "effect": {"shift": 0.8}}},
        "design": {"n": tuple(range(14, 24)), "ratio": (3, 2)},
        "monte_carlo": {"replicates": 5000, "search_replicates": 100, "block_size": 500},
    }
    found = {}
    for engine in ("auto", "monte_carlo"):
        study = small_study(engine=engine, **stated)
        found[engine] = Search(study, decision_rules(study), InProcessExecutor()).run().main
    for known, simulated in zip(found["auto"].roles, found["monte_carlo"].roles, strict=True):
        assert known.engines[-1] == "sampled"
        for name in ("rejection", "win"):
            one, other = getattr(known.measures, name), getattr(simulated.measures, name)
            error = ERRORS * np.hypot(one.mcse, other.mcse)[:, -1]
            assert (np.abs(one.value - other.value)[:, -1] < error).all()
    assert len(set(found["auto"].roles[1].n)) < len(found["auto"].sizes)


def test_endpoints_under_auto() -> None:
    """Under engine=auto domains are exact, the total is sampled; both equal their simulation."""
    exact, simulated = searched("auto", "holm"), searched("monte_carlo", "holm")
    for name in ("rejection", "win"):
        truth = getattr(exact.roles[0].measures, name)
        seen = getattr(simulated.roles[0].measures, name)
        assert (np.abs(seen.value - truth.value) <= ERRORS * np.hypot(seen.mcse, truth.mcse)).all()
        assert (truth.mcse[:, :-1] == 0).all()
        assert (truth.mcse[:, -1] < seen.mcse[:, -1]).all()
    assert exact.roles[0].engines == ("exact", "exact", "exact", "sampled")
    assert np.array_equal(exact.rule_win.value, simulated.rule_win.value)
