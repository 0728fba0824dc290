"""A block's task: who is simulated at which sizes, and how it is analysed."""

from dataclasses import dataclass

from sim.cohorts import Population
from sim.compute.streams import Purpose
from sim.inference.looks import Looks
from sim.inference.rules import DecisionRule
from sim.inference.testing_order import TestingOrder
from sim.study import Analysis
from sim.study.endpoints import Endpoints


@dataclass(frozen=True, eq=False)
class Arm:
    """People of one role who are treated alike.

    Attributes
    ----------
    population : Population
        Who exists.
    sizes : tuple of int
        Participants at each of the K sizes, and at all looks where there are such; never falling.
    """

    population: Population
    sizes: tuple[int, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class BlockTask:
    """All that determines the numbers of a block, and nothing else.

    Attributes
    ----------
    roles : tuple of tuple of Arm
        Of every role its one arm, or treated people and controls.
    endpoints : Endpoints
        What is tested of each role.
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
    order : TestingOrder or None
        Order or graph in which endpoints are tested, where there is one.
    same_sites : bool
        Whether both arms are at the same sites.
    looks : Looks or None
        Looks of each size before its end, where there are any.
    """

    roles: tuple[tuple[Arm, ...], ...]
    endpoints: Endpoints
    analysis: Analysis
    rules: tuple[DecisionRule, ...]
    seed: int
    block_size: int
    purpose: Purpose = Purpose.MAIN
    half_width: float | None = None
    order: TestingOrder | None = None
    same_sites: bool = False
    looks: Looks | None = None

    @property
    def number_of_sizes(self) -> int:
        """Number K of sizes."""
        return len(self.roles[0][0].sizes if self.looks is None else self.looks.place)
