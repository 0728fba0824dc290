"""What is counted: whole numbers that add up the same in any order."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts over replicates, per size (K) and endpoint (J) or rule (Q).

    The endpoints of all roles stand side by side.

    Attributes
    ----------
    replicates : int
        Number of replicates counted.
    rejected, won, adjusted_rejected, adjusted_won, uninformative : ndarray, shape (K, J)
        Replicates in which that happened.
    change, change_squared : ndarray, shape (K, J)
        Sum over replicates of the replicate's summed change, and of its square.
    rule_rejected, rule_won : ndarray, shape (K, Q)
        Replicates in which the rule was met by adjusted rejections in either
        direction, and by adjusted wins, which is what the rule asks for.
    """

    replicates: int
    rejected: Counts
    won: Counts
    adjusted_rejected: Counts
    adjusted_won: Counts
    uninformative: Counts
    change: Counts
    change_squared: Counts
    rule_rejected: Counts
    rule_won: Counts

    def __add__(self, other: Tally) -> Tally:
        """Tally of both sets of replicates."""
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tally)))
