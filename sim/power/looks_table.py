"""Where studies with looks at one endpoint end, enumerated, each design once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import FloatArray
from sim.compute.memory import Memory
from sim.errors import StudyError
from sim.power.thinned import Change
from sim.sequential.exact_looks import (
    WORK_LIMIT,
    ExactLooks,
    Stops,
    counts_zeros,
    require_enumerable,
)
from sim.sequential.exact_spending import MOST_PATHS, exact_spending_stops
from sim.study import Analysis

if TYPE_CHECKING:
    from sim.study import Study  # no block is handed one: its code is no part of theirs

QUICK = 1 / 20
"""Share of the work of a demanded enumeration that is done unasked: half a second or so."""
REMEMBERED = 64
"""Most designs whose ends are kept."""


@dataclass(frozen=True)
class LookDesign:
    """Looks of one endpoint in a study of one size.

    Attributes
    ----------
    sizes : tuple of int
        People at the looks.
    levels : tuple of float
        Largest p-values that are significant.
    futility : tuple of float or None
        One-sided z below which the looks before the last stop; None where none does.
    budget : tuple of float or None
        What one side may spend by each look, where it is spent exactly.
    whole : float
        Level of the same study without looks.
    """

    sizes: tuple[int, ...]
    levels: tuple[float, ...]
    futility: tuple[float, ...] | None
    budget: tuple[float, ...] | None
    whole: float


@dataclass(frozen=True, eq=False)
class KnownStops:
    """Where the studies of one design end: as planned, futility ending none, and without looks."""

    obeyed: Stops
    unstopped: Stops
    fixed: Stops


@dataclass
class LooksTable:
    """Ends of studies with looks, each worked out once.

    Attributes
    ----------
    analysis : Analysis
        Test and options.
    demanded : bool
        Whether they have to be exact, however long that takes within the limits.
    """

    analysis: Analysis
    demanded: bool
    _known: Memory[list[KnownStops]] = field(
        default_factory=partial(Memory, REMEMBERED), init=False
    )

    @classmethod
    def of(cls, study: Study) -> LooksTable:
        """Table for a study's test and engine."""
        return cls(study.scored_analysis, study.engine == "exact")

    def stops(self, change: Change, designs: Sequence[LookDesign]) -> list[KnownStops]:
        """Give the ends of every design, of one endpoint.

        Raises
        ------
        StudyError
            Where they are not known, or not within the limits.
        """
        key = (np.round(change.pmf, 12).tobytes(), change.gone, tuple(designs))
        return self._known.recall(key, partial(self._enumerated, change, designs))

    def require(self, change: Change, largest: int) -> None:
        """Refuse too many outcomes, before anything is enumerated.

        Raises
        ------
        StudyError
        """
        share = 1.0 if self.demanded else QUICK
        require_enumerable(_observed(change, self.analysis), largest, self.analysis,
                           WORK_LIMIT * share)  # fmt: skip

    def _enumerated(self, change: Change, designs: Sequence[LookDesign]) -> list[KnownStops]:
        largest = max(design.sizes[-1] for design in designs)
        self.require(change, largest)
        pmf = _observed(change, self.analysis)
        exact = ExactLooks(pmf, largest, self.analysis)
        paths = int(MOST_PATHS * (1 if self.demanded else QUICK) / len(designs))
        return [self._of_design(exact, pmf, design, paths) for design in designs]

    def _of_design(
        self, exact: ExactLooks, pmf: FloatArray, design: LookDesign, paths: int
    ) -> KnownStops:
        sizes, levels, futility = design.sizes, design.levels, design.futility
        fixed = exact.stops(sizes[-1:], [design.whole])
        if design.budget is None:
            unstopped = exact.stops(sizes, levels)
        else:
            unstopped = exact_spending_stops(pmf, sizes, self.analysis, design.budget, paths)
        if futility is None:
            return KnownStops(unstopped, unstopped, fixed)
        if design.budget is not None:
            raise StudyError(
                "engine: exact cannot answer: futility together with interim.spend=exact is "
                "simulated; use engine=auto"
            )
        return KnownStops(exact.stops(sizes, levels, futility), unstopped, fixed)


def _observed(change: Change, analysis: Analysis) -> FloatArray:
    """Distribution of the change, one that is missing being none; where that is all the same."""
    if change.gone == 0:
        return change.pmf
    if counts_zeros(analysis):
        raise StudyError(
            "engine: exact cannot answer: people who drop out matter to this test's p-value at "
            "looks; use engine=auto"
        )
    pmf = change.pmf * (1 - change.gone)
    pmf[len(pmf) // 2] += change.gone
    return pmf
