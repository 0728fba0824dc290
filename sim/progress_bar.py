"""Progress on anything that takes longer than two seconds."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from tqdm import tqdm

from sim.errors import printable

PATIENCE = 2.0
"""Seconds before anything is shown."""


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress on stderr: a bar on a terminal, a line every tenth elsewhere.

    Parameters
    ----------
    title : str
        What is being done.

    Yields
    ------
    callable
        To be called with (done, total).
    """
    if sys.stderr.isatty():
        bar = tqdm(desc=title, unit="block", delay=PATIENCE, ncols=79, leave=False)

        def on_block(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            yield on_block
        finally:
            bar.close()
    else:
        yield _percentage_lines(title)


def _percentage_lines(title: str) -> Callable[[int, int], None]:
    start = monotonic()
    shown = 0

    def on_block(done: int, total: int) -> None:
        nonlocal shown
        tenth = 10 * done // total
        if tenth > shown and monotonic() - start > PATIENCE:
            shown = tenth
            with suppress(OSError):  # a full disk or a reader who left ends no run
                print(f"{title}: {10 * tenth}%", file=sys.stderr, flush=True)

    return on_block


@contextmanager
def told_meanwhile() -> Iterator[None]:
    """Print what a long run tells of itself, such as how its jobs stand in a queue."""
    logger, handler = logging.getLogger("sim"), _Lines()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Lines(logging.Handler):
    """Writes lines on stderr, above a bar that is there."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            tqdm.write(f"mentorsim: {printable(record.getMessage())}", file=sys.stderr)
            sys.stderr.flush()
