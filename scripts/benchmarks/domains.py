"""B3, the whole curve, and growth: seven correlated domains, their total, Holm."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from math import log

import numpy as np

from benchmarks import peers
from benchmarks.report import Section
from benchmarks.timing import Effort, Row, Side, Spread, Target, Timed, interleave, row
from benchmarks.work import (
    B3_REPLICATES,
    B3_SIZE,
    b1_known,
    b1_task,
    b3_known,
    b3_task,
    blocks,
)

FIVE_TIMES = Target(5, "least")
TWICE_THE_TIME = Target(2, "most")
THRICE_THE_TIME = Target(3, "most")
CURVE = range(6, 121)
CURVE_REPLICATES = 500
FEW = 50
"""Replicates of scipy's curve, whose time is scaled."""


def b3(section: Section, effort: Effort) -> None:
    """One size, all domains."""
    rng = np.random.default_rng(4)
    known = b3_known(B3_REPLICATES)
    ours = Side("ours", blocks(b3_task(), B3_REPLICATES), known)
    scipy = Side("scipy", partial(peers.b3_vectorised, rng), known)
    count = 2 * peers.DOMAINS
    normals = Side("normals", peers.normals(rng, B3_REPLICATES, B3_SIZE, count))
    mine, theirs, drawn = interleave([ours, scipy, normals], effort)
    section.add(
        row("scipy, NumPy normals and Holm, vectorised", mine, theirs, target=FIVE_TIMES),
        row("NumPy drawing 840,000 normals alone", mine, drawn, "time", TWICE_THE_TIME),
    )


def curve(section: Section, effort: Effort) -> None:
    """All sizes against the last one."""
    for p_value, target in (("asymptotic", TWICE_THE_TIME), ("auto", THRICE_THE_TIME)):
        whole = Side("curve", _sizes(tuple(CURVE), p_value))
        point = Side("point", _sizes((CURVE[-1],), p_value))
        sides = [whole, point]
        if p_value == "asymptotic":
            work = partial(peers.curve_vectorised, np.random.default_rng(5), CURVE, FEW)
            sides.append(Side("scipy", work, share=FEW / CURVE_REPLICATES))
        all_sizes, last, *scipy = interleave(sides, effort)
        section.add(row(f"{p_value} p: n = 6..120; n = 120", all_sizes, last, "time", target))
        for timed in scipy:
            section.add(row(f"{p_value} p: scipy, one call per n", all_sizes, timed))


def _sizes(sizes: tuple[int, ...], p_value: str) -> peers.Call:
    return blocks(b3_task(sizes, p_value=p_value), CURVE_REPLICATES)


def growth(section: Section, effort: Effort) -> None:
    """How the time grows with participants, replicates, domains."""
    by_size = {n: Side("", blocks(b3_task((n,)), CURVE_REPLICATES)) for n in (30, 60, 120, 240)}
    _grown(section, effort, "n", by_size)
    numbers = (1_000, 10_000) if effort.quick else (1_000, 10_000, 100_000)
    by_number = {r: Side("", blocks(b1_task(block_size=1_000), r), b1_known(r)) for r in numbers}
    _grown(section, effort, "replicates", by_number)
    by_domains = {d: Side("", blocks(b3_task(domains=d), CURVE_REPLICATES)) for d in (1, 3, 7, 14)}
    _grown(section, effort, "domains", by_domains)


def _grown(section: Section, effort: Effort, what: str, sides: dict[int, Side]) -> None:
    timed = dict(zip(sides, interleave(list(sides.values()), effort), strict=True))
    for small, large in pairwise(timed):
        work = f"{what} {large:,}; {small:,}"
        section.add(row(work, timed[large], timed[small], "time"))
    section.add(_slope(what, timed))


def _slope(what: str, timed: dict[int, Timed]) -> Row:
    """Least-squares slope of log time against the log of what grows, per round."""
    x = [log(amount) for amount in timed]
    seconds = np.log([one.seconds for one in timed.values()])  # (amounts, rounds)
    slopes = np.polyfit(x, seconds, 1)[0].tolist()
    first, *_, last = timed.values()
    ends = float(np.median(last.seconds)), float(np.median(first.seconds))
    return Row(f"{what}: slope over all", *ends, Spread.of(slopes), "slope")
