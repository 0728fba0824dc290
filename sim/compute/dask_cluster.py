"""Blocks on Dask: the executor, and a scheduler that runs already."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures import wait as wait_for
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from sim.compute.same_code import code_here, difference, run_as_there
from sim.errors import StudyError

try:
    import distributed
    from distributed.client import ClosedClientError
    from distributed.comm.core import CommClosedError
    from distributed.scheduler import KilledWorker
except ImportError as error:
    raise StudyError(
        f"compute: Dask is not installed here ({str(error.name).split('.')[0]} is missing);"
        " pip install 'mentorsim[dask]'"
    ) from None

RETRIES = 3
"""How often a block is tried again that a worker could not compute."""
NOISE = ("distributed", "dask_jobqueue", "tornado", "asyncio")
"""Loggers that write to stderr of what is told in one line."""
GO_ON = "finished blocks are kept where there is a store, and the same command goes on from there"


class DaskExecutor(Executor):
    """Hands calls to Dask; what becomes of scheduler and workers is told in one line.

    A call must be repeatable: Dask makes it again when its worker dies.

    Parameters
    ----------
    client : distributed.Client
        Connected.
    place : str
        What to call the cluster in an error.
    workers : int
        Threads of all workers, which says how many calls are to be open at once.
    timeout : float
        Longest time without any worker, in seconds.
    opened : contextlib.ExitStack
        What is to be closed at the end.
    """

    task_seconds = 4.0
    """How long a call should take: a scheduler passes on some hundreds a second."""

    def __init__(
        self, client: Any, place: str, workers: int, timeout: float, opened: ExitStack
    ) -> None:
        self.workers = workers
        self._client, self._place, self._timeout, self._opened = client, place, timeout, opened
        self._loop = client.loop.asyncio_loop
        self._code = code_here()
        self._lock = Lock()
        self._open: set[Future[Any]] = set()
        self._ending = Event()
        self._watch = Thread(target=self._watch_workers, daemon=True)
        self._watch.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call to a worker, which refuses where its code differs from this process's."""
        future: Future[Any] = Future()
        with self._lock:
            self._open.add(future)
        call = partial(fn, *args, **kwargs)
        try:
            attempt = self._client.submit(
                run_as_there, self._code, call, pure=False, retries=RETRIES
            )
        except (ClosedClientError, CommClosedError):
            self._settle(future, self._lost())
            return future
        # not through Dask's executor: its futures never end where the scheduler
        # is lost while a result is on its way
        outcome = asyncio.run_coroutine_threadsafe(_awaited(attempt), self._loop)
        outcome.add_done_callback(partial(self._pass_on, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the interface's own
        """Close the client, and the cluster where it was started here."""
        if self._ending.is_set():
            return
        with self._lock:
            waiting = list(self._open)
        if wait and not cancel_futures:
            wait_for(waiting)
        self._ending.set()
        self._opened.close()  # the scheduler forgets what is still open
        self._watch.join()

    def __exit__(self, kind: type[BaseException] | None, *_stopped: object) -> None:
        """Close, without waiting for calls that nobody will ask for."""
        self.shutdown(cancel_futures=kind is not None)

    def _pass_on(self, future: Future[Any], attempt: Future[Any]) -> None:
        """Pass on what became of a call; runs in the client's thread."""
        if attempt.cancelled():  # by nobody here: the client does so when it loses the scheduler
            self._settle(future, self._lost())
            return
        error = attempt.exception()
        if error is None:
            self._settle(future, result=attempt.result())
        elif isinstance(error, KilledWorker):
            self._settle(
                future,
                StudyError(
                    f"compute: workers of {self._place} died again and again of one block, killed"
                    f" from outside or for want of memory, or without this program; {GO_ON}"
                ),
            )
        elif isinstance(error, CancelledError | CommClosedError):
            self._settle(future, self._lost())
        else:
            self._settle(future, error)

    def _settle(
        self, future: Future[Any], error: BaseException | None = None, *, result: Any = None
    ) -> None:
        with self._lock:
            if future not in self._open:
                return  # given up already
            self._open.remove(future)
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def _lost(self) -> StudyError:
        return StudyError(f"compute: the Dask scheduler of {self._place} was lost; {GO_ON}")

    def _watch_workers(self) -> None:
        """Give up calls that wait for what does not come; Dask itself would wait forever."""
        seen = monotonic()
        while not self._ending.wait(min(self._timeout / 5, 2)):
            if self._client.status != "running":  # a call made since would wait for its return
                self.give_up(self._lost())
                continue
            there = False
            with suppress(Exception):  # no answer is no worker
                there = bool(self._client.nthreads())
            if there or not self._open:
                seen = monotonic()
            elif monotonic() - seen > self._timeout:
                self.give_up(_no_worker(self._place, self._timeout, f"; {GO_ON}"))

    def give_up(self, error: StudyError) -> None:
        """End all open calls with an error."""
        with self._lock:
            waiting = list(self._open)
        for future in waiting:
            self._settle(future, error)


async def _awaited(attempt: Any) -> Any:
    return await attempt


def _no_worker(place: str, timeout: float, then: str = "") -> StudyError:
    return StudyError(
        f"compute.timeout: {place} has had no worker for {timeout:g} s; start some, or wait"
        f" longer{then}"
    )


def open_dask(address: str, timeout: float) -> DaskExecutor:
    """Connect to a scheduler that is running.

    Parameters
    ----------
    address : str
        As it prints it, ``tcp://host:port``.
    timeout : float
        Longest wait for it, and for a worker, in seconds.

    Returns
    -------
    DaskExecutor

    Raises
    ------
    StudyError
        Where it does not answer, has no worker, or a worker has other code.
    """
    with ExitStack() as opened:
        opened.enter_context(quiet())
        try:
            client = opened.enter_context(connect(address, timeout))
        except (OSError, ValueError) as error:
            raise StudyError(
                f"compute.address: no Dask scheduler answers at {address!r} within {timeout:g} s"
                f" ({reason_of(error)}); start one there (dask scheduler), or mend the address"
            ) from None
        try:
            client.wait_for_workers(1, timeout=timeout)
        except TimeoutError:
            raise _no_worker(address, timeout) from None
        _check_code(client)
        threads = sum(client.nthreads().values())
        return DaskExecutor(client, address, threads, timeout, opened.pop_all())
    raise AssertionError  # for mypy: an ExitStack may swallow exceptions, this one does not


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Dask's loggers from drowning the progress; what matters is raised."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in NOISE]
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def connect(place: Any, timeout: float) -> Any:
    """Open a client of a scheduler's address or of a cluster, to be used in a ``with`` block."""
    return distributed.Client(place, timeout=timeout, set_as_default=False)  # type: ignore[no-untyped-call]


def _check_code(client: Any) -> None:
    """Refuse workers on which the same block could have other numbers."""
    try:
        there = client.run(code_here)
    except Exception as error:  # noqa: BLE001 - whatever a worker without our code raises
        raise StudyError(
            f"compute.address: a worker cannot import this program ({reason_of(error)}); install"
            " the same mentorsim there"
        ) from None
    for worker, code in there.items():
        if said := difference(code_here(), code):
            raise StudyError(f"compute.address: worker {worker} {said}")


def reason_of(error: BaseException) -> str:
    """Say in a few words what an error of many lines says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines)[:300] or type(error).__name__
