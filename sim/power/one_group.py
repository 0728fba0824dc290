"""One role of a block where everybody is mentored: before is compared with after."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from sim.cohorts import Population, draw_cohort
from sim.cohorts.truth import mean_changes, true_nulls
from sim.compute.streams import Purpose, generator
from sim.inference.analyse import Further, conclude
from sim.inference.endpoints import changes_tested, endpoint_changes
from sim.inference.prorated import prorated_changes, ranked_total, unit
from sim.power.count_kernels import count_changes
from sim.power.parts import SUMS, RolePart, family_counts, happened
from sim.power.tally import Counts
from sim.power.task import BlockTask
from sim.power.units import clusters_of


@dataclass(frozen=True, eq=False)
class _Prepared:
    """What the blocks of a task share about one role, worked out once."""

    population: Population
    sizes: NDArray[np.int64]
    place: NDArray[np.intp]
    truth: NDArray[np.float64]
    nulls: NDArray[np.bool_]
    quantiles: NDArray[np.float64]
    half_width: float
    units: NDArray[np.float64]
    clusters: NDArray[np.int64]

    @property
    def prorated(self) -> bool:
        """Whether the total is counted in parts of a point."""
        return bool(self.units[-1] != 1)


@lru_cache(maxsize=4)
def _prepared(task: BlockTask) -> tuple[_Prepared, ...]:
    parts = []
    for population, stated in zip(task.populations, task.sizes, strict=True):
        sizes, place = np.unique(stated, return_inverse=True)
        truth, nulls = mean_changes(population), true_nulls(population)
        half_width = np.inf if task.half_width is None else task.half_width
        quantiles = np.asarray(stdtrit(np.maximum(np.arange(sizes[-1] + 1) - 1, 1), 0.975))
        units = np.ones(len(truth))
        if population.missing is not None and population.missing.prorated:
            units[-1] = 1 / unit(len(nulls))
        clusters = clusters_of(population.clusters, task.analysis.test, int(sizes[-1]))
        parts.append(
            _Prepared(
                population, sizes, place, truth, nulls, quantiles, half_width, units, clusters
            )
        )  # fmt: skip
    return tuple(parts)


def one_group_part(task: BlockTask, role: int, block: int) -> RolePart:
    """Draw one role's people of a block, test their changes at every size, count.

    Parameters
    ----------
    task : BlockTask
        What determines the numbers.
    role, block : int
        Which.

    Returns
    -------
    RolePart
    """
    own = _prepared(task)[role]
    rng = generator(task.seed, task.purpose, role, block)
    cohort = draw_cohort(own.population, int(own.sizes[-1]), task.block_size, rng)
    changes = endpoint_changes(cohort.scores)  # (R, N, E)
    if own.prorated:
        changes[..., -1] = prorated_changes(cohort.scores)
    tested = changes_tested(cohort.scores, changes, task.analysis)
    if own.prorated:
        tested = ranked_total(tested, task.analysis)
    further = Further(cohort.scores, _flip_seeds(task, role, block), task.family)
    found = conclude(tested, own.sizes, task.analysis, cohort.site, further)
    counts = happened(found) | _count_changes(own, changes, found.rejected)
    family = family_counts(found.adjusted_rejected, own.nulls, task.analysis)
    return RolePart(
        {name: count[own.place] for name, count in counts.items()},
        family[own.place],
        found.adjusted_rejected[:, own.place],
        found.adjusted_won[:, own.place],
    )


def _flip_seeds(task: BlockTask, role: int, block: int) -> NDArray[np.uint64] | None:
    """Seed of each replicate's sign flips, where there are any."""
    if task.analysis.adjustment != "westfall_young":
        return None
    rng = generator(task.seed, Purpose.FLIPS, int(task.purpose), role, block)
    return rng.integers(0, 2**64, task.block_size, dtype=np.uint64)


def _count_changes(
    own: _Prepared, changes: NDArray[np.int16], rejected: NDArray[np.bool_]
) -> dict[str, Counts]:
    """Sum changes, intervals and widths over replicates; (K, E)."""
    by_participant = np.ascontiguousarray(changes.transpose(1, 2, 0))  # (N, E, R)
    by_size = np.ascontiguousarray(rejected.transpose(1, 2, 0))  # (K, E, R)
    sums = [np.empty(by_size.shape[:2], np.int64) for _ in SUMS]
    count_changes(
        by_participant, own.clusters, own.sizes, own.units, own.truth, own.quantiles,
        own.half_width, by_size, *sums,
    )  # fmt: skip
    return dict(zip(SUMS, sums, strict=True))
