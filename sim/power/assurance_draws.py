"""What each draw of the effect achieves: wins that are simulated, powers where they are exact."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.cohorts.drawn import PopulationDraws
from sim.cohorts.participants import taking_part_like
from sim.cohorts.population import Population, symmetrised
from sim.compute.blocks import run_blocks
from sim.compute.shelf import Shelf
from sim.compute.store import Store
from sim.errors import StudyError
from sim.inference.rules import DecisionRule
from sim.power.choice import ExactTable, exact_place
from sim.power.estimates import FloatArray
from sim.power.exact import AUTO_LIMIT, WORK_LIMIT
from sim.power.limits import power_limits
from sim.power.monte_carlo import simulate_block
from sim.power.tally_bytes import ROUNDING, Layout, Values, from_bytes, to_bytes
from sim.power.task import BlockTask
from sim.power.thinned import Enumerable
from sim.study import Analysis

TABLE_STEPS = 200
"""Elementary steps that take as long as one cell of the tables every enumeration begins with."""


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
    work_limit : float
        Most elementary steps for the exact powers of one endpoint under one
        draw, as from :func:`work_limit`; 0 where all powers are simulated.
    required : str or None
        Name of the rule whose powers have to be exact, where one has to be.
    """

    roles: tuple[PopulationDraws | Population, ...]
    task: BlockTask
    work_limit: float = 0.0
    required: str | None = None

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
    """Wins of several draws, in order; with the powers of rules that have them exactly.

    Attributes
    ----------
    won : ndarray of int, shape (S, K, Q)
        Replicates in which each rule is met.
    limit : ndarray, shape (S, Q, 2)
        Bounds of the probability that a study without end meets each rule.
    exact : ndarray, shape (S, K, Q)
        Exact probability that each rule is met; NaN where it is not to be had.
    """

    won: NDArray[np.int64]
    limit: FloatArray
    exact: FloatArray

    def __add__(self, other: DrawWins) -> DrawWins:
        """These draws, then the others."""
        return DrawWins(
            np.concatenate([self.won, other.won]),
            np.concatenate([self.limit, other.limit]),
            np.concatenate([self.exact, other.exact]),
        )

    @property
    def exact_rules(self) -> NDArray[np.bool_]:
        """Rules (Q,) that are exact for every draw at every size; the others stay simulated."""
        return np.asarray(~np.isnan(self.exact).any(axis=(0, 1)))


def simulate_draws(
    task: AssuranceTask,
    executor: Executor,
    on_block: Callable[[], None] | None = None,
    store: Store | None = None,
) -> DrawWins:
    """Simulate every draw's studies; one block a draw, the same wherever they run.

    Parameters
    ----------
    task : AssuranceTask
        What determines the numbers.
    executor : concurrent.futures.Executor
        Where draws are computed, their exact powers included.
    on_block : callable, optional
        Called after each draw.
    store : Store, optional
        Where finished draws are looked up and kept.

    Returns
    -------
    DrawWins

    Raises
    ------
    StudyError
        Where the rule that has to be exact cannot be.
    """
    if task.required is None and np.isnan(_exact_wins(task, task.populations(0))).all():
        # what one draw cannot have exactly is simulated for all: no need to try the others
        task = replace(task, work_limit=0.0)
    read = partial(from_bytes, DrawWins, _layout(task.task))
    shelf: Shelf[DrawWins] | None = Shelf.of(store, task, to_bytes, read)
    return run_blocks(partial(_simulate_draw, task), range(task.draws), executor, on_block, shelf)


def _layout(task: BlockTask) -> Layout:
    """What every field of one draw's wins may hold."""
    sizes, rules = len(task.sizes[0]), len(task.rules)
    by_size = (1, sizes, rules)
    return {
        "won": Values(by_size, 0, task.block_size),
        "limit": Values((1, rules, 2), -ROUNDING, 1 + ROUNDING, np.float64),
        "exact": Values(by_size, -ROUNDING, 1 + ROUNDING, np.float64, missing=True),
    }


def _simulate_draw(task: AssuranceTask, draw: int) -> DrawWins:
    populations, controls = task.populations(draw), task.controls(draw)
    drawn = replace(task.task, populations=populations, controls=controls)
    limit = np.array([[own.low, own.high] for own in power_limits(drawn)])
    exact = _exact_wins(task, populations)
    return DrawWins(simulate_block(drawn, draw).rule_won[None], limit[None], exact[None])


def _exact_wins(task: AssuranceTask, populations: tuple[Population, ...]) -> FloatArray:
    """Exact probability that each rule is met, by size; NaN where it is not to be had; (K, Q)."""
    own = task.task
    found = np.full((len(own.sizes[0]), len(own.rules)), np.nan)
    if task.work_limit <= 0:
        return found
    people = [Enumerable.of(population, own.analysis) for population in populations]
    table = replace(ExactTable.of(own.analysis, "auto"), work_limit=task.work_limit)
    for q, rule in enumerate(own.rules):
        try:
            role, domain, level = exact_place(rule, people[0].domains, own.analysis)
            people[role].require()
            _require_tables(max(own.sizes[role]), task.work_limit)
            pmf, gone = people[role].pmfs[domain], people[role].gone
            found[:, q] = table.power(pmf, own.sizes[role], level, gone).win
        except StudyError:
            if rule.name == task.required:
                raise
    return found


def _require_tables(largest: int, work_limit: float) -> None:
    """Refuse sizes whose tables alone take too long: they are made before work is counted."""
    if TABLE_STEPS * (largest + 1) ** 2 > work_limit:
        raise StudyError(
            f"engine: exact tables for {largest} participants take more than {work_limit:.0e} "
            "steps; use engine=monte_carlo or smaller sizes"
        )


def work_limit(
    engine: str, draws: int, rules: tuple[DecisionRule, ...], domains: int, analysis: Analysis
) -> float:
    """Work allowed for the exact powers of one endpoint under one draw.

    Where the engine is a choice, all draws together may take as long as one
    endpoint may at a single effect: seconds. Where it is demanded, each may.

    Parameters
    ----------
    engine : {'auto', 'exact', 'monte_carlo'}
        Which engine was asked for.
    draws : int
        Draws of all priors together, at least 1.
    rules : tuple of DecisionRule
        The rules, of which some may look at one domain.
    domains : int
        Number of domains D.
    analysis : Analysis
        Level and adjustment.

    Returns
    -------
    float
        Elementary steps; 0 where all powers are simulated.
    """
    if engine == "monte_carlo":
        return 0.0
    if engine == "exact":
        return WORK_LIMIT
    endpoints = set()
    for rule in rules:
        try:
            endpoints.add(exact_place(rule, domains, analysis))
        except StudyError:
            continue
    return AUTO_LIMIT / (draws * len(endpoints)) if endpoints else 0.0
