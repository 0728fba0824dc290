"""Studies with interim looks: against enumeration, against one another, and under the null."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles.studies import small_study
from oracles.tasks import tally_of

from sim.cohorts import arms_by_role
from sim.compute.fingerprint import fingerprint
from sim.compute.streams import Purpose
from sim.inference.decide import collect
from sim.inference.look_path import decisions_where, first_look, path_of
from sim.jobs.tasks import block_task
from sim.power.monte_carlo import simulate_block
from sim.power.role import draw_and_test, prepared
from sim.power.tally import LookTally
from sim.power.tally_bytes import from_bytes, tally_kind, tally_layout, to_bytes
from sim.study import Study, parse_study

CASES = Path(__file__).parents[1] / "data" / "planned_cases.jsonl"
ENUMERATED = {
    case["id"]: case
    for case in map(json.loads, CASES.read_text(encoding="utf-8").splitlines())
    if case["id"].startswith("GX")
}
LOOKS: dict[str, Any] = {"looks": 3, "futility": {"p": 0.4}}


def of_changes(chances: list[float], **interim: Any) -> Study:
    """Twenty people with one item, answered in the middle before."""
    joint = [[0.0] * 5, [0.0] * 5, chances, [0.0] * 5, [0.0] * 5]
    return parse_study(
        {
            "questionnaire": {"points": 5, "items": ("x",), "totals": {}},
            "roles": {"person": {"pre": (0, 0, 1, 0, 0)}},
            "effect": {"joint": tuple(map(tuple, joint))},
            "design": {"n": 20},
            "interim": {"looks": 2, "boundary": "levels", **interim},
            "monte_carlo": {"block_size": 10_000},
        }
    )


@pytest.mark.parametrize("under", ["H1", "H0"])
@pytest.mark.parametrize("name", ENUMERATED)
def test_two_looks_agree_with_the_enumeration_of_all_changes(name: str, under: str) -> None:
    """Stops and rejections of the signed-rank test lie within 4 errors of the exact ones."""
    stated, expected = ENUMERATED[name]["inputs"], ENUMERATED[name]["expected"][under]
    futility = None if stated["futility"] == "none" else {"p": 0.25, "binding": True}
    study = of_changes(
        stated[under], levels=tuple(stated["two_sided_nominal_levels"]), futility=futility
    )
    tally = tally_of(study, 4)
    assert isinstance(tally, LookTally)
    counts = {
        "reject_look1": tally.ended_met[0, 0],
        "win_look1": tally.ended_won[0, 0],
        "futility_look1": tally.ended_futile[0, 0],
        "reject_total": tally.rule_rejected[0, 0],
        "win_total": tally.rule_won[0, 0],
    }
    for what, count in counts.items():
        chance, of = expected[what], tally.replicates
        assert abs(count - chance * of) <= 4 * np.sqrt(chance * (1 - chance) * of) + 1, what


def test_one_look_at_the_end_is_no_look() -> None:
    """Looks of which only the end is left change nothing that determines the numbers."""
    plain, once = small_study(), small_study(interim={"looks": (1.0,)})
    tasks = [block_task(each, arms_by_role(each), Purpose.MAIN, 100) for each in (plain, once)]
    assert fingerprint(tasks[0]) == fingerprint(tasks[1])


@pytest.mark.parametrize("adjustment", ["none", "bonferroni", "holm", "hochberg"])
@pytest.mark.parametrize("alternative", ["two_sided", "greater"])
def test_counted_thresholds_decide_as_p_values_do(adjustment: str, alternative: str) -> None:
    """Every decision at every look, and every stop, is that of the p-values themselves."""
    study = small_study(
        interim=LOOKS, design={"n": (9, 14, 30)},
        analysis={"adjustment": adjustment, "alternative": alternative},
    )  # fmt: skip
    task = block_task(study, arms_by_role(study), Purpose.MAIN, 200)
    known, side = prepared(task, 0), task.analysis.side
    tests = draw_and_test(task, 0, 0)
    assert known.procedure is not None
    assert task.looks is not None
    pvalues = collect(tests.samples, known.sizes, task.analysis, procedure=None)
    paths = [
        path_of([evidence], task.looks, [known.place], side)
        for evidence in (tests.evidence, pvalues)
    ]
    ends = [first_look(path.met | path.futile) for path in paths]
    assert np.array_equal(paths[0].futile, paths[1].futile)
    assert np.array_equal(*ends)
    assert len(np.unique(ends[0])) == 3
    decided = [decisions_where(path, 0, ends[0]) for path in paths]
    for field in fields(decided[0]):
        assert np.array_equal(*(getattr(of, field.name) for of in decided)), field.name


@pytest.mark.parametrize("test", ["signed_rank", "paired_t"])
def test_the_design_without_looks_is_counted_on_the_same_people(test: str) -> None:
    """What is counted of it is the tally of the study without looks, which accrues alike."""
    sizes = {"n": (6, 12, 25)}
    plain = tally_of(small_study(design=sizes, analysis={"test": test}))
    looked = tally_of(small_study(design=sizes, analysis={"test": test}, interim=LOOKS))
    assert isinstance(looked, LookTally)
    assert np.array_equal(looked.fixed_won, plain.rule_won)
    assert np.array_equal(looked.fixed_rejected, plain.rule_rejected)


def test_sizes_that_share_looks_are_decided_as_alone() -> None:
    """What is decided at a look of several sizes is that of each size, of the same people."""
    study = small_study(interim=LOOKS, design={"n": (9, 10, 11, 30)})
    task = block_task(study, arms_by_role(study), Purpose.MAIN, 200)
    assert task.looks is not None
    assert len(task.looks.occasions.at) < task.looks.place.size
    together = simulate_block(task, 0)
    for k in range(task.number_of_sizes):
        looks = replace(
            task.looks, place=task.looks.place[k : k + 1], taken=task.looks.taken[k : k + 1]
        )
        alone = simulate_block(replace(task, looks=looks), 0)
        for field in fields(LookTally)[1:]:
            counts = getattr(together, field.name)[k : k + 1]
            assert np.array_equal(getattr(alone, field.name), counts), field.name


def test_every_study_ends_once() -> None:
    """Ends add up: to the decisions of the rule, and to what is estimated."""
    tally = tally_of(small_study(interim=LOOKS, design={"n": (8, 20)}))
    assert isinstance(tally, LookTally)
    assert np.array_equal(tally.ended_met.sum(axis=1), tally.rule_rejected[:, 0])
    assert np.array_equal(tally.ended_won.sum(axis=1), tally.rule_won[:, 0])
    assert np.array_equal(tally.ended_estimable.sum(axis=1), tally.estimable)
    assert (tally.ended_futile[:, -1] == 0).all()
    assert (tally.ended_futile[:, 0] > 0).all()
    assert (tally.unstopped_rejected >= tally.rule_rejected[:, 0]).all()


def test_counts_of_looks_are_kept_as_bytes() -> None:
    """A tally with looks is read back as it was written."""
    study = small_study(interim={"sizes": (5, 9)})
    task = block_task(study, arms_by_role(study), Purpose.MAIN, 100)
    tally = simulate_block(task, 0)
    kept = from_bytes(tally_kind(task), tally_layout(task), to_bytes(tally))
    for field in fields(LookTally):
        assert np.array_equal(getattr(kept, field.name), getattr(tally, field.name)), field.name


SEVEN = tuple("abcdefg")
NO_EFFECT = {"none": 7, "half": 4}
"""Items without effect, of seven."""


def familywise_errors(truth: str, adjustment: str, blocks: int, **changes: Any) -> tuple[int, int]:
    """Studies of seven items that reject a true null, and all of them, of three looks."""
    nulls = NO_EFFECT[truth]
    study = small_study(
        **{
            "questionnaire": {"points": 5, "items": SEVEN},
            "effect": {"shift": (0.0,) * nulls + (0.6,) * (7 - nulls)},
            "interim": {"looks": 3, "boundary": "pocock"}, "design": {"n": (45,)},
            "analysis": {"adjustment": adjustment, "test": "paired_t"},
            "monte_carlo": {"block_size": 4000},
        }
        | changes
    )  # fmt: skip
    tally = tally_of(study, blocks)
    return int(tally.families[0, 0, 1:].sum()), tally.replicates


@pytest.mark.parametrize("truth", NO_EFFECT)
@pytest.mark.parametrize("adjustment", ["bonferroni", "holm"])
def test_no_look_raises_the_familywise_error(adjustment: str, truth: str) -> None:
    """Three Pocock looks at seven items err in at most 5% of studies, whichever have an effect."""
    errors, of = familywise_errors(truth, adjustment, 2)
    assert errors <= 0.05 * of + 4 * np.sqrt(0.05 * 0.95 * of)
    assert errors > 0.01 * of


@pytest.mark.long
@pytest.mark.parametrize("boundary", ["pocock", "obrien_fleming_spending", "haybittle_peto"])
@pytest.mark.parametrize("primary", ["any of items", "all of [e, f, g]"])
@pytest.mark.parametrize("truth", NO_EFFECT)
@pytest.mark.parametrize("adjustment", ["bonferroni", "holm"])
def test_no_look_raises_the_familywise_error_of_exact_tests(
    adjustment: str, truth: str, primary: str, boundary: str
) -> None:
    """So do exact signed-rank tests under other boundaries, and where all effects must show."""
    errors, of = familywise_errors(
        truth, adjustment, 50,
        analysis={"adjustment": adjustment, "p_value": "exact"},
        success={"it": primary}, primary="it", interim={"looks": 3, "boundary": boundary},
    )  # fmt: skip
    assert errors <= 0.05 * of + 4 * np.sqrt(0.05 * 0.95 * of)
    assert errors > 0
