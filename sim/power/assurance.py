"""Assurance: power averaged over what is believed of the effect.

O'Hagan A, Stevens JW, Campbell MJ (2005). Assurance in clinical trial design.
Pharmaceutical Statistics 4, 187-201.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.arrays import FloatArray
from sim.power.assurance_draws import DrawWins
from sim.power.estimates import Z95, Estimate, proportion
from sim.power.sample_size import SampleSize, smallest_sizes
from sim.power.task import BlockTask

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of the power over what is believed that are reported."""
KNOWN = 0.02
"""Distance of the bounds of a limit up to which it is known, its error holding half of that."""


@dataclass(frozen=True, eq=False)
class Assurance:
    """Assurance under one prior, per size (K) and rule (Q).

    Attributes
    ----------
    prior : str
        Name of the prior.
    draws : int
        Draws of the effect behind it.
    value : Estimate, shape (K, Q)
        Probability of success, averaged over the draws; its error covers
        draws, and replicates where there are any.
    power_quantiles : ndarray, shape (5, K, Q)
        5, 25, 50, 75 and 95% quantiles of the power over the draws.
    quantile_mcse : ndarray, shape (5, K, Q)
        Their errors, from the order statistics one standard error either side.
    enough : Estimate, shape (K, Q)
        Probability that the true power is at the target or above.
    limit : Estimate, shape (Q,)
        What assurance tends to as the study grows without end: the mean of
        what the power tends to under each draw. NaN, with bounds of it, where
        that is not known of too many.
    sizes : tuple of SampleSize
        Smallest size whose assurance reaches the target, per rule.
    exact_rules : tuple of bool
        Rules whose power is exact under every draw: no replicates stand
        behind them, and their only error is that of the draws.
    """

    prior: str
    draws: int
    value: Estimate
    power_quantiles: FloatArray
    quantile_mcse: FloatArray
    enough: Estimate
    limit: Estimate
    sizes: tuple[SampleSize, ...]
    exact_rules: tuple[bool, ...]


def summarise_assurance(
    prior: str,
    wins: DrawWins,
    task: BlockTask,
    pairs: tuple[int, ...],
    target: float,
) -> Assurance:
    """Assurance, distribution of power and sample size from the wins of each draw.

    A rule that is exact under every draw takes its powers from there, as they
    are; any other takes all of them from the simulation.

    Parameters
    ----------
    prior : str
        Name of the prior.
    wins : DrawWins
        Wins per draw.
    task : BlockTask
        Its rules and number of replicates a draw.
    pairs : tuple of int
        Rising sizes, K.
    target : float
        Power and assurance aimed at.

    Returns
    -------
    Assurance
    """
    exact = wins.exact_rules
    observed = np.where(exact, wins.exact, wins.won / task.block_size)  # (S, K, Q)
    power = np.where(exact, observed, without_noise(observed, task.block_size))
    value = mean_of_draws(observed)
    shares = np.array(QUANTILES)
    rank_error = np.sqrt(shares * (1 - shares) / len(power))
    above, below = (
        np.quantile(power, np.clip(shares + step, 0, 1), axis=0)
        for step in (rank_error, -rank_error)
    )
    limit = _limit(wins.limit)
    names = [rule.name for rule in task.rules]
    impossible = [_beyond_reach(limit, q, target) for q in range(len(names))]
    sizes = smallest_sizes(names, target, pairs, value, impossible)
    return Assurance(
        prior=prior,
        draws=len(observed),
        value=value,
        power_quantiles=np.quantile(power, shares, axis=0),
        quantile_mcse=(above - below) / 2,
        enough=mean_of_draws((power >= target).astype(np.float64)),
        limit=limit,
        sizes=sizes,
        exact_rules=tuple(exact.tolist()),
    )


def _limit(bounds: FloatArray) -> Estimate:
    """Limit of the assurance from bounds of each draw's (S, Q, 2)."""
    draws = len(bounds)
    least, most = (proportion(bound.sum(axis=0), draws) for bound in np.moveaxis(bounds, 2, 0))
    apart = most.value - least.value
    value = np.where(apart <= KNOWN, (least.value + most.value) / 2, np.nan)
    mcse = np.where(apart <= KNOWN, np.maximum(least.mcse, most.mcse) + apart / 2, np.nan)
    return Estimate(value, mcse, least.low, most.high, most.replicates)


def mean_of_draws(values: FloatArray) -> Estimate:
    """Mean over draws (the first axis), with the error between them.

    For draws of chance it is their error; where they stand at quantiles of a
    prior, evenly spaced, it is too large rather than too small.
    """
    draws = len(values)
    value = values.mean(axis=0)
    mcse = values.std(axis=0, ddof=1) / np.sqrt(draws) if draws > 1 else np.full_like(value, np.nan)
    low, high = np.clip(value - Z95 * mcse, 0, 1), np.clip(value + Z95 * mcse, 0, 1)
    return Estimate(value, mcse, low, high, np.full(value.shape, draws))


def without_noise(observed: FloatArray, replicates: int) -> FloatArray:
    """Draw observed powers towards their mean until their spread is that of the true powers.

    Parameters
    ----------
    observed : ndarray, shape (S, ...)
        Share of successes of each draw.
    replicates : int
        Replicates behind each, at least 2.

    Returns
    -------
    ndarray, shape (S, ...)
        With the variance between draws that is left once the binomial noise
        is taken off; their mean is unchanged.

    References
    ----------
    Louis TA (1984). Estimating a population of parameter values using Bayes
    and empirical Bayes methods. JASA 79, 393-398.
    """
    centre = observed.mean(axis=0)
    spread = observed.var(axis=0, ddof=1)
    noise = (observed * (1 - observed)).mean(axis=0) / (replicates - 1)
    kept = np.sqrt(np.clip(spread - noise, 0, None) / np.where(spread > 0, spread, 1.0))
    return np.asarray(centre + kept * (observed - centre))


def _beyond_reach(limit: Estimate, rule: int, target: float) -> str | None:
    """Say why no size suffices; only where the draws leave no doubt."""
    if limit.high[rule] >= target:
        return None
    return f"as the study grows assurance tends to {highest_limit(limit, rule):.2f} at the most"


def highest_limit(limit: Estimate, rule: int) -> float:
    """Most that assurance by a rule can tend to: its limit, or what bounds that."""
    value = float(limit.value[rule])
    return float(limit.high[rule]) if np.isnan(value) else value
