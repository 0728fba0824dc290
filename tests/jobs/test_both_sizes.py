"""Drop-out that depends on the answers: two sizes, of which the larger is the answer."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from oracles.plain_studies import PlainStudy, agree, share, t_tests, with_totals
from oracles.studies import PRE, small_study, two_arm_study

from sim import plan
from sim.compute.executors import InProcessExecutor
from sim.inference.rules import decision_rules
from sim.jobs.missing_by_chance import by_chance, versions
from sim.jobs.progress import Progress
from sim.jobs.search import Search, search_together
from sim.power.missing_by_chance import MissingByChance
from sim.power.sample_size import SampleSize, larger
from sim.report.files import results_csv
from sim.report.results.answer import PlanAnswer

TOTAL = {"primary": "total", "success": {"total": "total"}}  # fmt: skip
REST = {"item_rate": 0.0, "total": "complete_case"}
MNAR = {"kind": "mnar", "rate": 0.3, "slope": -2.0, **REST}
MAR = {"kind": "mar", "rate": 0.3, "slope": -2.0, **REST}
SIZES = (30, 60)


def study_of(missing: dict[str, Any], **changes: Any) -> Any:
    """State a study of three domains that tests its total by a t test."""
    stated = {
        "missing": missing, **TOTAL, "analysis": {"test": "paired_t", "p_value": "auto"},
        "correlation": {"pre_post": 0.5}, "design": {"n": SIZES},
        "effect": {"shift": 0.3},
        "monte_carlo": {"replicates": 8000, "search_replicates": 8000, "block_size": 500},
    }  # fmt: skip
    return small_study(**{**stated, **changes})


@cache
def answer_of(kind: str) -> PlanAnswer:
    """Answer under one mechanism."""
    return plan(study_of({"mnar": MNAR, "mar": MAR}[kind]))


def known_of(answer: PlanAnswer) -> MissingByChance:
    """Both sizes, which are there."""
    assert answer.missing_by_chance is not None
    return answer.missing_by_chance


# ---------------------------------------------------------------------- what the powers are


@pytest.mark.parametrize("studies", [4000, pytest.param(20_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("shift", [0.3, 0.0])
@pytest.mark.parametrize("kind", ["mnar", "mar"])
def test_both_powers_are_those_of_a_plain_simulation(kind: str, shift: float, studies: int) -> None:
    """Power and level of either size agree with normals cut by hand, within 4 errors."""
    answer = answer_of(kind)
    between = float(answer.study.correlation.items)
    stated = {kind: -2.0, "mcar": 0.0}
    chance = known_of(answer)
    engine = {kind: answer.characteristics, "mcar": chance.characteristics}
    if shift == 0:
        engine = {kind: answer.null_characteristics, "mcar": chance.null_characteristics}
    powers = []
    for missing, slope in stated.items():
        people = PlainStudy(PRE, (shift,) * 3, 0.5, between, missing, 0.3, slope)
        for k, size in enumerate(SIZES):
            p, sign = t_tests(with_totals(people.changes(size, studies, seed=size)))
            expected = share((p[:, -1] <= 0.05) & (sign[:, -1] > 0))
            win = engine[missing].rule_win
            assert agree((win.value[k, 0], win.mcse[k, 0]), expected)
            powers.append(expected[0])
    assert np.abs(np.subtract(powers[:2], powers[2:])).min() > 0.02  # so that this can fail


@pytest.mark.parametrize("missing", [MNAR, {**MAR, "item_rate": 0.05}])
def test_the_size_by_chance_is_that_of_a_study_stated_so(missing: dict[str, Any]) -> None:
    """It is the plan of the same study with the same rate of drop-out by chance, bit for bit."""
    few = {"monte_carlo": {"replicates": 400, "search_replicates": 800, "block_size": 100}}
    answer = plan(study_of(missing, **few))
    stated = {key: value for key, value in missing.items() if key != "slope"} | {"kind": "mcar"}
    alone, known = plan(study_of(stated, **few)), known_of(answer)
    assert alone.missing_by_chance is None
    for mine, other in [
        (known.characteristics, alone.characteristics),
        (known.null_characteristics, alone.null_characteristics),
    ]:
        np.testing.assert_array_equal(mine.rule_win.value, other.rule_win.value)
        np.testing.assert_array_equal(mine.rule_win.replicates, other.rule_win.replicates)
    assert known.sizes == alone.sample_sizes
    extra = [line for line in results_csv(answer).splitlines() if "missing_by_chance" in line]
    assert len(extra) == 3 * len(SIZES)
    assert "missing_by_chance" not in results_csv(alone)


@pytest.mark.parametrize(
    "missing",
    [{"kind": "mcar", "rate": 0.3, **REST}, {**MNAR, "slope": 0.0}, {**MAR, "rate": 0.0},
     {"rate": 0.0, **REST}],
)  # fmt: skip
def test_drop_out_by_chance_has_one_size(missing: dict[str, Any]) -> None:
    """Where answers decide nothing there is one study, one size and no further row."""
    study = study_of(missing)
    assert versions(study) == (study,)
    assert by_chance(study) is study


# --------------------------------------------------------------------- which is the answer


def test_the_answer_is_the_larger_size() -> None:
    """Whoever gains less leaves: the effect on everybody takes more pairs than are seen to do."""
    study = study_of(MNAR, design={"n": tuple(range(10, 141, 10))})
    answer = plan(study)
    known = known_of(answer)
    chance, by_answers = known.pair("total")
    assert chance.size is not None
    assert by_answers.size is not None
    assert chance.size > by_answers.size
    assert answer.sample_size == chance
    assert known.is_larger("total")
    assert answer.planned is not answer.characteristics


def test_drop_out_that_hides_the_effect_is_the_answer() -> None:
    """Whoever gains more leaves: the size under the mechanism is the larger and the answer."""
    study = study_of({**MNAR, "slope": 1.0}, design={"n": tuple(range(10, 161, 10))},
                     effect={"shift": 0.5})  # fmt: skip
    answer = plan(study)
    chance, by_answers = known_of(answer).pair("total")
    assert chance.size is not None
    assert answer.sample_size == by_answers
    assert by_answers.size is None or by_answers.size > chance.size
    assert answer.planned is answer.characteristics
    assert "lost to bias" in " ".join(answer.warnings)


def size_of(pairs: int | None, power: float = 0.8, impossible: str | None = None) -> SampleSize:
    """State a size."""
    return SampleSize("r", 0.8, pairs, pairs, pairs, pairs, 100, power, 0.01, 100,
                      impossible=impossible)  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "is_first"),
    [
        (size_of(40), size_of(41), False),
        (size_of(41), size_of(40), True),
        (size_of(40), size_of(40), True),
        (size_of(40), size_of(40, 0.9), True),
        (size_of(40, 0.9), size_of(40), False),
        (size_of(None, 0.7), size_of(99), True),
        (size_of(99), size_of(None, 0.7), False),
        (size_of(None, 0.7), size_of(None, 0.6), False),
        (size_of(None, 0.7, "never"), size_of(None, 0.6), True),
    ],
)
def test_which_size_is_larger(first: SampleSize, second: SampleSize, *, is_first: bool) -> None:
    """One that is not reached is larger than any, one that cannot be than one that is not."""
    assert (larger(first, second) is first) == is_first


# ------------------------------------------------------------------------ how far is searched


def test_both_searches_end_at_the_same_sizes() -> None:
    """The one that is content with 20 pairs goes as far as the one that is not."""
    few = {"replicates": 200, "search_replicates": 200, "block_size": 100}
    growing = study_of(MNAR, design={"n": None, "up_to": 20, "search_limit": 160},
                       effect={"shift": 0.5}, monte_carlo=few)  # fmt: skip
    alone = Search(growing, decision_rules(growing), InProcessExecutor()).run()
    assert alone.study.design.up_to == 20
    calls: list[tuple[int, int]] = []
    answer = plan(growing, lambda *done: calls.append(done))
    known = known_of(answer)
    assert answer.characteristics.sizes == known.characteristics.sizes
    assert answer.characteristics.sizes[-1] > 20
    assert answer.study.design.up_to == answer.characteristics.sizes[-1]
    first = answer.characteristics.rule_win.value[: len(alone.main.sizes)]
    np.testing.assert_array_equal(first, alone.main.rule_win.value)
    assert calls[-1][0] == calls[-1][1]  # all that was planned was done, and no more
    assert all(done <= planned for done, planned in calls)


def test_a_search_alone_is_as_before() -> None:
    """Together with itself a search finds what it finds alone."""
    study = study_of(
        {"rate": 0.0, **REST},
        design={"n": (20, 40)},
        monte_carlo={"replicates": 200, "search_replicates": 400, "block_size": 100},
    )
    alone = Search(study, decision_rules(study), InProcessExecutor()).run()
    two = [Search(study, decision_rules(study), InProcessExecutor()) for _ in range(2)]
    for result in search_together(two, Progress()):
        assert result.sizes == alone.sizes


# ------------------------------------------------------------------------ what rests on them


def test_without_a_control_arm_both_sizes_count_too() -> None:
    """The one group that is compared takes the larger of its two sizes."""
    few = {"replicates": 400, "search_replicates": 400, "block_size": 100}
    study = two_arm_study(
        "two_sample_t", missing=MNAR, **TOTAL, control={"beside": "paired_t"},
        design={"n": tuple(range(10, 91, 10))}, monte_carlo=few,
    )  # fmt: skip
    answer = plan(study)
    assert answer.one_group is not None
    none = {}
    one = plan(small_study(
        missing=MNAR, **TOTAL, control=none, design={"n": tuple(range(10, 91, 10))},
        analysis={"test": "paired_t", "p_value": "auto", "adjustment": "none"}, monte_carlo=few,
    ))  # fmt: skip
    assert answer.one_group.size == one.sample_size


def test_assurance_rests_on_the_version_that_the_size_rests_on() -> None:
    """Believed without doubt, an effect has the assurance that is its power by chance."""
    effect = {"shift": 0.3, "prior": {
        "kind": "normal_shift", "mean": 0.3, "sd": 0.0001, "between_sd": 0.0, "draws": 50,
        "replicates": 40}}  # fmt: skip
    study = study_of(MNAR, effect=effect, monte_carlo={"replicates": 2000, "block_size": 500})
    answer = plan(study)
    (assured,) = answer.assurances
    power, by_answers = answer.planned.rule_win, answer.characteristics.rule_win
    value, error = float(assured.value.value[0, 0]), float(assured.value.mcse[0, 0])
    assert agree((value, error), (power.value[0, 0], power.mcse[0, 0]))
    assert not agree((value, error), (by_answers.value[0, 0], by_answers.mcse[0, 0]))


def test_levels_are_judged_where_answers_are_missing_by_chance() -> None:
    """The level that tells on the tests is not that which drop-out makes."""
    answer = answer_of("mnar")
    assert answer.level_characteristics is known_of(answer).null_characteristics
    assert answer.level_characteristics.rule_win.value[1, 0] < 0.035
    assert answer.null_characteristics.rule_win.value[1, 0] > 0.1
    plain = replace(answer, missing_by_chance=None)
    assert plain.level_characteristics is answer.null_characteristics
