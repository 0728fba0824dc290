"""Models that are fitted: those that fail are counted, shown, and no silent non-rejections."""

import numpy as np
import pytest
from oracles.results import results_of
from oracles.studies import small_study

from sim import plan
from sim.cohorts import draw_cohort, role_arms
from sim.compute.streams import Purpose, generator
from sim.inference.ordinal_gee import fit_ordinal_gee
from sim.report.results.answer import PlanAnswer
from sim.report.telling import summary

N, REPLICATES = 8, 60


@pytest.fixture(scope="module")
def answer() -> PlanAnswer:
    """A strong effect on few people: some data sets separate, and cannot be fitted."""
    study = small_study(
        effect={"shift": 2.0},
        analysis={"test": "ordinal_gee", "p_value": "auto", "adjustment": "none"},
        design={"n": (N,)},
        monte_carlo={"replicates": 100, "search_replicates": 100, "block_size": REPLICATES},
    )
    return plan(study)


def fits(answer: PlanAnswer) -> tuple[np.ndarray, np.ndarray]:
    """Which of the first domain's data sets fail, and which reject, fitted apart."""
    population = role_arms(answer.study, 0)[0]
    failed, rejected = [], []
    for block in range(2):
        rng = generator(answer.study.seed, Purpose.MAIN, 0, block)
        scores = draw_cohort(population, N, REPLICATES, rng).scores
        found = fit_ordinal_gee(scores[:, :, :1], np.array([N]))
        failed.append(found.failed.ravel())
        rejected.append(found.pvalue(0).ravel() <= 0.05)
    return np.concatenate(failed), np.concatenate(rejected)


def test_failures_are_counted(answer: PlanAnswer) -> None:
    """The share that failed is that of the data sets fitted apart, beside the power."""
    failed, rejected = fits(answer)
    measures = answer.characteristics.roles[0].measures
    assert measures.failed is not None
    assert 0.02 < failed.mean() < 0.98
    assert measures.failed.value[0, 0] == pytest.approx(failed.mean())
    assert measures.rejection.value[0, 0] == pytest.approx(rejected.mean())
    assert not (failed & rejected).any()
    assert measures.failed.replicates[0, 0] == len(failed)


def test_failures_are_in_the_output(answer: PlanAnswer) -> None:
    """results.csv has a row for them; the screen says how many, and warns."""
    measures = answer.characteristics.roles[0].measures
    rows = results_of(answer).where(name="a", measure="failed")
    assert [row.value for row in rows] == [measures.failed.value[0, 0]]
    text = " ".join(summary(answer).split())
    assert "the model could not be fitted in up to" in text
    assert "They count as studies, not as rejections" in text


def test_the_total_is_not_tested(answer: PlanAnswer) -> None:
    """The model does not look at the total: it has no information there, and is not shown."""
    measures = answer.characteristics.roles[0].measures
    assert measures.no_information.value[0, -1] == 1
    assert measures.failed.value[0, -1] == 0
    assert "the total not tested" in " ".join(summary(answer).split())
    (table, *_) = summary(answer).split("Endpoints of the")[1].split("\n\n")
    assert "\na  " in table
    assert "\ntotal  " not in table


def test_other_tests_have_no_such_row() -> None:
    """Where nothing is fitted, nothing is said of failures."""
    assert "failed" not in {row.measure for row in results_of(plan(small_study())).rows}
