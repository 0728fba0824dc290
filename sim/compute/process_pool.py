"""Worker processes of this machine; those that are killed are replaced."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Lock, Thread
from typing import Any

from sim.compute.interruption import check_interrupted, leave_terminal, starting_processes
from sim.errors import StudyError, reason_of

REPLACEMENTS = 3
"""How often dead workers are replaced before it is held that they will always die."""


class ProcessPool(Executor):
    """Spawned workers; when one dies, all are replaced and the calls in flight made again.

    A call must therefore be repeatable. Leaving the ``with`` block by an
    exception, such as Ctrl-C, ends the workers at once.

    Parameters
    ----------
    workers : int
        Number of processes, at least 1. They start with the first calls.
    """

    task_seconds = 0.0
    """A call is one block: the way to these workers is short."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pools = [self._new_pool()]
        self._lock = Lock()  # held while pools are exchanged, never while one is called
        self._ending = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call to a worker; its future outlives the worker."""
        check_interrupted()
        future: Future[Any] = Future()
        self._attempt(future, partial(fn, *args, **kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the interface's own
        """End the workers when their calls are done; waits for those of replaced pools too."""
        with self._lock:
            self._ending, pools = True, list(self._pools)
        for pool in pools:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def __exit__(self, kind: type[BaseException] | None, *_stopped: object) -> None:
        """Shut down, without waiting for calls that nobody will ask for."""
        if kind is not None:
            self._terminate()
        self.shutdown(cancel_futures=kind is not None)

    def _terminate(self) -> None:
        with self._lock:
            self._ending, pool = True, self._pools[-1]
        # the library has no public way before Python 3.14
        for process in list((pool._processes or {}).values()):  # noqa: SLF001
            process.terminate()

    def _new_pool(self) -> ProcessPoolExecutor:
        # spawn: a forked copy of a process with threads (numba's, the page's) can deadlock
        with _starting():
            return ProcessPoolExecutor(
                self.workers, get_context("spawn"), initializer=_start_worker
            )

    def _attempt(self, future: Future[Any], call: Callable[[], Any]) -> None:
        """Make a call in the newest pool, replacing that first where it is dead."""
        while True:
            pool = self._pools[-1]
            try:
                with _starting():
                    attempt = pool.submit(call)
                break
            except BrokenProcessPool:
                self._replace(pool)
        attempt.add_done_callback(partial(self._settle, future, call, pool))

    def _settle(
        self,
        future: Future[Any],
        call: Callable[[], Any],
        pool: ProcessPoolExecutor,
        attempt: Future[Any],
    ) -> None:
        """Pass on what became of an attempt, or make the call again; runs in the pool's thread."""
        if attempt.cancelled():
            future.cancel()
            return
        error = attempt.exception()
        if error is None:
            future.set_result(attempt.result())
        elif not isinstance(error, BrokenProcessPool) or self._ending:
            future.set_exception(error)
        else:
            try:
                self._replace(pool)
                self._attempt(future, call)
            except Exception as failure:  # noqa: BLE001 - whoever waits for the future must hear of it
                future.set_exception(failure)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        """Put a new pool in the place of a broken one, unless that was done already."""
        with self._lock:
            if self._pools[-1] is not broken:
                return
            if self._ending:
                raise CancelledError
            if len(self._pools) > REPLACEMENTS:
                raise StudyError(
                    f"compute: worker processes died {len(self._pools)} times, killed from "
                    "outside or for want of memory; use fewer compute.workers, or "
                    "compute=in_process"
                )
            self._pools.append(self._new_pool())


@contextmanager
def _starting() -> Iterator[None]:
    """Start workers; that the system has no room for more is told in one line."""
    try:
        with starting_processes():
            yield
    except OSError as error:
        raise StudyError(
            f"compute: worker processes cannot be started ({reason_of(error)}); use fewer "
            "compute.workers, or compute=in_process"
        ) from None


def _start_worker() -> None:
    """Leave the terminal's signals to the driver, and do not outlive it."""
    leave_terminal()
    Thread(target=_leave_with_driver, daemon=True).start()


def _leave_with_driver() -> None:
    driver = parent_process()
    if driver is not None:
        driver.join()
        os._exit(1)  # nobody is left to whom an orderly end would matter
