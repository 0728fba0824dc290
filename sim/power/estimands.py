"""What the tests of a study estimate in the people whose answers are observed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.cohorts import Population
from sim.cohorts.respondents import SAMPLES, Respondents, alike, exchangeable, respondents
from sim.inference.answer_distribution import AnswerDistribution
from sim.inference.registry import BY_SITE, ESTIMANDS, MODELS
from sim.inference.two_arms import ARMS_ESTIMANDS
from sim.power.estimates import FloatArray
from sim.power.thinned import chance_missing
from sim.study import Analysis

Arms = tuple[Population, ...]
"""The people of one role: those who are mentored, then controls where there are any."""
Answers = tuple[AnswerDistribution, ...]
"""What the people of each arm answer, a row for every domain or sample."""
OF_MEANS = ("paired_t", "sign_flip", "two_sample_t", "cluster_mean_t", "cluster_mean_two_sample_t")
"""Tests whose estimand adds up over domains to that of the total."""
ROUNDING = 1e-12
"""Size up to which an exact probability or estimand is 0."""
SMALLEST = 1e-6
"""Size below which an estimand that is not 0 is neither called so nor given a sign."""
CLEAR = 6.5
"""Standard errors that a simulated one is from 0 by chance once in 100,000 (t of 14)."""
NUMBERS = (64, 512, 4096)
"""People of each sample, tried in turn until every sign is clear."""


@dataclass(frozen=True, eq=False)
class Estimands:
    """What one role's tests estimate; every field has shape (D + 1,), the total last.

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
    null: NDArray[np.bool_]
    informative: NDArray[np.bool_]


def estimands_of(arms: Arms, analysis: Analysis, ratio: tuple[int, int] = (1, 1)) -> Estimands:
    """Work out what the tests of one role estimate, exactly or by simulated people.

    Parameters
    ----------
    arms : tuple of Population
        The mentored, and controls where there are any.
    analysis : Analysis
        Its test.
    ratio : tuple of int
        Mentored to controls.

    Returns
    -------
    Estimands
        Exact for a domain, and for the mean of the total, where who is observed
        does not depend on the answers; otherwise of simulated people, and NaN
        unless its sign is beyond doubt. NaN too for a fitted model, and with a
        fixed number of sites: there no test comes to a conclusion as people
        are added.
    """
    tables = tuple(AnswerDistribution.of_tables(own.tables) for own in arms)
    domains = len(arms[0].tables)
    null, informative = _nulls(arms, tables), _informative(tables, analysis)
    value, means = np.full(domains + 1, np.nan), None
    if not _converges(arms, analysis):
        # in one group both directions are alike all the same; a model may fail to see it
        alone = len(arms) == 1 and analysis.test in ESTIMANDS
        return Estimands(value, null & alone, informative)
    if _by_chance(arms) and all(own.recruitment is None for own in arms):
        value, means = _exact(tables, analysis, ratio), _mean_changes(tables)
    value[null | ~informative] = 0.0
    unknown = np.isnan(value)
    unknown[-1] &= not _prorated(arms) or analysis.test in OF_MEANS
    for number in NUMBERS:
        if not unknown.any():
            break
        people = tuple(respondents(own, number) for own in arms)
        for e in map(int, np.flatnonzero(unknown)):
            known = None if means is None else float(means[e])
            value[e] = _simulated(people, e, analysis, ratio, known)
        unknown &= np.isnan(value)
    return Estimands(value, null, informative)


def _informative(tables: Answers, analysis: Analysis) -> NDArray[np.bool_]:
    tested = [own.at(analysis.cut) for own in tables]
    found = np.any([own.mean(own.before != own.after) > ROUNDING for own in tested], axis=0)
    no_cut = analysis.cut is not None and analysis.total_cut is None
    total = analysis.test not in MODELS and not no_cut
    return np.append(found, total and (found.any() or analysis.cut is not None))


def _mean_changes(tables: Answers) -> FloatArray:
    """Mean changes, less those of controls; (D + 1,)."""
    first, *others = (own.mean_change() for own in tables)
    domains = first - sum(others)
    return np.append(domains, domains.sum())


def _converges(arms: Arms, analysis: Analysis) -> bool:
    """Tell whether a test comes to a conclusion as people are added."""
    if analysis.test not in (ESTIMANDS if len(arms) == 1 else ARMS_ESTIMANDS):
        return False
    for clusters in (own.clusters for own in arms):
        if clusters is None:
            continue
        by_site = analysis.test in BY_SITE
        shared = any(level.name == "site" for level in clusters.levels)
        if (by_site or shared) and clusters.accrual.accrual != "in_turn":
            return False
        if by_site and not _by_chance(arms):  # a site's mean is not that of all its people
            return False
    return True


def _by_chance(arms: Arms) -> bool:
    return all(chance_missing(own) is not None for own in arms)


def _prorated(arms: Arms) -> bool:
    """Tell whether totals are made up from some of the answers."""
    return any(
        own.missing is not None and own.missing.prorated and own.missing.any_item for own in arms
    )


def _nulls(arms: Arms, tables: Answers) -> NDArray[np.bool_]:
    """Endpoints whose changes are distributed as the null says; (D + 1,)."""
    domains = len(arms[0].tables)
    if len(arms) > 1:
        every = alike(*arms)
        apart = np.abs(tables[0].weight - tables[1].weight).max(axis=1)
    else:
        every = exchangeable(arms[0]) and _by_chance(arms)
        changes = tables[0].changes(tables[0].reach)
        apart = np.abs(changes - changes[:, ::-1]).max(axis=1)
    if every:
        return np.full(domains + 1, True)
    own = (apart < ROUNDING) & _by_chance(arms)
    return np.append(own, own.all() and domains == 1)


def _exact(tables: Answers, analysis: Analysis, ratio: tuple[int, int]) -> FloatArray:
    """Exact estimands; NaN for a total that has none, and for what is next to 0; (D + 1,)."""

    def of(cut: int | None) -> FloatArray:
        return _estimand(tuple(own.at(cut) for own in tables), analysis, ratio)

    value, total = of(analysis.cut), np.nan
    if len(value) == 1:
        total = float(of(analysis.total_cut)[0])
    elif analysis.test in OF_MEANS:
        total = float(value.sum())
    value = np.append(value, total)
    value[np.abs(value) <= ROUNDING] = 0.0
    value[(value != 0) & (np.abs(value) < SMALLEST)] = np.nan
    return value


def _estimand(
    arms: tuple[AnswerDistribution, ...], analysis: Analysis, ratio: tuple[int, int]
) -> FloatArray:
    if len(arms) == 1:
        return ESTIMANDS[analysis.test](arms[0], analysis)
    mentored, controls = (
        replace(own, weight=own.weight * part) for own, part in zip(arms, ratio, strict=True)
    )
    return ARMS_ESTIMANDS[analysis.test](mentored, controls)


def _simulated(
    people: tuple[Respondents, ...],
    endpoint: int,
    analysis: Analysis,
    ratio: tuple[int, int],
    known: float | None,
) -> float:
    """Estimand in simulated people; NaN where its sign is in doubt.

    Where the mean change is known it serves as control variate.
    """
    answers = tuple(_answers(own, endpoint) for own in people)
    total = endpoint == people[0].before.shape[2]
    cut = analysis.total_cut if total else analysis.cut
    tested = tuple(own.at(cut) for own in answers)
    each = _estimand(tested, analysis, ratio)
    value = float(_estimand(tuple(own.pooled() for own in tested), analysis, ratio)[0])
    means, freedom = _mean_changes(answers)[:-1], SAMPLES - 1
    if known is not None and np.ptp(means) > 0:
        slope = np.cov(each, means)[0, 1] / means.var(ddof=1)
        each, value = each - slope * (means - known), value - slope * (means.mean() - known)
        freedom -= 1
    error = np.sqrt(((each - each.mean()) ** 2).sum() / freedom / SAMPLES)
    return value if abs(value) > max(CLEAR * error, SMALLEST) else np.nan


def _answers(people: Respondents, endpoint: int) -> AnswerDistribution:
    """Answers of simulated people to one endpoint, the total after the domains."""
    total = endpoint == people.before.shape[2]
    before, after = (
        own.sum(axis=2) if total else own[..., endpoint] for own in (people.before, people.after)
    )
    return AnswerDistribution(before, after, people.weight)
