"""Two stages: a pilot that stops early where too few of the first do what is hoped for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from sim.arrays import FloatArray
from sim.feasibility.counts import share_pmf

Aim = Literal["expected", "largest"]
"""What is kept small: the expected number of people at the lower share, or the largest."""


@dataclass(frozen=True)
class TwoStages:
    """A two-stage design.

    Attributes
    ----------
    first_n, n : int
        People of the first stage, and of both.
    stop_at : int
        Most successes in the first stage that stop it.
    reject_above : int
        Successes in all that must be exceeded to go on to the main study.
    """

    first_n: int
    stop_at: int
    n: int
    reject_above: int


@dataclass(frozen=True)
class StageErrors:
    """What a two-stage design does at one true share.

    Attributes
    ----------
    go : float
        Probability to go on to the main study.
    early_stop : float
        Probability to stop after the first stage.
    expected_n : float
        Expected number of people.
    """

    go: float
    early_stop: float
    expected_n: float


def stage_errors(design: TwoStages, share: float) -> StageErrors:
    """Work out exactly what a two-stage design does.

    Examples
    --------
    >>> seen = stage_errors(TwoStages(9, 0, 17, 2), 0.05)
    >>> round(seen.go, 6), round(seen.expected_n, 4)
    (0.046605, 11.958)
    """
    first = share_pmf(design.first_n, share)[0]
    second = _upper(design.n - design.first_n, share)
    going = np.arange(design.stop_at + 1, design.first_n + 1)
    still = np.clip(design.reject_above + 1 - going, 0, len(second) - 1)
    early = float(first[: design.stop_at + 1].sum())
    left = design.n - design.first_n
    return StageErrors(float(first[going] @ second[still]), early, design.n - early * left)


@lru_cache(maxsize=1024)
def _upper(n: int, share: float) -> FloatArray:
    """P(X >= 0), ..., P(X >= n), and 0 beyond."""
    tail = np.append(np.cumsum(share_pmf(n, share)[0][::-1])[::-1], 0.0)
    tail.setflags(write=False)
    return tail


def simon_design(
    low: float, high: float, alpha: float, power: float, aim: Aim = "expected", limit: int = 100
) -> TwoStages | None:
    """Find a two-stage design with the fewest people.

    Parameters
    ----------
    low, high : float
        Share that should not go on, and share that should.
    alpha, power : float
        Largest P(go) at the lower share, and least at the upper one.
    aim : {'expected', 'largest'}
        What is kept small.
    limit : int
        Largest number of people that is looked at.

    Returns
    -------
    TwoStages or None
        None where there is none up to the limit.

    References
    ----------
    Simon R (1989). Optimal two-stage designs for phase II clinical trials. Controlled Clinical
    Trials 10, 1-10.
    """
    best: tuple[float, TwoStages] | None = None
    for n in range(2, limit + 1):
        if best is not None and aim == "largest":
            break
        for first_n in range(1, n):
            for expected, design in _designs(low, high, (alpha, power), n, first_n):
                if best is None or expected < best[0]:
                    best = expected, design
    return best[1] if best else None


def _designs(
    low: float, high: float, errors: tuple[float, float], n: int, first_n: int
) -> Iterator[tuple[float, TwoStages]]:
    """Give the best design with these stages, with its expected number of people."""
    at_low, at_high = (_going(share, n, first_n) for share in (low, high))
    fits = (at_low <= errors[0]) & (at_high >= errors[1])  # by stop_at and reject_above
    stops = np.flatnonzero(fits.any(axis=1))
    if len(stops):
        stop_at = int(stops[-1])  # stops most often early
        design = TwoStages(first_n, stop_at, n, int(np.flatnonzero(fits[stop_at])[0]))
        yield stage_errors(design, low).expected_n, design


def _going(share: float, n: int, first_n: int) -> FloatArray:
    """P(go) by the count that stops and the one to be exceeded; (n1 + 1, n + 1)."""
    first, second = share_pmf(first_n, share)[0], _upper(n - first_n, share)
    x, r = np.arange(first_n + 1)[:, None], np.arange(n + 1)
    beyond = second[np.clip(r + 1 - x, 0, len(second) - 1)]
    after = np.cumsum((first[:, None] * beyond)[::-1], axis=0)[::-1]
    return np.vstack([after[1:], np.zeros(n + 1)])
