"""McNemar's test for clustered pairs against R, a published value, and what it must keep to."""

import json
from pathlib import Path

import numpy as np
import pytest
from oracles.likert import rows_alike
from oracles.studies import make_analysis
from scipy.stats import norm

from sim import compose_study, plan
from sim.inference.clustered_mcnemar import clustered_mcnemar_curve
from sim.inference.result import MISSING, TestResult
from sim.inference.sample import Sample
from sim.study.endpoints import Endpoints

DATA = Path(__file__).parent.parent / "data" / "clustered_mcnemar_reference.jsonl"
CASES = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
KINDS = {"both": (2, 2), "only_first": (2, 1), "only_second": (1, 2), "neither": (1, 1)}


def run(
    scores: np.ndarray, sites: np.ndarray, sizes: list[int], alternative: str = "two_sided"
) -> TestResult:
    """Test success (an answer of 2) of one domain; scores are (R, N, 2)."""
    analysis = make_analysis(
        test="clustered_mcnemar", p_value="auto", alternative=alternative, cut=2
    )
    sample = Sample.of(scores[:, :, None].astype(np.int8), Endpoints.with_total(1), sites)
    return clustered_mcnemar_curve([sample.as_tested(analysis)], [np.array(sizes)], analysis)


def people(case: dict) -> tuple[np.ndarray, np.ndarray]:
    """Answers before and after of everybody (N, 2), and their sites (N,)."""
    answers, sites = [], []
    for kind, pair in KINDS.items():
        for site, number in enumerate(case["clusters"][kind]):
            answers += [pair] * number
            sites += [site] * number
    return np.array(answers), np.array(sites)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_reference_values_of_r(case: dict) -> None:
    """The squared statistic is the chi-square of R, and of the paper where it prints one."""
    answers, sites = people(case)
    found = run(answers[None], sites, [len(sites)])
    square = found.statistic[0, 0, 0] ** 2
    assert square == pytest.approx(case["chi_square"]["durkalski"], rel=1e-9)
    if published := case.get("published_durkalski"):
        digits = len(str(published).partition(".")[2])
        assert round(square, digits) == pytest.approx(published, abs=0.6 * 10**-digits)
    p = 2 * norm.sf(abs(found.statistic[0, 0, 0]))
    assert found.pvalue[0, 0, 0] == pytest.approx(p, rel=1e-12)


def by_definition(changes: np.ndarray, sites: np.ndarray) -> float:
    """Give z from the sites' balances, one by one."""
    seen = changes != MISSING
    balances = [changes[seen & (sites == site)].mean() for site in np.unique(sites[seen])]
    if len(balances) < 2:
        return 0.0
    squares = sum(balance**2 for balance in balances)
    return float(sum(balances) / np.sqrt(squares)) if squares else 0.0


def draw(replicates: int, seed: int, rise: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Draw answers of 40 people of 8 sites of unequal size that resemble each other."""
    rng = np.random.default_rng(seed)
    sites = rng.permutation(np.repeat(np.arange(8), [2, 3, 4, 4, 5, 6, 7, 9]))
    lean = rng.normal(0, 0.7, (replicates, 8, 1))[:, sites]  # of a whole site
    after = rng.random((replicates, 40, 1)) < norm.cdf(norm.ppf(rise) + lean)
    before = rng.random((replicates, 40, 1)) < 0.5
    return np.concatenate([before, after], axis=2) + 1, sites


def test_every_size_is_the_definition_on_the_first_people() -> None:
    """At every size, and with answers missing, z is that of the sites' balances."""
    scores, sites = draw(5, 3)
    scores[np.random.default_rng(4).random(scores.shape) < 0.1] = 0
    sizes = [2, 9, 25, 40]
    found = run(scores, sites, sizes)
    seen = (scores > 0).all(axis=2)
    changes = np.where(seen, scores[..., 1] - scores[..., 0], MISSING)
    for r, k in np.ndindex(5, 4):
        z = by_definition(changes[r, : sizes[k]], sites[: sizes[k]])
        assert found.statistic[r, k, 0] == pytest.approx(z, abs=1e-12)


def test_sides_and_no_information() -> None:
    """One-sided p are the two halves; nobody who changes is no information and p = 1."""
    scores, sites = draw(20, 5)
    both, up, down = (run(scores, sites, [40], side) for side in ("two_sided", "greater", "less"))
    p, rising, falling = (found.pvalue[..., 0] for found in (both, up, down))
    np.testing.assert_allclose(2 * np.minimum(rising, falling), p)
    np.testing.assert_allclose(rising + falling, 1)
    none = run(np.ones((1, 40, 2)), sites, [40])
    assert (none.pvalue[0, 0, 0], none.informative[0, 0, 0]) == (1, 0)


def test_the_level_holds_with_sites_that_lean() -> None:
    """With 8 sites that resemble each other it rejects no more often than alpha, beyond noise."""
    scores, sites = draw(20_000, 6)
    found = run(scores, sites, [40])
    level = (found.pvalue[:, 0, 0] <= 0.05).mean()
    assert level < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 20_000)
    assert level > 0.03


def test_rows_do_not_leak() -> None:
    """A replicate's result does not depend on the others."""
    scores, sites = draw(12, 7)
    whole = run(scores, sites, [10, 40])
    assert all(rows_alike(run(scores[[r]], sites, [10, 40]), whole, r) for r in range(12))


def test_a_study_is_planned_with_it() -> None:
    """It can be asked for where there are sites, and becomes McNemar's test without them."""
    answer = plan(
        compose_study([
            "analysis.test=clustered_mcnemar", "analysis.cut=4", "analysis.total_cut=24",
            "clusters=sites",
            "clusters.site.sites=12", "design.n=[24,60]", "monte_carlo.replicates=200",
            "monte_carlo.search_replicates=200", "monte_carlo.block_size=100", "effect.prior=null",
            "primary='any domain'",
        ])
    )  # fmt: skip
    without = {before.adjustment: before.test for before in answer.before_adjustments}
    assert without["clusters"] == "mcnemar"
    win = answer.characteristics.rule_win.value[:, answer.characteristics.rule_index("any domain")]
    assert 0 < win[0] < win[1]
