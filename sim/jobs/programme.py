"""What comes of simulated programmes, with its errors."""

from __future__ import annotations

import numpy as np

from sim.arrays import FloatArray
from sim.feasibility.programme import ProgrammeTally
from sim.report.results.feasibility import Programme


def programme_of(played: ProgrammeTally) -> Programme:
    """Work out probabilities and expected numbers from what was counted."""
    programmes = int(played.truths.sum())
    stops, amends, goes = np.moveaxis(played.decisions, 2, 0)  # (K, 2) each
    with np.errstate(invalid="ignore"):
        stopped = stops / played.truths
        main = played.main[0] / played.follows
    success, success_mcse = _mean_and_error(played.success, programmes)
    people, people_mcse = _mean_and_error(played.people, programmes)
    go, amend, stop = (of.sum(1) / programmes for of in (goes, amends, stops))
    return Programme(
        programmes=programmes,
        truly_red=float(played.truths[1] / programmes),
        go=go,
        amend=amend,
        stop=stop,
        stops_rightly=stopped[:, 1],
        stops_wrongly=stopped[:, 0],
        follows=played.follows / programmes,
        too_large=played.too_large / programmes,
        success=success,
        success_mcse=success_mcse,
        people=people,
        people_mcse=people_mcse,
        main_size=main,
    )


def _mean_and_error(sums: FloatArray, number: int) -> tuple[FloatArray, FloatArray]:
    mean = sums[0] / number
    return mean, np.sqrt(np.maximum(sums[1] / number - mean**2, 0.0) / number)
