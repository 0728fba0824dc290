"""Exact power at interim looks: one endpoint, independent participants, no Monte Carlo error.

What a test at a look sees is how many participants changed by how much. These
numbers make a walk: every participant adds one to one of them. Enumerating all
that they can be, with the probability of each among studies that still go on,
gives the probability to stop at every look. P-values are the test's, as in a
simulated study.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from sim.arrays import FloatArray, IntArray
from sim.errors import StudyError
from sim.inference.looks import ROUNDING
from sim.inference.registry import TESTS
from sim.inference.sample import Sample
from sim.study import Analysis
from sim.study.endpoints import Endpoints

WORK_LIMIT = 1e8
"""Most changes that are written out, states by participants: some ten seconds."""
CHUNK = 20_000
"""States whose p-values are computed together."""


@dataclass(frozen=True, eq=False)
class Stops:
    """Where studies stop, by look; exact probabilities.

    Attributes
    ----------
    sizes : ndarray, shape (J,)
        Participants at the looks.
    rejected : ndarray, shape (J,)
        P(first stops at the look, rejecting in either direction).
    won : ndarray, shape (J,)
        P(first stops at the look, rejecting on the side that wins).
    futility : ndarray, shape (J,)
        P(first stops at the look for futility).
    """

    sizes: IntArray
    rejected: FloatArray
    won: FloatArray
    futility: FloatArray

    @property
    def expected_size(self) -> float:
        """Expected number of participants at the end."""
        early = (self.rejected + self.futility)[:-1]
        return float(early @ self.sizes[:-1] + (1 - early.sum()) * self.sizes[-1])


@dataclass(frozen=True, eq=False)
class States:
    """All that the numbers of changes can be, those of fewer changes first.

    Attributes
    ----------
    counts : ndarray, shape (S, V)
        How many participants changed by each value.
    following : ndarray, shape (S', V)
        For each state of fewer than the most changes: the state with one more of a value.
    """

    counts: IntArray
    following: IntArray

    def within(self, n: int) -> int:
        """Give how many states n participants can be in; they are the first."""
        values = self.counts.shape[1]
        return comb(n + values, values)


class ExactLooks:
    """Enumeration of the changes of one endpoint, for designs of up to a number of participants.

    Parameters
    ----------
    pmf : array_like, shape (2 K - 1,)
        Probabilities of the changes -(K-1) ... K-1; for McNemar's test those of
        falling below the cut, staying, and rising to it. To tests that drop
        zeros a missing answer is one.
    largest : int
        Most participants of a design.
    analysis : Analysis
        Test and its options; not its level or adjustment.

    Raises
    ------
    StudyError
        Where there are too many states.
    """

    def __init__(self, pmf: ArrayLike, largest: int, analysis: Analysis) -> None:
        require_enumerable(pmf, largest, analysis)
        chances = seen_by(pmf, analysis)
        values = np.arange(len(chances)) - len(chances) // 2
        used = (chances > 0) & (values != 0)
        self._values, self._chances = values[used], chances[used] / chances.sum()
        self._zero = 1 - float(self._chances.sum())
        self._states = states(int(used.sum()), largest)
        self._largest, self._analysis = largest, analysis
        self._known: dict[int, tuple[FloatArray, NDArray[np.int8]]] = {}

    def stops(
        self,
        sizes: Sequence[int],
        levels: ArrayLike,
        futility: ArrayLike | None = None,
    ) -> Stops:
        """Give the probabilities to stop of one design.

        Parameters
        ----------
        sizes : sequence of int, length J
            Participants at the looks, rising.
        levels : array_like, shape (J,)
            What p-values are compared with.
        futility : array_like, shape (J - 1,), optional
            One-sided z, in the direction that wins, below which the looks
            before the last stop.

        Returns
        -------
        Stops
        """
        thresholds = np.asarray(levels, dtype=float)
        hopeless = np.ones(len(sizes))
        if futility is not None:
            hopeless[:-1] = ndtr(-np.asarray(futility, dtype=float))
        mass, done = np.ones(1), 0
        ended = np.zeros((3, len(sizes)))
        for j, n in enumerate(sizes):
            mass, done = self._after(mass, done, n), n
            pvalue, wins = self._pvalues(n)
            rejected = pvalue <= thresholds[j]
            without_hope = ~rejected & (self._one_sided(pvalue, wins) > hopeless[j])
            for place, ends in enumerate((rejected, rejected & wins, without_hope)):
                ended[place, j] = mass @ ends
            mass = mass * ~(rejected | without_hope)
        return Stops(np.array(sizes), *ended)

    def _after(self, mass: FloatArray, done: int, n: int) -> FloatArray:
        """Probabilities of the states after n participants, of those after fewer."""
        for participants in range(done, n):
            following = np.zeros(self._states.within(participants + 1))
            following[: len(mass)] = self._zero * mass
            for value, chance in enumerate(self._chances):
                # no two states have the same one with one more of a value
                following[self._states.following[: len(mass), value]] += chance * mass
            mass = following
        return mass

    def _pvalues(self, n: int) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Give each state's p-value, n participants, and whether it is on the winning side."""
        participants = n if counts_zeros(self._analysis) else self._largest
        if participants not in self._known:
            self._known[participants] = self._tested(participants)
        pvalue, direction = self._known[participants]
        within = self._states.within(n)
        return pvalue[:within], direction[:within] == self._analysis.side

    def _tested(self, participants: int) -> tuple[FloatArray, NDArray[np.int8]]:
        """Test every state of some participants; p-values and directions, (S,)."""
        counts = self._states.counts[: self._states.within(participants)]
        parts = [self._test(part, participants) for part in _chunks(counts)]
        pvalues, directions = zip(*parts, strict=True)
        return np.concatenate(pvalues), np.concatenate(directions)

    def _test(self, counts: IntArray, participants: int) -> tuple[FloatArray, NDArray[np.int8]]:
        """Test some states, each written out as the changes of a study."""
        ends = np.cumsum(counts, axis=1)[:, :, None]  # (S, V, 1)
        which = (np.arange(participants) >= ends).sum(axis=1)  # (S, n)
        changes = np.append(self._values, 0).astype(np.int16)[which][:, :, None]
        nothing = np.zeros((len(counts), participants, 1, 2), np.int8)
        sites = np.arange(participants)
        sample = Sample(changes, nothing, sites, Endpoints(1), np.ones(1))
        test = TESTS[self._analysis.test]
        result = test((sample,), (np.array([participants]),), self._analysis)
        return result.pvalue[:, 0, 0], result.direction[:, 0, 0]

    def _one_sided(self, pvalue: FloatArray, wins: NDArray[np.bool_]) -> FloatArray:
        """One-sided p-values in the direction that wins, rounding errors in their favour."""
        if self._analysis.alternative == "two_sided":
            pvalue = np.where(wins, pvalue / 2, 1 - pvalue / 2)
        speaks = np.arange(len(pvalue)) > 0  # where nobody changed, neither for nor against
        return np.where(speaks, pvalue * (1 - ROUNDING), 0.5)


def seen_by(pmf: ArrayLike, analysis: Analysis) -> FloatArray:
    """Give the distribution of what a test sees of a change: its sign alone, or all of it."""
    chances = np.asarray(pmf, dtype=float)
    if analysis.test_facts.by != "signs":
        return chances
    centre = len(chances) // 2
    return np.array([chances[:centre].sum(), chances[centre], chances[centre + 1 :].sum()])


def counts_zeros(analysis: Analysis) -> bool:
    """Tell whether the p-value depends on the number of those who did not change."""
    facts = analysis.test_facts
    return facts.enumerated == "sums" or (facts.ranks_zeros and analysis.zeros == "pratt")


def require_enumerable(
    pmf: ArrayLike, largest: int, analysis: Analysis, limit: float = WORK_LIMIT
) -> None:
    """Refuse designs of so many participants that their changes are too many to write out.

    Raises
    ------
    StudyError
    """
    chances = seen_by(pmf, analysis)
    values = int((np.delete(chances, len(chances) // 2) > 0).sum())
    if comb(largest + values, values) * largest > limit:
        raise StudyError(
            f"engine: looks at {largest} participants have too many outcomes to enumerate; "
            "use engine=monte_carlo"
        )


@lru_cache(maxsize=4)
def states(values: int, largest: int) -> States:
    """Enumerate how many of some participants can have changed by each of some values.

    In a state with partial sums s_1 <= ... <= s_V the sums C(s_i + i - 1, i) over
    i give its place (the combinatorial number system), whatever the largest.

    Parameters
    ----------
    values : int
        Number V of values other than zero.
    largest : int
        Most participants.

    Returns
    -------
    States

    Examples
    --------
    >>> states(2, 2).counts.tolist()
    [[0, 0], [0, 1], [1, 0], [0, 2], [1, 1], [2, 0]]
    """
    counts = np.zeros((1, 0), np.int64)
    totals = np.arange(largest + 1)
    for value in range(1, values + 1):
        before = counts.sum(axis=1)
        # states of the values so far with at most a total, then this value makes up the total
        shorter = [comb(int(total) + value - 1, value - 1) for total in totals]
        counts = np.concatenate(
            [
                np.column_stack([counts[:number], total - before[:number]])
                for total, number in zip(totals, shorter, strict=True)
            ]
        )
    inner = counts[: comb(largest - 1 + values, values)]
    sums = np.cumsum(inner, axis=1)
    places = np.array(
        [[comb(int(s) + i, i + 1) for s in range(largest + 1)] for i in range(values)]
    ).reshape(values, largest + 1)
    following = np.zeros(inner.shape, np.int64)
    for value in range(values):
        for i in range(values):
            following[:, value] += places[i][sums[:, i] + (i >= value)]
    for array in (counts, following):
        array.setflags(write=False)
    return States(counts, following)


def _chunks(counts: IntArray) -> list[IntArray]:
    """Cut states into parts that fit into memory when written out."""
    return [counts[start : start + CHUNK] for start in range(0, len(counts), CHUNK)]
