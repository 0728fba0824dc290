"""Exact powers, and those of sampled changes, each worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np

from sim.arrays import FloatArray
from sim.compute.memory import Memory
from sim.power.exact import AUTO_CUT, ExactPower
from sim.power.sampled import PRECISE, SampledPower, sampled_rejection
from sim.power.thinned import Change, thinned_rejection
from sim.study import Analysis

REMEMBERED = 4096
"""Most exact powers that a table keeps: of more endpoints, levels and populations than a study."""


@dataclass
class ExactTable:
    """Exact powers by distribution of the change, sizes and level; each is computed once.

    Attributes
    ----------
    analysis : Analysis
        Test and options.
    work_limit, cut : float
        As for :func:`~sim.power.exact.exact_rejection`: how much is enumerated, how precisely.
    """

    analysis: Analysis
    work_limit: float
    cut: float = AUTO_CUT
    _known: Memory[ExactPower] = field(default_factory=partial(Memory, REMEMBERED), init=False)
    _sampled: Memory[SampledPower] = field(default_factory=partial(Memory, REMEMBERED), init=False)

    def power(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float = 0.0
    ) -> ExactPower:
        """Exact power of one endpoint at a level, its change missing with a probability.

        Raises
        ------
        StudyError
            Where the enumeration would take too long; at once the next time.
        """
        key = (np.round(pmf, 12).tobytes(), sizes, alpha, gone)
        return self._known.recall(key, partial(self.compute, pmf, sizes, alpha, gone))

    def sampled(
        self,
        change: Change,
        sizes: tuple[int, ...],
        alpha: float,
        draws: int,
        seed: int,
        *,
        precise: float = PRECISE,
    ) -> SampledPower:
        """Power of one endpoint at a level from sampled absolute changes."""
        key = (np.round(change.pmf, 12).tobytes(), sizes, alpha, change.gone, draws, seed, precise)
        analysis = self.analysis.model_copy(update={"alpha": alpha})
        work_out = partial(
            sampled_rejection, change.pmf, sizes, analysis, draws, seed=seed, gone=change.gone,
            precise=precise,
        )  # fmt: skip
        return self._sampled.recall(key, work_out)

    def compute(
        self, pmf: FloatArray, sizes: tuple[int, ...], alpha: float, gone: float
    ) -> ExactPower:
        """Enumerate, whether it is known or not."""
        analysis = self.analysis.model_copy(update={"alpha": alpha})
        distinct, place = np.unique(sizes, return_inverse=True)
        ordered: list[int] = distinct.tolist()
        exact = thinned_rejection(pmf, ordered, analysis, gone, self.work_limit, self.cut)
        return ExactPower(exact.power[place], exact.win[place], exact.error[place])
