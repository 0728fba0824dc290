"""Runs, each in a process: progress, an end at any moment, and nothing left behind."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from sim.compute.interruption import leave_terminal, starting_processes
from sim.compute.run_store import RunStore
from sim.errors import NotWritten, StudyError
from sim.jobs.blocks import engine_version
from sim.jobs.compare import compare
from sim.jobs.plan import plan
from sim.report.files import write_run
from sim.report.outputs import draw_run
from sim.report.telling import summary
from sim.report.topics.size import answer_sentence
from sim.study import Study
from sim.study.compute import InProcess
from sim.study.local_page import LocalPage

MOST_ANSWERS = 50_000_000
"""Most answers that one block may hold, which bounds its memory."""
GRACE = 2.0
"""Seconds that a process has to end before it is killed."""


def check_work(study: Study, limits: LocalPage) -> None:
    """Refuse a run that is larger than the page allows.

    Raises
    ------
    StudyError
        One line that names the field, and the setting that allows more.
    """
    carlo, design = study.monte_carlo, study.design
    searched = 0 if design.n else design.search_limit
    block = carlo.block_size * max(study.sizes[-1], searched) * 2 * len(study.domains)
    bounded = (
        ("monte_carlo.replicates", study.replicates, "most_replicates"),
        ("monte_carlo.search_replicates", carlo.search_replicates, "most_replicates"),
        ("design.up_to", study.sizes[-1], "most_size"),
        ("design.search_limit", searched, "most_size"),
    )
    for name, value, limit in bounded:
        if value > getattr(limits, limit):
            raise StudyError(
                f"{name}: {value} is more than the page allows, {getattr(limits, limit)} "
                f"(mentorsim serve page.{limit}=...)"
            )
    if block > MOST_ANSWERS:
        raise StudyError(
            f"monte_carlo.block_size: {carlo.block_size} with {len(study.domains)} domains "
            f"needs more memory than the page allows ({MOST_ANSWERS} answers per block)"
        )


def bounds_sentence(limits: LocalPage) -> str:
    """Say how much a run may ask for."""
    return (
        f"A run may ask for at most {limits.most_replicates:,} simulated studies of at most "
        f"{limits.most_size:,} participants or pairs, and is stopped after "
        f"{limits.most_minutes:g} minutes; "
        f"at most {limits.most_runs} run at a time, all tabs together."
    )


@dataclass
class Places:
    """How many runs may go on at a time; shared by all tabs."""

    most: int
    taken: int = 0
    _lock: Lock = field(default_factory=Lock)

    def take(self) -> None:
        """Take a place.

        Raises
        ------
        StudyError
            Where all are taken.
        """
        with self._lock:
            if self.taken >= self.most:
                raise StudyError(
                    f"{self.taken} runs go on already, in this tab or another: wait for one to "
                    "end, or cancel it (mentorsim serve page.most_runs=... allows more)"
                )
            self.taken += 1

    def leave(self) -> None:
        """Give a place back."""
        with self._lock:
            self.taken -= 1


Message = tuple[str, Any]
"""Kind (blocks, answer, comparison, done, refused, failed) and content."""


class Run:
    """One run.

    Parameters
    ----------
    places : Places
        Of which it takes one until it has ended.
    work : callable
        Run in the other process with `arguments` and a function that sends a message.
    arguments : tuple
        What is worked on.
    minutes : float
        After which it is stopped.
    """

    def __init__(
        self, places: Places, work: Callable[..., None], arguments: tuple[Any, ...], minutes: float
    ) -> None:
        places.take()
        context = multiprocessing.get_context("spawn")
        self._places, self._until = places, monotonic() + 60 * minutes
        self._minutes, self._over = minutes, False
        self._listen, tell = context.Pipe(duplex=False)
        self._process: SpawnProcess = context.Process(
            target=_worker, args=(tell, work, arguments), daemon=True
        )
        try:
            with starting_processes():
                self._process.start()
        except BaseException:
            places.leave()
            raise
        finally:
            tell.close()

    def news(self) -> list[Message]:
        """Take the messages that have come since; the last one ends the run."""
        messages: list[Message] = []
        with suppress(EOFError, OSError):
            while not self._over and self._listen.poll():
                messages.append(self._listen.recv())
        ended = any(kind in {"done", "refused", "failed"} for kind, _ in messages)
        if not self._over and not ended and monotonic() > self._until:
            why = f"stopped after {self._minutes:g} minutes, as the page says"
            messages.append(("refused", why))
            ended = True
        elif not self._over and not ended and not self._process.is_alive():
            messages.append(("failed", "the run ended without an answer"))
            ended = True
        if ended:
            self.stop()
        return messages

    def stop(self) -> None:
        """End the process at once, if it has not ended, and wait until it is gone."""
        if self._over:
            return
        self._over = True
        self._process.terminate()
        self._process.join(GRACE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()
        self._listen.close()
        self._places.leave()


def _worker(tell: Connection, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Work in the other process; it ends with whoever listens: sending to nobody fails."""
    leave_terminal()
    try:
        work(*arguments, lambda kind, content=None: tell.send((kind, content)))
        tell.send(("done", None))
    except BrokenPipeError:
        return
    except (StudyError, NotWritten) as error:
        tell.send(("refused", str(error)))
    except Exception as error:
        tell.send(("failed", f"{type(error).__name__}: {error}"))
        raise


Say = Callable[..., None]


def plan_files(study: Study, folder: Path, store: Path, say: Say) -> None:
    """Answer a study and write its files, as ``mentorsim plan`` does."""
    with RunStore(store, engine_version()) as kept:
        answer = plan(_here(study), lambda done, total: say("blocks", (done, total)), kept)
    answer = replace(answer, original=study)
    try:
        write_run(answer, folder)
    except NotWritten as error:  # the answer is told all the same
        sentence = answer_sentence(answer)
        raise NotWritten(f"{sentence} But {error}") from None
    say("answer", summary(answer))
    draw_run(folder, ("figures", "page", "justification"))


def compare_files(first: Study, second: Study, store: Path, say: Say) -> None:
    """Compare two studies; their blocks are in the store where they have been run."""
    with RunStore(store, engine_version()) as kept:
        comparison = compare(
            _here(first), _here(second), lambda done, total: say("blocks", (done, total)), kept
        )
    say("comparison", comparison)


def _here(study: Study) -> Study:
    """Compute in this process, whatever the study says: that changes no number."""
    return study.model_copy(update={"compute": InProcess(kind="in_process")})
