"""What is counted: whole numbers, which add up the same in any order."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

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
    rejected, won, adjusted_rejected, adjusted_won, uninformative, failed : ndarray, shape (K, J)
        Replicates in which that happened.
    estimable : ndarray, shape (K, J)
        Replicates whose effect can be estimated with an interval (one group:
        at least two changes that are not missing, or two clusters with some);
        the sums below are over these.
    change, change_squared : ndarray, shape (K, J)
        Sum over replicates of the replicate's mean change (two arms: the
        difference of theirs; with clusters: of the clusters' means), and of
        its square, in units of 1/FINE.
    rejected_change, rejected_change_squared : ndarray, shape (K, J)
        The same over rejections, without sign.
    covered, narrow : ndarray, shape (K, J)
        Replicates whose 95% interval covers the truth; is as narrow as wanted.
    width, width_squared : ndarray, shape (K, J)
        Sum over replicates of the interval's width, and of its square, in
        units of 1/FINE.
    families : ndarray, shape (K, roles, M + 1, M + 1)
        Replicates by number of true nulls rejected (adjusted) and of all
        endpoints rejected, of the M that are adjusted together, per role.
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
    failed: Counts
    estimable: Counts
    change: Counts
    change_squared: Counts
    rejected_change: Counts
    rejected_change_squared: Counts
    covered: Counts
    narrow: Counts
    width: Counts
    width_squared: Counts
    families: Counts
    rule_rejected: Counts
    rule_won: Counts

    def __add__(self, other: Self) -> Self:
        """Tally of both sets of replicates."""
        kind = type(self)
        return kind(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(kind)))


@dataclass(frozen=True, eq=False)
class LookTally(Tally):
    """Counts of studies with J looks: what stands in a tally, of the look at which each ends; and:

    Attributes
    ----------
    ended_met, ended_won, ended_futile : ndarray, shape (K, J)
        Replicates that end at a look since the rule that stops the study is met by rejections
        in either direction; those of them in which it is met by wins; that end for futility.
    ended_estimable, ended_change, ended_change_squared, ended_covered : ndarray, shape (K, J, E)
        The sums of estimates and intervals, by the look at which a replicate ends.
    fixed_rejected, fixed_won : ndarray, shape (K, Q)
        Replicates in which each rule is met by the same people without looks.
    unstopped_rejected, unstopped_won : ndarray, shape (K,)
        Replicates in which the rule that stops the study is met at a look, futility ignored.
    alone : ndarray, shape (K, C, C)
        Replicates in which two looks, each by itself, are won; where studies end for futility
        the first J of C are the looks being won, the others their being hopeless.
    ended_alone : ndarray, shape (K, 3, J, C)
        Of those that end at a look, met, won or for futility: in which each of these happens.
    unstopped_alone : ndarray, shape (K, 2, C)
        The same of those that are met or won, futility ignored.
    """

    ended_met: Counts
    ended_won: Counts
    ended_futile: Counts
    ended_estimable: Counts
    ended_change: Counts
    ended_change_squared: Counts
    ended_covered: Counts
    fixed_rejected: Counts
    fixed_won: Counts
    unstopped_rejected: Counts
    unstopped_won: Counts
    alone: Counts
    ended_alone: Counts
    unstopped_alone: Counts
