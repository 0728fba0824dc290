"""The job of looking after the store: what does it hold, and what can go?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sim.compute.code_version import code_version
from sim.compute.interruption import interruption_in
from sim.compute.run_store import RunStore
from sim.compute.store import BlockStore
from sim.compute.stored import BlocksAnswer
from sim.errors import StudyError
from sim.study import Study

S = TypeVar("S", bound=BlockStore)
ENGINE = (
    "sim.power.monte_carlo",
    "sim.power.block_wins",
    "sim.power.assurance_draws",
    "sim.power.exact_table",
    "sim.power.curve",
    "sim.power.tally_bytes",
    "sim.feasibility.accrual",
    "sim.feasibility.programme",
    "sim.feasibility.tally_bytes",
)
"""Modules of all that is stored: simulated blocks, draws, known powers; and how it is written."""


def engine_version() -> str:
    """Hash of the code that fixes what is stored."""
    return code_version(*ENGINE)


def opened_store(study: Study, kind: type[S]) -> S:
    """Open the file in which a study's blocks are kept; to be used in a ``with`` block.

    Raises
    ------
    StudyError
        One line, where the file is there and is no such store.
    """
    return kind(Path(str(study.store.file)), engine_version())


@contextmanager
def store_for_run(study: Study) -> Iterator[RunStore | None]:
    """Open the store, if any, for a run, which it cannot end; Ctrl-C then tells what is kept.

    Raises
    ------
    KeyboardInterrupt
        With what is kept, in words, where anything is.
    StudyError
        One line, where the file is there and is no such store.
    """
    if study.store.file is None:
        yield None
        return
    with opened_store(study, RunStore) as store:
        try:
            yield store
        except (Exception, KeyboardInterrupt) as error:
            stop = interruption_in(error)
            if stop is None:
                raise
            kept = f"finished blocks are kept in {study.store.file}"
            stop.args = (store.trouble or f"{kept}, and the same command goes on from there",)
            raise stop from None


def check_store(study: Study) -> None:
    """Refuse a store that a run could not use, before anything is run or written.

    Raises
    ------
    StudyError
        One line that names the field and what would be right.
    """
    if study.store.clear is not None:
        raise StudyError(
            f"store.clear: {study.store.clear!r} applies to mentorsim blocks only; leave it out"
        )
    if study.store.file is not None:
        opened_store(study, BlockStore).close()


def check(study: Study) -> None:
    """Refuse what cannot be listed.

    Raises
    ------
    StudyError
        One line that names the field and what would be right.
    """
    if study.store.file is None:
        raise StudyError("store.file: null must be a file, to list what it holds")
    opened_store(study, BlockStore).close()


def blocks(study: Study) -> BlocksAnswer:
    """Clear a store as its study says, and list what it holds then.

    Parameters
    ----------
    study : Study
        Its store.

    Returns
    -------
    BlocksAnswer

    Raises
    ------
    StudyError
        Where the file cannot be read, or changed.
    """
    check(study)
    clear = study.store.clear
    with opened_store(study, BlockStore) as store:
        cleared = None if clear is None else store.clear("others" if clear == "others" else None)
        return BlocksAnswer(Path(str(study.store.file)), cleared, store.summary())
