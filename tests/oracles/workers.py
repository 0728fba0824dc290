"""Calls for worker processes, which find them by import."""

import os
import signal
import time
from pathlib import Path


def square(index: int) -> int:
    """Say the square of a number."""
    return index**2


def killed_at_first(marker: Path, index: int) -> int:
    """Square a number; whoever computes that of 5 for the first time is killed."""
    if index == 5 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return index**2


def always_killed(index: int) -> int:
    """Never come back from 2."""
    if index == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return index**2


def fails_at_two(index: int) -> int:
    """Fail at 2, and take very long beyond."""
    if index > 2:
        time.sleep(300)
    return 1 // (index - 2)


def slow(folder: Path, index: int) -> int:
    """Leave the own process's id in a folder, and take very long."""
    (folder / str(os.getpid())).touch()
    time.sleep(300)
    return index
