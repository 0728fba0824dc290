"""Answers that are not given: by chance, by the total before, or by the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from sim.arrays import FloatArray
from sim.cohorts.recruitment import Recruitment
from sim.cohorts.roots import root_between
from sim.study.missing import Missing

CALIBRATED_ON = 2**17
"""Simulated people on whom dropping out by the total before is calibrated."""
SOME = 2**12
"""As many of them at a time, which the processor's cache holds."""
BINS = 2**12
"""Bins of their latent changes: a thousandth of what the number of people leaves open."""
NODES = 200
"""Nodes of the integral over the latent change."""
TINY = 1e-9
"""Variance of the latent change below which it is rounding: then all change alike."""


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
        Mean and standard deviation by which x is standardised; the latter
        infinite where x is the same for everybody.
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
    mechanism: Missing,
    pre_cuts: FloatArray,
    loading: FloatArray,
    correlation: FloatArray,
    who: Recruitment | None = None,
) -> Missingness | None:
    """Calibrate a mechanism to its rate; None where nothing is missing.

    Parameters
    ----------
    mechanism : Missing
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
    rest = mechanism.item_rate, mechanism.total == "prorated"
    rate, slope = mechanism.rate, mechanism.slope
    match mechanism.kind:
        case _ if rate == 0:
            missingness = Missingness(*nobody, *rest)
        case "mcar":
            missingness = Missingness("nothing", float(logit(rate)), 0.0, 0.0, 1.0, *rest)
        case "mar":
            totals, weight = _totals_before(pre_cuts, loading, who)
            centre = float(weight @ totals)
            scale = float(np.sqrt(weight @ (totals - centre) ** 2)) or 1.0
            intercept = _intercept((totals - centre) / scale, weight, slope, rate)
            missingness = Missingness("total", intercept, slope, centre, scale, *rest)
        case "mnar":
            sign = np.repeat([-1.0, 1.0], len(pre_cuts))
            variance = float(sign @ correlation @ sign)
            scale = float(np.sqrt(variance)) if variance > TINY else np.inf
            x, weight = _standardised_changes(pre_cuts, scale, who)
            intercept = _intercept(x, weight / weight.sum(), slope, rate)
            missingness = Missingness("change", intercept, slope, 0.0, scale, *rest)
    return missingness if missingness.anybody or missingness.any_item else None


def _intercept(x: FloatArray, weight: FloatArray, slope: float, rate: float) -> float:
    """Solve for the intercept at which people drop out at a rate on average."""
    reach = abs(slope) * float(np.abs(x).max()) + 20.0

    def excess(intercept: float) -> float:
        return float(weight @ expit(intercept + slope * x)) - rate

    return root_between(excess, -reach, reach, xtol=1e-12)


def _standardised_changes(
    pre_cuts: FloatArray, scale: float, who: Recruitment | None
) -> tuple[FloatArray, FloatArray]:
    """Standardised latent changes that people have, and how likely each is."""
    if who is not None:
        _, changes, number = _recruits(pre_cuts, who)
        return changes / scale, number
    nodes, weight = _normal_nodes()
    return nodes if np.isfinite(scale) else np.zeros_like(nodes), weight


@lru_cache(maxsize=1)
def _normal_nodes() -> tuple[FloatArray, FloatArray]:
    nodes, weight = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, weight


def _totals_before(
    pre_cuts: FloatArray, loading: FloatArray, who: Recruitment | None
) -> tuple[FloatArray, FloatArray]:
    """Totals before that simulated people have, and the share of them who have each."""
    count = len(pre_cuts)
    if who is None:
        before = loading[:count, :count].tobytes()
        counted = _frequencies(pre_cuts.shape, pre_cuts.tobytes(), before)
        frequency = np.frombuffer(counted, dtype=np.int64)
    else:
        frequency = _recruits(pre_cuts, who)[0]
    totals = np.flatnonzero(frequency)
    return totals.astype(np.float64), frequency[totals] / frequency.sum()


@lru_cache(maxsize=64)
def _frequencies(shape: tuple[int, int], cuts: bytes, loading: bytes) -> bytes:
    """How many simulated people have each total before, from 0; the same ones every time.

    Neither the effect nor the mechanism matters, so that most points of a
    sweep find the answer of another.
    """
    count, between = shape
    pre_cuts = np.frombuffer(cuts).reshape(shape)
    before = np.frombuffer(loading).reshape(count, count)
    normals = _normals(count)  # (D, people)
    frequency = np.zeros(count * (between + 1) + 1, np.int64)
    for first in range(0, CALIBRATED_ON, SOME):
        total = _total(before @ normals[:, first : first + SOME], pre_cuts)
        frequency += np.bincount(total, minlength=len(frequency))
    return frequency.tobytes()


@lru_cache(maxsize=1)
def _normals(count: int) -> FloatArray:
    """Draw the simulated people's independent normals, those after not kept; (D, people)."""
    normals = np.random.default_rng(0).standard_normal((CALIBRATED_ON, 2 * count))
    return np.ascontiguousarray(normals[:, :count].T)


_Recruits = tuple[NDArray[np.int64], FloatArray, FloatArray]
"""How many have each total before, from 0; latent changes, and how many have each."""


def _recruits(pre_cuts: FloatArray, who: Recruitment) -> _Recruits:
    """Count the answers of simulated people who take part; the same every time."""
    chosen = who.low, who.high, who.screening
    return _chosen(pre_cuts.shape, pre_cuts.tobytes(), who.loading.tobytes(), *chosen)


@lru_cache(maxsize=2)
def _chosen(
    shape: tuple[int, int],
    cuts: bytes,
    factor: bytes,
    low: int,
    high: int,
    screening: bool,  # noqa: FBT001 - part of the key of the cache
) -> _Recruits:
    count, rng = shape[0], np.random.default_rng(0)
    size = (3 if screening else 2) * count
    pre_cuts, loading = np.frombuffer(cuts).reshape(shape), np.frombuffer(factor)
    totals, changes = [], []
    for _ in range(8):
        latent = rng.standard_normal((CALIBRATED_ON, size)) @ loading.reshape(size, size).T
        before, after = latent[:, :count], latent[:, count : 2 * count]
        deciding = latent[:, 2 * count :] if screening else before
        decided = _total(deciding.T, pre_cuts)
        chosen = (decided >= low) & (decided <= high)
        total = decided[chosen] if deciding is before else _total(before[chosen].T, pre_cuts)
        totals.append(total)
        changes.append((after - before)[chosen].sum(axis=1))
    return np.bincount(np.concatenate(totals)), *_gathered(np.concatenate(changes))


def _gathered(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gather values in narrow bins: their mean in each, and their number."""
    low, width = float(values.min()), max(float(np.ptp(values)), TINY) / BINS
    place = np.minimum((values - low) / width, BINS - 1).astype(np.int64)
    number = np.bincount(place).astype(np.float64)
    filled = number > 0
    return np.bincount(place, values)[filled] / number[filled], number[filled]


def _total(latent: FloatArray, cuts: FloatArray) -> NDArray[np.int16]:
    """Totals from latent answers (D, N) and their cut points (D, K - 1); (N,)."""
    total = np.full(latent.shape[1], len(latent), np.int16)
    for answers, row in zip(latent, cuts, strict=True):
        for cut in row:
            total += answers > cut
    return total


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
        A separate stream; people take their numbers one after the other, so
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
