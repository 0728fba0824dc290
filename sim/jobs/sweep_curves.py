"""Points of a sweep whose power is known without simulating studies: what is worked out of each."""

from __future__ import annotations

from collections.abc import Iterator

from sim.cohorts.participants import TREATED
from sim.errors import StudyError
from sim.inference.rules import decision_rules
from sim.jobs.census import People
from sim.jobs.many_sizes import grid
from sim.power.curve import CurveTask
from sim.power.exact import LARGEST
from sim.power.known import exact_place
from sim.power.thinned import Changes
from sim.study import Study

STEP = 0.2
"""Distance of sizes far from the answer, as a share of the size."""

MOST_DRAWS = 2000
"""Most draws of absolute changes at a point, which tell its power to some .0002."""


def curve_task(people: People, rule: str, draws: int, also: int | None) -> CurveTask | None:
    """State what is worked out of a rule; None where its studies have to be simulated.

    Parameters
    ----------
    people : People
        Who exists at the point, and its study as stated.
    rule : str
        Name of the rule that is compared.
    draws : int
        How many absolute changes are sampled, up to `MOST_DRAWS`.
    also : int, optional
        Size that is studied as well, where no sizes are stated.

    Returns
    -------
    CurveTask or None
        Searched up to the study's limit, or as far as sampled changes fit into memory.
    """
    study = people.study
    looked_at = next(each for each in decision_rules(study) if each.name == rule)
    try:
        where = exact_place(looked_at, study.endpoint_sets, study.scored_analysis)
    except StudyError:
        return None
    return endpoint_task(people, where, draws, also)


def endpoint_task(
    people: People, where: tuple[int, int, float], draws: int, also: int | None = None
) -> CurveTask | None:
    """State what is worked out of an endpoint, given its role's place, its place and its level."""
    study, (role, place, level) = people.study, where
    endpoints, analysis = study.endpoint_sets, study.scored_analysis
    population = people.arms[role][TREATED]
    changes = Changes.of(population, endpoints, analysis)
    if study.power_engine != "auto" or changes.refused is not None or not changes.is_tested(place):
        return None
    further = {} if also is None or study.design.n else {also: study.participants(role, also)}
    limits = tuple(size for size in _limits(study) if study.participants(role, size) <= LARGEST)
    if not limits or max(further.values(), default=0) > LARGEST:
        return None
    sizes = study.design.n or tuple(range(study.design.smallest, limits[-1] + 1))
    return CurveTask(
        population=population,
        endpoints=endpoints,
        analysis=analysis.model_copy(update={"alpha": level}),
        place=place,
        target=study.target.power,
        sizes=sizes,
        people=tuple(study.participants(role, size) for size in sizes),
        few=study.design.n or grid(study.design.smallest, limits[-1], STEP),
        limits=limits,
        also=further,
        draws=min(draws, MOST_DRAWS),
        seed=study.seed,
    )


def _limits(study: Study) -> Iterator[int]:
    """Largest sizes of the search: that stated, then twice as large each time."""
    design = study.design
    if design.n is not None:
        yield design.n[-1]
        return
    limit = design.up_to
    yield limit
    while limit < design.search_limit:
        limit = min(2 * limit, design.search_limit)
        yield limit
