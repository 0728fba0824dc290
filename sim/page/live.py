"""The process that simulates while people type: the newest question of each scenario, by turns.

One question and one answer cross the pipe at a time, so that neither side ever waits for the
other to read.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import RLock
from time import monotonic

from sim.compute.interruption import leave_terminal, starting_processes
from sim.errors import StudyError
from sim.jobs.look import Look, looks
from sim.study import Study

PATIENCE = 30.0
"""Seconds after which a look is given up, and the process ended."""
FIRST = 180.0
"""The same for the first look of a process, which may have to compile what it runs."""
GRACE = 2.0
"""Seconds that a look goes on which nobody wants any more while another is wanted."""
REMEMBERED = 8
"""Most questions whose studies so far the process keeps."""
TOO_LONG = "it takes longer than a moment"
Who = tuple[int, str]
"""Number of the tab, and letter of the scenario."""


@dataclass(frozen=True)
class Question:
    """What a scenario wants to be looked at.

    Attributes
    ----------
    number : int
        Tells it from earlier ones.
    study : Study
        The design.
    most : int
        Simulated studies after which it is answered.
    """

    number: int
    study: Study
    most: int


class Live:
    """Looks at what the tabs are thinking about; one for the whole server.

    Parameters
    ----------
    most : int
        Simulated studies of each design; 0 = nothing is looked at.
    """

    def __init__(self, most: int) -> None:
        self._most, self._numbers = most, count()
        self._waiting: dict[Who, Question] = {}
        self._found: dict[Who, Look | str] = {}
        self._asked: tuple[Who, int] | None = None  # what the process is looking at
        self._since, self._patience = 0.0, FIRST
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._lock = RLock()  # tabs ask from threads of their own

    def start(self) -> None:
        """Start the process, so that it is ready when the first question comes."""
        if self._most == 0 or self._process is not None:
            return  # nothing to start
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_answer, args=(other,), daemon=True)
        with starting_processes():
            self._process.start()
        self._patience = FIRST
        other.close()

    def ask(self, who: Who, study: Study) -> None:
        """Ask anew; what was asked before is forgotten."""
        with self._lock:
            self.forget(who)
            if self._most:
                self._waiting[who] = Question(next(self._numbers), study, self._most)
                self._hand_on()

    def forget(self, who: Who) -> None:
        """Ask no more."""
        with self._lock:
            self._waiting.pop(who, None)
            self._found.pop(who, None)

    def waits(self, who: Who) -> bool:
        """Tell whether more is to come."""
        return who in self._waiting or who in self._found

    def take(self, who: Who) -> Look | str | None:
        """Take what has been found since: a look, or why there is none."""
        with self._lock:
            self._listen()
            return self._found.pop(who, None)

    def stop(self) -> None:
        """End the process at once."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._process is None or self._pipe is None:
            return
        self._process.kill()
        self._process.join()
        self._process.close()
        self._pipe.close()
        self._process, self._pipe, self._asked = None, None, None

    def _listen(self) -> None:
        pipe, process, asked = self._pipe, self._process, self._asked
        if pipe is None or process is None or asked is None:
            return
        said: Look | str | None = None
        with suppress(EOFError, OSError):
            said = pipe.recv() if pipe.poll() else None
        if said is not None:
            self._asked, self._patience = None, PATIENCE
        elif not process.is_alive() or monotonic() - self._since > self._allowed(*asked):
            said = TOO_LONG
            self._stop()
        else:
            return
        self._heard(asked[0], asked[1], said)
        self._hand_on()

    def _allowed(self, who: Who, number: int) -> float:
        """Seconds that the look in work may take: fewer where another is wanted instead."""
        own = self._waiting.get(who)
        unwanted = own is None or own.number != number
        compiling = self._patience == FIRST  # which is worth waiting for, whoever asked
        return GRACE if unwanted and self._waiting and not compiling else self._patience

    def _heard(self, who: Who, number: int, said: Look | str) -> None:
        own = self._waiting.get(who)
        if own is None or own.number != number:
            return  # asked anew meanwhile
        del self._waiting[who]
        self._found[who] = said
        if isinstance(said, Look) and not said.last:
            self._waiting[who] = own  # behind the others

    def _hand_on(self) -> None:
        """Hand the next question to the process, unless it has one."""
        if self._asked is not None or not self._waiting:
            return
        self.start()
        who, own = next(iter(self._waiting.items()))
        self._asked, self._since = (who, own.number), monotonic()
        with suppress(OSError):  # a process that has ended is noticed by who listens
            if self._pipe is not None:
                self._pipe.send(own)


def _answer(pipe: Connection) -> None:
    """Answer questions in the other process, until nobody asks any more."""
    leave_terminal()
    going: dict[int, Iterator[Look]] = {}
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            own: Question = pipe.recv()
            every = going.pop(own.number, None) or looks(own.study, own.most)
            try:
                found: Look | str = next(every)
                going[own.number] = every
            except StudyError as error:
                found = str(error)
            for old in list(going)[:-REMEMBERED]:
                del going[old]
            pipe.send(found)
