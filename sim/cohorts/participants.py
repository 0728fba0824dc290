"""Who takes part in a study: a role's people, mentored or not, where and how they answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from sim.cohorts.clusters import cluster_model, remainder
from sim.cohorts.correlation import Scores, latent_correlation, loading_matrix
from sim.cohorts.marginals import domain_effect, domain_marginals, per_domain
from sim.cohorts.missing import missingness
from sim.cohorts.normal import FloatArray
from sim.cohorts.population import Population, build_population, shifted_after, symmetrised
from sim.cohorts.recruitment import POINTS, recruited, recruitment
from sim.errors import StudyError
from sim.study import Effect, RoleName, Study
from sim.study.clusters import SiteClusters
from sim.study.control import ParallelControl

MENTORED, CONTROLS = 0, 1
"""The arms."""
IDLE_SECTIONS = {
    "seed", "engine", "analysis", "decision", "target", "monte_carlo", "report", "compute", "store",
    "pilot", "calibration", "sweep", "page",
}  # fmt: skip
"""Sections that say nothing of who exists."""
REMEMBERED = 32
"""Most populations that are kept."""
ROUGH = 2**12
"""Points of the integral over who takes part where it is worked out for many populations."""


def role_population(study: Study, role: RoleName) -> Population:
    """Population of one role of a study: those who are mentored, where there are controls.

    Parameters
    ----------
    study : Study
        The study.
    role : {'mentor', 'mentee'}
        A role that takes part.

    Returns
    -------
    Population

    Raises
    ------
    StudyError
        Where an effect or a correlation cannot be had.
    """
    return _known(_Asked.of(study, role, MENTORED))


def control_population(study: Study, role: RoleName) -> Population | None:
    """Population of one role's control arm; None where there is none.

    Raises
    ------
    StudyError
        As for :func:`role_population`.
    """
    if not isinstance(study.control, ParallelControl):
        return None
    return _known(_Asked.of(study, role, CONTROLS))


@dataclass(frozen=True)
class _Asked:
    """Whose population is asked for, told from others by all that determines who exists."""

    key: str
    role: RoleName
    arm: int
    study: Study = field(compare=False)

    @classmethod
    def of(cls, study: Study, role: RoleName, arm: int) -> _Asked:
        return cls(study.model_dump_json(exclude=IDLE_SECTIONS), role, arm, study)


@lru_cache(maxsize=REMEMBERED)
def _known(asked: _Asked) -> Population:
    """Work a population out, once: several rooms ask for the same one."""
    study, role = asked.study, asked.role
    if asked.arm == CONTROLS and isinstance(study.control, ParallelControl):
        people = _people(study, role, "control.effect", study.control.effect)
    else:
        people = _people(study, role, *study.effect_of(role))
    return as_they_take_part(study, role, people, asked.arm)


def _people(study: Study, role: RoleName, place: str, effect: Effect) -> Population:
    stated = study.roles.mentor if role == "mentor" else study.roles.mentee
    if stated is None:
        raise ValueError(f"no {role} takes part")
    domains = []
    for index, name in enumerate(study.scale.domains):
        pre = stated.pre[index] if isinstance(stated.pre[0], tuple) else stated.pre
        marginal = np.array(pre, dtype=np.float64)
        own = domain_effect(effect, name, index)
        domains.append(domain_marginals(marginal / marginal.sum(), own, place))
    scores = Scores(study.scale.domains, tuple(domains), role)
    return build_population(domains, latent_correlation(study.correlation, scores))


def as_they_take_part(
    study: Study, role: RoleName, population: Population, arm: int = MENTORED
) -> Population:
    """Recruit people as a study states: clusters, selection, response shift, missing answers.

    Parameters
    ----------
    study : Study
        The study.
    role : {'mentor', 'mentee'}
        Whose people.
    population : Population
        Who exists.
    arm : int
        MENTORED, or CONTROLS.

    Returns
    -------
    Population

    Raises
    ------
    StudyError
        Where the clusters or the selection cannot be had.
    """
    _check_tables(study, population)
    shift = study.uncontrolled.response_shift
    shifts = np.array([per_domain(shift, d) for d in range(len(population.tables))], np.float64)
    if isinstance(study.clusters, SiteClusters):
        # an observed correlation is that of the answers that are given, however they shift
        cuts = population.pre_cuts, population.post_cuts[:, 0] - shifts[:, None]
        accrual, block = arm_accrual(study, arm)
        model = cluster_model(accrual, role, study.design.ratio, cuts, population.correlation)
        model = replace(model, block=block)
        left = remainder(population.correlation, model)
        population = replace(population, clusters=model, loading=loading_matrix(left))
    population = replace(
        population,
        response_shift=shifts if shifts.any() else None,
        recruitment=recruitment(study, population.correlation),
    )
    population = _with_unmentored(_under_way(population))
    missing = missingness(
        study.missing, population.pre_cuts, loading_matrix(population.correlation),
        population.correlation, population.recruitment,
    )  # fmt: skip
    return replace(population, missing=missing)


def _check_tables(study: Study, population: Population) -> None:
    """Refuse a stated table of before by after where scores after are moved or compared."""
    places = {
        "clusters": study.clusters.kind != "none",
        "selection": study.selection.kind != "none",
        "control": study.control.kind != "none",
        "uncontrolled.response_shift": bool(np.any(study.uncontrolled.response_shift)),
    }
    for place, stated in places.items():
        if stated and any(population.joint):
            raise StudyError(
                f"{place}: cannot be had where an effect states a table of before by after; "
                "state the distribution after (effect=post) instead"
            )


def arm_accrual(study: Study, arm: int) -> tuple[SiteClusters, int]:
    """Sites of one arm in the order in which it accrues, and how many of its pairs come at once.

    Where pairs are allocated within sites, a site enters whole blocks of
    `control.ratio`, so that either arm is at all sites in that ratio; where
    sites are allocated, each arm has its own, one pair at a time.

    Raises
    ------
    StudyError
        Where there are too few sites for two arms.
    """
    clusters, control = study.clusters, study.control
    if not isinstance(clusters, SiteClusters):
        raise TypeError("there are no sites")
    if not isinstance(control, ParallelControl):
        return clusters, 1
    own, both = control.ratio[arm], sum(control.ratio)
    if control.unit == "person":
        return clusters.model_copy(update={"per_site": clusters.per_site // both}), own
    if clusters.accrual == "in_turn":
        return clusters, 1
    mentored = -(-clusters.sites * control.ratio[MENTORED] // both)
    sites = mentored if arm == MENTORED else clusters.sites - mentored
    if sites < 1:
        least = -(-both // control.ratio[CONTROLS])
        raise StudyError(
            f"clusters.sites: {clusters.sites} are too few to be allocated "
            f"{control.ratio[MENTORED]}:{control.ratio[CONTROLS]} to two arms; at least {least}"
        )
    return clusters.model_copy(update={"sites": sites}), 1


def taking_part_like(example: Population, population: Population) -> Population:
    """Put people into the clusters of others, recruited and with answers missing like them.

    Parameters
    ----------
    example : Population
        Whose clusters, recruitment, response shift and missing answers.
    population : Population
        Who exists, so far without.

    Returns
    -------
    Population
        With the intraclass correlations of the example's latent changes; what
        is true of people who are selected is known roughly only.
    """
    clusters, loading = example.clusters, population.loading
    if clusters is not None:
        clusters = clusters.with_correlation(population.correlation)
        loading = loading_matrix(remainder(population.correlation, clusters))
    who = example.recruitment
    if who is not None:
        who = who.with_correlation(population.correlation)
    found = replace(
        population,
        clusters=clusters,
        loading=loading,
        missing=example.missing,
        response_shift=example.response_shift,
        recruitment=who,
    )
    return _under_way(found, ROUGH)


def without_effect(population: Population) -> Population:
    """Same people without mentoring: scores after as before, but for what needs no mentoring.

    A stated table is replaced by the mean of itself and its transpose, which
    keeps the distribution of the absolute change and removes its direction.
    """
    return _with_unmentored(_unmentored(population))


def _unmentored(population: Population) -> Population:
    plain = symmetrised(population)
    kept = ("loading", "clusters", "missing", "response_shift", "recruitment")
    return _under_way(replace(plain, **{name: getattr(population, name) for name in kept}))


def _under_way(population: Population, points: int = POINTS) -> Population:
    """Move the answers after by the response shift, and keep the people who are recruited."""
    if population.response_shift is not None:
        population = shifted_after(population, population.response_shift)
    if population.recruitment is not None:
        cuts = population.pre_cuts, population.post_cuts[:, 0]
        found = recruited(*cuts, population.recruitment, points)
        population = replace(population, tables=found.tables)
    return population


def _with_unmentored(population: Population) -> Population:
    """Note the marginals after that people have without mentoring, where they matter."""
    if population.response_shift is None and population.recruitment is None:
        return population
    return replace(population, unmentored=_unmentored(population).post)


def regression_alone(population: Population) -> FloatArray:
    """Mean changes of people who are selected and neither mentored nor shifted; (D + 1,).

    Zero where nobody is selected.
    """
    if population.recruitment is None:
        return np.zeros(len(population.tables) + 1)
    plain = _unmentored(replace(population, response_shift=None))
    values = np.arange(1, population.points + 1)
    means = (plain.post - plain.pre) @ values
    return np.append(means, means.sum())
