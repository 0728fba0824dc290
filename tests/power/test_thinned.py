"""Exact power with answers missing by chance: the simulation's, and refused elsewhere in words."""

import numpy as np
import pytest
from oracles.samples import analyse
from oracles.studies import make_analysis
from scipy.stats import binom

from sim import compose_study, plan
from sim.cohorts import draw_cohort, role_arms
from sim.cohorts.marginals import cut_points, shifted
from sim.cohorts.normal import rectangle_table
from sim.cohorts.truth import table_change_pmf
from sim.errors import StudyError
from sim.inference.result import MISSING
from sim.jobs.plan import check
from sim.power.detectable import ShiftSearch
from sim.power.exact import CUT, exact_rejection
from sim.power.thinned import chance_missing, thinned_rejection

PMF = np.array([0.02, 0.05, 0.12, 0.33, 0.30, 0.14, 0.04])
SIZES = np.array([8, 15, 24])
TESTS = [
    {"test": "signed_rank"},
    {"test": "signed_rank", "zeros": "pratt"},
    {"test": "signed_rank", "p_value": "asymptotic"},
    {"test": "sign"},
    {"test": "sign_flip"},
    {"test": "paired_t"},
]


@pytest.mark.parametrize("options", TESTS, ids=str)
def test_thinned_power_is_the_simulated_one(options: dict[str, str]) -> None:
    """Power with a fifth of the changes missing equals that of simulated changes."""
    analysis, replicates = make_analysis(**options), 20_000
    found = thinned_rejection(PMF, SIZES, analysis, 0.2, 1e12)
    rng = np.random.default_rng(21)
    changes = rng.choice(np.arange(-3, 4), (replicates, 24, 1), p=PMF).astype(np.int16)
    changes[rng.random(changes.shape) < 0.2] = MISSING
    rejected = analyse(changes, SIZES, analysis).pvalue[..., 0] <= analysis.alpha
    error = np.sqrt(found.power * (1 - found.power) / replicates)
    assert (np.abs(rejected.mean(axis=0) - found.power) < 4 * error).all()
    assert (found.win <= found.power).all()


def test_thinned_mcnemar_is_the_simulated_one() -> None:
    """McNemar's power with a fifth of the people missing equals that of simulated successes."""
    pmf, analysis, replicates = np.array([0.1, 0.5, 0.4]), make_analysis(test="mcnemar"), 20_000
    found = thinned_rejection(pmf, SIZES, analysis, 0.2, 1e12)
    rng = np.random.default_rng(22)
    changes = rng.choice([-1, 0, 1], (replicates, 24, 1), p=pmf).astype(np.int16)
    changes[rng.random(changes.shape) < 0.2] = MISSING
    rejected = analyse(changes, SIZES, analysis).pvalue[..., 0] <= analysis.alpha
    error = np.sqrt(found.power * (1 - found.power) / replicates)
    assert (np.abs(rejected.mean(axis=0) - found.power) < 4 * error).all()


@pytest.mark.parametrize("p_value", ["exact", "asymptotic"])
@pytest.mark.parametrize("test", ["signed_rank", "sign", "sign_flip", "mcnemar"])
def test_a_missing_change_is_no_change_to_a_test_that_drops_zeros(test: str, p_value: str) -> None:
    """For such tests, missing changes can be counted with the zeros."""
    analysis, gone = make_analysis(test=test, p_value=p_value), 0.3
    pmf = PMF if test != "mcnemar" else np.array([0.1, 0.5, 0.4])
    zeroed = (1 - gone) * pmf
    zeroed[len(pmf) // 2] += gone
    plain = exact_rejection(zeroed, SIZES, analysis)
    found = thinned_rejection(pmf, SIZES, analysis, gone, 1e12, CUT)
    assert np.allclose(found.power, plain.power, rtol=0, atol=1e-9)
    assert np.allclose(found.win, plain.win, rtol=0, atol=1e-9)
    rough = thinned_rejection(pmf, SIZES, analysis, gone, 1e12)
    assert (np.abs(rough.power - plain.power) <= rough.error + 1e-9).all()


@pytest.mark.parametrize("options", TESTS, ids=str)
def test_thinned_power_is_a_binomial_mixture(options: dict[str, str]) -> None:
    """Power at n recruited is the mean of the power at k over the binomial number k observed."""
    analysis = make_analysis(**options)
    plain = exact_rejection(PMF, range(1, 16), analysis)
    weights = binom.pmf(np.arange(1, 16), 15, 0.8)  # nobody observed, no power
    found = thinned_rejection(PMF, np.array([15]), analysis, 0.2, 1e12, CUT)
    assert found.power[0] == pytest.approx(weights @ plain.power, abs=1e-10)
    assert found.win[0] == pytest.approx(weights @ plain.win, abs=1e-10)


def test_nothing_missing_is_the_plain_power() -> None:
    """A vanishing rate gives the plain exact power."""
    analysis = make_analysis(test="paired_t")
    found = thinned_rejection(PMF, SIZES, analysis, 1e-12, 1e12)
    assert np.allclose(found.power, exact_rejection(PMF, SIZES, analysis).power, atol=1e-9)


FAST = ["effect=shift", "design.n=[10,20]", "monte_carlo.replicates=2000"]


def test_auto_is_exact_where_people_are_missing_by_chance() -> None:
    """engine=auto enumerates domains under MCAR and items, and agrees with the simulation."""
    words = [*FAST, "missing=mcar", "missing.rate=0.2", "missing.item_rate=0.05"]
    exact, simulated = (
        plan(compose_study([*words, f"engine={engine}"])).characteristics.roles[0]
        for engine in ("auto", "monte_carlo")
    )
    assert exact.engines[:-1] == ("exact",) * 7
    power = exact.measures.win.value[:, :-1]
    error = np.sqrt(power * (1 - power) / 2000)
    assert (np.abs(simulated.measures.win.value[:, :-1] - power) < 4.5 * error).all()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["missing=mar"], "who drops out depends on the answers"),
        (["missing=mnar"], "who drops out depends on the answers"),
        (["clusters=sites"], "participants are correlated within clusters"),
        (
            ["clusters=sites", "clusters.site.icc=0", "analysis.test=cluster_mean_t"],
            "cluster_mean_t looks at sites",
        ),
    ],
)
def test_where_the_exact_engine_does_not_apply(words: list[str], reason: str) -> None:
    """engine=exact refuses in words; engine=auto simulates."""
    rule = "++success.one_domain='clinical practice'"
    words = ["effect=shift", "design.n=[6,8]", "monte_carlo.replicates=100", *words, rule]
    words += ["primary=one_domain", "analysis.adjustment=none"]
    with pytest.raises(StudyError, match=reason):
        plan(compose_study([*words, "engine=exact"]))
    assert set(plan(compose_study(words)).characteristics.roles[0].engines) == {"monte_carlo"}


@pytest.mark.parametrize(
    "words",
    [["missing=mar"], ["clusters=sites"], ["clusters=sites", "analysis.test=cluster_mean_t"]],
)
def test_refused_before_anything_is_run(words: list[str]) -> None:
    """engine=exact is refused by the check, which runs nothing."""
    rule = "++success.one_domain='clinical practice'"
    one = [*FAST, *words, rule, "primary=one_domain", "analysis.adjustment=none"]
    with pytest.raises(StudyError, match=r"^engine: exact cannot answer: .*; use engine=auto$"):
        check(compose_study([*one, "engine=exact"]))


def test_what_is_not_enumerated_has_no_shift_by_domain() -> None:
    """The primary rule's smallest effect is there all the same."""
    asked = ["design.n=20", "design.solve=effect"]
    answer = plan(compose_study([*FAST, "missing=mar", *asked]))
    assert answer.detectable == ()
    assert answer.detectable_rule is not None
    assert answer.detectable_rule.size == 20


def test_detectable_effects_allow_for_drop_out() -> None:
    """The smallest detectable shift with a fifth missing is that of the thinned power."""
    pre, analysis = np.array([0.1, 0.2, 0.4, 0.2, 0.1]), make_analysis()
    plain, _ = ShiftSearch(pre, 0.5, 24, 0.8, analysis).solve()
    shift, _ = ShiftSearch(pre, 0.5, 24, 0.8, analysis, 0.2).solve()
    fewer, _ = ShiftSearch(pre, 0.5, 19, 0.8, analysis).solve()
    assert plain is not None
    assert shift is not None
    assert fewer is not None
    assert plain < shift < 1.2 * fewer  # 19.2 are expected
    table = rectangle_table(cut_points(pre), cut_points(shifted(pre, shift)), 0.5)
    power = thinned_rejection(table_change_pmf(table), np.array([24]), analysis, 0.2, 1e12).win[0]
    assert power == pytest.approx(0.8, abs=1e-4)
    words = [*FAST, "missing=mcar", "missing.rate=0.2", "design.n=24", "design.solve=effect"]
    found = plan(compose_study([*words, "monte_carlo.replicates=200", "analysis.p_value=exact"]))
    assert found.detectable[0].shift == pytest.approx(shift, abs=1e-4)


def test_chance_of_a_missing_change() -> None:
    """A change is missing where the person dropped out or either answer is; None if not chance."""
    words = ["effect=shift", "missing=mcar", "missing.rate=0.2", "missing.item_rate=0.3"]
    population = role_arms(compose_study(words), 0)[0]
    found = chance_missing(population)
    assert found == pytest.approx(1 - 0.8 * 0.7**2)
    scores = draw_cohort(population, 20, 5000, np.random.default_rng(6)).scores[:, :, 0]
    gone = (scores == 0).any(axis=2).mean()
    assert abs(gone - found) < 4 * np.sqrt(found * (1 - found) / 100_000)
    assert chance_missing(role_arms(compose_study(["missing=none"]), 0)[0]) == 0
    assert chance_missing(role_arms(compose_study(["missing=mar"]), 0)[0]) is None
