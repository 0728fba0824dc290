"""The difference of two studies is paired, and is what a sweep would say."""

import numpy as np
import pytest

from sim import compose_study
from sim.errors import StudyError
from sim.jobs.compare import compare
from sim.jobs.sweep import sweep

SMALL = ["design.n=[12,24]", "monte_carlo.replicates=1000", "monte_carlo.block_size=100"]


def test_it_is_what_a_sweep_says() -> None:
    """The same difference and error as between the points of a sweep."""
    swept = sweep(compose_study([*SMALL, "sweep=scenarios", "sweep.at=24", "engine=monte_carlo"]))
    point = swept.points[1]
    apart = swept.difference(point)
    assert apart is not None
    base, other = swept.study, point.point.study
    seen: list[tuple[int, int]] = []
    found = compare(base, other, lambda done, total: seen.append((done, total)))
    assert found.sizes == (12, 24)
    assert found.difference.value[1] == apart.value
    assert found.difference.mcse[1] == apart.mcse
    assert seen[-1] == (20, 20)
    largest = found.largest
    assert largest is not None
    k = found.sizes.index(largest.size)
    assert abs(largest.value) == abs(found.difference.value).max()
    assert largest.low < found.difference.low[k] < found.difference.high[k] < largest.high


def test_pairing_pays() -> None:
    """The error of a small difference is far below that of independent runs."""
    base = compose_study(["effect=shift", *SMALL])
    found = compare(base, compose_study(["effect=shift", "effect.shift=0.52", *SMALL]))
    power = 0.5
    assert found.difference.mcse.max() < np.sqrt(2 * power * (1 - power) / 1000) / 2


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("seed=1", "seed"),
        ("monte_carlo.block_size=50", "monte_carlo.block_size"),
        ("design.n=[10]", "design.n"),
    ],
)
def test_what_cannot_be_paired_is_refused(word: str, name: str) -> None:
    """Other random numbers, or no size in common: a line that names the field."""
    with pytest.raises(StudyError, match=f"^{name}: "):
        compare(compose_study(SMALL), compose_study([*SMALL, word]))
