"""Simulated ends of studies with looks, corrected by what each look by itself would show.

It is counted, too, in which simulated studies a look would be won, or be
hopeless, if there were no other: its probability is that of a fixed design,
and known. By how much these counts miss what they should be tells by how much
where studies end is missed: a regression takes that off, on control variates.
What is a sum of corrected quantities is corrected alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray, IntArray
from sim.inference.looks import Looks
from sim.power.estimates import Z95, Estimate, column, wilson_interval, with_columns
from sim.power.interim import InterimMeasures
from sim.power.known import KnownPower
from sim.power.tally import Counts, LookTally

FLAT = 1e-9
"""Part of the largest variance below which a combination of looks tells nothing."""


@dataclass(frozen=True, eq=False)
class LooksAlone:
    """Probabilities, (K, C), that each look by itself is won, and is hopeless; and their errors.

    NaN where that is not known.
    """

    value: FloatArray
    mcse: FloatArray


@dataclass(frozen=True, eq=False)
class ControlledLooks:
    """Where simulated studies with looks end, corrected by what is known of each look alone.

    Attributes
    ----------
    looks : Looks
        The looks.
    tally : LookTally
        What was counted.
    known : LooksAlone
        What is known.
    fixed : KnownPower
        Power of the design without looks.
    role, place : int
        Places of the endpoint's role and of the endpoint.
    unadjusted : bool
        Whether the endpoint is tested at the levels of the looks.

    References
    ----------
    Glasserman P (2004). Monte Carlo Methods in Financial Engineering, section 4.1. Springer.
    """

    looks: Looks
    tally: LookTally
    known: LooksAlone
    fixed: KnownPower
    role: int
    place: int
    unadjusted: bool

    @property
    def total(self) -> KnownPower:
        """Probabilities to reject, and to win, at any look."""
        tally = self.tally
        count = np.stack([tally.ended_met.sum(axis=1), tally.ended_won.sum(axis=1)], axis=1)
        either = self._probability(count, tally.ended_alone[:, :2].sum(axis=2))
        return KnownPower(column(either, 0), column(either, 1))

    def measured(self, measures: InterimMeasures, columns: Sequence[int] = ()) -> InterimMeasures:
        """Put what is known into what is measured; `columns` are the rules on the endpoint."""
        tally, sizes = self.tally, measures.sizes
        counts = tally.ended_met, tally.ended_won, tally.ended_futile
        met, won, futile = (
            self._probability(count, tally.ended_alone[:, place])
            for place, count in enumerate(counts)
        )
        unstopped = self._probability(
            np.stack([tally.unstopped_rejected, tally.unstopped_won], axis=1),
            tally.unstopped_alone,
        )
        ended = met.value + futile.value
        ended[:, -1] = 1 - ended[:, :-1].sum(axis=1)  # whatever is decided there
        analysed, recruited = map(self._expected, (sizes.analysed, sizes.recruited))
        variance = (ended * sizes.analysed**2).sum(axis=1) - analysed.value**2
        return replace(
            measures,
            met=met,
            won=won,
            futile=futile,
            expected_analysed=analysed,
            expected_recruited=recruited,
            spread=np.sqrt(np.maximum(variance, 0.0)),
            fixed_rejection=with_columns(
                measures.fixed_rejection, dict.fromkeys(columns, self.fixed.power)
            ),
            fixed_win=with_columns(measures.fixed_win, dict.fromkeys(columns, self.fixed.win)),
            unstopped_rejection=column(unstopped, 0),
            unstopped_win=column(unstopped, 1),
        )

    def _probability(self, count: Counts, joint: Counts) -> Estimate:
        """Correct the shares (K, T) of replicates in which things happen."""
        of = self.tally.replicates
        either = ((count > 0) & (count < of)).astype(int)  # otherwise the interval knows of none
        value, mcse = self._corrected(count, count, joint, either)
        value = np.clip(value, 0.0, 1.0)
        error = np.where(mcse > 0, mcse, np.inf)
        worth = np.maximum(value * (1 - value) / error**2, of)  # in replicates without controls
        low, high = wilson_interval(value, worth)
        return Estimate(value, mcse, low, high, np.full(value.shape, of))

    def _expected(self, units: IntArray) -> Estimate:
        """Correct the mean of the units (K, J) of the looks at which studies end; (K,)."""
        tally = self.tally
        ended, joint = tally.ended_met + tally.ended_futile, tally.ended_alone[:, ::2].sum(1)
        ended[:, -1] = tally.replicates - ended[:, :-1].sum(axis=1)  # whatever is decided there
        joint[:, -1] = np.diagonal(tally.alone, axis1=1, axis2=2) - joint[:, :-1].sum(axis=1)
        total, squares = ((ended * units**power).sum(axis=1, keepdims=True) for power in (1, 2))
        together = (joint * units[:, :, None]).sum(axis=1, keepdims=True)
        largest = np.ptp(units, axis=1, keepdims=True)
        value, mcse = (part[:, 0] for part in self._corrected(total, squares, together, largest))
        of = np.full(value.shape, tally.replicates)
        return Estimate(value, mcse, value - Z95 * mcse, value + Z95 * mcse, of)

    def _corrected(
        self, total: Counts, squares: Counts, joint: Counts, largest: NDArray[np.integer]
    ) -> tuple[FloatArray, FloatArray]:
        """Correct means over replicates by a regression on what each look by itself shows.

        Parameters
        ----------
        total, squares : ndarray, shape (K, T)
            Sums of T quantities over replicates, and of their squares.
        joint : ndarray, shape (K, T, C)
            Their sums over the replicates in which a look by itself is won, or hopeless.
        largest : ndarray of int, shape (K, T) or (K, 1)
            Most by which two replicates differ.

        Returns
        -------
        value, mcse : ndarray, shape (K, T)
        """
        of, known = self.tally.replicates, self.known
        both, mean = self.tally.alone / of, total / of
        alone = np.diagonal(both, axis1=1, axis2=2)
        shared = joint / of - mean[:, :, None] * alone[:, None]
        covariance = both - alone[:, :, None] * alone[:, None]
        usable = np.isfinite(known.value)
        shared, covariance = (part * usable[:, None] for part in (shared, covariance))
        slope = shared @ np.linalg.pinv(covariance * usable[:, :, None], rcond=FLAT, hermitian=True)
        value = mean - (slope * np.where(usable, alone - known.value, 0.0)[:, None]).sum(axis=-1)
        rest = squares / of - mean**2 - (slope * shared).sum(axis=-1)
        uncertain = (np.abs(slope) * np.where(usable, known.mcse, 0.0)[:, None]).sum(axis=-1)
        # as if one replicate more had differed: such as did may be too rare to have been seen
        return value, np.sqrt((np.maximum(rest, 0.0) + largest**2 / of) / of + uncertain**2)
