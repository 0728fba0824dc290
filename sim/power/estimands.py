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
AT_ONCE = 320
"""People of a sample of all the populations that are simulated together; bounds memory."""


@dataclass(frozen=True, eq=False)
class Estimands:
    """What one role's tests estimate; every field has shape (E,), of several populations (S, E).

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

    def each(self) -> list[Estimands]:
        """Take several populations apart."""
        return list(map(Estimands, self.value, self.null, self.informative))


def estimands_of(
    arms: Arms, endpoints: Endpoints, analysis: Analysis, ratio: Sequence[int] = (1, 1)
) -> Estimands:
    """Work out what the tests of one role estimate; as :func:`estimands_of_several`, of one."""
    return estimands_of_several([arms], endpoints, analysis, ratio).each()[0]


def estimands_of_several(
    people: Sequence[Arms], endpoints: Endpoints, analysis: Analysis, ratio: Sequence[int] = (1, 1)
) -> Estimands:
    """Work out what the tests of one role estimate, exactly or by simulated people.

    Parameters
    ----------
    people : sequence of tuple of Population
        The treated, and controls where there are any; S times, under the same conditions.
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
    arms, shape = people[0], (len(people), len(endpoints))
    tables = tuple(
        AnswerDistribution.of_tables(np.concatenate([population.tables for population in arm]))
        for arm in zip(*people, strict=True)
    )
    null, informative = _nulls(people, tables, endpoints), _informative(tables, endpoints, analysis)
    value, means = np.full(shape, np.nan), None
    if not _converges(arms, analysis):
        # in one group both directions are alike all the same; a model may fail to see it
        alone = len(arms) == 1 and analysis.test in ESTIMANDS
        return Estimands(value, null & alone, informative)
    if _by_chance(arms) and all(population.recruitment is None for population in arms):
        value = _exact(tables, endpoints, analysis, ratio)
        means = endpoints.summed(_mean_changes(tables).reshape(len(people), -1))
    value[null | ~informative] = 0.0
    unknown = np.isnan(value)
    unknown[:, endpoints.domains :] &= not _prorated(arms) or analysis.test_facts.by == "means"
    for number in NUMBERS:
        left = np.flatnonzero(unknown.any(axis=1))
        for start in range(0, len(left), max(1, AT_ONCE // number)):
            some = left[start : start + max(1, AT_ONCE // number)]
            drawn = tuple(
                respondents(arm, number) for arm in zip(*(people[s] for s in some), strict=True)
            )
            for e in map(int, np.flatnonzero(unknown[some].any(axis=0))):
                known = None if means is None else means[some, e]
                found = _simulated(drawn, endpoints, e, analysis, ratio, known)
                value[some, e] = np.where(unknown[some, e], found, value[some, e])
        unknown &= np.isnan(value)
    return Estimands(value, null, informative)


def _informative(tables: Answers, endpoints: Endpoints, analysis: Analysis) -> NDArray[np.bool_]:
    at_cut = analysis.cut is not None
    answers = [arm.at(analysis.cut) for arm in tables]
    moved = np.any([arm.mean(arm.before != arm.after) > ROUNDING for arm in answers], axis=0)
    moved = moved.reshape(-1, endpoints.domains)
    somebody = [
        tested & (at_cut | moved[:, list(members)].any(axis=1, keepdims=True))
        for members, tested in zip(endpoints.sums, endpoints.tested_sums(analysis), strict=True)
    ]
    return np.concatenate([moved, *somebody], axis=1)


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


def _nulls(people: Sequence[Arms], tables: Answers, endpoints: Endpoints) -> NDArray[np.bool_]:
    """Endpoints whose changes are distributed as the null says; (S, E)."""
    if len(tables) > 1:
        apart = np.abs(tables[0].weight - tables[1].weight).max(axis=1)
    else:
        changes = tables[0].changes(tables[0].reach)
        apart = np.abs(changes - changes[:, ::-1]).max(axis=1)
    by_chance = _by_chance(people[0])
    null = ((apart < ROUNDING) & by_chance).reshape(-1, endpoints.domains)
    # of a sum of several the correlations would have to be known as well
    single = [
        null[:, list(members)].all(axis=1, keepdims=True) & (len(members) == 1)
        for members in endpoints.sums
    ]
    every = [alike(*arms) if len(arms) > 1 else by_chance and exchangeable(arms[0])
             for arms in people]  # fmt: skip
    return np.concatenate([null, *single], axis=1) | np.array(every, np.bool_)[:, None]


def _exact(
    tables: Answers, endpoints: Endpoints, analysis: Analysis, ratio: Sequence[int]
) -> FloatArray:
    """Exact estimands; NaN for a sum that has none, and for what is next to 0; (S, E)."""

    def of(cut: int | None) -> FloatArray:
        tested = tuple(arm.at(cut) for arm in tables)
        return _estimand(tested, analysis, ratio).reshape(-1, endpoints.domains)

    domains = of(analysis.cut)
    value = endpoints.summed(domains)
    if analysis.test_facts.by != "means":
        value[:, endpoints.domains :] = np.nan
    sums = zip(endpoints.sums, endpoints.cuts, strict=True)
    for place, (members, cut) in enumerate(sums, endpoints.domains):
        if len(members) == 1:
            value[:, place] = of(cut)[:, members[0]]
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
    known: FloatArray | None,
) -> FloatArray:
    """Estimand in simulated people of each population (S,); NaN where its sign is in doubt.

    Where the mean change is known it serves as control variate.
    """
    answers = tuple(_answers(arm, endpoints.members[endpoint]) for arm in people)
    cut = (*[analysis.cut] * endpoints.domains, *endpoints.cuts)[endpoint]
    tested = tuple(arm.at(cut) for arm in answers)
    pooled = tuple(arm.pooled(SAMPLES) for arm in tested)
    each = _estimand(tested, analysis, ratio).reshape(-1, SAMPLES)
    value = _estimand(pooled, analysis, ratio)[:, None]
    means, freedom = _mean_changes(answers).reshape(-1, SAMPLES), SAMPLES - 1
    if known is not None:
        apart = means - means.mean(axis=1, keepdims=True)
        spread = (apart**2).sum(axis=1, keepdims=True)
        slope = (each * apart).sum(axis=1, keepdims=True) / np.where(spread > 0, spread, 1.0)
        each = each - slope * (means - known[:, None])
        value = value - slope * (means.mean(axis=1, keepdims=True) - known[:, None])
        freedom -= 1
    squares = ((each - each.mean(axis=1, keepdims=True)) ** 2).sum(axis=1, keepdims=True)
    error = np.sqrt(squares / freedom / SAMPLES)
    clear = np.abs(value) > np.maximum(CLEAR * error, SMALLEST)
    return np.asarray(np.where(clear, value, np.nan)[:, 0])


def _answers(people: Respondents, members: NDArray[np.bool_]) -> AnswerDistribution:
    """Answers of simulated people to the domains of one endpoint, summed."""
    before, after = (time[members].sum(axis=0) for time in (people.before, people.after))
    return AnswerDistribution(before, after, people.weight)
