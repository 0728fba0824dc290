"""Jobs of a cluster's queue, submitted by dask-jobqueue; the scheduler runs in this process."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from sim.compute.dask_cluster import DaskExecutor, connect, quiet, reason_of
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

LOOPBACK = "127.0.0.1:0"
"""Where the web page of a scheduler or worker of ours is served: to this machine alone."""
CLUSTERS: dict[str, Callable[..., Any]] = {
    "slurm": SLURMCluster,
    "pbs": PBSCluster,
    "lsf": LSFCluster,
    "sge": SGECluster,
}
"""What submits jobs, by kind."""


def open_queue(kind: str, *, jobs: int, timeout: float, **settings: Any) -> DaskExecutor:
    """Submit jobs to a cluster's queue; the scheduler runs in this process.

    Parameters
    ----------
    kind : str
        A name in :data:`CLUSTERS`.
    jobs : int
        Number of jobs.
    timeout : float
        Longest time without any worker, in seconds.
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
    with ExitStack() as opened:
        opened.enter_context(quiet())
        try:
            cluster = opened.enter_context(make(**keywords))
            cluster.sync(_submit, cluster, jobs)
        except (OSError, RuntimeError, ValueError) as error:
            raise StudyError(f"compute: {submit} took no job ({reason_of(error)})") from None
        client = opened.enter_context(connect(cluster, 30))
        cores = jobs * int(settings["cores"])
        return DaskExecutor(client, f"the {kind} jobs", cores, timeout, opened.pop_all())
    raise AssertionError  # as above


async def _submit(cluster: Any, jobs: int) -> None:
    """Submit jobs, and hear what goes wrong, which scaling alone keeps to itself.

    Both in one turn of the cluster's loop: otherwise it may have submitted before it is asked.
    """
    from distributed.core import Status

    cluster.scale(jobs=jobs)
    try:
        await cluster._correct_state()  # noqa: SLF001 - nothing public tells
    finally:
        for job in cluster.workers.values():
            if job.status == Status.created:  # refused: the cluster would not close over it
                job.status = Status.failed


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
        "job_name": "mentorsim",
        "scheduler_options": {"dashboard_address": LOOPBACK},
        "worker_extra_args": ["--dashboard-address", LOOPBACK],
    }
    if kind == "sge":  # asks for nothing by itself; memory is by core
        job_keywords["job_extra_directives"].insert(0, f"-pe {environment} {cores}")
        job_keywords["resource_spec"] = f"h_vmem={1024 * memory // cores}M"
    return job_keywords
