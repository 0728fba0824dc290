"""Blocks are mapped and added, streams depend on their place alone."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from sim.compute.blocks import IN_FLIGHT, run_blocks
from sim.compute.executors import InProcessExecutor
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
