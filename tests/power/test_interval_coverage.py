"""The interval of the simulated sample size covers the exact size, and is narrow."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from oracles.studies import small_study
from scipy import stats

from sim.compute.executors import InProcessExecutor
from sim.inference.rules import decision_rules
from sim.jobs.search import FEWEST_BLOCKS, Search
from sim.power.sample_size import SampleSize
from sim.study import Study

RULE = {"own": "a"}
THREE_POINTS = ((7 / 60, 0.175, 0.15), (0.06, 7 / 60, 0.175), (0.03, 0.06, 7 / 60))
"""A table of before by after whose changes are those of benchmark B1."""
TWO_POINTS = ((0.0, 0.7), (0.3, 0.0))
"""Everybody changes, 70% upwards: the power of the exact sign test saw-tooths."""
LEAST = 0.935
"""Coverage asked for."""
CAP = 10_000
FEW = 12
"""Searches in the default run; a thousand in the long one."""


@dataclass(frozen=True)
class Design:
    """A design whose exact sample size is known."""

    table: tuple[tuple[float, ...], ...]
    test: str
    p_value: str
    exact: int


DESIGNS = {
    "exact p": Design(THREE_POINTS, "signed_rank", "exact", 41),
    "normal p": Design(THREE_POINTS, "signed_rank", "asymptotic", 39),
    "saw-tooth": Design(TWO_POINTS, "sign", "exact", 54),
}
EVERY = pytest.mark.parametrize(
    "design",
    [
        pytest.param(design, id=name, marks=[pytest.mark.long] * (name == "exact p"))
        for name, design in DESIGNS.items()
    ],
)
"""The exact p's saw-teeth are those of the sign test, which is quicker."""


def study_of(design: Design) -> Study:
    """Study with one domain: 20 blocks at first, doubling up to 10,000 replicates."""
    return small_study(
        questionnaire={"points": len(design.table), "items": ("a",)},
        roles={"mentor": {"pre": tuple(map(sum, design.table))}, "mentee": None},
        effect={"joint": design.table},
        analysis={"test": design.test, "p_value": design.p_value, "adjustment": "holm"},
        primary="own",
        success=RULE,
        design={"n": tuple(range(25, 75))},
        monte_carlo={"replicates": 2000, "search_replicates": CAP, "block_size": 100},
        target={"power": 0.8},
    )


@cache
def searched(design: Design, repetitions: int) -> tuple[SampleSize, ...]:
    """Sample sizes found by searches that differ in their seeds alone."""
    study, found = study_of(design), []
    for seed in range(repetitions):
        own = study.model_copy(update={"seed": 10_000 + seed})
        search = Search(own, decision_rules(own), InProcessExecutor())
        found.append(search._main()[1][0])
    return tuple(found)


def covered(design: Design, repetitions: int) -> int:
    """Count the searches whose interval holds the exact size."""
    return sum(
        (size.low or np.inf) <= design.exact <= (size.high or np.inf)
        for size in searched(design, repetitions)
    )


def widths(design: Design, repetitions: int) -> list[float]:
    """Widths of the intervals in pairs; one without an end is infinitely wide."""
    found = [size.interval_width for size in searched(design, repetitions)]
    return [np.inf if width is None else width for width in found]


@EVERY
def test_interval_covers_the_exact_size(design: Design) -> None:
    """Of a dozen searches as many cover as coverage .935 allows."""
    assert stats.binom(FEW, LEAST).cdf(covered(design, FEW)) > 1e-4


@EVERY
def test_interval_is_narrow(design: Design) -> None:
    """Half of the intervals are at most 2 pairs wide."""
    assert np.median(widths(design, FEW)) <= 2


@EVERY
def test_rounds_double_up_to_the_cap(design: Design) -> None:
    """A search stops where the interval is narrow, else at the cap; never below 20 blocks."""
    for size in searched(design, FEW):
        assert size.replicates in {FEWEST_BLOCKS * 100 * k for k in (1, 2, 4, 5)}
        narrow = size.interval_width is not None and size.interval_width <= 1
        assert narrow or size.replicates == CAP


@pytest.mark.long
@EVERY
def test_interval_covers_in_a_thousand_searches(design: Design) -> None:
    """At least .935 of 1,000 intervals cover, and half are at most 2 pairs wide."""
    assert covered(design, 1000) >= LEAST * 1000
    assert np.median(widths(design, 1000)) <= 2
