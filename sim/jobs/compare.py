"""The job of comparing two studies: what is the difference in power, beyond noise?"""

from __future__ import annotations

from dataclasses import dataclass

from sim.compute.executors import open_executor
from sim.compute.store import BlockStore
from sim.errors import StudyError
from sim.jobs.census import Census, task_of
from sim.jobs.many_sizes import thinned
from sim.jobs.progress import OnBlock, Progress
from sim.power.contrast import Wins, contrast, critical
from sim.power.estimates import Estimate, proportion
from sim.power.simulate import simulate_wins
from sim.report.topics.soundness import study_reasons
from sim.study import Study

FEW = 10
"""Blocks below which the error between them is itself rough."""


@dataclass(frozen=True)
class LargestDifference:
    """The largest difference in power, and its interval.

    Attributes
    ----------
    size : int
        Size at which it is.
    value : float
        The difference.
    low, high : float
        95% interval, widened because it is the largest of all sizes (Bonferroni).
    """

    size: int
    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether it is beyond noise."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, eq=False)
class Comparison:
    """Power of the second study's primary rule less that of the first's.

    Attributes
    ----------
    sizes : tuple of int
        Sizes that both study.
    difference : Estimate, shape (K,)
        Paired by block: both draw from the same random streams.
    powers : tuple of Estimate, each of shape (K,)
        Power of the first and of the second.
    targets : tuple of float
        Power that the first and the second aim at.
    unusable : tuple of str
        Why powers and difference cannot be used; empty where they can.
    blocks, replicates : int
        Simulated studies of each.
    """

    sizes: tuple[int, ...]
    difference: Estimate
    powers: tuple[Estimate, Estimate]
    targets: tuple[float, float]
    unusable: tuple[str, ...]
    blocks: int
    replicates: int

    @property
    def is_noisy(self) -> bool:
        """Whether there are so few blocks that the error between them is itself rough."""
        return self.blocks < FEW

    @property
    def largest(self) -> LargestDifference | None:
        """The largest difference; None where there is none at any size."""
        k = int(abs(self.difference.value).argmax())
        value = float(self.difference.value[k])
        if value == 0:
            return None
        half = critical(self.blocks, len(self.sizes)) * float(self.difference.mcse[k])
        low, high = (min(max(end, -1.0), 1.0) for end in (value - half, value + half))
        return LargestDifference(self.sizes[k], value, low, high)


def check(first: Study, second: Study) -> None:
    """Refuse two studies whose difference is not paired, or that share no size.

    Raises
    ------
    StudyError
        One line that names the field.
    """
    pairs = ((first.seed, second.seed, "seed"),
             (first.monte_carlo.block_size, second.monte_carlo.block_size,
              "monte_carlo.block_size"))  # fmt: skip
    for one, other, name in pairs:
        if one != other:
            raise StudyError(f"{name}: {other} must be {one}, as in the scenario compared with")
    if not set(first.sizes) & set(second.sizes):
        raise StudyError("design.n: the two scenarios have no size in common")


def compare(
    first: Study, second: Study, on_block: OnBlock | None = None, store: BlockStore | None = None
) -> Comparison:
    """Simulate two studies with the same random numbers.

    Parameters
    ----------
    first, second : Study
        Each is judged by its primary rule.
    on_block : callable, optional
        Called with (blocks done, blocks in all).
    store : BlockStore, optional
        Where finished blocks are looked up and kept.

    Returns
    -------
    Comparison

    Raises
    ------
    StudyError
        As by :func:`check`, and where people cannot exist.

    Examples
    --------
    >>> from sim import compose_study
    >>> small = ["design.n=[12]", "monte_carlo.replicates=100", "monte_carlo.block_size=50"]
    >>> one, other = compose_study(small), compose_study([*small, "target.power=0.9"])
    >>> compare(one, other).difference.value.tolist()
    [0.0]
    """
    check(first, second)
    largest = max(first.sizes[-1], second.sizes[-1])
    first, second = (thinned(study, largest=largest) for study in (first, second))
    size = first.monte_carlo.block_size
    blocks = -(-min(first.replicates, second.replicates) // size)
    progress = Progress(on_block, 2 * blocks)
    with open_executor(**first.compute.model_dump()) as executor:
        census = Census()
        tasks = (task_of(census.people(study)) for study in (first, second))
        wins = simulate_wins(tasks, blocks, size, executor, progress.step, store, ahead=2 * blocks)
    pairs = tuple(size for size in first.sizes if size in second.sizes)
    one, other = (_at(won, study, pairs) for won, study in zip(wins, (first, second), strict=True))
    replicates = blocks * size
    powers = proportion(one.sum(axis=0), replicates), proportion(other.sum(axis=0), replicates)
    difference = contrast([(1, other), (-1, one)], size)
    targets = first.target.power, second.target.power
    clauses = [clause for study in (first, second) for clause in study_reasons(study)]
    unusable = tuple(dict.fromkeys(clauses))
    return Comparison(pairs, difference, powers, targets, unusable, blocks, replicates)


def _at(wins: Wins, study: Study, pairs: tuple[int, ...]) -> Wins:
    """Wins of the primary rule at some sizes, shape (B, K)."""
    rule = list(study.success).index(study.primary)
    return wins[:, [study.sizes.index(size) for size in pairs], rule]
