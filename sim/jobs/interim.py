"""What interim looks are, cost and gain: as planned, beside the fixed design, by effect."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from math import isnan, nan, sqrt

import numpy as np
from scipy.special import ndtr

from sim.cohorts import arms_by_role, role_arms, true_effects
from sim.cohorts.participants import TREATED
from sim.compute.store import BlockStore
from sim.compute.streams import Purpose
from sim.errors import StudyError
from sim.jobs.allowances import primary_alone
from sim.jobs.attainable import winnable_at_looks
from sim.jobs.looks import boundaries_at, levels_of, looks_of, measures_of
from sim.jobs.progress import Progress
from sim.jobs.search import SearchResult
from sim.jobs.tasks import block_task
from sim.power.effect_scale import EffectScale
from sim.power.estimates import Estimate, column, proportion, with_columns
from sim.power.interim import ExpectedSize, InterimGain, InterimPlan, Look, expected_size
from sim.power.known import Draws, known_rules
from sim.power.known_looks import known_ends
from sim.power.looks_table import LooksTable
from sim.power.operating import OperatingCharacteristics
from sim.power.sample_size import SampleSize, smallest_size
from sim.power.simulate import KeptExactTable, simulate
from sim.power.tally import LookTally
from sim.power.thinned import Changes
from sim.sequential.characteristics import characterise
from sim.study import Study


def interim_plan(study: Study, size: int) -> InterimPlan | None:
    """State the looks of a study of a size; None where it is looked at once.

    Raises
    ------
    StudyError
        Where the looks before the last use up the level.
    """
    interim = study.looks
    if interim is None:
        return None
    solved, winnable = boundaries_at(study, interim, size), winnable_at_looks(study)
    at, places = interim.at(size), interim.solved_at(size)
    bounds = [] if solved.futility is None else solved.futility.tolist()
    futility = [*bounds, *[None] * (len(places) - len(bounds))]
    looks, spread = [], _spread(study)
    for look in interim.taken_at(size):
        place = places.index(look)
        first = np.flatnonzero(winnable[:, look])
        looks.append(
            Look(
                analysed=at[look],
                recruited=min(at[look] + interim.lag, size),
                share=float(solved.shares[place]),
                level=float(levels_of(interim, solved)[place]),
                critical=float(solved.critical[place]),
                spent=float(solved.spent[place]),
                futility=futility[place],
                futility_p=None if futility[place] is None else float(ndtr(-futility[place])),
                smallest_change=_change(study, spread, at[look], float(solved.critical[place])),
                possible_from=study.sizes[first[0]] if first.size else None,
            )
        )
    inflation = characterise(solved, study.target.power).inflation
    return InterimPlan(size, tuple(looks), solved.binding, inflation, interim.spend == "exact")


def _spread(study: Study) -> float:
    """Standard deviation of the change of the endpoint that the primary rule looks at.

    NaN where it looks at several, people resemble each other, or two arms are compared.
    """
    rule = study.success[study.primary]
    endpoints = study.endpoints_of(rule)
    if len(endpoints) * len(rule.roles) > 1 or study.has_controls or study.clusters:
        return nan
    place = study.endpoints.index(endpoints[0])
    (role,) = study.roles_of(rule)
    sets, side = study.endpoint_sets, study.analysis.side
    effects = true_effects(*role_arms(study, role), endpoints=sets, side=side)
    return float(effects.sd_change[place])


def _change(study: Study, spread: float, size: int, critical: float) -> float | None:
    """Mean change that has a critical z at a size."""
    (role, *_) = study.roles_of(study.success[study.primary])
    change = study.analysis.side * critical * spread / sqrt(study.participants(role, size))
    return None if isnan(change) else change


def interim_blocks(study: Study) -> int:
    """Blocks that the run under half of the effect takes, for the progress bar."""
    return 0 if study.looks is None or _halved(study, study.sizes[-1]) is None else study.blocks


def interim_gain(
    result: SearchResult, executor: Executor, progress: Progress, store: BlockStore | None = None
) -> InterimGain | None:
    """Size the study without looks, and work out how many units it takes under which effect.

    Parameters
    ----------
    result : SearchResult
        Of the study with looks.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    progress : Progress
        In which the blocks under half of the effect are planned already.
    store : BlockStore, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    InterimGain or None
        None where there are no looks.
    """
    study, main, null = result.study, result.main, result.null
    if main.interim is None or null.interim is None:
        return None
    size, q = result.primary_size, main.rule_index(study.primary)
    pairs = result.at_size
    k = main.sizes.index(pairs)
    expected = [expected_size("planned", main.interim, column(main.rule_win, q), k)]
    half = _halved(study, pairs)
    if half is not None:
        expected.append(_under_half(half, executor, progress, store))
    expected.append(expected_size("none", null.interim, column(null.rule_win, q), k))
    fixed = _fixed_size(study, main, main.interim.fixed_win, size, store)
    return InterimGain(fixed, tuple(expected))


def _halved(study: Study, size: int) -> Study | None:
    """State the study of one size with half of its effect; None where that cannot be had."""
    alone = primary_alone(study)
    design = alone.design.model_copy(update={"n": (size,)})
    try:
        scale = EffectScale.of(alone.model_copy(update={"design": design}))
        half = scale.study_at(0.5)
        arms_by_role(half)
    except StudyError:
        return None
    return half if scale.assumed and not scale.turned else None


def _under_half(
    half: Study, executor: Executor, progress: Progress, store: BlockStore | None
) -> ExpectedSize:
    """Simulate the study under half of its effect, by the same random numbers."""
    arms = arms_by_role(half)
    task = block_task(half, arms, Purpose.MAIN, half.monte_carlo.block_size)
    tally = simulate(task, range(half.blocks), executor, progress.step, store)
    if not isinstance(tally, LookTally):
        raise TypeError("a study with looks was counted as one without")
    measures = measures_of(half, tally, arms)
    won = proportion(tally.rule_won[:, 0], tally.replicates)
    tables = LooksTable.of(half), KeptExactTable.of(half.scored_analysis, half.engine, store)
    treated = tuple(role[TREATED] for role in arms)
    known = known_ends(half, treated, looks_of(half), tables, tally)
    if known is None:
        return expected_size("half", measures, won, 0)
    return expected_size("half", known.measured(measures), known.total.win, 0)


def _fixed_size(
    study: Study,
    main: OperatingCharacteristics,
    win: Estimate,
    size: SampleSize,
    store: BlockStore | None,
) -> SampleSize:
    """Size the primary rule without looks, by its exact power where that can be had.

    `win` (K, Q) is what was simulated of it, `size` that of the study with looks.
    """
    fixed = study.model_copy(update={"interim": None})
    q = main.rule_index(study.primary)
    if study.engine != "monte_carlo":
        endpoints, analysis = study.endpoint_sets, study.scored_analysis
        people = [Changes.of(arms[TREATED], endpoints, analysis) for arms in arms_by_role(fixed)]
        sizes = [role.n for role in main.roles]
        table = KeptExactTable.of(analysis, study.engine, store)
        draws = Draws(main.replicates, study.seed)
        known = known_rules(main.rules[q : q + 1], people, sizes, endpoints, table, None, draws)
        win = with_columns(win, {q: known[0].win} if known else {})
    without = smallest_size(study.primary, study.target.power, main.sizes, win, q)
    return replace(without, impossible=size.impossible if without.size is None else None)
