"""One role of a block: draw its arms, test, decide, estimate with an interval, count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.cohorts import draw_cohort
from sim.cohorts.draw import site_stream
from sim.cohorts.truth import mean_effects, true_nulls
from sim.compute.streams import Purpose, generator
from sim.inference.arm_differences import mean_difference
from sim.inference.decide import Evidence, PValues, collect, counted, decide
from sim.inference.looks import merged
from sim.inference.result import Difference
from sim.inference.sample import Sample
from sim.inference.thresholds import Procedure
from sim.inference.unit_means import difference_of_units, difference_within_units
from sim.power.counting import (
    Ends,
    count_decisions,
    count_differences,
    count_mean_changes,
    family_counts,
)
from sim.power.tally import Counts
from sim.power.task import BlockTask
from sim.power.units import clusters_of, interval_unit


@dataclass(frozen=True, eq=False)
class RoleCounts:
    """One role's part of a block.

    Attributes
    ----------
    counts : dict of str to ndarray, shape (K, E)
        Counts by the names of the tally.
    family : ndarray, shape (K, M + 1, M + 1)
        Replicates by true nulls rejected and by all rejected of its M
        endpoints that are adjusted together.
    adjusted_rejected, adjusted_won : ndarray of bool, shape (R, K, E)
        Decisions, for the rules.
    """

    counts: dict[str, Counts]
    family: Counts
    adjusted_rejected: NDArray[np.bool_]
    adjusted_won: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RoleTests:
    """One role's people of a block, arm by arm, and what their tests say at every size."""

    samples: tuple[Sample, ...]
    evidence: Evidence


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the blocks of a task share about one role: sizes without repeats, and how many people.

    `sizes` are those of each arm, `place` is where each of the task's sizes stands among
    them; `procedure` counts the levels that p-values are compared with, where they are counted.
    """

    sizes: tuple[NDArray[np.int64], ...]
    place: NDArray[np.intp]
    people: tuple[int, ...]
    procedure: Procedure | None


@dataclass(frozen=True, eq=False)
class Estimation:
    """What its estimates need besides: an arm's units of the interval, and what is true."""

    clusters: tuple[NDArray[np.int64], ...]
    truth: NDArray[np.float64]
    nulls: NDArray[np.bool_]


@lru_cache(maxsize=8)
def prepared(task: BlockTask, role: int) -> Prepared:
    """Work out what the blocks of a task share about a role."""
    arms = task.roles[role]
    sizes, place = _distinct(tuple(arm.sizes for arm in arms))
    people = tuple(max(1, int(rising[-1])) for rising in sizes)
    procedure = counted(task.analysis, task.endpoints.domains)
    if task.looks is not None:
        procedure = merged(task.looks, procedure)
    return Prepared(sizes, place, people, procedure)


@lru_cache(maxsize=8)
def _distinct(
    by_arm: tuple[tuple[int, ...], ...],
) -> tuple[tuple[NDArray[np.int64], ...], NDArray[np.intp]]:
    """Sizes of each arm without repeats, and where each that is stated stands among them."""
    sizes, place = np.unique(by_arm, axis=1, return_inverse=True)
    return tuple(sizes), place.ravel()


@lru_cache(maxsize=8)
def estimation(task: BlockTask, role: int) -> Estimation:
    """Work out what the estimates of its blocks share."""
    populations = tuple(arm.population for arm in task.roles[role])
    nulls, together = true_nulls(*populations), task.analysis.adjustment_facts.with_total
    return Estimation(
        tuple(
            clusters_of(population.clusters, task.analysis.test, n)
            for population, n in zip(populations, prepared(task, role).people, strict=True)
        ),
        mean_effects(populations, task.endpoints),
        task.endpoints.in_all(nulls) if together else nulls,
    )


def draw_and_test(task: BlockTask, role: int, block: int) -> RoleTests:
    """Draw one role's people of a block, and test them at every size."""
    known, analysis = prepared(task, role), task.analysis
    if task.looks is not None:
        level = task.looks.exact_up_to(analysis.alpha)
        analysis = analysis.model_copy(update={"alpha": level})
    samples = draw_samples(task, role, block)
    tested = [sample.as_tested(analysis) for sample in samples]
    seeds = _flip_seeds(task, role, block)
    evidence = collect(tested, known.sizes, analysis, task.order, seeds, procedure=known.procedure)
    return RoleTests(samples, evidence)


def count_role(task: BlockTask, role: int, block: int) -> RoleCounts:
    """Draw one role's people of a block, test them at every size, count.

    Parameters
    ----------
    task : BlockTask
        What determines the numbers.
    role, block : int
        Which.

    Returns
    -------
    RoleCounts
        Of one group the mean change is estimated; of two arms the effect that
        goes with the test, the difference of mean changes or the adjusted
        difference of analysis of covariance. With clusters, whatever the test,
        it is the clusters' mean changes that count.
    """
    known, true = prepared(task, role), estimation(task, role)
    tests = draw_and_test(task, role, block)
    decisions = decide(tests.evidence, task.analysis.alpha, task.analysis.side)
    ends = Ends.without_looks(len(known.sizes[0]), task.block_size)
    estimates = count_estimates(task, role, tests, decisions.rejected, ends)
    counts = count_decisions(decisions) | {name: sums[:, 0] for name, sums in estimates.items()}
    family = family_counts(decisions.adjusted_rejected, true.nulls)
    return RoleCounts(
        {name: count[known.place] for name, count in counts.items()},
        family[known.place],
        decisions.adjusted_rejected[:, known.place],
        decisions.adjusted_won[:, known.place],
    )


def count_estimates(
    task: BlockTask, role: int, tests: RoleTests, rejected: NDArray[np.bool_], ends: Ends
) -> dict[str, Counts]:
    """Sum a role's estimates and their intervals where its studies end; (K, J, E) by name."""
    true, narrow = estimation(task, role), narrowest(task)
    if len(tests.samples) > 1:
        difference = difference_of_arms(task, role, tests)
        return count_differences(difference, true.truth, narrow, rejected, ends)
    (sample,), (sizes,), (clusters,) = tests.samples, prepared(task, role).sizes, true.clusters
    return count_mean_changes(sample, sizes, clusters, true.truth, narrow, rejected, ends)


def decide_role(task: BlockTask, role: int, block: int) -> NDArray[np.bool_]:
    """Which endpoints of one role of a block win, adjusted, (R, K, E): no more than rules need."""
    evidence = draw_and_test(task, role, block).evidence
    decisions = decide(evidence, task.analysis.alpha, task.analysis.side)
    return decisions.adjusted_won[:, prepared(task, role).place]


def narrowest(task: BlockTask) -> float:
    """Half-width that counts as narrow; any where none is wanted."""
    return np.inf if task.half_width is None else task.half_width


def draw_samples(task: BlockTask, role: int, block: int) -> tuple[Sample, ...]:
    """Draw the arms of a role; their streams go by its place, never by its name."""
    place = task.seed, task.purpose, role, block
    # a purpose apart: no stream that the treated spawn is the controls'
    apart = task.seed, Purpose.CONTROLS, int(task.purpose), role, block
    samples: list[Sample] = []
    for arm, n in zip(task.roles[role], prepared(task, role).people, strict=True):
        rng = generator(*(apart if samples else place))
        shared = site_stream(generator(*place)) if samples and task.same_sites else None
        cohort = draw_cohort(arm.population, n, task.block_size, rng, shared)
        missing = arm.population.missing
        prorated = missing is not None and missing.prorated
        samples.append(Sample.of(cohort.scores, task.endpoints, cohort.site, prorated=prorated))
    return tuple(samples)


def _flip_seeds(task: BlockTask, role: int, block: int) -> NDArray[np.uint64] | None:
    """Seed of each replicate's sign flips, where there are any."""
    if task.analysis.adjustment_facts.needs != "flips":
        return None
    rng = generator(task.seed, Purpose.FLIPS, int(task.purpose), role, block)
    return rng.integers(0, 2**64, task.block_size, dtype=np.uint64)


def difference_of_arms(task: BlockTask, role: int, tests: RoleTests) -> Difference:
    """Give the difference of two arms by people, as tested, or by independent units."""
    samples, evidence = tests.samples, tests.evidence
    sizes, clusters = prepared(task, role).sizes, task.roles[role][0].population.clusters
    unit = interval_unit(clusters, task.analysis.test)
    if unit == "person":
        difference = evidence.result.difference if isinstance(evidence, PValues) else None
        return mean_difference(samples, sizes) if difference is None else difference
    if task.same_sites and unit == "site":
        return difference_within_units(samples, sizes)
    units = [
        replace(sample, sites=sites)
        for sample, sites in zip(samples, estimation(task, role).clusters, strict=True)
    ]
    return difference_of_units(units, sizes)
