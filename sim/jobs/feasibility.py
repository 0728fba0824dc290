"""The job of a pilot: what can it find out, how large must it be, and what comes of it?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from math import ceil
from typing import TypeVar

import numpy as np

from sim.arrays import FloatArray, IntArray
from sim.compute.batch import Addable
from sim.compute.blocks import run_blocks
from sim.compute.executors import open_executor
from sim.compute.fingerprint import fingerprint
from sim.compute.shelf import Shelf
from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.feasibility.accrual import PilotTally, simulate_pilots
from sim.feasibility.learnt import PARAMETERS, Precision
from sim.feasibility.main_study import size_for
from sim.feasibility.pilot import Judged, Pilot
from sim.feasibility.programme import ProgrammeTally, simulate_programmes
from sim.feasibility.sizes import PilotSize
from sim.feasibility.tally_bytes import from_bytes, to_bytes
from sim.feasibility.three_outcomes import ThreeOutcomes, share_design
from sim.feasibility.two_stage import Aim, simon_design, stage_errors
from sim.jobs.pilot_exact import check_section, judged_pilot
from sim.jobs.pilot_tasks import (
    accrual_task,
    endpoint_of,
    feasibility_of,
    main_test,
    pilot_arms,
    pilot_of,
    planned_change,
    programme_task,
)
from sim.jobs.programme import programme_of
from sim.jobs.progress import OnBlock, Progress
from sim.report.results.feasibility import (
    CriterionAnswer,
    ExactCriterion,
    FeasibilityAnswer,
    Learnt,
    StagedDesign,
)
from sim.report.topics.feasibility import warnings_of
from sim.study import Study
from sim.study.feasibility import Feasibility

MOST_STAGED = 120
"""People up to which two stages are searched."""
MOST_PAUSED = 150
"""People by the formula up to which three outcomes are searched, among twice as many."""
T = TypeVar("T", bound=Addable)


def check(study: Study) -> None:
    """Refuse a pilot that cannot be, before anything is run or written.

    Raises
    ------
    StudyError
        One line that names the field and what would be right.
    """
    feasibility_of(study)
    check_section(study)
    pilot_of(study)
    effect, sd = planned_change(study, pilot_arms(study)[0])
    name = study.endpoints[endpoint_of(study)]
    if not np.isfinite(sd):
        raise StudyError(
            f"success.{study.primary}: the change of {name!r} has no standard deviation in closed "
            "form where an effect states a table; state the distribution after (effect.post)"
        )
    if effect <= 0 or sd == 0:
        raise StudyError(
            f"effect: none is planned on {name!r} that would be a success, so that no main study "
            "can be sized; state one, such as effect.shift=0.3"
        )


def feasibility(
    study: Study, on_block: OnBlock | None = None, store: BlockStore | None = None
) -> FeasibilityAnswer:
    """Work out what a pilot can find out, how large it must be, and what comes of the programme.

    Parameters
    ----------
    study : Study
        With its section `feasibility`.
    on_block : callable, optional
        Called with (blocks done, blocks in all) after each block.
    store : BlockStore, optional
        Where finished blocks are looked up and kept; by default nowhere.

    Returns
    -------
    FeasibilityAnswer
        The same for the same study, always.

    Raises
    ------
    StudyError
        As :func:`check`.
    """
    check(study)
    pilot, pilots, programmes = pilot_of(study), accrual_task(study), programme_task(study)
    blocks = range(-(-feasibility_of(study).simulated // pilots.block_size))
    progress = Progress(on_block, 2 * len(blocks))
    with open_executor(**study.compute.model_dump()) as executor:
        run = _Runs(executor, progress, store, blocks)
        seen = run(partial(simulate_pilots, pilots), pilots, PilotTally)
        played = run(partial(simulate_programmes, programmes), programmes, ProgrammeTally)
    recruits = np.array([_mean(pilot.units_pmf(k)) for k in range(len(pilot.sizes))])
    answer = FeasibilityAnswer(
        study=study,
        endpoint=study.endpoints[endpoint_of(study)],
        effect=programmes.planned[0],
        sd=programmes.planned[1],
        recruits=recruits,
        people=_people(pilot, recruits),
        criteria=_criteria(study, pilot, seen),
        pilots=seen.pilots,
        decisions=seen.decisions / seen.pilots,
        learnt=_learnt(study, pilot, seen.precision),
        programme=programme_of(played),
    )
    return replace(answer, warnings=warnings_of(answer))


feasibility_study = feasibility
"""Its name among the public ones, where `sim.feasibility` is the room of its numerics."""


class _Runs:
    """Runs the blocks of one task after another."""

    def __init__(
        self, executor: Executor, progress: Progress, store: BlockStore | None, blocks: range
    ) -> None:
        self._executor, self._progress = executor, progress
        self._store, self._blocks = store, blocks

    def __call__(self, compute: Callable[[int], T], task: object, kind: type[T]) -> T:
        """Add up the blocks of a task; finished ones are looked up and kept."""
        key = "" if self._store is None else fingerprint(task)
        shelf: Shelf[T] = Shelf(self._store, key, to_bytes, lambda _, data: from_bytes(kind, data))
        return run_blocks(compute, self._blocks, self._executor, self._progress.step, shelf)


def _mean(pmf: FloatArray) -> float:
    return float(pmf @ np.arange(len(pmf)))


def _people(pilot: Pilot, recruits: FloatArray) -> IntArray:
    """Count the people of every role in a pilot that recruits as many units as is expected."""
    units = np.rint(recruits).astype(np.int64)
    return np.stack([pilot.in_all(role)[units] for role in range(len(pilot.people))], axis=1)


# ------------------------------------------------------------------------------- criteria


def _criteria(study: Study, pilot: Pilot, seen: PilotTally) -> tuple[CriterionAnswer, ...]:
    shown = np.moveaxis(seen.colours, 1, 0) / seen.pilots
    each = zip(judged_pilot(study).criteria, pilot.criteria, shown, strict=True)
    return tuple(_criterion(feasibility_of(study), *one) for one in each)


def _criterion(
    stated: Feasibility, exact: ExactCriterion, of: Judged, shown: FloatArray
) -> CriterionAnswer:
    staged = of.light.kind == "share" and of.light.icc == 0
    return CriterionAnswer(
        **vars(exact),
        shown=shown,
        three_outcomes=_three_outcomes(stated, of, exact.size) if staged else None,
        two_stages=tuple(_two_stages(stated, of, exact.size)) if staged else (),
    )


def _three_outcomes(stated: Feasibility, of: Judged, size: PilotSize) -> ThreeOutcomes | None:
    """Design three outcomes with the same errors, where they are not too many people."""
    if (size.formula or 0) > MOST_PAUSED:
        return None
    return share_design(
        of.light.red,
        of.light.green,
        alpha=stated.wrong_go,
        beta=stated.wrong_stop,
        gamma=stated.gamma,
        limit=2 * MOST_PAUSED,
    )


def _two_stages(stated: Feasibility, of: Judged, size: PilotSize) -> list[StagedDesign]:
    """Design two stages with the same errors, where they are not too many people."""
    red, green = of.light.red, of.light.green
    most = ceil(1.5 * (size.formula or MOST_STAGED))
    aims: tuple[Aim, ...] = ("expected", "largest") if most <= MOST_STAGED else ()
    found = []
    for aim in aims:
        design = simon_design(red, green, stated.wrong_go, 1 - stated.wrong_stop, aim, most)
        if design is not None:
            at = stage_errors(design, red), stage_errors(design, green)
            found.append(StagedDesign(aim, design, *at))
    return found


# --------------------------------------------------------------------------------- learnt


def _learnt(study: Study, pilot: Pilot, seen: Precision) -> Learnt:
    test = main_test(study)
    effect, sd = planned_change(study, pilot_arms(study)[0])
    needed = float(size_for(test, effect / sd, feasibility_of(study).main.largest))
    number = np.maximum(seen.number, 1)
    mean = np.where(seen.number > 0, seen.width / number, np.nan)
    spread = np.sqrt(np.maximum(seen.squared / number - mean**2, 0.0) / number)
    kept = pilot.retained[0]
    known = {"sd": sd, "retention": kept}
    ends = np.where(seen.number[0] > 0, seen.ends / number[0], np.nan)
    return Learnt(
        PARAMETERS, mean, spread, np.array([known.get(name, np.nan) for name in PARAMETERS]),
        int(needed) if np.isfinite(needed) else None, *ends,
    )  # fmt: skip
