"""Studies of thousands of people: not at every size, and with fewer replicates in a block.

Up to EVERY every size is studied, in blocks as stated. Beyond, sizes stand on a geometric grid, and
a block holds no more replicates than fit into a few hundred megabytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, log

import numpy as np

from sim.study import Study
from sim.study.sections import Design

EVERY = 5000
"""Largest size up to which every size is studied."""
STEP, FINE_STEP = 0.01, 0.001
"""Distance of sizes on the grid, and near the answer, as a share of the size."""
MOST_ANSWERS = 50_000_000
"""Most answers before of one role in a block, of studies beyond EVERY; each takes some 5 bytes."""


def thinned(study: Study, also: Iterable[int] = (), largest: int = 0) -> Study:
    """State a study with the sizes and the blocks in which it can be computed.

    Parameters
    ----------
    study : Study
        The study; up to EVERY it is given back as it is.
    also : iterable of int
        Sizes that are studied in any case, beside those of the grid.
    largest : int
        Size of the largest study with which it shares its blocks, where that is larger.

    Returns
    -------
    Study
        The same once more where it is thinned already.
    """
    design, most = study.design, max(_largest(study), largest)
    if most <= EVERY:
        return study
    if design.n is None and design.up_to > EVERY:
        low, high = design.smallest, design.up_to
        sizes = {*grid(low, high, STEP), *(size for size in also if low <= size <= high)}
        design = design.model_copy(update={"n": tuple(sorted(sizes))})
    size = block_size(study, study.monte_carlo.block_size, most)
    carlo = study.monte_carlo.model_copy(update={"block_size": size})
    return study.model_copy(update={"design": design, "monte_carlo": carlo})


def grid(low: int, high: int, step: float) -> tuple[int, ...]:
    """Whole numbers from one to another, each larger than the last by about a share of it.

    Between the ends they are the same whatever the ends, so that studies have them in common.

    Examples
    --------
    >>> grid(20, 30, 0.1), grid(21, 29, 0.1)
    ((20, 21, 23, 26, 28, 30), (21, 23, 26, 28, 29))
    """
    rungs = np.rint((1 + step) ** np.arange(ceil(log(high) / log(1 + step)))).astype(int)
    between = rungs[(rungs > low) & (rungs < high)]
    return tuple(sorted({low, high, *between.tolist()}))


def block_size(study: Study, stated: int, largest: int) -> int:
    """Replicates in a block of studies of a size; a divisor of those stated, where one is near."""
    if largest <= EVERY:
        return stated
    people = max(study.participants(role, largest) for role in range(len(study.roles)))
    most = max(1, min(stated, MOST_ANSWERS // (people * len(study.domains))))
    return next((size for size in range(most, most // 2, -1) if stated % size == 0), most)


def _largest(study: Study) -> int:
    sizes = study.design.n
    return study.design.up_to if sizes is None else sizes[-1]


def can_grow(design: Design) -> bool:
    """Tell whether larger sizes may be studied than those that are."""
    return design.n is None and design.up_to < design.search_limit


def grown(design: Design) -> Design:
    """Let the largest size be twice as large, up to the limit."""
    limit = min(2 * design.up_to, design.search_limit)
    return design.model_copy(update={"up_to": limit})
