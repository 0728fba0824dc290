"""B1 and B2: one domain, simulated, enumerated, searched for the sample size."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.exact_size import exact_size
from benchmarks.report import Section
from benchmarks.timing import Answer, Effort, Known, Side, Target, interleave, row
from benchmarks.work import (
    B1_EXACT_POWER,
    B1_REPLICATES,
    B1_SIZE,
    PMF,
    analysis,
    b1_known,
    b1_task,
    blocks,
    default_block_size,
)
from sim.power.exact import exact_rejection
from sim.study import Analysis

LOOP = 200
"""Replicates of the loop, whose time is scaled to those of the others."""
POWER = 0.80
EVERY_SIZE = range(1, 61)
TEN_TIMES = Target(10, "least")
FASTER = Target(1, "least")
IN_TIME = Target(0.050, "most", of="ours")


def _scipy(rng: np.random.Generator) -> Side:
    known = b1_known(B1_REPLICATES)
    return Side("scipy wilcoxon(axis=1)", partial(peers.b1_vectorised, rng), known)


def b1(section: Section, effort: Effort) -> None:
    """Simulation, generation included on both sides."""
    rng = np.random.default_rng(1)
    known = b1_known(B1_REPLICATES)
    ours = Side("ours", blocks(b1_task(), B1_REPLICATES), known)
    default = b1_task(block_size=default_block_size())
    small = Side("ours", blocks(default, B1_REPLICATES), known)
    share = LOOP / B1_REPLICATES
    loop = Side("scipy loop", partial(peers.b1_loop, rng, LOOP), b1_known(LOOP), share)
    normals = Side("normals", peers.normals(rng, B1_REPLICATES, B1_SIZE))
    sides = [ours, _scipy(rng), small, loop, normals]
    mine, vectorised, mine_small, looped, drawn = interleave(sides, effort)
    section.add(
        row("scipy wilcoxon(axis=1), vectorised", mine, vectorised, target=TEN_TIMES),
        row(f"as above, ours in blocks of {default.block_size}", mine_small, vectorised),
        row("scipy wilcoxon, one replicate at a time", mine, looped),
        row("NumPy drawing 300,000 normals alone", mine, drawn, "time"),
    )
    section.note(f"Ours: {B1_REPLICATES / _median(mine.seconds):,.0f} replicates per CPU second.")


def _median(seconds: list[float]) -> float:
    return float(np.median(seconds))


def exact_powers(stated: Analysis) -> Answer:
    """Exact power at size 30, from the enumeration of all sizes from 1 to 60."""
    power = exact_rejection(PMF, EVERY_SIZE, stated).power
    return (float(power[B1_SIZE - 1]),)


def b1_exact(section: Section, effort: Effort) -> None:
    """Enumeration of 60 sizes against simulation of one."""
    exact = partial(exact_powers, analysis(p_value="exact"))
    ours = Side("ours", exact, Known((B1_EXACT_POWER,), 5e-6))
    mine, theirs = interleave([ours, _scipy(np.random.default_rng(2))], effort)
    work = "n = 1-60; scipy, n = 30"
    section.add(row(work, mine, theirs, target=FASTER))


def smallest_size(stated: Analysis) -> Answer:
    """Smallest size from which the exact power stays at the target: our search."""
    found = exact_size(PMF, POWER, stated).n
    return (float("nan") if found is None else float(found),)


Peer = tuple[str, Callable[[np.random.Generator], Callable[[], Answer]]]


def _bisection(name: str, test: peers.Test) -> Peer:
    return name, lambda rng: peers.bisect(rng, test, B1_REPLICATES, POWER)


_NORMAL = _bisection("scipy", peers.signed_rank)
_NORMAL_FOR_EXACT = _bisection("scipy (normal)", peers.signed_rank)
SEARCHES: tuple[tuple[str, int, dict[str, Any], tuple[Peer, ...]], ...] = (
    ("normal", 39, {}, (_NORMAL,)),
    (
        "normal, continuity",
        39,
        {"continuity": True},
        (_bisection("scipy", partial(peers.signed_rank, correction=True)),),
    ),
    ("exact", 41, {"p_value": "exact"}, (_NORMAL_FOR_EXACT,)),
    (
        "Pratt normal",
        37,
        {"zeros": "pratt"},
        (_bisection("scipy", partial(peers.signed_rank, zero_method="pratt")),),
    ),
    ("Pratt exact", 39, {"zeros": "pratt", "p_value": "exact"}, (_NORMAL_FOR_EXACT,)),
    (
        "sign",
        44,
        {"test": "sign", "p_value": "exact"},
        (_bisection("scipy", peers.sign_test),),
    ),
    (
        "t",
        38,
        {"test": "paired_t"},
        (
            _bisection("scipy", peers.t_test),
            ("statsmodels", lambda _: partial(peers.solve_t, POWER)),
        ),
    ),
)
"""Test, true size, how the analysis states it, who else can search."""
CLOSE = 3
"""Participants by which an approximate or simulated answer may miss the true size."""


def b2(section: Section, effort: Effort) -> None:
    """The search for the sample size: ours must find the true one."""
    for name, true, stated, others in SEARCHES:
        mine = Side("ours", partial(smallest_size, analysis(**stated)), Known((true,), 0))
        rng = np.random.default_rng(3)
        named = {who: Side(who, start(rng), Known((true,), CLOSE)) for who, start in others}
        ours, *theirs = interleave([mine, *named.values()], effort)
        for place, timed in enumerate(theirs):
            found = sorted({int(answer[0]) for answer in timed.answers})
            said = f"{found[0]}-{found[-1]}" if len(found) > 1 else f"{found[0]}"
            work = f"{name} {true}; {timed.side.name} {said}"
            section.add(row(work, ours, timed, target=None if place else IN_TIME))
