"""From a study to the task that its blocks share."""

from __future__ import annotations

from sim.cohorts import Arms, arms_by_role
from sim.compute.streams import Purpose
from sim.inference.rules import decision_rules
from sim.inference.testing_order import order_of
from sim.jobs.looks import looks_of
from sim.power.estimands import Estimands, estimands_of
from sim.power.task import Arm, BlockTask
from sim.study import Study


def block_task(
    study: Study,
    arms: tuple[Arms, ...],
    purpose: Purpose,
    block_size: int,
) -> BlockTask:
    """State all that determines the numbers of a study's blocks.

    Parameters
    ----------
    study : Study
        Sizes, analysis, rules, seed.
    arms : tuple of tuple of Population
        Per role, the populations of its arms.
    purpose : Purpose
        Which random streams are used.
    block_size : int
        Replicates in a block.

    Returns
    -------
    BlockTask
    """
    return BlockTask(
        roles=tuple(_arms(study, *role) for role in enumerate(arms)),
        endpoints=study.endpoint_sets,
        analysis=study.scored_analysis,
        rules=decision_rules(study),
        seed=study.seed,
        block_size=block_size,
        purpose=purpose,
        half_width=study.target.half_width,
        order=order_of(study),
        same_sites=study.allocation_unit == "person",
        looks=looks_of(study),
    )


def _arms(study: Study, role: int, populations: Arms) -> tuple[Arm, ...]:
    every = study.sizes_looked_at
    sizes = zip(*(study.arm_participants(role, pairs) for pairs in every), strict=True)
    return tuple(Arm(*arm) for arm in zip(populations, sizes, strict=True))


def arms_by_name(study: Study) -> dict[str, Arms]:
    """Populations of the arms of every role, by the role's name."""
    return dict(zip(study.role_names, arms_by_role(study), strict=True))


def estimands_by_role(study: Study) -> dict[str, Estimands]:
    """Work out what each role's tests estimate in the people who answer."""
    ratio = study.control.ratio if study.control is not None else (1, 1)
    return {
        role: estimands_of(arms, study.endpoint_sets, study.scored_analysis, ratio)
        for role, arms in arms_by_name(study).items()
    }
