"""From a study to the task that its blocks share."""

from __future__ import annotations

from sim.cohorts import Population, control_population, role_population
from sim.cohorts.participants import CONTROLS, MENTORED
from sim.compute.streams import Purpose
from sim.inference.families import family_of
from sim.inference.rules import decision_rules
from sim.power.estimands import Estimands, estimands_of
from sim.power.task import BlockTask
from sim.study import Study
from sim.study.control import ParallelControl


def block_task(
    study: Study,
    populations: tuple[Population, ...],
    controls: tuple[Population, ...],
    purpose: Purpose,
    block_size: int,
) -> BlockTask:
    """State all that determines the numbers of a study's blocks.

    Parameters
    ----------
    study : Study
        Sizes, analysis, rules, seed.
    populations, controls : tuple of Population
        Per role: the mentored people, and the control arm (empty without one).
    purpose : Purpose
        Which random streams are used.
    block_size : int
        Replicates in a block.

    Returns
    -------
    BlockTask
    """
    mentored, control_sizes = (
        tuple(
            tuple(study.arm_participants(role, pairs)[arm] for pairs in study.sizes)
            for role in study.role_names
        )
        for arm in (MENTORED, CONTROLS)
    )
    return BlockTask(
        populations,
        mentored,
        study.analysis,
        decision_rules(study),
        study.seed,
        block_size,
        purpose,
        study.target.half_width,
        family_of(study),
        controls,
        control_sizes if controls else (),
        _same_sites(study),
    )


def controls_of(study: Study) -> tuple[Population, ...]:
    """Control population per role; empty where there is no control arm."""
    found = (control_population(study, role) for role in study.role_names)
    return tuple(population for population in found if population is not None)


def estimands_by_role(study: Study) -> dict[str, Estimands]:
    """Work out what each role's tests estimate in the people who answer."""
    ratio = study.control.ratio if isinstance(study.control, ParallelControl) else (1, 1)
    found: dict[str, Estimands] = {}
    for role in study.role_names:
        both = role_population(study, role), control_population(study, role)
        arms = tuple(own for own in both if own is not None)
        found[role] = estimands_of(arms, study.analysis, ratio)
    return found


def _same_sites(study: Study) -> bool:
    """Tell whether both arms are at the same sites."""
    return isinstance(study.control, ParallelControl) and study.control.unit == "person"
