"""How many people gave which answers, before and after: all that a first look shows."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import IntArray
from sim.pilot.data import PilotData


@dataclass(frozen=True, eq=False)
class AnswerCounts:
    """Counts of one role's answers.

    Attributes
    ----------
    role : str
        Whose answers.
    domains : tuple of str, length D
        Names of the domains.
    joint : ndarray of int, shape (D, K + 1, K + 1)
        People by their answer before (rows) and after (columns); at place 0
        those who did not answer.
    people : ndarray of int, shape (2, 2)
        People by whether they answered anything before (rows), and after
        (columns): place 1 is yes.
    """

    role: str
    domains: tuple[str, ...]
    joint: IntArray
    people: IntArray

    @property
    def participants(self) -> int:
        """Number of people."""
        return int(self.people.sum())

    @property
    def pairs(self) -> IntArray:
        """People with both answers, by the two, shape (D, K, K)."""
        return self.joint[:, 1:, 1:]

    @property
    def complete(self) -> IntArray:
        """People with both answers, (D,)."""
        return np.asarray(self.pairs.sum(axis=(1, 2)))

    @property
    def before(self) -> IntArray:
        """Everybody who answered before, by the point, shape (D, K)."""
        return np.asarray(self.joint[:, 1:].sum(axis=2))

    @property
    def moved(self) -> IntArray:
        """People with both answers whose answer fell, stayed, and rose, shape (D, 3)."""
        points = np.arange(self.joint.shape[1] - 1)
        sign = np.sign(points - points[:, None])  # of the change
        return np.stack([self.pairs[:, sign == which].sum(axis=1) for which in (-1, 0, 1)], axis=1)

    @property
    def partial(self) -> IntArray:
        """People who answered only before, only after, and neither, shape (D, 3)."""
        joint = self.joint
        only = joint[:, 1:, 0].sum(axis=1), joint[:, 0, 1:].sum(axis=1), joint[:, 0, 0]
        return np.stack(only, axis=1)

    @property
    def gaps(self) -> tuple[int, int]:
        """Single answers missing of people who gave others at that time, and all that could be."""
        here = int(
            self.people[1].sum() + self.people[:, 1].sum()
        )  # people and times with any answer
        possible = here * len(self.domains)
        given = self.joint[:, 1:].sum() + self.joint[:, :, 1:].sum()
        return possible - int(given), possible


def count_answers(data: PilotData, role: str) -> AnswerCounts:
    """Count the answers of a role that takes part."""
    scores = np.asarray(data.scores[role])  # (N, D, 2)
    size = data.points + 1
    joint = np.zeros((len(data.domains), size, size), dtype=np.int64)
    for d in range(len(data.domains)):
        np.add.at(joint[d], (scores[:, d, 0], scores[:, d, 1]), 1)
    any_answer = np.asarray((scores > 0).any(axis=1), dtype=np.int64)  # (N, 2)
    people = np.zeros((2, 2), dtype=np.int64)
    np.add.at(people, (any_answer[:, 0], any_answer[:, 1]), 1)
    return AnswerCounts(role, data.domains, joint, people)
