"""Looks after the jobs of a run: says how they stand, replaces those that end, gives up in time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Self

from sim.compute.dask_cluster import GO_ON
from sim.compute.job_logs import NO_FILE, last_words
from sim.compute.queue_jobs import Counts, QueuedJob, QueueJobs, counted
from sim.compute.queue_states import OFFERS
from sim.errors import StudyError

LOG = logging.getLogger(__name__)
"""Its lines are for whoever waits; the console command prints them."""
SOON, LATE = 3.0, 30.0
"""Seconds between two looks, at first and at last: a queue is not asked often for long."""
QUIET = 30.0
"""Seconds without any worker after which that is told; then twice as long, each time."""
TRIES = 3
"""How many jobs may end, one after the other, before they did any work."""


@dataclass(frozen=True)
class Stated:
    """What was stated of the jobs.

    Attributes
    ----------
    number : int
        How many are to be there.
    logs : Path
        Where they print.
    queue : str or None
        The queue or partition.
    timeout : float
        Longest time without any worker, in seconds.
    """

    number: int
    logs: Path
    queue: str | None
    timeout: float


class QueueWatch:
    """Looks at jobs, in a ``with`` block by a thread of its own.

    Parameters
    ----------
    jobs : QueueJobs
        Submitted.
    stated : Stated
        What they are to be.
    give_up : callable
        Is given the error that ends the run.
    """

    def __init__(
        self, jobs: QueueJobs, stated: Stated, give_up: Callable[[StudyError], None]
    ) -> None:
        self._jobs, self._stated, self._give_up = jobs, stated, give_up
        self._counts: Counts | None = None
        self._seen, self._patience = monotonic(), QUIET
        self._died = 0
        self._ever = self._stuck = False
        self._ending = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_stopped: object) -> None:
        """Look no more; comes back when nothing more is submitted."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        pause = SOON
        while not self._ending.wait(min(pause, self._stated.timeout)):
            try:
                changed = self.look()
            except StudyError as error:
                self._give_up(error)
                changed = False
            pause = SOON if changed else min(LATE, 1.5 * pause)

    def look(self) -> bool:
        """Look once, and do what is to be done.

        Returns
        -------
        bool
            Whether anything has changed.

        Raises
        ------
        StudyError
            Where jobs cannot start, only die, or have had no worker for too long.
        """
        jobs, now = self._jobs.look(), monotonic()
        ended = [job for job in jobs if job.has_ended(now)]
        there = [job for job in jobs if job not in ended]
        counts = counted(there)
        if counts.working:
            self._seen, self._ever = now, True
        if counts.working > (self._counts.working if self._counts else 0):
            self._died = 0  # jobs can still begin
        self._check_ended(ended, counts)
        self._check_starting(there, counts)
        self._check_time(now, counts, there)
        changed = self._tell(counts, now)
        self._replace(ended, len(there))
        return changed or bool(ended)

    def _check_ended(self, ended: list[QueuedJob], counts: Counts) -> None:
        """Give up where jobs end again and again without having done any work."""
        dead = [job for job in ended if not job.worked]
        self._died += len(dead)
        enough = TRIES if self._ever else min(TRIES, self._stated.number)
        if dead and not counts.working and self._died >= enough:
            self._jobs.drop(ended)
            raise StudyError(f"compute: {self._end_of(dead[-1])}")

    def _end_of(self, job: QueuedJob) -> str:
        said = last_words(self._stated.logs, job.id)
        return f"job {job.id} of {self._jobs.kind} {_ended(job)} before it did any work: {said}"

    def _check_starting(self, there: list[QueuedJob], counts: Counts) -> None:
        """Give up where all jobs wait for what does not come, at a second look too."""
        never = bool(there) and all(job.state and job.state.never_starts for job in there)
        if never and self._stuck:
            offers = OFFERS[self._jobs.kind](self._stated.queue)
            raise StudyError(
                f"compute: {self._jobs.kind} cannot start these jobs ({', '.join(counts.reasons)});"
                " ask for less with compute.cores, compute.memory or compute.walltime, or for"
                f" another compute.queue{f' ({offers})' if offers else ''}"
            )
        self._stuck = never

    def _check_time(self, now: float, counts: Counts, there: list[QueuedJob]) -> None:
        """Give up after the longest time without a worker."""
        if now - self._seen <= self._stated.timeout:
            return
        begun = [job for job in there if job.state is None or not job.state.waits]
        printed = (last_words(self._stated.logs, job.id) for job in begun)
        said = next((words for words in printed if words != NO_FILE), "wait longer")
        raise StudyError(
            f"compute.timeout: the jobs of {self._jobs.kind} have had no worker for"
            f" {self._stated.timeout:g} s ({str(counts) or 'none is there'}); {said}; {GO_ON}"
        )

    def _tell(self, counts: Counts, now: float) -> bool:
        """Say how jobs stand when that changes, and from time to time while all wait."""
        changed = self._counts is None or counts != self._counts
        waited = now - self._seen
        if changed or waited >= self._patience:
            since = f", no worker for {_duration(waited)}" if waited >= QUIET else ""
            if str(counts):
                LOG.info("jobs of %s: %s%s", self._jobs.kind, counts, since)
        if waited >= self._patience or counts.working:
            self._patience = max(QUIET, 2 * waited)
        self._counts = counts
        return changed

    def _replace(self, ended: list[QueuedJob], there: int) -> None:
        """Submit new jobs in the place of those that ended, unless those only die."""
        self._jobs.drop(ended)
        for job in ended:
            what = f"job {job.id} {_ended(job)}" if job.worked else self._end_of(job)
            LOG.info("%s", what)
        missing = self._stated.number - there
        if missing and self._died < TRIES and not self._ending.is_set():
            new = self._jobs.submit(missing)
            LOG.info("submitted in their place: %s", numbers(new))


def numbers(jobs: list[QueuedJob]) -> str:
    """Name jobs by their numbers, a few of them."""
    ids = sorted((job.id for job in jobs), key=lambda number: (len(number), number))
    return ", ".join(ids if len(ids) < 6 else [*ids[:3], "...", ids[-1]])


def _ended(job: QueuedJob) -> str:
    """Say how a job ended, in the queue's word where it gives one."""
    if job.state is None or job.state.state == "GONE":
        return "ended"
    return f"ended ({job.state.state.lower().replace('_', ' ')})"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
