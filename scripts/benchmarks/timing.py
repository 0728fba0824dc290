"""Measure sides by turns, and refuse to time a wrong answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf, sqrt
from statistics import median
from typing import Literal

Answer = tuple[float, ...]
Clock = Callable[[], float]

CPU: Clock = time.process_time
WALL: Clock = time.perf_counter


class WrongAnswerError(Exception):
    """A side does not find what is known to be true; its time means nothing."""


@dataclass(frozen=True)
class Effort:
    """How often each side is measured, and for how long at the least.

    Attributes
    ----------
    rounds : int
        Times that every side gets its turn.
    least : float
        Seconds that a turn lasts at the least; quick work is repeated within it.
    quick : bool
        Whether long work is cut short.
    """

    rounds: int = 15
    least: float = 0.05
    quick: bool = False

    def few(self) -> Effort:
        """Give the effort for work of several seconds a turn."""
        return Effort(min(self.rounds, 3), 0.0, self.quick)


QUICK = Effort(rounds=3, least=0.01, quick=True)


@dataclass(frozen=True)
class Known:
    """What is true, and how far an answer may lie from it.

    Attributes
    ----------
    values : tuple of float
        The truth.
    slack : float
        Half a unit of its last digit, or what an approximate answer may miss it by.
    replicates : float
        Replicates behind the answer of one call; infinite for an exact one.
    """

    values: Answer
    slack: float
    replicates: float = inf

    def require(self, who: str, answers: Sequence[Answer]) -> None:
        """Refuse answers whose mean lies more than 4 standard errors and the slack off.

        Raises
        ------
        WrongAnswerError
            Which side said what, and what is true.
        """
        for place, true in enumerate(self.values):
            said = sum(answer[place] for answer in answers) / len(answers)
            variance = max(true * (1 - true), 0) / (self.replicates * len(answers))
            if not abs(said - true) <= self.slack + 4 * sqrt(variance):
                raise WrongAnswerError(f"{who}: {said:.5g} where {true:.5g} is true")


@dataclass(frozen=True)
class Side:
    """One way to do the work.

    Attributes
    ----------
    name : str
        Whose way.
    call : callable
        Does the work once, on fresh random numbers; returns its answer.
    known : Known, optional
        What the answer must be; None where there is none.
    share : float
        Part of the work that a call does; its time is divided by it.
    """

    name: str
    call: Callable[[], Answer]
    known: Known | None = None
    share: float = 1.0


@dataclass
class Timed:
    """Seconds of a side for the whole work, one a round, and its answers."""

    side: Side
    seconds: list[float] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def check(self) -> None:
        """Refuse a wrong answer."""
        if self.side.known is not None and self.answers:
            self.side.known.require(self.side.name, self.answers)

    def turn(self, least: float, clock: Clock) -> None:
        """Work until `least` seconds are over; note the mean time of a call."""
        start = now = clock()
        calls = 0
        while calls == 0 or now - start < least:
            self.answers.append(self.side.call())
            calls, now = calls + 1, clock()
        self.seconds.append((now - start) / calls / self.side.share)


def interleave(sides: Sequence[Side], effort: Effort, clock: Clock = CPU) -> list[Timed]:
    """Measure the sides by turns, A B A B, after a call of each that does not count.

    Parameters
    ----------
    sides : sequence of Side
        Ways to do the same work.
    effort : Effort
        Rounds, and seconds per turn.
    clock : callable
        CPU seconds of this process by default.

    Returns
    -------
    list of Timed
        In the order of the sides, with as many seconds each as there are rounds.

    Raises
    ------
    WrongAnswerError
        Before any timing where the uncounted call is wrong, after it where all together are.
    """
    timed = [Timed(side) for side in sides]
    for one in timed:
        one.answers.append(one.side.call())  # compiles
        one.check()
    for _ in range(effort.rounds):
        for one in timed:
            one.turn(effort.least, clock)
    for one in timed:
        one.check()
    return timed


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of a few numbers."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        """Summarise numbers, at least one."""
        return cls(median(numbers), min(numbers), max(numbers))


Reading = Literal["speed", "time", "memory", "slope"]


@dataclass(frozen=True)
class Target:
    """What must be reached: a bound on the ratio, or on our own figure (seconds, bytes)."""

    bound: float
    at: Literal["least", "most"]
    of: Literal["ratio", "ours"] = "ratio"


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes
    ----------
    work : str
        What is compared with what.
    ours, peer : float
        Medians: seconds, or bytes where `reading` is memory.
    ratio : Spread
        Over the rounds. Reading "speed": the peer's time over ours (more is
        better for us). "time", "memory": ours over the peer's. "slope": of the
        logarithm of time over that of what grows.
    reading : str
        Which of these.
    target : Target, optional
        What must be reached.
    """

    work: str
    ours: float
    peer: float
    ratio: Spread
    reading: Reading = "speed"
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the target; None where there is none."""
        if self.target is None:
            return None
        value = self.ratio.median if self.target.of == "ratio" else self.ours
        beyond = value - self.target.bound
        return beyond >= 0 if self.target.at == "least" else beyond <= 0


def row(
    work: str, ours: Timed, peer: Timed, reading: Reading = "speed", target: Target | None = None
) -> Row:
    """Compare two sides of one run, round by round."""
    pairs = zip(ours.seconds, peer.seconds, strict=True)
    ratios = [b / a if reading == "speed" else a / b for a, b in pairs]
    medians = median(ours.seconds), median(peer.seconds)
    return Row(work, *medians, Spread.of(ratios), reading, target)
