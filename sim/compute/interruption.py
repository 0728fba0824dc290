"""What ends a run before its time: Ctrl-C, SIGTERM and SIGHUP, all in the same good order."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that end a run; a killed terminal, a scheduler and a user send them."""
ECHO = 1.0
"""Seconds in which a further signal means the same: a terminal that closes and its shell, say."""


class Interrupted(KeyboardInterrupt):
    """Ends a run, as Ctrl-C does, by any of the signals."""


@dataclass
class _State:
    """What has come; signals belong to the process, so there is one.

    Attributes
    ----------
    received : int or None
        The signal that ended the run.
    at : float
        When it came.
    held : int
        How many parts of the program are at work that must not stop half-way.
    waiting : int or None
        The signal that came meanwhile.
    """

    received: int | None = None
    at: float = 0.0
    held: int = 0
    waiting: int | None = None


_STATE = _State()
_LOCK = Lock()


def catch_signals() -> None:
    """Let every signal that ends a run raise :class:`Interrupted`; what is ignored stays so."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # under nohup a run outlives its terminal
            signal.signal(number, _interrupt)
    sys.unraisablehook = _unraisable


def release_signals() -> None:
    """Let them end the process at once: all is done, and nothing more is to be said."""
    for number in SIGNALS:
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def signals_to(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let a server that ends by itself hear of every signal that ends a run."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    taken = [number for number in SIGNALS if before[number] != signal.SIG_IGN]
    for number in taken:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


def received() -> int | None:
    """Give the signal that ended the run, if any has."""
    return _STATE.received


def interruption_in(error: BaseException) -> KeyboardInterrupt | None:
    """Find the interruption that somebody else's code has made another error of."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__cause__
    return cause


def check_interrupted() -> None:
    """Raise once more what somebody else's code has swallowed.

    Raises
    ------
    Interrupted
        Where a signal has come.
    """
    if _STATE.received is not None:
        raise Interrupted


@contextmanager
def held_back() -> Iterator[None]:
    """Finish what must not stop half-way; a signal that comes meanwhile is heard at the end."""
    with _LOCK:
        _STATE.held += 1
    try:
        yield
    finally:
        with _LOCK:
            _STATE.held -= 1
        if not _STATE.held and _STATE.waiting is not None:
            number, _STATE.waiting = _STATE.waiting, None
            signal.raise_signal(number)


@contextmanager
def starting_processes() -> Iterator[None]:
    """Start processes whole, and let them inherit that what a terminal sends is not for them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        with held_back():
            yield
        return
    from multiprocessing import resource_tracker

    with held_back():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _of_terminal())
        try:
            resource_tracker.ensure_running()  # a process too; starting it lets Ctrl-C in again
            signal.pthread_sigmask(signal.SIG_BLOCK, _of_terminal())
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_terminal() -> None:
    """Leave Ctrl-C and a lost terminal to the process that started this one, and that ends it."""
    for number in _of_terminal():
        signal.signal(number, signal.SIG_IGN)


def _of_terminal() -> set[signal.Signals]:
    return {number for number in SIGNALS if number != signal.SIGTERM}


def _interrupt(number: int, _frame: FrameType | None) -> None:
    if _STATE.held:
        _STATE.waiting = number
        return
    now = monotonic()
    if _STATE.received is not None and now - _STATE.at < ECHO:
        return
    _STATE.received, _STATE.at = number, now
    raise Interrupted


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """Say nothing of a signal that came where Python cannot raise; it is remembered."""
    if not isinstance(what.exc_value, Interrupted):
        sys.__unraisablehook__(what)
