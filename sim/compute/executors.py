"""Executors: the `concurrent.futures` interface, from this process upwards."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class InProcessExecutor(Executor):
    """Runs every call at once in this process; nothing starts up, nothing is pickled."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run the call now and return its finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - an executor hands every failure to its future
            future.set_exception(error)
        return future
