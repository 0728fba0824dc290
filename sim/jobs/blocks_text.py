"""The store of finished blocks in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.compute.stored import BlocksAnswer, Stored

CODE = 12
"""Digits of a version of the code that are shown."""
CLEAR = "mentorsim blocks store.clear=others"


def blocks_summary(answer: BlocksAnswer) -> str:
    """List a store's blocks by version of the code, and how to clear those of others."""
    return "\n".join(_lines(answer))


def blocks_line(answer: BlocksAnswer) -> str:
    """Say what a store holds in one line."""
    count, size = _totals(answer.stored)
    return f"{answer.file}: {counted(count, 'finished block')}, {size_words(size)}"


def others_line(file: str | Path | None, stored: Sequence[Stored]) -> str | None:
    """Say that a store holds blocks that this code does not use; None where it holds none."""
    count, size = _totals([row for row in stored if not row.is_current])
    if not count:
        return None
    return (
        f"{file} holds {counted(count, 'block')} ({size_words(size)}) of other versions of the "
        f"code; to clear them: {CLEAR}"
    )


def size_words(size: int) -> str:
    """Write a number of bytes."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"


def counted(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _lines(answer: BlocksAnswer) -> Iterator[str]:
    if answer.cleared is not None:
        yield f"Cleared {counted(answer.cleared, 'block')}."
    yield blocks_line(answer)
    if not answer.stored:
        return
    yield f"\n{'code':{CODE}}{'tasks':>8}{'blocks':>9}{'size':>11}"
    for row in answer.stored:
        yield (
            f"{row.code[:CODE]:{CODE}}{row.tasks:8,}{row.blocks:9,}{size_words(row.size):>11}"
            f"  {'this code' if row.is_current else 'another version'}"
        )
    if any(not row.is_current for row in answer.stored):
        yield f"\nTo clear those of other versions: {CLEAR}"


def _totals(stored: Sequence[Stored]) -> tuple[int, int]:
    return sum(row.blocks for row in stored), sum(row.size for row in stored)
