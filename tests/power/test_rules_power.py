"""Win probability of rules, from the power of independent domains."""

import numpy as np
import pytest
from oracles.checks import binomial_agrees
from oracles.enumeration import changes_of, count_vectors, weights
from oracles.paired import exact_signed_rank
from oracles.studies import make_analysis, make_task, population_of_changes, small_study
from scipy import stats

from sim.cohorts import role_arms
from sim.compute.executors import InProcessExecutor
from sim.inference.rules import DecisionRule
from sim.power.simulate import simulate
from sim.power.tally import Tally

CHANGES = {-1: 0.05, 0: 0.35, 1: 0.4, 2: 0.2}
N, DOMAINS = 9, 4


def one_win(alpha: float) -> float:
    """Exact probability that one domain wins at a level, by writing all samples out."""
    counts = count_vectors(N, 5)
    pmf = np.array([CHANGES.get(change, 0.0) for change in range(-2, 3)])
    samples = changes_of(counts)
    up = np.array([exact_signed_rank(sample, "wilcox", "greater") for sample in samples])
    return float(weights(counts, pmf) @ (2 * up <= alpha))


def simulated(adjustment: str) -> Tally:
    """Tally of rules over four independent domains."""
    rules = tuple(
        DecisionRule(str(k), (0,), tuple(range(DOMAINS)), k) for k in range(1, DOMAINS + 1)
    )
    population = population_of_changes(CHANGES, DOMAINS)
    analysis = make_analysis(adjustment=adjustment)
    return simulate(
        make_task(population, (N,), analysis, rules=rules), range(30), InProcessExecutor()
    )


@pytest.mark.parametrize("adjustment", ["none", "bonferroni"])
def test_at_least_k_of_independent_domains(adjustment: str) -> None:
    """Rules are won as often as the binomial distribution of independent wins says."""
    tally = simulated(adjustment)
    win = one_win(0.05 if adjustment == "none" else 0.05 / DOMAINS)
    assert 0.01 < win < 0.99
    for k in range(1, DOMAINS + 1):
        power = float(stats.binom(DOMAINS, win).sf(k - 1))
        assert binomial_agrees(tally.rule_won[0, k - 1], tally.replicates, power)


def test_all_under_hochberg_needs_no_adjustment() -> None:
    """All domains win under Hochberg, Hommel or BH just where all win unadjusted."""
    plain = simulated("none").rule_rejected[0, -1]
    for adjustment in ("hochberg", "hommel", "benjamini_hochberg"):
        assert simulated(adjustment).rule_rejected[0, -1] == plain


def test_any_under_holm_is_any_under_bonferroni() -> None:
    """The first step of Holm is Bonferroni's, so that at least one win is the same event."""
    assert simulated("holm").rule_rejected[0, 0] == simulated("bonferroni").rule_rejected[0, 0]
    assert simulated("holm").rule_won[0, -1] > simulated("bonferroni").rule_won[0, -1]


def test_domains_that_are_one_and_the_same() -> None:
    """Where all domains are one, every rule on unadjusted wins has the power of one domain."""
    study = small_study(correlation={"items": 1.0})
    rules = tuple(DecisionRule(str(k), (0,), (0, 1, 2), k) for k in (1, 2, 3))
    task = make_task(role_arms(study, 0)[0], (12,), make_analysis(), rules=rules)
    tally = simulate(task, range(2), InProcessExecutor())
    assert set(tally.rule_won[0]) == {tally.won[0, 0]}
    assert 0 < tally.won[0, 0] < tally.replicates
