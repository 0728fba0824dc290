"""The job of looking after the store: what does it hold, and what can go?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sim.compute.code_version import code_version
from sim.compute.run_store import RunStore
from sim.compute.store import BlockStore
from sim.compute.stored import BlocksAnswer, NoStore
from sim.errors import StudyError
from sim.study import Study

S = TypeVar("S", bound=BlockStore)
ENGINE = (
    "sim.power.monte_carlo",
    "sim.power.assurance_draws",
    "sim.power.choice",
    "sim.power.tally_bytes",
)
"""Modules of all that is stored: simulated blocks, draws, exact powers; and how it is written."""


def engine_version() -> str:
    """Hash of the code that fixes what is stored."""
    return code_version(*ENGINE)


def store_of(study: Study, kind: type[S]) -> S | NoStore:
    """Open the store that a study states; to be used in a ``with`` block.

    Raises
    ------
    StudyError
        One line, where the file is there and is no such store.
    """
    file = study.store.file
    return NoStore() if file is None else kind(Path(file), engine_version())


@contextmanager
def store_for_run(study: Study) -> Iterator[RunStore | NoStore]:
    """Open the store for a run, which it cannot end, and which tells on Ctrl-C what is kept.

    Raises
    ------
    KeyboardInterrupt
        With what is kept, in words, where anything is.
    StudyError
        One line, where the file is there and is no such store.
    """
    with store_of(study, RunStore) as store:
        try:
            yield store
        except KeyboardInterrupt as stop:
            if store.trouble is not None:
                stop.args = (store.trouble,)
            elif store.keeps:
                stop.args = (
                    f"finished blocks are kept in {study.store.file},"
                    " and the same command goes on from there",
                )
            raise


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
    store_of(study, BlockStore).close()


def check(study: Study) -> None:
    """Refuse what cannot be listed.

    Raises
    ------
    StudyError
        One line that names the field and what would be right.
    """
    if study.store.file is None:
        raise StudyError("store.file: null must be a file, to list what it holds")
    store_of(study, BlockStore).close()


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
    with store_of(study, BlockStore) as store:
        cleared = None if clear is None else store.clear("others" if clear == "others" else None)
        return BlocksAnswer(Path(str(study.store.file)), cleared, store.summary())
