"""How the published total compares with what the domains' posterior predicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import FloatArray
from sim.cohorts import draw_cohort
from sim.cohorts.drawn import PopulationDraws
from sim.pilot.candidates import CANDIDATES
from sim.pilot.evidence import PLACE, outcomes_of
from sim.pilot.printed import SIGNIFICANT, SLACK, printed_number, printed_pvalue
from sim.study import Study

CHECKED = 500
"""Cohorts of the pilot's size simulated for each draw."""


@dataclass(frozen=True, eq=False)
class TotalCheck:
    """Predicted totals of a pilot of the same size; a check, no part of the posterior.

    The total of seven domains has too many data sets to list, so its
    probabilities are simulated (a pseudo-marginal estimate).

    Attributes
    ----------
    pre, change : ndarray, shape (3,)
        2.5, 50 and 97.5% of the predicted median before, and of the change of medians.
    published_pre, published_change : float
        What was published.
    summaries : float
        Probability of the published medians, before and after.
    everything : dict of str to float
        Probability of medians and p-value together, by candidate test.
    significant : dict of str to float
        Probability that the total is significant, by candidate test.
    simulated : int
        Cohorts behind these figures.
    """

    pre: FloatArray
    change: FloatArray
    published_pre: float
    published_change: float
    summaries: float
    everything: dict[str, float]
    significant: dict[str, float]
    simulated: int


def check_total(
    study: Study, index: int, n: int, draws: PopulationDraws, rng: np.random.Generator
) -> TotalCheck:
    """Simulate pilots under the posterior and look at their totals.

    Parameters
    ----------
    study : Study
        The study with its pilot.
    index : int
        Place of the total among the pilot's outcomes.
    n : int
        Participants of the pilot.
    draws : PopulationDraws
        Posterior of all domains together.
    rng : numpy.random.Generator
        Random numbers.

    Returns
    -------
    TotalCheck
    """
    published, place = outcomes_of(study)[index], f"{PLACE}[{index}]"
    rounding = study.calibration.rounding if published.summary == "median" else "rounded"
    pre = printed_number(published.pre, f"{place}.pre", rounding)
    post = printed_number(published.post, f"{place}.post", rounding)
    p = printed_pvalue(published.p, f"{place}.p")
    totals = np.concatenate(
        [
            draw_cohort(draws.population(s), n, CHECKED, rng).scores.sum(axis=2, dtype=np.int64)
            for s in range(len(draws))
        ]
    )  # (simulated, n, 2)
    centre = np.median if published.summary == "median" else np.mean
    before, after = centre(totals[..., 0], axis=1), centre(totals[..., 1], axis=1)
    medians = pre.matches(before) & post.matches(after)
    pvalues = {
        test: CANDIDATES[test].of(totals[..., 0], totals[..., 1])
        for test in study.calibration.tests
    }
    shares = (0.025, 0.5, 0.975)
    return TotalCheck(
        pre=np.quantile(before, shares),
        change=np.quantile(after - before, shares),
        published_pre=(pre.low + pre.high) / 2,
        published_change=(post.low + post.high - pre.low - pre.high) / 2,
        summaries=float(medians.mean()),
        everything=_shares({test: medians & p.matches(ps) for test, ps in pvalues.items()}),
        significant=_shares({test: ps <= SIGNIFICANT + SLACK for test, ps in pvalues.items()}),
        simulated=len(totals),
    )


def _shares(happened: dict[str, NDArray[np.bool_]]) -> dict[str, float]:
    return {test: float(where.mean()) for test, where in happened.items()}
