"""Jobs of a cluster's queue, submitted by dask-jobqueue; the scheduler runs in this process."""

from __future__ import annotations

import logging
import shutil
import signal
from collections.abc import Callable
from contextlib import ExitStack
from math import inf
from typing import Any
from unittest.mock import patch

from sim.compute.dask_cluster import DaskExecutor, connect, quiet, reason_of
from sim.compute.job_logs import folder_for, made
from sim.compute.queue_jobs import QueueJobs
from sim.compute.queue_watch import QueueWatch, Stated, numbers
from sim.errors import StudyError

try:
    # it would end the command with status 0 at Ctrl-C, by a handler that it sets when imported
    with patch.object(signal, "signal"):
        from dask_jobqueue.lsf import LSFCluster
        from dask_jobqueue.pbs import PBSCluster
        from dask_jobqueue.sge import SGECluster
        from dask_jobqueue.slurm import SLURMCluster
except ImportError as error:
    raise StudyError(
        "compute: Dask's job queues are not installed here"
        f" ({str(error.name).partition('.')[0]} is missing);"
        " pip install 'mentorsim[dask]'"
    ) from None

LOG = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1:0"
"""Where the web page of a scheduler or worker of ours is served: to this machine alone."""
CLUSTERS: dict[str, Callable[..., Any]] = {
    "slurm": SLURMCluster,
    "pbs": PBSCluster,
    "lsf": LSFCluster,
    "sge": SGECluster,
}
"""What submits jobs, by kind."""


def open_queue(kind: str, *, jobs: int, timeout: float, logs: str, **settings: Any) -> DaskExecutor:
    """Submit jobs to a cluster's queue; the scheduler runs in this process.

    Parameters
    ----------
    kind : str
        A name in :data:`CLUSTERS`.
    jobs : int
        Number of jobs.
    timeout : float
        Longest time without any worker, in seconds.
    logs : str
        Folder of what the jobs print; one that all nodes reach.
    **settings
        Those of :func:`job_settings`.

    Returns
    -------
    DaskExecutor
        Before any job has started; calls wait for workers.

    Raises
    ------
    StudyError
        Where jobs cannot be submitted from here.
    """
    make, keywords = CLUSTERS[kind], job_settings(kind, **settings)
    submit = str(getattr(make, "job_cls").submit_command).split()[0]  # noqa: B009 - it has no types
    if shutil.which(submit) is None:
        raise StudyError(
            f"compute: there is no command {submit!r} on this machine; start compute={kind} where"
            " jobs are submitted"
        )
    folder = folder_for(logs)
    with ExitStack() as opened:
        opened.enter_context(quiet())
        opened.enter_context(made(folder))
        try:
            cluster = opened.enter_context(make(**keywords, log_directory=str(folder)))
        except (OSError, RuntimeError, ValueError) as error:
            raise StudyError(f"compute: no scheduler starts here ({reason_of(error)})") from None
        queued = QueueJobs(kind, cluster)
        opened.callback(queued.cancel)
        submitted = queued.submit(jobs)
        LOG.info("submitted to %s: %s; they print to %s", kind, numbers(submitted), folder)
        client = opened.enter_context(connect(cluster, 30))
        first = opened.enter_context(ExitStack())  # closed before the client
        place = f"the {kind} jobs (they print to {folder})"
        cores = jobs * int(settings["cores"])
        executor = DaskExecutor(client, place, cores, inf, opened.pop_all())
        stated = Stated(jobs, folder, settings["queue"], timeout)
        first.enter_context(QueueWatch(queued, stated, executor.give_up))
        return executor
    raise AssertionError  # for mypy: an ExitStack may swallow exceptions, this one does not


def job_settings(  # noqa: PLR0913 - the fields of a job, by name
    kind: str,
    *,
    cores: int,
    memory: int,
    walltime: int,
    queue: str | None,
    account: str | None,
    directives: tuple[str, ...],
    interface: str | None,
    python: str | None,
    prologue: tuple[str, ...],
    environment: str = "",
) -> dict[str, Any]:
    """Word the settings of a job as dask-jobqueue takes them.

    Parameters
    ----------
    kind : str
        A name in :data:`CLUSTERS`.
    cores, memory, walltime : int
        Of each job; memory in GiB, walltime in minutes.
    queue, account, interface : str or None
        None = the cluster's default.
    directives : tuple of str
        Further directives of the job script.
    python : str or None
        Of the jobs; None = the one that runs this.
    prologue : tuple of str
        Lines of the job script before it, such as ``module load``.
    environment : str
        Parallel environment, for Grid Engine.

    Returns
    -------
    dict
    """
    job_keywords: dict[str, Any] = {
        "cores": cores,
        "processes": cores,  # of one thread each: threads would share one interpreter lock
        "memory": f"{memory}GiB",
        "walltime": f"{walltime // 60:02d}:{walltime % 60:02d}" + (":00" if kind != "lsf" else ""),
        "queue": queue,
        "account" if kind in {"slurm", "pbs"} else "project": account,
        "job_extra_directives": list(directives),
        "interface": interface,
        "python": python,
        "job_script_prologue": list(prologue),
        "job_name": "mentorsim",
        "scheduler_options": {"dashboard_address": LOOPBACK},
        "worker_extra_args": ["--dashboard-address", LOOPBACK],
    }
    if kind == "sge":  # asks for nothing by itself; memory is by core
        job_keywords["job_extra_directives"].insert(0, f"-pe {environment} {cores}")
        job_keywords["resource_spec"] = f"h_vmem={1024 * memory // cores}M"
    return job_keywords
