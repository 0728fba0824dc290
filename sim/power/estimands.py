"""What the tests of a study estimate in the people whose answers are observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.arrays import BoolArray, FloatArray
from sim.cohorts import Arms
from sim.cohorts.respondents import SAMPLES, Respondents, alike, exchangeable, respondents
from sim.inference.answer_distribution import AnswerDistribution
from sim.inference.registry import ESTIMANDS
from sim.power.thinned import chance_missing
from sim.study import Analysis
from sim.study.endpoints import Endpoints

Answers = tuple[AnswerDistribution, ...]
"""What the people of each arm answer, a row for every domain or sample."""
ROUNDING = 1e-12
"""Size up to which an exact probability or estimand is 0."""
SMALLEST = 1e-6
"""Size below which an estimand that is not 0 is neither called so nor given a sign."""
CLEAR = 6.5
"""Standard errors that a simulated one is from 0 by chance once in 100,000 (t of 14)."""
NUMBERS = (16, 64, 512, 4096)
"""People of each sample, tried in turn until every sign is clear."""


@dataclass(frozen=True, eq=False)
class Estimands:
    """What one role's tests estimate; every field has shape (E,).

    Attributes
    ----------
    value : ndarray
        Above 0 where the test finds a rise as people are added, below 0 where
        it finds a fall, 0 where it finds neither; NaN where nothing is claimed.
    null : ndarray of bool
        Endpoints whose changes are as the null says, symmetric around 0 or
        alike in both arms: there chance alone rejects.
    informative : ndarray of bool
        Endpoints that are tested at all, and on which somebody changes.
    """

    value: FloatArray
    null: BoolArray
    informative: BoolArray


def estimands_of(
    arms: Arms, endpoints: Endpoints, analysis: Analysis, ratio: Sequence[int] = (1, 1)
) -> Estimands:
    """Work out what the tests of one role estimate, exactly or by simulated people.

    Parameters
    ----------
    arms : tuple of Population
        The treated, and controls where there are any.
    endpoints : Endpoints
        What is tested.
    analysis : Analysis
        Its test.
    ratio : sequence of int
        Mentored to controls.

    Returns
    -------
    Estimands
        Exact for a domain, and for the mean of a sum, where who is observed
        does not depend on the answers; otherwise of simulated people, and NaN
        unless its sign is beyond doubt. NaN too for a fitted model, and with a
        fixed number of sites: there no test comes to a conclusion as people
        are added.
    """
    tables = tuple(AnswerDistribution.of_tables(population.tables) for population in arms)
    null, informative = _nulls(arms, tables, endpoints), _informative(tables, endpoints, analysis)
    value, means = np.full(len(endpoints), np.nan), None
    if not _converges(arms, analysis):
        # in one group both directions are alike all the same; a model may fail to see it
        alone = len(arms) == 1 and analysis.test in ESTIMANDS
        return Estimands(value, null & alone, informative)
    if _by_chance(arms) and all(population.recruitment is None for population in arms):
        value = _exact(tables, endpoints, analysis, ratio)
        means = endpoints.summed(_mean_changes(tables))
    value[null | ~informative] = 0.0
    unknown = np.isnan(value)
    unknown[endpoints.domains :] &= not _prorated(arms) or analysis.test_facts.by == "means"
    for number in NUMBERS:
        if not unknown.any():
            break
        people = tuple(respondents(population, number) for population in arms)
        for e in map(int, np.flatnonzero(unknown)):
            known = None if means is None else float(means[e])
            value[e] = _simulated(people, endpoints, e, analysis, ratio, known)
        unknown &= np.isnan(value)
    return Estimands(value, null, informative)


def _informative(tables: Answers, endpoints: Endpoints, analysis: Analysis) -> NDArray[np.bool_]:
    at_cut = analysis.cut is not None
    answers = [arm.at(analysis.cut) for arm in tables]
    moved = np.any([arm.mean(arm.before != arm.after) > ROUNDING for arm in answers], axis=0)
    somebody = [
        tested and (at_cut or moved[list(members)].any())
        for members, tested in zip(endpoints.sums, endpoints.tested_sums(analysis), strict=True)
    ]
    return np.append(moved, np.array(somebody, np.bool_))


def _mean_changes(tables: Answers) -> FloatArray:
    """Mean changes, less those of controls; a row for every domain or sample."""
    first, *others = (arm.mean_change() for arm in tables)
    return np.asarray(first - sum(others))


def _converges(arms: Arms, analysis: Analysis) -> bool:
    """Tell whether a test comes to a conclusion as people are added."""
    if analysis.test not in ESTIMANDS:
        return False
    for clusters in (population.clusters for population in arms):
        if clusters is None:
            continue
        by_site = analysis.test_facts.unit == "site"
        shared = any(level.name == "site" for level in clusters.levels)
        if (by_site or shared) and clusters.accrual.accrual != "in_turn":
            return False
        if by_site and not _by_chance(arms):  # a site's mean is not that of all its people
            return False
    return True


def _by_chance(arms: Arms) -> bool:
    return all(chance_missing(population) is not None for population in arms)


def _prorated(arms: Arms) -> bool:
    """Tell whether sums are made up from some of the answers."""
    return any(
        population.missing is not None
        and population.missing.prorated
        and population.missing.any_item
        for population in arms
    )


def _nulls(arms: Arms, tables: Answers, endpoints: Endpoints) -> NDArray[np.bool_]:
    """Endpoints whose changes are distributed as the null says; (E,)."""
    if len(arms) > 1:
        every = alike(*arms)
        apart = np.abs(tables[0].weight - tables[1].weight).max(axis=1)
    else:
        every = exchangeable(arms[0]) and _by_chance(arms)
        changes = tables[0].changes(tables[0].reach)
        apart = np.abs(changes - changes[:, ::-1]).max(axis=1)
    if every:
        return np.full(len(endpoints), True)
    null = (apart < ROUNDING) & _by_chance(arms)
    # of a sum of several the correlations would have to be known as well
    single = [len(members) == 1 and bool(null[list(members)].all()) for members in endpoints.sums]
    return np.append(null, np.array(single, np.bool_))


def _exact(
    tables: Answers, endpoints: Endpoints, analysis: Analysis, ratio: Sequence[int]
) -> FloatArray:
    """Exact estimands; NaN for a sum that has none, and for what is next to 0; (E,)."""

    def of(cut: int | None) -> FloatArray:
        return _estimand(tuple(arm.at(cut) for arm in tables), analysis, ratio)

    domains = of(analysis.cut)
    value = np.full(len(endpoints), np.nan)
    if analysis.test_facts.by == "means":
        value = endpoints.summed(domains)
    value[: endpoints.domains] = domains
    sums = zip(endpoints.sums, endpoints.cuts, strict=True)
    for place, (members, cut) in enumerate(sums, endpoints.domains):
        if len(members) == 1:
            value[place] = of(cut)[members[0]]
    value[np.abs(value) <= ROUNDING] = 0.0
    value[(value != 0) & (np.abs(value) < SMALLEST)] = np.nan
    return value


def _estimand(arms: Answers, analysis: Analysis, ratio: Sequence[int]) -> FloatArray:
    if len(arms) > 1:
        arms = tuple(
            replace(arm, weight=arm.weight * part) for arm, part in zip(arms, ratio, strict=True)
        )
    return ESTIMANDS[analysis.test](arms, analysis)


def _simulated(
    people: tuple[Respondents, ...],
    endpoints: Endpoints,
    endpoint: int,
    analysis: Analysis,
    ratio: Sequence[int],
    known: float | None,
) -> float:
    """Estimand in simulated people; NaN where its sign is in doubt.

    Where the mean change is known it serves as control variate.
    """
    answers = tuple(_answers(arm, endpoints.members[endpoint]) for arm in people)
    cut = (*[analysis.cut] * endpoints.domains, *endpoints.cuts)[endpoint]
    tested = tuple(arm.at(cut) for arm in answers)
    each = _estimand(tested, analysis, ratio)
    value = float(_estimand(tuple(arm.pooled() for arm in tested), analysis, ratio)[0])
    means, freedom = _mean_changes(answers), SAMPLES - 1
    if known is not None and np.ptp(means) > 0:
        slope = np.cov(each, means)[0, 1] / means.var(ddof=1)
        each, value = each - slope * (means - known), value - slope * (means.mean() - known)
        freedom -= 1
    error = np.sqrt(((each - each.mean()) ** 2).sum() / freedom / SAMPLES)
    return value if abs(value) > max(CLEAR * error, SMALLEST) else np.nan


def _answers(people: Respondents, members: NDArray[np.bool_]) -> AnswerDistribution:
    """Answers of simulated people to the domains of one endpoint, summed."""
    before, after = (time[members].sum(axis=0) for time in (people.before, people.after))
    return AnswerDistribution(before, after, people.weight)
