"""One role of a block with a control arm: changes of the mentored against those of controls."""

from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.cohorts import Cohort, Population, draw_cohort
from sim.cohorts.draw import site_stream
from sim.cohorts.truth import mean_changes, true_nulls
from sim.compute.streams import Purpose, generator
from sim.inference.analyse import conclude_arms
from sim.inference.arm_differences import Difference
from sim.inference.endpoints import endpoint_changes
from sim.inference.two_arms import Arm, ArmsEstimate, compare_arms
from sim.inference.unit_means import difference_of_units, difference_within_units
from sim.power.count_kernels import FINE
from sim.power.parts import SUMS, RolePart, family_counts, happened
from sim.power.tally import Counts
from sim.power.task import BlockTask
from sim.power.units import clusters_of, interval_unit


def compared_arms_part(task: BlockTask, role: int, block: int) -> RolePart:
    """Draw one role's two arms of a block, compare them at every size, count.

    Parameters
    ----------
    task : BlockTask
        What determines the numbers; with controls.
    role, block : int
        Which.

    Returns
    -------
    RolePart
        The estimate is the effect that goes with the test: the difference of
        mean changes, or the adjusted difference of analysis of covariance;
        with clusters, whatever the test, that of the clusters' mean changes.
    """
    people = task.populations[role], task.controls[role]
    truth, nulls = _truth(*people)
    mentored, controls = _arms(task, role, block)
    by_people = interval_unit(people[0].clusters, task.analysis.test) == "person"
    differ = None if by_people else partial(_difference, task, people)
    result, estimates = compare_arms(mentored, controls, task.analysis, differ)
    found = conclude_arms(result, task.analysis, task.family)
    half_width = np.inf if task.half_width is None else task.half_width
    return RolePart(
        happened(found) | count_estimates(estimates, truth, half_width, found.rejected),
        family_counts(found.adjusted_rejected, nulls, task.analysis),
        found.adjusted_rejected,
        found.adjusted_won,
    )


def _difference(
    task: BlockTask, people: tuple[Population, Population], mentored: Arm, controls: Arm
) -> Difference:
    """Give the difference by independent units, each of one arm or with people of both."""
    test = task.analysis.test
    if task.same_sites and interval_unit(people[0].clusters, test) == "site":
        return difference_within_units(mentored, controls)
    both = (
        replace(arm, sites=clusters_of(own.clusters, test, arm.changes.shape[1]))
        for arm, own in zip((mentored, controls), people, strict=True)
    )
    return difference_of_units(*both)


@lru_cache(maxsize=4)
def _truth(
    mentored: Population, controls: Population
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return effect_of_mentoring(mentored, controls), true_nulls(mentored, controls)


def effect_of_mentoring(mentored: Population, controls: Population) -> NDArray[np.float64]:
    """Difference of the arms' true mean changes, the domains and the total; (D + 1,)."""
    return mean_changes(mentored) - mean_changes(controls)


def _arms(task: BlockTask, role: int, block: int) -> tuple[Arm, Arm]:
    place = task.seed, task.purpose, role, block
    # a purpose of their own: no stream that the mentored spawn is the controls'
    apart = task.seed, Purpose.CONTROLS, int(task.purpose), role, block
    sizes = np.array(task.sizes[role]), np.array(task.control_sizes[role])
    most = [max(1, int(own.max())) for own in sizes]
    mentored = draw_cohort(task.populations[role], most[0], task.block_size, generator(*place))
    shared = site_stream(generator(*place)) if task.same_sites else None
    controls = draw_cohort(task.controls[role], most[1], task.block_size, generator(*apart), shared)
    return _arm(mentored, sizes[0]), _arm(controls, sizes[1])


def _arm(cohort: Cohort, sizes: NDArray[np.int64]) -> Arm:
    before = cohort.scores[..., 0].astype(np.int16)  # (R, N, D)
    total = before.sum(axis=2, keepdims=True, dtype=np.int16)
    return Arm(
        endpoint_changes(cohort.scores),
        np.concatenate([before, total], axis=2),
        sizes,
        cohort.site,
    )


def count_estimates(
    found: ArmsEstimate,
    truth: NDArray[np.float64],
    half_width: float,
    rejected: NDArray[np.bool_],
) -> dict[str, Counts]:
    """Sum estimates, intervals and widths over replicates.

    Parameters
    ----------
    found : ArmsEstimate
        Fields of shape (R, K, E); no degrees of freedom where there is no estimate.
    truth : ndarray, shape (E,)
        What is estimated.
    half_width : float
        Half-width that counts as narrow.
    rejected : ndarray of bool, shape (R, K, E)
        Rejections, over which the estimates are summed without sign.

    Returns
    -------
    dict of str to ndarray, shape (K, E)
        By the names of the tally.
    """
    known = found.freedom > 0
    freedom = found.freedom.astype(np.int64)
    quantiles = stdtrit(np.maximum(np.arange(freedom.max(initial=0) + 1), 1), 0.975)
    half = quantiles[freedom] * found.standard_error
    estimate, squared = _fine(found.estimate), _fine(found.estimate**2)
    width, width_squared = _fine(2 * half), _fine(4 * half**2)
    hit = known & rejected
    covered = known & (np.abs(found.estimate - truth) <= half + 1e-12)
    narrow = known & (half <= half_width)
    columns = (
        known, estimate * known, squared * known, np.abs(estimate) * hit, squared * hit,
        covered, narrow, width * known, width_squared * known,
    )  # fmt: skip
    sums = [np.asarray(column.sum(axis=0, dtype=np.int64)) for column in columns]
    return dict(zip(SUMS, sums, strict=True))


def _fine(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.rint(values * FINE), dtype=np.int64)
