"""Who takes part in a study: the people of each role, arm by arm, where and how they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.cohorts.clusters import ClusterModel, cluster_model
from sim.cohorts.correlation import Scores, latent_correlation
from sim.cohorts.marginals import AffectedDomain, domain_marginals, per_domain
from sim.cohorts.missing import missingness
from sim.cohorts.population import (
    Conditions,
    Population,
    build_population,
    shifted_cuts,
    symmetrised,
    take_part,
)
from sim.cohorts.recruitment import recruited, recruitment
from sim.errors import StudyError
from sim.study import Effect
from sim.study.clusters import SiteClusters
from sim.study.endpoints import Endpoints

if TYPE_CHECKING:
    from sim.study import Study  # no block is handed one: its code is no part of theirs

TREATED, CONTROLS = 0, 1
"""The arms."""
Arms = tuple[Population, ...]
"""Populations of a role's arms: those who are treated, then controls where there are any."""
IDLE_SECTIONS = {
    "title", "words", "seed", "engine", "analysis", "success", "primary", "target", "monte_carlo",
    "report", "compute", "store", "pilot", "calibration", "sweep", "page", "interim",
    "feasibility",
}  # fmt: skip
"""Sections that say nothing of who exists."""
REMEMBERED = 32
"""Most roles whose populations are kept."""
ROUGH = 2**12
"""Points of the integral over who takes part where it is worked out for many populations."""


def role_arms(study: Study, role: int) -> Arms:
    """Work out the populations of a role's arms.

    Parameters
    ----------
    study : Study
        The study.
    role : int
        Place of the role among those that take part.

    Returns
    -------
    tuple of Population
        One, or two: those who are treated, and controls.

    Raises
    ------
    StudyError
        Where an effect, a correlation, clusters or a selection cannot be had.
    """
    return _known(_Whose(study.model_dump_json(exclude=IDLE_SECTIONS), role, study))


def arms_by_role(study: Study) -> tuple[Arms, ...]:
    """Work out the populations of every role's arms, as :func:`role_arms` does, role by role."""
    return tuple(role_arms(study, role) for role in range(len(study.role_names)))


@dataclass(frozen=True)
class _Whose:
    """Whose populations, told from others by all that determines who exists."""

    key: str
    role: int
    study: Study = field(compare=False)


@lru_cache(maxsize=REMEMBERED)
def _known(whose: _Whose) -> Arms:
    """Work the populations of a role out, once: several rooms use the same ones."""
    study, role = whose.study, whose.role
    effects = [study.effect_of(role)]
    if study.control is not None:
        effects.append(("control.effect", study.control.effect))
    return tuple(_population(study, role, arm, *effect) for arm, effect in enumerate(effects))


def _population(study: Study, role: int, arm: int, place: str, effect: Effect) -> Population:
    people = _people(study, role, place, effect)
    conditions = _conditions(study, role, arm, people)
    return take_part(people, conditions, _untreated(people, conditions))


def _people(study: Study, role: int, place: str, effect: Effect) -> Population:
    """People of a role as they exist, under no conditions."""
    domains = []
    for index, (domain, shares) in enumerate(
        zip(study.domains, study.marginals(role), strict=True)
    ):
        marginal = np.array(shares, dtype=np.float64)
        before = marginal / marginal.sum()
        whose = AffectedDomain(domain, index, study.questionnaire.lowest, place)
        domains.append(domain_marginals(before, effect, whose))
    scores = Scores(study.domains, tuple(domains), study.role_names[role])
    return build_population(domains, latent_correlation(study.correlation, scores))


def _conditions(study: Study, role: int, arm: int, people: Population) -> Conditions:
    """Under which people take part in an arm of a study."""
    _check_tables(study, people)
    shift = _response_shift(study)
    cuts = people.pre_cuts, shifted_cuts(people, shift)[:, 0]
    clusters = _clusters(study, role, arm, cuts, people.correlation)
    who = recruitment(study, people.correlation)
    if who is not None:
        recruited(*cuts, who)  # refuses hardly anybody, before their answers are counted
    missing = missingness(study.missing, people.pre_cuts, people.loading, people.correlation, who)
    return Conditions(response_shift=shift, recruitment=who, clusters=clusters, missing=missing)


def _check_tables(study: Study, people: Population) -> None:
    """Refuse a table of before by after as the effect where scores after are moved or compared."""
    places = {
        "clusters": study.sites is not None,
        "selection": study.selection.kind != "none",
        "control": study.control is not None,
        "uncontrolled.response_shift": bool(np.any(study.uncontrolled.response_shift)),
    }
    for place, there in places.items():
        if there and any(people.joint):
            raise StudyError(
                f"{place}: cannot be had where an effect states a table of before by after; "
                "state the distribution after (effect=post) instead"
            )


def _response_shift(study: Study) -> FloatArray | None:
    shift = study.uncontrolled.response_shift
    shifts = np.array([per_domain(shift, d) for d in range(len(study.domains))], np.float64)
    return shifts if shifts.any() else None


def _clusters(
    study: Study,
    role: int,
    arm: int,
    cuts: tuple[FloatArray, FloatArray],
    correlation: FloatArray,
) -> ClusterModel | None:
    """Clusters of an arm; an observed correlation is of the answers given, however they shift."""
    if study.sites is None:
        return None
    accrual, block = arm_accrual(study, arm)
    ratio = study.design.ratio
    return cluster_model(accrual, role, cuts, correlation, ratio=ratio, block=block)


def arm_accrual(study: Study, arm: int) -> tuple[SiteClusters, int]:
    """Sites of one arm in the order in which it accrues, and how many of its pairs come at once.

    Where pairs are allocated within sites, a site enters whole blocks of
    `control.ratio`, so that either arm is at all sites in that ratio; where
    sites are allocated, each arm has other sites, one pair at a time.

    Raises
    ------
    StudyError
        Where there are too few sites for two arms.
    """
    clusters, control = study.sites, study.control
    if clusters is None:
        raise TypeError("there are no sites")
    if control is None:
        return clusters, 1
    both, place = sum(control.ratio), f"clusters.{study.words.site}"
    if control.unit == "person":
        each = clusters.sizes and tuple(size // both for size in clusters.sizes)
        blocks = {"per_site": clusters.per_site // both, "sizes": each}
        return clusters.model_copy(update=blocks), control.ratio[arm]
    if clusters.sizes is not None:
        listed = sizes_of_arms(clusters.sizes, control.ratio)[arm]
        _require_sites(f"{place}.sizes", len(clusters.sizes), len(listed), control.ratio)
        return clusters.model_copy(update={"sizes": listed}), 1
    if clusters.accrual == "in_turn":
        return clusters, 1
    treated = -(-clusters.sites * control.ratio[TREATED] // both)
    sites = treated if arm == TREATED else clusters.sites - treated
    _require_sites(f"{place}.sites", clusters.sites, sites, control.ratio)
    return clusters.model_copy(update={"sites": sites}), 1


def sizes_of_arms(
    sizes: tuple[int, ...], ratio: tuple[int, int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Allocate sites of listed sizes to two arms, in order and as near to the ratio as they allow.

    As many sites go to each arm as the ratio says, rounded up for the
    treated. The largest first, each goes to the arm that has room and
    is furthest from its share of the people.

    Examples
    --------
    >>> sizes_of_arms((3, 4, 4, 5, 5, 6, 6, 7), (1, 1))
    ((3, 5, 5, 7), (4, 4, 6, 6))
    """
    both = sum(ratio)
    treated = -(-len(sizes) * ratio[TREATED] // both)
    room = [treated, len(sizes) - treated]
    lacking = [sum(sizes) * part / both for part in ratio]
    arms: tuple[list[int], list[int]] = ([], [])
    for site in sorted(range(len(sizes)), key=lambda site: -sizes[site]):
        arm = max((TREATED, CONTROLS), key=lambda arm: (room[arm] > 0, lacking[arm]))
        arms[arm].append(site)
        room[arm] -= 1
        lacking[arm] -= sizes[site]
    first, second = (tuple(sizes[site] for site in sorted(arm)) for arm in arms)
    return first, second


def _require_sites(place: str, sites: int, of_arm: int, ratio: tuple[int, int]) -> None:
    """Refuse sites that are too few for one of two arms to have any."""
    if of_arm < 1:
        least = -(-sum(ratio) // ratio[CONTROLS])
        raise StudyError(
            f"{place}: {sites} are too few to be allocated "
            f"{ratio[TREATED]}:{ratio[CONTROLS]} to two arms; at least {least}"
        )


def taking_part_like(example: Population, people: Population) -> Population:
    """Let people take part under the conditions of others.

    Parameters
    ----------
    example : Population
        Whose clusters, recruitment, response shift and missing answers.
    people : Population
        Who exists, under no conditions.

    Returns
    -------
    Population
        With the intraclass correlations of the example's latent changes; what
        is true of people who are selected is known roughly only.
    """
    clusters, who = example.clusters, example.recruitment
    conditions = Conditions(
        response_shift=example.response_shift,
        recruitment=who and who.with_correlation(people.correlation),
        clusters=clusters and clusters.with_correlation(people.correlation),
        missing=example.missing,
    )
    return take_part(people, conditions, points=ROUGH)


def without_effect(population: Population) -> Population:
    """Same people without treatment: scores after as before, but for what needs no treatment.

    A table is replaced by the mean of itself and its transpose, which
    keeps the distribution of the absolute change and removes its direction.
    """
    plain = symmetrised(population)
    return take_part(plain, population, _untreated(plain, population))


def arms_without_effect(arms: Arms) -> Arms:
    """Arms of a role under the null: as without treatment, or both as the controls."""
    return (without_effect(arms[TREATED]),) if len(arms) == 1 else (arms[CONTROLS],) * 2


def _untreated(people: Population, conditions: Conditions) -> FloatArray | None:
    """Marginals after that people have without treatment, where they matter; (D, K)."""
    if not conditions.change_answers:
        return None
    return take_part(symmetrised(people), conditions).post


def regression_alone(population: Population, endpoints: Endpoints) -> FloatArray:
    """Mean changes of people who are selected and neither treated nor shifted; (E,).

    Zero where nobody is selected.
    """
    selected = Conditions(recruitment=population.recruitment)
    if not selected.change_answers:
        return np.zeros(len(endpoints))
    plain = take_part(symmetrised(population), selected)
    values = np.arange(1, population.points + 1)
    return endpoints.summed((plain.post - plain.pre) @ values)
