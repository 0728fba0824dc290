"""The main job: what can this design achieve, and how large must it be?"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from typing import TypedDict

from sim.cohorts import Population, arms_by_role, true_effects
from sim.cohorts.participants import TREATED
from sim.compute.executors import open_executor
from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.inference.testing_order import order_of
from sim.jobs.allowances import blocks_without, sizes_without
from sim.jobs.assumptions import assumptions_of
from sim.jobs.assurance import (
    Believed,
    assurance_blocks,
    assurances,
    believed_effects,
    inflations,
)
from sim.jobs.attainable import attainable
from sim.jobs.detectable import check_detectable_rule, detectable_blocks, detectable_rule
from sim.jobs.example_path import example_path
from sim.jobs.interim import interim_blocks, interim_gain, interim_plan
from sim.jobs.least_favourable import least_favourable, least_favourable_blocks
from sim.jobs.looks import looks_of
from sim.jobs.missing_by_chance import by_chance, planned_study, search_sizes
from sim.jobs.one_group import one_group, one_group_blocks
from sim.jobs.pilot_answers import pilot_facts
from sim.jobs.posterior_effect import with_plain_effects
from sim.jobs.precise_size import at_precise_size
from sim.jobs.progress import OnBlock, Progress
from sim.jobs.search import SearchResult
from sim.jobs.tasks import arms_by_name, estimands_by_role
from sim.power.change_parts import parts_of_change
from sim.power.detectable import DetectableEffect, detectable_effects
from sim.power.detectable_rule import DetectableForRule
from sim.power.exact import LARGEST
from sim.power.interim import InterimGain
from sim.power.known import exact_place
from sim.power.least_favourable import LeastFavourable
from sim.power.looks_table import LooksTable
from sim.power.missing_by_chance import MissingByChance
from sim.power.participation import Participation, participation
from sim.power.precision import Precision, precision_of
from sim.power.thinned import Changes
from sim.power.units import Unit, interval_unit
from sim.report.results.answer import DesignFacts, PlanAnswer
from sim.report.topics.warnings import warnings_of
from sim.study import Study
from sim.study.sections import Design


class _Detectable(TypedDict):
    """Smallest effects, as fields of the answer."""

    detectable: tuple[DetectableEffect, ...]
    detectable_rule: DetectableForRule | None


class _AtItsSize(TypedDict):
    """What is simulated at the answer's size, as fields of the answer."""

    least_favourable: LeastFavourable | None
    interim_gain: InterimGain | None


def check(study: Study) -> None:
    """Refuse what cannot exist or cannot be answered, before anything is run or written.

    Raises
    ------
    StudyError
        One line that names the field and what would be right.
    """
    study = with_plain_effects(study)
    populations = treated_populations(study)
    believed_effects(study)
    order_of(study)
    looks_of(study)
    check_detectable_rule(study)
    if study.engine == "exact":
        _require_enumerable(study.design)
        sets, analysis = study.endpoint_sets, study.scored_analysis
        people = [Changes.of(population, sets, analysis) for population in populations]
        for changes in people:
            changes.require()
        rules = {rule.name: rule for rule in decision_rules(study)}
        role, place, _ = exact_place(rules[study.primary], sets, analysis)
        change = people[role].listed(place)
        if study.looks is not None:
            design = study.design
            largest = design.search_limit if design.n is None else design.n[-1]
            table = LooksTable.of(study)
            table.require(change, study.participants(role, largest))


def _require_enumerable(design: Design) -> None:
    """Refuse sizes, or a search for them, beyond those that the exact engine enumerates."""
    if design.n is not None:
        sizes = {"n": design.n[-1]}
    else:
        sizes = {"up_to": design.up_to, "search_limit": design.search_limit}
    for name, size in sizes.items():
        if size > LARGEST:
            raise StudyError(
                f"design.{name}: {size} exceeds {LARGEST}, the most people that engine=exact "
                "enumerates; use engine=auto"
            )


def plan(
    study: Study, on_block: OnBlock | None = None, store: BlockStore | None = None
) -> PlanAnswer:
    """Work out a study design and answer how large it must be.

    Parameters
    ----------
    study : Study
        The design and all that is assumed, as from ``compose_study``.
    on_block : callable, optional
        Called with (blocks done, blocks in all) after each block.
    store : BlockStore, optional
        Where finished blocks are looked up and kept; by default nowhere.

    Returns
    -------
    PlanAnswer
        Effects, operating characteristics, levels, sizes; the same for the same study.

    Raises
    ------
    StudyError
        Where a population cannot exist, or the engine wanted cannot answer.

    Examples
    --------
    >>> from sim import compose_study, plan
    >>> study = compose_study(["design.n=[12,24]", "monte_carlo.replicates=500"])
    >>> plan(study).characteristics.replicates
    500
    """
    original, study, told = study, with_plain_effects(study), pilot_facts(study)
    believed = believed_effects(study)
    progress = Progress(on_block, _further_blocks(study, believed))
    with open_executor(**study.compute.model_dump()) as executor:
        study, result, both = _sized(study, executor, progress, store)
        at_size = _at_its_size(result, both, executor, progress, store)
        smallest = _detectable(study, executor, progress, store)
        uncontrolled = one_group(study, result, executor, progress, store)
        before = sizes_without(result.study, executor, progress, store)
        planned = planned_study(result.study, both)
        averaged = assurances(planned, believed, executor, progress.step, store)
    answer = PlanAnswer(
        **vars(replace(design_facts(result.study, result.at_size), assurances=averaged)),
        original=original,
        characteristics=result.main,
        null_characteristics=result.null,
        sample_sizes=result.sizes,
        precision=_precision(result),
        **smallest,
        assumptions=assumptions_of(original),
        **told,
        participation=_participation(result.study),
        one_group=uncontrolled,
        before_adjustments=before,
        inflations=inflations(study),
        missing_by_chance=both,
        **at_size,
    )
    return replace(answer, warnings=warnings_of(answer))


def _sized(
    study: Study, executor: Executor, progress: Progress, store: BlockStore | None
) -> tuple[Study, SearchResult, MissingByChance | None]:
    """Search for the size, and plan what follows in the blocks of the study as it was searched."""
    study = at_precise_size(study, executor, progress, store)
    result, both = search_sizes(study, executor, progress, store)
    progress.planned += _blocks_at_its_sizes(result.study) - _blocks_at_its_sizes(study)
    return study, result, both


def planned_blocks(study: Study) -> int:
    """Blocks that a plan begins with; its search may come to need more."""
    return 2 * study.blocks + _further_blocks(study, believed_effects(study))


def _further_blocks(study: Study, believed: Believed) -> int:
    """Blocks beside those of the search itself, for the progress bar."""
    blocks = assurance_blocks(believed) + one_group_blocks(study) + detectable_blocks(study)
    return blocks + _blocks_at_its_sizes(study)


def _blocks_at_its_sizes(study: Study) -> int:
    """Those of them that are of the study at the sizes, and in the blocks, of its search."""
    return blocks_without(study) + least_favourable_blocks(study) + interim_blocks(study)


def treated_populations(study: Study) -> tuple[Population, ...]:
    """Populations of the treated, role by role."""
    return tuple(arms[TREATED] for arms in arms_by_role(study))


def _detectable(
    study: Study, executor: Executor, progress: Progress, store: BlockStore | None
) -> _Detectable:
    """Find the smallest effects at the size at which they are wanted, if they are."""
    size = study.detectable_at
    for_rule = None if size is None else detectable_rule(study, size, executor, progress, store)
    alone = detectable_effects(study, treated_populations(study))
    return {"detectable": alone, "detectable_rule": for_rule}


def _at_its_size(
    result: SearchResult,
    known: MissingByChance | None,
    executor: Executor,
    progress: Progress,
    store: BlockStore | None,
) -> _AtItsSize:
    """Work out the least favourable null, nobody missing by the answers, and what looks gain."""
    main = result.main if known is None else known.characteristics
    study, size = by_chance(result.study), result.at_size
    least = least_favourable(study, main, size, executor, progress, store)
    gain = interim_gain(result, executor, progress, store)
    return {"least_favourable": least, "interim_gain": gain}


def design_facts(study: Study, size: int | None = None) -> DesignFacts:
    """Work out what needs no power: effects, estimands, what can be significant at all.

    Looks are those at a size, by default the largest studied.
    """
    people, side = arms_by_name(study), study.analysis.side
    sets = study.endpoint_sets
    parts = {role: parts_of_change(arms, sets) for role, arms in people.items()}
    planned = interim_plan(study, size or study.sizes[-1])
    return DesignFacts(
        study=study,
        effects={
            role: true_effects(*arms, endpoints=sets, side=side) for role, arms in people.items()
        },
        estimands=estimands_by_role(study),
        attainable=attainable(study, decision_rules(study)),
        change_parts={role: known for role, known in parts.items() if known is not None},
        interim=planned and replace(planned, path=example_path(study, planned.size)),
    )


def _participation(study: Study) -> dict[str, Participation]:
    return {
        name: participation(study, role, *arms)
        for role, (name, arms) in enumerate(arms_by_name(study).items())
    }


def _precision(result: SearchResult) -> Precision:
    """Look up the interval of the primary rule's endpoint."""
    study = result.study
    units: dict[str, Unit] = {
        role: interval_unit(arms[TREATED].clusters, study.analysis.test)
        for role, arms in arms_by_name(study).items()
    }
    return precision_of(result.main, result.primary_size, units, study.target.half_width)
