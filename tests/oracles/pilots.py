"""Studies with a pilot, published figures as the forensics take them, and uniformity of ranks."""

from typing import Any, Literal

import numpy as np
from scipy import stats

from oracles.studies import merged, small_study
from sim.pilot.forensics import Printed
from sim.pilot.printed import printed_number, printed_pvalue
from sim.study import Study

PILOT = {
    "citation": "Made up",
    "doi": "10.0/none",
    "licence": "none",
    "sizes": {"mentor": 6, "mentee": 5},
    "not_stated": (),
}


def printed(
    n: int,
    points: int,
    pre: dict[str, str],
    post: dict[str, str],
    p: str,
    rounding: Literal["exact", "rounded"] = "exact",
) -> Printed:
    """Read figures as a paper prints them, by summary."""
    times = [
        tuple((name, printed_number(text, name, rounding)) for name, text in stated.items())
        for stated in (pre, post)
    ]
    return Printed("outcome", n, points, times[0], times[1], printed_pvalue(p, "p"))


def outcome(name: str, pre: str, post: str, p: str, **more: Any) -> dict[str, Any]:
    """State a published comparison of the mentors."""
    return {"role": "mentor", "outcome": name, "pre": pre, "post": post, "p": p, **more}


def pilot_study(*outcomes: dict[str, Any], pilot: Any = None, **changes: Any) -> Study:
    """Parse a study of three domains, a to c, whose pilot published these outcomes."""
    stated = {**PILOT, "outcomes": outcomes, **(pilot or {})}
    calibration = merged({"draws": 4096, "kept": 20}, changes.pop("calibration", {}))
    return small_study(pilot=stated, calibration=calibration, **changes)


def uniformity(ranks: list[int], most: int, bins: int) -> float:
    """P-value that ranks from 0 to `most` are uniform (chi-square over bins of equal size)."""
    assert (most + 1) % bins == 0
    seen = np.bincount(np.asarray(ranks) * bins // (most + 1), minlength=bins)
    return float(stats.chisquare(seen).pvalue)
