"""What each draw of the effect achieves: wins that are simulated, powers where they are exact."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from sim.cohorts.drawn import PopulationDraws
from sim.cohorts.participants import taking_part_like
from sim.cohorts.population import Population, symmetrised
from sim.cohorts.truth import mean_changes
from sim.compute.blocks import run_blocks
from sim.compute.shelf import Shelf
from sim.compute.store import Store
from sim.errors import StudyError
from sim.inference.rules import DecisionRule
from sim.power.choice import ExactTable, effects_tested, exact_place, impossible_rule
from sim.power.estimates import FloatArray
from sim.power.exact import AUTO_LIMIT, WORK_LIMIT
from sim.power.monte_carlo import BlockTask, simulate_block
from sim.power.tally_bytes import Shapes, from_bytes, to_bytes
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
    possible : ndarray of bool, shape (S, Q)
        Whether a study without end would meet the rule.
    exact : ndarray, shape (S, K, Q)
        Exact probability that each rule is met; NaN where it is not to be had.
    """

    won: NDArray[np.int64]
    possible: NDArray[np.bool_]
    exact: FloatArray

    def __add__(self, other: DrawWins) -> DrawWins:
        """These draws, then the others."""
        return DrawWins(
            np.concatenate([self.won, other.won]),
            np.concatenate([self.possible, other.possible]),
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
    read = partial(from_bytes, DrawWins, _shapes(task.task))
    shelf: Shelf[DrawWins] | None = Shelf.of(store, task, to_bytes, read)
    return run_blocks(partial(_simulate_draw, task), range(task.draws), executor, on_block, shelf)


def _shapes(task: BlockTask) -> Shapes:
    """Shape of every field of one draw's wins."""
    sizes, rules = len(task.sizes[0]), len(task.rules)
    return {"won": (1, sizes, rules), "possible": (1, rules), "exact": (1, sizes, rules)}


def _simulate_draw(task: AssuranceTask, draw: int) -> DrawWins:
    populations, controls = task.populations(draw), task.controls(draw)
    tally = simulate_block(replace(task.task, populations=populations, controls=controls), draw)
    side = task.task.analysis.side
    effects = np.concatenate(
        [_effects(*people, task.task) for people in zip_longest(populations, controls)]
    )
    possible = [impossible_rule(rule, effects, side) is None for rule in task.task.rules]
    exact = _exact_wins(task, populations)
    return DrawWins(tally.rule_won[None], np.array([possible]), exact[None])


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
            role, domain, level = exact_place(rule, len(people[0].pmfs), own.analysis)
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


def _effects(population: Population, controls: Population | None, task: BlockTask) -> FloatArray:
    """Effects whose sign decides what a study without end finds, per endpoint."""
    effects = effects_tested(population, task.analysis, controls)
    if task.analysis.total_cut is not None:
        # the share at or above a cut of the total has no closed form; its mean stands in for it
        effects[-1] = mean_changes(population)[-1]
    return effects
