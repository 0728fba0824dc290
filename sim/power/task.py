"""A block's task: what is simulated at which sizes, and how it is analysed."""

from dataclasses import dataclass

from sim.cohorts import Population
from sim.compute.streams import Purpose
from sim.inference.families import Family
from sim.inference.rules import DecisionRule
from sim.study import Analysis


@dataclass(frozen=True, eq=False)
class BlockTask:
    """All that determines the numbers of a block, and nothing else.

    Attributes
    ----------
    populations : tuple of Population
        One per role.
    sizes : tuple of tuple of int
        Participants per role, at each of the K sizes; rising, may repeat.
    analysis : Analysis
        Test, level, multiplicity.
    rules : tuple of DecisionRule
        Decision rules.
    seed : int
        The study's seed.
    block_size : int
        Replicates in a block.
    purpose : Purpose
        Which streams it draws from.
    half_width : float or None
        Half-width of the 95% interval, in points, that counts as narrow.
    family : Family or None
        Order or graph in which endpoints are tested, where there is one.
    controls : tuple of Population
        One per role where there is a control arm; else empty.
    control_sizes : tuple of tuple of int
        Controls per role, at each of the K sizes; `sizes` are then the mentored.
    same_sites : bool
        Whether both arms are at the same sites.
    """

    populations: tuple[Population, ...]
    sizes: tuple[tuple[int, ...], ...]
    analysis: Analysis
    rules: tuple[DecisionRule, ...]
    seed: int
    block_size: int
    purpose: Purpose = Purpose.MAIN
    half_width: float | None = None
    family: Family | None = None
    controls: tuple[Population, ...] = ()
    control_sizes: tuple[tuple[int, ...], ...] = ()
    same_sites: bool = False
