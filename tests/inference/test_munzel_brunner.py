"""Munzel and Brunner's test against R, its definition, and what every test must keep to."""

import json
from pathlib import Path

import numpy as np
import pytest
from oracles.likert import rows_alike
from oracles.studies import make_analysis, small_study
from scipy.stats import rankdata
from scipy.stats import t as student

from sim import plan
from sim.inference.answer_distribution import AnswerDistribution
from sim.inference.munzel_brunner import munzel_brunner_curve, munzel_brunner_estimand
from sim.inference.result import TestResult
from sim.inference.sample import Sample
from sim.study.endpoints import Endpoints

DATA = Path(__file__).parent.parent / "data" / "munzel_brunner_reference.jsonl"
CASES = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
TWO_SIDED = make_analysis(test="munzel_brunner", p_value="auto")


def run(
    before: np.ndarray, after: np.ndarray, sizes: list[int], alternative: str = "two_sided"
) -> TestResult:
    """Test scores (R, N, D) of the domains and their total at some sizes."""
    scores = np.stack([before, after], axis=-1).astype(np.int8)
    sample = Sample.of(scores, Endpoints.with_total(scores.shape[2]))
    analysis = make_analysis(test="munzel_brunner", p_value="auto", alternative=alternative)
    return munzel_brunner_curve([sample], [np.array(sizes)], analysis)


def by_definition(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """Give t and two-sided p by midranks of all answers and of those of each time."""
    n = len(before)
    ranks = rankdata(np.concatenate([before, after])).reshape(2, n)
    own = np.array([rankdata(before), rankdata(after)])
    placed = (ranks - own)[1] - (ranks - own)[0]
    effect = 0.5 + (ranks[1].mean() - ranks[0].mean()) / (2 * n)
    deviation = (placed / n).std(ddof=1)
    if deviation < 1e-12:
        return (0.0, 1.0) if abs(effect - 0.5) < 1e-12 else (np.inf * (effect - 0.5), 0.0)
    t = np.sqrt(n) * (effect - 0.5) / deviation
    return t, 2 * student.sf(abs(t), n - 1)


def answers(replicates: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw scores of two domains, (R, N, D) each, somewhat higher after, a tenth missing."""
    rng = np.random.default_rng(seed)
    before = rng.integers(1, 6, (replicates, n, 2))
    after = np.clip(before + rng.integers(-1, 3, before.shape), 1, 5)
    after[rng.random(after.shape) < 0.1] = 0
    return before, after


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_reference_values_of_r(case: dict) -> None:
    """Statistic and p-value are those of R's nparcomp."""
    before, after = (np.array(case[name])[None, :, None] for name in ("before", "after"))
    found = run(before, after, [before.shape[1]])
    assert found.statistic[0, 0, 0] == pytest.approx(case["t"], abs=1e-8)
    assert found.pvalue[0, 0, 0] == pytest.approx(case["p_two_sided"], abs=1e-8)


def test_every_size_is_the_definition_on_the_first_people() -> None:
    """At every size, domain and total, with answers missing, t and p are those of the midranks."""
    before, after = answers(6, 12, 1)
    sizes = [2, 5, 12]
    found = run(before, after, sizes)
    sums = np.append(before, before.sum(axis=2, keepdims=True), axis=2)
    whole = np.where((after > 0).all(axis=2), after.sum(axis=2), 0)[..., None]
    post = np.append(after, whole, axis=2)
    for r, k, e in np.ndindex(found.pvalue.shape):
        seen = post[r, : sizes[k], e] > 0
        pair = sums[r, : sizes[k], e][seen], post[r, : sizes[k], e][seen]
        t, p = by_definition(*pair) if seen.sum() > 1 else (0.0, 1.0)
        assert found.statistic[r, k, e] == pytest.approx(t, abs=1e-9)
        assert found.pvalue[r, k, e] == pytest.approx(p, abs=1e-12)
        assert found.informative[r, k, e] in (0, seen.sum())


def test_rows_and_later_people_do_not_leak() -> None:
    """A row's result is that of the row alone, a size's that of its first people alone."""
    before, after = answers(5, 10, 2)
    whole = run(before, after, [4, 10])
    for r in range(5):
        assert rows_alike(run(before[[r]], after[[r]], [4, 10]), whole, r)
    first = run(before[:, :4], after[:, :4], [4])
    assert np.array_equal(first.pvalue[:, 0], whole.pvalue[:, 0])


def test_nothing_to_work_on_and_certainty() -> None:
    """Nobody changes: p = 1, no direction, no information; all alike and apart: p = 0."""
    same = np.tile([1, 3, 5], (1, 1, 1)).reshape(1, 3, 1)
    nothing = run(same, same, [3])
    assert (nothing.pvalue == 1).all()
    assert not any(
        getattr(nothing, name).any() for name in ("direction", "informative", "statistic")
    )
    apart = run(np.full((1, 4, 1), 2), np.full((1, 4, 1), 4), [4])
    assert (apart.pvalue == 0).all()
    assert (apart.direction == 1).all()


def test_reversing_the_scale_swaps_the_sides() -> None:
    """Greater on a scale is less on the reversed one; missing answers stay missing."""
    before, after = answers(8, 9, 3)
    turned = [np.where(part > 0, 6 - part, 0) for part in (before, after)]
    up, down = run(before, after, [9], "greater"), run(*turned, [9], "less")
    assert np.allclose(up.pvalue, down.pvalue, atol=1e-12)
    assert np.array_equal(up.direction, -down.direction)


def test_the_estimand_is_the_relative_effect() -> None:
    """It is the probability over all pairs of people that the one's after is above the other's."""
    table = np.random.default_rng(4).dirichlet(np.ones(16)).reshape(1, 4, 4)
    pre, post = table[0].sum(axis=1), table[0].sum(axis=0)
    above = sum(pre[i] * post[j] * (np.sign(j - i) + 1) / 2 for i, j in np.ndindex(4, 4))
    found = munzel_brunner_estimand((AnswerDistribution.of_tables(3 * table),), TWO_SIDED)
    assert found == pytest.approx([above - 0.5])


@pytest.mark.parametrize("n", [10, 40])
def test_level_under_the_null(n: int) -> None:
    """Answers that are drawn alike at both times are rejected about as often as alpha says."""
    rng, replicates = np.random.default_rng(n), 8000
    latent = rng.standard_normal((replicates, n, 1, 1)) + rng.standard_normal((replicates, n, 1, 2))
    scores = (1 + (latent[..., None] > np.array([-1.2, -0.3, 0.6, 1.5])).sum(axis=-1)).astype(int)
    rejected = run(scores[..., 0], scores[..., 1], [n]).pvalue[:, 0, 0] <= 0.05
    error = np.sqrt(0.05 * 0.95 / replicates)
    assert abs(rejected.mean() - 0.05) < 4 * error + 0.012  # an approximation of few people


def test_a_study_is_planned_with_it() -> None:
    """A plan by this test finds power, and is told in its words; a total is tested too."""
    study = small_study(analysis={"test": "munzel_brunner", "p_value": "auto"})
    answer = plan(study)
    assert answer.characteristics.rule_win.value[-1, 0] > 0.05
    assert study.analysis.test_facts.title.startswith("Munzel-Brunner")
