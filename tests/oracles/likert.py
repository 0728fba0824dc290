"""Samples of Likert changes that are likely to break a test."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

MISSING = -32768
"""What stands for the change of somebody who did not answer."""


def random_samples(count: int, largest: int, seed: int) -> list[np.ndarray]:
    """Draw samples of changes on scales of different widths, many of them tied or zero."""
    rng = np.random.default_rng(seed)
    samples = []
    for _ in range(count):
        n, reach = rng.integers(1, largest + 1), rng.integers(1, 5)
        samples.append(rng.integers(-reach, reach + 1, n))
    return samples


def change_blocks(most: int = 8) -> st.SearchStrategy[np.ndarray]:
    """Blocks of changes (R, N, E >= 2), some rows all zero, all tied, or all missing."""
    shapes = st.tuples(st.integers(2, 4), st.integers(1, most), st.integers(2, 3))
    value = st.one_of(st.integers(-4, 4), st.just(MISSING), st.just(0), st.integers(-28, 28))
    blocks = shapes.flatmap(lambda shape: arrays(np.int16, shape, elements=value))
    kinds = st.lists(st.sampled_from([None, 0, 2, -1, MISSING]), min_size=4, max_size=4)
    return st.builds(_with_special_rows, blocks, kinds)


def _with_special_rows(block: np.ndarray, kinds: list[int | None]) -> np.ndarray:
    for row, kind in zip(block, kinds, strict=False):
        if kind is not None:
            row[:] = kind
    return block


def rows_alike(alone: object, batch: object, row: int) -> bool:
    """Tell whether a result of one row equals that row of a batch, bit for bit."""
    return all(
        np.array_equal(value[0], getattr(batch, name)[row])
        and value.dtype == getattr(batch, name).dtype
        for name, value in vars(alone).items()
        if value is not None
    )
