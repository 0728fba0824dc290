"""What is true of a population: the effect dictionary."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.arrays import BoolArray, FloatArray
from sim.cohorts.marginals import medians
from sim.cohorts.normal import rectangle_table
from sim.cohorts.population import Population
from sim.cohorts.recruitment import recruited
from sim.study.endpoints import Endpoints

NO_EFFECT = 1e-9
"""Largest difference of two probabilities that counts as none."""


@dataclass(frozen=True, eq=False)
class TrueEffects:
    """One effect said in every way, per domain (D) or per endpoint (E).

    Attributes
    ----------
    pre_median, post_median : ndarray, shape (D,)
        Median points. Where exactly half lies on either side, the median
        before is the midpoint and the one after the point the effect reaches.
    pre_mean, mean_change : ndarray, shape (E,)
        Mean score before and mean change, in points.
    sd_change : ndarray, shape (E,)
        Standard deviation of the change in points; NaN for a sum where a
        table leaves it without a closed form.
    standardised : ndarray, shape (E,)
        d_z = mean change / SD of change; NaN where the SD is 0 or NaN.
    better, same, worse : ndarray, shape (D,)
        Probabilities that a person's score moves in the direction that is the
        success (rises, but where a fall is), stays, moves in the other.
    superiority : ndarray, shape (D,)
        P(better) + P(same) / 2.
    shift : ndarray, shape (D, K - 1)
        Latent (probit) shift per cut point; NaN at a cut nobody straddles.
    odds_ratio : ndarray, shape (D, K - 1)
        Cumulative odds ratio per cut point; NaN where undefined.
    ceiling : ndarray, shape (D,)
        Share of people at the best point before, the top one but where a fall
        is the success, who cannot improve.
    reaching : ndarray, shape (D, K - 1)
        Share of people at or above each of the points 2 ... K before.
    rising_to, falling_below : ndarray, shape (D, K - 1)
        Share of people below the point before and at or above it after, and
        the other way round: the discordant pairs of a cut at that point.
    true_null : ndarray of bool, shape (E,)
        Endpoints on which treatment has no effect: the same distribution
        after as without it, or as in the control arm where there is one (for
        a sum: none of its domains has an effect).
    symmetric : ndarray of bool, shape (D,)
        Domains whose change is distributed symmetrically around 0, which is
        what the paired tests take as their null.
    """

    pre_median: FloatArray
    post_median: FloatArray
    pre_mean: FloatArray
    mean_change: FloatArray
    sd_change: FloatArray
    standardised: FloatArray
    better: FloatArray
    same: FloatArray
    worse: FloatArray
    superiority: FloatArray
    shift: FloatArray
    odds_ratio: FloatArray
    ceiling: FloatArray
    reaching: FloatArray
    rising_to: FloatArray
    falling_below: FloatArray
    true_null: BoolArray
    symmetric: BoolArray


def true_effects(
    population: Population,
    controls: Population | None = None,
    *,
    endpoints: Endpoints | None = None,
    side: int = 1,
) -> TrueEffects:
    """Effect dictionary of a population, exact.

    Parameters
    ----------
    population : Population
        Who exists.
    controls : Population, optional
        The control arm, which tells what is a true null.
    endpoints : Endpoints, optional
        The domains, and sums of them; by default the sum of all.
    side : int
        Sign of the change that is the success: 1 a rise, -1 a fall.

    Returns
    -------
    TrueEffects
    """
    endpoints = endpoints or Endpoints.with_total(len(population.pre))
    changes = change_pmf(population)  # (D, 2 K - 1)
    values = np.arange(1 - population.points, population.points)
    before = population.pre @ np.arange(1, population.points + 1)
    deviations = sd_changes(population, endpoints)
    mean_change = mean_changes(population, endpoints)
    better, worse = (changes[:, sign * values > 0].sum(axis=1) for sign in (side, -side))
    unchanged = true_nulls(population, controls)
    with np.errstate(invalid="ignore", divide="ignore"):
        standardised = np.where(deviations > 0, mean_change / deviations, np.nan)
    pre_median, post_median = _medians(population)
    shift, odds_ratio = _per_cut(population)
    crossing = np.array([change_pmf(population, cut) for cut in range(2, population.points + 1)])
    return TrueEffects(
        pre_median=pre_median,
        post_median=post_median,
        pre_mean=endpoints.summed(before),
        mean_change=mean_change,
        sd_change=deviations,
        standardised=standardised,
        better=better,
        same=changes[:, values == 0].sum(axis=1),
        worse=worse,
        superiority=(1 + better - worse) / 2,
        shift=shift,
        odds_ratio=odds_ratio,
        ceiling=population.pre[:, -1 if side > 0 else 0],
        reaching=1 - np.cumsum(population.pre, axis=1)[:, :-1],
        rising_to=crossing[..., 2].T,
        falling_below=crossing[..., 0].T,
        true_null=endpoints.in_all(unchanged),
        symmetric=np.abs(changes - changes[:, ::-1]).max(axis=1) < NO_EFFECT,
    )


def change_pmf(population: Population, cut: int | None = None) -> FloatArray:
    """Exact distribution of the change per domain, of the score or of success at a cut.

    Parameters
    ----------
    population : Population
        Who exists.
    cut : int, optional
        Lowest score that counts as a success, 2 to K.

    Returns
    -------
    ndarray, shape (D, 2 K - 1) or (D, 3)
        Probabilities of the changes -(K - 1) ... K - 1; with a cut, of
        falling below it, staying on the same side, and rising to it.
    """
    return np.array([table_change_pmf(table, cut) for table in population.tables])


def table_change_pmf(table: FloatArray, cut: int | None = None) -> FloatArray:
    """Distribution of the change from one table (K, K) of before by after, as `change_pmf`."""
    if cut is None:
        points = len(table)
        return np.array([np.trace(table, offset) for offset in range(1 - points, points)])
    falls, rises = table[cut - 1 :, : cut - 1].sum(), table[: cut - 1, cut - 1 :].sum()
    return np.array([falls, table.sum() - falls - rises, rises])


def mean_changes(population: Population, endpoints: Endpoints) -> FloatArray:
    """True mean change of every endpoint; shape (E,)."""
    values = np.arange(1 - population.points, population.points)
    return endpoints.summed(change_pmf(population) @ values)


def mean_effects(arms: Sequence[Population], endpoints: Endpoints) -> FloatArray:
    """True effect on every endpoint: the mean change, less that of controls; shape (E,)."""
    effects = [mean_changes(population, endpoints) for population in arms]
    return effects[0] if len(effects) == 1 else effects[0] - effects[1]


def sd_changes(population: Population, endpoints: Endpoints) -> FloatArray:
    """Standard deviation of the change of every endpoint, NaN where undefined; shape (E,)."""
    values, changes = np.arange(1 - population.points, population.points), change_pmf(population)
    variances = changes @ values**2 - (changes @ values) ** 2
    sums = [_sum_variance(population, variances, members) for members in endpoints.sums]
    variances = np.append(variances, sums)
    return np.asarray(np.sqrt(np.where(variances < NO_EFFECT, 0.0, variances)))


def true_nulls(population: Population, controls: Population | None = None) -> NDArray[np.bool_]:
    """Domains on which treatment has no effect: after as without, or as in controls; (D,)."""
    without = population.pre if population.untreated is None else population.untreated
    if controls is not None:
        without = controls.post
    return np.asarray(np.abs(population.post - without).max(axis=1) < NO_EFFECT)


def _medians(population: Population) -> tuple[FloatArray, FloatArray]:
    before = np.array([sum(medians(pre)) / 2 for pre in population.pre])
    after = before.copy()
    changed = np.abs(population.post - population.pre).max(axis=1) >= NO_EFFECT
    for d in np.flatnonzero(changed):
        # where exactly half lies on either side: the point that the effect just reaches
        after[d] = max(medians(population.post[d]), key=lambda point: abs(point - before[d]))
    return before, after


def _per_cut(population: Population) -> tuple[FloatArray, FloatArray]:
    """Latent shift and odds ratio at every cut point, NaN where not defined."""
    below_pre = np.cumsum(population.pre, axis=1)[:, :-1]
    below_post = np.cumsum(population.post, axis=1)[:, :-1]
    inside = (np.minimum(below_pre, below_post) > NO_EFFECT) & (
        np.maximum(below_pre, below_post) < 1 - NO_EFFECT
    )
    pre = np.where(inside, below_pre, np.nan)
    post = np.where(inside, below_post, np.nan)
    return ndtri(pre) - ndtri(post), (1 - post) / post * pre / (1 - pre)


def _sum_variance(population: Population, variances: FloatArray, members: tuple[int, ...]) -> float:
    """Variance of the change of a sum; NaN where a table has no closed form."""
    if len(members) == 1:
        return float(variances[members[0]])
    if population.recruitment is not None:
        cuts = population.pre_cuts, population.post_cuts[:, 0]
        covariance = recruited(*cuts, population.recruitment).covariance
        return float(covariance[np.ix_(members, members)].sum())
    if any(population.joint[d] for d in members):
        return float("nan")
    chosen = Endpoints(len(variances), (members,)).members[-1]
    sign = np.concatenate([-1.0 * chosen, chosen])
    return float(sign @ score_covariance(population) @ sign)


def score_covariance(population: Population) -> FloatArray:
    """Covariance matrix of the scores, domains before then after; shape (2 D, 2 D).

    From bivariate normal rectangles; valid where no domain states a table.
    """
    count, points = len(population.tables), population.points
    cuts = np.concatenate([population.pre_cuts, population.post_cuts[:, 0]])  # (2 D, K - 1)
    marginals = np.concatenate([population.pre, population.post])  # (2 D, K)
    values = np.arange(1, points + 1)
    means = marginals @ values
    covariance = np.diag(marginals @ values**2 - means**2)
    for i in range(2 * count):
        for j in range(i):
            table = rectangle_table(cuts[i], cuts[j], population.correlation[i, j])
            covariance[i, j] = covariance[j, i] = values @ table @ values - means[i] * means[j]
    return covariance
