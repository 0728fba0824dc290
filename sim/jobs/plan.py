"""The main job: what can this design achieve, and how large must it be?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.cohorts import TrueEffects, control_population, role_population, true_effects
from sim.cohorts.participants import CONTROLS
from sim.compute.executors import open_executor
from sim.compute.store import Store
from sim.inference.attainable import smallest_pvalue, winnable
from sim.inference.families import family_of
from sim.inference.registry import BY_SITE
from sim.inference.rules import DecisionRule, decision_rules
from sim.jobs.adjustments import before_adjustments, before_blocks
from sim.jobs.assumptions import assumptions_of
from sim.jobs.assurance import (
    assurance_blocks,
    assurances,
    believed_effects,
    inflations,
)
from sim.jobs.one_group import one_group, one_group_blocks
from sim.jobs.pilot_example import score_example
from sim.jobs.posterior_effect import with_plain_effects
from sim.jobs.search import Found, OnBlock, Search
from sim.jobs.tasks import estimands_by_role
from sim.power.answer import Attainable, PlanAnswer
from sim.power.audit import Audit, audit
from sim.power.choice import exact_place
from sim.power.detectable import check_detectable, detectable_effects
from sim.power.participation import Participation, participation, sites_of_arms
from sim.power.precision import Precision, precision_of
from sim.power.thinned import Enumerable
from sim.power.units import Unit, interval_unit
from sim.report.warnings import warnings_of
from sim.study import RoleName, Study
from sim.study.control import ParallelControl


def check(study: Study) -> None:
    """Refuse what cannot exist or cannot be answered, before anything is run or written.

    Raises
    ------
    StudyError
        One line that names the field and what would be right.
    """
    study = with_plain_effects(study)
    populations = tuple(role_population(study, role) for role in study.role_names)
    for role in study.role_names:
        control_population(study, role)
    believed_effects(study)
    family_of(study)
    check_detectable(study, populations)
    if study.engine == "exact":
        for population in populations:
            Enumerable.of(population, study.analysis).require()
        rules = {rule.name: rule for rule in decision_rules(study)}
        exact_place(rules[study.decision.primary], len(study.scale.domains), study.analysis)


def plan(study: Study, on_block: OnBlock | None = None, store: Store | None = None) -> PlanAnswer:
    """Work out a study design and answer how large it must be.

    Parameters
    ----------
    study : Study
        The design and all that is assumed, as from ``compose_study``.
    on_block : callable, optional
        Called with (blocks done, blocks in all) after each block.
    store : Store, optional
        Where finished blocks are looked up and kept; by default nowhere.

    Returns
    -------
    PlanAnswer
        Effects, operating characteristics, levels, sizes; the same for the same study.

    Raises
    ------
    StudyError
        Where a population cannot exist, or the engine asked for cannot answer.

    Examples
    --------
    >>> from sim import compose_study, plan
    >>> study = compose_study(["design.sizes=[12,24]", "monte_carlo.replicates=200",
    ...                        "monte_carlo.block_size=100"])
    >>> plan(study).characteristics.replicates
    200
    """
    asked, study = study, with_plain_effects(study)
    believed, alone = believed_effects(study), one_group_blocks(study)
    further = assurance_blocks(believed) + alone + before_blocks(study)
    with open_executor(**study.compute.model_dump()) as executor:
        search = Search(study, decision_rules(study), executor, on_block, further, store)
        shifts, found = detectable_effects(study, search.populations), search.run()  # may refuse
        beside = one_group(study, found, executor, search.beside(alone), store)
        before = before_adjustments(found.study, executor, search, store)
        averaged = assurances(found.study, believed, executor, search.step, store)
    answer = PlanAnswer(
        asked=asked,
        study=found.study,
        effects=_effects(search),
        estimands=estimands_by_role(found.study),
        attainable=attainable(found.study, search.rules),
        characteristics=found.main,
        null_characteristics=found.null,
        sample_sizes=found.sizes,
        precision=_precision(search, found),
        detectable=shifts,
        assumptions=assumptions_of(asked),
        pilot_scores=score_example(study),
        participation=_participation(search),
        audits=_audits(search),
        one_group=beside,
        before_adjustments=before,
        assurances=averaged,
        inflations=inflations(study),
    )
    return replace(answer, warnings=warnings_of(answer))


def _effects(search: Search) -> dict[str, TrueEffects]:
    side = search.study.analysis.side
    return {
        role: true_effects(mentored, controls, side) for role, mentored, controls in search.people()
    }


def _participation(search: Search) -> dict[str, Participation]:
    return {
        role: participation(search.study, role, mentored, controls)
        for role, mentored, controls in search.people()
    }


def _precision(search: Search, found: Found) -> Precision:
    """Look up the interval of the primary rule's endpoint."""
    study = found.study
    units: dict[str, Unit] = {
        role: interval_unit(mentored.clusters, study.analysis.test)
        for role, mentored, _ in search.people()
    }
    size = next(own for own in found.sizes if own.rule == study.decision.primary)
    return precision_of(found.main, size, units, study.target.half_width)


def _audits(search: Search) -> dict[str, Audit]:
    """Say where the change comes from, for the roles where that is a question."""
    found = {role: audit(mentored, controls) for role, mentored, controls in search.people()}
    return {role: own for role, own in found.items() if own is not None}


def attainable(study: Study, rules: tuple[DecisionRule, ...]) -> Attainable:
    """Smallest possible p-values per role, and the size from which each rule can be won.

    Parameters
    ----------
    study : Study
        The design.
    rules : tuple of DecisionRule
        Its rules.

    Returns
    -------
    Attainable
    """
    every = range(2, study.sizes[-1] + 1)
    smallest = {
        role: smallest_pvalue(units, study.analysis, controls)
        for role in study.role_names
        for units, controls in [_units(study, role, every)]
    }
    possible = winnable(
        list(smallest.values()),
        len(study.scale.domains),
        rules,
        study.analysis,
        family_of(study),
    )
    first = {
        name: int(np.argmax(wins)) + every.start if wins.any() else None
        for name, wins in possible.items()
    }
    at = np.array(study.sizes) - every.start
    return Attainable({role: tuple(best[at].tolist()) for role, best in smallest.items()}, first)


def _units(study: Study, role: RoleName, every: range) -> tuple[list[int], list[int] | None]:
    """What carries information at each size, and how much of it is in the control arm.

    People, or sites where the test looks at those; None without a control arm.
    """
    arms = [
        population.clusters
        for population in (role_population(study, role), control_population(study, role))
        if population is not None and population.clusters is not None
    ]
    if study.analysis.test in BY_SITE and arms:
        counts = sites_of_arms(study, role, every, arms)
    else:
        counts = [
            list(own) for own in zip(*(study.arm_participants(role, p) for p in every), strict=True)
        ]
    both = [sum(own) for own in zip(*counts, strict=True)]
    return both, counts[CONTROLS] if isinstance(study.control, ParallelControl) else None
