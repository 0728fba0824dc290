"""Assurance: power averaged over what is believed of the effect.

O'Hagan A, Stevens JW, Campbell MJ (2005). Assurance in clinical trial design.
Pharmaceutical Statistics 4, 187-201.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.cohorts.drawn import PopulationDraws
from sim.cohorts.participants import taking_part_like
from sim.cohorts.population import Population, symmetrised
from sim.cohorts.truth import mean_changes
from sim.compute.blocks import run_blocks
from sim.power.choice import effects_tested, impossible_rule
from sim.power.estimates import Z95, Estimate, FloatArray, proportion
from sim.power.monte_carlo import BlockTask, simulate_block
from sim.power.sample_size import SampleSize, smallest_size

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of the power over what is believed that are reported."""


@dataclass(frozen=True, eq=False)
class AssuranceTask:
    """All that determines the wins of a draw.

    Attributes
    ----------
    roles : tuple of PopulationDraws or Population
        Per role what is believed, or what is stated; draws are of one number.
    task : BlockTask
        Everything else. Its populations, where it has any, are the stated
        ones: people that are drawn are in clusters and leave answers out as those.
    """

    roles: tuple[PopulationDraws | Population, ...]
    task: BlockTask

    @property
    def draws(self) -> int:
        """Number of draws S."""
        return min(len(role) for role in self.roles if isinstance(role, PopulationDraws))

    def populations(self, draw: int) -> tuple[Population, ...]:
        """Build the populations of one draw."""
        found = []
        for place, role in enumerate(self.roles):
            if isinstance(role, Population):
                found.append(role)
            elif self.task.populations:
                found.append(taking_part_like(self.task.populations[place], role.population(draw)))
            else:
                found.append(role.population(draw))
        return tuple(found)

    def controls(self, draw: int) -> tuple[Population, ...]:
        """Build the control arms of one draw: the same people without mentoring."""
        return tuple(
            stated
            if isinstance(role, Population)
            else taking_part_like(stated, symmetrised(role.population(draw)))
            for stated, role in zip(self.task.controls, self.roles, strict=bool(self.task.controls))
        )


@dataclass(frozen=True, eq=False)
class DrawWins:
    """Wins of several draws, in order.

    Attributes
    ----------
    won : ndarray of int, shape (S, K, Q)
        Replicates in which each rule is met.
    possible : ndarray of bool, shape (S, Q)
        Whether a study without end would meet the rule.
    """

    won: NDArray[np.int64]
    possible: NDArray[np.bool_]

    def __add__(self, other: DrawWins) -> DrawWins:
        """These draws, then the others."""
        return DrawWins(
            np.concatenate([self.won, other.won]), np.concatenate([self.possible, other.possible])
        )


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
        draws and replicates.
    power_quantiles : ndarray, shape (5, K, Q)
        5, 25, 50, 75 and 95% quantiles of the power over the draws.
    quantile_mcse : ndarray, shape (5, K, Q)
        Their errors, from the order statistics one standard error either side.
    enough : Estimate, shape (K, Q)
        Probability that the true power is at the target or above.
    limit : Estimate, shape (Q,)
        What assurance rises to as the study grows without end: the
        probability that enough endpoints have an effect in the stated direction.
    sizes : tuple of SampleSize
        Smallest size whose assurance reaches the target, per rule.
    """

    prior: str
    draws: int
    value: Estimate
    power_quantiles: FloatArray
    quantile_mcse: FloatArray
    enough: Estimate
    limit: Estimate
    sizes: tuple[SampleSize, ...]


def simulate_draws(
    task: AssuranceTask, executor: Executor, on_block: Callable[[], None] | None = None
) -> DrawWins:
    """Simulate every draw's studies; one block a draw, the same wherever they run."""
    return run_blocks(partial(_simulate_draw, task), range(task.draws), executor, on_block)


def _simulate_draw(task: AssuranceTask, draw: int) -> DrawWins:
    populations, controls = task.populations(draw), task.controls(draw)
    tally = simulate_block(replace(task.task, populations=populations, controls=controls), draw)
    side = -1 if task.task.analysis.alternative == "less" else 1
    effects = np.concatenate(
        [_effects(*people, task.task) for people in zip_longest(populations, controls)]
    )
    possible = [impossible_rule(rule, effects, side) is None for rule in task.task.rules]
    return DrawWins(tally.rule_won[None], np.array([possible]))


def _effects(population: Population, controls: Population | None, task: BlockTask) -> FloatArray:
    """Effects whose sign decides what a study without end finds, per endpoint."""
    effects = effects_tested(population, task.analysis, controls)
    if task.analysis.total_cut is not None:
        # the share at or above a cut of the total has no closed form; its mean stands in for it
        effects[-1] = mean_changes(population)[-1]
    return effects


def summarise_assurance(
    prior: str,
    wins: DrawWins,
    task: BlockTask,
    pairs: tuple[int, ...],
    target: float,
) -> Assurance:
    """Assurance, distribution of power and sample size from the wins of each draw.

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
    observed = wins.won / task.block_size  # (S, K, Q)
    power = without_noise(observed, task.block_size)
    value = mean_of_draws(observed)
    shares = np.array(QUANTILES)
    rank_error = np.sqrt(shares * (1 - shares) / len(power))
    above, below = (
        np.quantile(power, np.clip(shares + step, 0, 1), axis=0)
        for step in (rank_error, -rank_error)
    )
    limit = proportion(wins.possible.sum(axis=0), len(wins.possible))
    sizes = tuple(
        smallest_size(rule.name, target, pairs, value, q, _beyond_reach(limit, q, target))
        for q, rule in enumerate(task.rules)
    )
    return Assurance(
        prior=prior,
        draws=len(observed),
        value=value,
        power_quantiles=np.quantile(power, shares, axis=0),
        quantile_mcse=(above - below) / 2,
        enough=mean_of_draws((power >= target).astype(np.float64)),
        limit=limit,
        sizes=sizes,
    )


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
    return f"its effect is in the stated direction with probability {limit.value[rule]:.2f} only"


def weighted_assurance(power: ArrayLike, weight: ArrayLike) -> FloatArray:
    """Average power over weighted parameter values.

    Parameters
    ----------
    power : array_like, shape (S, ...)
        Power at each value.
    weight : array_like, shape (S,)
        Weights, not all 0.

    Returns
    -------
    ndarray
    """
    weights = np.asarray(weight, dtype=np.float64)
    return np.asarray(np.tensordot(weights / weights.sum(), np.asarray(power), axes=1))
