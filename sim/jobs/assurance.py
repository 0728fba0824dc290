"""Assurance next to power: what a design achieves given all that is believed of the effect."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace

from sim.cohorts import arms_by_role, role_arms
from sim.cohorts.drawn import PopulationDraws, normal_shifts
from sim.cohorts.participants import TREATED
from sim.compute.store import BlockStore
from sim.compute.streams import Purpose
from sim.errors import StudyError
from sim.jobs.allowances import with_roles_of
from sim.jobs.many_sizes import block_size
from sim.jobs.posterior_effect import posterior_of
from sim.jobs.tasks import block_task
from sim.power.assurance import Assurance, summarise_assurance
from sim.power.assurance_draws import AssuranceTask, work_limit
from sim.power.inflation import Inflation, browne_inflation, julious_inflation
from sim.power.simulate import simulate_draws
from sim.study import Study
from sim.study.effects import NormalShiftPrior

STATED = "stated"
"""Name of a prior that the config itself states."""

Believed = dict[str, dict[int, PopulationDraws]]
"""Draws by prior and place of the role."""


def believed_effects(study: Study) -> Believed:
    """Draws of every role's effect, by prior.

    Where several roles have posteriors, those of one name go together; a
    prior that the config states goes with each of another role's. Roles that
    no rule looks at are read, and left out.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    dict
        Empty where no role's effect has a prior.

    Raises
    ------
    StudyError
        Where a posterior cannot be read or does not fit the study.
    """
    every = [_believed(study, role) for role in range(len(study.roles))]
    used = every[: len(with_roles_of(study).roles)]
    by_role = {role: draws for role, draws in enumerate(used) if draws}
    named = {
        role: tuple(draws)
        for role, draws in by_role.items()
        if not isinstance(study.prior(role), NormalShiftPrior)
    }
    if len(set(map(frozenset, named.values()))) > 1:
        listed = " and ".join(
            f"of the {study.role_names[role]}s {', '.join(priors)}"
            for role, priors in named.items()
        )
        raise StudyError(
            f"effect.prior.file: the priors must have the same names; there are {listed}"
        )
    names = next(iter(named.values()), (STATED,)) if by_role else ()
    return {
        name: {role: draws[name if role in named else STATED] for role, draws in by_role.items()}
        for name in names
    }


def _believed(study: Study, role: int) -> dict[str, PopulationDraws]:
    """Draws of one role's effect, by prior; empty where there is none."""
    prior = study.prior(role)
    if prior is None:
        return {}
    population = role_arms(study, role)[TREATED]
    place = study.effect_of(role)[0]
    if not isinstance(prior, NormalShiftPrior):
        count = len(study.domains)
        between = population.correlation[:count, :count]
        posteriors = posterior_of(
            study, study.role_names[role], prior.file, f"{place}.prior.file", between
        )
        return {name: draws.first(prior.draws) for name, draws in posteriors.items()}
    # roles that share the study's effect share what is uncertain of it
    stream = 0 if place == "effect" else 1 + role
    drawn = normal_shifts(prior.mean, prior.sd, prior.between_sd, prior.draws, population, stream)
    return {STATED: drawn}


def assurance_blocks(believed: Believed) -> int:
    """Blocks that assurance takes, for the progress bar."""
    return sum(min(map(len, roles.values())) for roles in believed.values())


def assurances(
    study: Study,
    believed: Believed,
    executor: Executor,
    on_block: Callable[[], None] | None = None,
    store: BlockStore | None = None,
) -> tuple[Assurance, ...]:
    """Assurance of every rule at every size, by prior.

    Parameters
    ----------
    study : Study
        The study, with the sizes that were answered.
    believed : dict
        From :func:`believed_effects`.
    executor : concurrent.futures.Executor
        Where blocks are computed.
    on_block : callable, optional
        Called after each block.
    store : BlockStore, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    tuple of Assurance
        In the order of the priors.

    Raises
    ------
    StudyError
        Where engine=exact and the primary rule's powers cannot be had exactly.
    """
    study = with_roles_of(study)
    arms = arms_by_role(study)
    draws = assurance_blocks(believed)
    averaged = []
    for name, drawn in believed.items():
        replicates = min(prior.replicates for role in drawn if (prior := study.prior(role)))
        size = block_size(study, replicates, study.sizes[-1])
        parts = -(-replicates // size)
        task = block_task(study, arms, Purpose.ASSURANCE, size)
        roles = tuple(drawn.get(role) for role in range(len(arms)))
        limit = work_limit(
            study.power_engine, draws, task.rules, task.endpoints, study.scored_analysis
        )
        required = study.primary if study.engine == "exact" else None
        drawn_task = AssuranceTask(roles, task, limit, required, parts)
        wins = simulate_draws(drawn_task, executor, on_block, store)
        whole = replace(task, block_size=parts * size)
        averaged.append(summarise_assurance(name, wins, whole, study.sizes, study.target.power))
    return tuple(averaged)


def inflations(study: Study) -> tuple[Inflation, ...]:
    """Rules of thumb for a pilot of this size, where assurance is shown with them.

    The pilot's size is that of the role that the primary rule looks at; of a
    rule on both roles, of the smaller one, whose standard deviation is the
    less certain.

    Parameters
    ----------
    study : Study
        The study with its pilot.

    Returns
    -------
    tuple of Inflation
    """
    if study.pilot is None or not study.follows_pilot or not study.has_prior:
        return ()
    roles = study.success[study.primary].roles
    sizes = {role: study.pilot.sizes.get(role, 0) for role in roles}
    role = min(roles, key=lambda name: sizes[name])
    n, alpha, power = sizes[role], study.analysis.alpha, study.target.power
    sides = 2 if study.analysis.alternative == "two_sided" else 1
    if n < 2 or power <= alpha / sides:  # no standard deviation, or nothing to enlarge
        return ()
    smaller = any(size > n for size in sizes.values())
    who = f"{role}s, the smaller of its groups" if smaller else f"{role}s"
    known = (
        ("Browne 1995", "power with 80% confidence", browne_inflation(n)),
        ("Julious 2006", "power on average", julious_inflation(n, alpha, power, sides)),
    )
    return tuple(Inflation(*rule, n, who) for rule in known)
