"""The jobs of one run in a cluster's queue: submitted, looked after, replaced, cancelled."""

from __future__ import annotations

import asyncio
import atexit
import shlex
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count, islice
from time import monotonic
from typing import Any

from sim.compute.dask_cluster import reason_of
from sim.compute.interruption import held_back
from sim.compute.queue_states import GONE, STATES, JobState, cancel_jobs
from sim.errors import StudyError

AT_ONCE = 8
"""Jobs that are submitted together, between which a signal is heard."""
LOST = 60.0
"""Seconds after which a job whose workers are gone has ended, where the queue is not read."""


@dataclass
class QueuedJob:
    """One job.

    Attributes
    ----------
    id : str
        The queue's number.
    name : str
        What its workers are called, before a dash and their numbers.
    state : JobState or None
        What the queue said of it last; None before, and where it is not read.
    workers : int
        Workers that are there now.
    worked : bool
        Whether it had one at two looks: what begins and breaks at once has not worked.
    seen : float
        When it last had one, on the monotonic clock.
    """

    id: str
    name: str
    state: JobState | None = None
    workers: int = 0
    worked: bool = False
    seen: float = 0.0

    def note(self, states: dict[str, JobState] | None, workers: int, now: float) -> None:
        """Note what the queue says, and how many workers there are."""
        if states is not None:
            # jobs sent to another cluster are never listed: of them nothing is known
            self.state = states.get(self.id, None if self.state is None else GONE)
        self.worked = self.worked or bool(workers and self.workers)
        self.workers = workers
        if workers:
            self.seen = now

    def has_ended(self, now: float) -> bool:
        """Tell whether it will have no worker any more."""
        if self.state is not None:
            return self.state.has_ended
        return bool(self.seen) and now - self.seen > LOST


class QueueJobs:
    """Jobs that share one scheduler.

    Parameters
    ----------
    kind : str
        The queueing system.
    cluster : dask_jobqueue.JobQueueCluster
        Its scheduler runs; it submits nothing itself.
    """

    def __init__(self, kind: str, cluster: Any) -> None:
        self.kind = kind
        self._cluster = cluster
        self._numbers = count()
        self._jobs: dict[str, QueuedJob] = {}
        atexit.register(self.cancel)  # a signal may come where nobody holds them

    def submit(self, number: int) -> list[QueuedJob]:
        """Submit so many jobs.

        Raises
        ------
        StudyError
            With what the queue says against it.
        """
        names = iter([f"job{next(self._numbers)}" for _ in range(number)])
        submitted: list[QueuedJob] = []
        while group := list(islice(names, AT_ONCE)):
            with held_back():  # a job whose number was never heard could not be cancelled
                submitted += self._cluster.sync(self._submit, group)
        return submitted

    async def _submit(self, names: list[str]) -> list[QueuedJob]:
        # what the terminal sends is not for the commands that this thread starts
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        make, options = self._cluster.new_spec["cls"], self._cluster.new_spec["options"]
        jobs = [make(self._cluster.scheduler_address, name=name, **options) for name in names]
        outcomes = await asyncio.gather(*(job.start() for job in jobs), return_exceptions=True)
        taken = [QueuedJob(job.job_id, str(job.name)) for job in jobs if job.job_id is not None]
        self._jobs |= {job.id: job for job in taken}
        for outcome in outcomes:
            if isinstance(outcome, OSError | RuntimeError | ValueError):
                command = make.submit_command.split()[0]
                raise StudyError(f"compute: {command} took no job ({reason_of(outcome)})")
            if isinstance(outcome, BaseException):
                raise outcome
        return taken

    def look(self) -> list[QueuedJob]:
        """Look all jobs up, in the queue and by their workers."""
        ask = STATES.get(self.kind)
        states = None if ask is None else ask()
        now = monotonic()
        # the scheduler is of another thread: a list is made in one step
        workers = [str(worker.name) for worker in list(self._cluster.scheduler.workers.values())]
        owners = [name.partition("-")[0] for name in workers]
        jobs = list(self._jobs.values())
        for job in jobs:
            job.note(states, owners.count(job.name), now)
        return jobs

    def drop(self, ended: Iterable[QueuedJob]) -> None:
        """Forget jobs that have ended; where that was not read in the queue, end them."""
        for job in ended:
            if job.state is None:
                self._cancel([job.id])
            del self._jobs[job.id]

    def cancel(self) -> None:
        """Take all jobs out of the queue, whatever comes meanwhile."""
        with held_back():
            self._cancel([job.id for job in self._jobs.values()])
            self._jobs.clear()
        atexit.unregister(self.cancel)

    def _cancel(self, ids: list[str]) -> None:
        cancel_jobs(shlex.split(self._cluster.new_spec["cls"].cancel_command), ids)


@dataclass(frozen=True)
class Counts:
    """How many jobs are where.

    Attributes
    ----------
    waiting, starting, working : int
        In the queue; started, without a worker yet; with workers.
    reasons : tuple of str
        Why those wait, in the queue's words.
    """

    waiting: int
    starting: int
    working: int
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in a few words, what there is of it."""
        why = f" ({', '.join(self.reasons)})" if self.reasons else ""
        parts = (
            (self.working, f"{self.working} at work"),
            (self.starting, f"{self.starting} starting"),
            (self.waiting, f"{self.waiting} waiting{why}"),
        )
        return ", ".join(words for number, words in parts if number)


def counted(jobs: Iterable[QueuedJob]) -> Counts:
    """Count jobs that have not ended; one of which nothing is known waits."""
    waiting = [job for job in jobs if not job.workers and (job.state is None or job.state.waits)]
    idle = [job for job in jobs if not job.workers]
    reasons = {job.state.reason for job in waiting if job.state is not None and job.state.reason}
    working = sum(job.workers > 0 for job in jobs)
    return Counts(len(waiting), len(idle) - len(waiting), working, tuple(sorted(reasons)))
