"""Blocks are mapped and added, streams depend on their place alone."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sim.compute.batch import Call, Worked
from sim.compute.blocks import IN_FLIGHT, Blocks, run_blocks, run_tasks
from sim.compute.executors import InProcessExecutor
from sim.compute.shelf import Shelf
from sim.compute.store import BlockStore
from sim.compute.streams import Purpose, generator


class Words(str):
    """Adds in order, so that an order that is not kept shows."""

    __slots__ = ()

    def __add__(self, other: str) -> "Words":
        """Join two."""
        return Words(f"{self}{other}")


def test_blocks_are_added_in_order() -> None:
    """The sum is taken in the order of the indices, whoever computes and whatever ends first."""
    indices = range(3 * IN_FLIGHT)
    expected = "".join(f"{index}," for index in indices)
    with InProcessExecutor() as here, ThreadPoolExecutor(4) as threads:
        for executor in (here, threads):
            assert run_blocks(lambda index: Words(f"{index},"), indices, executor) == expected


class Far(ThreadPoolExecutor):
    """Takes batches, and notes how many blocks each has, and how many were done."""

    def __init__(self, workers: int, task_seconds: float) -> None:
        super().__init__(workers)
        self.workers, self.task_seconds = workers, task_seconds
        self.batches: list[tuple[int, int]] = []

    def submit(  # type: ignore[override]
        self, fn: Callable[[list[Call]], Worked], /, batch: list[Call]
    ) -> Future[Worked]:
        """Compute a batch."""
        return super().submit(self._noted, fn, batch)

    def _noted(self, fn: Callable[[list[Call]], Worked], batch: list[Call]) -> Worked:
        worked = fn(batch)
        done = sum(count for count, _ in worked.parts)
        self.batches.append((sum(len(call.span) for call in batch), done))
        return worked


def word(index: int) -> Words:
    """Compute a block in a millisecond; the later ones of 400 in ten."""
    time.sleep(0.01 if index >= 400 else 0.001)
    return Words(f"{index},")


def from_words(blocks: int, data: bytes) -> Words:
    """Read the sum of so many blocks."""
    assert data.count(b",") == blocks
    return Words(data.decode())


def far_run(executor: Far, file: Path, spans: list[range]) -> list[str]:
    """Run tasks of these blocks in batches; give what each comes to."""
    totals = [""] * len(spans)

    def received(task: int, span: range, part: Words) -> None:
        assert part.count(",") == len(span)
        totals[task] += part

    with BlockStore(file, "code") as store:
        tasks = [
            Blocks(
                word, span, partial(received, task), Shelf(store, str(task), str.encode, from_words)
            )
            for task, span in enumerate(spans)
        ]
        run_tasks(tasks, executor, ahead=sum(map(len, spans)))
    return totals


def test_batches_follow_from_measured_times(tmp_path: Path) -> None:
    """Calls grow to the time they should take, over tasks, and shrink at the end; sums stay.

    What takes longer than it should comes back half done and is handed out again.
    """
    spans = [range(5), range(300), range(390, 430), range(3, 9)]
    expected = ["".join(f"{index}," for index in span) for span in spans]
    with Far(2, task_seconds=0.03) as executor:
        assert far_run(executor, tmp_path / "blocks", spans) == expected
    handed = [blocks for blocks, _ in executor.batches]
    assert handed[0] == 1
    assert 5 < max(handed) <= 30
    assert len(handed) < 120
    assert any(0 < done < blocks for blocks, done in executor.batches)
    assert sum(done for _, done in executor.batches) == sum(map(len, spans))
    with Far(2, task_seconds=0.03) as again:
        assert far_run(again, tmp_path / "blocks", spans) == expected
    assert again.batches == []


def test_every_block_is_reported() -> None:
    """The caller hears of each block once."""
    heard = []
    run_blocks(lambda index: index, range(20), InProcessExecutor(), lambda: heard.append(1))
    assert len(heard) == 20


def test_no_block_is_refused() -> None:
    """Nothing to run is an error, not an empty answer."""
    with pytest.raises(ValueError, match="no block"):
        run_blocks(lambda index: index, range(0), InProcessExecutor())


def test_failure_of_a_block_is_raised() -> None:
    """A block that fails is not passed over."""

    def block(index: int) -> int:
        return 1 // (index - 2)

    with pytest.raises(ZeroDivisionError):
        run_blocks(block, range(5), InProcessExecutor())


def test_streams_depend_on_seed_purpose_and_place() -> None:
    """Equal places give equal numbers, any other place different ones."""
    places = [(seed, purpose, a, b) for seed in (0, 1) for purpose in Purpose
              for a in range(3) for b in range(3)]  # fmt: skip
    first = [generator(*place).integers(0, 2**63, 4).tobytes() for place in places]
    again = [generator(*place).integers(0, 2**63, 4).tobytes() for place in places]
    assert first == again
    assert len(set(first)) == len(places)


def test_streams_of_neighbours_are_not_correlated() -> None:
    """Streams of neighbouring blocks have no correlation beyond chance."""
    draws = np.array([generator(7, Purpose.MAIN, 0, b).standard_normal(4000) for b in range(6)])
    correlations = np.corrcoef(draws)[np.triu_indices(6, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(4000)
