"""Operating characteristics beyond power, against closed forms and plain counting."""

from functools import cache

import numpy as np
import pytest
from oracles.checks import binomial_agrees, within_error
from oracles.samples import analyse, endpoint_changes
from oracles.studies import (
    PRE,
    make_analysis,
    make_task,
    population_of_changes,
    sizes_of,
    small_study,
)
from oracles.totals import mean_changes
from scipy import stats

from sim import adjust, compose_study
from sim.cohorts import arms_by_role, draw_cohort, role_arms
from sim.cohorts.marginals import cut_points, shifted
from sim.cohorts.normal import rectangle_table
from sim.cohorts.truth import true_nulls
from sim.compute.executors import InProcessExecutor
from sim.compute.streams import Purpose, generator
from sim.power.detectable import ShiftSearch, detectable_effects
from sim.power.exact import exact_rejection
from sim.power.monte_carlo import simulate_block
from sim.power.operating import EndpointMeasures, FamilyMeasures
from sim.power.sample_size import precise_size
from sim.power.simulate import simulate
from sim.power.summarise import RoleTruth, summarise
from sim.power.task import BlockTask
from sim.report.results.rows import result_rows

N = 400
SPREAD = np.arange(-4, 5)
SLACK = 1.02
"""Half-width asked for, over that at the true spread."""


def near_normal(mean: float) -> dict[int, float]:
    """Distribution of nine-valued changes with a mean, by tilting a bell."""
    bell = np.exp(-(SPREAD**2) / 4.5 + mean * SPREAD / 2.25)
    return dict(zip(SPREAD.tolist(), (bell / bell.sum()).tolist(), strict=True))


@cache
def measured(mean: float, n: int = N) -> tuple[EndpointMeasures, float, float]:
    """Measures of the t test of near-normal changes, their true mean and spread."""
    changes = near_normal(mean)
    values, chances = np.array(list(changes)), np.array(list(changes.values()))
    true = float(values @ chances)
    spread = float(np.sqrt(values**2 @ chances - true**2))
    population = population_of_changes(changes)
    bound = SLACK * stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n)
    task = make_task(population, (n,), make_analysis(test="paired_t"), half_width=bound)
    tally = simulate(task, range(20), InProcessExecutor())
    truth = RoleTruth(mean_changes(population), true_nulls(population), 1)
    found = summarise(
        tally,
        (truth,),
        (n,),
        sizes_of(task),
        ("mentor",),
        ("a", "total"),
        task.rules,
        further=["narrow"],
    )
    return found.roles[0].measures, true, spread


@pytest.mark.parametrize("mean", [0.03, 0.08, 0.15, 0.25, -0.08])
def test_type_s_and_type_m(mean: float) -> None:
    """They are those of a normal estimate (Gelman & Carlin 2014; Lu, Qiu & Deng 2019)."""
    measures, true, spread = measured(mean)
    ratio, z = abs(true) / (spread / np.sqrt(N)), stats.norm.isf(0.025)
    right, wrong = stats.norm.sf(z - ratio), stats.norm.sf(z + ratio)
    size = stats.norm.pdf(ratio - z) + stats.norm.pdf(ratio + z) + ratio * (right - wrong)
    assert measures.type_s is not None
    assert measures.type_m is not None
    s, m = measures.type_s, measures.type_m
    assert abs(s.value[0, 0] - wrong / (right + wrong)) < 4.4 * s.mcse[0, 0] + 0.005
    expected = size / ratio / (right + wrong)
    assert abs(m.value[0, 0] - expected) < 4.4 * m.mcse[0, 0] + 0.01 * expected


def test_undefined_errors_have_no_row() -> None:
    """Without an effect there is neither type S nor type M, nor without a rejection."""
    population = population_of_changes({-1: 0.25, 0: 0.5, 1: 0.25})
    measured_names = row_names(population, 12)
    assert "coverage" in measured_names
    assert not measured_names & {"type_s", "type_m"}
    hopeless = population_of_changes({-1: 0.2, 0: 0.5, 1: 0.3})
    assert not row_names(hopeless, 3) & {"type_s", "type_m"}
    assert {"type_s", "type_m"} <= row_names(hopeless, 12)


def row_names(population: object, n: int) -> set[str]:
    """Names of the measures of the first domain in the results."""
    task = make_task(population, (n,), make_analysis())
    truth = RoleTruth(mean_changes(population), true_nulls(population), 1)
    tally = simulate(task, range(4), InProcessExecutor())
    found = summarise(
        tally, (truth,), (n,), sizes_of(task), ("mentor",), ("a", "total"), task.rules
    )
    return {row.measure for row in result_rows(found) if row.kind == "endpoint" and row.name == "a"}


@pytest.mark.parametrize("mean", [0.0, 0.15])
def test_interval_of_the_mean_change(mean: float) -> None:
    """The t interval covers in .95 of the studies and has the width that theory expects."""
    measures, true, spread = measured(mean)
    tally_size = int(measures.win.replicates[0, 0])
    assert measures.coverage is not None
    assert measures.width is not None
    assert measures.bias is not None
    covered = round(measures.coverage.value[0, 0] * tally_size)
    assert binomial_agrees(covered, tally_size, 0.95)
    expected = 2 * stats.t.ppf(0.975, N - 1) * spread / np.sqrt(N) * (1 - 1 / (4 * N))
    width, bias = measures.width, measures.bias
    assert width.value[0, 0] == pytest.approx(expected, rel=2e-3)
    assert within_error(bias.value[0, 0], 0.0, bias.mcse[0, 0])
    assert bias.mcse[0, 0] == pytest.approx(spread / np.sqrt(N * tally_size), rel=0.05)
    assert bias.low[0, 0] + true == pytest.approx(measures.mean_change.low[0, 0])


def family_task() -> BlockTask:
    """Three domains of which one has no effect, Holm."""
    study = small_study(effect={"shift": (0.8, 0.0, 0.4)})
    analysis = make_analysis(adjustment="holm", p_value="asymptotic", alpha=0.3)
    return make_task(role_arms(study, 0)[0], (10, 20), analysis, block_size=400)


def order_of(task: BlockTask, block: int) -> FamilyMeasures:
    """TestingOrder measures of one block."""
    population = task.roles[0][0].population
    truth = RoleTruth(mean_changes(population), true_nulls(population), 1)
    found = summarise(
        simulate_block(task, block), (truth,), (10, 20), sizes_of(task), ("mentor",),
        ("a", "b", "c", "total"), task.rules,
    )  # fmt: skip
    assert found.roles[0].family is not None
    return found.roles[0].family


def test_family_by_counting() -> None:
    """Familywise error, false discovery rate, true rejections are those counted from p-values."""
    task = family_task()
    rng = generator(task.seed, Purpose.MAIN, 0, 3)
    changes = endpoint_changes(draw_cohort(task.roles[0][0].population, 20, 400, rng).scores)
    result = analyse(changes, np.array([10, 20]), task.analysis)
    rejected = adjust(result.pvalue[..., :3], "holm") <= 0.3  # (R, K, D)
    false, true = rejected[..., 1], rejected[..., [0, 2]].sum(axis=-1)
    found = order_of(task, 3)
    assert np.allclose(found.familywise_error.value, false.mean(axis=0), rtol=0, atol=1e-12)
    share = false / np.maximum(rejected.sum(axis=-1), 1)
    assert np.allclose(found.false_discovery_rate.value, share.mean(axis=0), rtol=0, atol=1e-12)
    assert np.allclose(found.true_rejections.value, true.mean(axis=0), rtol=0, atol=1e-12)
    error = share.std(axis=0, ddof=1) / np.sqrt(400)
    assert np.allclose(found.false_discovery_rate.mcse, error, rtol=1e-9)
    assert (found.familywise_error.value > 0).all()


def test_precise_size_is_where_theory_says() -> None:
    """The expected half-width stays within a bound from the size that the t quantile gives."""
    sizes = np.arange(20, 61)
    spread = 0.9
    width = 2 * stats.t.ppf(0.975, sizes - 1) * spread / np.sqrt(sizes)
    found = precise_size(sizes.tolist(), width, 0.3)
    assert found is not None
    at = int(np.flatnonzero(sizes == found)[0])
    assert width[at] / 2 <= 0.3 < width[at - 1] / 2
    assert precise_size(sizes.tolist(), width, 0.01) is None


def test_narrow_share() -> None:
    """Intervals are as narrow as asked as often as the sample's spread is small enough."""
    measures, true, spread = measured(0.15)
    chances = np.array(list(near_normal(0.15).values()))
    fourth = ((SPREAD - true) / spread) ** 4 @ chances
    error = np.sqrt((fourth - 1) / N)  # of the sample variance, relative
    assert measures.narrow is not None
    assert abs(measures.narrow.value[0, 0] - stats.norm.cdf((SLACK**2 - 1) / error)) < 0.03


DETECTED = [
    make_analysis(),
    make_analysis(p_value="asymptotic", zeros="pratt"),
    make_analysis(test="paired_t"),
    make_analysis(test="sign", alternative="less"),
]


@pytest.mark.parametrize("analysis", DETECTED, ids=lambda a: f"{a.test}-{a.alternative}")
@pytest.mark.parametrize("target", [0.5, 0.8])
def test_detectable_shift(analysis: object, target: float) -> None:
    """Power at the shift found is the target, and less just below it."""
    pre, rho, n = np.array(PRE), 0.6, 20
    shift, change = ShiftSearch(pre, rho, n, target, analysis).solve()
    assert shift is not None

    def power(size: float) -> float:
        table = rectangle_table(cut_points(pre), cut_points(shifted(pre, size)), rho)
        pmf = [np.trace(table, offset) for offset in range(-4, 5)]
        return float(exact_rejection(pmf, [n], analysis).win[0])

    assert power(shift) == pytest.approx(target, abs=1e-5)
    assert power(0.99 * shift) < target
    assert (shift < 0) == (analysis.alternative == "less")
    assert change == pytest.approx((shifted(pre, shift) - pre) @ np.arange(1, 6))


def test_no_shift_suffices() -> None:
    """Five people cannot reach the exact two-sided .05 level, whatever the shift."""
    assert ShiftSearch(np.array(PRE), 0.6, 5, 0.8, make_analysis()).solve() == (None, None)


EVEN = "[" + ",".join(["0.1"] * 10) + "]"
TOO_MANY = [
    "questionnaire.points=10", "effect=shift", "effect.shift=0.3", "effect.prior=null",
    "pilot=none",
    f"roles.mentor.pre={EVEN}", f"roles.mentee.pre={EVEN}", "design.n=80", "design.solve=effect",
]  # fmt: skip


def test_too_many_ways_are_not_tried() -> None:
    """What would take too long to enumerate has no table by domain, and that at once."""
    for words, count in (([], 0), (["analysis.test=sign"], 14)):
        study = compose_study([*TOO_MANY, *words])
        treated = tuple(arms[0] for arms in arms_by_role(study))
        assert len(detectable_effects(study, treated)) == count


@pytest.mark.long
def test_detectable_shift_on_seven_points() -> None:
    """Forty people on seven points: the power at the shift found is the target."""
    pre, analysis = np.array([0.05, 0.1, 0.2, 0.3, 0.2, 0.1, 0.05]), make_analysis()
    shift, _ = ShiftSearch(pre, 0.5, 40, 0.8, analysis).solve()
    assert shift is not None
    table = rectangle_table(cut_points(pre), cut_points(shifted(pre, shift)), 0.5)
    pmf = [np.trace(table, offset) for offset in range(-6, 7)]
    found = exact_rejection(pmf, [40], analysis, cut=1e-9)
    assert found.win[0] == pytest.approx(0.8, abs=2e-5)
