"""Programmes are what theory, quadrature and a plain loop say."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import sim.jobs.feasibility as jobs
from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.feasibility import accrual, programme
from sim.feasibility.main_study import MainTest, Rule, inflation, main_power, size_for
from sim.feasibility.programme import ProgrammeTally, ProgrammeTask, simulate_programmes
from sim.jobs.feasibility import feasibility
from sim.jobs.pilot_tasks import programme_task
from sim.study import Study

ALWAYS = {"kept": {"measure": "retention", "red": 0.0, "green": 0.01}}
"""A criterion that always says go."""
SHARES = [0.05, 0.2, 0.5, 0.2, 0.05]


def task_of(criteria: dict[str, Any], main: dict[str, Any], **sections: Any) -> ProgrammeTask:
    """State a programme with pilots of ten and of thirty."""
    return programme_task(
        Study(
            questionnaire={"items": {"listening": SHARES}},
            effect=sections.pop("effect", {"shift": 0.5}),
            feasibility={"criteria": criteria, "sizes": [10, 30], "main": main},
            **sections,
        )
    )


def played(task: ProgrammeTask, blocks: int = 12) -> ProgrammeTally:
    """Simulate some blocks."""
    tally = simulate_programmes(task, 0)
    for block in range(1, blocks):
        tally = tally + simulate_programmes(task, block)
    return tally


def test_power_is_that_of_the_noncentral_t() -> None:
    """Power and size of the main study are those of scipy's noncentral t, near and far."""
    test = MainTest(0.05, 2, 0.8)
    for n, effect in ((12, 0.8), (60, 0.3), (900, 0.09)):
        limit = stats.t.isf(0.025, n - 1)
        wanted = stats.nct.sf(limit, n - 1, effect * np.sqrt(n))
        assert main_power(test, [n], effect)[0] == pytest.approx(wanted, abs=2e-6)
    n = int(size_for(test, 0.3, 500))
    assert main_power(test, [n - 1], 0.3)[0] < 0.8 <= main_power(test, [n], 0.3)[0]
    assert np.isinf(size_for(test, -0.1, 500))


def test_fixed_size_and_always_go_is_the_main_studys_power() -> None:
    """With n fixed and a criterion that always says go, the programme succeeds with its power."""
    task = task_of(ALWAYS, {"sized_by": "fixed", "n": 40})
    tally = played(task, 2)
    effect, sd = task.planned
    power = main_power(task.test, [40], effect / sd)[0]
    np.testing.assert_allclose(tally.success[0] / tally.truths.sum(), power, rtol=1e-12)
    np.testing.assert_allclose(tally.people[0] / tally.truths.sum(), [50, 70])


@pytest.mark.parametrize("rule", ["pilot_sd", "non_central_t", "upper_limit"])
def test_sized_by_the_pilot_it_is_the_average_power(rule: Rule) -> None:
    """Sized from the pilot, success is E[power(n)] over the pilot's variance, by quadrature."""
    task = task_of(ALWAYS, {"sized_by": rule})
    tally = played(task)
    effect, sd = task.planned
    for k, freedom in enumerate((9, 29)):
        factor = inflation(rule, task.test, np.array([freedom]), 0.8)[0]
        middle = stats.chi2.ppf((np.arange(4000) + 0.5) / 4000, freedom)
        sizes = size_for(
            task.test, effect / (sd * np.sqrt(middle / freedom * factor)), task.largest
        )
        expected = main_power(task.test, sizes, effect / sd).mean()
        mean = tally.success[0, k] / tally.truths.sum()
        spread = tally.success[1, k] / tally.truths.sum() - mean**2
        assert abs(mean - expected) < 4 * np.sqrt(spread / tally.truths.sum()) + 1e-3


def test_assurance_sizes_for_the_average_power() -> None:
    """Sized by assurance from a large pilot, the average over what is believed is the target."""
    task = task_of(ALWAYS, {"sized_by": "fixed", "n": 40})
    effect, sd = task.planned
    effects = effect * np.linspace(0.6, 1.4, 41)
    believed = np.stack([effects, np.full(41, sd)], axis=1)
    answers = np.zeros((41, 1))
    task = replace(task, rule="assurance", believed=believed, answers=answers)
    pilot = replace(task.pilot, sizes=(900, 1000), people=((np.arange(1001),),))
    tally = played(replace(task, pilot=pilot), 4)
    assert tally.success[0] / tally.truths.sum() == pytest.approx([0.8, 0.8], abs=0.012)


BELIEFS: list[dict[str, Any]] = [
    {"red": 0.5, "green": 0.7, "expected": 0.75, "sure_as": 6},
    {"red": 0.6, "green": 0.7, "expected": 0.7},
    {"red": 0.3, "green": 0.9, "expected": 0.6, "sure_as": 2},
]


@pytest.mark.parametrize("belief", BELIEFS)
def test_programmes_are_those_of_a_plain_simulation(belief: dict[str, Any]) -> None:
    """Under three beliefs, what happens is as often as where each step is played by hand."""
    task = task_of({"kept": {"measure": "retention", **belief}}, {"sized_by": "pilot_sd"})
    tally, number = played(task, 8), 3000
    rng, (effect, sd), n = np.random.default_rng(11), task.planned, 30
    truth = np.full(number, belief["expected"])
    if "sure_as" in belief:
        worth = belief["sure_as"]
        truth = rng.beta(worth * truth, worth * (1 - truth))
    kept = rng.binomial(n, truth)
    share, won, people = kept / n, np.zeros(number), np.full(number, float(n))
    for i in range(number):
        if share[i] <= belief["red"] + 1e-12 or kept[i] < 2:
            continue
        changes = rng.normal(effect, sd, kept[i])
        main = size_for(task.test, effect / changes.std(ddof=1), task.largest)
        if np.isinf(main):
            continue
        people[i] += np.ceil(main / belief["expected"])
        analysed = int(main * truth[i] / belief["expected"] + 1e-9)
        won[i] = main_power(task.test, [analysed], effect / sd)[0]
    shares = tally.success[0, 1] / 4000, tally.people[0, 1] / 4000
    stops = tally.decisions[1, :, 0].sum() / 4000
    assert abs((share <= belief["red"] + 1e-12).mean() - stops) < 0.04
    for ours, theirs in zip(shares, (won, people), strict=True):
        error = theirs.std() * np.sqrt(1 / number + 1 / 4000)
        assert abs(ours - theirs.mean()) < 4 * error


def test_resumed_and_shared_numbers_are_the_same() -> None:
    """A block is the same whenever it is computed, and pilots that stop are counted by truth."""
    task = task_of({"kept": {"measure": "retention", **BELIEFS[0]}}, {"sized_by": "planned_sd"})
    first, again = simulate_programmes(task, 3), simulate_programmes(task, 3)
    assert (first.success == again.success).all()
    assert first.decisions.sum() == 2 * task.block_size
    stopped = first.decisions[:, :, 0] / first.truths
    assert (stopped[:, 1] > stopped[:, 0]).all()


def test_finished_blocks_are_not_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second run takes its blocks from the store, and gives the same answer; progress is told."""
    light = {"kept": {"measure": "retention", "red": 0.3, "green": 0.9, "expected": 0.8}}
    study = Study(
        questionnaire={"items": {"listening": SHARES}},
        effect={"shift": 0.5},
        feasibility={"criteria": light, "sizes": [10, 20], "simulated": 1000},
    )
    told: list[tuple[int, int]] = []
    with BlockStore(tmp_path / "blocks.sqlite", "code") as store:
        first = feasibility(study, lambda *so_far: told.append(so_far), store)
        for module, name in ((accrual, "simulate_pilots"), (programme, "simulate_programmes")):
            monkeypatch.setattr(jobs, name, partial(pytest.fail, f"{module.__name__}.{name} ran"))
        again = feasibility(study, store=store)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert (first.decisions == again.decisions).all()
    assert (first.programme.success == again.programme.success).all()
    assert first.needed == again.needed


def test_a_study_without_effect_or_pilot_is_refused() -> None:
    """One line says that a pilot, or an effect, must be stated."""
    plain: dict[str, Any] = {"questionnaire": {"items": {"listening": SHARES}}}
    with pytest.raises(StudyError, match="feasibility: none is stated"):
        feasibility(Study(**plain))
    with pytest.raises(StudyError, match="effect: none is planned on 'listening'"):
        feasibility(Study(**plain, feasibility={"criteria": ALWAYS}))
