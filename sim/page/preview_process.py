"""The process that simulates previews while people type: the newest study of each, by turns.

One question and one answer cross the pipe at a time, so that neither side ever waits for the
other to read.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import RLock
from time import monotonic

from sim.compute.interruption import leave_terminal, starting_processes
from sim.errors import StudyError
from sim.jobs.simulated_preview import SimulatedPreview, simulated_previews
from sim.study import Study

PATIENCE = 30.0
"""Seconds after which a preview is given up, and the process ended."""
FIRST = 180.0
"""The same for the first preview of its kind, which may have to compile what it runs."""
GRACE = 2.0
"""Seconds that a preview goes on which nobody wants any more while another is wanted."""
REMEMBERED = 8
"""Most questions whose studies so far the process keeps."""
TOO_LONG = "it takes longer than a moment"
Who = tuple[int, str]
"""Number of the tab, and letter of the scenario."""
Question = tuple[int, Study]
"""A study of which a scenario wants a preview, and a number that tells it from earlier ones."""


Kind = tuple[object, ...]
"""What decides which inner loops a preview runs."""


def kind_of(study: Study) -> Kind:
    """Tell studies apart whose previews run other inner loops."""
    analysis = study.analysis
    return (
        *(analysis.test, analysis.adjustment, analysis.p_value, analysis.zeros),
        *(study.control is None, study.sites is None, study.selection is None),
        study.looks is None,
        *(study.missing.kind, study.missing.rate > 0, study.missing.item_rate > 0),
        *(len(study.roles), len(study.domains) > 1),
    )


class PreviewProcess:
    """Simulates previews for every tab; one for the whole server.

    Parameters
    ----------
    most : int
        Simulated studies of each design; 0 = none is simulated.
    """

    def __init__(self, most: int) -> None:
        self._most, self._numbers = most, count()
        self._waiting: dict[Who, Question] = {}
        self._answers: dict[Who, SimulatedPreview | str] = {}
        self._working: tuple[Who, int] | None = None  # what the process has been handed
        self._since = 0.0
        self._kind: Kind = ()  # of what it has been handed
        self._answered: set[Kind] = set()  # kinds that the process need not compile any more
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._lock = RLock()  # each tab asks from another thread

    def start(self) -> None:
        """Start the process, so that it is ready when the first question comes."""
        if self._most == 0 or self._process is not None:
            return  # nothing to start
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_answer, args=(other, self._most), daemon=True)
        with starting_processes():
            self._process.start()
        self._answered.clear()
        other.close()

    def ask(self, who: Who, study: Study) -> None:
        """Want a preview of another study; the one before is forgotten."""
        with self._lock:
            self.forget(who)
            if self._most:
                self._waiting[who] = next(self._numbers), study
                self._hand_on()

    def forget(self, who: Who) -> None:
        """Want none any more."""
        with self._lock:
            self._waiting.pop(who, None)
            self._answers.pop(who, None)

    def waits(self, who: Who) -> bool:
        """Tell whether more is to come."""
        return who in self._waiting or who in self._answers

    def take(self, who: Who) -> SimulatedPreview | str | None:
        """Take what has come since: a preview, or why there is none."""
        with self._lock:
            self._listen()
            return self._answers.pop(who, None)

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
        self._process, self._pipe, self._working = None, None, None

    def _listen(self) -> None:
        pipe, process, working = self._pipe, self._process, self._working
        if pipe is None or process is None or working is None:
            return
        answer: SimulatedPreview | str | None = None
        with suppress(EOFError, OSError):
            answer = pipe.recv() if pipe.poll() else None
        if answer is not None:
            self._working = None
            self._answered.add(self._kind)
        elif not process.is_alive() or monotonic() - self._since > self._allowed(*working):
            answer = TOO_LONG
            self._stop()
        else:
            return
        self._heard(*working, answer)
        self._hand_on()

    def _allowed(self, who: Who, number: int) -> float:
        """Seconds that the preview in work may take: fewer where another is wanted instead."""
        unwanted = not self._wants(who, number)
        if self._kind not in self._answered:
            return FIRST  # compiling is worth waiting for, whoever began it
        return GRACE if unwanted and self._waiting else PATIENCE

    def _wants(self, who: Who, number: int) -> bool:
        return who in self._waiting and self._waiting[who][0] == number

    def _heard(self, who: Who, number: int, answer: SimulatedPreview | str) -> None:
        if not self._wants(who, number):
            return  # another study is wanted meanwhile
        question = self._waiting.pop(who)
        self._answers[who] = answer
        if isinstance(answer, SimulatedPreview) and not answer.last:
            self._waiting[who] = question  # behind the others

    def _hand_on(self) -> None:
        """Hand the next question to the process, unless it has one."""
        if self._working is not None or not self._waiting:
            return
        self.start()
        who, question = next(iter(self._waiting.items()))
        self._working, self._since = (who, question[0]), monotonic()
        self._kind = kind_of(question[1])
        with suppress(OSError):  # a process that has ended is noticed by who listens
            if self._pipe is not None:
                self._pipe.send(question)


def _answer(pipe: Connection, most: int) -> None:
    """Answer questions in the other process, until none comes any more."""
    leave_terminal()
    going: dict[int, Iterator[SimulatedPreview]] = {}
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            number, study = pipe.recv()
            previews = going.pop(number, None) or simulated_previews(study, most)
            try:
                answer: SimulatedPreview | str = next(previews)
                going[number] = previews
            except StudyError as error:
                answer = str(error)
            for old in list(going)[:-REMEMBERED]:
                del going[old]
            pipe.send(answer)
