"""Answers of a pilot's participants, before and after."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PilotData:
    """Answers of a pilot's participants.

    Attributes
    ----------
    points : int
        Points K of the scale.
    domains : tuple of str, length D
        Names of the domains.
    participants : mapping of role to tuple of str, length N
        Ids, in the order in which the file first names them; of the roles
        that take part.
    scores : mapping of role to ndarray of int8, shape (N, D, 2)
        Participant, domain, time (0 = pre, 1 = post), of the same roles.
        Scores run from 1; 0 means missing. Read-only.
    lowest : int
        What the form calls the lowest point, 0 or 1; in `scores` it is 1.
    labels : tuple of str
        Words of the points, lowest first; empty where there are none.
    """

    points: int
    domains: tuple[str, ...]
    participants: Mapping[str, tuple[str, ...]]
    scores: Mapping[str, NDArray[np.int8]]
    lowest: int = 1
    labels: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles that take part, in the order in which they were named."""
        return tuple(self.scores)

    def n(self, role: str) -> int:
        """Count the participants of a role; 0 where it does not take part."""
        return len(self.participants.get(role, ()))

    def tables(self, role: str) -> NDArray[np.int64]:
        """Count the complete pairs of scores (pre, post) of a role that takes part.

        Returns
        -------
        ndarray of int64, shape (D, K, K)
            Pre on the rows, post on the columns.
        """
        pairs = self.scores[role].transpose(1, 2, 0)  # (D, 2, N)
        return np.array([cross_table(pre, post, self.points) for pre, post in pairs])


def cross_table(
    first: NDArray[np.int8], second: NDArray[np.int8], points: int
) -> NDArray[np.int64]:
    """Count people by two scores, shape (K, K), without those who miss one of the two."""
    counts = np.zeros((points + 1, points + 1), dtype=np.int64)
    np.add.at(counts, (first, second), 1)
    return counts[1:, 1:]
