"""What a cluster's queue says of jobs: whether they wait, run or have ended, and why."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

PATIENCE = 60
"""Longest time that the queue may take to answer, in seconds."""
BATCH = 100
"""Most jobs that are named in one command."""
WAITING = frozenset({"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED"})
"""States of Slurm in which a job waits to start."""
GOING = frozenset({"RUNNING", "SUSPENDED", "STOPPED", "RESIZING", "SIGNALING", "STAGE_OUT"})
"""States of Slurm in which it has started and has not ended."""
LASTING = (
    "PartitionConfig",
    "PartitionTimeLimit",
    "PartitionNodeLimit",
    "BadConstraints",
    "InvalidAccount",
    "InvalidQOS",
    "AccountNotAllowed",
    "QOSNotAllowed",
    "PerJob",
    "DurationPerJobLimit",
    "MinCpuNotSatisfied",
)
"""Parts of Slurm's reasons that no waiting mends: the job asks for what it may not have."""


@dataclass(frozen=True)
class JobState:
    """What the queue says of one job.

    Attributes
    ----------
    state : str
        In the queue's own word, such as ``PENDING`` or ``TIMEOUT``.
    reason : str
        Why it waits, or why it ended; may be empty.
    """

    state: str
    reason: str = ""

    @property
    def waits(self) -> bool:
        """Whether it has not started."""
        return self.state in WAITING

    @property
    def has_ended(self) -> bool:
        """Whether it will not run any more."""
        return self.state not in WAITING | GOING

    @property
    def never_starts(self) -> bool:
        """Whether it waits for what does not come."""
        return self.waits and any(part in self.reason for part in LASTING)


GONE = JobState("GONE")
"""Of a job that the queue does not know any more."""


def _slurm_states() -> dict[str, JobState] | None:
    answer = _answer(["squeue", "-h", "-t", "all", "-u", str(os.getuid()), "-o", "%i|%T|%r"])
    return None if answer is None else read_squeue(answer)


def read_squeue(answer: str) -> dict[str, JobState]:
    """Read what squeue prints as ``%i|%T|%r``, by the job's number.

    Examples
    --------
    >>> read_squeue("12|PENDING|Resources")["12"].waits
    True
    """
    rows = (line.strip().split("|", 2) for line in answer.splitlines())
    return {
        row[0]: JobState(row[1], "" if row[2] in {"None", "(null)"} else row[2])
        for row in rows
        if len(row) == 3
    }


def slurm_offers(queue: str | None) -> str:
    """Say what the nodes of a partition have, each kind once; empty where Slurm does not tell."""
    words = ["sinfo", "-h", "-o", "%P: nodes of %c cores, %m MB, %l"]
    answer = _answer([*words, *(["-p", queue] if queue else [])])
    return "; ".join(sorted({line.strip() for line in (answer or "").splitlines() if line.strip()}))


STATES: dict[str, Callable[[], dict[str, JobState] | None]] = {"slurm": _slurm_states}
"""How this user's jobs are looked up, by kind; None where the queue gives no answer."""
OFFERS: dict[str, Callable[[str | None], str]] = {"slurm": slurm_offers}
"""How it is looked up what jobs may ask for, by kind."""


def cancel_jobs(command: Sequence[str], ids: Iterable[str]) -> None:
    """Take jobs out of the queue, many with one command; those that have ended already too."""
    named = list(ids)
    for start in range(0, len(named), BATCH):
        _answer([*command, *named[start : start + BATCH]])


def _answer(words: list[str]) -> str | None:
    """Give what a command of the queue prints; None where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - the queue's own commands, and numbers that it gave
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
            start_new_session=True,  # Ctrl-C on the terminal is not for it
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
