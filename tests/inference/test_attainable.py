"""The smallest possible p-value, found by looking at every sample, and what it forbids."""

from itertools import product

import numpy as np
import pytest
from oracles.enumeration import changes_of, count_vectors
from oracles.samples import ONE_GROUP, TWO_ARMS, Arm
from oracles.studies import analysis_id, make_analysis, offered_analyses, small_study
from scipy import stats

from sim.inference.attainable import smallest_pvalue, winnable
from sim.inference.rules import DecisionRule, decision_rules
from sim.jobs.attainable import attainable
from sim.study import Analysis
from sim.study.endpoints import Endpoints

SEVEN = tuple(range(7))
ANY = DecisionRule("any", (0,), SEVEN, 1)
ALL = DecisionRule("all", (0,), SEVEN, 7)
SIZES = range(2, 15)


def smallest_of_all(n: int, analysis: Analysis) -> float:
    """Smallest p-value over all samples of n changes from -3 to 3."""
    changes = changes_of(count_vectors(n, 7)).astype(np.int16)[:, :, None]
    return float(ONE_GROUP[analysis.test](changes, np.array([n]), analysis).pvalue.min())


@pytest.mark.parametrize("analysis", offered_analyses(), ids=analysis_id)
def test_smallest_pvalue_is_attained(analysis: Analysis) -> None:
    """No sample gives a smaller p-value, and some sample gives this one."""
    for n in (1, 2, 4, 6):
        found = smallest_pvalue([n], analysis)[0]
        assert found == pytest.approx(smallest_of_all(n, analysis), rel=1e-12)


@pytest.mark.parametrize("continuity", [False, True])
@pytest.mark.parametrize("alternative", ["two_sided", "greater", "less"])
@pytest.mark.parametrize("arms", [(1, 1), (1, 3), (2, 2), (3, 1), (2, 4), (3, 3)])
def test_smallest_pvalue_between_arms_is_attained(
    arms: tuple[int, int], alternative: str, *, continuity: bool
) -> None:
    """Of all changes of both arms none gives a smaller p-value, and some give this one."""
    analysis = make_analysis(
        test="mann_whitney", p_value="auto", alternative=alternative, continuity=continuity
    )
    every = np.array(list(product(range(3), repeat=sum(arms))), dtype=np.int16)[:, :, None]
    parts = every[:, : arms[0]], every[:, arms[0] :]
    both = [
        Arm(part, np.zeros_like(part), np.array([size]), np.zeros(size, np.int64))
        for part, size in zip(parts, arms, strict=True)
    ]
    least = float(TWO_ARMS["mann_whitney"](*both, analysis).pvalue.min())
    found = smallest_pvalue([sum(arms)], analysis, [arms[1]])[0]
    assert found == pytest.approx(least, rel=1e-12)


def test_an_empty_arm_gives_no_pvalue() -> None:
    """Whatever the test, nobody to compare with means p = 1."""
    for test in ("mann_whitney", "ancova", "two_sample_t", "cluster_mean_two_sample_t"):
        analysis = make_analysis(test=test, p_value="auto")
        assert smallest_pvalue([20, 20, 20], analysis, [0, 1, 20])[[0, 2]].tolist() == [1.0, 1.0]
        assert smallest_pvalue([20], analysis, [1])[0] < 0.05


def first_winnable(rule: DecisionRule, analysis: Analysis) -> int:
    """Smallest number of informative pairs from which a rule on seven domains can be won."""
    wins = winnable([smallest_pvalue(SIZES, analysis)], Endpoints.with_total(7), [rule], analysis)[
        rule.name
    ]
    assert wins[np.argmax(wins) :].all()
    return SIZES[int(np.argmax(wins))]


@pytest.mark.parametrize("test", ["signed_rank", "sign", "mcnemar", "sign_flip"])
@pytest.mark.parametrize(
    ("adjustment", "any_from", "all_from"),
    [
        ("none", 6, 6),
        ("bonferroni", 9, 9),
        ("holm", 9, 9),
        ("sidak", 9, 9),
        ("hochberg", 6, 6),
        ("hommel", 6, 6),
        ("benjamini_hochberg", 6, 6),
    ],
)
def test_what_exact_tests_forbid(test: str, adjustment: str, any_from: int, all_from: int) -> None:
    """Any win among seven needs 9 pairs under Bonferroni and Holm; all seven need 6 elsewhere."""
    analysis = make_analysis(test=test, adjustment=adjustment)
    assert first_winnable(ANY, analysis) == any_from
    assert first_winnable(ALL, analysis) == all_from


def test_what_the_approximation_forbids() -> None:
    """The uncorrected asymptotic p cannot go below .0455 at 4 pairs and .0143 at 6."""
    found = smallest_pvalue([3, 4, 6], make_analysis(p_value="asymptotic"))
    assert [round(float(p), 4) for p in found] == [0.0833, 0.0455, 0.0143]


def test_exact_smallest_is_a_power_of_two() -> None:
    """Exact two-sided p-values end at 2^(1-m): .0625 at 5 and .03125 at 6."""
    assert smallest_pvalue([5, 6], make_analysis()).tolist() == [0.0625, 0.03125]
    assert smallest_pvalue([5], make_analysis(alternative="greater")).tolist() == [0.03125]


def test_smallest_corrected_mcnemar() -> None:
    """With Edwards' correction m discordant pairs on one side have z = (m - 1) / sqrt(m)."""
    analysis = make_analysis(test="mcnemar", p_value="asymptotic", continuity=True)
    found = smallest_pvalue([1, 6], analysis)
    assert found[0] == 1
    assert found[1] == pytest.approx(2 * stats.norm.sf(5 / np.sqrt(6)), rel=1e-12)


def test_a_dyadic_alpha_is_met() -> None:
    """At alpha = .0625 five pairs can win: p = alpha rejects."""
    analysis = make_analysis(alpha=0.0625)
    one = DecisionRule("one", (0,), (0,), 1)
    assert winnable([smallest_pvalue([4, 5], analysis)], Endpoints.with_total(7), [one], analysis)[
        "one"
    ].tolist() == [
        False,
        True,
    ]


def test_the_total_is_not_adjusted() -> None:
    """Under Holm the total can be won from 6 pairs, a domain from 9 on (of seven)."""
    total = DecisionRule("total", (0,), (7,), 1)
    assert first_winnable(total, make_analysis(adjustment="holm")) == 6


def test_attainable_of_a_study() -> None:
    """A study knows the first size from which each rule can be won, among sizes not studied too."""
    study = small_study(design={"n": (4, 20)}, analysis={"adjustment": "holm", "p_value": "exact"})
    found = attainable(study, decision_rules(study))
    assert found.smallest["mentor"] == (0.125, 2.0**-19)
    assert found.winnable_from == {"any": 7, "all": 7, "total": 6}  # 2^(1-m) <= .05 / 3
    out_of_reach = small_study(design={"n": (2, 5)}, analysis={"p_value": "exact"})
    rules = decision_rules(out_of_reach)
    assert set(attainable(out_of_reach, rules).winnable_from.values()) == {None}
