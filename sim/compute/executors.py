"""Executors: the `concurrent.futures` interface, from this process upwards."""

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

from sim.compute.interruption import check_interrupted


class InProcessExecutor(Executor):
    """Runs every call at once in this process; nothing starts up, nothing is pickled."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run the call now and return its finished future."""
        check_interrupted()
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - an executor hands every failure to its future
            future.set_exception(error)
        return future


def _process_pool(workers: int | None) -> Executor:
    from sim.compute.process_pool import ProcessPool

    return ProcessPool(available_cores() if workers is None else workers)


def _dask(address: str, timeout: float) -> Executor:
    from sim.compute.dask_cluster import open_dask

    return open_dask(address, timeout)


def _queue(kind: str, **settings: Any) -> Executor:
    from sim.compute.job_queue import open_queue

    return open_queue(kind, **settings)


EXECUTORS: dict[str, Callable[..., Executor]] = {
    "in_process": InProcessExecutor,
    "process_pool": _process_pool,
    "dask": _dask,
    **{kind: partial(_queue, kind) for kind in ("slurm", "pbs", "lsf", "sge")},
}
"""How each kind of executor is opened, from its settings."""


def open_executor(kind: str, **settings: Any) -> Executor:
    """Open an executor of a kind; to be used in a ``with`` block, which closes it.

    Parameters
    ----------
    kind : str
        A name in :data:`EXECUTORS`.
    **settings
        Those of that kind: ``workers`` for ``process_pool`` (None = all cores), the fields of
        the models in ``sim/study/compute.py`` for the others.

    Returns
    -------
    concurrent.futures.Executor
    """
    return EXECUTORS[kind](**settings)


def available_cores() -> int:
    """Count the processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
