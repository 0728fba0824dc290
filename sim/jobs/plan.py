"""The main job: what can this design achieve, and how large must it be?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.cohorts import arms_by_role, role_arms, true_effects
from sim.cohorts.participants import CONTROLS, TREATED
from sim.compute.executors import open_executor
from sim.compute.store import Store
from sim.inference.attainable import smallest_pvalue, winnable
from sim.inference.families import order_of
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
from sim.jobs.tasks import arms_by_name, estimands_by_role
from sim.power.answer import Attainable, PlanAnswer
from sim.power.audit import audit
from sim.power.choice import exact_place
from sim.power.detectable import check_detectable, detectable_effects
from sim.power.participation import Participation, participation, sites_of_arms
from sim.power.precision import Precision, precision_of
from sim.power.thinned import Enumerable
from sim.power.units import Unit, interval_unit
from sim.report.warnings import DesignFacts, warnings_of
from sim.study import Study


def check(study: Study) -> None:
    """Refuse what cannot exist or cannot be answered, before anything is run or written.

    Raises
    ------
    StudyError
        One line that names the field and what would be right.
    """
    study = with_plain_effects(study)
    populations = tuple(arms[TREATED] for arms in arms_by_role(study))
    believed_effects(study)
    order_of(study)
    check_detectable(study, populations)
    if study.engine == "exact":
        for population in populations:
            Enumerable.of(population, study.endpoint_sets, study.analysis).require()
        rules = {rule.name: rule for rule in decision_rules(study)}
        exact_place(rules[study.decision.primary], study.endpoint_sets, study.analysis)


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
    >>> study = compose_study(["design.sizes=[12,24]", "monte_carlo.replicates=500"])
    >>> plan(study).characteristics.replicates
    500
    """
    asked, study = study, with_plain_effects(study)
    believed, alone = believed_effects(study), one_group_blocks(study)
    further = assurance_blocks(believed) + alone + before_blocks(study)
    with open_executor(**study.compute.model_dump()) as executor:
        search = Search(study, decision_rules(study), executor, on_block, further, store)
        shifts, found = detectable_effects(study, search.treated), search.run()  # may refuse
        beside = one_group(study, found, executor, search.beside(alone), store)
        before = before_adjustments(found.study, executor, search, store)
        averaged = assurances(found.study, believed, executor, search.step, store)
    facts = design_facts(found.study)
    answer = PlanAnswer(
        asked=asked,
        study=found.study,
        effects=facts.effects,
        estimands=facts.estimands,
        attainable=facts.attainable,
        characteristics=found.main,
        null_characteristics=found.null,
        sample_sizes=found.sizes,
        precision=_precision(found),
        detectable=shifts,
        assumptions=assumptions_of(asked),
        pilot_scores=score_example(study),
        participation=_participation(found.study),
        audits=facts.audits,
        one_group=beside,
        before_adjustments=before,
        assurances=averaged,
        inflations=inflations(study),
    )
    return replace(answer, warnings=warnings_of(answer))


def design_facts(study: Study) -> DesignFacts:
    """Work out what needs no power: effects, estimands, what can be significant at all."""
    people, side = (
        dict(zip(study.role_names, arms_by_role(study), strict=True)),
        study.analysis.side,
    )
    audits = {role: audit(*arms) for role, arms in people.items()}
    return DesignFacts(
        study=study,
        effects={role: true_effects(*arms, side=side) for role, arms in people.items()},
        estimands=estimands_by_role(study),
        attainable=attainable(study, decision_rules(study)),
        audits={role: known for role, known in audits.items() if known is not None},
    )


def _participation(study: Study) -> dict[str, Participation]:
    return {
        name: participation(study, role, *arms)
        for role, (name, arms) in enumerate(arms_by_name(study).items())
    }


def _precision(found: Found) -> Precision:
    """Look up the interval of the primary rule's endpoint."""
    study = found.study
    units: dict[str, Unit] = {
        role: interval_unit(arms[TREATED].clusters, study.analysis.test)
        for role, arms in arms_by_name(study).items()
    }
    size = next(own for own in found.sizes if own.rule == study.decision.primary)
    return precision_of(found.main, size, units, study.target.half_width)


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
        name: smallest_pvalue(units, study.analysis, controls)
        for role, name in enumerate(study.role_names)
        for units, controls in [_units(study, role, every)]
    }
    possible = winnable(
        list(smallest.values()),
        study.endpoint_sets,
        rules,
        study.analysis,
        order_of(study),
    )
    first = {
        name: int(np.argmax(wins)) + every.start if wins.any() else None
        for name, wins in possible.items()
    }
    at = np.array(study.sizes) - every.start
    return Attainable({role: tuple(best[at].tolist()) for role, best in smallest.items()}, first)


def _units(study: Study, role: int, every: range) -> tuple[list[int], list[int] | None]:
    """What carries information at each size, and how much of it is in the control arm.

    People, or sites where the test looks at those; None without a control arm.
    """
    arms = [own.clusters for own in role_arms(study, role) if own.clusters is not None]
    if study.analysis.test_facts.unit == "site" and arms:
        counts = sites_of_arms(study, role, every, arms)
    else:
        counts = list(zip(*(study.arm_participants(role, pairs) for pairs in every), strict=True))
    together = list(map(sum, zip(*counts, strict=True)))
    return together, list(counts[CONTROLS]) if len(counts) > 1 else None
