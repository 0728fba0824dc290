"""Answers that are not given: by chance, by the total before, or by the change itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from sim.cohorts.normal import FloatArray
from sim.cohorts.recruitment import Recruitment
from sim.study.missing import (
    Missing,
    MissingAtRandom,
    MissingCompletelyAtRandom,
    MissingNotAtRandom,
)

CALIBRATED_ON = 2**17
"""Simulated people on whom dropping out by the total before is calibrated."""
NODES = 200
"""Nodes of the integral over the latent change."""


@dataclass(frozen=True)
class Missingness:
    """Who drops out, and which single answers are missing.

    A person's log odds of giving no answer after are ``intercept + slope x``,
    x being their standardised total before, or latent change.

    Attributes
    ----------
    depends_on : {'nothing', 'total', 'change'}
        What x is.
    intercept, slope : float
        Of the log odds; an intercept of minus infinity means nobody.
    centre, scale : float
        Mean and standard deviation by which x is standardised.
    item_rate : float
        Probability that a single answer is missing.
    prorated : bool
        Whether totals are made up from the answers that are there.
    """

    depends_on: str
    intercept: float
    slope: float
    centre: float
    scale: float
    item_rate: float
    prorated: bool

    @property
    def any_item(self) -> bool:
        """Whether single answers can be missing."""
        return self.item_rate > 0

    @property
    def dropout(self) -> float:
        """Probability that a person drops out, where that depends on nothing."""
        return float(expit(self.intercept))

    @property
    def anybody(self) -> bool:
        """Whether people can drop out."""
        return self.intercept > -np.inf


def missingness(
    stated: Missing,
    pre_cuts: FloatArray,
    loading: FloatArray,
    correlation: FloatArray,
    who: Recruitment | None = None,
) -> Missingness | None:
    """Calibrate a mechanism to its stated rate; None where nothing is missing.

    Parameters
    ----------
    stated : Missing
        Mechanism, rate, slope.
    pre_cuts : ndarray, shape (D, K - 1)
        Cut points before.
    loading, correlation : ndarray, shape (2 D, 2 D)
        Of the latent scores, domains before then domains after.
    who : Recruitment, optional
        Who takes part, where that depends on their answers.

    Returns
    -------
    Missingness or None
    """
    nobody = ("nothing", -np.inf, 0.0, 0.0, 1.0)
    rest = stated.item_rate, stated.total == "prorated"
    match stated:
        case MissingCompletelyAtRandom(rate=rate) if rate > 0:
            found = Missingness("nothing", float(logit(rate)), 0.0, 0.0, 1.0, *rest)
        case MissingAtRandom(rate=rate, slope=slope) if rate > 0:
            totals = (
                _totals_before(pre_cuts, loading) if who is None else _recruits(pre_cuts, who)[0]
            )
            centre, scale = float(totals.mean()), float(totals.std()) or 1.0
            weight = np.full(len(totals), 1 / len(totals))
            intercept = _intercept((totals - centre) / scale, weight, slope, rate)
            found = Missingness("total", intercept, slope, centre, scale, *rest)
        case MissingNotAtRandom(rate=rate, slope=slope) if rate > 0:
            nodes, weight = np.polynomial.hermite_e.hermegauss(NODES)
            sign = np.repeat([-1.0, 1.0], len(pre_cuts))
            scale = float(np.sqrt(sign @ correlation @ sign)) or 1.0
            if who is not None:
                nodes = _recruits(pre_cuts, who)[1] / scale
                weight = np.ones(len(nodes))
            intercept = _intercept(nodes, weight / weight.sum(), slope, rate)
            found = Missingness("change", intercept, slope, 0.0, scale, *rest)
        case _:
            found = Missingness(*nobody, *rest)
    return found if found.anybody or found.any_item else None


def _intercept(x: FloatArray, weight: FloatArray, slope: float, rate: float) -> float:
    """Solve for the intercept at which people drop out at the stated rate on average."""
    reach = abs(slope) * float(np.abs(x).max()) + 20.0

    def excess(intercept: float) -> float:
        return float(weight @ expit(intercept + slope * x)) - rate

    return float(brentq(excess, -reach, reach, xtol=1e-12))


def _totals_before(pre_cuts: FloatArray, loading: FloatArray) -> FloatArray:
    """Totals before of many simulated people; the same ones every time."""
    count = len(pre_cuts)
    normals = np.random.default_rng(0).standard_normal((CALIBRATED_ON, 2 * count))
    latent = normals @ loading[:count].T  # (people, D)
    scores = 1 + (latent[:, :, None] > pre_cuts).sum(axis=2)
    return np.asarray(scores.sum(axis=1), dtype=np.float64)


def _recruits(pre_cuts: FloatArray, who: Recruitment) -> tuple[FloatArray, FloatArray]:
    """Totals before and latent changes of simulated people who take part; the same every time."""
    count, rng = len(pre_cuts), np.random.default_rng(0)
    totals, changes = [], []
    for _ in range(8):
        latent = rng.standard_normal((CALIBRATED_ON, len(who.loading))) @ who.loading.T
        before, after = latent[:, :count], latent[:, count : 2 * count]
        deciding = latent[:, 2 * count :] if who.screening else before
        decided = (1 + (deciding[:, :, None] > pre_cuts).sum(axis=2)).sum(axis=1)
        chosen = (decided >= who.low) & (decided <= who.high)
        own = (1 + (before[chosen, :, None] > pre_cuts).sum(axis=2)).sum(axis=1)
        totals.append(own.astype(np.float64))
        changes.append((after - before)[chosen].sum(axis=1))
    return np.concatenate(totals), np.concatenate(changes)


def remove_answers(
    scores: NDArray[np.int8],
    latent_change: NDArray[np.float32],
    mechanism: Missingness,
    rng: np.random.Generator,
) -> None:
    """Set the answers that are not given to 0, in place.

    Parameters
    ----------
    scores : ndarray of int8, shape (N, D, 2, R)
        Scores from 1.
    latent_change : ndarray of float32, shape (N, R)
        Sum over domains of the latent change; empty unless it matters.
    mechanism : Missingness
        Who drops out.
    rng : numpy.random.Generator
        Stream of its own; people take their numbers one after the other, so
        that a longer accrual begins with the shorter one.
    """
    people, item = rng.spawn(2)
    if mechanism.anybody:
        n, _, _, replicates = scores.shape
        uniform = people.random((n, replicates), dtype=np.float32)
        stays = uniform >= _chance(scores, latent_change, mechanism)
        for d in range(scores.shape[1]):
            scores[:, d, 1] *= stays
    if mechanism.any_item:
        scores *= item.random(scores.shape, dtype=np.float32) >= mechanism.item_rate


def _chance(
    scores: NDArray[np.int8], latent_change: NDArray[np.float32], mechanism: Missingness
) -> NDArray[np.float32] | float:
    """Probability of dropping out; (N, R), or one for all."""
    if mechanism.depends_on == "nothing":
        return mechanism.dropout
    x = latent_change
    if mechanism.depends_on == "total":
        total = np.zeros((len(scores), scores.shape[3]), np.int16)
        for d in range(scores.shape[1]):
            total += scores[:, d, 0]
        x = total.astype(np.float32)
    standardised = (x - np.float32(mechanism.centre)) / np.float32(mechanism.scale)
    chance = expit(np.float32(mechanism.intercept) + np.float32(mechanism.slope) * standardised)
    return np.asarray(chance, dtype=np.float32)
